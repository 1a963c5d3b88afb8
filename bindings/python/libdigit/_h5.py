"""Keras' HDF5 files, read by a process of their own (`_h5_convert`), and written."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from . import _safetensors
from ._containers import WEIGHTS_MAX, Budget
from ._errors import DigitError, Status

if TYPE_CHECKING:
    import h5py

__all__ = ["Tree", "new_file", "read"]

_MAGIC = b"\x89HDF\r\n\x1a\n"
# Modules come from where ours came from, and first of all not from the current folder.
_START = """
import sys
sys.path[:] = sys.argv[1:]
from libdigit._h5_convert import main
sys.exit(main())
"""
_PATIENCE = 120  # seconds, of a machine that is busy; the process has 30 of the processor


class Tree:
    """What a file holds: data sets and texts by their paths."""

    def __init__(self, metadata: dict[str, str], tensors: _safetensors.Tensors) -> None:
        self._metadata = metadata
        self._tensors = tensors

    def texts(self, path: str, attribute: str) -> list[str] | None:
        """The texts of a group's attribute; None if it has none."""
        self._check(path)
        texts = self._metadata.get(f"{path}@{attribute}")
        return None if texts is None else [str(text) for text in json.loads(texts)]

    def array(self, path: str) -> npt.NDArray[np.float32]:
        """The numbers of a data set."""
        self._check(path)
        if path not in self._tensors:
            raise DigitError(Status.FORMAT, f"HDF5 {path!r}: no numbers there")
        return self._tensors[path]

    def has(self, path: str) -> bool:
        """Whether there is anything at `path` or below it."""
        names = [*self._tensors, *(key.rpartition("@")[0] for key in self._metadata)]
        return any(name == path or name.startswith(path + "/") for name in names)

    def _check(self, path: str) -> None:
        parts = path.split("/")
        for end in range(len(parts) + 1):
            above = "/".join(parts[:end])
            if f"{above}!" in self._metadata:
                raise DigitError(Status.FORMAT, f"HDF5 {above!r}: {self._metadata[above + '!']}")


def read(content: bytes, name: str) -> Tree:
    """The tree of a file's bytes."""
    if not content.startswith(_MAGIC):
        raise DigitError(Status.FORMAT, f"{name}: no HDF5 file")
    _require_h5py()
    return Tree(*_safetensors.read(_convert(content, name), name, Budget(name, WEIGHTS_MAX)))


def _convert(content: bytes, name: str) -> bytes:
    """What `_h5_convert` makes of a file."""
    command = [sys.executable, "-c", _START, *sys.path]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        raise DigitError(Status.FORMAT, f"{name}: damaged HDF5 file: it has no end") from None
    if done.returncode < 0:
        raise DigitError(Status.FORMAT, f"{name}: damaged HDF5 file: its reader crashed")
    if done.returncode > 0:
        reason = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise DigitError(Status.FORMAT, f"{name}: damaged HDF5 file: {reason}")
    return done.stdout


def _require_h5py() -> None:
    if importlib.util.find_spec("h5py") is None:
        raise ImportError("Keras' files need h5py: pip install 'libdigit[keras]'")


@contextmanager
def new_file() -> Iterator[tuple[h5py.File, BytesIO]]:
    """A file in memory to write to; its bytes are there when the ``with`` ends."""
    _require_h5py()
    import h5py

    buffer = BytesIO()
    with h5py.File(buffer, "w", track_order=False) as file:
        yield file, buffer
