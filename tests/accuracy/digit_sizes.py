#!/usr/bin/env python3
"""Measure how wide and high digits are, for the limits in libdigit/vision/geometry.h.

    digit_sizes.py --data DIR

Draws training digits 50,001 to 60,000 as the pictures of read_pages.py have them, with slants from
-0.25 to 0.25 (pages.py), and prints percentiles of the width and the height of their ink in mean
heights, which is the unit of geometry.h.
"""
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import pages

DRAWN = 10_000
SCALE = 2.0
SLANT_MOST = 0.25
INK = 0.25  # of full strength: weaker pixels are the edge of a stroke
PERCENTILES = (0.1, 1, 5, 25, 50, 75, 95, 99, 99.9)


def size_of(plane: pages.Plane) -> tuple[int, int]:
    rows, columns = np.nonzero(plane > INK)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of MNIST's files")
    digits = pages.Digits(parser.parse_args().data, "train")
    rng = np.random.default_rng(1)
    sizes, labels = [], []
    for _ in range(DRAWN):
        plane, label = digits.draw(rng, SCALE, rng.uniform(-SLANT_MOST, SLANT_MOST))
        sizes.append(size_of(plane))
        labels.append(int(label))
    widths, heights = np.array(sizes).T / np.mean(sizes, 0)[1]
    print("percentile     ", *(f"{each:5}" for each in PERCENTILES))
    for name, values in (("width", widths), ("width of 1", widths[np.array(labels) == 1]),
                         ("width of others", widths[np.array(labels) != 1]),
                         ("height", heights)):
        print(f"{name:15}", *(f"{each:5.2f}" for each in np.percentile(values, PERCENTILES)))


if __name__ == "__main__":
    main()
