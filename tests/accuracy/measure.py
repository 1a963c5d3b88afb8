#!/usr/bin/env python3
"""Measure a model: on MNIST's test images, on pictures made of them, on what is no digit.

    measure.py [--model M] [--data DIR] [--count N] [--pictures FOLDER]...
               [--fashion FILE] [--only PART,...] [--plots FOLDER]

Parts: mnist, renderings, corruptions, digits (scikit-learn's load_digits), fashion, letters,
pictures. Each row says how many were right. FOLDERs of pictures have a labels.csv of
`file,label,...`; what was read wrong in them is listed. --plots draws the calibration and the
confusion table.

It runs on the Python package (see "Install" in docs/python.md), NumPy, SciPy, scikit-image,
scikit-learn, Pillow, and Matplotlib for the plots.
"""
from __future__ import annotations

import argparse
import csv
import gzip
from collections.abc import Iterable
from pathlib import Path

import libdigit
import numpy as np
import numpy.typing as npt

import letters
import mnist_c
import plots
import renderings
from calibration import calibration_error

Bytes = npt.NDArray[np.uint8]

PARTS = ("mnist", "renderings", "corruptions", "digits", "fashion", "letters", "pictures")
FASHION = Path("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")


def say(name: str, right: npt.NDArray[np.bool_], note: str = "") -> None:
    print(f"{name:44} {np.mean(right):8.2%} of {len(right)}{note}", flush=True)


def prepare(model: libdigit.Model, pictures: Iterable[Bytes]) -> Bytes:
    return np.stack([model.normalize(picture) for picture in pictures])


def confidence(model: libdigit.Model, samples: Bytes) -> npt.NDArray[np.float64]:
    return model.confidence(samples).astype(np.float64)


def auroc(inside: npt.NDArray[np.float64], outside: npt.NDArray[np.float64]) -> float:
    """How often something inside is surer than something outside; ties count half."""
    both = np.concatenate([inside, outside])
    order = both.argsort(kind="stable")
    ranks = np.empty(len(both))
    ranks[order] = np.arange(1, len(both) + 1)
    levels, index = np.unique(both, return_inverse=True)
    ranks = (np.bincount(index, ranks) / np.bincount(index))[index]
    wins = ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2
    return float(wins / len(inside) / len(outside))


def measure_pictures(model: libdigit.Model, folder: Path) -> None:
    from PIL import Image, ImageOps

    with open(folder / "labels.csv", newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    pictures = (ImageOps.exif_transpose(Image.open(folder / row["file"])) for row in rows)
    samples = prepare(model, (np.array(picture.convert("RGBA")) for picture in pictures))
    right = model.predict(samples) == np.array([int(row["label"]) for row in rows])
    say(folder.name, right)
    for row, answer, fine in zip(rows, model.predict(samples), right):
        if not fine:
            print(f"    {row['file']}: {row['label']}, read as {answer}")


def measure_digits(model: libdigit.Model) -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    pictures = (digits.images * (255 / 16)).round().astype(np.uint8)
    say("load_digits (8 x 8)", model.predict(prepare(model, pictures)) == digits.target)


def load_fashion(path: Path) -> Bytes:
    with gzip.open(path) as file:
        return np.frombuffer(file.read()[16:], np.uint8).reshape(-1, 28, 28)


class Judge:
    """A model, MNIST's test images, and how sure the model is of them."""

    def __init__(self, model: libdigit.Model, data: Path, count: int) -> None:
        images, labels = libdigit.load_idx(
            data / "t10k-images-idx3-ubyte", data / "t10k-labels-idx1-ubyte"
        )
        self.model, self.images, self.labels = model, images[:count], labels[:count]
        answers = model.predict_full(self.images)
        self.answers = answers["digit"]
        self.sure = answers["confidence"].astype(np.float64)

    def mnist(self) -> None:
        right = self.answers == self.labels
        error = calibration_error(right, self.sure)
        say("MNIST, straight", right, f", calibration error {error:.2%}")

    def renderings(self) -> None:
        for name, render in renderings.RENDERINGS.items():
            generator = np.random.default_rng(1)
            some = self.images[: renderings.SLOW.get(name, len(self.images))]
            samples = prepare(self.model, (render(image, generator) for image in some))
            say(name, self.model.predict(samples) == self.labels[: len(some)])

    def corruptions(self) -> None:
        straight, prepared = [], []
        for name in mnist_c.CORRUPTIONS:
            pictures = mnist_c.corrupt(name, self.images)
            straight.append(self.model.predict(pictures) == self.labels)
            prepared.append(self.model.predict(prepare(self.model, pictures)) == self.labels)
            say(name, prepared[-1], f"; straight {straight[-1].mean():.2%}")
        print(f"{'mean error':44} {1 - np.mean(prepared):8.2%}; "
              f"straight {1 - np.mean(straight):.2%}")

    def outside(self, name: str, samples: Bytes) -> None:
        sure = confidence(self.model, samples)
        print(f"{name:44} AUROC {auroc(self.sure, sure):.4f} against {len(samples)}; "
              f"{np.mean(sure >= 0.9):.2%} at 0.9 or more")


def measure(options: argparse.Namespace) -> None:
    model = libdigit.Model.load(options.model) if options.model else libdigit.Model.pretrained()
    parts = options.only.split(",")
    for folder in options.pictures:
        measure_pictures(model, folder)
    if "digits" in parts:
        measure_digits(model)
    if not options.data:
        return
    judge = Judge(model, options.data, options.count)
    for part in ("mnist", "renderings", "corruptions"):
        if part in parts:
            getattr(judge, part)()
    if "fashion" in parts:
        judge.outside("Fashion-MNIST, straight", load_fashion(options.fashion))
        judge.outside("Fashion-MNIST", prepare(model, load_fashion(options.fashion)))
    if "letters" in parts:
        judge.outside(f"letters of {len(letters.fonts())} fonts",
                      prepare(model, letters.draw_all()))
    if options.plots:
        plots.draw(options.plots, judge.labels, judge.answers, judge.sure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", help="model file (default: the built-in model)")
    parser.add_argument("--data", type=Path, help="folder of MNIST's test files")
    parser.add_argument("--count", type=int, default=10000, help="MNIST images (default: all)")
    parser.add_argument("--pictures", type=Path, action="append", default=[])
    parser.add_argument("--fashion", type=Path, default=FASHION)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    parser.add_argument("--plots", type=Path, help="folder to draw pictures into")
    measure(parser.parse_args())


if __name__ == "__main__":
    main()
