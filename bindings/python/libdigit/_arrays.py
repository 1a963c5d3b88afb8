"""From what callers have to what C wants: arrays, paths and numbers, checked.

A TypeError says that a thing is of the wrong kind, a ValueError that it is of
the right kind but has the wrong shape or a value out of range.
"""

from __future__ import annotations

import operator
import os
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from ._prototypes import DIGIT_CLASSES, DIGIT_SAMPLE_BYTES, DIGIT_SAMPLE_SIDE

__all__ = ["PathLike", "integer", "labels_of", "path_of", "real", "samples_of", "text_of"]

PathLike = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

_SAMPLE_SHAPES = (
    (DIGIT_SAMPLE_SIDE, DIGIT_SAMPLE_SIDE),
    (DIGIT_SAMPLE_BYTES,),
)


def samples_of(images: Any, name: str = "images") -> npt.NDArray[np.uint8]:
    """Samples as C-contiguous uint8, shape (n, 28, 28) or (n, 784).

    `images` is returned as it is where it fits, else copied.
    """
    array = np.asarray(images)
    if array.dtype != np.uint8:
        raise TypeError(f"{name}: expected an array of uint8, got {_kind(images, array)}")
    if array.ndim == 0 or array.shape[1:] not in _SAMPLE_SHAPES:
        raise ValueError(f"{name}: expected the shape (n, 28, 28) or (n, 784), got {array.shape}")
    return np.ascontiguousarray(array)


def labels_of(labels: Any, count: int, name: str = "labels") -> npt.NDArray[np.uint8]:
    """Labels as C-contiguous uint8, shape (count,), each 0..9."""
    array = np.asarray(labels)
    if array.size == 0 and not isinstance(labels, np.ndarray):
        array = array.astype(np.uint8)  # [] has no integers to be told by
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: expected an array of integers, got {_kind(labels, array)}")
    if array.ndim != 1:
        raise ValueError(f"{name}: expected the shape (n,), got {array.shape}")
    if len(array) != count:
        raise ValueError(f"{name}: {len(array)} labels for {count} images")
    wrong = (array < 0) | (array >= DIGIT_CLASSES)
    if wrong.any():
        first = int(wrong.argmax())
        raise ValueError(f"{name}: expected 0..9, got {array[first]} at index {first}")
    return np.ascontiguousarray(array, dtype=np.uint8)


def _kind(given: Any, array: npt.NDArray[Any]) -> str:
    if isinstance(given, np.ndarray):
        return str(array.dtype)
    return f"{type(given).__name__} (as an array: {array.dtype})"


def path_of(path: PathLike, name: str = "path") -> bytes:
    """A path as the file system's bytes."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError(f"{name}: embedded null character in {path!r}")
    return encoded


def text_of(text: str, name: str) -> bytes:
    """A text as UTF-8."""
    if not isinstance(text, str):
        raise TypeError(f"{name}: expected str, got {type(text).__name__}")
    if "\0" in text:
        raise ValueError(f"{name}: embedded null character in {text!r}")
    return text.encode()


def integer(value: Any, name: str, bits: int) -> int:
    """A whole number that fits an unsigned member of so many bits."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected an integer, got {type(value).__name__}") from None
    if not 0 <= number < 1 << bits:
        raise ValueError(f"{name}: expected 0..{(1 << bits) - 1}, got {number}")
    return number


def real(value: Any, name: str) -> float:
    """A real number; what it may be is the library's to say."""
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name}: expected a number, got {type(value).__name__}")
    try:
        return float(value)
    except TypeError:
        raise TypeError(f"{name}: expected a number, got {type(value).__name__}") from None
    except OverflowError:
        raise ValueError(f"{name}: {value} is too large") from None
