"""What the pages of a Parquet file take in memory, known before pyarrow unpacks them.

A page of some kB may unpack to 2 GB, and a value of its dictionary stand in every row.
The file's footer says how large all pages of a column are, but nothing holds it to that:
the pages' own headers do, which pyarrow's buffers are made by. They are read here as
parquet-format's ``PageHeader`` in Thrift's compact protocol.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO, Any

from .._containers import PICTURE_MAX
from .._errors import DigitError, Status, error_from

__all__ = ["batch_size", "check_footer"]

_FOOTER_MAX = 16 << 20  # bytes
_ROWS = 64  # pictures in memory at a time
_BATCH_BYTES = 32 << 20  # or so many bytes, if a page could fill them with one picture
_EXPANSION = 2  # of large pages: pictures are packed already, and writers put 1,024 in a page
_HEADER_MAX = 64 << 10  # bytes of a page's header, with its statistics

# Thrift's compact protocol: what follows a field's head.
_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _STRUCT = 0, 1, 2, 3, 7, 8, 12
_WHOLE = (4, 5, 6)  # of 16, 32 and 64 bits
_UNPACKED, _PACKED = 2, 3  # fields of a PageHeader: sizes of the page in bytes


def check_footer(file: IO[bytes]) -> None:
    """Refuse a file whose footer would take much memory; it becomes an object for each column."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 8))
    tail = file.read(8)
    footer = int.from_bytes(tail[:4], "little")
    file.seek(0)
    if tail[4:] == b"PAR1" and footer > _FOOTER_MAX:
        raise error_from(Status.LIMIT, f"a footer of {footer:,} bytes; at most {_FOOTER_MAX:,}")


def batch_size(file: IO[bytes], group: Any, columns: list[str]) -> int:
    """How many rows may be in memory at a time: as many as fit if each were a whole page."""
    largest = 1
    for number in range(group.num_columns):
        column = group.column(number)
        if any(column.path_in_schema == one or column.path_in_schema.startswith(f"{one}.")
               for one in columns):
            largest = max([largest, *_page_sizes(file, column)])
    return max(1, min(_ROWS, _BATCH_BYTES // largest))


def _page_sizes(file: IO[bytes], column: Any) -> Iterator[int]:
    """Bytes of each page of a column in a row group, unpacked."""
    at = column.data_page_offset
    if column.has_dictionary_page and column.dictionary_page_offset is not None:
        at = min(at, column.dictionary_page_offset)
    end = at + column.total_compressed_size
    while at < end:
        file.seek(at)
        header = _Header(file.read(_HEADER_MAX))
        sizes = header.numbers()
        unpacked, packed = sizes.get(_UNPACKED, -1), sizes.get(_PACKED, -1)
        if unpacked < 0 or packed < 0:
            raise DigitError(Status.FORMAT, "a page without its size")
        if unpacked > max(PICTURE_MAX, _EXPANSION * packed):
            raise error_from(
                Status.LIMIT, f"a page of {packed:,} bytes that unpacks to {unpacked:,}"
            )
        yield unpacked
        at += header.at + packed


class _Header:
    """A struct of Thrift's: its whole numbers, and where it ends."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.at = 0

    def numbers(self) -> dict[int, int]:
        """The whole numbers of the struct by the fields' numbers; structs in it are skipped."""
        numbers: dict[int, int] = {}
        field, depth = 0, 1
        outer: list[int] = []  # fields of the structs around this one
        while depth:
            head = self._byte()
            kind = head & 15
            if kind == _STOP:
                depth -= 1
                field = outer.pop() if outer else 0
                continue
            field = field + (head >> 4) if head >> 4 else self._signed()
            if kind == _STRUCT:
                outer.append(field)
                field, depth = 0, depth + 1
            elif kind in _WHOLE:
                number = self._signed()
                if depth == 1:
                    numbers[field] = number
            else:
                self._skip(kind)
        return numbers

    def _skip(self, kind: int) -> None:
        if kind in (_TRUE, _FALSE):
            return
        if kind not in (_BYTE, _DOUBLE, _BINARY):
            raise DigitError(Status.FORMAT, f"a page's header has a field of the kind {kind}")
        size = self._unsigned() if kind == _BINARY else 1 if kind == _BYTE else 8
        self.at += size

    def _byte(self) -> int:
        if self.at >= len(self._content):
            raise DigitError(Status.FORMAT, "a page's header has no end")
        self.at += 1
        return self._content[self.at - 1]

    def _unsigned(self) -> int:
        number = 0
        for place in range(10):
            byte = self._byte()
            number |= (byte & 127) << 7 * place
            if byte < 128:
                return number
        raise DigitError(Status.FORMAT, "a number that has no end")

    def _signed(self) -> int:
        number = self._unsigned()
        return number >> 1 ^ -(number & 1)
