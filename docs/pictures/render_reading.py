#!/usr/bin/env python3
"""Draw docs/pictures/reading.png: what becomes of a picture on its way to digits.

    render_reading.py BUILD

BUILD is a build folder with tests: its tests/unit/show_reading prints each step.
Needs NumPy and Pillow.
"""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SOURCE = Path(__file__).resolve().parents[2]
PICTURE = SOURCE / "examples" / "pictures" / "numbers" / "phone-photo.jpg"
FORM = SOURCE / "examples" / "pictures" / "numbers" / "account-comb.png"
TITLES = ["the picture", "ink density", "form lines erased", "components made even",
          "segments: components, and slices of wide ones"]
FONT = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 13)
WIDTH = 460


def steps(build: Path, picture: Path) -> list[Image.Image]:
    grey = Image.open(picture).convert("L")
    head = f"P5 {grey.width} {grey.height} 255\n".encode()
    shown = subprocess.run([build / "tests" / "unit" / "show_reading"],
                           input=head + grey.tobytes(), capture_output=True, check=True).stdout
    planes = np.frombuffer(shown, np.uint8).reshape(-1, grey.height, grey.width)
    images = [Image.open(picture).convert("RGB")]
    images += [Image.fromarray(255 - plane).convert("RGB") for plane in planes[:-1]]
    colours = np.array([(255, 255, 255), (214, 69, 65), (46, 110, 190), (60, 150, 80),
                        (230, 150, 30), (130, 80, 170)], np.uint8)
    segments = planes[-1].astype(int)
    images.append(Image.fromarray(colours[np.where(segments > 0, 1 + segments % 5, 0)]))
    return images


def main() -> None:
    columns = [steps(Path(sys.argv[1]), picture) for picture in (PICTURE, FORM)]
    height = max(round(WIDTH * image.height / image.width) for c in columns for image in c)
    sheet = Image.new("RGB", (2 * WIDTH + 30, len(TITLES) * (height + 30)), "white")
    pen = ImageDraw.Draw(sheet)
    for x, column in enumerate(columns):
        for y, image in enumerate(column):
            size = (WIDTH, round(WIDTH * image.height / image.width))
            sheet.paste(image.resize(size, Image.Resampling.LANCZOS),
                        (10 + x * (WIDTH + 10), 24 + y * (height + 30)))
    for y, title in enumerate(TITLES):
        pen.text((10, 6 + y * (height + 30)), title, (60, 60, 60), FONT)
    sheet.quantize(64).save(Path(__file__).with_name("reading.png"), optimize=True)


if __name__ == "__main__":
    main()
