"""What one worker reads at a time: files of a folder, rows of a Parquet file, an archive.

Each can be sent to any process that sees the same files, and gives pairs of a
picture's name and its `Source`. What can't be read is a pair with an error.
"""

from __future__ import annotations

import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Optional, Union

from .._errors import DigitError, Status
from .._files import FILE_MAX
from .._image import ENDINGS
from ._recognizer import Source

__all__ = ["Archive", "Pair", "ParquetRows", "PictureFiles", "Shard", "is_picture"]

Pair = tuple[str, Source]

_BATCH = 64  # pictures of a Parquet file in memory at a time


def is_picture(name: str) -> bool:
    """Whether a name is one of a picture file; hidden ones are other programs'."""
    return name.lower().endswith(ENDINGS) and not os.path.basename(name).startswith(".")


def readable(name: str) -> str:
    """A file's name as UTF-8, which Parquet wants and file systems don't."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@dataclass(frozen=True)
class PictureFiles:
    """Picture files, by their names in a folder."""

    folder: str
    names: tuple[str, ...]

    def pictures(self) -> Iterator[Pair]:
        """Names and paths."""
        for name in self.names:
            yield readable(name), os.path.join(self.folder, name)


@dataclass(frozen=True)
class ParquetRows:
    """Some rows of a row group; `column` holds the files' bytes, `names` what to call them."""

    path: str
    name: str
    column: str
    names: Optional[str]
    group: int
    before: int  # rows of the file before the row group
    first: int
    count: int

    def pictures(self) -> Iterator[Pair]:
        """Names and bytes. Without a column of names they are the file's, and the row's number."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        wanted = [self.column] + ([self.names] if self.names else [])
        try:
            with pq.ParquetFile(self.path) as file:
                batches = file.iter_batches(_BATCH, row_groups=[self.group], columns=wanted)
                yield from self._cut(batches)
        except (pa.ArrowException, OSError) as error:
            yield self.name, DigitError(Status.FORMAT, f"damaged Parquet file: {error}")

    def _cut(self, batches: Iterator[Any]) -> Iterator[Pair]:
        """Pairs of the rows from `first` on; those before can't be jumped over."""
        row, end = 0, self.first + self.count
        for batch in batches:
            least, most = max(self.first - row, 0), min(end - row, len(batch))
            if least < most:
                part = batch.slice(least, most - least)
                contents = _column(part, self.column).to_pylist()
                names = _column(part, self.names).to_pylist() if self.names else [None] * len(part)
                for offset, (name, content) in enumerate(zip(names, contents)):
                    number = self.before + row + least + offset
                    yield str(name or f"{self.name}/{number}"), content
            row += len(batch)
            if row >= end:
                return


def _column(batch: Any, path: str) -> Any:
    """A column by its name, or by that of a struct and, after a point, its member."""
    head, _, member = path.partition(".")
    column = batch.column(head)
    return column.field(member) if member else column


@dataclass(frozen=True)
class Archive:
    """A tar file, packed or not, or a zip file."""

    path: str
    name: str

    def pictures(self) -> Iterator[Pair]:
        """Names and bytes of its picture files, in the archive's order."""
        members = _zip_members if self.path.lower().endswith(".zip") else _tar_members
        try:
            for name, source in members(self.path):
                yield readable(f"{self.name}/{name}"), source
        except _DAMAGE as error:
            yield readable(self.name), DigitError(Status.FORMAT, f"damaged archive: {error}")


_DAMAGE = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


def _tar_members(path: str) -> Iterator[Pair]:
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            if member.isfile() and is_picture(member.name):
                yield member.name, _bounded(archive.extractfile(member))


def _zip_members(path: str) -> Iterator[Pair]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not member.is_dir() and is_picture(member.filename):
                yield member.filename, _zip_member(archive, member)


def _zip_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Source:
    """Members are packed each by itself: one that is damaged leaves the others whole."""
    try:
        with archive.open(member) as file:
            return _bounded(file)
    except _DAMAGE as error:
        return DigitError(Status.FORMAT, f"damaged in its archive: {error}")


def _bounded(file: Optional[IO[bytes]]) -> Source:
    """All of a file, whatever size it claims, up to what a picture file may have."""
    content = file.read(FILE_MAX + 1) if file else b""
    if len(content) > FILE_MAX:
        return DigitError(Status.LIMIT, f"larger than {FILE_MAX:,} bytes")
    return content


Shard = Union[PictureFiles, ParquetRows, Archive]
