"""``digit bulk``: millions of pictures into Parquet files, on an engine of one's choice."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from ..bulk import ENGINES, Recognizer, Summary
from ..bulk import run as run_job
from ._common import is_terminal, message, real, some_digits, whole
from ._models import open_model

_PAUSES = {True: 0.2, False: 10.0}  # seconds between two lines, on a terminal and elsewhere


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--engine", choices=ENGINES, default="processes", help="what distributes (processes)")
    add("--workers", metavar="N", type=whole(0, 4096), default=0, help="0 = one per CPU (0)")
    add("--model", metavar="FILE", help="model to ask (the built-in one)")
    add("--layout", choices=("page", "line", "single"), default="page", help="what a picture holds")
    add("--min-confidence", metavar="P", type=real(0, 1), default=0.0, help="'?' below it (0)")
    add("--length", metavar="N", type=whole(1, 64), help="how many digits a group has (any)")
    add("--allow", metavar="DIGITS", type=some_digits, help="digits that may be answered (all)")
    add("--shard-size", metavar="N", type=whole(1, 1_000_000), help="pictures a file (64 to 1000)")
    add("input", metavar="INPUT", help="folder, Parquet file or archive of pictures")
    add("output", metavar="OUTPUT", help="folder for *.parquet; begun work is gone on with")


def run(options: argparse.Namespace) -> int:
    recognizer = Recognizer(
        open_model(options.model),
        layout=options.layout,
        min_confidence=options.min_confidence,
        digits=options.length,
        allowed=options.allow,
    )
    progress = _Progress()
    try:
        summary = run_job(
            options.input,
            options.output,
            recognizer,
            engine=options.engine,
            workers=options.workers,
            shard_size=options.shard_size,
            progress=progress,
        )
    except KeyboardInterrupt:
        progress.end_line()
        message("stopped; the same command goes on")
        raise
    progress.end_line()
    _say(summary)
    return 0


def _say(summary: Summary) -> None:
    """What there is to know at the end."""
    there = f", {summary.found_done:,} of them earlier" if summary.found_done else ""
    message(
        f"{summary.done:,} shards{there}; now {summary.pictures:,} pictures, {summary.bad:,} of "
        f"them bad, {summary.rows:,} rows"
    )
    if summary.left_out:
        message(f"{summary.left_out:,} files are no pictures, Parquet files or archives")


class _Progress:
    """A line on standard error: drawn over on a terminal, now and then a new one elsewhere."""

    def __init__(self) -> None:
        self.terminal = is_terminal(sys.stderr)
        self.told = self.begun = time.monotonic()
        self.line = ""

    def __call__(self, summary: Summary) -> Any:
        now = time.monotonic()
        if now - self.told < _PAUSES[self.terminal] or summary.done == summary.found_done:
            return
        self.told = now
        seconds = now - self.begun
        new = summary.done - summary.found_done
        left = seconds / new * (summary.shards - summary.done)
        width = len(self.line)
        self.line = (
            f"digit: {summary.done:,} of {summary.shards:,} shards, {summary.pictures:,} pictures, "
            f"{summary.bad:,} bad, {summary.pictures / seconds:,.0f} a second, "
            f"{int(left) // 60}:{int(left) % 60:02d} left"
        )
        end = "" if self.terminal else "\n"
        print("\r" * self.terminal + self.line.ljust(width), end=end, file=sys.stderr, flush=True)

    def end_line(self) -> None:
        """Leave the line that was drawn over."""
        if self.terminal and self.line:
            print(file=sys.stderr)
