"""A model's file as tensors, and tensors as a model.

The way in leads through the library's own reader: what a converter made is
judged by the same checks as any file.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from . import _safetensors
from ._architecture import Layer, parse
from ._prototypes import DIGIT_CLASSES
from ._errors import DigitError, Status
from ._safetensors import Tensors
from .model import Model

__all__ = ["Parts", "assemble", "take_apart"]

_CRC_AT = 34  # where the digits of the checksum begin, see docs/model-file.md


@dataclass(frozen=True)
class Parts:
    """A model as converters want it.

    Attributes
    ----------
    layers : list of Layer
        The last one has ten outputs, and more behind them with ``other``.
    tensors : dict of str to ndarray of float32
        ``"0.weight"`` and so on, PyTorch's shapes. The temperature that
        confidence is calibrated with is worked into the last layer.
    """

    layers: list[Layer]
    tensors: Tensors


def take_apart(model: Model, *, other: str | None) -> Parts:
    """The layers and tensors of a model, for a format that ends in softmax.

    `other` says what becomes of an output ``other``: "drop" leaves it out,
    "keep" has it as an eleventh class, None refuses such a model.
    """
    if not isinstance(model, Model):
        raise TypeError(f"model: expected a libdigit.Model, got {type(model).__name__}")
    metadata, tensors = _safetensors.read(model.to_bytes(), "model")
    layers = parse(metadata["architecture"])
    last = layers[-1]
    if last.size > DIGIT_CLASSES and other != "keep":
        _check_other(other)
        last = layers[-1] = replace(last, size=DIGIT_CLASSES, outputs=(DIGIT_CLASSES,))
    temperature = tensors["calibration"][0]
    for name in (f"{last.number}.weight", f"{last.number}.bias"):
        tensors[name] = tensors[name][: last.size] / temperature
    return Parts(layers, {name: array for name, array in tensors.items() if name[0].isdigit()})


def _check_other(other: str | None) -> None:
    if other is None:
        raise DigitError(
            Status.UNSUPPORTED,
            "the model has an output `other` (how likely it is no digit), which the format can't "
            "tell from a digit: other='drop' leaves it out, 'keep' makes it an eleventh class",
        )
    if other != "drop":
        raise ValueError(f"other: expected 'drop', 'keep' or None, got {other!r}")


def assemble(architecture: str, tensors: Tensors, trained_on: str) -> Model:
    """A model of this architecture with these weights.

    Everything that the tensors don't say, the version of the sample
    preparation above all, is as in a new model.
    """
    with Model(architecture) as template:
        metadata, expected = _safetensors.read(template.to_bytes(), "model")
    of_no_layer = {name: array for name, array in expected.items() if not name[0].isdigit()}
    tensors = {**of_no_layer, **tensors}
    for name, array in expected.items():
        if name not in tensors or tensors[name].shape != array.shape:
            found = tensors[name].shape if name in tensors else "nothing"
            raise DigitError(
                Status.FORMAT, f"tensor {name}: expected the shape {array.shape}, got {found}"
            )
    metadata["trained_on"] = trained_on
    ordered = {name: tensors[name] for name in expected}
    return Model.from_bytes(_sealed(_safetensors.write(metadata, ordered)))


def _sealed(data: bytes) -> bytes:
    """The file with its checksum; the metadata's first entry has room for it."""
    zeroed = data[8:_CRC_AT] + b"00000000" + data[_CRC_AT + 8 :]
    return data[:_CRC_AT] + b"%08x" % zlib.crc32(zeroed) + data[_CRC_AT + 8 :]
