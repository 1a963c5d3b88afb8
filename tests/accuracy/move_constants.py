#!/usr/bin/env python3
"""Find out what each constant of the reader is good for: move it by a fifth and look what changes.

    move_constants.py --data DIR [--only REGEX] [--skip REGEX] [--count N] [--forms N]
                      [FOLDER...]

Takes each number that has a name (#define NAME NUMBER) in libdigit/vision and libdigit/read, or in
the FOLDERs given, makes it 20 % smaller and 20 % larger (whole numbers by one at least) in a copy
of the sources, and builds that. Each build reads pictures of pages.py and finds the lines of forms
of form_lines_drawn.py, all of training digits 50,001 to 60,000; the table that is printed says how
many readings differ from those of the sources as they are, how many of them became right and
wrong, and what became of the form lines. A constant that changes nothing may go.

It runs on the Python package (see "Install" in docs/python.md) and needs Meson and Check.
"""
from __future__ import annotations

import argparse
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

TOP = Path(__file__).resolve().parents[2]
SEED = 7
MOVES = (0.8, 1.2)
KINDS = ("separate", "pages", "pairs", "strings of 5", "boxes")
GRIDS = ("grids", "squared paper", "no lines")  # forms that are read as grids, too
DEFINE = re.compile(r"^#define (\w+) +(\(1u << \d+\)|[\d.]+)([uf]?)(?= |$)(.*)$")


@dataclass
class Constant:
    file: Path  # in the sources
    line: int   # from 0
    name: str
    value: str
    suffix: str

    def moved(self, factor: float) -> str:
        if "." in self.value:
            return f"{float(self.value) * factor:.6g}{self.suffix}"
        number = int(self.value) if self.value.isdigit() else 1 << int(self.value[7:-1])
        step = max(1, round(number * abs(factor - 1)))
        suffix = self.suffix or "u" * ("u" in self.value)
        return f"{number + (step if factor > 1 else -step)}{suffix}"


def constants_of(folders: list[Path]) -> Iterator[Constant]:
    for folder in folders:
        for file in sorted(folder.rglob("*.[ch]")):
            for line, text in enumerate(file.read_text(encoding="utf-8").splitlines()):
                if found := DEFINE.match(text):
                    yield Constant(file.relative_to(TOP), line, found[1], found[2], found[3])


# ---- Pictures -------------------------------------------------------------


