"""The engine Dask: futures of shards, and a plugin that gives each worker one model."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ._shard import Job, Report, ShardReader

__all__ = ["run"]

_PLUGIN = "libdigit"
_AHEAD = 1_000  # shards the scheduler knows of at a time


def run(reader: ShardReader, jobs: list[Job], workers: int) -> Iterator[Report]:
    """Read shards on the cluster of DASK_SCHEDULER_ADDRESS, or on this machine."""
    import dask
    from distributed import Client, LocalCluster, as_completed

    if dask.config.get("scheduler-address", None):
        with Client() as client:
            yield from _run(client, as_completed, reader, jobs)
        return
    # Shards whose workers were killed are tried again; by default, three times in all.
    patient = {"distributed.scheduler.allowed-failures": 10}
    with dask.config.set(patient), LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    ) as cluster, Client(cluster) as client:
        yield from _run(client, as_completed, reader, jobs)


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
