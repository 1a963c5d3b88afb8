"""The architecture string as a list of layers with their shapes.

Only for strings that the library wrote itself (`ModelInfo.architecture`):
they are in its normal form, and known to be right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Union

from ._prototypes import DIGIT_SAMPLE_SIDE

__all__ = ["INPUT_SHAPE", "Layer", "Shape", "parse", "side_after"]

#: Of what a layer takes and gives: (channels, height, width), or (units,).
Shape = Union[tuple[int, int, int], tuple[int]]

INPUT_SHAPE: Shape = (1, DIGIT_SAMPLE_SIDE, DIGIT_SAMPLE_SIDE)

_WITH_NUMBER = ("conv", "dense", "maxpool", "avgpool", "dropout")


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes
    ----------
    number : int
        Its place in the network, from 0: what its tensors' names begin with.
    word : str
        ``"conv"``, ``"relu"``, ...
    size : int
        Filters, units, side of a pool's window, percent; 0 where there is none.
        Units at the end beyond ten are what is no digit.
    side : int
        Of a convolution's filters.
    same : bool
        Zeros around the picture keep its sides (divided by the stride).
    stride : int
        Of a convolution.
    inputs, outputs : Shape
        What it takes and gives.
    """

    number: int
    word: str
    size: int
    side: int
    same: bool
    stride: int
    inputs: Shape
    outputs: Shape


def side_after(side: int, window: int, stride: int, same: bool) -> int:
    """How many windows fit along a side."""
    return -(-side // stride) if same else (side - window) // stride + 1


def parse(text: str) -> list[Layer]:
    """The layers of an architecture, with shapes."""
    words = text.split()
    layers: list[Layer] = []
    shape = INPUT_SHAPE
    while words:
        if words[0] == "other":
            layers[-1] = _with_other(layers[-1], int(words[1]))
            break
        layer = _take_layer(words, len(layers), shape)
        layers.append(layer)
        shape = layer.outputs
    return layers


def _with_other(last: Layer, others: int) -> Layer:
    """The last dense layer, with outputs for what is no digit behind the ten."""
    units = last.size + others
    return replace(last, size=units, outputs=(units,))


def _take_layer(words: list[str], number: int, inputs: Shape) -> Layer:
    word = words.pop(0)
    numbers = words.pop(0).split("x") if word in _WITH_NUMBER else ["0"]
    size, side = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0
    same = bool(words) and words[0] == "same"
    if same:
        words.pop(0)
    stride = 1
    if words and words[0] == "stride":
        stride = int(words[1])
        del words[:2]
    outputs = _outputs(word, size, side, same, stride, inputs)
    return Layer(number, word, size, side, same, stride, inputs, outputs)


def _outputs(word: str, size: int, side: int, same: bool, stride: int, inputs: Shape) -> Shape:
    if word == "dense":
        return (size,)
    if len(inputs) == 1:
        return inputs
    channels, height, width = inputs
    if word in ("maxpool", "avgpool"):
        return channels, height // size, width // size
    if word == "conv":
        return (
            size,
            side_after(height, side, stride, same),
            side_after(width, side, stride, same),
        )
    return inputs
