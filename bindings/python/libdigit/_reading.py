"""Pictures of several digits to what they say."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._arguments import integer, real
from ._image import image_of
from ._library import check, lib

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["GLYPH", "Digit", "Group", "Reading", "glyphs_with", "read_options", "read_with"]

_LAYOUTS = {
    "page": c.DIGIT_LAYOUT_PAGE,
    "line": c.DIGIT_LAYOUT_LINE,
    "single": c.DIGIT_LAYOUT_SINGLE,
    "grid": c.DIGIT_LAYOUT_GRID,
}

# A glyph of the library's as NumPy has it: the same bytes.
GLYPH = np.dtype(c.digit_glyph)

# Of `Reading.overlay`: frames of digits, of cut or joined ones, of rejected ones.
_SURE, _MADE, _UNSURE = (0, 150, 60), (0, 90, 220), (220, 40, 30)


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit that was found in a picture.

    Attributes
    ----------
    digit : int
        0..9; None for an empty cell of a grid.
    confidence : float
        How likely that is right, 0..1.
    other : float
        How likely it is no digit, 0..1.
    box : tuple of int
        x, y, width, height in pixels of the picture.
    line, group : int
        From 0, top to bottom and left to right; a new group after a gap.
    row, column : int
        Of a grid; 0 elsewhere.
    cut : bool
        It was cut from ink that touched a neighbour.
    joined : bool
        It was put together from several pieces.
    rejected : bool
        Below ``min_confidence``, rather no digit, or of a group with another
        number of digits than asked for: '?' in the text.
    mark : bool
        A sign such as . , - / stood before it; it begins a new group.
    probabilities : ndarray of float32, shape (10,)
        Of each digit, given that it is one.
    """

    digit: Optional[int]
    confidence: float
    other: float
    box: tuple[int, int, int, int]
    line: int
    group: int
    row: int
    column: int
    cut: bool
    joined: bool
    rejected: bool
    mark: bool
    probabilities: npt.NDArray[np.float32] = field(repr=False)

    def alternatives(self, count: int = 3) -> list[tuple[int, float]]:
        """The most probable digits and their probabilities, best first."""
        order = np.argsort(-self.probabilities, kind="stable")[:count]
        return [(int(d), float(self.probabilities[d])) for d in order]


@dataclass(frozen=True)
class Group:
    """Digits that stand together: a number.

    Attributes
    ----------
    line, group : int
        Where it stands.
    candidates : list of (str, float)
        The ways to read it and how likely each is, best first: a loop over
        them finds the first that passes a check digit, say.
    """

    line: int
    group: int
    candidates: list[tuple[str, float]]

    @property
    def text(self) -> str:
        """The best way to read it."""
        return self.candidates[0][0]


class Reading:
    """What was read from a picture.

    Attributes
    ----------
    text : str
        Digits in reading order: a space between groups, a newline between
        lines, '?' for what was rejected.
    digits : list of Digit
        In reading order.
    groups : list of Group
        In reading order.
    """

    def __init__(
        self,
        text: str,
        digits: list[Digit],
        groups: list[Group],
        picture: npt.NDArray[np.uint8],
    ) -> None:
        self.text = text
        self.digits = digits
        self.groups = groups
        self._picture = picture

    def __repr__(self) -> str:
        return f"Reading({self.text!r}, {len(self.digits)} digits)"

    def overlay(self) -> Image.Image:
        """The picture with boxes and answers drawn over it (needs Pillow).

        Returns
        -------
        PIL.Image.Image
        """
        from PIL import Image, ImageDraw

        image = Image.fromarray(self._picture).convert("RGB")
        pen = ImageDraw.Draw(image)
        for digit in self.digits:
            x, y, width, height = digit.box
            made = digit.cut or digit.joined
            colour = _UNSURE if digit.rejected else _MADE if made else _SURE
            pen.rectangle((x - 1, y - 1, x + width, y + height), outline=colour)
            if digit.digit is not None:
                letter = "?" if digit.rejected else str(digit.digit)
                label = letter if digit.confidence >= 0.995 else f"{letter} {digit.confidence:.0%}"
                pen.text((x, max(y - 12, 0)), ("·" if digit.mark else "") + label, fill=colour)
        return image


