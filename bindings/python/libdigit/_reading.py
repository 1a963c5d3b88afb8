"""Reading pictures of several digits: options, and results as Python objects."""

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
from ._options import options_of

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["GLYPH", "Digit", "Group", "Reading", "glyphs_with", "read_options", "read_with"]

# The NumPy dtype with the layout of a C digit_glyph.
GLYPH = np.dtype(c.digit_glyph)

# Colours of the boxes in `Reading.overlay`: digits, cut or joined digits, rejected digits.
_SURE, _MADE, _UNSURE = (0, 150, 60), (0, 90, 220), (220, 40, 30)

_SECONDS_MAX = (2**32 - 1) // 1000  # in 32 bits of milliseconds


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit found in a picture.

    Two probabilities rate the ink in `box`. `other` is the probability of the
    reject class: that the ink is no digit but a letter, a sign, dirt or a wrong
    cut. `probabilities` are those of the ten digits, given that the ink is one.
    `confidence` combines them.

    Attributes
    ----------
    digit : int
        0..9; None for an empty cell of a grid.
    confidence : float
        Probability that the ink is a digit and that it is `digit`, 0..1.
    other : float
        Probability that the ink is no digit, 0..1. Only a model with a reject
        class (`ModelInfo.rejects`) recognises letters and signs.
    box : tuple of int
        Bounding box (x, y, width, height) in pixels of the picture.
    line : int
        Index of the line of writing, from 0, top to bottom.
    group : int
        Index of the group in its line, from 0, left to right.
    row, column : int
        Cell of a grid, from 0; 0 for other layouts.
    cut : bool
        The digit was cut from a connected component that it shares with a
        neighbour.
    joined : bool
        The digit was joined from several connected components.
    rejected : bool
        The text shows '?': the confidence is below ``min_confidence``, the ink is
        more likely no digit, or its group has another number of digits than
        ``digits`` asks for.
    mark : bool
        A sign such as . , - / stands before the digit, which begins a new group.
    probabilities : ndarray of float32, shape (10,)
        Probability of each digit, given that the ink is a digit; the sum is 1.
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
        """The most probable digits and their `probabilities`, highest first.

        Parameters
        ----------
        count : int
            How many, at most 10.

        Returns
        -------
        list of (int, float)
        """
        order = np.argsort(-self.probabilities, kind="stable")[:count]
        return [(int(d), float(self.probabilities[d])) for d in order]


@dataclass(frozen=True)
class Group:
    """A number: neighbouring digits of a line without a wide gap or a sign between them.

    Attributes
    ----------
    line : int
        Index of the line of writing, from 0, top to bottom.
    group : int
        Index of the group in its line, from 0, left to right.
    candidates : list of (str, float)
        Up to eight readings of the group with the probability of each, 0..1. The
        first is the one in `Reading.text`, with its '?'; the others follow from
        the most probable down. To use a check digit, take the first reading that
        passes it.
    """

    line: int
    group: int
    candidates: list[tuple[str, float]]

    @property
    def text(self) -> str:
        """The first of `candidates`."""
        return self.candidates[0][0]


class Reading:
    """The digits that `Model.read` found in a picture.

    Attributes
    ----------
    text : str
        The digits in reading order, with a space between groups, a newline
        between lines, and '?' for each rejected digit.
    digits : list of Digit
        In reading order; of a grid also the empty cells.
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
        """Draw the bounding boxes and the digits over the picture (needs Pillow).

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
    """The text of a picture, and its digits as one array of `GLYPH`."""
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
    layout: str,
    min_confidence: float = 0.0,
    min_height: int = 0,
    digits: Union[int, tuple[int, int], None] = None,
    allowed: Optional[Iterable[int]] = None,
    grid: Optional[tuple[int, int]] = None,
    time_limit: Optional[float] = None,
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
    return options_of(c.digit_read_options, lib.digit_read_options_init, members)


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
