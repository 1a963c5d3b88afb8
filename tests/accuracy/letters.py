"""Letters that are no digits, drawn from fonts, for judging `confidence`.

The families are Debian's: fonts-dejavu-core, fonts-liberation, fonts-freefont-ttf,
fonts-hack-ttf, fonts-comic-neue, fonts-dancingscript. None of them, nor any other font, was
used in training: that knows letters from a table of pen strokes (data/other_strokes.c).
"""
from __future__ import annotations

import string
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

# Without those that look like digits.
LETTERS = [c for c in string.ascii_letters if c not in "OolISsZzBqgb"]

FOLDERS = (
    "dejavu", "liberation", "liberation2", "freefont", "hack", "comic-neue", "dancingscript",
)
SHARED = (Path("/usr/share/fonts/truetype"), Path("/usr/share/fonts/opentype"))


def fonts() -> list[Path]:
    found = [file for top in SHARED for name in FOLDERS for file in (top / name).glob("*.?tf")]
    return sorted(found, key=lambda file: file.name)


def draw(letter: str, font: Path, size: int = 64) -> npt.NDArray[np.uint8]:
    """Black on white, with a margin of a quarter of the size."""
    face = ImageFont.truetype(str(font), size)
    left, top, right, bottom = face.getbbox(letter)
    picture = Image.new("L", (right - left + size // 2, bottom - top + size // 2), 255)
    place = size // 4 - left, size // 4 - top
    ImageDraw.Draw(picture).text(place, letter, fill=0, font=face)
    return np.asarray(picture)


def draw_all() -> list[npt.NDArray[np.uint8]]:
    return [draw(letter, font) for font in fonts() for letter in LETTERS]
