"""Model files by their endings: which format a name asks for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ._errors import DigitError, Status

__all__ = ["KERAS", "ONNX", "foreign_writer"]

KERAS = (".h5", ".hdf5", ".keras")
ONNX = (".onnx",)

_UNWRITTEN = (".pt", ".pth", ".pkl", ".pickle", ".npz", ".tflite", ".pb")


def foreign_writer(name: str) -> Callable[..., Any] | None:
    """What writes the format of another framework that a name asks for; None for libdigit's."""
    lower = name.lower()
    if lower.endswith(_UNWRITTEN):
        raise DigitError(
            Status.UNSUPPORTED,
            f"{name}: a format that is not written; .safetensors, .h5, .keras and .onnx are",
        )
    module = "keras" if lower.endswith(KERAS) else "onnx" if lower.endswith(ONNX) else None
    if module is None:
        return None
    writer: Callable[..., Any] = import_module(f".{module}", __package__).save
    return writer
