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
from ._errors import DigitError, Status
from ._files import FILE_MAX, name_of, read_whole, write_whole
from ._keras_config import KerasLayer, layers_of
from ._keras_in import WITH_WEIGHTS, LayerWeights, build
from ._keras_out import OutLayer, layers_from, snake
from ._modelfile import take_apart
from ._prototypes import DIGIT_SAMPLE_SIDE
from .model import Model

if TYPE_CHECKING:
    import h5py

__all__ = ["load", "save"]

_SIDE = DIGIT_SAMPLE_SIDE
_VERSIONS = {2: "2.15.0", 3: "3.0.0"}
_CONFIG_MAX = 4 << 20
_ROOTS = ("layers", "_layer_checkpoint_dependencies")  # of Keras 3, of Keras 2.12 to 2.15


def load(
    path: PathLike, *, architecture: Optional[str] = None, largest: Optional[float] = None
) -> Model:
    """Read a network that Keras saved.

    Sequential models, and functional ones that are a chain, of the layers
    Conv2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D,
    BatchNormalization, Dropout, Activation (relu, softmax), Flatten, Rescaling
    and Dense, from 28 x 28 pixels to ten outputs.

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
        express (``UNSUPPORTED``); the sentence names the layer.
    TypeError, ValueError
        `architecture` is missing, or given for a file with a configuration.
    ImportError
        h5py is not installed.

    Examples
    --------
    >>> libdigit.keras.load("digit_cnn_model.h5").info.architecture  # doctest: +SKIP
    'conv 32x3 relu maxpool 2 conv 64x3 relu maxpool 2 dense 100 relu dense 10'
    """
    content, name = read_whole(path), name_of(path)
    text, content = _configuration(content, name)
    if text is None:
        layers, sequential = _layers_of_architecture(architecture, name), True
    elif architecture is not None:
        raise ValueError(f"architecture: {name} has a configuration of its own")
    else:
        layers, sequential = layers_of(text)
    with _h5.opened(content, name) as file:
        weights = _weights(file, layers)
    source = f"unknown; imported from Keras ({os.path.basename(name)})"
    return build(layers, sequential, weights, largest, source)


def save(
    model: Model, path: PathLike, *, keras_version: int = 3, drop_other: bool = False
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
    drop_other : bool, optional
        Leave out an output `other` (how likely it is no digit). Without it such
        a model is refused: Keras would show ten classes and never reject.

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
    layers = layers_from(take_apart(model, drop_other=drop_other))
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


def _configuration(content: bytes, name: str) -> tuple[Optional[str], bytes]:
    """The configuration, if the file has any, and the HDF5 file with the weights."""
    if content.startswith(b"PK\3\4"):
        return _unpack(content, name)
    with _h5.opened(content, name) as file:
        return _h5.attribute_text(file, "model_config"), content


def _unpack(content: bytes, name: str) -> tuple[str, bytes]:
    """The two parts of a ``.keras`` file, which is a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            config = _member(archive, "config.json", _CONFIG_MAX)
            weights = _member(archive, "model.weights.h5", FILE_MAX)
    except (DigitError, MemoryError):
        raise
    except Exception as error:  # zipfile raises whatever a broken file leads it to
        raise DigitError(Status.FORMAT, f"{name}: damaged .keras file: {error}") from error
    return config.decode("utf-8", "replace"), weights


def _member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > limit or info.file_size > 100 * (info.compress_size + 1024):
        raise DigitError(
            Status.FORMAT,
            f"{name}: declares {info.file_size:,} bytes and stores {info.compress_size:,}",
        )
    with archive.open(info) as member:
        return member.read(limit)


def _layers_of_architecture(architecture: Optional[str], name: str) -> list[KerasLayer]:
    """What a file that has weights only is to be filled with."""
    if architecture is None:
        raise ValueError(
            f"{name}: has weights only; say architecture=, a preset or a list of layers"
        )
    with Model(architecture) as template:
        parts = take_apart(template, drop_other=False)
    return [KerasLayer(one.kind, one.name, one.config, []) for one in layers_from(parts)]


def _weights(file: h5py.File, layers: list[KerasLayer]) -> LayerWeights:
    if "model_weights" in file:
        return _weights_by_order(_h5.group(file, "model_weights"), layers)
    if "layer_names" in file.attrs or "layer_names0" in file.attrs:
        return _weights_by_order(file, layers)
    return _weights_by_class(file, layers)


def _weights_by_order(group: h5py.Group, layers: list[KerasLayer]) -> LayerWeights:
    """Of a legacy file: layers with weights follow one another as in the configuration."""
    stored = []
    for layer_name in _h5.attribute_texts(group, "layer_names"):
        folder = _h5.group(group, layer_name)
        names = _h5.attribute_texts(folder, "weight_names")
        if names:
            stored.append([_h5.dataset(folder, name) for name in names])
    wanted = [layer for layer in layers if layer.kind in WITH_WEIGHTS]
    if len(wanted) != len(stored):
        raise DigitError(
            Status.FORMAT, f"{len(wanted)} layers should have weights, {len(stored)} have"
        )
    return {layer.name: arrays for layer, arrays in zip(wanted, stored)}


def _weights_by_class(file: h5py.File, layers: list[KerasLayer]) -> LayerWeights:
    """Of a ``.weights.h5`` file: layers of a class are numbered."""
    root = next((name for name in _ROOTS if name in file), _ROOTS[0])
    weights: LayerWeights = {}
    counts: dict[str, int] = {}
    for layer in layers:
        if layer.kind in WITH_WEIGHTS:
            number = counts[layer.kind] = counts.get(layer.kind, -1) + 1
            place = f"{root}/{snake(layer.kind)}" + (f"_{number}" if number else "")
            folder = _h5.group(file, f"{place}/vars")
            names = [str(index) for index in range(min(len(folder), 8))]
            weights[layer.name] = [_h5.dataset(folder, name) for name in names]
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
