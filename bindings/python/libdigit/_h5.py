"""HDF5 files from strangers, read with h5py and nothing taken on trust.

HDF5 can point to other files, to other places in the file, and can declare
sizes far beyond what it stores. Keras refuses these, and so does this.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._errors import DigitError, Status

if TYPE_CHECKING:
    import h5py

__all__ = ["attribute_text", "attribute_texts", "dataset", "group", "new_file", "opened"]

_DATASET_MAX = 256 << 20  # bytes declared
_ATTRIBUTE_MAX = 4 << 20
_EXPANSION_FLOOR = 1 << 20  # below it, what is declared may be stored in any way
_EXPANSION_MAX = 100
_CHUNKS_MAX = 64  # Keras splits long attributes into name0, name1, ...


def _h5py() -> Any:
    try:
        import h5py
    except ImportError as error:
        raise ImportError("Keras' files need h5py: pip install 'libdigit[keras]'") from error
    return h5py


@contextmanager
def opened(content: bytes, name: str) -> Iterator[h5py.File]:
    """A file's bytes as an h5py file; what h5py stumbles over is a `DigitError`."""
    h5py = _h5py()
    try:
        with h5py.File(BytesIO(content), "r") as file:
            yield file
    except (DigitError, MemoryError):
        raise
    except Exception as error:  # a damaged file leads h5py to errors of every kind
        raise DigitError(Status.FORMAT, f"{name}: damaged HDF5 file: {error}") from error


@contextmanager
def new_file() -> Iterator[tuple[h5py.File, BytesIO]]:
    """A file in memory to write to; its bytes are there when the ``with`` ends."""
    buffer = BytesIO()
    with _h5py().File(buffer, "w", track_order=False) as file:
        yield file, buffer


def group(parent: h5py.Group, path: str) -> h5py.Group:
    """The group at `path`."""
    found = _follow(parent, path)
    if not isinstance(found, _h5py().Group):
        raise _wrong(path, "not a group")
    return found


def dataset(parent: h5py.Group, path: str) -> npt.NDArray[Any]:
    """The numbers at `path`."""
    found = _follow(parent, path)
    if not isinstance(found, _h5py().Dataset):
        raise _wrong(path, "not a data set")
    if found.external or found.is_virtual:
        raise _wrong(path, "its numbers lie in other files")
    if found.shape is None or found.dtype.kind != "f":
        raise _wrong(path, f"holds {found.dtype}, not floats")
    declared = math.prod(found.shape) * found.dtype.itemsize
    stored = found.id.get_storage_size()
    if declared > _DATASET_MAX or declared > max(_EXPANSION_FLOOR, _EXPANSION_MAX * stored):
        raise _wrong(path, f"declares {declared:,} bytes and stores {stored:,}")
    return np.asarray(found[()])


def attribute_text(owner: h5py.Group, name: str) -> str | None:
    """A text kept as attribute, or None."""
    value = _attribute(owner, name)
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if not isinstance(value, str):
        raise _wrong(name, "not a text")
    return value


def attribute_texts(owner: h5py.Group, name: str) -> list[str]:
    """A list of texts kept as attribute, whole or in pieces."""
    whole = _attribute(owner, name)
    pieces = [] if whole is None else [whole]
    while whole is None and len(pieces) < _CHUNKS_MAX:
        piece = _attribute(owner, f"{name}{len(pieces)}")
        if piece is None:
            break
        pieces.append(piece)
    texts = [text for piece in pieces for text in np.ravel(piece).tolist()]
    return [t.decode("utf-8", "replace") if isinstance(t, bytes) else str(t) for t in texts]


def _attribute(owner: h5py.Group, name: str) -> Any:
    if name not in owner.attrs:
        return None
    facts = owner.attrs.get_id(name)
    if math.prod(facts.shape) * facts.dtype.itemsize > _ATTRIBUTE_MAX:
        raise _wrong(name, f"an attribute of more than {_ATTRIBUTE_MAX:,} bytes")
    return owner.attrs[name]


def _follow(parent: h5py.Group, path: str) -> Any:
    """What lies at `path`, reached through hard links only."""
    h5py = _h5py()
    found: Any = parent
    for part in path.split("/"):
        if not isinstance(found, h5py.Group) or part in ("", ".", "..") or part not in found:
            raise _wrong(path, "not there")
        link = found.get(part, getclass=True, getlink=True)
        if link is not h5py.HardLink:
            raise _wrong(path, f"a link ({link.__name__}) to somewhere else")
        found = found[part]
    return found


def _wrong(path: str, what: str) -> DigitError:
    return DigitError(Status.FORMAT, f"HDF5 {path!r}: {what}")
