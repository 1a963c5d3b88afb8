"""The engine of one machine: processes of Python's own.

Not a ProcessPoolExecutor: there a worker that is killed takes the others along,
and workers outlive a parent that is killed.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from typing import Any, Optional

from ._cpus import cpus
from ._shard import Job, Report, ShardReader

__all__ = ["run"]

_DEATHS = 5  # of workers, over one shard, until the shard is to blame


def run(reader: ShardReader, jobs: list[Job], workers: int) -> Iterator[Report]:
    """Read shards on so many processes; gives the reports as they come."""
    waiting, deaths = deque(jobs), dict.fromkeys((number for number, _ in jobs), 0)
    crew: list[_Worker] = []
    try:
        crew += [_Worker(reader) for _ in range(min(workers or cpus(), len(jobs)))]
        while waiting or any(worker.job for worker in crew):
            for worker in crew:
                if not worker.job and waiting:
                    worker.give(waiting.popleft())
            for worker in _heard(crew):
                job, report = worker.take()
                if report:
                    yield report
                    continue
                crew[crew.index(worker)] = _Worker(reader)
                _count_death(deaths, job[0])
                waiting.appendleft(job)
    finally:
        for worker in crew:
            worker.stop()


def _heard(crew: list[_Worker]) -> list[_Worker]:
    """Workers that have something to say, if only that they are gone."""
    ready = wait([worker.pipe for worker in crew if worker.job])
    return [worker for worker in crew if worker.job and worker.pipe in ready]


def _count_death(deaths: dict[int, int], number: int) -> None:
    deaths[number] += 1
    if deaths[number] == _DEATHS:
        raise ChildProcessError(
            f"shard {number} ended {_DEATHS} workers: not enough memory, or a picture that crashes "
            "its reader; smaller shards and fewer workers may help"
        )


class _Worker:
    """A process, the pipe to it, and the shard it is at."""

    def __init__(self, reader: ShardReader) -> None:
        # Not forked: the parent may have threads, and locks that they hold.
        context = multiprocessing.get_context("spawn")
        self.job: Optional[Job] = None
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, reader), daemon=True)
        self.process.start()
        theirs.close()  # or its end would never be heard

    def give(self, job: Job) -> None:
        """Have a shard read."""
        self.job = job
        try:
            self.pipe.send(job)
        except OSError:
            pass  # it is gone, and `take` will say so

    def take(self) -> tuple[Job, Optional[Report]]:
        """The shard and its report; None if the worker died over it."""
        job, self.job = self.job, None
        assert job is not None
        try:
            answer: Any = self.pipe.recv()
        except (EOFError, OSError):
            self.stop()
            return job, None
        if isinstance(answer, Exception):
            raise answer
        return job, answer

    def stop(self) -> None:
        """End the process at once: what it has not finished was never there."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe: Connection, reader: ShardReader) -> None:
    """What a worker does until the parent hangs up, or is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear
    while True:
        try:
            number, shard = pipe.recv()
            pipe.send(_answer(reader, number, shard))
        except (EOFError, OSError):
            return


def _answer(reader: ShardReader, number: int, shard: Any) -> Any:
    try:
        return reader(number, shard)
    except Exception as error:  # an OUTPUT that is full, say: for the parent to raise
        return error
