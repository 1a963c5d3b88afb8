#!/usr/bin/env python3
"""Draw the pictures of this folder, and expected.csv beside them.

Handwritten digits are MNIST's training images (CC BY-SA 3.0: Yann LeCun, Corinna
Cortes, Christopher Burges); printed words are set in DejaVu Sans. Needs NumPy and
Pillow.

    python3 examples/pictures/numbers/compose.py MNIST_FOLDER [FOLDER]
"""
from __future__ import annotations

import csv
import math
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
Colour = tuple[int, int, int]


@dataclass
class Picture:
    """What is written, on what, and how it is taken."""

    file: str
    lines: list[str]              # digits; a space is a gap, . , - / are drawn as signs
    ink: Colour = (28, 40, 120)
    paper: Colour = (250, 248, 240)
    rule: Colour = (150, 175, 215)
    scale: float = 2.0            # 1: a digit is 20 pixels high
    slant: float = 0.0
    skew: float = 0.0             # degrees
    shade: float = 0.0            # how much darker one corner is
    noise: float = 3.0
    blur: float = 0.0
    under: str = ""               # "rules", "squares", "boxes", "comb"
    words: list[str] = field(default_factory=list)  # printed before each line
    touch: bool = False           # neighbours overlap a little
    seed: int = 1


PICTURES = [
    Picture("telephone-note.jpg", ["0170 5521 938"], skew=-1.5, shade=.2, seed=1),
    Picture("year.png", ["1987"], scale=3, ink=(30, 30, 34), seed=2),
    Picture("sums-on-squares.jpg", ["48", "157", "2063"], under="squares", seed=3),
    Picture("blackboard.jpg", ["31 415", "92 653"], ink=(235, 238, 230), paper=(36, 60, 50),
            noise=6, scale=3, seed=4),
    Picture("postcode-boxes.png", ["50667"], under="boxes", rule=(200, 90, 90), seed=5),
    Picture("account-comb.png", ["20418836"], under="comb", rule=(90, 90, 100), seed=6),
    Picture("ruled-notebook.jpg", ["7714 206", "385 9140", "66 12"], under="rules", skew=2,
            seed=7),
    Picture("price-tag.png", ["12.50", "8.95"], scale=2.5, seed=8),
    Picture("date.jpg", ["24/11/2026"], shade=.35, noise=5, seed=9),
    Picture("temperatures.png", ["-3 17", "-12 4"], scale=2.5, ink=(150, 24, 30), seed=10),
    Picture("phone-photo.jpg", ["4408 1172"], shade=.4, noise=9, blur=.8, skew=-3.5, scale=3,
            seed=11),
    Picture("hasty.png", ["5083"], touch=True, scale=2.5, seed=12),
    Picture("form.png", ["482", "1990", "77"], words=["Number", "Year", "Age"],
            ink=(24, 44, 150), scale=1.8, under="", seed=13),
    Picture("faint-pencil.jpg", ["9026 71"], ink=(150, 150, 152), noise=4, shade=.15, seed=14),
]


