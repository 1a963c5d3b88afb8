"""What one worker reads at a time: files of a folder, rows of a Parquet file, an archive.

Each can be sent to any process that sees the same files, and gives pairs of a
picture's name and its `Source`. What can't be read is a pair with an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Optional, Union

from .._containers import (
    PICTURE_MAX,
    Budget,
    importing,
    open_tar,
    open_zip,
    read_member,
    read_within,
    tar_members,
)
from .._errors import DigitError, Status
from .._files import open_regular
from .._image import ENDINGS
from ._pages import batch_size, check_footer
from ._recognizer import Source

__all__ = ["Archive", "Pair", "ParquetRows", "PictureFiles", "Shard", "is_picture"]

Pair = tuple[str, Source]

_BUFFER = 1 << 20  # bytes of a Parquet file read at a time
_NAME_MAX = 4_096  # characters; a container may give its pictures longer ones


def is_picture(name: str) -> bool:
    """Whether a name is one of a picture file; hidden ones are other programs'."""
    return name.lower().endswith(ENDINGS) and not os.path.basename(name).startswith(".")


def readable(name: str) -> str:
    """A file's name as UTF-8, which Parquet wants and file systems don't."""
    text = name[:_NAME_MAX]
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _or_error(path: str, name: str, kind: str, pairs: Iterator[Pair]) -> Iterator[Pair]:
    """The pairs of a container, and one more that says why it is damaged if it is."""
    try:
        with importing(name, kind):
            yield from pairs
    except DigitError as error:
        message = _without(_without(str(error), name), path)
        yield readable(name), DigitError(error.status, message)
    except MemoryError:
        yield readable(name), DigitError(Status.MEMORY, "out of memory")


def _without(message: str, name: str) -> str:
    """A message without the name in front, which has a column of its own."""
    return message.removeprefix(f"{name}: ")


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
    damage: str = ""  # why there is nothing to read

    def pictures(self) -> Iterator[Pair]:
        """Names and bytes. Without a column of names they are the file's, and the row's number."""
        return _or_error(self.path, self.name, "Parquet file", self._pictures())

    def _pictures(self) -> Iterator[Pair]:
        import pyarrow.parquet as pq

        if self.damage:
            raise DigitError(Status.FORMAT, self.damage)
        wanted = [self.column] + ([self.names] if self.names else [])
        with open_regular(self.path) as raw:
            check_footer(raw)
            with pq.ParquetFile(raw, buffer_size=_BUFFER) as file:
                size = batch_size(raw, file.metadata.row_group(self.group), wanted)
                batches = file.iter_batches(
                    size, row_groups=[self.group], columns=wanted, use_threads=False
                )
                yield from self._cut(batches)

    def _cut(self, batches: Iterator[Any]) -> Iterator[Pair]:
        """Pairs of the rows from `first` on; those before can't be jumped over."""
        row, end = 0, self.first + self.count
        for batch in batches:
            least, most = max(self.first - row, 0), min(end - row, len(batch))
            if least < most:
                part = batch.slice(least, most - least)
                contents = _column(part, self.column).to_pylist()
                names = _names(part, self.names)
                for offset, (name, content) in enumerate(zip(names, contents)):
                    number = self.before + row + least + offset
                    yield name or readable(f"{self.name}/{number}"), _bounded(content)
            row += len(batch)
            if row >= end:
                return


def _column(batch: Any, path: str) -> Any:
    """A column by its name, or by that of a struct and, after a point, its member.

    Names may have points of their own, and stand for several columns: the first, then.
    """
    import pyarrow as pa

    for number, field in enumerate(batch.schema):
        if field.name == path:
            return batch.column(number)
        if pa.types.is_struct(field.type) and path.startswith(f"{field.name}."):
            member = field.type.get_field_index(path[len(field.name) + 1 :])
            if member >= 0:
                return batch.column(number).field(member)
    raise DigitError(Status.FORMAT, f"no column {path}")


def _names(batch: Any, path: Optional[str]) -> list[str]:
    """The names of a batch's pictures; Parquet does not see to it that they are UTF-8."""
    import pyarrow as pa

    if path is None:
        return [""] * len(batch)
    column = _column(batch, path)
    kind = pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary()
    return [readable(os.fsdecode(name or b"")) for name in column.view(kind).to_pylist()]


def _bounded(content: Optional[bytes]) -> Source:
    if content is not None and len(content) > PICTURE_MAX:
        return DigitError(Status.LIMIT, f"larger than {PICTURE_MAX:,} bytes")
    return content


@dataclass(frozen=True)
class Archive:
    """A tar file, packed or not, or a zip file."""

    path: str
    name: str

    def pictures(self) -> Iterator[Pair]:
        """Names and bytes of its picture files, in the archive's order."""
        return _or_error(self.path, self.name, "archive", self._pictures())

    def _pictures(self) -> Iterator[Pair]:
        members = _zip_pictures if self.path.lower().endswith(".zip") else _tar_pictures
        with open_regular(self.path) as file, importing(self.name, "archive"):
            budget = Budget.of("the archive", os.fstat(file.fileno()).st_size)
            for name, source in members(file, budget):
                yield readable(f"{self.name}/{name}"), source


def _tar_pictures(file: IO[bytes], budget: Budget) -> Iterator[Pair]:
    with open_tar(file, budget) as archive:
        for member, content in tar_members(archive):
            if is_picture(member.name) and content is not None:
                yield member.name, _read(content, member.size)


def _read(content: IO[bytes], size: int) -> Source:
    if size > PICTURE_MAX:
        return DigitError(Status.LIMIT, f"larger than {PICTURE_MAX:,} bytes")
    return read_within(content, PICTURE_MAX, "the picture")


def _zip_pictures(file: IO[bytes], budget: Budget) -> Iterator[Pair]:
    """Members are packed each by itself: one that is damaged leaves the others whole."""
    with open_zip(file) as archive:
        for member in archive.infolist():
            if not member.is_dir() and is_picture(member.filename):
                try:
                    with importing(member.filename, "in its archive"):
                        content: Source = read_member(archive, member, PICTURE_MAX, budget)
                except DigitError as error:
                    if budget.left < 0:
                        raise
                    content = DigitError(error.status, _without(str(error), member.filename))
                yield member.filename, content


Shard = Union[PictureFiles, ParquetRows, Archive]
