"""Keras' JSON: the layers of a model, in the order in which data flow."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ._chain import unsupported
from ._errors import DigitError, Status

__all__ = ["KerasLayer", "flow", "layers_of"]

_LAYERS_MAX = 256


@dataclass(frozen=True)
class KerasLayer:
    """One layer of a configuration: its class, its name, its settings, whence it takes."""

    kind: str
    name: str
    config: dict[str, Any]
    sources: list[str]

    def whole(self, key: str, default: int) -> int:
        """A whole number above 0, or a square of it."""
        value = self.config.get(key, default)
        sides = value if isinstance(value, (list, tuple)) else [value]
        if not sides or any(type(side) is not int or side < 1 for side in sides):
            raise _damaged(f"{self.label}: {key} is {_short(value)}")
        if any(side != sides[0] for side in sides):
            raise unsupported(self.label, f"{key} is {_short(value)}; only squares are known")
        return int(sides[0])

    def real(self, key: str, default: float) -> float:
        """A number."""
        value = self.config.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise unsupported(self.label, f"{key} is {_short(value)}")
        try:
            return float(value)
        except OverflowError:
            raise _damaged(f"{self.label}: {key} is {_short(value)}") from None

    def demand(self, key: str, *allowed: Any) -> None:
        """A setting that libdigit knows only so; it may be missing."""
        value = self.config.get(key, allowed[0])
        if value not in allowed:
            raise unsupported(self.label, f"{key} is {_short(value)}")

    @property
    def label(self) -> str:
        """For messages."""
        return f"layer {_short(self.name)} ({self.kind})"


def layers_of(text: str) -> tuple[list[KerasLayer], bool]:
    """The layers in the order of the configuration, and whether it is sequential."""
    try:
        model = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(f"the configuration is no JSON: {error}") from None
    if not isinstance(model, dict):
        raise _damaged("the configuration is no object")
    kind = model.get("class_name")
    if kind not in ("Sequential", "Functional", "Model"):
        raise DigitError(
            Status.UNSUPPORTED,
            f"a Keras model of class {_short(kind)}; Sequential and Functional are known",
        )
    config = model.get("config")
    entries = config.get("layers") if isinstance(config, dict) else config  # Keras 2.0: a list
    if not isinstance(entries, list) or not 0 < len(entries) <= _LAYERS_MAX:
        raise _damaged(f"the configuration has no list of 1 to {_LAYERS_MAX} layers")
    return [_layer_of(entry) for entry in entries], kind == "Sequential"


def flow(layers: list[KerasLayer], sequential: bool) -> list[KerasLayer]:
    """The layers from input to output; an error if they are no chain."""
    if sequential:
        return layers
    followers: dict[str, KerasLayer] = {}
    for layer in layers:
        for source in layer.sources:
            if source in followers:
                raise unsupported(layer.label, f"a second branch behind {_short(source)}")
            followers[source] = layer
    heads = [layer for layer in layers if not layer.sources]
    if len(heads) != 1 or heads[0].kind != "InputLayer":
        raise DigitError(Status.UNSUPPORTED, f"the model has {len(heads)} inputs, not one")
    chain = [heads[0]]
    while chain[-1].name in followers and len(chain) <= len(layers):
        chain.append(followers[chain[-1].name])
    if len(chain) != len(layers):
        raise _damaged("the layers of the configuration are no chain")
    return chain


def _layer_of(entry: Any) -> KerasLayer:
    config = entry.get("config") if isinstance(entry, dict) else None
    if not isinstance(config, dict) or not isinstance(entry.get("class_name"), str):
        raise _damaged(f"no layer: {_short(entry)}")
    name = config.get("name", entry.get("name", ""))
    if not isinstance(name, str):
        raise _damaged(f"a layer's name is {_short(name)}")
    layer = KerasLayer(entry["class_name"], name, config, _sources(entry.get("inbound_nodes")))
    if len(layer.sources) > 1:
        raise unsupported(layer.label, f"it has {len(layer.sources)} inputs")
    return layer


def _sources(nodes: Any) -> list[str]:
    """Names of the layers that one is applied to: Keras 2's and Keras 3's way of telling."""
    if not isinstance(nodes, list):
        return []
    found = []
    for node in nodes:
        arguments = node.get("args", []) if isinstance(node, dict) else node
        for argument in arguments if isinstance(arguments, list) else []:
            found.append(_source(argument))
    return found


def _source(argument: Any) -> str:
    if isinstance(argument, dict):  # Keras 3: a tensor with its history
        config = argument.get("config")
        argument = config.get("keras_history") if isinstance(config, dict) else None
    if not isinstance(argument, list) or not argument or not isinstance(argument[0], str):
        raise _damaged(f"a layer is applied to {_short(argument)}")
    return argument[0]


def _damaged(what: str) -> DigitError:
    return DigitError(Status.FORMAT, what)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
