"""What an ONNX file takes in memory, known before protobuf reads it.

protobuf makes an object of every message: two bytes of a file, an empty node, take 800 of
memory (measured, protobuf 7.36 with its C core). Only weights may be large, so the bytes
that are no weights have a bound.
"""

from __future__ import annotations

from ._containers import WEIGHTS_MAX, Budget
from ._errors import DigitError, Status

__all__ = ["check_size"]

_STRUCTURE_MAX = 1 << 20  # bytes of all but weights; a small network has some kB

# Numbers of fields, from the model down: graph 7, its initializer 5 or its node's 1 attribute's
# 5 tensor 5, and there float_data 4 and raw_data 9.
_TENSORS = ((7, 5), (7, 1, 5, 5))
_WEIGHTS = {(*tensor, field) for tensor in _TENSORS for field in (4, 9)}
_MESSAGES = {path[:end] for path in _WEIGHTS for end in range(1, len(path))}

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # how a field is stored


def check_size(content: bytes) -> None:
    """Refuse a file whose graph, or whose weights, would take too much memory."""
    structure = Budget("the graph without its weights", _STRUCTURE_MAX)
    weights = Budget("the weights", 2 * WEIGHTS_MAX)  # they may be of 64 bits
    waiting: list[tuple[int, int, tuple[int, ...]]] = [(0, len(content), ())]
    while waiting:
        at, end, path = waiting.pop()
        while at < end:
            begin = at
            key, at = _number(content, at, end)
            field, size = (*path, key >> 3), 0
            if key & 7 == _BYTES:
                size, at = _number(content, at, end)
            structure.take(at - begin)
            if field in _MESSAGES and key & 7 == _BYTES:
                waiting.append((at, at + size, field))
            elif field in _WEIGHTS and key & 7 == _BYTES:
                weights.take(size)
            else:
                size = size or _size_of(key & 7, content, at, end)
                structure.take(size)
            at += size
            if at > end:
                raise DigitError(Status.FORMAT, "the file is cut off")


def _size_of(kind: int, content: bytes, at: int, end: int) -> int:
    """The bytes of a field that is a number."""
    if kind == _VARINT:
        return _number(content, at, end)[1] - at
    if kind not in (_FIXED32, _FIXED64, _BYTES):
        raise DigitError(Status.FORMAT, f"a field of the kind {kind}")
    return {_FIXED32: 4, _FIXED64: 8, _BYTES: 0}[kind]


def _number(content: bytes, at: int, end: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    number = 0
    for place in range(10):
        if at + place >= end:
            raise DigitError(Status.FORMAT, "the file is cut off")
        byte = content[at + place]
        number |= (byte & 127) << 7 * place
        if byte < 128:
            return number, at + place + 1
    raise DigitError(Status.FORMAT, "a number that has no end")
