"""PyTorch's weights in safetensors files, read without PyTorch.

    >>> model = libdigit.torch.load("net.safetensors", "keras")   # doctest: +SKIP

Such a file, of ``safetensors.torch.save_file(net.state_dict(), path)``, has
weights and names, but not what is done between them: the architecture has to
be told.
"""

from __future__ import annotations

import os
import re
from typing import Optional

from . import _safetensors
from ._architecture import Layer, parse
from ._arguments import PathLike
from ._chain import Chain, same_padding
from ._containers import MODEL_MAX, WEIGHTS_MAX, Budget, importing
from ._errors import DigitError, Status
from ._files import name_of, read_whole
from ._kinds import refuse_foreign
from ._safetensors import Tensors
from .model import Model

__all__ = ["load"]

_EPSILON = 1e-5  # PyTorch's default, and libdigit's
_WITH_TENSORS = ("conv", "dense", "batchnorm")


def load(
    path: PathLike,
    architecture: str = "keras",
    *,
    channels_last: bool = False,
    largest: Optional[float] = None,
) -> Model:
    """Read the weights of a PyTorch network.

    Modules are matched with the layers by shape and order: each layer takes
    the first module, in the natural order of their names (``layer2`` before
    ``layer10``), that has weights of its shape.

    Parameters
    ----------
    path : str, bytes or os.PathLike
        A ``.safetensors`` file with a ``state_dict``: names ending in
        ``weight``, ``bias``, ``running_mean`` and ``running_var``, of F32, F16,
        BF16 or F64.
    architecture : str, optional
        What the network does: a preset or a list of layers as in `Model`.
    channels_last : bool, optional
        The network puts channels last before it flattens, as few do.
    largest : float, optional
        What ink was in the network's training, 1 or 255; by default 1.

    Returns
    -------
    Model
        Predicts as the network does. Expects samples as MNIST has them, and
        prepares pictures (`Model.normalize`) as this release does.

    Raises
    ------
    DigitError
        The file can't be read (``status`` is ``Status.IO``), is damaged
        (``FORMAT``), has not the weights that the architecture asks for
        (``FORMAT``; the sentence names the layer) or too many of them
        (``LIMIT``); the architecture can't be built (``ARGUMENT``).
    """
    name = name_of(path)
    with Model(architecture) as template:
        layers = parse(template.info.architecture)
    source = f"unknown; imported from PyTorch ({os.path.basename(name)})"
    chain = Chain(1.0 if largest is None else largest, source)
    content = read_whole(path, most=MODEL_MAX)
    with importing(name, "safetensors file"):
        refuse_foreign(content, name, "torch")
        modules = _modules(_safetensors.read(content, name, Budget(name, WEIGHTS_MAX))[1])
        del content
        for layer in layers:
            _tell(chain, layer, modules, channels_last)
        if modules:
            raise DigitError(Status.FORMAT, f"no layer takes {', '.join(modules):.200}")
        return chain.model()


def _modules(tensors: Tensors) -> dict[str, Tensors]:
    """Tensors by the module that they belong to, in natural order."""
    modules: dict[str, Tensors] = {}
    for name in sorted(tensors, key=_natural):
        module, _, part = name.rpartition(".")
        modules.setdefault(module or name, {})[part] = tensors[name]
    return modules


def _natural(name: str) -> list[tuple[int, str]]:
    pieces = re.findall(r"([0-9]{1,9})|([^0-9]+)", name)
    return [(int(number), "") if number else (-1, text) for number, text in pieces]


def _tell(
    chain: Chain, layer: Layer, modules: dict[str, Tensors], channels_last: bool
) -> None:
    label = f"layer {layer.number} ({layer.word})"
    if layer.word == "dense":
        chain.flatten(label, channels_last)
    taken = _take(chain, layer, label, modules) if layer.word in _WITH_TENSORS else {}
    if layer.word == "conv" and len(layer.inputs) == 3:
        _, height, width = layer.inputs
        padding = same_padding(height, width, layer.side, layer.stride)
        padding = padding if layer.same else (0, 0, 0, 0)
        chain.conv(label, taken["weight"], taken.get("bias"), padding, layer.stride)
    elif layer.word == "dense":
        chain.dense(label, taken["weight"], taken.get("bias"))
    elif layer.word == "batchnorm":
        mean, variance = taken["running_mean"], taken["running_var"]
        weight, bias = taken.get("weight"), taken.get("bias")
        chain.batchnorm(label, weight, bias, mean, variance, _EPSILON)
    elif layer.word == "relu":
        chain.relu(label)
    elif layer.word == "dropout":
        chain.dropout(label, layer.size / 100)
    elif layer.word in ("maxpool", "avgpool"):
        chain.pool(label, layer.word, layer.size, layer.size)
    else:
        raise DigitError(Status.UNSUPPORTED, f"{label}: not to be filled from PyTorch")


def _take(chain: Chain, layer: Layer, label: str, modules: dict[str, Tensors]) -> Tensors:
    """The first module that fits a layer; it is gone from `modules` then."""
    for name, module in modules.items():
        if _fits(chain, layer, module):
            return modules.pop(name)
    found = {name: part["weight"].shape for name, part in modules.items() if "weight" in part}
    raise DigitError(Status.FORMAT, f"{label}: none of its shape among {found!s:.300}")


def _fits(chain: Chain, layer: Layer, module: Tensors) -> bool:
    inputs = chain.shape[0]
    if layer.word == "batchnorm":
        statistics = [module.get(name) for name in ("running_mean", "running_var")]
        return all(array is not None and array.shape == (inputs,) for array in statistics)
    sides = (layer.side, layer.side) if layer.word == "conv" else ()
    weight = module.get("weight")
    return weight is not None and weight.shape == (layer.size, inputs, *sides)
