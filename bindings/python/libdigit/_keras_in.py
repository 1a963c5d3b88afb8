"""Keras' layers, one by one, into a `Chain`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from ._chain import BYTES_SCALE, Chain, Padding, bad, same_padding, unsupported
from ._keras_config import KerasLayer, flow
from ._prototypes import DIGIT_SAMPLE_BYTES, DIGIT_SAMPLE_SIDE
from .model import Model

__all__ = ["LayerWeights", "WITH_WEIGHTS", "build"]

#: The numbers of the layers that have any: name of the layer to its arrays, in Keras' order.
LayerWeights = dict[str, list[npt.NDArray[Any]]]

WITH_WEIGHTS = ("Conv2D", "Dense", "BatchNormalization")

_SIDE = DIGIT_SAMPLE_SIDE
_INPUTS = ([_SIDE, _SIDE, 1], [_SIDE, _SIDE], [DIGIT_SAMPLE_BYTES])


def build(
    layers: list[KerasLayer],
    sequential: bool,
    weights: LayerWeights,
    largest: float | None,
    source: str,
) -> Model:
    """The model that these layers make."""
    chain_of_layers = flow(layers, sequential)
    chain = Chain(_largest(chain_of_layers) if largest is None else largest, source)
    for layer in chain_of_layers:
        handler = _HANDLERS.get(layer.kind)
        if handler is None:
            known = ", ".join(_HANDLERS)
            raise unsupported(layer.label, f"libdigit has no such layer; it knows {known}")
        _note_input(chain, layer)
        handler(chain, layer, weights.get(layer.name, []))
    return chain.model()


def _largest(layers: list[KerasLayer]) -> float:
    """What ink is at the input: 255 if the first thing done is to scale bytes down."""
    for layer in layers:
        if layer.kind == "Rescaling":
            return 255.0 if abs(layer.real("scale", 1.0)) < BYTES_SCALE else 1.0
        if layer.kind in WITH_WEIGHTS:
            break
    return 1.0


def _note_input(chain: Chain, layer: KerasLayer) -> None:
    """The shape that a first layer says it takes."""
    shape = layer.config.get("batch_shape", layer.config.get("batch_input_shape"))
    if shape is None:
        return
    if not isinstance(shape, (list, tuple)) or not any(_fits(shape[1:], one) for one in _INPUTS):
        raise unsupported(layer.label, f"an input of the shape {shape!r:.60}, not 28 x 28")
    if len(shape) == 2:
        chain.flatten(layer.label, channels_last=True)


def _fits(shape: Any, known: list[int]) -> bool:
    return len(shape) == len(known) and all(a in (None, b) for a, b in zip(shape, known))


def _input(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    pass  # _note_input has looked at it


def _conv(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    _channels_last(layer)
    layer.demand("dilation_rate", 1, [1, 1])
    layer.demand("groups", 1)
    layer.demand("padding", "valid", "same")
    kernel, bias = _kernel_and_bias(layer, weights, 4)
    side, stride = layer.whole("kernel_size", 1), layer.whole("strides", 1)
    if kernel.shape[:2] != (side, side) or kernel.shape[3] != layer.whole("filters", 1):
        raise bad(layer.label, f"weights of the shape {kernel.shape} are not what it says")
    padding: Padding = (0, 0, 0, 0)
    if layer.config.get("padding") == "same" and len(chain.shape) == 3:
        padding = same_padding(chain.shape[1], chain.shape[2], side, stride)
    chain.conv(layer.label, kernel.transpose(3, 2, 0, 1), bias, padding, stride)
    _activate(chain, layer)


def _dense(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    kernel, bias = _kernel_and_bias(layer, weights, 2)
    if kernel.shape[1] != layer.whole("units", 1):
        raise bad(layer.label, f"weights of the shape {kernel.shape} are not what it says")
    chain.dense(layer.label, kernel.T, bias)
    _activate(chain, layer)


def _kernel_and_bias(
    layer: KerasLayer, weights: list[npt.NDArray[Any]], sides: int
) -> tuple[npt.NDArray[Any], npt.NDArray[Any] | None]:
    has_bias = bool(layer.config.get("use_bias", True))
    if len(weights) != 1 + has_bias or weights[0].ndim != sides:
        shapes = [array.shape for array in weights]
        raise bad(layer.label, f"expected a kernel{' and a bias' * has_bias}, got {shapes}")
    return weights[0], weights[1] if has_bias else None


def _batchnorm(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    axis = layer.config.get("axis", -1)
    if axis not in (-1, [-1], len(chain.shape), [len(chain.shape)]):
        raise unsupported(layer.label, f"axis {axis!r:.60}; only the last one")
    scale, center = (bool(layer.config.get(key, True)) for key in ("scale", "center"))
    if len(weights) != 2 + scale + center:
        raise bad(layer.label, f"{len(weights)} arrays of weights")
    arrays = list(weights)
    gamma = arrays.pop(0) if scale else None
    beta = arrays.pop(0) if center else None
    chain.batchnorm(layer.label, gamma, beta, arrays[0], arrays[1], layer.real("epsilon", 1e-3))


def _max_pool(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    _pool(chain, layer, "maxpool")


def _average_pool(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    _pool(chain, layer, "avgpool")


def _pool(chain: Chain, layer: KerasLayer, word: str) -> None:
    _channels_last(layer)
    layer.demand("padding", "valid", "same")
    window = layer.whole("pool_size", 2)
    stride = window if layer.config.get("strides") is None else layer.whole("strides", window)
    if layer.config.get("padding") == "same" and any(side % window for side in chain.shape[1:]):
        raise unsupported(layer.label, f"padding 'same', and {window} does not divide the sides")
    chain.pool(layer.label, word, window, stride)


def _global_average_pool(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    _channels_last(layer)
    chain.global_pool(layer.label, "avgpool")


def _dropout(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    chain.dropout(layer.label, layer.real("rate", 0.0))


def _flatten(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    _channels_last(layer)
    chain.flatten(layer.label, channels_last=True)


def _rescaling(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    chain.affine(layer.label, layer.real("scale", 1.0), layer.real("offset", 0.0))


def _activation(chain: Chain, layer: KerasLayer, weights: list[npt.NDArray[Any]]) -> None:
    _activate(chain, layer)


def _activate(chain: Chain, layer: KerasLayer) -> None:
    """The activation that a layer has beside what it does."""
    function = layer.config.get("activation", "linear")
    if isinstance(function, dict):
        inner = function.get("config")
        function = inner if isinstance(inner, str) else function.get("class_name")
    if function == "relu":
        chain.relu(layer.label)
    elif function == "softmax":
        chain.softmax(layer.label)
    elif function not in (None, "linear"):
        raise unsupported(layer.label, f"activation {function!r:.60}; relu and softmax are known")


def _channels_last(layer: KerasLayer) -> None:
    layer.demand("data_format", "channels_last", None)


_Handler = Callable[[Chain, KerasLayer, "list[npt.NDArray[Any]]"], None]

_HANDLERS: dict[str, _Handler] = {
    "InputLayer": _input,
    "Conv2D": _conv,
    "MaxPooling2D": _max_pool,
    "AveragePooling2D": _average_pool,
    "GlobalAveragePooling2D": _global_average_pool,
    "BatchNormalization": _batchnorm,
    "Dropout": _dropout,
    "Activation": _activation,
    "Flatten": _flatten,
    "Rescaling": _rescaling,
    "Dense": _dense,
}
