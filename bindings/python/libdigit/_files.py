"""Whole files in and out."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import Any

from ._arguments import path_of
from ._errors import DigitError, Status, error_from

__all__ = ["FILE_MAX", "name_of", "open_regular", "read_whole", "write_whole"]

FILE_MAX = 256 << 20  # bytes; what the library takes for a model, too


def name_of(path: Any, what: str = "path") -> str:
    """A path as text, for messages and suffixes."""
    return os.fsdecode(path_of(path, what))


@contextmanager
def open_regular(path: Any, what: str = "path") -> Iterator[FileIO]:
    """A regular file to read. FIFOs and devices are refused before anything waits for them."""
    name = name_of(path, what)
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with FileIO(descriptor) as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise DigitError(Status.IO, f"{name}: not a regular file")
            yield file
    except OSError as error:
        raise DigitError(Status.IO, f"{name}: {error.strerror or error}") from error


def read_whole(path: Any, what: str = "path", most: int = FILE_MAX) -> bytes:
    """The bytes of a regular file, of `most` bytes."""
    with open_regular(path, what) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise error_from(Status.LIMIT, f"{name_of(path)}: larger than {most:,} bytes")
        return file.readall()


def write_whole(path: Any, content: bytes) -> None:
    """Write all of a file, or leave what was there."""
    name = os.path.realpath(name_of(path))
    try:
        _replace(name, content)
    except OSError as error:
        raise DigitError(Status.IO, f"{name}: {error.strerror or error}") from error


def _replace(name: str, content: bytes) -> None:
    mode = 0o666 & ~_umask()
    if os.path.exists(name):
        mode = os.stat(name).st_mode
        if not stat.S_ISREG(mode):
            raise DigitError(Status.IO, f"{name}: not a regular file")
    folder, last = os.path.split(name)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{last[:100]}.", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, stat.S_IMODE(mode))
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, name)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    """The umask of this process, read without setting it."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    return 0o022
