"""One shard: its pictures read, its rows written, all of them or none."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ._recognizer import NO_DIGITS, OK, Recognizer, Row, schema, table_of
from ._sources import Shard

__all__ = ["Job", "Report", "ShardReader", "part_name"]

Job = tuple[int, Shard]

_ROWS = 4_096  # of a row group, about: what a worker keeps in memory


@dataclass(frozen=True)
class Report:
    """What became of a shard."""

    number: int
    pictures: int
    rows: int
    bad: int


def part_name(number: int) -> str:
    """The file of a shard."""
    return f"part-{number:06d}.parquet"


@dataclass(frozen=True)
class ShardReader:
    """What is sent to the workers: reads shards and writes them into a folder.

    A shard may be read twice, at the same time even: whoever comes last puts the
    same rows in place of the same rows.
    """

    recognizer: Recognizer
    folder: str

    def __call__(self, number: int, shard: Shard) -> Report:
        """Read a shard into its file."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, about odd pictures
            with _whole_file(os.path.join(self.folder, part_name(number))) as writer:
                return self._read(number, shard, writer)

    def _read(self, number: int, shard: Shard, writer: Any) -> Report:
        pictures = written = bad = 0
        rows: list[Row] = []
        for found in self.recognizer.read(shard.pictures()):
            pictures += 1
            bad += found[0]["status"] not in (OK, NO_DIGITS)
            written += len(found)
            rows += found
            if len(rows) >= _ROWS:
                writer.write_table(table_of(rows))
                rows = []
        if rows or not written:
            writer.write_table(table_of(rows))
        return Report(number, pictures, written, bad)


@contextmanager
def _whole_file(path: str) -> Iterator[Any]:
    """A Parquet file that appears when it is finished."""
    import pyarrow.parquet as pq

    folder, name = os.path.split(path)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o644)
            with pq.ParquetWriter(file, schema()) as writer:
                yield writer
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
