#!/usr/bin/env python3
"""Make docs/pictures/normalize.png: pictures above, what normalize makes of them below.

    python3 docs/pictures/render_normalize.py

The digits are strokes drawn here. Needs the Python package (docs/python.md) and Pillow.
"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

import libdigit

Floats = npt.NDArray[np.float64]
CARD, GAP = 112, 8


def arc(x: float, y: float, radius: float, start: float, end: float) -> list[tuple[float, float]]:
    angles = np.radians(np.linspace(start, end, 24))
    return list(zip(x + radius * np.cos(angles), y + radius * np.sin(angles)))


DIGITS = {
    2: [arc(0.5, 0.32, 0.25, -170, 40) + [(0.22, 0.94), (0.8, 0.92)]],
    3: [arc(0.45, 0.28, 0.21, -160, 90) + arc(0.45, 0.72, 0.23, -90, 160)],
    4: [[(0.52, 0.06), (0.18, 0.62), (0.82, 0.6)], [(0.62, 0.36), (0.58, 0.96)]],
    5: [[(0.75, 0.08), (0.36, 0.1), (0.32, 0.46)] + arc(0.48, 0.66, 0.25, -120, 140)],
    6: [[(0.62, 0.06), (0.36, 0.4)] + arc(0.5, 0.68, 0.24, -180, 200)],
    7: [[(0.2, 0.12), (0.8, 0.1), (0.42, 0.95)], [(0.36, 0.5), (0.72, 0.48)]],
    8: [arc(0.5, 0.29, 0.2, -90, 270), arc(0.5, 0.73, 0.23, -90, 270)],
    9: [arc(0.5, 0.3, 0.21, 0, 360) + [(0.66, 0.6), (0.5, 0.96)]],
}


def ink(digit: int, side: int, x: float, y: float, size: float, pen: float) -> Floats:
    """How much of each pixel the pen covers: (side, side), 0..1."""
    down, across = np.mgrid[0:side, 0:side] + 0.5
    nearest = np.full((side, side), np.inf)
    for stroke in DIGITS[digit]:
        points = [(x + size * px, y + size * py) for px, py in stroke]
        for (ax, ay), (bx, by) in zip(points, points[1:]):
            dx, dy = bx - ax, by - ay
            length = max(dx * dx + dy * dy, 1e-9)
            t = np.clip(((across - ax) * dx + (down - ay) * dy) / length, 0, 1)
            nearest = np.minimum(nearest, np.hypot(across - ax - t * dx, down - ay - t * dy))
    return np.clip(pen / 2 - nearest + 0.5, 0, 1)


def pictures() -> list[npt.NDArray[np.uint8]]:
    noise = np.random.default_rng(1)
    down, across = np.mgrid[-1:1:200j, -1:1:200j]
    grain = noise.normal(0, 1, (200, 200))
    littered = 1 - ink(8, 200, 45, 50, 100, 9)
    littered[20:23, 170:173] = littered[180:182, 20:22] = 0
    made = [
        255 * (1 - ink(2, 200, 20, 15, 120, 10)),
        255 * ink(5, 200, 90, 60, 90, 8),
        255 * (1 - ink(3, 28, 4, 3, 21, 1.5)),
        255 * (1 - ink(7, 200, 25, 20, 150, 1)),
        (150 + 70 * across - 20 * down) * (1 - 0.55 * ink(4, 200, 40, 30, 140, 8)) + 3 * grain,
        (190 - 110 * ink(9, 200, 50, 40, 120, 9)) * np.where(across + 0.6 * down < 0.1, 0.5, 1)
        + 3 * grain,
        160 - 90 * ink(6, 200, 40, 30, 130, 12) + 22 * grain,
        255 * littered,
    ]
    return [np.clip(picture, 0, 255).round().astype(np.uint8) for picture in made]


def main() -> None:
    shown = pictures()
    sheet = Image.new("L", (len(shown) * (CARD + GAP) + GAP, 2 * (CARD + GAP) + GAP), 120)
    for i, picture in enumerate(shown):
        left = GAP + i * (CARD + GAP)
        smooth = Image.Resampling.LANCZOS if picture.shape[0] > CARD else Image.Resampling.NEAREST
        above = Image.fromarray(picture).resize((CARD, CARD), smooth)
        sample = Image.fromarray(libdigit.normalize(picture))
        sheet.paste(above, (left, GAP))
        sheet.paste(sample.resize((CARD, CARD), Image.Resampling.NEAREST), (left, CARD + 2 * GAP))
    sheet.save(Path(__file__).with_name("normalize.png"), optimize=True)


if __name__ == "__main__":
    main()
