"""Transparent picture files, laid on a background that shows their ink.

As the program digit-predict does it (docs/programs.md). Arrays with alpha come
from programs that know what lies behind, and go to the library as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["flatten"]

_ONE_TONE = 80  # tones closer than this are one colour, give or take shading


def flatten(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Pixels [h, w, 4] with alpha as [h, w, 3] without."""
    alpha = pixels[..., 3:].astype(np.uint32)
    colour = pixels[..., :3].astype(np.uint32)
    background = 255 if (alpha == 255).all() else _background(colour, alpha[..., 0])
    laid = (colour * alpha + 127) // 255 + (background * (255 - alpha) + 127) // 255
    opaque: npt.NDArray[np.uint8] = np.minimum(laid, 255).astype(np.uint8)
    return opaque


def _background(colour: npt.NDArray[Any], alpha: npt.NDArray[Any]) -> int:
    """The grey to lay a picture on.

    Usually only the ink is drawn and all else is transparent: then what lies
    behind must differ from the ink. If most of the picture is visible and in
    two tones, it is paper with a transparent margin: the paper goes on.
    """
    visible = alpha >= 128
    if not visible.any():
        return 255
    luminance = (colour[visible] @ np.array([299, 587, 114], np.uint32)) // 1000
    darkest, middle, lightest = np.percentile(luminance, (3, 50, 97), method="inverted_cdf")
    if lightest - darkest >= _ONE_TONE and 2 * visible.sum() > alpha.size:
        return int(middle)
    return 255 if middle < 128 else 0
