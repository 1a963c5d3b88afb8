"""Calls of the reader: options, and its results as Python objects."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._arguments import Ink, Layout, bits_of, pair, real
from ._fields import Field, FieldText, fields_of
from ._image import image_of
from ._library import check, lib
from ._options import options_of
from ._reading import Digit, Group, Line, Mark, Reading

__all__ = ["GLYPH", "glyphs_with", "read_fields_with", "read_options", "read_with"]

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


def read_fields_with(
    model: ctypes.c_void_p, picture: Any, fields: Iterable[Field], ink: Ink, **wanted: Any
) -> Reading:
    """`Model.read_fields` for a model's handle."""
    array, image = image_of(picture, ink)
    structs, accepters = fields_of(fields)
    options = read_options("line", **wanted)
    with _read(model, image, options, structs) as handle:
        for accepter in accepters:
            if accepter.error is not None:
                raise accepter.error
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
    model: ctypes.c_void_p,
    image: c.digit_image,
    options: c.digit_read_options,
    fields: Any = None,
) -> Iterator[ctypes.c_void_p]:
    """A C digit_reading, freed at the end: of an array of fields, or of all that is there."""
    handle = c.digit_reading_p()
    wanted = ctypes.byref(options), ctypes.byref(handle)
    if fields is None:
        check(lib.digit_model_read(model, ctypes.byref(image), *wanted))
    else:
        check(
            lib.digit_model_read_fields(model, ctypes.byref(image), fields, len(fields), *wanted)
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
        members["min_digits"], members["max_digits"] = pair(least_and_most, "digits")
    if allowed is not None:
        members["allowed"] = bits_of(allowed)
    if grid is not None:
        members["rows"], members["columns"] = pair(grid, "grid")
    if time_limit is not None:
        members["time_limit_ms"] = _milliseconds(time_limit)
    options = options_of(c.digit_read_options, lib.digit_read_options_init, members)
    options.flags = c.DIGIT_READ_SIGNS if signs else 0
    options.line_model = line_model
    return options


def _milliseconds(time_limit: float) -> int:
    """At least 1: 0 is no limit to the library."""
    seconds = real(time_limit, "time_limit")
    if not 0 <= seconds <= _SECONDS_MAX:  # NaN is neither
        raise ValueError(f"time_limit: expected 0..{_SECONDS_MAX} seconds, got {seconds:g}")
    return max(1, round(1000 * seconds))


def _copy(handle: ctypes.c_void_p, picture: npt.NDArray[Any]) -> Reading:
    glyphs, groups = lib.digit_reading_glyphs, lib.digit_reading_groups
    marks, lines = lib.digit_reading_marks, lib.digit_reading_lines
    return Reading(
        lib.digit_reading_text(handle).decode(),
        [_digit(glyph) for glyph in _items(glyphs, handle)],
        [_group(handle, group) for group in _items(groups, handle)],
        [_mark(mark) for mark in _items(marks, handle)],
        [_line(line) for line in _items(lines, handle)],
        [_field(field) for field in _items(lib.digit_reading_fields, handle)],
        picture,
    )


def _items(function: Callable[..., Any], handle: ctypes.c_void_p) -> list[Any]:
    count = ctypes.c_size_t()
    first = function(handle, ctypes.byref(count))
    return [first[index] for index in range(count.value)]


def _box(box: c.digit_box) -> tuple[int, int, int, int]:
    return (box.x, box.y, box.width, box.height)


def _group(handle: ctypes.c_void_p, group: c.digit_group) -> Group:
    return Group(
        line=group.line,
        group=group.group,
        candidates=_candidates(handle, group),
        box=_box(group.box),
        first=group.first,
        count=group.count,
        confidence=group.confidence,
    )


def _line(line: c.digit_line) -> Line:
    return Line(
        box=_box(line.box),
        groups=range(line.first_group, line.first_group + line.group_count),
        digits=range(line.first_glyph, line.first_glyph + line.glyph_count),
        baseline=line.baseline,
        skew=line.skew,
    )


def _field(field: c.digit_field_text) -> FieldText:
    return FieldText(
        text=field.text.decode(),
        valid=bool(field.flags & c.DIGIT_FIELD_VALID),
        empty=bool(field.flags & c.DIGIT_FIELD_EMPTY),
        confidence=field.confidence,
        digits=range(field.first, field.first + field.count),
    )


def _mark(mark: c.digit_mark) -> Mark:
    return Mark(
        sign=_SIGNS[mark.kind],
        confidence=mark.confidence,
        box=_box(mark.box),
        line=mark.line,
        before=mark.glyph,
    )


def _digit(glyph: c.digit_glyph) -> Digit:
    answer = glyph.prediction
    empty = bool(glyph.flags & c.DIGIT_GLYPH_EMPTY)
    return Digit(
        digit=None if empty else answer.digit,
        confidence=answer.confidence,
        other=answer.other,
        box=_box(glyph.box),
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


def _candidates(handle: ctypes.c_void_p, group: c.digit_group) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    text, probability = ctypes.c_char_p(), ctypes.c_double()
    for rank in range(group.candidates):
        check(
            lib.digit_reading_candidate(
                handle, group.line, group.group, rank, ctypes.byref(text), ctypes.byref(probability)
            )
        )
        assert text.value is not None
        found.append((text.value.decode(), probability.value))
    return found
