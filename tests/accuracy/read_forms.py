#!/usr/bin/env python3
"""Measure how many fields of filled-in forms ocr-pipeline reads right, with and without rules.

    read_forms.py BUILD MNIST_FOLDER [--first SEED] [--count N]

Draws forms with MNIST's test digits (examples/pictures/forms/compose.py), a seed each, and runs
BUILD/examples/ocr-pipeline on them, told the fields' labels, numbers of digits and check digits.
"without rules" is the likeliest reading of the same fields. Needs NumPy and Pillow.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

COMPOSE = Path(__file__).resolve().parents[2] / "examples/pictures/forms/compose.py"


def read_form(options: argparse.Namespace, folder: Path, seed: int
              ) -> list[tuple[dict[str, Any], str]]:
    """Each field of a form as it was read, and what is written in it."""
    subprocess.run([sys.executable, COMPOSE, options.mnist, folder, str(seed)], check=True)
    answer = subprocess.run([options.build / "examples/ocr-pipeline", "--form",
                             folder / "membership.fields.json", folder / "membership.jpg"],
                            capture_output=True, text=True, check=True)
    truth = json.loads((folder / "membership.expected.json").read_text(encoding="utf-8"))
    texts = [one["text"] for one in truth if "field" in one]
    return list(zip(json.loads(answer.stdout)["fields"], texts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("mnist", type=Path)
    parser.add_argument("--first", type=int, default=1001)
    parser.add_argument("--count", type=int, default=30)
    options = parser.parse_args()
    fields = right = without = checked = told = unseen = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.first, options.first + options.count):
            for field, text in read_form(options, Path(folder), seed):
                fields += 1
                good = field["text"].replace(" ", "") == text
                best = field["candidates"][0][0] if field["candidates"] else ""
                right += good
                without += best.replace(" ", "") == text
                checked += field["check"] is not None
                told += not good and field["valid"] is not True
                unseen += not good and field["valid"] is True and field["check"] is not None
    print(f"{fields} fields: {right} right ({right / fields:.1%}); likeliest reading alone "
          f"{without} ({without / fields:.1%})")
    print(f"{fields - right} wrong, {told} of them told by a rule that is broken; {unseen} of "
          f"{checked} with a check digit are wrong and hold")


if __name__ == "__main__":
    main()