def load(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    images = (folder / "train-images-idx3-ubyte").read_bytes()
    labels = (folder / "train-labels-idx1-ubyte").read_bytes()
    count, height, width = struct.unpack(">3I", images[4:16])
    return (np.frombuffer(images, np.uint8, offset=16).reshape(count, height, width),
            np.frombuffer(labels, np.uint8, offset=8))


def digit_ink(image: np.ndarray, scale: float, slant: float) -> np.ndarray:
    """0..1, cut to the ink."""
    side = math.ceil(28 * scale) + 2
    lean = math.ceil(abs(slant) * side) + 1
    drawn = Image.fromarray(image).transform(
        (side + 2 * lean, side), Image.Transform.AFFINE,
        (1 / scale, slant / scale, (-lean - slant * side / 2) / scale, 0, 1 / scale, -1 / scale),
        resample=Image.Resampling.BICUBIC)
    plane = np.asarray(drawn, float) / 255
    rows, columns = np.nonzero(plane > .1)
    return plane[rows.min():rows.max() + 1, columns.min():columns.max() + 1]


def sign_ink(sign: str, scale: float) -> tuple[np.ndarray, float]:
    """A sign's ink, and where its middle is: 0 at the top of the digits, 1 at their foot."""
    pen = max(2, round(2.6 * scale))
    if sign == "-":
        return np.ones((pen, round(9 * scale))), .55
    if sign in ".,":
        return np.ones((pen + (2 if sign == "," else 0), pen)), .95
    height, width = round(27 * scale), round(11 * scale)
    image = Image.new("L", (width, height), 0)
    ImageDraw.Draw(image).line((1, height - 2, width - 2, 1), 255, pen)
    return np.asarray(image, float) / 255, .5


def put(sheet: np.ndarray, ink: np.ndarray, x: float, y: float) -> None:
    x, y = round(x), max(0, round(y))
    part = sheet[y:y + ink.shape[0], x:x + ink.shape[1]]
    np.maximum(part, ink[:part.shape[0], :part.shape[1]], out=part)


def write_line(sheet: np.ndarray, text: str, x: float, top: float, picture: Picture,
               rng: np.random.Generator, mnist: tuple[np.ndarray, np.ndarray],
               cell: float) -> list[float]:
    """Draw a line; returns where its digits' cells begin."""
    images, labels = mnist
    scale, cells = picture.scale, []
    for letter in text:
        if letter == " ":
            x += 26 * scale
            continue
        if letter.isdigit():
            which = rng.choice(np.flatnonzero(labels == int(letter)))
            ink, middle = digit_ink(images[which], scale, picture.slant), .5
        else:
            ink, middle = sign_ink(letter, scale)
        cells.append(x)
        width = ink.shape[1]
        left = x + (cell - width) / 2 if cell else x
        put(sheet, ink, left, top + 20 * scale * middle - ink.shape[0] / 2)
        step = width - 2 * scale if picture.touch else width + rng.uniform(4, 7) * scale
        x = x + cell if cell else x + step
    return cells


def draw_under(rules: np.ndarray, picture: Picture, row: int, cells: list[float], top: float,
               cell: float) -> None:
    scale, thick = picture.scale, max(1, round(picture.scale * .7))
    height, width = rules.shape
    foot, head = round(top + 27 * scale), round(top - 6 * scale)
    if picture.under == "rules":
        rules[foot - round(4 * scale):foot - round(4 * scale) + thick] = 1
    if picture.under == "squares" and row == 0:
        for place in np.arange(8, max(height, width), 11 * scale):
            rules[int(place):int(place) + 1] = 1
            rules[:, int(place):int(place) + 1] = 1
    if picture.under in ("boxes", "comb"):
        comb = picture.under == "comb"
        for x in cells:
            left, right = round(x + (0 if comb else 2 * scale)), round(x + cell)
            rules[foot:foot + thick, left:right + thick] = 1
            wall = foot - round(9 * scale) if comb else head
            rules[wall:foot, left:left + thick] = 1
            rules[wall:foot, right:right + thick] = 1
            if not comb:
                rules[head:head + thick, left:right + thick] = 1


def paint(picture: Picture, mnist: tuple[np.ndarray, np.ndarray]) -> Image.Image:
    rng, scale = np.random.default_rng(picture.seed), picture.scale
    cell = 30 * scale if picture.under in ("boxes", "comb") else 0
    indent = 120.0 if picture.words else 0.0
    longest = max(len(line) for line in picture.lines)
    width = round(indent + 40 * scale + longest * max(cell, 27 * scale))
    height = round((len(picture.lines) * 36 + 34) * scale)
    ink, rules = np.zeros((height, width)), np.zeros((height, width))
    words = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(words)
    for row, line in enumerate(picture.lines):
        top = (22 + 36 * row) * scale
        cells = write_line(ink, line, 20 * scale + indent, top, picture, rng, mnist, cell)
        draw_under(rules, picture, row, cells, top, cell)
        if picture.words:
            font = ImageFont.truetype(FONT, round(11 * scale))
            pen.text((round(8 * scale), top + 4 * scale), picture.words[row], 255, font)
    used = np.flatnonzero(ink.any(axis=0)).max() + round(16 * scale)
    planes = [ink[:, :used], rules[:, :used], np.asarray(words, float)[:, :used] / 255]
    turned = [np.asarray(Image.fromarray((255 * p).astype(np.uint8)).rotate(
        picture.skew, Image.Resampling.BICUBIC), float) / 255 for p in planes]
    sheet = np.full((height, used, 3), picture.paper, float)
    for plane, colour in zip((turned[1], turned[2], turned[0]),
                             (picture.rule, (40, 40, 44), picture.ink)):
        sheet += plane[..., None] * (np.array(colour, float) - sheet)
    y, x = np.mgrid[0:height, 0:used]
    sheet *= 1 - picture.shade * ((x / used + y / height) / 2)[..., None]
    sheet += rng.normal(0, picture.noise, (height, used, 1))
    image = Image.fromarray(sheet.clip(0, 255).round().astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(picture.blur)) if picture.blur else image


def expected(line: str) -> str:
    """What reading it shows: a sign begins a new group."""
    for sign in ".,-/":
        line = line.replace(sign, " ")
    return " ".join(line.split())


def main() -> None:
    mnist = load(Path(sys.argv[1]))
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "expected.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["file", "text"])
        for picture in PICTURES:
            options = {"quality": 80} if picture.file.endswith("jpg") else {"optimize": True}
            paint(picture, mnist).save(folder / picture.file, **options)
            table.writerow([picture.file, "|".join(expected(line) for line in picture.lines)])


if __name__ == "__main__":
    main()
