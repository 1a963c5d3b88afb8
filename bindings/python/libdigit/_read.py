"""Calls of the reader: options, and its results as Python objects."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._arguments import Ink, Layout, integer, real
from ._image import image_of
from ._library import check, lib
from ._options import options_of
from ._reading import Digit, Group, Mark, Reading

__all__ = ["GLYPH", "glyphs_with", "read_options", "read_with"]

# The NumPy dtype with the layout of a C digit_glyph.
GLYPH = np.dtype(c.digit_glyph)

_SIGNS = {
    c.DIGIT_MARK_POINT: ".",
    c.DIGIT_MARK_COMMA: ",",
    c.DIGIT_MARK_DASH: "-",
    c.DIGIT_MARK_SLASH: "/",
    c.DIGIT_MARK_COLON: ":",
    c.DIGIT_MARK_PLUS: "+",
    c.DIGIT_MARK_PERCENT: "%",
    c.DIGIT_MARK_OTHER: "?",
}

_SECONDS_MAX = (2**32 - 1) // 1000  # in 32 bits of milliseconds


def read_with(model: ctypes.c_void_p, picture: Any, ink: Ink, **wanted: Any) -> Reading:
    """`Model.read` for a model's handle."""
    array, image = image_of(picture, ink)
    with _read(model, image, read_options(**wanted)) as handle:
        return _copy(handle, array)


def glyphs_with(
    model: ctypes.c_void_p, picture: Any, options: c.digit_read_options
) -> tuple[str, npt.NDArray[np.void]]:
    """The text of a picture, and its digits as one array of `GLYPH`."""
    array, image = image_of(picture, "auto")
    with _read(model, image, options) as handle:
        count = ctypes.c_size_t()
        glyphs = lib.digit_reading_glyphs(handle, ctypes.byref(count))
        content = ctypes.string_at(glyphs, count.value * GLYPH.itemsize) if count.value else b""
        text = lib.digit_reading_text(handle).decode()
    del array  # owns the pixels: not to be freed before the call
    return text, np.frombuffer(content, GLYPH)


@contextmanager
def _read(
    model: ctypes.c_void_p, image: c.digit_image, options: c.digit_read_options
) -> Iterator[ctypes.c_void_p]:
    """A C digit_reading, freed at the end."""
    handle = c.digit_reading_p()
    check(
        lib.digit_model_read(
            model, ctypes.byref(image), ctypes.byref(options), ctypes.byref(handle)
        )
    )
    try:
        yield handle
    finally:
        lib.digit_reading_free(handle)


def read_options(
    layout: Layout,
    min_confidence: float = 0.0,
    min_height: int = 0,
    digits: Union[int, tuple[int, int], None] = None,
    allowed: Optional[Iterable[int]] = None,
    grid: Optional[tuple[int, int]] = None,
    time_limit: Optional[float] = None,
    signs: bool = False,
    line_model: Optional[ctypes.c_void_p] = None,
) -> c.digit_read_options:
    """The options of `Model.read` as the C struct."""
    members: dict[str, Any] = {
        "layout": layout,
        "min_confidence": min_confidence,
        "min_height": min_height,
    }
    if digits is not None:
        least_and_most = digits if isinstance(digits, tuple) else (digits, digits)
        members["min_digits"], members["max_digits"] = _pair(least_and_most, "digits")
    if allowed is not None:
        members["allowed"] = _bits(allowed)
    if grid is not None:
        members["rows"], members["columns"] = _pair(grid, "grid")
    if time_limit is not None:
        members["time_limit_ms"] = _milliseconds(time_limit)
    options = options_of(c.digit_read_options, lib.digit_read_options_init, members)
    options.flags = c.DIGIT_READ_SIGNS if signs else 0
    options.line_model = line_model
    return options


def _pair(value: Any, name: str) -> tuple[int, int]:
    try:
        first, second = value
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected a tuple of two integers, got {value!r}") from None
    return integer(first, name, 32), integer(second, name, 32)


def _bits(allowed: Iterable[int]) -> int:
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


def _milliseconds(time_limit: float) -> int:
    """At least 1: 0 is no limit to the library."""
    seconds = real(time_limit, "time_limit")
    if not 0 <= seconds <= _SECONDS_MAX:  # NaN is neither
        raise ValueError(f"time_limit: expected 0..{_SECONDS_MAX} seconds, got {seconds:g}")
    return max(1, round(1000 * seconds))


def _copy(handle: ctypes.c_void_p, picture: npt.NDArray[Any]) -> Reading:
    count = ctypes.c_size_t()
    glyphs = lib.digit_reading_glyphs(handle, ctypes.byref(count))
    digits = [_digit(glyphs[index]) for index in range(count.value)]
    places = dict.fromkeys((d.line, d.group) for d in digits if d.digit is not None)
    groups = [Group(line, group, _candidates(handle, line, group)) for line, group in places]
    marks = lib.digit_reading_marks(handle, ctypes.byref(count))
    signs = [_mark(marks[index]) for index in range(count.value)]
    return Reading(lib.digit_reading_text(handle).decode(), digits, groups, signs, picture)


def _mark(mark: c.digit_mark) -> Mark:
    box = mark.box
    return Mark(
        sign=_SIGNS[mark.kind],
        confidence=mark.confidence,
        box=(box.x, box.y, box.width, box.height),
        line=mark.line,
        before=mark.glyph,
    )


def _digit(glyph: c.digit_glyph) -> Digit:
    answer, box = glyph.prediction, glyph.box
    empty = bool(glyph.flags & c.DIGIT_GLYPH_EMPTY)
    return Digit(
        digit=None if empty else answer.digit,
        confidence=answer.confidence,
        other=answer.other,
        box=(box.x, box.y, box.width, box.height),
        line=glyph.line,
        group=glyph.group,
        row=glyph.row,
        column=glyph.column,
        cut=bool(glyph.flags & c.DIGIT_GLYPH_CUT),
        joined=bool(glyph.flags & c.DIGIT_GLYPH_JOINED),
        rejected=bool(glyph.flags & c.DIGIT_GLYPH_REJECTED),
        mark=bool(glyph.flags & c.DIGIT_GLYPH_MARK),
        probabilities=np.array(answer.probabilities, np.float32),
    )


def _candidates(handle: ctypes.c_void_p, line: int, group: int) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    text, probability = ctypes.c_char_p(), ctypes.c_double()
    while (
        lib.digit_reading_candidate(
            handle, line, group, len(found), ctypes.byref(text), ctypes.byref(probability)
        )
        == 0
    ):
        assert text.value is not None
        found.append((text.value.decode(), probability.value))
    return found
