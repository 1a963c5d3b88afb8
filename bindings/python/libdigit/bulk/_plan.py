"""INPUT cut into shards, the same every time the same files are there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Optional

from .._containers import importing
from .._errors import DigitError, Status
from .._files import open_regular
from ._pages import check_footer
from ._sources import Archive, ParquetRows, PictureFiles, Shard, is_picture

__all__ = ["Plan", "plan"]

_PARQUET = (".parquet", ".pq")
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")

# How a column with the files' bytes is called, and one with their names, in what
# Ray Data, Spark and Hugging Face write.
_BYTES = ("bytes", "content", "image", "image.bytes")
_NAMES = ("path", "file", "name", "filename", "image.path")

# Shards of few pictures where there are few in all, so that all workers have work.
_SIZES = 64, 1_000
_SHARDS = 64
_PIECES = 16  # of a row group: each piece is reached by reading those before it


@dataclass(frozen=True)
class Plan:
    """What there is to read.

    Attributes
    ----------
    shards : list of Shard
        In their order, which never changes.
    digest : str
        Of the names and sizes of all files and how they are cut.
    left_out : int
        How many files are no pictures, Parquet files or archives.
    """

    shards: list[Shard]
    digest: str
    left_out: int


def plan(path: str, size: Optional[int] = None) -> Plan:
    """Cut a folder or a file into shards of `size` pictures."""
    folder, found = _files(path)
    pictures = [name for name, _ in found if is_picture(name)]
    packed = [name for name, _ in found if name.lower().endswith(_ARCHIVES)]
    tables = [name for name, _ in found if name.lower().endswith(_PARQUET)]
    shards: list[Shard] = [*_cut_names(folder, pictures, size or _fitting(len(pictures)))]
    for name in tables:
        shards += _cut_table(os.path.join(folder, name), name, size)
    shards += [Archive(os.path.join(folder, name), name) for name in packed]
    known = len(pictures) + len(packed) + len(tables)
    if not known:
        raise DigitError(Status.IO, f"{path}: no pictures, Parquet files or archives")
    return Plan(shards, _digest(found, shards), len(found) - known)


def _fitting(count: int) -> int:
    least, most = _SIZES
    return max(least, min(most, -(-count // _SHARDS)))


def _files(path: str) -> tuple[str, list[tuple[str, int]]]:
    """A folder, and the names and sizes of all files below it, in an order of bytes."""
    try:
        if not os.path.isdir(path):
            return os.path.dirname(path), [(os.path.basename(path), os.stat(path).st_size)]
        names = sorted(_walk(path, ""), key=lambda pair: os.fsencode(pair[0]))
    except OSError as error:
        raise DigitError(Status.IO, f"{error.filename or path}: {error.strerror}") from error
    return path, names


def _walk(top: str, below: str) -> Iterator[tuple[str, int]]:
    folders = [below]
    while folders:
        below = folders.pop()
        with os.scandir(os.path.join(top, below)) as entries:
            for entry in entries:
                name = os.path.join(below, entry.name)
                if entry.name.startswith("."):
                    continue  # other programs' notes, and what they have not finished
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                else:
                    yield name, entry.stat(follow_symlinks=False).st_size


def _cut_names(folder: str, names: list[str], size: int) -> Iterator[PictureFiles]:
    for first in range(0, len(names), size):
        yield PictureFiles(folder, tuple(names[first : first + size]))


def _cut_table(path: str, name: str, size: Optional[int]) -> Iterator[ParquetRows]:
    import pyarrow.parquet as pq

    try:
        with importing(name, "Parquet file"), open_regular(path) as raw:
            check_footer(raw)
            with pq.ParquetFile(raw) as file:
                column, names = _chosen(dict(_columns(file.schema_arrow)))
                counts = [file.metadata.row_group(g).num_rows for g in range(file.num_row_groups)]
    except (DigitError, MemoryError) as error:
        damage = str(error).removeprefix(f"{name}: ") or "out of memory"
        yield ParquetRows(path, name, "", None, 0, 0, 0, 0, damage)  # one row, which says so
        return
    before = 0
    for group, count in enumerate(counts):
        step = max(size or _fitting(count), -(-count // _PIECES))
        for first in range(0, count, step):
            part = min(step, count - first)
            yield ParquetRows(path, name, column, names, group, before, first, part)
        before += count


def _columns(schema: Any) -> Iterator[tuple[str, Any]]:
    """Names and types of all columns, and of the members of structs."""
    import pyarrow as pa

    for field in schema:
        yield field.name, field.type
        if pa.types.is_struct(field.type):
            for member in field.type:
                yield f"{field.name}.{member.name}", member.type


def _chosen(kinds: dict[str, Any]) -> tuple[str, Optional[str]]:
    """The columns of bytes and of names."""
    import pyarrow as pa

    binary = [one for one, kind in kinds.items()
              if pa.types.is_binary(kind) or pa.types.is_large_binary(kind)]
    known = [one for one in _BYTES if one in binary] or binary
    if not known:
        among = ", ".join(kinds) or "none"
        raise DigitError(Status.FORMAT, f"no column of bytes among {among:.200}")
    texts = [one for one, kind in kinds.items()
             if pa.types.is_string(kind) or pa.types.is_large_string(kind)]
    named = [one for one in _NAMES if one in texts]
    return known[0], named[0] if named else None


def _digest(files: list[tuple[str, int]], shards: list[Shard]) -> str:
    digest = hashlib.sha256()
    for name, size in files:
        digest.update(os.fsencode(name) + b"\0%d\0" % size)
    for shard in shards:
        count = len(shard.names) if isinstance(shard, PictureFiles) else 0
        digest.update(f"{type(shard).__name__} {count} {getattr(shard, 'count', 0)}\n".encode())
    return digest.hexdigest()
