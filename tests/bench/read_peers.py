"""Measure reading a page, alone and beside Tesseract, and write it down.

    python3 tests/bench/read_peers.py             docs/benchmarks-reading.md; ten minutes
    python3 tests/bench/read_peers.py --short     one quick round, written into build/bench-read

On an otherwise idle machine with two processors. Builds in build/bench-read and fetches MNIST
there unless MNIST_DIR says where it is. Tesseract (libtesseract-dev, tesseract-ocr) is left out,
and the report says so, where it is not installed.
"""
from __future__ import annotations

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from compare import machine

ROOT = Path(__file__).resolve().parents[2]
MODES = {3: "page as it comes", 4: "one column", 6: "one block", 11: "text anywhere"}


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Bench:
    """The built programs, and MNIST for them."""

    def __init__(self, work: Path) -> None:
        work.mkdir(parents=True, exist_ok=True)
        build = work / "build"
        if not (build / "build.ninja").exists():
            subprocess.run(["meson", "setup", build, ROOT, "--buildtype=release"], check=True,
                           stdout=subprocess.DEVNULL)
        self.folder = build / "tests" / "bench"
        known = subprocess.run(["ninja", "-C", build, "-t", "targets", "all"], check=True,
                               text=True, stdout=subprocess.PIPE).stdout
        wanted = [f"tests/bench/{name}" for name in ("bench-read", "bench-read-tesseract")
                  if f"tests/bench/{name}: " in known]
        subprocess.run(["ninja", "-C", build, *wanted], check=True, stdout=subprocess.DEVNULL)
        mnist = os.environ.get("MNIST_DIR")
        if not mnist:
            mnist = str(work / "mnist")
            subprocess.run(["sh", ROOT / "examples" / "fetch-mnist.sh", mnist], check=True)
        self.environment = {**os.environ, "MNIST_DIR": mnist}

    def has(self, name: str) -> bool:
        return (self.folder / name).exists()

    def run(self, name: str, *arguments: str, **environment: str) -> str:
        say(" ".join([name, *arguments, *(f"{k}={v}" for k, v in environment.items())]))
        return subprocess.run([self.folder / name, *arguments], check=True, text=True,
                              stdout=subprocess.PIPE,
                              env={**self.environment, **environment}).stdout

    def figures(self, name: str, *arguments: str, **environment: str) -> list[dict[str, Any]]:
        lines = self.run(name, *arguments, **environment).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


# ---- What was read ----------------------------------------------------------


def score(wanted: str, got: str) -> dict[str, int]:
    """Digits right, wrong, extra and missing in the best alignment."""
    row = [(j, 0, 0, j, 0) for j in range(len(got) + 1)]  # cost, right, wrong, extra, missing
    for i, digit in enumerate(wanted, 1):
        above, row = row, [(i, 0, 0, 0, i)]
        for j, other in enumerate(got, 1):
            same = digit == other
            a, b, c = above[j - 1], row[j - 1], above[j]
            row.append(min((a[0] + (not same), a[1] + same, a[2] + (not same), a[3], a[4]),
                           (b[0] + 1, b[1], b[2], b[3] + 1, b[4]),
                           (c[0] + 1, c[1], c[2], c[3], c[4] + 1),
                           key=lambda way: (way[0], -way[1])))
    return dict(zip(("errors", "right", "wrong", "extra", "missing"), row[-1]))


def read_text(bench: Bench, name: str, *arguments: str) -> dict[str, int]:
    """How the program `name` did on the page: what is written, an empty line, what it read."""
    wanted, got = ("".join(c for c in part if c.isdigit()) for part in
                   bench.run(name, "text=1", *arguments).split("\n\n", 1))
    return {**score(wanted, got), "digits": len(wanted)}


# ---- Measuring --------------------------------------------------------------


def measure(bench: Bench, rounds: int, short: bool) -> dict[str, Any]:
    quick = {"DIGIT_BENCH_QUICK": "1"}
    found: dict[str, Any] = {"accuracy": {"libdigit": read_text(bench, "bench-read")}}
    found["alone"] = bench.figures("bench-read", **(quick if short else {}))
    found["page"], found["tesseract"] = {"1": [], "2": []}, {"1": [], "2": []}
    best = None
    if bench.has("bench-read-tesseract"):
        for mode in MODES:
            found["accuracy"][mode] = read_text(bench, "bench-read-tesseract", f"psm={mode}")
        best = max(MODES, key=lambda mode: -found["accuracy"][mode]["errors"])
    found["best"] = best
    for _ in range(rounds):  # in turn, so that a noisy minute hits both
        for threads in ("1", "2"):
            found["page"][threads] += bench.figures("bench-read", f"threads={threads}",
                                                    **(quick if short else {}))
            if best is not None:
                found["tesseract"][threads] += bench.figures(
                    "bench-read-tesseract", f"psm={best}", OMP_THREAD_LIMIT=threads, **quick)
    return found


def of(figures: list[dict[str, Any]], name: str, **facts: Any) -> list[dict[str, Any]]:
    return [one for one in figures if one["benchmark"] == name
            and all(one.get(key) == value for key, value in facts.items())]


def median(figures: list[dict[str, Any]]) -> float:
    return statistics.median(one["median"] for one in figures)


def spread(figures: list[dict[str, Any]]) -> str:
    """The median, and between which blocks."""
    return (f"{median(figures):,.4g} ({min(one['low'] for one in figures):,.4g} to "
            f"{max(one['high'] for one in figures):,.4g})")


# ---- The report -------------------------------------------------------------


