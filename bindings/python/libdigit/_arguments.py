"""Arguments checked and converted for C: paths, texts, words and numbers.

A TypeError means that an argument has the wrong type, a ValueError that it has
the right type but the wrong shape or a value out of range.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Union

__all__ = [
    "Ink",
    "Layout",
    "PathLike",
    "Schedule",
    "bits_of",
    "integer",
    "pair",
    "path_of",
    "real",
    "text_of",
    "word",
]

PathLike = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
Ink = Literal["auto", "dark", "light"]
Layout = Literal["page", "line", "single", "grid"]
Schedule = Literal["constant", "cosine"]


def path_of(path: PathLike, name: str = "path") -> bytes:
    """A path as the file system's bytes."""
    try:
        encoded = os.fsencode(path)
    except TypeError:
        kind = type(path).__name__
        raise TypeError(f"{name}: expected str, bytes or os.PathLike, got {kind}") from None
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


def word(value: Any, name: str, known: Mapping[Any, int]) -> int:
    """The number that stands for one of a few words."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected str, got {type(value).__name__}")
    if value not in known:
        *most, last = map(repr, known)
        raise ValueError(f"{name}: expected {', '.join(most)} or {last}, got {value!r}")
    return known[value]


def integer(value: Any, name: str, bits: int) -> int:
    """An integer that fits an unsigned C type of so many bits."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected an integer, got {type(value).__name__}") from None
    if not 0 <= number < 1 << bits:
        raise ValueError(f"{name}: expected 0..{(1 << bits) - 1}, got {number}")
    return number


def real(value: Any, name: str) -> float:
    """A real number; the library checks its range."""
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name}: expected a number, got {type(value).__name__}")
    try:
        return float(value)
    except TypeError:
        raise TypeError(f"{name}: expected a number, got {type(value).__name__}") from None
    except OverflowError:
        raise ValueError(f"{name}: {value} is too large") from None


def pair(value: Any, name: str) -> tuple[int, int]:
    """Two integers of 32 bits."""
    try:
        first, second = value
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected a tuple of two integers, got {value!r}") from None
    return integer(first, name, 32), integer(second, name, 32)


def bits_of(allowed: Iterable[int]) -> int:
    """Bit d is set where digit d is allowed."""
    try:
        digits = list(allowed)
    except TypeError:
        kind = type(allowed).__name__
        raise TypeError(f"allowed: expected an iterable of digits, got {kind}") from None
    bits = 0
    digit: Any
    for digit in digits:
        if isinstance(digit, str):
            number = int(digit) if digit.isdecimal() else 10
        else:
            number = integer(digit, "allowed", 32)
        if number > 9:
            raise ValueError(f"allowed: expected digits 0..9, got {digit!r}")
        bits |= 1 << number
    if not bits:
        raise ValueError("allowed: no digit at all")
    return bits
