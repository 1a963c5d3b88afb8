"""Transparent picture files, laid on a background that shows their ink.

As the program digit-predict does it (docs/programs.md). Arrays with alpha come
from programs that know what lies behind, and go to the library as they are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Tones", "laid"]

_ONE_TONE = 80  # tones closer than this are one colour, give or take shading
_VISIBLE = 128  # alpha
_LUMINANCE = np.array([299, 587, 114], np.uint32)  # in thousandths, of red, green and blue


class Tones:
    """How a picture's visible pixels are spread over luminance; added up band by band."""

    def __init__(self) -> None:
        self._counts = np.zeros(256, np.int64)
        self._pixels = 0
        self._opaque = True

    def add(self, band: npt.NDArray[np.uint8]) -> None:
        """Count pixels [h, w, 4]."""
        alpha = band[..., 3]
        self._pixels += alpha.size
        self._opaque = self._opaque and bool((alpha == 255).all())
        luminance = (band[alpha >= _VISIBLE][:, :3] @ _LUMINANCE) // 1000
        self._counts += np.bincount(luminance, minlength=256)

    def background(self) -> int:
        """The grey to lay the picture on.

        Usually only the ink is drawn and all else is transparent: then what lies
        behind must differ from the ink. If most of the picture is visible and in
        two tones, it is paper with a transparent margin: the paper goes on.
        """
        visible = int(self._counts.sum())
        if self._opaque or not visible:
            return 255
        darkest, middle, lightest = (self._percentile(percent) for percent in (3, 50, 97))
        if lightest - darkest >= _ONE_TONE and 2 * visible > self._pixels:
            return middle
        return 255 if middle < 128 else 0

    def _percentile(self, percent: int) -> int:
        """The luminance that so many per cent of the visible pixels don't exceed."""
        seen = np.cumsum(self._counts)
        return int((100 * seen >= percent * seen[-1]).argmax())


def laid(band: npt.NDArray[np.uint8], background: int) -> npt.NDArray[np.uint8]:
    """Pixels [h, w, 4] with alpha as [h, w, 3] without."""
    alpha = band[..., 3:].astype(np.uint32)
    colour = band[..., :3].astype(np.uint32)
    behind = (background * (255 - alpha) + 127) // 255
    opaque: npt.NDArray[np.uint8] = np.minimum((colour * alpha + 127) // 255 + behind, 255)
    return opaque.astype(np.uint8)
