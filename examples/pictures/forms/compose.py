#!/usr/bin/env python3
"""Draw a printed form filled in by hand, and what it says.

    python3 examples/pictures/forms/compose.py MNIST_FOLDER [FOLDER] [SEED]

Writes into FOLDER, this one by default: membership.jpg; membership.fields.json, what
`ocr-pipeline --form` is told of it; membership.expected.json, all its words and numbers with
their boxes. Words are set in DejaVu Sans; the handwritten numbers are test images of
MNIST (CC BY-SA 3.0: Yann LeCun, Corinna Cortes, Christopher Burges). Needs NumPy and Pillow.
"""
from __future__ import annotations

import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SIZE = (1240, 1150)
INK, PAPER, PRINT, RULE = (24, 44, 150), (250, 249, 244), (30, 30, 34), (110, 112, 120)
CELL = (42, 54)   # of combs and boxes
DIGIT = 32        # pixels a written digit is high
SEED = 1


@dataclass
class Field:
    """A number to be filled in: what is printed, and how the room for it looks."""

    label: str
    at: tuple[int, int]    # top left of the label
    room: tuple[int, int]  # top left of the first cell, or start of the line
    kind: str              # comb, boxes, line
    digits: int
    check: str = ""
    groups: tuple[int, ...] = ()  # of cells, a gap after each


FIELDS = [
    Field("Member number", (90, 268), (420, 252), "comb", 8, "luhn"),
    Field("Tax number", (90, 358), (420, 342), "comb", 11, "mod11,10"),
    Field("Postcode", (90, 448), (420, 432), "boxes", 5),
    Field("Persons in household", (700, 448), (1060, 486), "line", 2),
    Field("Number of the bank card", (90, 546), (90, 586), "boxes", 16, "luhn", (4, 4, 4, 4)),
    Field("Telephone", (90, 712), (420, 750), "line", 9),
    Field("Meter reading", (90, 802), (420, 786), "comb", 6),
]
TEXT = [
    ((90, 70), 40, "Application for membership"),
    ((90, 136), 22, "Please fill in every field in block figures, one figure to a cell, with a"),
    ((90, 168), 22, "blue or black pen. Leave a field empty where you have nothing to declare."),
    ((90, 900), 22, "I have read the rules of the society and agree to them. My membership"),
    ((90, 932), 22, "ends when I say so in writing, at the end of any quarter."),
    ((90, 1040), 20, "Signature of the applicant"),
]


def idx(path: Path, header: int) -> np.ndarray:
    return np.frombuffer(path.read_bytes(), np.uint8, offset=header)


class Pen:
    """MNIST's test digits, a random one of a kind at a time."""

    def __init__(self, folder: Path, rng: np.random.Generator) -> None:
        raw = folder / "t10k-images-idx3-ubyte"
        assert struct.unpack(">I", raw.read_bytes()[:4])[0] == 2051, raw
        self.images = idx(raw, 16).reshape(-1, 28, 28)
        self.labels = idx(folder / "t10k-labels-idx1-ubyte", 8)
        self.rng = rng

    def draw(self, digit: int) -> Image.Image:
        """Its ink as an 8-bit mask, cut to it."""
        image = Image.fromarray(self.images[self.rng.choice(np.flatnonzero(self.labels == digit))])
        scale = DIGIT / 20
        image = image.resize((round(28 * scale),) * 2, Image.Resampling.BICUBIC)
        return image.crop(image.point(lambda v: 255 * (v > 40)).getbbox())


# ---- Numbers --------------------------------------------------------------


def luhn(digits: list[int]) -> int:
    doubled = [d if i % 2 else d * 2 - 9 * (d > 4) for i, d in enumerate(reversed(digits))]
    return -sum(doubled) % 10


def mod11_10(digits: list[int]) -> int:
    product = 10
    for digit in digits:
        product = ((product + digit) % 10 or 10) * 2 % 11
    return (11 - product) % 10


def number(field: Field, rng: np.random.Generator) -> str:
    digits = [int(d) for d in rng.integers(0, 10, field.digits)]
    if field.check:
        digits[-1] = {"luhn": luhn, "mod11,10": mod11_10}[field.check](digits[:-1])
    return "".join(map(str, digits))


# ---- Drawing --------------------------------------------------------------


