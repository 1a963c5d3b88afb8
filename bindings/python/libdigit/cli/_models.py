"""Model files by their endings."""

from __future__ import annotations

from typing import Any, Optional

from .. import DigitError, Model
from .._containers import MODEL_MAX, WEIGHTS_MAX, Budget
from .._endings import KERAS, ONNX, foreign_writer
from .._files import name_of, read_whole
from .._safetensors import read
from ._common import UsageError

__all__ = ["is_model", "load_model", "save_model"]

_NATIVE = (".safetensors",)


def is_model(path: str) -> bool:
    """Whether the name is one of a model file."""
    return path.lower().endswith(_NATIVE + KERAS + ONNX)


def load_model(path: str, architecture: Optional[str] = None) -> Model:
    """A model from a file of libdigit, Keras, ONNX or PyTorch (safetensors)."""
    lower = path.lower()
    if lower.endswith(KERAS):
        from .. import keras

        return keras.load(path, architecture=architecture)
    if lower.endswith(ONNX):
        from .. import onnx

        return onnx.load(path)
    try:
        return Model.load(path)
    except DigitError:
        if not _is_foreign(path):
            raise
    return _load_torch(path, architecture)


def _is_foreign(path: str) -> bool:
    """A sound safetensors file that libdigit did not write."""
    try:
        content, budget = read_whole(path, most=MODEL_MAX), Budget(path, WEIGHTS_MAX)
        metadata, tensors = read(content, name_of(path), budget)
    except DigitError:
        return False
    return metadata.get("format") != "libdigit" and bool(tensors)


def _load_torch(path: str, architecture: Optional[str]) -> Model:
    from .. import torch

    if architecture is None:
        raise UsageError(
            f"{path}: weights of PyTorch, without their architecture; "
            "'digit convert --architecture A' makes a model of them"
        )
    return torch.load(path, architecture)


def save_model(model: Model, path: str, **options: Any) -> None:
    """Write a model as its file's ending says."""
    write = foreign_writer(path) or Model.save
    write(model, path, **options)
