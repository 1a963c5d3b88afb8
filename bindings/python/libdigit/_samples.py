"""Samples and labels of callers as the bytes that the library takes."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from ._prototypes import DIGIT_CLASSES, DIGIT_SAMPLE_BYTES, DIGIT_SAMPLE_SIDE

__all__ = ["array_of", "bytes_of_floats", "bytes_of_words", "labels_of", "samples_of"]

_SIDE = DIGIT_SAMPLE_SIDE
_BYTE = np.dtype(np.uint8)
_PLAIN_SHAPE = (_SIDE, _SIDE)
_SAMPLE_SHAPES = ((_SIDE, _SIDE), (DIGIT_SAMPLE_BYTES,), (_SIDE, _SIDE, 1), (1, _SIDE, _SIDE))

# In units of 1/255, the step of a byte. Values further off than this were not bytes before,
# and rounding changes them by up to 0.5. (Bytes stored as half-precision floats are off by 1/16.)
_OFF_GRID = 0.1
_warned = False


def samples_of(images: Any, name: str = "images") -> npt.NDArray[np.uint8]:
    """Samples as C-contiguous uint8: n of them, 784 bytes each.

    `images` has the shape (n, 28, 28), (n, 784), (n, 28, 28, 1) or
    (n, 1, 28, 28). It is copied only if its type or layout differs.
    """
    if (
        type(images) is np.ndarray
        and images.dtype is _BYTE
        and images.shape[1:] == _PLAIN_SHAPE
        and images.flags.c_contiguous
    ):
        return images  # the usual case; the checks below take as long as a small network
    array = array_of(images, name)
    if array.dtype != np.uint8 and array.dtype.kind != "f":
        raise TypeError(
            f"{name}: expected an array of uint8 (0..255) or of floats (0..1), "
            f"got {_kind(images, array)}"
        )
    if array.ndim == 0 or array.shape[1:] not in _SAMPLE_SHAPES:
        raise ValueError(
            f"{name}: expected the shape (n, 28, 28), (n, 784), (n, 28, 28, 1) "
            f"or (n, 1, 28, 28), got {array.shape}"
        )
    if array.dtype != np.uint8:
        array = bytes_of_floats(array, name)
    return np.ascontiguousarray(array)


def labels_of(labels: Any, count: int, name: str = "labels") -> npt.NDArray[np.uint8]:
    """Labels as C-contiguous uint8, shape (count,), each 0..9."""
    array = array_of(labels, name)
    if array.size == 0 and not isinstance(labels, np.ndarray):
        array = array.astype(np.uint8)  # NumPy makes floats of []
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


def array_of(given: Any, name: str) -> npt.NDArray[Any]:
    """Anything array-like as an array, or a TypeError with the reason."""
    try:
        return np.asarray(given)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        # Ragged lists; torch tensors on a GPU or with a gradient.
        raise TypeError(f"{name}: not an array: {error}") from None


def bytes_of_floats(array: npt.NDArray[Any], name: str) -> npt.NDArray[np.uint8]:
    """Floats 0..1 as bytes 0..255, rounded."""
    if array.size == 0:
        return array.astype(np.uint8)
    low, high = float(array.min()), float(array.max())
    if not (low >= 0 and high <= 1):  # NaN is neither
        raise ValueError(f"{name}: expected floats 0..1, got {_first_beyond(array)}")
    scaled = array * np.float32(255) if array.dtype.itemsize <= 4 else array * 255.0
    rounded = np.rint(scaled)
    if not _warned:
        _warn_once(float(np.abs(scaled - rounded).max()), name)
    return rounded.astype(np.uint8)


def bytes_of_words(array: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Integers 0..65,535 as bytes 0..255, rounded as the library rounds `DIGIT_PIXEL_GRAY16`."""
    return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _first_beyond(array: npt.NDArray[Any]) -> str:
    wrong = ~((array >= 0) & (array <= 1))
    index = np.unravel_index(int(wrong.argmax()), array.shape)
    value = float(array[index])
    hint = "; are they bytes? then .astype(numpy.uint8)" if 1 < value <= 255 else ""
    return f"{value:g} at index {tuple(int(i) for i in index)}{hint}"


def _warn_once(off: float, name: str) -> None:
    global _warned
    if off > _OFF_GRID:
        _warned = True
        warnings.warn(
            f"{name}: values between 255ths are rounded to bytes, by up to {off / 255:.2g}; "
            "the library takes bytes (this warning is shown once)",
            stacklevel=_frames_within(),
        )


def _frames_within() -> int:
    """How many frames of the stack, from `_warn_once` on, belong to this package."""
    frame, count = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__package__") == __package__:
        frame, count = frame.f_back, count + 1
    return count


def _kind(given: Any, array: npt.NDArray[Any]) -> str:
    if isinstance(given, np.ndarray):
        return str(array.dtype)
    return f"{type(given).__name__} (as an array: {array.dtype})"
