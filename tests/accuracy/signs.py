#!/usr/bin/env python3
"""Measure how well numbers with signs are read.

    signs.py --data DIR [--train] [--seed N] [--count N] [--model MODEL] [--keep DIR]

Draws numbers of six formats (points, commas, colons, dashes, plus signs, slashes) from
MNIST's digits, with signs as a pen of the same width writes them, and reads them as a
line with signs=True. A number counts as right if all digits and all signs are.
--train draws from training digits 50,001 to 60,000; --keep keeps what was read wrong.
"""
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import libdigit
import pages

Point = tuple[float, float]

SUPERSAMPLING = 4
DIGIT = 20  # height in pixels at scale 1, as in MNIST


def _number(rng: np.random.Generator, least: int, most: int) -> str:
    return "0" * int(rng.integers(least, most + 1))


# Formats: "0" stands for any digit.
FORMATS = {
    "points": lambda rng: _number(rng, 1, 4) + "." + _number(rng, 1, 2),
    "commas": lambda rng: _number(rng, 1, 4) + "," + _number(rng, 1, 2),
    "colons": lambda rng: _number(rng, 1, 2) + ":00" + (":00" if rng.random() < 0.3 else ""),
    "dashes": lambda rng: ("-" + _number(rng, 1, 4) if rng.random() < 0.5
                           else _number(rng, 2, 4) + "-" + _number(rng, 2, 4)),
    "plus": lambda rng: ("+" + _number(rng, 1, 4) if rng.random() < 0.5
                         else _number(rng, 1, 3) + "+" + _number(rng, 1, 3)),
    "slashes": lambda rng: _number(rng, 1, 2) + "/" + _number(rng, 1, 2) + "/" + _number(rng, 2, 4),
}


def strokes_of(sign: str, rng: np.random.Generator) -> tuple[list[list[Point]], float]:
    """Strokes of a sign in heights of a digit, y from its top down; and its width."""
    def jitter() -> float:
        return float(rng.normal(0, 0.02))
    if sign == ".":
        x = 0.05 + jitter()
        return [[(x, 0.95 + jitter()), (x + 0.03, 0.97 + jitter())]], 0.12
    if sign == ",":
        return [[(0.12, 0.92 + jitter()), (0.1, 1.02), (0.02 + jitter(), 1.16 + jitter())]], 0.16
    if sign == ":":
        return [[(0.05, y), (0.07, y + 0.02)] for y in (0.4 + jitter(), 0.85 + jitter())], 0.12
    if sign == "-":
        length, y = float(rng.uniform(0.3, 0.5)), 0.5 + 2 * jitter()
        return [[(0, y), (length, y + jitter())]], length
    if sign == "+":
        side = float(rng.uniform(0.4, 0.6))
        top = 0.5 - side / 2 + jitter()
        return [[(0, 0.5 + jitter()), (side, 0.5 + jitter())],
                [(side / 2 + jitter(), top), (side / 2 + jitter(), top + side)]], side
    lean = float(rng.uniform(0.3, 0.6))
    return [[(lean, -0.08 + jitter()), (0, 1.1 + jitter())]], lean


def ink_of(sign: str, rng: np.random.Generator, scale: float, pen: float) -> pages.Plane:
    """The ink of a sign, 0..1, tight across; the middle third of its rows is a digit's height."""
    strokes, width = strokes_of(sign, rng)
    size, zoom = DIGIT * scale, SUPERSAMPLING
    sheet = Image.new("L", (int((width * size + 4 * pen) * zoom), int(3 * size * zoom)))
    draw, radius = ImageDraw.Draw(sheet), pen * zoom / 2
    for stroke in strokes:
        points = [((2 * pen + x * size) * zoom, (1 + y) * size * zoom) for x, y in stroke]
        draw.line(points, fill=255, width=max(1, round(2 * radius)), joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    small = sheet.resize((sheet.width // zoom, sheet.height // zoom), Image.Resampling.BOX)
    plane = np.asarray(small, np.float32) / 255
    columns = np.flatnonzero((plane > 0.1).any(axis=0))
    return plane[:, columns[0]:columns[-1] + 1]


def draw(kind: str, digits: pages.Digits, seed: int, index: int) -> tuple[np.ndarray, str]:
    rng = np.random.default_rng([seed, sorted(FORMATS).index(kind), index])
    scale, slant = float(rng.uniform(1, 3)), float(rng.uniform(-0.25, 0.25))
    pen = float(rng.uniform(1.6, 3)) * scale
    scene = pages.Scene.of(rng)
    size = DIGIT * scale
    sheet = np.zeros((int(3.2 * size), int(12 * size)), np.float32)
    text, x, top = "", int(size), int(1.1 * size)
    for place in FORMATS[kind](rng):
        x += max(1, round(float(rng.uniform(0.06, 0.2)) * size))
        if place == "0":
            ink, label = digits.draw(rng, scale, slant)
            y = top + int(size) - ink.shape[0] + int(rng.integers(-1, 2) * scale)
        else:
            ink, label, y = ink_of(place, rng, scale, pen), place, int(top - size)
        pages.put(sheet, ink, x, y)
        x += ink.shape[1]
        text += label
    ink = pages.around(pages.trim(sheet), int(10 * scale))
    return pages.paint(ink, np.zeros_like(ink), scene, rng), text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of MNIST's files")
    parser.add_argument("--model", help="model file (default: the built-in model)")
    parser.add_argument("--train", action="store_true",
                        help="draw from training digits 50,001 to 60,000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150, help="numbers of each format")
    parser.add_argument("--keep", type=Path, help="folder for what was read wrong")
    options = parser.parse_args()
    model = libdigit.Model.load(options.model) if options.model else libdigit.Model.pretrained()
    digits = pages.Digits(options.data, "train" if options.train else "test")
    for kind in FORMATS:
        right = plain = 0
        for index in range(options.count):
            pixels, text = draw(kind, digits, options.seed, index)
            got = model.read(pixels, layout="line", signs=True).text
            right += got == text
            plain += "".join(filter(str.isdigit, got)) == "".join(filter(str.isdigit, text))
            if got != text and options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                name = f"{kind}-{index}-{text}-{got}".replace("/", "_").replace("\n", "|")
                Image.fromarray(pixels).save(options.keep / f"{name}.png")
        print(f"{kind:8} {right} of {options.count} right with their signs "
              f"({right / options.count:.1%}), digits of {plain}", flush=True)


if __name__ == "__main__":
    main()
