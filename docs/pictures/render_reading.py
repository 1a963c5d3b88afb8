#!/usr/bin/env python3
"""Draw docs/pictures/reading.png: what becomes of a picture on its way to digits.

    render_reading.py BUILD

BUILD is a build folder with tests: its tests/unit/show_reading prints each step.
Needs NumPy and Pillow.
"""
from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SOURCE = Path(__file__).resolve().parents[2]
PICTURE = SOURCE / "examples" / "pictures" / "numbers" / "phone-photo.jpg"
FORM = SOURCE / "examples" / "pictures" / "numbers" / "account-comb.png"
TITLES = ["the picture", "ink density", "form lines erased", "components made even",
          "clusters", "the strip of a line, and the line network's outputs along it"]
FONT = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 13)
SMALL = FONT.font_variant(size=9)
WIDTH = 460
ROW = 9  # pixels that an output is high; blank, the last one, is left out
CLASSES = list("0123456789.,-/:+%a")


def planes_of(shown: bytes) -> Iterator[np.ndarray]:
    """The pictures that stand one behind the other."""
    while shown:
        head, _, shown = shown.partition(b"\n")
        width, height = map(int, head.split()[1:3])
        yield np.frombuffer(shown, np.uint8, width * height).reshape(height, width)
        shown = shown[width * height:]


def draw_line(strip: np.ndarray, outputs: np.ndarray) -> Image.Image:
    """A row for each class below the strip: darker is more probable."""
    margin = 14
    size = (WIDTH - margin, round((WIDTH - margin) * strip.shape[0] / strip.shape[1]))
    image = Image.new("RGB", (WIDTH, size[1] + ROW * len(CLASSES) + 6), "white")
    image.paste(Image.fromarray(255 - strip).resize(size, Image.Resampling.LANCZOS), (margin, 0))
    pen = ImageDraw.Draw(image)
    for row, name in enumerate(CLASSES):
        top = size[1] + 6 + ROW * row
        line = Image.fromarray(255 - outputs[row : row + 1])
        image.paste(line.resize((size[0], ROW), Image.Resampling.NEAREST), (margin, top))
        pen.text((0, top - 2), name, (60, 60, 60), SMALL)
    return image


def steps(build: Path, picture: Path) -> list[Image.Image]:
    grey = Image.open(picture).convert("L")
    head = f"P5 {grey.width} {grey.height} 255\n".encode()
    shown = subprocess.run([build / "tests" / "unit" / "show_reading"],
                           input=head + grey.tobytes(), capture_output=True, check=True).stdout
    *planes, clusters, strip, outputs = planes_of(shown)
    images = [Image.open(picture).convert("RGB")]
    images += [Image.fromarray(255 - plane).convert("RGB") for plane in planes]
    colours = np.array([(255, 255, 255), (214, 69, 65), (46, 110, 190), (60, 150, 80),
                        (230, 150, 30), (130, 80, 170)], np.uint8)
    numbers = clusters.astype(int)
    images.append(Image.fromarray(colours[np.where(numbers > 0, 1 + numbers % 5, 0)]))
    images.append(draw_line(strip, outputs))
    return images


def main() -> None:
    columns = [steps(Path(sys.argv[1]), picture) for picture in (PICTURE, FORM)]
    rows = [[image.resize((WIDTH, round(WIDTH * image.height / image.width)),
                          Image.Resampling.LANCZOS) for image in row] for row in zip(*columns)]
    heights = [max(image.height for image in row) + 30 for row in rows]
    sheet = Image.new("RGB", (2 * WIDTH + 30, sum(heights)), "white")
    pen = ImageDraw.Draw(sheet)
    for y, row in enumerate(rows):
        top = sum(heights[:y])
        pen.text((10, 6 + top), TITLES[y], (60, 60, 60), FONT)
        for x, image in enumerate(row):
            sheet.paste(image, (10 + x * (WIDTH + 10), 24 + top))
    sheet.quantize(64).save(Path(__file__).with_name("reading.png"), optimize=True)


if __name__ == "__main__":
    main()
