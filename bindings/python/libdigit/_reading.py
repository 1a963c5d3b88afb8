"""What `Model.read` finds: the digits of a picture, their groups and the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional

import numpy as np
import numpy.typing as npt

from ._fields import FieldText
from ._samples import bytes_of_words

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Digit", "Group", "Line", "Mark", "Reading"]

# Colours of the boxes in `Reading.overlay`: digits, cut or joined digits, rejected digits.
_SURE, _MADE, _UNSURE = (0, 150, 60), (0, 90, 220), (220, 40, 30)


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
        0..9, the most probable digit unless its neighbours or ``allowed`` decide
        against it; None for an empty cell of a grid.
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
class Mark:
    """A sign in a line of digits.

    Attributes
    ----------
    sign : str
        One of . , - / : + % or '?' for small ink that is none of these.
    confidence : float
        Probability that it is this sign, 0..1.
    box : tuple of int
        Bounding box (x, y, width, height) in pixels of the picture.
    line : int
        Index of the line of writing, from 0, top to bottom.
    before : int
        Index in `Reading.digits` of the digit in front of which it stands; of the first
        one behind its line, or the number of digits, if it ends the line.
    """

    sign: str
    confidence: float
    box: tuple[int, int, int, int]
    line: int
    before: int


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
    box : (int, int, int, int)
        Bounding box of its digits in pixels: x, y, width, height.
    first, count : int
        Its digits are `Reading.digits[first : first + count]`.
    confidence : float
        Product of the confidences of its digits.
    """

    line: int
    group: int
    candidates: list[tuple[str, float]]
    box: tuple[int, int, int, int]
    first: int
    count: int
    confidence: float

    @property
    def text(self) -> str:
        """The first of `candidates`."""
        return self.candidates[0][0]


@dataclass(frozen=True)
class Line:
    """A line of a page, or a row of a grid.

    Attributes
    ----------
    box : (int, int, int, int)
        Bounding box of its digits in pixels; of its cells, if there is no digit.
    groups : range
        Indices of its groups in `Reading.groups`.
    digits : range
        Indices of its digits in `Reading.digits`.
    baseline : float
        y where the digits stand, in pixels, at the left side of the box.
    skew : float
        Of the baseline: pixels down for each pixel to the right.
    """

    box: tuple[int, int, int, int]
    groups: range
    digits: range
    baseline: float
    skew: float


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
    marks : list of Mark
        The signs, in reading order.
    lines : list of Line
        From top to bottom: `lines[i]` is line i of digits and groups.
    fields : list of FieldText
        Of `Model.read_fields`, in the order of the fields; each is a line and a group.
    """

    def __init__(
        self,
        text: str,
        digits: list[Digit],
        groups: list[Group],
        marks: list[Mark],
        lines: list[Line],
        fields: list[FieldText],
        picture: npt.NDArray[Any],
    ) -> None:
        self.text = text
        self.digits = digits
        self.groups = groups
        self.marks = marks
        self.lines = lines
        self.fields = fields
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

        deep = self._picture.dtype == np.uint16
        pixels = bytes_of_words(self._picture) if deep else self._picture
        image = Image.fromarray(pixels).convert("RGB")
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
