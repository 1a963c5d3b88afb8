"""The engine Ray: Ray Data hands shards to actors, each with one model."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Iterator
from typing import Any

from ._cpus import cpus
from ._shard import Job, Report, ShardReader

__all__ = ["run"]


def run(reader: ShardReader, jobs: list[Job], workers: int) -> Iterator[Report]:
    """Read shards on the cluster of RAY_ADDRESS, or on this machine."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what is lost comes as an exception
    import ray
    import ray.data  # sets its log's level when it is loaded, so first

    ours = not ray.is_initialized()
    if ours:
        _start(ray, workers)
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    try:
        # One block a shard: what is lost with an actor is the shard it was at.
        items = [{"number": number, "shard": pickle.dumps(shard)} for number, shard in jobs]
        shards = ray.data.from_items(items, override_num_blocks=len(items))
        reports = shards.map(
            _Actor,
            fn_constructor_args=(reader,),
            compute=_pool(ray, workers),
            num_cpus=1,
        )
        for row in reports.iter_rows():
            yield Report(**row)
    finally:
        if ours:
            ray.shutdown()


def _start(ray: Any, workers: int) -> None:
    local = {} if os.environ.get("RAY_ADDRESS") else {
        "num_cpus": workers or cpus(),
        "include_dashboard": False,
        "object_store_memory": 200 << 20,
    }
    ray.init(log_to_driver=False, logging_level=logging.ERROR, **local)


def _pool(ray: Any, workers: int) -> Any:
    """As many actors as were asked for, or as the cluster has CPUs to spare."""
    if workers:
        return ray.data.ActorPoolStrategy(size=workers)
    most = max(1, int(ray.cluster_resources().get("CPU", 1)))
    return ray.data.ActorPoolStrategy(min_size=1, max_size=most)


class _Actor:
    def __init__(self, reader: ShardReader) -> None:
        self.reader = reader

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        return vars(self.reader(int(row["number"]), pickle.loads(row["shard"])))
