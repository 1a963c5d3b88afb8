"""results.json as benchmarks.md and a chart."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from . import chart
from .figures import Figures
from .goals import Line, lines
from .places import BENCH
from .tables import all_tables, name, row

ROUNDS = 5  # make a median worth its name
MARKS = {True: "yes", False: "**no**", None: "not measured"}

INTRO = """# Benchmarks

For whoever wants to know what libdigit costs, beside what one would use instead. Written by
`tests/bench/peers.py`, not by hand: all figures come from one run, in which the libraries took
turns. The network is `keras` (179,926 weights), with the same weights everywhere; the pictures are
MNIST's. Only the first answer is the built-in model's.

![Bars: libdigit beside other libraries](pictures/benchmarks.svg)
"""

NO_AMX = """\
- OpenVINO's bf16 is not, on this processor. On one with AMX, which multiplies that format
  in hardware, it was: 28 us for one image and 70,500 images a second on one thread, beside
  36 to 41 us and 24,400 to 28,600 of an f32 sketch of this library there, at 8 bits of a
  number instead of 24."""

METHOD = """## How it was measured

- Each measurement is a process of its own, bound to as many processors as it has threads. One
  after another; the libraries alternate within a kind of work, and every second round goes
  backwards.
- Figures are medians over the rounds, with the lowest and highest round. Ratios are taken round by
  round, between neighbours in time, and their median counts.
- Within a round: a warm-up, then nine blocks of at least 50 ms, the median block counts (three
  blocks of a peer that takes longer than 0.25 s for one). Training is timed over 19,200
  pictures, after a short warm-up that does not count, and scaled to an epoch of 60,000.
- libdigit runs through its C interface, from bytes to answers, with the defaults of its options:
  training includes weight decay, averaged weights, shuffling and buffers. The others start from
  float32 arrays made beforehand, train with plain Adam, and predict in their best batch of 100,
  250 and 1,000 images.
- Start-up ends with the first line on standard output; the files were in the page cache. The peers
  are Python programs, as their users write them, and Python's own start is in the figure.
- The share of OpenBLAS's speed counts the floating-point operations of the matrix products only
  (those whose result somebody needs), over the time of everything.
- Schedules to 98 % and 99 % were chosen on the last 10,000 training pictures
  (`bench-reach 99 validate=1`); the time is that of the whole process, reading the files and
  judging the test set included.
- Two threads against one: the same call on one thread, on two, and twice at once by two threads
  that share nothing, in turn in one process; the last is what this machine's second processor
  is worth.
- Memory is the peak of the whole process, with data, with the largest batch it was asked for, and
  with the interpreter where there is one.
"""

REPEAT = """## To repeat it

    python3 tests/bench/peers.py            # about an hour, on an idle machine
    python3 tests/bench/peers.py --short    # five minutes, behind the installing
    meson test -C build --benchmark -v      # libdigit alone

The raw figures are in `build/bench/results.json`.
"""


def notes() -> dict[str, str]:
    """Sections of notes.md by their title."""
    path = BENCH / "notes.md"
    if not path.exists():
        return {}
    parts = path.read_text(encoding="utf-8").split("\n## ")[1:]
    return {p.split("\n", 1)[0].strip(): p.split("\n", 1)[1].strip() for p in parts if "\n" in p}


def goal_table(found: list[Line]) -> list[str]:
    text = ["## Goals", "", "| what | goal | reached: median (range) | |", "|---|---|---|---|"]
    text += [row(g.what, g.goal, g.reached, MARKS[g.ok]) for g in found]
    written = notes()
    for g in found:
        if g.ok is False:
            what = f"**{g.what[0].upper()}{g.what[1:]}**: not reached."
            text += ["", f"{what} {written.get(g.name, '')}".rstrip()]
    return [*text, ""]


def ahead(f: Figures, versions: dict[str, str]) -> list[str]:
    """Who is faster than we are, said plainly."""
    text = []
    for key, what in (("bulk @1", "in bulk on one thread"), ("bulk @2", "in bulk on two threads"),
                      ("one @1", "for one image"), ("train 128 @2", "training, batch 128"),
                      ("train 32 @2", "training, batch 32")):
        for who in f.who(key):
            ratio = f.times_faster(key, who)
            if ratio and ratio.median < 1 and not who.startswith("libdigit") and who != "sklearn":
                text.append(f"- {name(who, versions)} is faster {what}: "
                            f"{1 / ratio.median:.2f} times.")
    if not any("bf16" in line for line in text):
        text.append(NO_AMX)
    return ["## Who is ahead", "", *text, ""]


def schedules(found: dict[str, Any]) -> list[str]:
    """What was trained how, seed by seed."""
    facts = ("samples", "epochs", "batch", "rate", "decay", "average", "smoothing")
    text = ["### From process start to 98 % and 99 %", "",
            row("goal", *facts, "seed", "seconds", "right, %"), "|---" * (len(facts) + 4) + "|"]
    runs = [r for r in found["results"] if r["key"].startswith("reach")]
    for r in sorted(runs, key=lambda r: (r["key"], r["round"])):
        facts_of, values = r["lines"][0], r["values"]
        text.append(row(facts_of["schedule"], *(f"{facts_of[name]:g}" for name in facts),
                        str(facts_of["seed"]), f"{values['seconds']:.2f}",
                        f"{100 * values['accuracy']:.2f}"))
    return [*text, ""] if runs else []


def agreement(found: dict[str, Any], versions: dict[str, str]) -> list[str]:
    text = ["## Same answers", "", "Checked before the clock ran, on MNIST's 10,000 test pictures. "
            "bf16 keeps 8 bits of a number; its answers are near, not the same.", "",
            "| | largest difference of a probability | other digits, ties left out |",
            "|---|---|---|"]
    text += [row(name(who, versions), f"{a['difference']:.1e}", str(a["other_digits"]))
             for who, a in found["agreement"].items()]
    return [*text, ""]


def machine(found: dict[str, Any]) -> list[str]:
    m = found["machine"]
    load = (f"load {m['load']} at the start, "
            f"{m.get('steal', 0):.1f} % of the time taken by neighbours")
    facts = [
        ("date", m["date"]), ("libdigit", f"{m['version']}, commit {m['commit']}"),
        ("processor", m["processor"]), ("processors used", str(m["processors"])),
        ("kernel", m["kernel"]), ("system", m["system"]), ("compiler", m["compiler"]),
        ("OpenBLAS", m["openblas"]), ("Python", m["python"]), ("rounds", str(found["rounds"])),
        ("quiet?", load),
    ]
    text = ["## Machine", "", "| | |", "|---|---|", *(row(*fact) for fact in facts), ""]
    if found["skipped"]:
        text += ["Left out:", ""]
        text += [f"- {who}: {why}" for who, why in found["skipped"].items()] + [""]
    return text


def write(found: dict[str, Any], folder: Path) -> None:
    f, versions = Figures(found["results"]), found["machine"]["versions"]
    text = [INTRO]
    if found["short"]:
        text += ["**Short mode: these figures show that all runs, and nothing else.**", ""]
    elif found["rounds"] < ROUNDS:
        text += [f"**Only {found['rounds']} rounds: medians of so few still move.**", ""]
    text += [*goal_table(lines(f)), *ahead(f, versions), *all_tables(f, versions)]
    text += [*schedules(found), *agreement(found, versions), METHOD, *machine(found),
             REPEAT.rstrip()]
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    (folder / "benchmarks.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    (folder / "pictures/benchmarks.svg").write_text(chart.draw(f), encoding="utf-8")
