"""From what callers have to what C wants: paths, texts and numbers, checked.

A TypeError says that a thing is of the wrong kind, a ValueError that it is of
the right kind but has the wrong shape or a value out of range.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Mapping
from typing import Any, Union

__all__ = ["PathLike", "integer", "path_of", "real", "text_of", "word"]

PathLike = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


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


def word(value: Any, name: str, known: Mapping[str, int]) -> int:
    """The number that stands for one of a few words."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected str, got {type(value).__name__}")
    if value not in known:
        *most, last = map(repr, known)
        raise ValueError(f"{name}: expected {', '.join(most)} or {last}, got {value!r}")
    return known[value]


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