def table(heads: list[str], rows: list[list[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def goals(found: dict[str, Any]) -> str:
    alone = found["alone"]
    page = list(found["page"]["2"])
    over = median(of(page, "read page")) - median(of(page, "network alone"))
    memory = median(of(alone, "read memory", unit="MiB"))
    bound = (8 * 2480 * 3508) / (1 << 20) + 32
    one = median(of(alone, "predict one"))
    crop = median(of(alone, "read crop", layout="single")) - one

    def row(what: str, goal: str, value: str, met: bool) -> list[str]:
        return [what, goal, value, "met" if met else "**missed**"]

    return table(["goal", "at most", "measured", ""], [
        row("page on two threads, beyond the network's own time for its digits", "70 ms",
            f"{over:,.1f} ms", over <= 70),
        row("memory for the page: 8 bytes a pixel and 32 MiB", f"{bound:.0f} MiB",
            f"{memory:.1f} MiB", memory <= bound),
        row("crop of 28 x 28, layout `single`, beyond the network's time for it", "50 us",
            f"{crop:,.1f} us", crop <= 50),
    ])


def pages(found: dict[str, Any]) -> str:
    rows = []
    for threads, figures in found["page"].items():
        rows.append([f"libdigit, {threads} thread(s)", spread(of(figures, "read page")), ""])
        rows.append([f"its network alone, {threads} thread(s)",
                     spread(of(figures, "network alone")), ""])
    for threads, figures in found["tesseract"].items():
        if figures:
            ratio = median(figures) / median(of(found["page"][threads], "read page"))
            rows.append([f"Tesseract, psm {found['best']}, {threads} thread(s)", spread(figures),
                         f"{ratio:.2f}"])
    return table(["", "ms a page", "times libdigit's"], rows)


def accuracy(found: dict[str, Any]) -> str:
    rows = []
    for who, one in found["accuracy"].items():
        name = "**libdigit**" if who == "libdigit" else (
            f"Tesseract, psm {who}: {MODES[int(who)]}")
        rows.append([name, f"{one['right'] / one['digits']:.1%}", one["wrong"], one["extra"],
                     one["missing"], f"{one['errors'] / one['digits']:.1%}"])
    return table(["", "digits right", "wrong", "extra", "missing", "character error"], rows)


def growth(found: dict[str, Any], name: str, key: str, unit: str, scale: float) -> str:
    rows = [[f"{one[key]:,}", spread([one]), f"{scale * one['median'] / one[key]:,.1f}"]
            for one in of(found["alone"], name)]
    return table([key, "ms", unit], rows)


def crops(found: dict[str, Any]) -> str:
    rows = [[f"read, layout `{one['layout']}`", spread([one])]
            for one in of(found["alone"], "read crop")]
    rows.append(["the network alone", spread(of(found["alone"], "predict one"))])
    return table(["28 x 28 pixels, one thread", "us"], rows)


def report(found: dict[str, Any]) -> str:
    facts = found["machine"]
    return f"""# Benchmarks of reading

What a page costs and how much of it is right, alone and beside Tesseract. Written by
`tests/bench/read_peers.py`; the prose is in that script.

The page: A4 at 300 dots an inch, 2480 x 3508 pixels, 1,000 of MNIST's test digits in groups of
five, 50 pixels high, dark on slightly grainy paper. Both get it as grey pixels in memory and give
text back; models are loaded before the clock runs. libdigit has its built-in model, or the one
that BENCH_MODEL names.

## Goals

{goals(found)}
## A page

{pages(found)}
Median of {found['rounds']} round(s) in turn, in brackets the quickest and slowest block.

## What was right

{accuracy(found)}
Digits in the best alignment of what is written with what was read, spaces left out. Tesseract has
its `eng` model, `tessedit_char_whitelist=0123456789` and 300 dpi told. It was made for print, not
for handwriting, and that is what this shows.

## A crop

{crops(found)}
## As the page grows

250 digits on pages of five sizes, one thread:

{growth(found, "read pixels", "pixels", "ns a pixel", 1e6)}
Five numbers of digits on A4, one thread:

{growth(found, "read digits", "digits", "us a digit", 1e3)}
Time is a part for each pixel and a part for each digit, so neither column can be even: look at how
the milliseconds grow from row to row.

## Machine

{table(["", ""], [[key, value] for key, value in facts.items()])}
## To repeat it

    python3 tests/bench/read_peers.py
"""


def facts(rounds: int) -> dict[str, str]:
    tesseract = machine.output(["tesseract", "--version"]).split("\n")[0]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": machine.output(["git", "rev-parse", "--short=12", "HEAD"]),
        "processor": machine.processor(),
        "processors": str(len(os.sched_getaffinity(0))),
        "Tesseract": tesseract or "not installed: left out",
        "load at the start": f"{os.getloadavg()[0]:.2f}",
        "rounds": str(rounds),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--short", action="store_true", help="one quick round, report into --work")
    parser.add_argument("--rounds", type=int, help="default 3, with --short 1")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench-read",
                        help="folder for the build, MNIST and results.json")
    parser.add_argument("--output", type=Path, help="file to write; default "
                        "docs/benchmarks-reading.md, with --short in --work")
    parser.add_argument("--report", action="store_true",
                        help="measure nothing: write the report of the last results again")
    options = parser.parse_args()
    work = options.work.absolute()
    kept = work / "results.json"
    rounds = options.rounds or (1 if options.short else 3)
    if options.report:
        found = json.loads(kept.read_text(encoding="utf-8"))
    else:
        bench = Bench(work)
        about = facts(rounds)
        found = {**measure(bench, rounds, options.short), "rounds": rounds, "machine": about}
        kept.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    output = options.output or (work / "benchmarks-reading.md" if options.short
                                else ROOT / "docs" / "benchmarks-reading.md")
    output.write_text(report(found), encoding="utf-8")
    say(f"written: {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
