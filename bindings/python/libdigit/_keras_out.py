"""A model as Keras' layers: their configuration and their weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ._architecture import Layer
from ._modelfile import Parts

__all__ = ["OutLayer", "layers_from", "snake"]

_EPSILON = 1e-5
_MOMENTUM = 0.9

# As Keras names them if nobody else does.
_SNAKE = {
    "Conv2D": "conv2d",
    "MaxPooling2D": "max_pooling2d",
    "AveragePooling2D": "average_pooling2d",
    "BatchNormalization": "batch_normalization",
    "Dropout": "dropout",
    "Activation": "activation",
    "Flatten": "flatten",
    "Dense": "dense",
}


@dataclass
class OutLayer:
    """One layer as Keras has it.

    Attributes
    ----------
    kind : str
        The class.
    name : str
        As Keras numbers them: ``"conv2d"``, ``"conv2d_1"``.
    config : dict
        Settings that its constructor takes.
    weights : list of (str, ndarray)
        Names and numbers, in Keras' order and layout.
    """

    kind: str
    name: str
    config: dict[str, Any]
    weights: list[tuple[str, npt.NDArray[np.float32]]] = field(default_factory=list)


def snake(kind: str) -> str:
    """A class name as Keras' weight files have it."""
    return _SNAKE[kind]


def layers_from(parts: Parts) -> list[OutLayer]:
    """The layers of a model, activations joined to the layers before them."""
    out: list[OutLayer] = []
    for layer in parts.layers:
        if layer.word == "dense" and len(layer.inputs) == 3:
            _append(out, "Flatten", {"data_format": "channels_last"})
        if layer.word == "relu" and out and out[-1].config.get("activation") == "linear":
            out[-1].config["activation"] = "relu"
        else:
            kind, config = _translate(layer)
            _append(out, kind, config)
            out[-1].weights = _weights(layer, parts)
    out[-1].config["activation"] = "softmax"
    return out


def _append(out: list[OutLayer], kind: str, config: dict[str, Any]) -> None:
    number = sum(layer.kind == kind for layer in out)
    name = _SNAKE[kind] + (f"_{number}" if number else "")
    common = {"name": name, "trainable": True, "dtype": "float32"}
    out.append(OutLayer(kind, name, {**common, **config}))


def _translate(layer: Layer) -> tuple[str, dict[str, Any]]:
    if layer.word == "conv":
        return "Conv2D", {
            "filters": layer.size,
            "kernel_size": [layer.side, layer.side],
            "strides": [layer.stride, layer.stride],
            "padding": "same" if layer.same else "valid",
            "data_format": "channels_last",
            "dilation_rate": [1, 1],
            "groups": 1,
            "activation": "linear",
            "use_bias": True,
        }
    if layer.word == "dense":
        return "Dense", {"units": layer.size, "activation": "linear", "use_bias": True}
    if layer.word == "batchnorm":
        return "BatchNormalization", {"axis": -1, "momentum": _MOMENTUM, "epsilon": _EPSILON}
    if layer.word == "dropout":
        return "Dropout", {"rate": layer.size / 100}
    if layer.word == "relu":
        return "Activation", {"activation": "relu"}
    kinds = {"maxpool": "MaxPooling2D", "avgpool": "AveragePooling2D"}
    return kinds[layer.word], {
        "pool_size": [layer.size, layer.size],
        "strides": [layer.size, layer.size],
        "padding": "valid",
        "data_format": "channels_last",
    }


def _weights(layer: Layer, parts: Parts) -> list[tuple[str, npt.NDArray[np.float32]]]:
    def tensor(part: str) -> npt.NDArray[np.float32]:
        return parts.tensors[f"{layer.number}.{part}"]

    if layer.word == "conv":
        return [("kernel", tensor("weight").transpose(2, 3, 1, 0)), ("bias", tensor("bias"))]
    if layer.word == "dense":
        return [("kernel", _dense_kernel(layer, tensor("weight"))), ("bias", tensor("bias"))]
    if layer.word == "batchnorm":
        return [
            ("gamma", tensor("weight")),
            ("beta", tensor("bias")),
            ("moving_mean", tensor("running_mean")),
            ("moving_variance", tensor("running_var")),
        ]
    return []


def _dense_kernel(layer: Layer, weight: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """[inputs, units]; inputs that were a picture run row, column, channel."""
    if len(layer.inputs) == 3:
        weight = weight.reshape(layer.size, *layer.inputs).transpose(0, 2, 3, 1)
    kernel: npt.NDArray[np.float32] = weight.reshape(layer.size, -1).T
    return kernel
