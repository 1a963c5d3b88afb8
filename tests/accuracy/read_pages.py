#!/usr/bin/env python3
"""Measure how well pictures of several digits are read.

    read_pages.py [--data DIR] [--train] [--seed N] [--only KIND] [--overlays DIR] [FOLDER...]

Draws fields and pages from MNIST's test digits (pages.py: seeds, counts and
parameters are fixed there) and reads them through the public interface. For
tuning the reader, --train draws from training digits 50,001 to 60,000, and --seed
draws others.
With FOLDERs of pictures, each with a labels.csv of `file,label,...`, it reads
those instead, with the layout that a column `layout` names, else `page`; `label`
has all digits in reading order, whatever stands between them.
--overlays keeps the pictures that were read wrong, with boxes drawn in.

It runs on the Python package: see "Install" in docs/python.md.
"""
from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import numpy as np
from PIL import Image, ImageOps

import libdigit
import pages


def distances(wanted: str, got: str) -> tuple[int, int, int]:
    """Of the best alignment: digits right, extra, missing."""
    # costs[i][j] of wanted[:i] and got[:j]; each with (right, extra, missing)
    row = [(j, 0, j, 0) for j in range(len(got) + 1)]
    for i, digit in enumerate(wanted, 1):
        above, row = row, [(i, 0, 0, i)]
        for j, other in enumerate(got, 1):
            same = digit == other
            a, b, c = above[j - 1], row[j - 1], above[j]
            row.append(min((a[0] + (not same), a[1] + same, a[2], a[3]),
                           (b[0] + 1, b[1], b[2] + 1, b[3]),
                           (c[0] + 1, c[1], c[2], c[3] + 1),
                           key=lambda way: (way[0], -way[1])))
    return row[-1][1:]


@dataclass
class Score:
    pictures: int = 0
    whole: int = 0
    digits: int = 0
    right: int = 0
    extra: int = 0
    missing: int = 0

    def add(self, wanted: str, got: str) -> bool:
        right, extra, missing = distances(wanted, got)
        self.pictures += 1
        self.whole += wanted == got
        self.digits += len(wanted)
        self.right += right
        self.extra += extra
        self.missing += missing
        return wanted == got

    def __str__(self) -> str:
        wrong = self.digits - self.right + self.extra
        return (f"{self.right / self.digits:7.2%} of {self.digits} digits right, "
                f"{self.extra} extra, {self.missing} missing; "
                f"{self.whole / self.pictures:6.1%} of {self.pictures} whole; "
                f"character error {wrong / self.digits:.2%}")


def plain(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")


def keep(folder: Optional[Path], name: str, reading: libdigit.Reading) -> None:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        reading.overlay().save(folder / f"{name}.png")


def measure_kind(model: libdigit.Model, digits: pages.Digits, kind: str, seed: int,
                 overlays: Optional[Path], count: Optional[int]) -> None:
    _, number, layout = pages.KINDS[kind]
    score, lines, letters, false = Score(), [0, 0], 0, 0
    for index in range(count or number):
        drawn = pages.draw(kind, digits, seed, index)
        reading = model.read(drawn.pixels, layout=layout)
        if kind == "letters":
            letters += drawn.letters
            false += sum(digit.confidence >= 0.9 for digit in reading.digits)
            keep(overlays, f"{kind}-{index}", reading)
            continue
        if not score.add(drawn.digits, plain(reading.text)):
            keep(overlays, f"{kind}-{index}-{drawn.digits[:12]}", reading)
        wanted = [" ".join(line) for line in drawn.lines]
        lines[0] += sum(a == b for a, b in zip(wanted, reading.text.split("\n")))
        lines[1] += len(wanted)
    if kind == "letters":
        print(f"{kind:14} {false} false digits at confidence 0.9 in {letters} letters", flush=True)
        return
    print(f"{kind:14} {score}; lines with their groups {lines[0]} of {lines[1]}", flush=True)


def pictures_of(folder: Path) -> Iterator[tuple[str, str, str, np.ndarray]]:
    """File, label, layout and pixels of each picture."""
    with open(folder / "labels.csv", newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            picture = ImageOps.exif_transpose(Image.open(folder / row["file"]))
            layout = (row.get("layout") or "page").split()[0]  # "grid 9x9": its size is not told
            yield (row["file"], row["label"], layout, np.array(picture.convert("RGBA")))


def measure_folder(model: libdigit.Model, folder: Path, overlays: Optional[Path]) -> None:
    score = Score()
    for file, label, layout, pixels in pictures_of(folder):
        reading = model.read(pixels, layout=layout)
        wanted = "".join(filter(str.isdigit, label))  # without its lines, groups and empty cells
        if not score.add(wanted, plain(reading.text)):
            print(f"    {file}: {label}, read as {reading.text!r}")
            keep(overlays, Path(file).stem, reading)
    print(f"{folder.name:14} {score}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", help="model file (default: the built-in model)")
    parser.add_argument("--data", type=Path, help="folder of MNIST's files")
    parser.add_argument("--train", action="store_true",
                        help="draw from training digits 50,001 to 60,000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(pages.KINDS), help="one kind of picture")
    parser.add_argument("--count", type=int, help="pictures a kind (default: the fixed number)")
    parser.add_argument("--overlays", type=Path, help="folder for what was read wrong")
    parser.add_argument("folders", nargs="*", type=Path, help="pictures with a labels.csv")
    options = parser.parse_args()
    if not options.data and not options.folders:
        parser.error("nothing to measure: give --data or a folder")
    model = libdigit.Model.load(options.model) if options.model else libdigit.Model.pretrained()
    model.threads = 2
    if options.data:
        digits = pages.Digits(options.data, "train" if options.train else "test")
        for kind in [options.only] if options.only else pages.KINDS:
            measure_kind(model, digits, kind, options.seed, options.overlays, options.count)
    for folder in options.folders:
        measure_folder(model, folder, options.overlays)


if __name__ == "__main__":
    main()
