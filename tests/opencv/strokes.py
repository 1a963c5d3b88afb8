"""Digits as a hand with a mouse draws them: strokes of points in a square of 100 x 100."""
from __future__ import annotations

import math

Stroke = list[tuple[float, float]]


def arc(x: float, y: float, width: float, height: float, start: float, end: float) -> Stroke:
    """Part of an ellipse around x, y; degrees from the right, clockwise as the screen has it."""
    count = max(2, int(abs(end - start) / 18))
    angles = [math.radians(start + (end - start) * i / count) for i in range(count + 1)]
    return [(x + width / 2 * math.cos(a), y + height / 2 * math.sin(a)) for a in angles]


STROKES: dict[int, list[Stroke]] = {
    0: [arc(50, 50, 56, 84, -80, 285)],
    1: [[(52, 8), (48, 92)]],
    2: [arc(48, 30, 48, 44, -160, 30) + [(22, 90), (80, 90)]],
    3: [arc(45, 28, 46, 40, -150, 95) + arc(46, 69, 52, 44, -90, 145)],
    4: [[(58, 8), (18, 62), (84, 62)], [(62, 34), (60, 94)]],
    5: [[(72, 10), (32, 10), (28, 46)] + arc(46, 66, 54, 50, -110, 140)],
    6: [[(64, 8), (40, 34)] + arc(49, 68, 46, 44, -160, 190)],
    7: [[(18, 12), (78, 12), (42, 94)]],
    8: [arc(50, 29, 42, 42, 60, -230) + arc(50, 71, 50, 44, -100, 260)],
    9: [arc(48, 32, 44, 44, -20, -370) + [(68, 36), (60, 94)]],
}


def placed(digit: int, x: float, y: float, size: float) -> list[list[tuple[int, int]]]:
    """The strokes of a digit in a square of `size` whose corner is x, y."""
    return [[(round(x + size * px / 100), round(y + size * py / 100)) for px, py in stroke]
            for stroke in STROKES[digit]]
