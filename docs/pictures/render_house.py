#!/usr/bin/env python3
"""Draw docs/pictures/house.svg: the folders of libdigit/, each above those it may include.

    python3 docs/pictures/render_house.py [OUT.svg]

What stands where comes from the table in docs/architecture.md. A line leads from each folder to
those it stands on; to `base`, which all stand on, none is drawn.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(DOCS.parent / "tests" / "abi"))

from check_layers import read_table  # noqa: E402  found by the line above

WIDTH, BOX_WIDTH, BOX_HEIGHT, STEP = 760, 148, 46, 84
WORDS = {
    "base": "memory, errors, random numbers, threads",
    "math": "products, loops",
    "layers": "conv, dense, pools ...",
    "net": "chain, plan, loss, Adam",
    "data": "IDX, distortion",
    "vision": "pictures, ink, cuts",
    "io": "model files",
    "tasks": "train, predict, read",
    "api": "the public calls",
}
OUTSIDE = ["digit.hpp", "examples/", "bindings/python/"]
PICTURE = [("api", "tasks"), ("tasks", "vision"), ("tasks", "net"), ("net", "layers"),
           ("layers", "math")]
GRADIENT = [("api", "tasks"), ("tasks", "data"), ("tasks", "net"), ("net", "layers"),
            ("layers", "math")]
COLUMN = {"data": 0, "io": 0, "tasks": 1, "net": 1, "layers": 1, "math": 1, "vision": 2}


def storey(table: dict[str, set[str]], folder: str) -> int:
    """From the top, api's being 0: right below the lowest of those that may include it."""
    return 1 + max((storey(table, above) for above in table if folder in table[above]), default=-1)


def place(table: dict[str, set[str]], folder: str) -> tuple[float, float, float]:
    """Left, top and width of its box."""
    top = 110 + STEP * storey(table, folder)
    if folder in ("api", "base"):
        return 60, top, WIDTH - 120
    return 60 + COLUMN[folder] * (WIDTH - 120 - BOX_WIDTH) / 2, top, BOX_WIDTH


def box(left: float, top: float, width: float, title: str, words: str, fill: str) -> str:
    middle = left + width / 2
    return (f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{BOX_HEIGHT}" rx="5" '
            f'fill="{fill}" stroke="#5b6b82"/>\n'
            f'<text x="{middle:g}" y="{top + 19:g}" class="name">{escape(title)}</text>\n'
            f'<text x="{middle:g}" y="{top + 36:g}">{escape(words)}</text>\n')


def line(table: dict[str, set[str]], above: str, below: str, style: str, shift: float) -> str:
    """From the bottom of one box to the top of the other, `shift` beside the middle."""
    left, top, width = place(table, above)
    to_left, to_top, to_width = place(table, below)
    end = to_left + to_width / 2 + shift
    start = end if above == "api" else left + width / 2 + shift
    return f'<path d="M{start:g} {top + BOX_HEIGHT:g} L{end:g} {to_top:g}" {style}/>\n'


def drawing(table: dict[str, set[str]]) -> str:
    height = 110 + STEP * storey(table, "base") + BOX_HEIGHT + 50
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
             f'width="{WIDTH}" height="{height}">\n'
             '<style>text{font:12px sans-serif;text-anchor:middle;fill:#333}'
             '.name{font-weight:bold;font-size:14px;fill:#111}.key{text-anchor:start}</style>\n'
             f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n']
    third = (WIDTH - 120 - 2 * 20) / 3
    for i, name in enumerate(OUTSIDE):
        left = 60 + i * (third + 20)
        parts.append(f'<rect x="{left:g}" y="10" width="{third:g}" height="30" rx="5" '
                     'fill="#f4f4f4" stroke="#999"/>\n'
                     f'<text x="{left + third / 2:g}" y="30">{name}</text>\n')
    parts.append(f'<rect x="60" y="56" width="{WIDTH - 120}" height="30" fill="#2e5fa8"/>\n'
                 f'<text x="{WIDTH / 2:g}" y="76" style="fill:#fff" class="name">'
                 'digit.h: all that is exported</text>\n')
    for above, allowed in table.items():
        for below in sorted(allowed - {"base"}):
            if storey(table, below) - storey(table, above) == 1:
                parts.append(line(table, above, below, 'stroke="#b9c2cf"', 0))
    for way, colour, shift in ((PICTURE, "#2e5fa8", -14), (GRADIENT, "#d9822b", 14)):
        for above, below in way:
            assert below in table[above], f"{above} may not include {below}"
            parts.append(line(table, above, below, f'stroke="{colour}" stroke-width="3"',
                              0 if below in ("data", "vision") else shift))
    for folder in table:
        left, top, width = place(table, folder)
        parts.append(box(left, top, width, folder, WORDS[folder],
                         "#e8eef8" if folder not in ("api", "base") else "#dbe6f5"))
    for i, (colour, words) in enumerate((("#2e5fa8", "the way of a picture"),
                                         ("#d9822b", "the way of a gradient, there and back"))):
        parts.append(f'<path d="M{60 + 220 * i} {height - 22} h30" stroke="{colour}" '
                     'stroke-width="3"/>\n'
                     f'<text x="{98 + 220 * i}" y="{height - 18}" class="key">{words}</text>\n')
    return "".join(parts) + "</svg>\n"


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("house.svg")
    target.write_text(drawing(read_table(DOCS / "architecture.md")), encoding="utf-8")


if __name__ == "__main__":
    main()
