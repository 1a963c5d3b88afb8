"""What an engine costs over plain C: the same pictures, by turns, start-up left out.

    PYTHONPATH=bindings/python LIBDIGIT_LIBRARY=build/libdigit/libdigit.so MNIST_DIR=... \\
        python3 tests/bench/bulk_costs.py --program build/examples/digit-read --seconds 60

Plain C is digit-read on as many processes as there are workers, each with one thread and a
share of the pictures, printing CSV into a file. Engines are measured between their first
reports (all workers have their model by then) and their last; the program from its start,
which takes 5 ms. Runs take turns, and ratios are those of neighbours in time: of seconds by
the clock, and of seconds of the processors, in which other programs matter less; the load
of the machine is printed with them.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

from bulk_pictures import digit_png, field_png, page_png

from libdigit.bulk import Recognizer
from libdigit.bulk._plan import plan
from libdigit.bulk._shard import ShardReader

# How each is drawn, how many are of a shard, how many differ: a page takes long to draw.
KINDS = {
    "digits": (digit_png, 500, None),
    "fields": (lambda rng: field_png(rng, 5), 500, None),
    "pages": (page_png, 8, 24),
}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", type=Path, required=True, help="digit-read")
    parser.add_argument("--engines", nargs="+", default=["processes", "ray"])
    parser.add_argument("--kind", choices=KINDS, default="fields")
    parser.add_argument("--seconds", type=float, default=60, help="of work a run (60)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def draw(folder, kind, count):
    rng = np.random.default_rng(1)
    make, shard, distinct = KINDS[kind]
    made = [make(rng) for _ in range(distinct or 0)]
    for number in range(count):
        path = folder / f"{number // shard:05d}" / f"{number:07d}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(made[number % distinct] if made else make(rng))


def processors():
    """Seconds of processors that this process and all that come from it have taken."""
    spent, parents = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(folder.name)] = int(words[1])
            spent[int(folder.name)] = sum(map(int, words[11:15]))  # and of children that ended
    family, fresh = set(), {os.getpid()}
    while fresh:
        family |= fresh
        fresh = {child for child, parent in parents.items() if parent in fresh} - family
    return sum(spent[one] for one in family) / os.sysconf("SC_CLK_TCK")


def rate_of_c(program, folder, workers):
    """Pictures a second, by the clock and of processors, of processes of the program."""
    folders = sorted(path for path in folder.iterdir())
    count = sum(len(list(one.iterdir())) for one in folders)
    begun, spent = time.monotonic(), processors()
    running = []
    for share in range(workers):
        command = [program, "--threads", "1", "--csv", *folders[share::workers]]
        with tempfile.TemporaryFile() as sink:
            running.append(subprocess.Popen(command, stdout=sink))
    assert [one.wait() for one in running] == [0] * workers
    return count / (time.monotonic() - begun), count / (processors() - spent)


def rate_of_engine(engine, folder, shard, workers):
    """The same between the first reports and the last."""
    run = import_module(f"libdigit.bulk._{engine}").run
    with tempfile.TemporaryDirectory(dir=folder.parent) as out:
        jobs = list(enumerate(plan(str(folder), shard).shards))
        came, pictures = [], []
        for report in run(ShardReader(Recognizer(), out), jobs, workers):
            came.append((time.monotonic(), processors()))
            pictures.append(report.pictures)
    first = 2 * workers
    read = sum(pictures[first:])
    return tuple(read / (last - begun) for begun, last in zip(came[first - 1], came[-1]))


def main():
    options = parse()
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top) / "pictures"
        folder.mkdir()
        shard = KINDS[options.kind][1]
        draw(folder, options.kind, 2 * shard)
        guess, _ = rate_of_c(options.program, folder, options.workers)
        count = shard * max(10, round(guess * options.seconds / shard))
        draw(folder, options.kind, count)
        print(f"{count:,} pictures ({options.kind}), {options.workers} workers")
        rates = {name: [] for name in ("C", *options.engines)}
        for _ in range(options.rounds):
            rates["C"].append(rate_of_c(options.program, folder, options.workers))
            for engine in options.engines:
                rates[engine].append(rate_of_engine(engine, folder, shard, options.workers))
            last = ", ".join(
                f"{name} {some[-1][0]:,.0f} a second, {some[-1][1]:,.0f} a second of a processor"
                for name, some in rates.items()
            )
            print(f"{last}; load {os.getloadavg()[0]:.1f}", flush=True)
    for engine in options.engines:
        clock, processor = (
            statistics.median(c[kind] / e[kind] for c, e in zip(rates["C"], rates[engine])) - 1
            for kind in range(2)
        )
        print(f"{engine:10} over C: {clock:+.0%} by the clock, {processor:+.0%} of the processors")


if __name__ == "__main__":
    main()