def draw_all(data: Path, count: int, form_count: int) -> dict[str, Any]:
    import form_lines_drawn
    import pages
    digits = pages.Digits(data, "train")
    pictures = []
    for kind in KINDS:
        for index in range(max(1, count // 10) if kind == "pages" else count):
            drawn = pages.draw(kind, digits, SEED, index)
            pictures.append((drawn.pixels, pages.KINDS[kind][2], drawn.digits))
    forms = []
    for kind in form_lines_drawn.KINDS:
        for index in range(form_count):
            forms.append(form_lines_drawn.draw(kind, digits, SEED, index))
            if kind in GRIDS and index < count:
                pictures.append((forms[-1].pixels, "grid", None))
    return {"pictures": pictures, "forms": forms}


def print_answers(build: Path, file: Path) -> None:
    """Of the library that LIBDIGIT_LIBRARY names: the texts, and the sum of the form lines."""
    import form_lines
    import libdigit
    drawn = pickle.loads(file.read_bytes())
    model = libdigit.Model.pretrained()
    texts = [model.read(pixels, layout=layout).text for pixels, layout, _ in drawn["pictures"]]
    score = form_lines.Score()
    with form_lines.reader_of(build) as reader:
        for form in drawn["forms"]:
            score.add(form_lines.score_of(form, form_lines.ask(reader, form.pixels)))
    print(json.dumps({"texts": texts, "lines": vars(score)}))


# ---- Builds ---------------------------------------------------------------


@dataclass
class Copy:
    """A copy of the sources, its build, and the pictures to read with it."""

    sources: Path
    build: Path
    pictures: Path

    @staticmethod
    def make(scratch: Path, drawn: dict[str, Any]) -> "Copy":
        copy = Copy(scratch / "sources", scratch / "build", scratch / "pictures")
        copy.pictures.write_bytes(pickle.dumps(drawn))
        shutil.copytree(TOP, copy.sources, ignore=shutil.ignore_patterns(".git", "build"))
        subprocess.run(["meson", "setup", copy.build, copy.sources, "-Dtests=enabled",
                        "-Dprograms=disabled"], check=True, stdout=subprocess.DEVNULL)
        return copy

    def answers(self) -> dict[str, Any]:
        """Nothing of a build that fails: a constant may have to be what it is."""
        built = subprocess.run(
            ["meson", "compile", "-C", self.build, "digit:shared_library", "form_lines"],
            check=False, stdout=subprocess.DEVNULL)
        if built.returncode:
            return {}
        answer = subprocess.run(
            [sys.executable, __file__, "--print", self.build, "--data", self.pictures],
            stdout=subprocess.PIPE, check=False, text=True,
            env={**os.environ, "LIBDIGIT_LIBRARY": str(self.build / "libdigit/libdigit.so"),
                 "PYTHONPATH": str(TOP / "bindings/python")})
        return json.loads(answer.stdout) if answer.returncode == 0 else {}

    def answers_with(self, constant: Constant, factor: float) -> dict[str, Any]:
        file = self.sources / constant.file
        before = file.read_text(encoding="utf-8")
        lines = before.splitlines(keepends=True)
        line = lines[constant.line]
        at = line.index(constant.value, line.index(constant.name) + len(constant.name))
        end = at + len(constant.value) + len(constant.suffix)
        lines[constant.line] = line[:at] + constant.moved(factor) + line[end:]
        file.write_text("".join(lines), encoding="utf-8")
        try:
            return self.answers()
        finally:
            file.write_text(before, encoding="utf-8")


def plain(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")


def what_changes(usual: dict[str, Any], moved: dict[str, Any], truth: list[Optional[str]]) -> str:
    if not moved:
        return "does not build or run"
    changed = better = worse = 0
    for before, after, digits in zip(usual["texts"], moved["texts"], truth):
        changed += before != after
        better += digits is not None and plain(before) != digits == plain(after)
        worse += digits is not None and plain(before) == digits != plain(after)
    parts = [f"{changed} readings ({better} right, {worse} wrong)"] if changed else []
    parts += [f"{name.replace('_', ' ')} {moved['lines'][name] - value:+d}"
              for name, value in usual["lines"].items() if moved["lines"][name] != value]
    return ", ".join(parts) or "nothing"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of MNIST's files")
    parser.add_argument("--only", default="", help="constants whose name has this")
    parser.add_argument("--skip", default="^$", help="... and has not this")
    parser.add_argument("--count", type=int, default=20, help="pictures a kind")
    parser.add_argument("--forms", type=int, default=20, help="forms a kind")
    parser.add_argument("--print", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("folders", nargs="*", type=Path,
                        default=[TOP / "libdigit/vision", TOP / "libdigit/read"])
    options = parser.parse_args()
    if options.print:
        print_answers(options.print, options.data)
        return
    constants = [one for one in constants_of([folder.resolve() for folder in options.folders])
                 if re.search(options.only, one.name) and not re.search(options.skip, one.name)]
    with tempfile.TemporaryDirectory() as scratch:
        drawn = draw_all(options.data, options.count, options.forms)
        copy = Copy.make(Path(scratch), drawn)
        truth = [digits for _, _, digits in drawn["pictures"]]
        usual = copy.answers()
        print(f"{len(truth)} readings; form lines: {usual['lines']}", flush=True)
        print("| constant | file | value | 20 % less | 20 % more |\n|---|---|---|---|---|")
        for one in constants:
            less, more = (what_changes(usual, copy.answers_with(one, factor), truth)
                          for factor in MOVES)
            print(f"| {one.name} | {one.file.relative_to('libdigit')} | {one.value} | {less} "
                  f"| {more} |", flush=True)


if __name__ == "__main__":
    main()
