#!/usr/bin/env python3
"""Measure how many fields of filled-in forms ocr-pipeline reads right, with and without rules.

    read_forms.py BUILD MNIST_FOLDER [--first SEED] [--count N]

Draws forms with MNIST's test digits (examples/pictures/forms/compose.py), a seed each, and runs
BUILD/examples/ocr-pipeline on them, told the fields' labels, numbers of digits and check digits,
and once more told the labels alone: "without rules". Needs NumPy and Pillow.
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


def ask(build: Path, folder: Path, template: Path) -> list[dict[str, Any]]:
    answer = subprocess.run([build / "examples/ocr-pipeline", "--form", template,
                             folder / "membership.jpg"],
                            capture_output=True, text=True, check=True)
    fields: list[dict[str, Any]] = json.loads(answer.stdout)["fields"]
    return fields


def read_form(options: argparse.Namespace, folder: Path, seed: int
              ) -> list[tuple[dict[str, Any], dict[str, Any], str]]:
    """Each field of a form as it was read, the same without rules, and what is written in it."""
    subprocess.run([sys.executable, COMPOSE, options.mnist, folder, str(seed)], check=True)
    template, labels = folder / "membership.fields.json", folder / "labels.json"
    rules = json.loads(template.read_text(encoding="utf-8"))
    labels.write_text(json.dumps([{"label": rule["label"]} for rule in rules]), encoding="utf-8")
    truth = json.loads((folder / "membership.expected.json").read_text(encoding="utf-8"))
    texts = [one["text"] for one in truth if "field" in one]
    return list(zip(ask(options.build, folder, template), ask(options.build, folder, labels),
                    texts))


def digits(field: dict[str, Any]) -> str:
    return "".join(filter(str.isdigit, field["text"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("mnist", type=Path)
    parser.add_argument("--first", type=int, default=1001)
    parser.add_argument("--count", type=int, default=30)
    options = parser.parse_args()
    fields = right = without = valid = false = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.first, options.first + options.count):
            for field, free, text in read_form(options, Path(folder), seed):
                fields += 1
                good = digits(field) == text
                right += good
                without += digits(free) == text
                valid += field["valid"] is True
                false += field["valid"] is True and not good
    print(f"{fields} fields: {right} right ({right / fields:.1%}); without rules {without} "
          f"({without / fields:.1%})")
    print(f"{valid} valid ({valid / fields:.1%}), {false} of them wrong")


if __name__ == "__main__":
    main()
