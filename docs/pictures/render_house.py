#!/usr/bin/env python3
"""Draw docs/pictures/house.svg: the folders of libdigit/, each above those it may include.

    python3 docs/pictures/render_house.py [OUT.svg]

The lines come from the table in docs/architecture.md. A line leads from a folder to each folder
that it may include, unless another line leads there already by way of a third folder. All
folders include `base`: no line leads to it.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path
from typing import Iterator, NamedTuple

DOCS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(DOCS.parent / "tests" / "abi"))

from check_layers import read_table  # noqa: E402  found by the line above

WIDTH, HEIGHT, BOX_HEIGHT = 900, 708, 52
LEFT, RIGHT = 40, 860
OUTSIDE = ["digit.hpp", "examples/", "bindings/python/"]


class Place(NamedTuple):
    """Where a folder's box stands, and what is written in it."""

    left: float
    top: float
    width: float
    words: str

    def middle(self) -> float:
        return self.left + self.width / 2


PLACES = {
    "api": Place(40, 116, 820, "the public functions"),
    "train": Place(40, 206, 180, "training, calibration"),
    "io": Place(250, 206, 190, "model files"),
    "read": Place(476, 206, 384, "clusters, chunks, items, groups"),
    "data": Place(40, 318, 180, "IDX, augmentation"),
    "net": Place(250, 318, 190, "plan, loss, Adam, prediction"),
    "layers": Place(250, 394, 190, "conv, dense, pool, ..."),
    "math": Place(250, 470, 190, "im2col, GEMM, vector loops"),
    "vision/page": Place(492, 318, 170, "sheet, lines, segments"),
    "vision/sample": Place(674, 318, 170, "one digit to 28 x 28"),
    "vision/rules": Place(492, 394, 170, "form lines"),
    "vision/ink": Place(492, 470, 352, "background, polarity, density, components"),
    "vision": Place(492, 546, 352, "pixel formats, bands of rows"),
    "base": Place(40, 636, 820, "memory, errors, random numbers, threads, deadlines, files"),
}
PICTURE = ["api read", "read vision/page", "vision/page vision/rules", "vision/rules vision/ink",
           "vision/ink vision", "read net", "net layers", "layers math"]
GRADIENT = ["api train", "train data", "train net", "net layers", "layers math"]
WAYS = [(PICTURE, "#2e5fa8", "a page: from pixels to text", 14),
        (GRADIENT, "#d9822b", "a gradient: forward and back", -14)]
BOTH = {"net", "layers", "math"}  # folders on both ways

STYLE = """<style>
text{font:12px sans-serif;text-anchor:middle;fill:#3a4250}
.name{font-weight:bold;font-size:14px;fill:#111}
.key{text-anchor:start}
path{fill:none}
</style>
"""


def reached(table: dict[str, set[str]], folder: str) -> set[str]:
    """All folders below this one, by any number of steps."""
    return set().union(*({below} | reached(table, below) for below in table[folder]))


def edges(table: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """The table without what follows from the rest of it (its transitive reduction)."""
    for above, allowed in table.items():
        for below in sorted(allowed - {"base"}):
            if not any(below in reached(table, other) for other in allowed - {below}):
                yield above, below


def rectangle(left: float, top: float, width: float, height: float, style: str) -> str:
    return (f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="6" '
            f'{style}/>\n')


def label(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(words)}</text>\n'


def box(folder: str) -> str:
    place = PLACES[folder]
    fill = "#dbe6f5" if folder in ("api", "base") else "#eef3fb"
    return (rectangle(place.left, place.top, place.width, BOX_HEIGHT,
                      f'fill="{fill}" stroke="#5b6b82"') +
            label(place.middle(), place.top + 22, folder, "name") +
            label(place.middle(), place.top + 40, place.words))


def line(above: str, below: str, style: str, shift: float) -> str:
    """From the bottom of a box to the top of one below, `shift` pixels beside the middle; or from
    side to side."""
    high, low = PLACES[above], PLACES[below]
    if high.top == low.top:
        start, end = sorted((high, low))
        return (f'<path d="M{start.left + start.width:g} {low.top + BOX_HEIGHT / 2:g} '
                f'H{end.left:g}" {style}/>\n')
    straight = low.left < high.middle() < low.left + low.width
    end = (high if straight else low).middle() + shift
    start = min(max(end, high.left + 24), high.left + high.width - 24)
    top, bottom = high.top + BOX_HEIGHT, low.top
    bend = (top + bottom) / 2
    return (f'<path d="M{start:g} {top:g} C{start:g} {bend:g} {end:g} {bend:g} {end:g} '
            f'{bottom:g}" {style}/>\n')


def outside() -> str:
    third = (RIGHT - LEFT - 2 * 20) / 3
    parts = []
    for i, name in enumerate(OUTSIDE):
        left = LEFT + i * (third + 20)
        parts.append(rectangle(left, 10, third, 32, 'fill="#f6f6f6" stroke="#999"'))
        parts.append(label(left + third / 2, 31, name))
    parts.append(rectangle(LEFT, 58, RIGHT - LEFT, 34, 'fill="#2e5fa8"'))
    parts.append(f'<text x="{WIDTH / 2:g}" y="80" class="name" style="fill:#fff">'
                 'digit.h: the whole public interface</text>\n')
    return "".join(parts)


def ways(table: dict[str, set[str]]) -> str:
    parts = []
    for i, (way, colour, words, shift) in enumerate(WAYS):
        style = f'stroke="{colour}" stroke-width="3"'
        for step in way:
            above, below = step.split()
            assert below in table[above], f"{above} may not include {below}"
            parts.append(line(above, below, style, shift if below in BOTH else 0))
        parts.append(key(i, style, words))
    return "".join(parts)


def key(row: int, style: str, words: str) -> str:
    top = 536 + 24 * row
    return (f'<path d="M{LEFT} {top} h32" {style}/>\n' + label(LEFT + 42, top + 4, words, "key"))


def drawing(table: dict[str, set[str]]) -> str:
    assert set(table) == set(PLACES), f"no place for {set(table) ^ set(PLACES)}"
    thin = 'stroke="#aab6c6" stroke-width="1.5"'
    on_ways = {*PICTURE, *GRADIENT}
    lines = "".join(line(above, below, thin, 0) for above, below in edges(table)
                    if f"{above} {below}" not in on_ways)
    group = rectangle(476, 286, 384, 328, 'fill="#fafbfd" stroke="#9aa8bb" stroke-dasharray="5 4"')
    lines += ways(table) + key(2, thin, "other folders that may be included")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}">\n{STYLE}'
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n' + outside() + group +
            lines + "".join(box(folder) for folder in table) + "</svg>\n")


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("house.svg")
    target.write_text(drawing(read_table(DOCS / "architecture.md")), encoding="utf-8")


if __name__ == "__main__":
    main()
