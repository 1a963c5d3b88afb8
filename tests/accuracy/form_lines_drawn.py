"""Forms drawn with MNIST's digits, and where their lines are: for form_lines.py.

Digits, papers and pens are those of pages.py; so is the rule that one seed a picture decides.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from pages import Digits, Generator, Plane, Scene, paint, put, string, turned

# The end points of a line's middle, x, y, x, y, and how thick it is.
Place = tuple[float, float, float, float, float]


@dataclass
class Line:
    """A line of the flat form, in pixels: `end` is behind its last one."""

    vertical: bool
    across: int  # its first row or column
    start: int
    end: int
    thick: int


@dataclass
class Sheet:
    """A form before its picture is taken."""

    ink: Plane
    lines: list[Line] = field(default_factory=list)


@dataclass
class Form:
    """A picture of a form, and the truth."""

    pixels: npt.NDArray[np.uint8]   # (h, w, 3)
    strokes: npt.NDArray[np.bool_]  # (h, w): ink of digits
    printed: npt.NDArray[np.bool_]  # (h, w): lines where no stroke is near
    horizontal: list[Place]
    vertical: list[Place]


# ---- The flat form --------------------------------------------------------


@dataclass
class Hand:
    """How large and how slanted the digits of a form are."""

    scale: float
    slant: float

    @staticmethod
    def of(rng: Generator) -> "Hand":
        return Hand(float(rng.uniform(1, 3)), float(rng.uniform(-0.25, 0.25)))


@dataclass
class Group:
    """Where digits were written: `x` .. `x + width - 1`, down to `bottom`."""

    x: int
    width: int
    bottom: int


def write(digits: Digits, rng: Generator, hand: Hand) -> tuple[Sheet, list[Group], int]:
    """Rows of groups of digits; how far one row is from the next."""
    step, rows = int(rng.uniform(32, 44) * hand.scale), int(rng.integers(2, 6))
    width = int(rng.uniform(200, 320) * hand.scale)
    sheet = Sheet(np.zeros((rows * step + int(40 * hand.scale), width), np.float32))
    groups = []
    for row in range(rows):
        x = int(rng.uniform(12, 30) * hand.scale)
        while True:
            ink, _ = string(digits, rng, int(rng.integers(2, 7)), hand.scale, hand.slant, (2, 7))
            if x + ink.shape[1] > width - 12 * hand.scale:
                break
            top = int(16 * hand.scale) + row * step
            put(sheet.ink, ink, x, top)
            groups.append(Group(x, ink.shape[1], top + ink.shape[0]))
            x += ink.shape[1] + int(rng.uniform(26, 60) * hand.scale)
    return sheet, groups, step


def across_sheet(sheet: Sheet, vertical: bool, first: float, step: float, thick: int) -> None:
    """Lines from edge to edge."""
    size, length = sheet.ink.shape[::-1] if vertical else sheet.ink.shape
    while first + thick < size:
        sheet.lines.append(Line(vertical, int(first), 0, length, thick))
        first += step


def put_in_cell(sheet: Sheet, digits: Digits, rng: Generator, hand: Hand, cell: tuple[int, ...]
                ) -> None:
    """One digit near the middle of x, y, width, height."""
    ink, _ = digits.draw(rng, hand.scale, hand.slant)
    x = cell[0] + (cell[2] - ink.shape[1]) // 2 + int(rng.normal(0, 2.5) * hand.scale)
    y = cell[1] + (cell[3] - ink.shape[0]) // 2 + int(rng.normal(0, 2.5) * hand.scale)
    put(sheet.ink, ink, max(x, 0), max(y, 0))


def plain(digits: Digits, rng: Generator) -> Sheet:
    return write(digits, rng, Hand.of(rng))[0]


def ruled(digits: Digits, rng: Generator) -> Sheet:
    """Digits stand on lines."""
    hand = Hand.of(rng)
    sheet, _, step = write(digits, rng, hand)
    across_sheet(sheet, False, 39 * hand.scale, step, int(rng.integers(1, 4)))
    return sheet


def crossed(digits: Digits, rng: Generator) -> Sheet:
    """Lines go through the digits."""
    hand = Hand.of(rng)
    sheet, _, step = write(digits, rng, hand)
    across_sheet(sheet, False, float(rng.uniform(20, 32)) * hand.scale, step,
                 int(rng.integers(1, 4)))
    return sheet


def underlined(digits: Digits, rng: Generator) -> Sheet:
    """A line under each group, a little longer than it."""
    hand, thick = Hand.of(rng), int(rng.integers(1, 4))
    sheet, groups, _ = write(digits, rng, hand)
    for group in groups:
        more = int(rng.uniform(2, 8) * hand.scale)
        end = min(group.x + group.width + more, sheet.ink.shape[1])
        sheet.lines.append(Line(False, group.bottom + int(rng.uniform(1, 5) * hand.scale),
                                max(group.x - more, 0), end, thick))
    return sheet


def squared(digits: Digits, rng: Generator) -> Sheet:
    hand = Hand.of(rng)
    sheet = write(digits, rng, hand)[0]
    step = float(rng.uniform(8, 14)) * hand.scale
    for vertical in (False, True):
        across_sheet(sheet, vertical, step / 2, step, 1)
    return sheet


def cells(digits: Digits, rng: Generator, rows: int, wall: float) -> Sheet:
    """Cells that share their walls, which are `wall` of a cell high; without a top if it is
    less than 1."""
    hand, thick = Hand.of(rng), int(rng.integers(1, 4))
    columns, margin = int(rng.integers(3, 9)), int(10 * hand.scale)
    width = int(rng.uniform(26, 32) * hand.scale)
    height = int(rng.uniform(28, 34) * hand.scale)
    right, bottom = margin + columns * width, margin + rows * height
    sheet = Sheet(np.zeros((bottom + margin + thick, right + margin + thick), np.float32))
    for row in range(0 if wall == 1 else 1, rows + 1):
        sheet.lines.append(Line(False, margin + row * height, margin, right + thick, thick))
    for column in range(columns + 1):
        sheet.lines.append(Line(True, margin + column * width,
                                bottom - int(wall * rows * height), bottom + thick, thick))
    for index in range(rows * columns):
        if rows == 1 or rng.random() < 0.7:
            put_in_cell(sheet, digits, rng, hand,
                        (margin + index % columns * width, margin + index // columns * height,
                         width, height))
    return sheet


def comb(digits: Digits, rng: Generator) -> Sheet:
    return cells(digits, rng, 1, float(rng.uniform(0.2, 0.5)))


def grid(digits: Digits, rng: Generator) -> Sheet:
    return cells(digits, rng, int(rng.integers(2, 7)), 1)


def boxes(digits: Digits, rng: Generator) -> Sheet:
    """A row of boxes apart from each other."""
    hand, thick = Hand.of(rng), int(rng.integers(1, 4))
    count, margin = int(rng.integers(2, 9)), int(10 * hand.scale)
    width, height = (int(rng.uniform(*sides) * hand.scale) for sides in ((26, 32), (28, 34)))
    step = width + int(rng.uniform(3, 8) * hand.scale)
    sheet = Sheet(np.zeros((height + 2 * margin, count * step + 2 * margin), np.float32))
    for left in range(margin, margin + count * step, step):
        for y in (margin, margin + height):
            sheet.lines.append(Line(False, y, left, left + width + thick, thick))
        for x in (left, left + width):
            sheet.lines.append(Line(True, x, margin, margin + height + thick, thick))
        put_in_cell(sheet, digits, rng, hand, (left, margin, width, height))
    return sheet


# ---- Its picture ----------------------------------------------------------


def line_plane(sheet: Sheet) -> Plane:
    plane = np.zeros_like(sheet.ink)
    for line in sheet.lines:
        view = plane.T if line.vertical else plane
        view[line.across:line.across + line.thick, line.start:line.end] = 1
    return plane


def turned_place(line: Line, shape: tuple[int, ...], large: tuple[int, ...], degrees: float
                 ) -> Place:
    """Where a line of a sheet of `shape` lies in the turned picture, whose shape is `large`."""
    middle = line.across + (line.thick - 1) / 2
    ends = np.array([[line.start, middle], [line.end - 1, middle]], float)
    if line.vertical:
        ends = ends[:, ::-1]
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centre, moved = (np.array(one[::-1]) / 2 - 0.5 for one in (shape, large))
    return (*((ends - centre) @ turn.T + moved).ravel(), line.thick)


def take_picture(sheet: Sheet, scene: Scene, rng: Generator) -> Form:
    lines = line_plane(sheet)
    ink = turned(sheet.ink, scene.skew)
    places = [[turned_place(line, sheet.ink.shape, ink.shape, scene.skew)
               for line in sheet.lines if line.vertical == vertical] for vertical in (False, True)]
    near = np.pad(ink, 1)
    near = np.max([near[y:y + ink.shape[0], x:x + ink.shape[1]]
                   for y in range(3) for x in range(3)], axis=0)
    return Form(paint(sheet.ink, lines, scene, rng), ink > 0.5,
                (turned(lines, scene.skew) > 0.5) & (near < 0.05), *places)


@dataclass
class Kind:
    draw: Callable[[Digits, Generator], Sheet]
    skew: tuple[float, float] = (0, 5)  # degrees to either side


KINDS = {
    "ruled": Kind(ruled),
    "askew": Kind(ruled, (5, 7)),
    "crossed": Kind(crossed),
    "underlines": Kind(underlined),
    "squared paper": Kind(squared),
    "boxes": Kind(boxes),
    "combs": Kind(comb),
    "grids": Kind(grid),
    "no lines": Kind(plain),
}

COUNT = 30  # pictures a kind


def draw(kind: str, digits: Digits, seed: int, index: int) -> Form:
    rng = np.random.default_rng([seed, 100 + sorted(KINDS).index(kind), index])
    sheet = KINDS[kind].draw(digits, rng)
    skew = float(rng.uniform(*KINDS[kind].skew)) * (1 if rng.random() < 0.5 else -1)
    return take_picture(sheet, replace(Scene.of(rng), skew=skew), rng)
