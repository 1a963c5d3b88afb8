"""Safetensors files: a JSON header, then the numbers. See docs/model-file.md.

The package safetensors would do for reading; it can't write metadata in a
given order, which libdigit's files need, and is one more thing to install.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ._containers import Budget
from ._errors import DigitError, Status

__all__ = ["Tensors", "read", "write"]

Tensors = dict[str, npt.NDArray[np.float32]]

_HEADER_MAX = 8 << 20  # bytes; as Python objects they may take 25 times as many
_SIDES_MAX = 8
# What a dtype is stored as. BF16 is the upper half of a float32.
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


@dataclass(frozen=True)
class _Entry:
    """What the header says of a tensor: bytes `begin` to `end` of the numbers."""

    name: str
    dtype: str
    shape: list[int]
    begin: int
    end: int


def read(data: bytes, name: str, budget: Budget | None = None) -> tuple[dict[str, str], Tensors]:
    """Metadata and tensors of a file's bytes, the tensors as float32.

    Tensors of other numbers than floats are left out. `name` stands in
    messages; `budget` pays for the tensors of a file from elsewhere.
    """
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= size <= min(_HEADER_MAX, len(data) - 8):
        raise DigitError(Status.FORMAT, f"{name}: no safetensors file")
    header = _header_of(data[8 : 8 + size], name)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict):
        raise DigitError(Status.FORMAT, f"{name}: metadata is no object")
    numbers = memoryview(data)[8 + size :]
    entries = [_entry_of(key, entry, len(numbers), name) for key, entry in header.items()]
    _refuse_overlaps(entries, name)
    tensors = {}
    for entry in entries:
        if entry.dtype in _DTYPES:
            if budget is not None:
                budget.take(4 * math.prod(entry.shape))
            tensors[entry.name] = _tensor_of(entry, numbers, name)
    return {str(key): str(value) for key, value in metadata.items()}, tensors


def _header_of(text: bytes, name: str) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DigitError(Status.FORMAT, f"{name}: damaged header: {error}") from None
    if not isinstance(header, dict):
        raise DigitError(Status.FORMAT, f"{name}: the header is no object")
    return header


def _entry_of(key: str, entry: Any, size: int, name: str) -> _Entry:
    try:
        dtype, shape = str(entry["dtype"]), [int(side) for side in entry["shape"]]
        begin, end = (int(offset) for offset in entry["data_offsets"])
    except (KeyError, TypeError, ValueError, OverflowError):
        raise DigitError(Status.FORMAT, f"{name}: tensor {key!r}: a damaged entry") from None
    fits = len(shape) <= _SIDES_MAX and all(0 <= side < 1 << 32 for side in shape)
    if not (fits and 0 <= begin <= end <= size):
        raise DigitError(Status.FORMAT, f"{name}: tensor {key!r}: does not lie in the file")
    return _Entry(key, dtype, shape, begin, end)


def _refuse_overlaps(entries: list[_Entry], name: str) -> None:
    """Tensors lie side by side: a small file can't stand for a large one."""
    filled = [entry for entry in entries if entry.end > entry.begin]
    filled.sort(key=lambda entry: entry.begin)
    for before, entry in zip(filled, filled[1:]):
        if entry.begin < before.end:
            raise DigitError(
                Status.FORMAT, f"{name}: tensors {before.name!r} and {entry.name!r} overlap"
            )


def _tensor_of(entry: _Entry, numbers: memoryview, name: str) -> npt.NDArray[np.float32]:
    stored, size = np.dtype(_DTYPES[entry.dtype]), entry.end - entry.begin
    if math.prod(entry.shape) * stored.itemsize != size:
        raise DigitError(
            Status.FORMAT,
            f"{name}: tensor {entry.name!r}: {size} bytes for the shape {entry.shape}",
        )
    array = np.frombuffer(numbers[entry.begin : entry.end], stored).reshape(entry.shape)
    if entry.dtype == "BF16":
        return (array.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(over="ignore"):  # infinite then, and refused as such
        return array.astype(np.float32)


def write(metadata: dict[str, str], tensors: Tensors) -> bytes:
    """A file's bytes: metadata first and in the order given, float32 throughout."""
    header: dict[str, Any] = {"__metadata__": metadata}
    chunks, end = [], 0
    for key, tensor in tensors.items():
        chunk = np.ascontiguousarray(tensor, "<f4").tobytes()
        begin, end = end, end + len(chunk)
        header[key] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": (begin, end)}
        chunks.append(chunk)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *chunks])
