#!/usr/bin/env python3
"""Draw the sample pictures of this folder, and expected.csv beside them.

Every digit is a few pen strokes: points in a unit square, joined by smooth
curves, shaken a little, turned a little and drawn with a pen of a given width
on a given paper. No font and no photograph is used. Needs NumPy and Pillow.

    python3 examples/pictures/compose.py [FOLDER]
"""
from __future__ import annotations

import csv
import io
import math
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Point = tuple[float, float]
Colour = tuple[int, int, int]

# Strokes of each digit: x to the right, y down, both 0..1. A stroke is smooth;
# a corner is where one stroke ends and the next begins.
STROKES: dict[int, list[list[Point]]] = {
    0: [[(.55, .04), (.30, .15), (.18, .48), (.27, .84), (.52, .96), (.76, .80), (.82, .45),
         (.72, .14), (.52, .04)]],
    1: [[(.36, .24), (.46, .16), (.56, .04)], [(.56, .04), (.53, .35), (.50, .66), (.47, .97)]],
    2: [[(.20, .25), (.33, .08), (.58, .04), (.76, .20), (.70, .42), (.46, .68), (.17, .93)],
        [(.17, .93), (.38, .88), (.60, .92), (.86, .92)]],
    3: [[(.20, .13), (.44, .03), (.70, .12), (.70, .32), (.40, .46)],
        [(.40, .46), (.70, .52), (.80, .72), (.62, .93), (.36, .96), (.15, .86)]],
    4: [[(.34, .05), (.27, .30), (.16, .57)], [(.16, .57), (.50, .58), (.86, .54)],
        [(.70, .06), (.66, .50), (.62, .97)]],
    5: [[(.80, .06), (.54, .07), (.31, .09)], [(.31, .09), (.27, .27), (.24, .44)],
        [(.24, .44), (.50, .39), (.76, .54), (.78, .76), (.56, .94), (.20, .90)]],
    6: [[(.68, .04), (.42, .22), (.25, .50), (.22, .76), (.40, .95), (.64, .92), (.76, .74),
         (.64, .57), (.42, .58), (.26, .74)]],
    7: [[(.17, .11), (.48, .10), (.83, .08)], [(.83, .08), (.66, .38), (.53, .66), (.44, .97)]],
    8: [[(.68, .16), (.50, .04), (.31, .14), (.34, .34), (.54, .49), (.72, .66), (.70, .88),
         (.48, .96), (.27, .84), (.31, .63), (.52, .48), (.70, .32), (.68, .16)]],
    9: [[(.74, .22), (.55, .05), (.32, .13), (.25, .34), (.42, .49), (.64, .42), (.74, .22)],
        [(.74, .22), (.72, .48), (.66, .74), (.58, .97)]],
}


@dataclass
class Picture:
    """How one sample picture is made."""

    file: str
    digit: int
    size: tuple[int, int] = (160, 180)
    ink: Colour = (20, 20, 30)
    paper: Colour = (250, 248, 240)
    pen: float = 9.0          # width in pixels
    turn: float = 0.0         # degrees, clockwise
    slant: float = 0.0        # sideways per unit of height
    aspect: float = 0.62      # width of the digit to its height
    grain: float = 3.0        # noise of the paper
    shade: float = 0.0        # how much darker the far corner is, 0..1
    dry: float = 0.0          # how much of the ink is missing, as with chalk
    mode: str = "RGB"         # RGB, L, 1, P (palette), RGBA (ink on transparent)
    orientation: int = 1      # of EXIF; the pixels are stored turned accordingly
    seed: int = 1


PICTURES = [
    Picture("zero-pencil.jpg", 0, ink=(90, 90, 96), pen=6, turn=-4, shade=.12, mode="L", seed=11),
    Picture("one-ballpoint.png", 1, (110, 150), ink=(30, 40, 120), pen=5, turn=6, seed=12),
    Picture("two-chalk.png", 2, ink=(232, 236, 226), paper=(38, 62, 52), pen=13, dry=.30,
            grain=7, turn=3, aspect=.75, seed=13),
    Picture("three-felt-tip.jpg", 3, (200, 200), ink=(196, 28, 36), pen=16, turn=-6, seed=14),
    Picture("four-open.tif", 4, (140, 160), pen=8, slant=.08, aspect=.70, mode="L", seed=15),
    Picture("five-whiteboard.jpg", 5, (220, 180), ink=(18, 122, 60), paper=(236, 240, 242),
            pen=12, shade=.25, turn=4, aspect=.70, seed=16),
    Picture("six-fax.bmp", 6, (120, 140), pen=8, turn=-3, grain=0, mode="1", seed=17),
    Picture("seven-blue-pen.png", 7, ink=(36, 62, 170), pen=8, turn=2, aspect=.66, seed=18),
    Picture("eight-palette.png", 8, (150, 170), ink=(112, 40, 110), paper=(255, 250, 215), pen=10,
            grain=0, turn=5, mode="P", seed=19),
    Picture("nine-shadow.jpg", 9, (200, 220), ink=(28, 28, 34), pen=11, shade=.45, turn=-5,
            seed=20),
    Picture("seven-on-glass.png", 7, (130, 150), ink=(255, 255, 255), pen=10, turn=-3,
            aspect=.70, mode="RGBA", seed=21),
    Picture("four-sideways-phone.jpg", 4, (180, 220), ink=(24, 30, 84), pen=12, shade=.20,
            turn=-4, aspect=.72, orientation=6, seed=22),
    Picture("two-tablet.webp", 2, (160, 160), ink=(250, 200, 40), paper=(24, 24, 28), pen=12,
            grain=0, turn=-2, aspect=.75, seed=23),
    Picture("three-thin.png", 3, (90, 120), pen=2.5, turn=3, mode="L", seed=24),
]


