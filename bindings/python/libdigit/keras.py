"""Keras' model files in and out, without Keras.

    >>> model = libdigit.keras.load("digit_cnn_model.h5")      # doctest: +SKIP
    >>> libdigit.keras.save(model, "digits.keras")             # doctest: +SKIP

Needs h5py (``pip install 'libdigit[keras]'``). Nothing in a file is run.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from typing import TYPE_CHECKING, Any, Optional

import numpy as np
import numpy.typing as npt

from . import _h5
from ._arguments import PathLike
from ._containers import MODEL_MAX, Budget, importing, open_zip, read_member
from ._errors import DigitError, Status
from ._files import name_of, read_whole, write_whole
from ._keras_config import KerasLayer, layers_of
from ._keras_in import WITH_WEIGHTS, LayerWeights, build
from ._keras_out import OutLayer, layers_from, snake
from ._kinds import refuse_foreign
from ._modelfile import take_apart
from ._prototypes import DIGIT_SAMPLE_SIDE
from .model import Model

if TYPE_CHECKING:
    import h5py

__all__ = ["load", "save"]

_SIDE = DIGIT_SAMPLE_SIDE
_VERSIONS = {2: "2.15.0", 3: "3.0.0"}
_CONFIG_MAX = 4 << 20
_ARRAYS_MAX = 4  # of one layer
_ROOTS = ("layers", "_layer_checkpoint_dependencies")  # of Keras 3, of Keras 2.12 to 2.15


def load(
    path: PathLike, *, architecture: Optional[str] = None, largest: Optional[float] = None
) -> Model:
    """Read a network that Keras saved.

    Sequential models, and functional ones that are a chain, of the layers
    Conv2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D,
    BatchNormalization, Dropout, Activation (relu, softmax), Flatten, Rescaling
    and Dense, from 28 x 28 pixels to ten outputs, one a digit; an eleventh
    stands for what is no digit.

    Parameters
    ----------
    path : str, bytes or os.PathLike
        An ``.h5`` file (``model.save("x.h5")``), a ``.keras`` file, or a
        ``.weights.h5`` file. What it is, is told by its content.
    architecture : str, optional
        Of a file that has only weights: a preset or a list of layers as in
        `Model`. Otherwise not allowed.
    largest : float, optional
        What ink was in the network's training, 1 or 255. By default 255 if the
        first layer is a Rescaling of bytes, else 1.

    Returns
    -------
    Model
        Predicts as the network does in Keras. Expects samples as MNIST has
        them, and prepares pictures (`Model.normalize`) as this release does.

    Raises
    ------
    DigitError
        The file can't be read (``status`` is ``Status.IO``), is damaged or
        contradicts itself (``FORMAT``), or has something that libdigit can't
        express (``UNSUPPORTED``), or is too large (``LIMIT``); the sentence
        names the layer.
    TypeError, ValueError
        `architecture` is missing, or given for a file with a configuration.
    ImportError
        h5py is not installed.

    Examples
    --------
    >>> libdigit.keras.load("digit_cnn_model.h5").info.architecture  # doctest: +SKIP
    'conv 32x3 relu maxpool 2 conv 64x3 relu maxpool 2 dense 100 relu dense 10'
    """
    name = name_of(path)
    content = read_whole(path, most=MODEL_MAX)
    with importing(name, "Keras file"):
        refuse_foreign(content, name, "keras")
        text, tree = _open(content, name)
        del content
    layers, sequential = _layers(text, architecture, name)
    source = f"unknown; imported from Keras ({os.path.basename(name)})"
    with importing(name, "Keras file"):
        return build(layers, sequential, _weights(tree, layers), largest, source)


def save(
    model: Model, path: PathLike, *, keras_version: int = 3, other: Optional[str] = None
) -> None:
    """Write a model as Keras would.

    Parameters
    ----------
    model : Model
        What to write. The temperature that calibrates its confidence is worked
        into the last layer.
    path : str, bytes or os.PathLike
        Its ending says what becomes of it: ``.h5`` or ``.hdf5``, ``.keras``,
        or ``.weights.h5`` (weights only). Written whole or not at all.
    keras_version : {2, 3}, optional
        Whose names an ``.h5`` file shall have: Keras 2's ``conv2d/kernel:0`` or
        Keras 3's ``sequential/conv2d/kernel``. Both versions read both.
    other : {'drop', 'keep'}, optional
        What becomes of the output `other` (how likely it is no digit) of a
        model that has one. 'drop' leaves it out: ten classes, which are right
        given that it is a digit. 'keep' makes it an eleventh class, the last;
        the ten are then probabilities of being that digit at all. By default
        such a model is refused, for readers of the file can't tell.

    Raises
    ------
    DigitError
        The model has an output `other` (``Status.UNSUPPORTED``), or the file
        can't be written (``Status.IO``).
    TypeError, ValueError
        No model, an unknown ending, another `keras_version`.
    ImportError
        h5py is not installed.
    """
    if keras_version not in _VERSIONS:
        raise ValueError(f"keras_version: expected 2 or 3, got {keras_version!r}")
    name = name_of(path).lower()
    layers = layers_from(take_apart(model, other=other))
    if name.endswith(".weights.h5"):
        content = _weights_file(layers)
    elif name.endswith((".h5", ".hdf5")):
        content = _legacy_file(layers, keras_version)
    elif name.endswith(".keras"):
        content = _archive(layers)
    else:
        raise ValueError(f"path: expected .h5, .hdf5, .keras or .weights.h5, got {path!r}")
    write_whole(path, content)


# -- Reading -----------------------------------------------------------------


def _open(content: bytes, name: str) -> tuple[Optional[str], _h5.Tree]:
    """The configuration, if the file has any, and the tree with the weights."""
    if content.startswith(b"PK\3\4"):
        text, weights = _unpack(content, name)
        return text, _h5.read(weights, name)
    tree = _h5.read(content, name)
    texts = tree.texts("", "model_config")
    return ("".join(texts) if texts is not None else None), tree


def _unpack(content: bytes, name: str) -> tuple[str, bytes]:
    """The two parts of a ``.keras`` file, which is a zip."""
    budget = Budget.of(name, len(content))
    with open_zip(io.BytesIO(content)) as archive:
        config = read_member(archive, archive.getinfo("config.json"), _CONFIG_MAX, budget)
        weights = archive.getinfo("model.weights.h5")
        return config.decode("utf-8", "replace"), read_member(archive, weights, MODEL_MAX, budget)


def _layers(
    text: Optional[str], architecture: Optional[str], name: str
) -> tuple[list[KerasLayer], bool]:
    """The layers of a configuration, or those that weights alone are for."""
    if text is not None:
        if architecture is not None:
            raise ValueError(f"architecture: {name} has a configuration of its own")
        with importing(name, "Keras file"):
            return layers_of(text)
    if architecture is None:
        raise ValueError(
            f"{name}: has weights only; say architecture=, a preset or a list of layers"
        )
    with Model(architecture) as template:
        parts = take_apart(template, other="keep")
    return [KerasLayer(one.kind, one.name, one.config, []) for one in layers_from(parts)], True


def _weights(tree: _h5.Tree, layers: list[KerasLayer]) -> LayerWeights:
    if tree.has("model_weights"):
        return _weights_by_order(tree, "model_weights/", layers)
    if tree.texts("", "layer_names") is not None:
        return _weights_by_order(tree, "", layers)
    return _weights_by_class(tree, layers)


def _weights_by_order(tree: _h5.Tree, root: str, layers: list[KerasLayer]) -> LayerWeights:
    """Of a legacy file: layers with weights follow one another as in the configuration."""
    stored = []
    for layer_name in tree.texts(root.rstrip("/"), "layer_names") or []:
        folder = f"{root}{layer_name}"
        names = tree.texts(folder, "weight_names")
        if names:
            stored.append([tree.array(f"{folder}/{name}") for name in names])
    wanted = [layer for layer in layers if layer.kind in WITH_WEIGHTS]
    if len(wanted) != len(stored):
        raise DigitError(
            Status.FORMAT, f"{len(wanted)} layers should have weights, {len(stored)} have"
        )
    return {layer.name: arrays for layer, arrays in zip(wanted, stored)}


def _weights_by_class(tree: _h5.Tree, layers: list[KerasLayer]) -> LayerWeights:
    """Of a ``.weights.h5`` file: layers of a class are numbered, and their arrays."""
    root = next((name for name in _ROOTS if tree.has(name)), _ROOTS[0])
    weights: LayerWeights = {}
    counts: dict[str, int] = {}
    for layer in layers:
        if layer.kind in WITH_WEIGHTS:
            number = counts[layer.kind] = counts.get(layer.kind, -1) + 1
            place = f"{root}/{snake(layer.kind)}" + (f"_{number}" if number else "")
            names = [f"{place}/vars/{index}" for index in range(_ARRAYS_MAX)]
            weights[layer.name] = [tree.array(name) for name in names if tree.has(name)]
    return weights


# -- Writing -----------------------------------------------------------------


def _config(layers: list[OutLayer], version: int) -> dict[str, Any]:
    shape = "batch_shape" if version == 3 else "batch_input_shape"
    start = {"name": "input_layer", "dtype": "float32", shape: [None, _SIDE, _SIDE, 1]}
    entries: list[dict[str, Any]] = [{"class_name": "InputLayer", "config": start}]
    entries += [{"class_name": layer.kind, "config": layer.config} for layer in layers]
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": entries}}


def _legacy_file(layers: list[OutLayer], version: int) -> bytes:
    with _h5.new_file() as (file, buffer):
        file.attrs["model_config"] = json.dumps(_config(layers, version))
        file.attrs["backend"] = "tensorflow"
        file.attrs["keras_version"] = _VERSIONS[version]
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [layer.name.encode() for layer in layers]
        group.attrs["backend"] = b"tensorflow"
        group.attrs["keras_version"] = _VERSIONS[version].encode()
        for layer in layers:
            _write_layer(group.create_group(layer.name), layer, version)
        group.create_group("top_level_model_weights").attrs["weight_names"] = _texts([])
    return buffer.getvalue()


def _write_layer(folder: h5py.Group, layer: OutLayer, version: int) -> None:
    prefix, suffix = ("", ":0") if version == 2 else ("sequential/", "")
    names = [f"{prefix}{layer.name}/{name}{suffix}" for name, _ in layer.weights]
    folder.attrs["weight_names"] = _texts(names)
    for name, (_, array) in zip(names, layer.weights):
        folder.create_dataset(name, data=array, dtype="<f4")


def _texts(names: list[str]) -> npt.NDArray[Any]:
    """As Keras keeps lists of names; an empty one is of floats there, too."""
    return np.asarray([name.encode() for name in names])


def _weights_file(layers: list[OutLayer]) -> bytes:
    with _h5.new_file() as (file, buffer):
        for layer in layers:
            folder = file.create_group(f"layers/{layer.name}")
            folder.attrs["name"] = layer.name
            variables = folder.create_group("vars")
            for index, (_, array) in enumerate(layer.weights):
                variables.create_dataset(str(index), data=array, dtype="<f4")
    return buffer.getvalue()


def _archive(layers: list[OutLayer]) -> bytes:
    config = {"module": "keras", "registered_name": "Sequential", **_config(layers, 3)}
    for entry in config["config"]["layers"]:
        entry.update(module="keras.layers", registered_name=None)
    members = {
        "metadata.json": json.dumps({"keras_version": _VERSIONS[3], "date_saved": ""}).encode(),
        "config.json": json.dumps(config).encode(),
        "model.weights.h5": _weights_file(layers),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # 1980: same model, same bytes
    return buffer.getvalue()
