#!/usr/bin/env python3
"""How well models read the digits of many hands.

    hands.py HANDS [MODEL.safetensors ...] [--part validation] [--drawings 3] [--sheet OUT.png]

HANDS holds hands-validation.npz (docs/pretrained.md). Each digit is drawn in several pens and
sizes, dark on light paper, and goes the way of a picture: normalize(), then predict(). Without
a model the built-in one is measured; with several, each of them and their mean.

Writers, not digits, make a population: the accuracy of the median writer and the mean of the
worst tenth of writers are given beside that of all digits. Needs NumPy, Pillow and libdigit.
"""

import argparse
from pathlib import Path

import libdigit
import numpy as np
from calibration import calibration_error
from hands_data import Hands
from PIL import Image, ImageDraw

OVERSAMPLING = 4
SLASHED, CROSSED = 1, 2  # flags of hands-*.npz

# A pen's width as a part of the digit's height: from a fine ball pen to a felt-tip.
PEN, PEN_SPREAD, PEN_LIMITS = 0.105, 0.38, (0.035, 0.24)


def coverage(strokes, height, pen, margin):
    """How much of each pixel a round pen of `pen` pixels covers, 0..255; ink `height` high."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = max(height - pen, 1) / max((high - low).max(), 1e-9)
    width, tall = ((high - low) * scale + pen + 2 * margin + 1).astype(int)
    big = Image.new("L", (int(width) * OVERSAMPLING, int(tall) * OVERSAMPLING), 0)
    draw = ImageDraw.Draw(big)
    radius = pen * OVERSAMPLING / 2
    for stroke in strokes:
        path = ((stroke - low) * scale + margin + pen / 2) * OVERSAMPLING
        draw.line([tuple(p) for p in path], fill=255, width=max(1, round(2 * radius)))
        for x, y in path:
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    return np.asarray(big.resize((int(width), int(tall)), Image.BOX)) / 255


def picture(strokes, rng):
    """A digit as uint8 picture: dark ink of any usual pen on light paper."""
    height = int(rng.integers(32, 128))
    pen = np.clip(np.exp(rng.normal(np.log(PEN), PEN_SPREAD)), *PEN_LIMITS) * height
    margin = max(4, int(height * rng.uniform(0.12, 0.4)))
    ink = coverage(strokes, height, max(pen, 1), margin)
    paper, dark = rng.uniform(190, 255), rng.uniform(0, 90)
    return np.round(paper + (dark - paper) * ink).astype(np.uint8)


def draw_all(hands, drawings, seed):
    """samples[drawings * digits, 28, 28]: drawing after drawing, all digits in each."""
    return np.stack(
        [
            libdigit.normalize(picture(strokes, np.random.default_rng([seed, d, digit])))
            for d in range(drawings)
            for digit, strokes in enumerate(map(hands.strokes, range(len(hands.labels))))
        ]
    )


def share(hits):
    return 100 * float(np.mean(hits)) if len(hits) else float("nan")


def figures(hands, drawings, predictions):
    """The rows of the table: name to figure."""
    labels = np.tile(hands.labels, drawings)
    writers = np.tile(hands.writers, drawings)
    flags = np.tile(hands.flags, drawings)
    countries = np.tile(hands.countries, drawings)
    digit, confidence = predictions["digit"], predictions["confidence"]
    right = digit == labels
    by_writer = np.sort([share(right[writers == w]) for w in np.unique(writers)])
    worst = by_writer[: max(1, len(by_writer) // 10)]
    rows = {
        "digits, %": share(right),
        "median writer, %": float(np.median(by_writer)),
        "mean writer, %": float(np.mean(by_writer)),
        "worst tenth of writers, %": float(np.mean(worst)),
        "slashed zeros, %": share(right[(flags & SLASHED > 0) & (labels == 0)]),
        "crossed sevens, %": share(right[(flags & CROSSED > 0) & (labels == 7)]),
        "1 as 7, %": share(digit[labels == 1] == 7),
        "7 as 1, %": share(digit[labels == 7] == 1),
        "calibration error, %": 100 * calibration_error(right, confidence),
        "wrong above 0.99, of 1,000": 10 * share((confidence > 0.99) & ~right),
    }
    for d in range(10):
        rows[f"digit {d}, %"] = share(right[labels == d])
    for country in np.unique(countries):
        rows[f"{country}, %"] = share(right[countries == country])
    return rows


def sheet(hands, samples, labels, predictions, path, columns=24):
    """A picture of what is read wrong: label, digit."""
    wrong = np.flatnonzero(predictions["digit"] != labels)[: columns * 16]
    image = Image.new("L", (columns * 34, (len(wrong) + columns - 1) // columns * 46), 255)
    draw = ImageDraw.Draw(image)
    for i, k in enumerate(wrong):
        x, y = i % columns * 34, i // columns * 46
        image.paste(Image.fromarray(255 - samples[k]), (x + 3, y + 14))
        draw.text((x + 3, y), f"{labels[k]} {predictions['digit'][k]}", fill=0)
    image.save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("hands", type=Path)
    parser.add_argument("models", nargs="*")
    parser.add_argument("--part", default="validation")
    parser.add_argument("--drawings", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sheet", type=Path)
    arguments = parser.parse_args()
    hands = Hands(arguments.hands / f"hands-{arguments.part}.npz")
    samples = draw_all(hands, arguments.drawings, arguments.seed)
    tables = []
    for name in arguments.models or [None]:
        model = libdigit.Model.load(name) if name else libdigit.Model.pretrained()
        predictions = model.predict_full(samples)
        tables.append(figures(hands, arguments.drawings, predictions))
        if arguments.sheet:
            labels = np.tile(hands.labels, arguments.drawings)
            sheet(hands, samples, labels, predictions, arguments.sheet)
    for row in tables[0]:
        values = [table[row] for table in tables]
        mean = [np.mean(values)] if len(values) > 1 else []
        print(f"{row:28}", *(f"{value:8.2f}" for value in values + mean))


if __name__ == "__main__":
    main()
