#!/usr/bin/env python3
"""Measure how well form lines are found, and what erasing them costs the digits.

    form_lines.py BUILD --data DIR [--train] [--seed N] [--only KIND] [--count N]

Draws forms from MNIST's test digits (form_lines_drawn.py: seeds, counts and parameters are fixed
there) and has BUILD/tests/accuracy/form_lines read them and say which lines it found. For tuning,
--train draws from training digits 50,001 to 60,000, and --seed draws others.

A drawn line is found, and a found line is right, if lines of the other side lie on COVERED of its
length. Lines too faint for half their length to be ink count as not drawn. "eaten" is the share of
the digits' pixels that went with the lines, "left" the share of the lines' pixels, where no digit
is near, that stayed.

Needs numpy and Pillow.
"""
from __future__ import annotations

import argparse
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

import form_lines_drawn as drawn
import pages

# As form_lines.c has it.
RULE = np.dtype([("vertical", np.int32), ("from", np.int32), ("to", np.int32),
                 ("offset", np.float32), ("slope", np.float32), ("thick", np.float32)])
INK, ERASED = 1, 2

COVERED = 0.8  # of its length, for a line to count
SHOWN = 0.5    # of its length must be ink, for a line to be looked for
ASIDE = 1.5    # pixels beyond half its thickness that a line may be off


@dataclass
class Straight:
    """A line, drawn or found: its middle is at offset + slope * along."""

    start: float  # along
    end: float
    offset: float
    slope: float
    thick: float


@dataclass
class Answer:
    lines: tuple[list[Straight], list[Straight]]  # horizontal, vertical
    fates: npt.NDArray[np.uint8]  # (h, w)


@dataclass
class Score:
    drawn: int = 0
    drawn_found: int = 0
    found: int = 0
    found_right: int = 0
    strokes: int = 0
    eaten: int = 0
    printed: int = 0
    left: int = 0

    def add(self, other: "Score") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def __str__(self) -> str:
        def share(part: int, whole: int) -> str:
            return f"{part / whole:7.2%}" if whole else "      -"
        return (f"recall {share(self.drawn_found, self.drawn)} of {self.drawn:4}  "
                f"precision {share(self.found_right, self.found)} of {self.found:4}  "
                f"eaten {share(self.eaten, self.strokes)}  left {share(self.left, self.printed)}")


def truth_of(place: drawn.Place, vertical: bool) -> Straight:
    x0, y0, x1, y1, thick = place
    if vertical:
        x0, y0, x1, y1 = y0, x0, y1, x1
    slope = (y1 - y0) / (x1 - x0)
    return Straight(x0, x1, y0 - slope * x0, slope, thick)


def is_covered(line: Straight, others: list[Straight]) -> bool:
    along = np.arange(np.ceil(line.start), np.floor(line.end) + 1)
    middle = line.offset + line.slope * along
    covered = np.zeros(len(along), bool)
    for other in others:
        aside = np.abs(other.offset + other.slope * along - middle)
        covered |= ((along >= other.start - 1) & (along <= other.end + 1)
                    & (aside <= max(line.thick, other.thick) / 2 + ASIDE))
    return bool(covered.mean() >= COVERED)


def shows(line: Straight, ink: npt.NDArray[np.bool_]) -> bool:
    """Whether enough of a line is ink; `ink` is indexed across, along."""
    along = np.arange(np.ceil(line.start), np.floor(line.end) + 1).astype(int)
    middle = line.offset + line.slope * along
    seen = np.zeros(len(along), bool)
    for aside in np.arange(-(line.thick - 1) / 2, line.thick / 2):
        across = np.rint(middle + aside).astype(int)
        inside = (across >= 0) & (across < ink.shape[0]) & (along >= 0) & (along < ink.shape[1])
        seen[inside] |= ink[across[inside], along[inside]]
    return bool(seen.mean() >= SHOWN)


def score_of(form: drawn.Form, answer: Answer) -> Score:
    score = Score()
    ink, erased = answer.fates >= INK, answer.fates == ERASED
    for vertical, places in enumerate((form.horizontal, form.vertical)):
        truth = [truth_of(place, bool(vertical)) for place in places]
        shown = [line for line in truth if shows(line, ink.T if vertical else ink)]
        found = answer.lines[vertical]
        score.drawn += len(shown)
        score.drawn_found += sum(is_covered(line, found) for line in shown)
        score.found += len(found)
        score.found_right += sum(is_covered(line, truth) for line in found)
    score.strokes = int((form.strokes & ink).sum())
    score.eaten = int((form.strokes & erased).sum())
    score.printed = int((form.printed & ink).sum())
    score.left = int((form.printed & ink & ~erased).sum())
    return score


def read(stream: IO[bytes], dtype: npt.DTypeLike, count: int) -> npt.NDArray:
    data = stream.read(np.dtype(dtype).itemsize * count)
    return np.frombuffer(data, dtype, count)


def ask(reader: "subprocess.Popen[bytes]", pixels: npt.NDArray[np.uint8]) -> Answer:
    assert reader.stdin and reader.stdout
    height, width, _ = pixels.shape
    reader.stdin.write(np.array([width, height], np.int32).tobytes() + pixels.tobytes())
    reader.stdin.flush()
    rules = read(reader.stdout, RULE, int(read(reader.stdout, np.int32, 1)[0]))
    lines: tuple[list[Straight], list[Straight]] = ([], [])
    for rule in rules:
        lines[rule["vertical"]].append(Straight(*(float(rule[name]) for name in RULE.names[1:])))
    return Answer(lines, read(reader.stdout, np.uint8, height * width).reshape(height, width))


def reader_of(build: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([build / "tests/accuracy/form_lines"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)


def measure(build: Path, digits: pages.Digits, seed: int, kinds: list[str], count: int) -> None:
    total = Score()
    with reader_of(build) as reader:
        for kind in kinds:
            score = Score()
            for index in range(count):
                form = drawn.draw(kind, digits, seed, index)
                score.add(score_of(form, ask(reader, form.pixels)))
            print(f"{kind:14} {score}", flush=True)
            total.add(score)
    if len(kinds) > 1:
        print(f"{'all':14} {total}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder of MNIST's files")
    parser.add_argument("--train", action="store_true",
                        help="draw from training digits 50,001 to 60,000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(drawn.KINDS), help="one kind of form")
    parser.add_argument("--count", type=int, default=drawn.COUNT, help="forms a kind")
    options = parser.parse_args()
    digits = pages.Digits(options.data, "train" if options.train else "test")
    measure(options.build, digits, options.seed,
            [options.only] if options.only else list(drawn.KINDS), options.count)


if __name__ == "__main__":
    main()
