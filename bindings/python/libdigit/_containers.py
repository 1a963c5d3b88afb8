"""Containers from strangers, unpacked within a budget: zip, tar, gzip, bzip2, xz.

Nothing that a container says of itself is believed. What is unpacked is counted while it
is unpacked (`Budget`), headers and directories have a bound of their own, and compression
whose memory can't be bounded is refused. docs/reliability.md has the limits, and the peak
of memory that was measured with each importer.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Protocol

from ._errors import DigitError, Status, error_from

__all__ = [
    "Budget",
    "MODEL_MAX",
    "PICTURE_MAX",
    "WEIGHTS_MAX",
    "importing",
    "lines_of",
    "open_tar",
    "open_zip",
    "read_member",
    "read_within",
    "tar_members",
]

MODEL_MAX = 128 << 20  # bytes of a foreign model's file, packed or unpacked
WEIGHTS_MAX = 64 << 20  # bytes of a foreign model's weights as float32: 16 million of them
PICTURE_MAX = 128 << 20  # bytes of a picture file in a container

_FLOOR = 64 << 20  # bytes that the smallest container may be unpacked to
_EXPANSION = 100  # bytes unpacked for each byte stored, above that
_DIRECTORY_MAX = 16 << 20  # bytes of a zip file's directory: 150,000 members
_HEADERS_MAX = 1 << 20  # bytes of a tar member's headers: names, attributes, maps of holes
_XZ_MEMORY = 80 << 20  # bytes: what `xz -9` needs to unpack, 65 MiB, and some
_LINE_MAX = 1 << 20  # bytes
_PIECE = 1 << 20  # bytes read at a time
_UNPACKABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNBOUNDED = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "lzma"}  # others have numbers only


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Budget:
    """How many bytes may still come out of one container.

    Parameters
    ----------
    name : str
        The container's, for messages.
    most : int
        Bytes.
    """

    def __init__(self, name: str, most: int) -> None:
        self.name = name
        self.most = self.left = most

    @classmethod
    def of(cls, name: str, stored: int) -> Budget:
        """The budget of a container of so many bytes."""
        return cls(name, _FLOOR + _EXPANSION * stored)

    def take(self, size: int) -> None:
        """Spend `size` bytes, before or as soon as there are any."""
        self.left -= size
        if self.left < 0:
            raise error_from(
                Status.LIMIT, f"{self.name}: more than {self.most:,} bytes when unpacked"
            )


@contextmanager
def importing(name: str, kind: str) -> Iterator[None]:
    """Have whatever goes wrong with a file be a `DigitError` that names the file.

    What the bytes of a damaged file lead zipfile, h5py, protobuf or NumPy to raise is
    theirs to choose.
    """
    try:
        yield
    except MemoryError:
        raise
    except DigitError as error:
        if str(error).startswith(name):
            raise
        raise error_from(error.status, f"{name}: {error}") from error
    except Exception as error:
        what = str(error) or type(error).__name__
        raise DigitError(Status.FORMAT, f"{name}: damaged {kind}: {what}") from error


def read_within(file: _Readable, most: int, name: str) -> bytes:
    """All of a file whose size is not known before, of `most` bytes."""
    whole = io.BytesIO()
    while piece := file.read(_PIECE):
        if whole.tell() + len(piece) > most:
            raise error_from(Status.LIMIT, f"{name}: larger than {most:,} bytes")
        whole.write(piece)
    return whole.getvalue()


# -- Zip -----------------------------------------------------------------------


class _SmallReads(io.RawIOBase):
    """A file that hands out no more than `most` bytes at once: a zip file's directory."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._most + 1 if size is None or size < 0 else size
        piece = self._file.read(wanted) if wanted <= self._most + 1 else b""
        if wanted > self._most + 1 or len(piece) > self._most:
            raise error_from(Status.LIMIT, f"a directory of more than {self._most:,} bytes")
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def open_zip(file: IO[bytes]) -> zipfile.ZipFile:
    """A zip file, to be read by `read_member`."""
    return zipfile.ZipFile(_SmallReads(file, _DIRECTORY_MAX))