def smooth(points: list[Point], steps: int = 24) -> list[Point]:
    """A Catmull-Rom curve through `points`."""
    ends = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:]):
        for step in range(steps):
            t = step / steps
            curve.append(tuple(
                .5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t
                      + (3 * q - p - 3 * r + s) * t ** 3)
                for p, q, r, s in zip(a, b, c, d)))
    return [*curve, points[-1]]


def place(point: Point, picture: Picture) -> Point:
    """From the unit square to pixels: slanted, turned, in the middle."""
    width, height = picture.size
    scale = .72 * min(height, width / picture.aspect)
    x = (point[0] - .5) * picture.aspect - picture.slant * (point[1] - .5)
    y = point[1] - .5
    angle = math.radians(picture.turn)
    return (width / 2 + scale * (x * math.cos(angle) - y * math.sin(angle)),
            height / 2 + scale * (x * math.sin(angle) + y * math.cos(angle)))


def draw_ink(picture: Picture) -> np.ndarray:
    """How much ink lies on each pixel, 0..1, (height, width)."""
    over = 4  # drawn this much larger, then averaged
    rng = random.Random(picture.seed)
    width, height = picture.size
    sheet = Image.new("L", (over * width, over * height), 0)
    pen = ImageDraw.Draw(sheet)
    shaken: dict[Point, Point] = {}  # strokes that meet stay joined
    for stroke in STROKES[picture.digit]:
        points = [shaken.setdefault(p, (p[0] + rng.gauss(0, .012), p[1] + rng.gauss(0, .010)))
                  for p in stroke]
        for index, point in enumerate(smooth(points)):
            x, y = (over * v for v in place(point, picture))
            radius = over * picture.pen / 2 * (1 + .12 * math.sin(index / 17 + picture.seed))
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    ink = np.asarray(sheet.resize(picture.size, Image.Resampling.BOX), float) / 255
    if picture.dry:
        noise = np.random.default_rng(picture.seed).random((height, width))
        grain = Image.fromarray((255 * noise).astype(np.uint8)).filter(ImageFilter.GaussianBlur(.7))
        ink = ink * (np.asarray(grain) > 255 * (.32 + .35 * picture.dry))
    return ink


def paint(picture: Picture) -> Image.Image:
    """The picture as a person sees it."""
    ink = draw_ink(picture)
    if picture.mode == "RGBA":
        image = Image.new("RGBA", picture.size, (*picture.ink, 0))
        image.putalpha(Image.fromarray((255 * ink).round().astype(np.uint8)))
        return image
    width, height = picture.size
    rng = np.random.default_rng(picture.seed)
    sheet = np.full((height, width, 3), picture.paper, float)
    sheet += ink[..., None] * (np.array(picture.ink, float) - sheet)
    y, x = np.mgrid[0:height, 0:width]
    sheet *= 1 - picture.shade * ((x / width + y / height) / 2)[..., None]
    sheet += rng.normal(0, picture.grain, (height, width, 1)) if picture.grain else 0
    image = Image.fromarray(sheet.clip(0, 255).round().astype(np.uint8))
    if picture.mode == "P":
        return image.quantize(16)
    if picture.mode == "1":
        return image.convert("L").point(lambda v: 255 * (v > 140)).convert("1")
    return image.convert(picture.mode)


def save(picture: Picture, folder: Path) -> None:
    image = paint(picture)
    options: dict[str, object] = {}
    if picture.orientation == 6:  # a viewer turns it a quarter clockwise
        image = image.transpose(Image.Transpose.ROTATE_90)
        exif = Image.Exif()
        exif[0x0112] = 6
        options["exif"] = exif
    kind = picture.file.rsplit(".", 1)[1]
    if kind == "jpg":
        options["quality"] = 82
    elif kind == "png":
        options["optimize"] = True
    elif kind == "tif":
        options["compression"] = "tiff_lzw"
    elif kind == "webp":
        options["quality"] = 80
    image.save(folder / picture.file, **options)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    rows = io.StringIO()
    table = csv.writer(rows, lineterminator="\n")
    table.writerow(["file", "digit"])
    for picture in PICTURES:
        save(picture, folder)
        table.writerow([picture.file, picture.digit])
    (folder / "expected.csv").write_text(rows.getvalue())


if __name__ == "__main__":
    main()
