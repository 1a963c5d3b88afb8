#!/usr/bin/env python3
"""Measure how well fields of which something is known are read.

    fields.py --data DIR [--train] [--seed N] [--count N] [--keep DIR]

Draws IBANs, ISBN-13s, card numbers (Luhn), dates and amounts from MNIST's digits, with signs
as a pen of the same width writes them, and reads each as one field: with what is known of it,
with its length alone, and with nothing. Counts what is right, what is wrong though it claims
to be valid, and what the length made wrong. --train draws from training digits 50,001 to
60,000; --keep keeps the pictures of what was wrong.
"""
from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

import libdigit
import pages
import signs
from libdigit import Field


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, count))


def luhn(rng: np.random.Generator) -> str:
    body = _digits(rng, 15)
    double = [int(d) * 2 for d in body[::-2]]
    total = sum(d - 9 * (d > 9) for d in double) + sum(int(d) for d in body[-2::-2])
    return body + str(-total % 10)


def isbn13(rng: np.random.Generator) -> str:
    body = str(rng.choice(["978", "979"])) + _digits(rng, 9)
    return body + str(-sum(int(d) * (1 + 2 * (i % 2)) for i, d in enumerate(body)) % 10)


def iban(rng: np.random.Generator) -> str:
    """The digits of a German one, behind its "DE"."""
    account = _digits(rng, 18)
    return f"{98 - int(account + '131400') % 97:02d}" + account


def date(rng: np.random.Generator) -> str:
    sign = str(rng.choice(["/", ".", "-"]))
    year = f"{rng.integers(1900, 2030)}"
    return sign.join([f"{rng.integers(1, 29):02d}", f"{rng.integers(1, 13):02d}", year])


def amount(rng: np.random.Generator) -> str:
    sign = str(rng.choice([".", ","]))
    return f"{rng.integers(0, 10 ** int(rng.integers(1, 5)))}{sign}{_digits(rng, 2)}"


def plausible(text: str) -> bool:
    """Of a date."""
    parts = text.replace(".", "/").replace("-", "/").split("/")
    return 1 <= int(parts[0]) <= 31 and 1 <= int(parts[1]) <= 12 and 1900 <= int(parts[2]) < 2100


@dataclass
class Kind:
    make: Callable[[np.random.Generator], str]
    field: Field
    groups: int  # digits of a group; 0: one group


KINDS = {
    "iban": Kind(iban, Field(digits=20, check="iban", country="DE"), 4),
    "isbn13": Kind(isbn13, Field(digits=13, check="isbn13"), 0),
    "luhn": Kind(luhn, Field(digits=16, check="luhn"), 4),
    "dates": Kind(date, Field(pattern="dd[./-]dd[./-]dddd", accept=plausible), 0),
    "amounts": Kind(amount, Field(pattern="d+[.,]dd"), 0),
}


def draw(text: str, groups: int, digits: pages.Digits, rng: np.random.Generator,
         ) -> tuple[np.ndarray, str]:
    """The picture of a number of this form, and what it says: digits are what MNIST has."""
    scale, slant = float(rng.uniform(1, 3)), float(rng.uniform(-0.25, 0.25))
    pen, scene = float(rng.uniform(1.6, 3)) * scale, pages.Scene.of(rng)
    size = signs.DIGIT * scale
    sheet = np.zeros((int(3.2 * size), int((1.7 * len(text) + 6) * size)), np.float32)
    x, top = int(size), int(1.1 * size)
    for index, place in enumerate(text):
        x += max(1, round(float(rng.uniform(0.06, 0.2)) * size))
        if groups and index and index % groups == 0:
            x += round(0.6 * size)
        if place.isdigit():
            ink = digit_of(place, digits, rng, scale, slant)
            y = top + int(size) - ink.shape[0] + int(rng.integers(-1, 2) * scale)
        else:
            ink, y = signs.ink_of(place, rng, scale, pen), int(top - size)
        pages.put(sheet, ink, x, y)
        x += ink.shape[1]
    ink = pages.around(pages.trim(sheet), int(10 * scale))
    return pages.paint(ink, np.zeros_like(ink), scene, rng), text


def digit_of(wanted: str, digits: pages.Digits, rng: np.random.Generator, scale: float,
             slant: float) -> pages.Plane:
    while True:
        ink, label = digits.draw(rng, scale, slant)
        if label == wanted:
            return ink


def plain(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of MNIST's files")
    parser.add_argument("--train", action="store_true",
                        help="draw from training digits 50,001 to 60,000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=120, help="fields of each kind")
    parser.add_argument("--keep", type=Path, help="folder for what was read wrong")
    options = parser.parse_args()
    model = libdigit.Model.pretrained()
    digits = pages.Digits(options.data, "train" if options.train else "test")
    for number, (name, kind) in enumerate(KINDS.items()):
        right = valid = false = alone = told = spoiled = 0
        for index in range(options.count):
            rng = np.random.default_rng([options.seed, number, index])
            pixels, text = draw(kind.make(rng), kind.groups, digits, rng)
            length = Field(digits=len(plain(text)))
            found, by_length, nothing = (model.read_fields(pixels, [field]).fields[0]
                                         for field in (kind.field, length, Field()))
            got = found.text if kind.field.pattern else plain(found.text)
            right += got == text
            valid += found.valid
            false += found.valid and got != text
            alone += plain(nothing.text) == plain(text)
            told += plain(by_length.text) == plain(text)
            spoiled += plain(nothing.text) == plain(text) != plain(by_length.text)
            if got != text and options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                file = f"{name}-{index}-{text}-{found.text}-{found.valid}.png"
                Image.fromarray(pixels).save(options.keep / file.replace("/", "_"))
        print(f"{name:8} {right} of {options.count} right, {valid} valid, {false} of them wrong; "
              f"digits: {alone} with nothing told, {told} with their number, {spoiled} made wrong "
              "by it", flush=True)


if __name__ == "__main__":
    main()
