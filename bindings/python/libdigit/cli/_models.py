"""Models by name: the built-in model, and files by their endings."""

from __future__ import annotations

from typing import Any, Optional

from .. import DigitError, Model
from .._containers import MODEL_MAX, WEIGHTS_MAX, Budget
from .._endings import KERAS, ONNX, foreign_writer
from .._files import name_of, read_whole
from .._safetensors import read
from ._common import UsageError

__all__ = ["BUILT_IN", "is_model", "open_model", "save_model"]

BUILT_IN = "built-in"

_NATIVE = (".safetensors",)


def is_model(path: str) -> bool:
    """Whether a name has the ending of a model file."""
    return path.lower().endswith(_NATIVE + KERAS + ONNX)


def open_model(path: Optional[str], architecture: Optional[str] = None) -> Model:
    """The built-in model (by name, or for None), or the model of a file.

    `architecture` is for files that hold weights only.
    """
    if path is None or path == BUILT_IN:
        return Model.pretrained()
    return _load_file(path, architecture)


def _load_file(path: str, architecture: Optional[str]) -> Model:
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
    """Whether it is a valid safetensors file that libdigit did not write."""
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
            f"{path}: has weights of PyTorch but no architecture; "
            "'digit convert --architecture A' makes a model of it"
        )
    return torch.load(path, architecture)


def save_model(model: Model, path: str, **options: Any) -> None:
    """Write a model in the format of the file's ending."""
    write = foreign_writer(path) or Model.save
    write(model, path, **options)
