"""Find and load the C library, once, when the package is imported.

Where it is looked for, in this order:

1. the file that the environment variable ``LIBDIGIT_LIBRARY`` names; if it is
   set, nothing else is tried;
2. ``libdigit.so`` inside the package, where ``pip install`` puts it;
3. ``libdigit.so.1`` where the system's loader finds it.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from importlib import resources
from mmap import ACCESS_READ, mmap

from ._errors import error_from
from ._prototypes import declare

__all__ = ["VERSION", "build_info", "check", "lib", "version"]

VERSION = "1.0.0"

_VARIABLE = "LIBDIGIT_LIBRARY"
_PACKAGED = "libdigit.so"
_SONAME = "libdigit.so.1"
_STRINGS_END = 1 << 20  # bytes; the names of needed libraries are near the front of a file
_SANITIZERS = ("__asan_init", "__tsan_init", "__msan_init")


def _candidates() -> Iterator[str]:
    named = os.environ.get(_VARIABLE)
    if named:
        yield os.path.abspath(named)  # a file, never a name for the loader to search
        return
    # Not Path(__file__).parent: an editable install keeps the sources and the
    # library in different folders, and only the import system knows both.
    yield str(resources.files(__package__).joinpath(_PACKAGED))
    yield _SONAME


def _wants_shared_blas(path: str) -> bool:
    """Whether a library uses a shared OpenBLAS, that of the system."""
    if os.sep not in path:
        return True  # found by its soname: probably a distribution's
    with open(path, "rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        return content.find(b"\0libopenblas.so", 0, _STRINGS_END) >= 0


def _mode(path: str) -> int:
    """The flags for dlopen.

    A library that uses a shared BLAS needs RTLD_DEEPBIND: its symbols must not
    resolve to another package's copy of OpenBLAS. Sanitizers don't work with
    that flag.
    """
    mode = os.RTLD_NOW | os.RTLD_LOCAL
    process = ctypes.CDLL(None)
    if _wants_shared_blas(path) and not any(hasattr(process, name) for name in _SANITIZERS):
        mode |= getattr(os, "RTLD_DEEPBIND", 0)
    return mode


def _is_compatible(found: str) -> bool:
    """Whether a library of this version has everything that this package calls."""
    ours, theirs = ([int(part) for part in text.split(".")] for text in (VERSION, found))
    return theirs[0] == ours[0] and theirs >= ours


def _open(path: str) -> ctypes.CDLL:
    """Load one candidate; OSError if it can't be used."""
    library = ctypes.CDLL(path, mode=_mode(path))
    try:
        library.digit_version.restype = ctypes.c_char_p
        found = library.digit_version().decode()
        if not _is_compatible(found):
            later = f"a later {VERSION.partition('.')[0]}.x"
            raise OSError(f"is version {found}, but this package needs {VERSION} or {later}")
        declare(library)
    except AttributeError as error:
        raise OSError(f"is no libdigit that this package knows: {error}") from error
    return library


def _load() -> ctypes.CDLL:
    tried = []
    for path in _candidates():
        try:
            return _open(path)
        except (OSError, ValueError) as error:  # ValueError: an empty file, a path with NUL
            tried.append(f"  {path}: {error}")
    raise ImportError(
        "libdigit's C library could not be loaded. Tried:\n"
        + "\n".join(tried)
        + f"\nSet {_VARIABLE} to the file to use, or install the package with pip."
    )


lib = _load()


def check(status: int) -> None:
    """Raise the exception for a status other than OK.

    Call it on the thread of the failing call, before its next call: the library
    keeps one message per thread.
    """
    if status != 0:
        text = lib.digit_last_error() or lib.digit_status_text(status)
        raise error_from(status, text.decode("utf-8", "replace"))


def version() -> str:
    """Version of the C library in use.

    Returns
    -------
    str
        Such as ``"1.0.0"``: ``libdigit.__version__`` or a later version with the
        same major number.
    """
    text: bytes = lib.digit_version()
    return text.decode()


def build_info() -> str:
    """How the C library was built and what it runs on, for bug reports.

    Returns
    -------
    str
        BLAS version and kernel, linking mode, instruction sets. The text may
        change with any release.
    """
    text: bytes = lib.digit_build_info()
    return text.decode("utf-8", "replace")