def read_with(model: ctypes.c_void_p, picture: Any, ink: str, **wanted: Any) -> Reading:
    """`Model.read` for a model's handle."""
    array, image = image_of(picture, ink)
    with _read(model, image, read_options(**wanted)) as handle:
        return _copy(handle, array)


def glyphs_with(
    model: ctypes.c_void_p, picture: Any, options: c.digit_read_options
) -> tuple[str, npt.NDArray[np.void]]:
    """The text and, as one array of `GLYPH`, the digits of a picture; no Python object a digit."""
    array, image = image_of(picture, "auto")
    with _read(model, image, options) as handle:
        count = ctypes.c_size_t()
        glyphs = lib.digit_reading_glyphs(handle, ctypes.byref(count))
        content = ctypes.string_at(glyphs, count.value * GLYPH.itemsize) if count.value else b""
        text = lib.digit_reading_text(handle).decode()
    del array  # it owned the pixels
    return text, np.frombuffer(content, GLYPH)


@contextmanager
def _read(
    model: ctypes.c_void_p, image: c.digit_image, options: c.digit_read_options
) -> Iterator[ctypes.c_void_p]:
    """A reading of the library's, freed at the end."""
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
    layout: str,
    min_confidence: float = 0.0,
    min_height: int = 0,
    digits: Union[int, tuple[int, int], None] = None,
    allowed: Optional[Iterable[int]] = None,
    grid: Optional[tuple[int, int]] = None,
    time_limit: Optional[float] = None,
) -> c.digit_read_options:
    """The options of `Model.read` as the library wants them."""
    options = c.digit_read_options()
    lib.digit_read_options_init(ctypes.byref(options), ctypes.sizeof(options))
    if not isinstance(layout, str):
        raise TypeError(f"layout: expected str, got {type(layout).__name__}")
    if layout not in _LAYOUTS:
        raise ValueError(
            f"layout: expected 'page', 'line', 'single' or 'grid', got {layout!r}"
        )
    options.layout = _LAYOUTS[layout]
    options.min_confidence = real(min_confidence, "min_confidence")
    options.min_height = integer(min_height, "min_height", 32)
    if digits is not None:
        least, most = digits if isinstance(digits, tuple) else (digits, digits)
        options.min_digits = integer(least, "digits", 32)
        options.max_digits = integer(most, "digits", 32)
    if allowed is not None:
        options.allowed = _bits(allowed)
    if grid is not None:
        rows, columns = grid
        options.rows = integer(rows, "grid", 32)
        options.columns = integer(columns, "grid", 32)
    if time_limit is not None:
        options.time_limit_ms = max(1, integer(round(1000 * real(time_limit, "time_limit")),
                                               "time_limit", 32))
    return options


def _bits(allowed: Iterable[int]) -> int:
    bits = 0
    for digit in allowed:
        number = int(digit) if isinstance(digit, str) else integer(digit, "allowed", 32)
        if number > 9:
            raise ValueError(f"allowed: expected digits 0..9, got {number}")
        bits |= 1 << number
    if not bits:
        raise ValueError("allowed: no digit at all")
    return bits


def _copy(handle: ctypes.c_void_p, picture: npt.NDArray[np.uint8]) -> Reading:
    count = ctypes.c_size_t()
    glyphs = lib.digit_reading_glyphs(handle, ctypes.byref(count))
    digits = [_digit(glyphs[index]) for index in range(count.value)]
    places = dict.fromkeys((d.line, d.group) for d in digits if d.digit is not None)
    groups = [Group(line, group, _candidates(handle, line, group)) for line, group in places]
    return Reading(lib.digit_reading_text(handle).decode(), digits, groups, picture)


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