def read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int, budget: Budget
) -> bytes:
    """The bytes of a zip file's member, stored or deflated, at most `most` of them.

    zipfile hands packed bytes to bzip2 and LZMA without a bound on what comes out.
    """
    if member.compress_type not in _UNPACKABLE:
        method = _UNBOUNDED.get(member.compress_type, f"method {member.compress_type}")
        raise DigitError(
            Status.UNSUPPORTED,
            f"{member.filename}: packed by {method}; stored and deflated members are read",
        )
    if member.file_size > most:
        raise error_from(
            Status.LIMIT,
            f"{member.filename}: declares {member.file_size:,} bytes; at most {most:,}",
        )
    with archive.open(member) as file:
        content = read_within(file, most, member.filename)
    budget.take(len(content))
    return content


# -- Tar -----------------------------------------------------------------------


class _Forward(io.RawIOBase):
    """A stream that tarfile takes for a seekable file, and that pays for what is unpacked.

    tarfile reads the headers of a member whole, whatever size they claim: `headers_left`
    bounds them.
    """

    def __init__(self, stream: _Readable, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget
        self._position = 0
        self.headers_left: int | None = _HEADERS_MAX

    def read(self, size: int | None = -1) -> bytes:
        size = _PIECE if size is None or size < 0 else size
        if self.headers_left is not None:
            self.headers_left -= size
            if self.headers_left < 0:
                raise error_from(Status.LIMIT, f"headers of more than {_HEADERS_MAX:,} bytes")
        piece = self._stream.read(size)
        self._position += len(piece)
        self._budget.take(len(piece))
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence != os.SEEK_SET or offset < self._position:
            raise DigitError(Status.FORMAT, "a member that begins before the last one's end")
        while self._position < offset:
            piece = self._stream.read(min(_PIECE, offset - self._position))
            if not piece:
                break
            self._position += len(piece)
            self._budget.take(len(piece))
        return self._position

    def tell(self) -> int:
        return self._position

    def seekable(self) -> bool:
        return True


class _Xz(io.RawIOBase):
    """Streams of xz, unpacked in bounded memory; `lzma.LZMAFile` takes what the file asks for."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._stream = _xz_stream()

    def read(self, size: int | None = _PIECE) -> bytes:
        """Up to `size` bytes; none at the end."""
        whole = io.BytesIO()
        while (wanted := (size or 0) - whole.tell()) > 0:
            packed = b""
            if self._stream.eof:
                packed = (self._stream.unused_data or self._file.read(_PIECE)).lstrip(b"\0")
                if not packed:
                    break
                self._stream = _xz_stream()
            elif self._stream.needs_input:
                packed = self._file.read(_PIECE)
                if not packed:
                    raise EOFError("the archive is cut off")
            whole.write(self._stream.decompress(packed, wanted))
        return whole.getvalue()


def _xz_stream() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


def _unpacked(file: IO[bytes]) -> Any:
    """A file as it is, or what is packed in it by gzip, bzip2 or xz."""
    sign = file.read(6)
    file.seek(0)
    if sign.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if sign.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if sign == b"\xfd7zXZ\0":
        return _Xz(file)
    return io.BufferedReader(file) if isinstance(file, io.RawIOBase) else file


@contextmanager
def open_tar(file: IO[bytes], budget: Budget) -> Iterator[tarfile.TarFile]:
    """A tar file, packed or not, to be read by `tar_members`."""
    stream = _Forward(_unpacked(file), budget)
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        yield archive


def tar_members(archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """The members of a tar file in their order; a regular one with its bytes to be read."""
    stream: Any = archive.fileobj
    kept: Any = archive  # tarfile keeps what it knows of each member
    while (member := archive.next()) is not None:
        stream.headers_left = None
        plain = member.isfile() and not member.issparse()
        yield member, archive.extractfile(member) if plain else None
        stream.headers_left = _HEADERS_MAX
        kept.members.clear()
        kept.pax_headers.clear()


# -- Text ----------------------------------------------------------------------


def lines_of(file: IO[bytes], budget: Budget) -> Iterator[str]:
    """The lines of a text in UTF-8, plain or packed by gzip."""
    stream = _unpacked(file)
    while line := stream.readline(_LINE_MAX + 1):
        budget.take(len(line))
        if len(line) > _LINE_MAX:
            raise error_from(Status.LIMIT, f"a line of more than {_LINE_MAX:,} bytes")
        yield line.decode()
