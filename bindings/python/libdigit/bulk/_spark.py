"""The engine Spark: shards as an RDD, the reader as a broadcast variable."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from ._cpus import cpus
from ._shard import Job, Report, ShardReader

__all__ = ["run"]

_WAVE = 16  # shards a worker has in one Spark job: reports come at its end
_FAILURES = 8


def run(reader: ShardReader, jobs: list[Job], workers: int) -> Iterator[Report]:
    """Read shards where spark-submit says, or on this machine."""
    from pyspark import SparkConf, SparkContext

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = SparkConf().setAppName("libdigit bulk").set("spark.ui.showConsoleProgress", "false")
    settings.setIfMissing("spark.ui.enabled", "false")
    # Without a number of failures, local tasks are not tried again.
    settings.setIfMissing("spark.master", f"local[{workers or cpus()},{_FAILURES}]")
    context = SparkContext.getOrCreate(settings)
    context.setLogLevel("OFF")
    try:
        sent = context.broadcast(reader)
        wave = _WAVE * context.defaultParallelism
        for first in range(0, len(jobs), wave):
            some = jobs[first : first + wave]
            shards = context.parallelize(some, len(some))
            yield from shards.map(lambda job: sent.value(*job)).collect()
    finally:
        context.stop()
