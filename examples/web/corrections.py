"""Drawings that people put right, kept as pictures to train on.

A folder for each digit, as `digit-train` and `digit convert` read them.
"""

from __future__ import annotations

import hashlib
import io
import os

import numpy as np
import numpy.typing as npt
from PIL import Image

KEPT_MAX = 10_000


class Corrections:
    """A folder with sub-folders 0 to 9."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.abspath(folder)

    def keep(self, pixels: npt.NDArray[np.uint8], digit: int) -> str:
        """Keep a drawing, pixels [height][width][channels]; gives the file's path.

        The name is made of the content: keeping one twice makes one file.
        """
        if digit not in range(10):
            raise ValueError(f"{digit!r} is no digit")
        if self._count() >= KEPT_MAX:
            raise ValueError(f"{KEPT_MAX:,} corrections are kept already")
        file = io.BytesIO()
        Image.fromarray(pixels).convert("RGB").save(file, "PNG")
        shelf = os.path.join(self.folder, str(digit))
        os.makedirs(shelf, exist_ok=True)
        path = os.path.join(shelf, hashlib.sha256(file.getvalue()).hexdigest()[:16] + ".png")
        _write(path, file.getvalue())
        return path

    def _count(self) -> int:
        shelves = [os.path.join(self.folder, str(digit)) for digit in range(10)]
        return sum(len(os.listdir(shelf)) for shelf in shelves if os.path.isdir(shelf))


def _write(path: str, content: bytes) -> None:
    """All of it or nothing."""
    temporary = path + ".part"
    with open(temporary, "wb") as file:
        file.write(content)
    os.replace(temporary, path)
