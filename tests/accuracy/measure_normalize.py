#!/usr/bin/env python3
"""Measure what preparing a picture costs, or saves.

    measure_normalize.py [--model M] [--count N] [--data DIR] [FOLDER...]

With --data, the folder of MNIST's IDX files: the accuracy of the model on the
first N test images as they are, then on pictures made of them (as they are,
inverted, enlarged, on a large canvas, noisy, thin, shaded), each prepared by
normalize. With FOLDERs of pictures, each with a labels.csv of `file,label,...`:
the accuracy on those (needs Pillow) and the files that were read wrong.

It runs on the Python package: see "Install" in docs/python.md.
"""
from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

import libdigit

Picture = npt.NDArray[np.uint8]
Render = Callable[[Picture, np.random.Generator], Picture]


def enlarge(image: Picture, side: int) -> Picture:
    """Bilinear, to side x side."""
    place = (np.arange(side) + 0.5) * image.shape[0] / side - 0.5
    first = np.clip(np.floor(place), 0, image.shape[0] - 2).astype(int)
    part = np.clip(place - first, 0, 1)
    rows = image[first] * (1 - part)[:, None] + image[first + 1] * part[:, None]
    out = rows[:, first] * (1 - part) + rows[:, first + 1] * part
    return out.round().astype(np.uint8)


def on_canvas(image: Picture, generator: np.random.Generator) -> Picture:
    """Three times as large, dark on white, anywhere on 200 x 200."""
    canvas = np.full((200, 200), 255, np.uint8)
    y, x = generator.integers(0, 200 - 84, 2)
    canvas[y : y + 84, x : x + 84] = 255 - enlarge(image, 84)
    return canvas


def add_noise(picture: Picture, sigma: float, generator: np.random.Generator) -> Picture:
    noisy = picture + generator.normal(0, sigma, picture.shape)
    return np.clip(noisy.round(), 0, 255).astype(np.uint8)


def neighbours(ink: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.bool_]]:
    """The eight neighbours of each pixel, clockwise from the one above."""
    around = np.pad(ink, 1)
    height, width = ink.shape
    steps = [(0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]
    return [around[y : y + height, x : x + width] for y, x in steps]


def skeleton(ink: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Lines of one pixel (Zhang and Suen, 1984)."""
    ink = ink.copy()
    changed = True
    while changed:
        changed = False
        for first, second in (((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6))):
            around = neighbours(ink)
            count = sum(n.astype(np.int8) for n in around)
            turns = sum((~around[i] & around[(i + 1) % 8]).astype(np.int8) for i in range(8))
            away = ink & (count >= 2) & (count <= 6) & (turns == 1)
            away &= ~np.logical_and.reduce([around[i] for i in first])
            away &= ~np.logical_and.reduce([around[i] for i in second])
            changed |= bool(away.any())
            ink &= ~away
    return ink


def thin(image: Picture, side: int, pen: int) -> Picture:
    """The digit's middle line, drawn with a pen `pen` (odd) wide on side x side."""
    line = skeleton(enlarge(image, 200) > 127)
    if side > 200:  # between the line's pixels when they move apart
        large = np.zeros((side, side), bool)
        y, x = np.nonzero(line)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                there = (y + dy).clip(0, 199), (x + dx).clip(0, 199)
                both = line[there]
                for step in range(side // 200):
                    large[(y * side // 200 + dy * step)[both].clip(0, side - 1),
                          (x * side // 200 + dx * step)[both].clip(0, side - 1)] = True
        line = large
    for _ in range(pen // 2):
        line = np.logical_or.reduce([line, *neighbours(line)])
    return np.where(line, 0, 255).astype(np.uint8)


def shaded(image: Picture, generator: np.random.Generator) -> Picture:
    """Grey ink on paper lit from one side, with a little noise."""
    paper = on_canvas(image, generator) / 255
    light = np.linspace(60, 220, 200)[None, :] * np.linspace(0.7, 1, 200)[:, None]
    return add_noise((light * (0.5 + 0.5 * paper)).astype(np.uint8), 4, generator)


RENDERINGS: dict[str, Render] = {
    "as they are": lambda image, _: image,
    "inverted": lambda image, _: 255 - image,
    "enlarged 3 times": lambda image, _: enlarge(image, 84),
    "anywhere on 200 x 200": on_canvas,
    "noise, sigma 25": lambda image, generator: add_noise(image, 25, generator),
    "half contrast and noise, 200 x 200": lambda image, generator: add_noise(
        (on_canvas(image, generator) * 0.5 + 60).astype(np.uint8), 25, generator
    ),
    "contrast 30, noise 2": lambda image, generator: add_noise(
        (on_canvas(image, generator) * 0.12 + 120).astype(np.uint8), 2, generator
    ),
    "lit from one side": shaded,
    "pen of 1 on 200 x 200": lambda image, _: thin(image, 200, 1),
    "pen of 3 on 1000 x 1000": lambda image, _: thin(image, 1000, 3),
}

# Made of few images: they take long to draw.
SLOW = {"pen of 1 on 200 x 200": 2000, "pen of 3 on 1000 x 1000": 500}


def accuracy(model: libdigit.Model, samples: Picture, labels: Picture) -> float:
    return float(np.mean(model.predict(samples) == labels))


def prepare(model: libdigit.Model, pictures: Iterable[Picture]) -> Picture:
    return np.stack([model.normalize(picture) for picture in pictures])


def measure_mnist(model: libdigit.Model, data: Path, count: int) -> None:
    images, labels = libdigit.load_idx(
        data / "t10k-images-idx3-ubyte", data / "t10k-labels-idx1-ubyte"
    )
    images, labels = images[:count], labels[:count]
    print(f"{'straight':36} {accuracy(model, images, labels):8.2%} of {len(images)}")
    for name, render in RENDERINGS.items():
        generator = np.random.default_rng(1)
        some = images[: SLOW.get(name, count)]
        samples = prepare(model, (render(image, generator) for image in some))
        share = accuracy(model, samples, labels[: len(some)])
        print(f"{name:36} {share:8.2%} of {len(some)}", flush=True)


def measure_folder(model: libdigit.Model, folder: Path) -> None:
    from PIL import Image, ImageOps

    with open(folder / "labels.csv", newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    pictures = (ImageOps.exif_transpose(Image.open(folder / row["file"])) for row in rows)
    samples = prepare(model, (np.array(picture.convert("RGBA")) for picture in pictures))
    labels = np.array([int(row["label"]) for row in rows])
    answers = model.predict(samples)
    print(f"{folder.name:36} {np.mean(answers == labels):8.2%} of {len(rows)}")
    for row, answer in zip(rows, answers):
        if int(row["label"]) != answer:
            print(f"    {row['file']}: {row['label']}, read as {answer}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", help="model file (default: the built-in model)")
    parser.add_argument("--count", type=int, default=10000, help="MNIST images (default: all)")
    parser.add_argument("--data", type=Path, help="folder of MNIST's test files")
    parser.add_argument("folders", nargs="*", type=Path, help="pictures with a labels.csv")
    options = parser.parse_args()
    if not options.data and not options.folders:
        parser.error("nothing to measure: give --data or a folder")
    model = libdigit.Model.load(options.model) if options.model else libdigit.Model.pretrained()
    if options.data:
        measure_mnist(model, options.data, options.count)
    for folder in options.folders:
        measure_folder(model, folder)


if __name__ == "__main__":
    main()
