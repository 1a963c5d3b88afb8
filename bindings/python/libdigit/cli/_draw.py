"""Bars and samples in text."""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt

from ._common import has_utf8

__all__ = ["bar", "sample_lines"]

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_SHADES = " .:-=+*#%@"


def bar(fraction: float, cells: int) -> str:
    """A bar of so many characters, filled up to a fraction 0..1."""
    fraction = min(max(fraction, 0.0), 1.0)
    if not has_utf8(sys.stdout):
        full = round(fraction * cells)
        return "#" * full + " " * (cells - full)
    full, rest = divmod(round(fraction * cells * 8), 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)


def sample_lines(sample: npt.NDArray[np.uint8]) -> list[str]:
    """A sample (28, 28) as 14 lines of 28 characters, each for two rows."""
    if has_utf8(sys.stdout):
        above, below = sample[::2] >= 96, sample[1::2] >= 96
        return [
            "".join(" ▄▀█"[2 * int(a) + int(b)] for a, b in zip(*rows))
            for rows in zip(above, below)
        ]
    mean = (sample[::2].astype(int) + sample[1::2]) // 2
    return ["".join(_SHADES[value * len(_SHADES) // 256] for value in row) for row in mean]
