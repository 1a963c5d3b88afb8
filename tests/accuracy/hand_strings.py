#!/usr/bin/env python3
"""How well strings of digits by many hands are read.

    hand_strings.py HANDS [--part validation] [--drawings 3] [--model MODEL] [--keep DIR]

HANDS holds strings-validation.npz (docs/pretrained.md): numbers that people wrote with a pen on a
tablet, not cut into digits. Each is drawn by several pens, dark on light paper, and read. Texts
are compared without the spaces that their writers left. Needs NumPy, Pillow and libdigit.
"""

import argparse
from pathlib import Path

import libdigit
import numpy as np
from hands import PEN, PEN_LIMITS, PEN_SPREAD, coverage
from hands_data import Hands
from PIL import Image

# These donors wrote a number in several lines.
PAGES = ("apb",)


def picture(strokes, rng):
    """A string as uint8 picture: dark ink of any usual pen on light paper."""
    points = np.concatenate(strokes)
    wide, high = np.ptp(points, axis=0)
    height = int(rng.integers(28, 90))
    pen = np.clip(np.exp(rng.normal(np.log(PEN), PEN_SPREAD)), *PEN_LIMITS) * height
    longer = height * max(wide / max(high, 1), 1)
    ink = coverage(strokes, longer, max(pen, 1), max(6, height // 3))
    paper, dark = rng.uniform(190, 255), rng.uniform(0, 90)
    return np.round(paper + (dark - paper) * ink).astype(np.uint8)


def digits_of(text):
    return "".join(filter(str.isdigit, text))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("hands", type=Path)
    parser.add_argument("--part", default="validation", help="validation or train")
    parser.add_argument("--drawings", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", help="model of digits (default: the built-in one)")
    parser.add_argument("--keep", type=Path, help="folder for what was read wrong")
    options = parser.parse_args()
    hands = Hands(options.hands / f"strings-{options.part}.npz")
    model = libdigit.Model.load(options.model) if options.model else libdigit.Model.pretrained()
    whole = whole_told = right = digits = count = 0
    for drawing in range(options.drawings):
        for index in range(len(hands.texts)):
            rng = np.random.default_rng([options.seed, drawing, index])
            wanted = digits_of(str(hands.texts[index]))
            if str(hands.sources[index]) in PAGES:
                continue
            pixels = picture(hands.strokes(index), rng)
            got = digits_of(model.read(pixels, layout="line").text)
            told = digits_of(model.read(pixels, layout="line", digits=len(wanted)).text)
            count += 1
            whole += got == wanted
            whole_told += told == wanted
            digits += len(wanted)
            right += len(wanted) - distance(wanted, got)
            if got != wanted and options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(options.keep / f"{index}-{drawing}-{wanted}-{got}.png")
    print(f"{count} strings: {whole / count:.1%} whole ({whole_told / count:.1%} if their length "
          f"is told, of strings without gaps), {right / digits:.2%} of {digits} digits")


def distance(a, b):
    """Levenshtein's."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


if __name__ == "__main__":
    main()
