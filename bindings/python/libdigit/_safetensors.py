"""Safetensors files: a JSON header, then the numbers. See docs/model-file.md.

The package safetensors would do for reading; it can't write metadata in a
given order, which libdigit's files need, and is one more thing to install.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import DigitError, Status

__all__ = ["Tensors", "read", "write"]

Tensors = dict[str, npt.NDArray[np.float32]]

_HEADER_MAX = 16 << 20
_SIDES_MAX = 8
# What a dtype is stored as. BF16 is the upper half of a float32.
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def read(data: bytes, name: str) -> tuple[dict[str, str], Tensors]:
    """Metadata and tensors of a file's bytes, the tensors as float32.

    Tensors of other numbers than floats are left out. `name` stands in
    messages.
    """
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= size <= min(_HEADER_MAX, len(data) - 8):
        raise DigitError(Status.FORMAT, f"{name}: no safetensors file")
    header = _header_of(data[8 : 8 + size], name)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict):
        raise DigitError(Status.FORMAT, f"{name}: metadata is no object")
    numbers = memoryview(data)[8 + size :]
    tensors = {}
    for key, entry in header.items():
        tensor = _tensor_of(entry, numbers, f"{name}: tensor {key!r}")
        if tensor is not None:
            tensors[key] = tensor
    return {str(key): str(value) for key, value in metadata.items()}, tensors


def _header_of(text: bytes, name: str) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DigitError(Status.FORMAT, f"{name}: damaged header: {error}") from None
    if not isinstance(header, dict):
        raise DigitError(Status.FORMAT, f"{name}: the header is no object")
    return header


def _tensor_of(entry: Any, numbers: memoryview, name: str) -> npt.NDArray[np.float32] | None:
    try:
        dtype, shape = entry["dtype"], [int(side) for side in entry["shape"]]
        begin, end = (int(offset) for offset in entry["data_offsets"])
    except (KeyError, TypeError, ValueError, OverflowError):
        raise DigitError(Status.FORMAT, f"{name}: a damaged entry") from None
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        return None
    stored = np.dtype(_DTYPES[dtype])
    fits = len(shape) <= _SIDES_MAX and all(0 <= side < 1 << 32 for side in shape)
    if not (fits and 0 <= begin <= end <= len(numbers)):
        raise DigitError(Status.FORMAT, f"{name}: does not lie in the file")
    if math.prod(shape) * stored.itemsize != end - begin:
        raise DigitError(Status.FORMAT, f"{name}: {end - begin} bytes for the shape {shape}")
    array = np.frombuffer(numbers[begin:end], stored).reshape(shape)
    if dtype == "BF16":
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
