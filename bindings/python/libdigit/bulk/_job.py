"""A whole job: INPUT cut into shards, those not yet there read by an engine."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Optional

from .._errors import DigitError, Status
from .._files import name_of, read_whole, write_whole
from .._library import VERSION
from ._plan import Plan, plan
from ._recognizer import Recognizer
from ._shard import Report, ShardReader, part_name

__all__ = ["ENGINES", "Summary", "run"]

ENGINES = ("processes", "ray", "dask", "spark")

# Readers of Parquet folders pass over names with an underscore or a point in front.
_MANIFEST = "_libdigit.json"
_LOCK = "._libdigit.lock"


@dataclass(frozen=True)
class Summary:
    """How far a job is.

    Attributes
    ----------
    shards, done, found_done : int
        How many there are, how many are finished, and how many of them were
        when this run began.
    pictures, rows, bad : int
        What this run has read: picture files, rows written, bad files.
    left_out : int
        Files of the input that are no pictures, Parquet files or archives.
    """

    shards: int
    done: int
    found_done: int
    pictures: int
    rows: int
    bad: int
    left_out: int


def run(
    source: Any,
    target: Any,
    recognizer: Optional[Recognizer] = None,
    *,
    engine: str = "processes",
    workers: int = 0,
    shard_size: Optional[int] = None,
    progress: Optional[Callable[[Summary], Any]] = None,
) -> Summary:
    """Read all pictures of a folder or file into a folder of Parquet files.

    Run again, it goes on where it was stopped, however it was stopped.

    Parameters
    ----------
    source : str or os.PathLike
        A folder, read with all below it, or one file: pictures, Parquet files
        with a column of bytes, tar and zip files.
    target : str or os.PathLike
        The folder to write to; made if need be. All workers must see both under
        the same path.
    recognizer : Recognizer, optional
        How to read. By default ``Recognizer()``.
    engine : {'processes', 'ray', 'dask', 'spark'}
        What distributes the work.
    workers : int
        How many processes, each with one thread; 0 for one a CPU, of this machine
        or of Ray's cluster. Clusters of Dask and Spark know how many they have.
    shard_size : int, optional
        Pictures of a shard, of which each has its file. By default 64 to 1,000.
    progress : callable, optional
        Called with a `Summary` at the beginning and after each shard.

    Returns
    -------
    Summary

    Raises
    ------
    DigitError
        Nothing to read, or the target holds other work.
    OSError
        Something can't be written, or workers die again and again.
    ImportError
        The engine, pyarrow or Pillow is not installed.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine: expected one of {', '.join(ENGINES)}, got {engine!r}")
    _need_pyarrow()
    recognizer = recognizer or Recognizer()
    folder, origin = os.path.abspath(name_of(target)), os.path.abspath(name_of(source))
    if os.path.join(folder, "").startswith(os.path.join(origin, "")):
        raise DigitError(Status.ARGUMENT, f"{folder}: lies inside {origin}, which is to be read")
    work = plan(origin, shard_size)
    os.makedirs(folder, exist_ok=True)
    with _locked(folder):
        _settle_manifest(folder, _manifest(work, recognizer))
        return _run(engine, ShardReader(recognizer, folder), work, workers, progress)


def _run(
    engine: str,
    reader: ShardReader,
    work: Plan,
    workers: int,
    progress: Optional[Callable[[Summary], Any]],
) -> Summary:
    there = _tidied(reader.folder)
    jobs = [(n, one) for n, one in enumerate(work.shards) if part_name(n) not in there]
    found = len(work.shards) - len(jobs)
    summary = Summary(len(work.shards), found, found, 0, 0, 0, work.left_out)
    tell = progress or (lambda summary: None)
    tell(summary)
    if not jobs:
        return summary
    reports = import_module(f"._{engine}", __package__).run(reader, jobs, workers)
    try:
        for report in reports:
            summary = _added(summary, report)
            tell(summary)
    finally:
        reports.close()  # now, not when the exception is forgotten
        _tidied(reader.folder)
    return summary


def _added(summary: Summary, report: Report) -> Summary:
    return Summary(
        summary.shards,
        summary.done + 1,
        summary.found_done,
        summary.pictures + report.pictures,
        summary.rows + report.rows,
        summary.bad + report.bad,
        summary.left_out,
    )


def _tidied(folder: str) -> set[str]:
    """The names in the folder, without what killed workers left."""
    names = set(os.listdir(folder))
    for name in names:
        if name.startswith(".part-"):
            os.unlink(os.path.join(folder, name))
    return names


# -- One folder, one job ------------------------------------------------------


def _manifest(work: Plan, recognizer: Recognizer) -> dict[str, Any]:
    """All that the rows depend on, under the names that messages give it."""
    return {
        "input": work.digest,
        "shards": len(work.shards),
        "model": hashlib.sha256(recognizer.model_bytes).hexdigest(),
        "libdigit": VERSION,
        **json.loads(json.dumps(recognizer.options)),
    }


def _settle_manifest(folder: str, wanted: dict[str, Any]) -> None:
    """Write the manifest, or see that it is the same job's."""
    path = os.path.join(folder, _MANIFEST)
    if not os.path.exists(path):
        if any(name.endswith(".parquet") for name in os.listdir(folder)):
            raise DigitError(Status.ARGUMENT, f"{folder}: has Parquet files of something else")
        write_whole(path, (json.dumps(wanted, indent=1) + "\n").encode())
        return
    try:
        there = json.loads(read_whole(path))
        others = [name for name in wanted if there.get(name) != wanted[name]]
    except (ValueError, AttributeError) as error:
        raise DigitError(Status.FORMAT, f"{path}: damaged: {error}") from error
    if others:
        raise DigitError(
            Status.ARGUMENT,
            f"{folder}: was begun with another {' and '.join(others)}; "
            "another folder for another job, please",
        )


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    """Keep a second run out of the folder. The lock ends with the process, however it ends."""
    with open(os.path.join(folder, _LOCK), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DigitError(Status.IO, f"{folder}: another run is writing there") from None
        except OSError:
            pass  # a file system without locks: rows are whole there all the same
        yield


def _need_pyarrow() -> None:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise ImportError("bulk needs pyarrow: pip install 'libdigit[bulk]'") from error
