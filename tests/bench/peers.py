"""Measure libdigit beside what one would use instead, and write it down.

    python3 tests/bench/peers.py --short     five minutes, behind the installing
    python3 tests/bench/peers.py             the figures of docs/benchmarks.md; about an hour

On an otherwise idle machine with two processors. Makes virtual environments and builds of its
own in build/bench, fetches MNIST unless MNIST_DIR says where it is, checks that all libraries give
the same answers, measures them in turn in several rounds, and writes build/bench/results.json,
benchmarks.md and the chart: the short mode into build/bench, the full mode into docs.
"""
from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from compare import machine, report
from compare.agree import check_all
from compare.measure import Failed, measure
from compare.places import ROOT, Places, prepare, say
from compare.plan import NAMES, PREDICT, TORCH_TRAIN, Task, tasks

SEEDS = 5


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--short", action="store_true",
                        help="one round of short measurements, to see that all works")
    parser.add_argument("--rounds", type=int, help="default 5, with --short 1")
    parser.add_argument("--only", metavar="NAMES", help="peers besides libdigit, with commas: "
                        + ", ".join(n for n in NAMES if not n.startswith("libdigit")))
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench",
                        help="folder for builds, environments and results")
    parser.add_argument("--output", type=Path, help="folder for benchmarks.md and "
                        "pictures/benchmarks.svg; default docs, with --short that of --work")
    parser.add_argument("--report", action="store_true",
                        help="measure nothing: write the report of the last results again")
    return parser.parse_args()


def wanted(arguments: argparse.Namespace) -> set[str]:
    peers = set(arguments.only.split(",")) if arguments.only else set(NAMES)
    unknown = peers - set(NAMES)
    if unknown:
        raise SystemExit(f"bench: no such peer: {', '.join(sorted(unknown))}")
    peers |= {"libdigit", "libdigit-v3"}
    return {who for who in {*PREDICT, *TORCH_TRAIN, *NAMES} if who.split(":")[0] in peers}


def skipped(task: Task, places: Places) -> bool:
    return task.peer in places.skipped or task.who in places.skipped


def measure_round(number: int, arguments: argparse.Namespace, places: Places,
                  whos: set[str]) -> list[dict[str, Any]]:
    results = []
    for task in tasks(number, SEEDS, arguments.short):
        if task.who not in whos or skipped(task, places):
            continue
        began = time.monotonic()
        try:
            result = measure(task, places, arguments.short)
        except Failed as error:
            if task.peer == "libdigit":
                raise
            places.skipped[f"{task.who} {task.key}"] = str(error)
            say(f"FAILED {task.who} {task.key}: {error}")
            continue
        figures = ", ".join(f"{k} {v:.4g}" for k, v in result["values"].items())
        say(f"round {number}: {task.who} {result['key']}: {figures} "
            f"[{time.monotonic() - began:.1f} s]")
        results.append({"round": number, **result})
    return results


def measure_all(arguments: argparse.Namespace) -> dict[str, Any]:
    places = prepare(arguments.work)
    whos = wanted(arguments)
    found: dict[str, Any] = {"short": arguments.short, "machine": machine.facts(places)}
    found["agreement"] = check_all(places, whos)
    found["rounds"] = arguments.rounds or (1 if arguments.short else SEEDS)
    found["skipped"] = places.skipped
    found["results"] = []
    stolen, ticks = machine.steal()
    for number in range(1, found["rounds"] + 1):
        found["results"] += measure_round(number, arguments, places, whos)
        save(found, arguments.work)
    now_stolen, now_ticks = machine.steal()
    found["machine"]["steal"] = 100 * (now_stolen - stolen) / max(1, now_ticks - ticks)
    save(found, arguments.work)
    return found


def save(found: dict[str, Any], work: Path) -> None:
    (work / "results.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    arguments = parse()
    arguments.work = arguments.work.absolute()
    if arguments.report:
        found = json.loads((arguments.work / "results.json").read_text(encoding="utf-8"))
    else:
        found = measure_all(arguments)
    output = arguments.output or (arguments.work if found["short"] else ROOT / "docs")
    report.write(found, output)
    say(f"written: {output / 'benchmarks.md'}")
    failed = [who for who, why in found["skipped"].items() if "disagrees" in why]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
