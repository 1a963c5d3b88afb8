"""The engine Dask: futures of shards, and a plugin that gives each worker one model."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ._cpus import cpus
from ._shard import Job, Report, ShardReader

__all__ = ["run"]

_PLUGIN = "libdigit"
_AHEAD = 1_000  # shards the scheduler knows of at a time
_PATIENT = {
    "distributed.scheduler.allowed-failures": 10,  # of workers, over one shard
    "distributed.deploy.lost-worker-timeout": "5s",
}


def run(reader: ShardReader, jobs: list[Job], workers: int) -> Iterator[Report]:
    """Read shards on the cluster of DASK_SCHEDULER_ADDRESS, or on this machine."""
    import dask
    from distributed import Client, LocalCluster, as_completed

    if dask.config.get("scheduler-address", None):
        with Client() as client:
            yield from _run(client, as_completed, reader, jobs)
        return
    with dask.config.set(_PATIENT), LocalCluster(
        n_workers=workers or cpus(),
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    ) as cluster, Client(cluster) as client:
        _keep_alive(cluster, workers or cpus())
        yield from _run(client, as_completed, reader, jobs)


def _keep_alive(cluster: Any, workers: int) -> None:
    """Have as many workers, always: a worker killed while it starts is not started again."""
    from tornado.ioloop import PeriodicCallback

    keeper = PeriodicCallback(lambda: cluster.scale(workers), 2_000)
    cluster.periodic_callbacks[_PLUGIN] = keeper  # ends with the cluster
    cluster.loop.add_callback(keeper.start)


def _run(client: Any, as_completed: Any, reader: ShardReader, jobs: list[Job]) -> Iterator[Report]:
    client.register_plugin(_plugin(reader), name=_PLUGIN)
    left = iter(jobs)
    done = as_completed([client.submit(_read, *job, pure=False) for job in islice(left, _AHEAD)])
    for future in done:
        yield future.result()
        for job in islice(left, 1):
            done.add(client.submit(_read, *job, pure=False))


def _plugin(reader: ShardReader) -> Any:
    from distributed import WorkerPlugin

    class Plugin(WorkerPlugin):  # type: ignore[misc]
        """Comes to every worker, also to those that take the place of killed ones."""

        def __init__(self) -> None:
            self.reader = reader

    return Plugin()


def _read(number: int, shard: Any) -> Report:
    from distributed import get_worker

    report: Report = get_worker().plugins[_PLUGIN].reader(number, shard)
    return report
