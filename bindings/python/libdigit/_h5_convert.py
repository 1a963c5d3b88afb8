"""HDF5 files from strangers to safetensors, in a process that `_h5` starts.

Reads a file on standard input and writes another on standard output. A process
of its own, for the HDF5 library can be led into endless loops and worse by a
file that was damaged with care. HDF5 can also point to other files and other
places, and declare sizes far beyond what it stores: Keras refuses these, and
so does this.

Data sets become tensors, named by their path. The attributes that Keras uses
become metadata: ``"PATH@NAME"`` is a list of texts in JSON. What is refused
becomes ``"PATH!"``, with the reason.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _safetensors
from ._containers import WEIGHTS_MAX, Budget
from ._errors import DigitError

if TYPE_CHECKING:
    import h5py

__all__ = ["convert", "main"]

_SECONDS = 30  # of the processor
_MEMORY = 384 << 20  # bytes of address space beside what the file and the modules take
_ATTRIBUTE_MAX = 4 << 20
_EXPANSION_FLOOR = 1 << 20  # below it, what is declared may be stored in any way
_EXPANSION_MAX = 100
_NODES_MAX = 4_096
_NAMES_MAX = 64  # Keras splits long attributes into name0, name1, ...
_ATTRIBUTES = ("model_config", "layer_names", "weight_names")


class _Refused(Exception):
    pass


class _Converter:
    """A walk over all that hard links lead to."""

    def __init__(self, file: h5py.File) -> None:
        self.metadata: dict[str, str] = {}
        self.tensors: dict[str, npt.NDArray[np.float32]] = {}
        self._budget = Budget("data sets", WEIGHTS_MAX)
        waiting = [("", file)]
        seen = 0
        while waiting:
            path, group = waiting.pop()
            self._take_attributes(path, group)
            for name in group:
                seen += 1
                if seen > _NODES_MAX:
                    raise _Refused(f"more than {_NODES_MAX} groups and data sets")
                below = f"{path}/{name}" if path else str(name)
                found = self._take(below, group, name)
                if found is not None:
                    waiting.append((below, found))

    def _take(self, path: str, parent: h5py.Group, name: str) -> h5py.Group | None:
        """Keep a data set, or the reason why not; gives a group to go on with."""
        import h5py

        try:
            link = parent.get(name, getclass=True, getlink=True)
            if link is not h5py.HardLink:
                raise _Refused(f"a link ({link.__name__}) to somewhere else")
            found = parent[name]
            if isinstance(found, h5py.Group):
                return found
            self.tensors[path] = _numbers(found, self._budget)
        except (MemoryError, DigitError):
            raise
        except Exception as error:  # a damaged file leads h5py to errors of every kind
            self.metadata[f"{path}!"] = str(error)
        return None

    def _take_attributes(self, path: str, group: h5py.Group) -> None:
        for wanted in _ATTRIBUTES:
            try:
                texts = _texts(group, wanted)
                if texts is not None:
                    self.metadata[f"{path}@{wanted}"] = json.dumps(texts)
            except MemoryError:
                raise
            except Exception as error:
                self.metadata[f"{path}!"] = str(error)


def _numbers(dataset: Any, budget: Budget) -> npt.NDArray[np.float32]:
    import h5py

    if not isinstance(dataset, h5py.Dataset):
        raise _Refused("not a data set")
    if dataset.external or dataset.is_virtual:
        raise _Refused("its numbers lie in other files")
    if dataset.shape is None or dataset.dtype.kind != "f":
        raise _Refused(f"holds {dataset.dtype}, not floats")
    declared = math.prod(dataset.shape) * dataset.dtype.itemsize
    stored = dataset.id.get_storage_size()
    if declared > max(_EXPANSION_FLOOR, _EXPANSION_MAX * stored):
        raise _Refused(f"declares {declared:,} bytes and stores {stored:,}")
    chunk = math.prod(dataset.chunks or ()) * dataset.dtype.itemsize  # unpacked as a whole
    if chunk > max(_EXPANSION_FLOOR, declared):
        raise _Refused(f"chunks of {chunk:,} bytes for {declared:,}")
    budget.take(4 * math.prod(dataset.shape))
    with np.errstate(over="ignore"):  # infinite then, and refused as such
        return np.asarray(dataset[()], np.float32)


def _texts(owner: h5py.Group, name: str) -> list[str] | None:
    """An attribute, whole or in pieces, as texts; None if there is none."""
    if name in owner.attrs:
        return _texts_of(owner, name)
    pieces: list[str] = []
    for index in range(_NAMES_MAX):
        if f"{name}{index}" not in owner.attrs:
            return pieces if index else None
        pieces += _texts_of(owner, f"{name}{index}")
    return pieces


def _texts_of(owner: h5py.Group, name: str) -> list[str]:
    facts = owner.attrs.get_id(name)
    if math.prod(facts.shape) * facts.dtype.itemsize > _ATTRIBUTE_MAX:
        raise _Refused(f"attribute {name} of more than {_ATTRIBUTE_MAX:,} bytes")
    values = np.ravel(owner.attrs[name]).tolist()
    return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values]


def convert(content: bytes) -> bytes:
    """The whole way; any exception means a damaged file."""
    import h5py

    with h5py.File(BytesIO(content), "r") as file:
        converter = _Converter(file)
    return _safetensors.write(converter.metadata, converter.tensors)


def main() -> int:
    """The process: standard input to standard output; gives the exit status."""
    import h5py  # noqa: F401  # now, for its code is not to count as memory that a file takes

    content = sys.stdin.buffer.read()
    _limit(resource.RLIMIT_CPU, _SECONDS)
    _limit(resource.RLIMIT_AS, _address_space() + _MEMORY)
    try:
        sys.stdout.buffer.write(convert(content))
    except MemoryError:
        print("it takes too much memory", file=sys.stderr)
        return 1
    except Exception as error:
        print(f"{error}"[:500], file=sys.stderr)
        return 1
    return 0


def _limit(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard < 0 else min(most, hard), hard))


def _address_space() -> int:
    """What this process has mapped, in bytes."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
