"""Jobs too large to run here: the formula of docs/scaling.md beside a simulation of every shard.

    python3 tests/bench/scaling_sim.py

The figures above `JOBS` are what tests/bench/bulk_stages.py and bulk_costs.py measured; what
is assumed about a cluster says so. The simulation hands shards to workers one after another,
as a scheduler does; nodes fail at random times, lose what they were at and come back; shards
differ in work. The formula knows means only.
"""

import heapq
from bisect import bisect_right
from dataclasses import dataclass
from math import exp, inf

import numpy as np

HOUR = 3600.0

# Measured: seconds of a processor for a picture, bytes of its file and of its rows.
FIELD = 0.0022, 1_091, 140
PAGE = 0.144, 415_385, 3_000
DISPATCH = 0.008  # seconds of the scheduler for a shard: Ray's

# Assumed: of the cluster.
CORES = 32  # a node
NETWORK = 1.25e9  # bytes a second a node
STORAGE = 20e9  # bytes a second in all
REPAIR = 300.0  # seconds until a node that failed is replaced
SPREAD = 0.3  # of the work in a shard, as a standard deviation of its logarithm


@dataclass(frozen=True)
class Work:
    """A job, and how often a node fails: seconds between two failures of the same one."""

    name: str
    picture: tuple
    pictures: float
    shard: int
    nodes: int
    between: float

    @property
    def shards(self):
        return round(self.pictures / self.shard)

    @property
    def workers(self):
        return self.nodes * CORES

    @property
    def seconds(self):
        """Of one shard on one worker: computing, and waiting for bytes."""
        cpu, size, written = self.picture
        share = min(NETWORK / CORES, STORAGE / self.workers)
        return self.shard * (cpu + (size + written) / share)


SPOT, STABLE = 20 * HOUR, 90 * 24 * HOUR  # a machine that may be taken away; one that breaks
JOBS = [
    Work("fields", FIELD, 1e7, 1_000, 100, STABLE),
    Work("fields, spot", FIELD, 1e7, 1_000, 100, SPOT),
    Work("fields", FIELD, 1e10, 10_000, 1_000, STABLE),
    Work("fields, spot", FIELD, 1e10, 10_000, 1_000, SPOT),
    Work("pages", PAGE, 1e7, 100, 100, STABLE),
    Work("pages, spot", PAGE, 1e7, 100, 100, SPOT),
    Work("pages", PAGE, 1e10, 5_000, 1_000, STABLE),
    Work("pages, spot", PAGE, 1e10, 5_000, 1_000, SPOT),
]


def formula(work):
    """Seconds a job takes: the slowest of workers and scheduler, and the last shards."""
    one = work.seconds
    # Of a worker's time, the share lost to failures: half a shard and the repair each.
    lost = (one / 2 + REPAIR) / work.between
    busy = work.shards * one / work.workers * (1 + lost)
    # At the end workers are idle while the last shards are read, which are the longer ones.
    return max(busy, work.shards * DISPATCH) + one / 2 * exp(2 * SPREAD)


def bottleneck(work):
    """What would have to grow for the job to be faster."""
    cpu, size, written = work.picture
    if work.shards * DISPATCH > work.shards * work.seconds / work.workers:
        return "scheduler"
    if work.shard * cpu > work.seconds / 2:
        return "processors"
    return "storage" if STORAGE / work.workers < NETWORK / CORES else "network"


class Node:
    """When it fails: drawn as far as anybody asks."""

    def __init__(self, rng, between):
        self.rng, self.between = rng, between
        self.failures = [-inf, rng.exponential(between)]

    def after(self, moment):
        """The last failure up to a moment, and the next."""
        while self.failures[-1] <= moment:
            self.failures.append(self.failures[-1] + REPAIR + self.rng.exponential(self.between))
        place = bisect_right(self.failures, moment)
        return self.failures[place - 1], self.failures[place]


def simulate(work, seed=1):
    """Seconds until the last shard is done, and how many were begun again."""
    rng = np.random.default_rng(seed)
    nodes = [Node(rng, work.between) for _ in range(work.nodes)]
    free = [(0.0, worker) for worker in range(work.workers)]
    left, again, scheduler, end = work.shards, 0, 0.0, 0.0
    draws = iter(())
    while left:
        moment, worker = heapq.heappop(free)
        node = nodes[worker % work.nodes]
        failed, _ = node.after(moment)
        begin = max(moment, failed + REPAIR, scheduler)
        scheduler = begin + DISPATCH if begin == scheduler else max(scheduler, moment) + DISPATCH
        effort = next(draws, None)
        if effort is None:
            draws = iter(np.exp(rng.normal(-SPREAD**2 / 2, SPREAD, 100_000)).tolist())
            effort = next(draws)
        finish = begin + work.seconds * effort
        _, failure = node.after(begin)
        if failure < finish:
            again += 1
            heapq.heappush(free, (failure + REPAIR, worker))
            continue
        left -= 1
        end = max(end, finish)
        heapq.heappush(free, (finish, worker))
    return end, again


def duration(seconds):
    return f"{seconds / HOUR:8.2f} h" if seconds > HOUR else f"{seconds / 60:6.1f} min"


def main():
    print(f"{'job':14}{'pictures':>9}{'nodes':>7}{'shards':>10}{'a shard':>9}{'formula':>12}"
          f"{'simulated':>12}{'differ':>8}{'again':>9}  bound by")
    for work in JOBS:
        told = formula(work)
        seen, again = simulate(work)
        print(f"{work.name:14}{work.pictures:9.0e}{work.nodes:7,}{work.shards:10,}"
              f"{work.seconds:7.0f} s{duration(told):>12}{duration(seen):>12}"
              f"{100 * (seen / told - 1):+7.1f}%{again:9,}  {bottleneck(work)}")


if __name__ == "__main__":
    main()
