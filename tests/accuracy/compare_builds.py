#!/usr/bin/env python3
"""Do two builds of libdigit give the same answers, bit for bit?

    compare_builds.py [--data DIR] [--count N] BEFORE.so AFTER.so

Each library reads the pictures in examples/pictures, and with --data (a folder of MNIST's files)
every kind of picture that read_pages.py draws, and trains a small network on 7,000 pictures. Texts,
boxes, confidences and candidates of each reading, the sample that each picture becomes, and the
SHA-256 of the trained model are compared; what differs is listed. The exit status is 0 if nothing
does. For changes that must not change an answer: moved files, renamed functions.

It runs on the Python package: see "Install" in docs/python.md.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

TOP = Path(__file__).resolve().parents[2]
TRAINED_ON = 7000
LAYOUTS = ("page", "line", "single")


def digest(*parts: object) -> str:
    """Of texts and numbers; repr() of a float gives all its bits."""
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:16]


def answers_of(model, pixels, layout: str) -> tuple[str, str]:
    """What is read, to look at, and the digest of all that the reading says."""
    reading = model.read(pixels, layout=layout)
    digits = [(*vars(digit).values(), digit.probabilities.tolist()) for digit in reading.digits]
    candidates = [group.candidates for group in reading.groups]
    return reading.text, digest(reading.text, digits, candidates)


def picture_answers(model, folder: Path) -> Iterator[tuple[str, str, str]]:
    import numpy as np
    from PIL import Image
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".png", ".jpg", ".jpeg"):
            continue
        pixels = np.array(Image.open(path).convert("RGBA"))
        name = str(path.relative_to(folder))
        for layout in LAYOUTS:
            yield (f"{name} {layout}", *answers_of(model, pixels, layout))
        yield f"{name} sample", "", digest(model.normalize(pixels).tobytes())


def drawn_answers(model, data: Path, count: Optional[int]) -> Iterator[tuple[str, str, str]]:
    import pages
    digits = pages.Digits(data, "test")
    for kind, (_, number, layout) in pages.KINDS.items():
        for index in range(min(number, count or number)):
            pixels = pages.draw(kind, digits, 1, index).pixels
            yield (f"{kind} {index}", *answers_of(model, pixels, layout))


def training_answer(libdigit, data: Path) -> tuple[str, str, str]:
    images, labels = libdigit.data.load_idx(data / "train-images-idx3-ubyte",
                                            data / "train-labels-idx1-ubyte")
    model = libdigit.Model("conv 8x3 relu maxpool 2 conv 16x3 relu maxpool 2 dense 10", seed=1)
    model.fit(images[:TRAINED_ON], labels[:TRAINED_ON], epochs=2, augment=1, seed=1)
    return "training", "", hashlib.sha256(model.to_bytes()).hexdigest()[:16]


def print_answers(data: Optional[Path], count: Optional[int]) -> None:
    """A line of JSON for each answer of the library that LIBDIGIT_LIBRARY names."""
    import libdigit
    import libdigit.data
    model = libdigit.Model.pretrained()

    def rows() -> Iterator[tuple[str, str, str]]:
        yield from picture_answers(model, TOP / "examples" / "pictures")
        if data:
            yield training_answer(libdigit, data)
            yield from drawn_answers(model, data, count)

    for row in rows():
        print(json.dumps(row), flush=True)


def answers(library: Path, arguments: list[str]) -> subprocess.Popen[str]:
    package = str(TOP / "bindings" / "python")
    return subprocess.Popen(
        [sys.executable, __file__, "--print", *arguments], text=True, stdout=subprocess.PIPE,
        env={**os.environ, "LIBDIGIT_LIBRARY": str(library.resolve()), "PYTHONPATH": package})


def compare(before: Path, after: Path, arguments: list[str]) -> bool:
    running = [answers(library, arguments) for library in (before, after)]
    outputs = [process.communicate()[0].splitlines() for process in running]
    if any(process.returncode for process in running) or len(outputs[0]) != len(outputs[1]):
        sys.exit("compare_builds: one of the libraries did not answer")
    different = 0
    for old, new in zip(*([json.loads(row) for row in rows] for rows in outputs)):
        if old != new:
            different += 1
            print(f"{old[0]}: {old[1]!r} became {new[1]!r}" if old[1] != new[1]
                  else f"{old[0]}: other numbers")
    print(f"{len(outputs[0])} answers, {different} of them different")
    return different == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of MNIST's files")
    parser.add_argument("--count", type=int, help="drawn pictures a kind (default: all)")
    parser.add_argument("--print", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("libraries", nargs="*", type=Path, metavar="LIBRARY.so")
    options = parser.parse_args()
    if options.print:
        print_answers(options.data, options.count)
        return
    if len(options.libraries) != 2:
        parser.error("two libraries are compared")
    arguments = ["--data", str(options.data.resolve())] if options.data else []
    arguments += ["--count", str(options.count)] if options.count else []
    sys.exit(0 if compare(*options.libraries, arguments) else 1)


if __name__ == "__main__":
    main()