class Sheet:
    """The form, and where what stands on it."""

    def __init__(self, pen: Pen, rng: np.random.Generator) -> None:
        self.image = Image.new("RGB", SIZE, PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.pen, self.rng = pen, rng
        self.words: list[tuple[str, list[int]]] = []        # text, box
        self.fields: list[tuple[str, str, list[int]]] = []  # label, number, box

    def print(self, at: tuple[int, int], size: int, text: str) -> None:
        font = ImageFont.truetype(FONT, size)
        self.draw.text(at, text, PRINT, font)
        for index, word in enumerate(text.split(" ")):
            before = " ".join(text.split(" ")[:index] + [""]) if index else ""
            left = at[0] + self.draw.textlength(before, font)
            box = self.draw.textbbox((left, at[1]), word, font)
            self.words.append((word, corners(box)))

    def cells(self, field: Field) -> list[tuple[int, int]]:
        """Draw the room for a number: the left bottom of each cell."""
        (x, y), (width, height) = field.room, CELL
        if field.kind == "line":
            long = field.digits * (DIGIT + 4)
            self.draw.line((x, y, x + long, y), RULE, 2)
            return [(x + i * (DIGIT + 4), y - 4) for i in range(field.digits)]
        places = []
        for count in field.groups or (field.digits,):
            for index in range(count):
                self.cell(field.kind, x + index * width, y)
                places.append((x + index * width, y + height))
            x += count * width + 36
        return places

    def cell(self, kind: str, x: int, y: int) -> None:
        width, height = CELL
        if kind == "boxes":
            self.draw.rectangle((x, y, x + width, y + height), outline=RULE, width=2)
            return
        self.draw.line((x, y + height, x + width, y + height), RULE, 2)
        for wall in (x, x + width):
            self.draw.line((wall, y + height - 20, wall, y + height), RULE, 2)

    def write(self, field: Field, value: str) -> None:
        box = [*SIZE, 0, 0]
        width, height = (DIGIT + 4, DIGIT + 8) if field.kind == "line" else CELL
        for (left, bottom), digit in zip(self.cells(field), value):
            ink = self.pen.draw(int(digit))
            x = left + (width - ink.width) // 2 + int(self.rng.integers(-2, 3))
            y = bottom - (height + ink.height) // 2 + int(self.rng.integers(-2, 3))
            self.image.paste(INK, (x, y), ink)
            box = [min(box[0], x), min(box[1], y),
                   max(box[2], x + ink.width), max(box[3], y + ink.height)]
        self.fields.append((field.label, value, corners(box)))

    def scanned(self) -> Image.Image:
        """As a scanner gives it: a little askew, a little noise."""
        angle = float(self.rng.uniform(-0.4, 0.4))
        turned = self.image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=PAPER)
        noise = self.rng.normal(0, 3, (SIZE[1], SIZE[0], 1))
        plane = (np.asarray(turned, np.float32) + noise).clip(0, 255).round()
        return Image.fromarray(plane.astype(np.uint8))


def corners(box: Any) -> list[int]:
    """x, y, width, height of left, top, right, bottom."""
    left, top, right, bottom = map(round, box)
    return [left, top, right - left, bottom - top]


def compose(mnist: Path, seed: int
            ) -> tuple[Image.Image, list[tuple[str, list[int]]], list[tuple[str, str, list[int]]]]:
    """The picture, its words (text, box), its fields (label, number, box)."""
    rng = np.random.default_rng(seed)
    sheet = Sheet(Pen(mnist, rng), rng)
    for at, size, text in TEXT:
        sheet.print(at, size, text)
    for field in FIELDS:
        sheet.print(field.at, 24, field.label)
        sheet.write(field, number(field, rng))
    return sheet.scanned(), sheet.words, sheet.fields


def template() -> list[dict[str, Any]]:
    """The fields as a form's owner knows them."""
    return [{"label": field.label, "digits": field.digits}
            | ({"check": field.check} if field.check else {}) for field in FIELDS]


def write_json(path: Path, value: Any) -> None:
    lines = [f" {json.dumps(one)}" for one in value]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def main() -> None:
    mnist = Path(sys.argv[1])
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent
    image, words, fields = compose(mnist, int(sys.argv[3]) if len(sys.argv) > 3 else SEED)
    image.save(folder / "membership.jpg", quality=60)
    write_json(folder / "membership.fields.json", template())
    write_json(folder / "membership.expected.json",
               [{"word": text, "box": box} for text, box in words]
               + [{"field": label, "text": text, "box": box} for label, text, box in fields])


if __name__ == "__main__":
    main()
