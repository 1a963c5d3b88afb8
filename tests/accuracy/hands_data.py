#!/usr/bin/env python3
"""Files to train on from a folder of many hands (docs/pretrained.md names it).

    hands_data.py HANDS OUT

writes OUT/hands-train.strokes and OUT/hands-validation.strokes (docs/strokes.md), and
OUT/optdigits-images-idx3-ubyte and -labels-idx1-ubyte, bitmaps that the library prepares.
No writer is in two of the parts. The same input gives the same bytes.

Writers count, not digits: of a writer who wrote n digits, sqrt(n) times a constant are
drawn in an epoch, twice as many if the writer is not from the USA, for those hands are
in MNIST already. Needs NumPy and libdigit.
"""

import argparse
from pathlib import Path

import libdigit
import numpy as np

SAMPLES = 50_000  # of the training file, in an epoch: as many as of MNIST
VALIDATION_SAMPLES = 10_000
ABROAD = 2.0  # how much more often a writer outside the USA is drawn

SIDE = 1000  # units of the longer side of a digit in the file
STRAIGHT = 6.0  # units: how far a point that is left out may lie beside the line
COARSE = 60.0  # units: points farther apart are joined by a curve
CURVE = 4  # pieces between two such points


def simplify(stroke):
    """Leave out what lies on a line (Ramer, 1972; Douglas and Peucker, 1973)."""
    keep = np.zeros(len(stroke), bool)
    keep[[0, -1]] = True
    work = [(0, len(stroke) - 1)]
    while work:
        first, last = work.pop()
        if last - first < 2:
            continue
        inner = stroke[first + 1 : last] - stroke[first]
        along = stroke[last] - stroke[first]
        length = np.hypot(*along)
        if length > 0:
            beside = np.abs(inner[:, 0] * along[1] - inner[:, 1] * along[0]) / length
        else:
            beside = np.hypot(inner[:, 0], inner[:, 1])
        farthest = int(beside.argmax())
        if beside[farthest] > STRAIGHT:
            middle = first + 1 + farthest
            keep[middle] = True
            work += [(first, middle), (middle, last)]
    return stroke[keep]


def smooth(stroke):
    """The spline of Catmull and Rom (1974) through points that lie far apart."""
    if len(stroke) < 3 or np.abs(np.diff(stroke, axis=0)).max() < COARSE:
        return stroke
    padded = np.vstack([2 * stroke[0] - stroke[1], stroke, 2 * stroke[-1] - stroke[-2]])
    t = np.linspace(0, 1, CURVE, endpoint=False)[:, None, None]
    a, b, c, d = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    curve = (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return np.vstack([(curve / 2).transpose(1, 0, 2).reshape(-1, 2), stroke[-1:]])


class Hands:
    """Digits as strokes: points[P, 2], x to the right, y down."""

    def __init__(self, path):
        with np.load(path) as arrays:
            self.points = arrays["points"].astype(float)
            self.stroke_start = arrays["stroke_start"]
            self.sample_start = arrays["sample_start"]
            self.labels = arrays["labels"]
            self.writers = arrays["writers"]
            self.countries = arrays["countries"]
            self.flags = arrays.get("flags")  # of digits
            self.texts = arrays.get("texts")  # of strings
            self.sources = arrays["source_names"][arrays["sources"]]

    def strokes(self, digit):
        """The strokes of a digit, its longer side SIDE units."""
        first, last = self.sample_start[digit : digit + 2]
        bounds = self.stroke_start[first : last + 1]
        points = self.points[bounds[0] : bounds[-1]]
        low = points.min(axis=0)
        scale = SIDE / max((points.max(axis=0) - low).max(), 1)
        return [
            simplify(smooth((self.points[a:b] - low) * scale))
            for a, b in zip(bounds[:-1], bounds[1:], strict=True)
        ]

    def repeats(self, samples):
        """How often each digit is drawn in an epoch, `samples` in all."""
        _, writer, counts = np.unique(self.writers, return_inverse=True, return_counts=True)
        share = np.sqrt(counts[writer]) / counts[writer]
        share *= np.where(self.countries == "USA", 1, ABROAD)
        ends = np.cumsum(share) / share.sum() * samples
        return np.diff(np.round(ends), prepend=0).astype(int)


def write_strokes(hands, samples, path):
    lines = ["libdigit strokes 1"]
    for digit, repeat in enumerate(hands.repeats(samples)):
        strokes = [
            " ".join(f"{round(x)},{round(y)}" for x, y in stroke)
            for stroke in hands.strokes(digit)
        ]
        lines.append(f"{hands.labels[digit]} {repeat}: {'; '.join(strokes)}")
    path.write_text("\n".join(lines) + "\n")


def write_idx(array, path):
    header = bytes([0, 0, 8, array.ndim])
    header += b"".join(side.to_bytes(4, "big") for side in array.shape)
    path.write_bytes(header + np.ascontiguousarray(array, np.uint8).tobytes())


def bitmaps(path):
    """The bitmaps of optdigits, 32 x 32 and 8 x 8, prepared as pictures are."""
    with np.load(path) as arrays:
        pictures = list(255 - arrays["images"])
        pictures += list(255 - np.round(arrays["images8"] * (255 / 16)).astype(np.uint8))
        labels = np.concatenate([arrays["labels"], arrays["labels8"]])
    samples = []
    for picture in pictures:
        paper = np.pad(picture, picture.shape[0] // 4, constant_values=255)
        samples.append(libdigit.normalize(paper))
    return np.stack(samples), labels


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("hands", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for part, samples in (("train", SAMPLES), ("validation", VALIDATION_SAMPLES)):
        hands = Hands(arguments.hands / f"hands-{part}.npz")
        write_strokes(hands, samples, arguments.out / f"hands-{part}.strokes")
    samples, labels = bitmaps(arguments.hands / "optdigits-train.npz")
    write_idx(samples, arguments.out / "optdigits-images-idx3-ubyte")
    write_idx(labels, arguments.out / "optdigits-labels-idx1-ubyte")


if __name__ == "__main__":
    main()
