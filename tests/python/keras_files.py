"""Keras' files and arithmetic without Keras: small networks, written as Keras 2 and 3 write them.

What Keras itself writes is in tests/python/fixtures, and test_peers.py asks Keras.
"""

import io
import json
import zipfile

import h5py
import numpy as np


def layer(kind, config=None, weights=(), name=None):
    """A layer of a network: class, settings, arrays."""
    return {"kind": kind, "config": dict(config or {}), "weights": list(weights), "name": name}


def numbers(seed, *shape):
    return np.random.default_rng(seed).normal(0, 0.3, shape).astype(np.float32)


def conv(filters, side, channels, seed=1, **config):
    settings = {"filters": filters, "kernel_size": [side, side], "activation": "linear", **config}
    weights = [numbers(seed, side, side, channels, filters)]
    if config.get("use_bias", True):
        weights.append(numbers(seed + 100, filters))
    return layer("Conv2D", settings, weights)


def dense(units, inputs, seed=2, **config):
    weights = [numbers(seed, inputs, units) / np.float32(np.sqrt(inputs) / 3)]
    if config.get("use_bias", True):
        weights.append(numbers(seed + 100, units))
    return layer("Dense", {"units": units, "activation": "linear", **config}, weights)


def batchnorm(channels, seed=3, **config):
    weights = [numbers(seed, channels) + 1] if config.get("scale", True) else []
    weights += [numbers(seed + 1, channels)] if config.get("center", True) else []
    weights += [numbers(seed + 2, channels), numbers(seed + 3, channels) ** 2]
    return layer("BatchNormalization", {"axis": -1, "epsilon": 1e-3, **config}, weights)


def small(tail=()):
    """28 x 28 to ten, every layer with weights once."""
    return [
        conv(4, 3, 1, activation="relu"),
        layer("MaxPooling2D", {"pool_size": [2, 2]}),
        layer("Flatten"),
        dense(10, 13 * 13 * 4, activation="softmax"),
        *tail,
    ]


# -- Arithmetic ----------------------------------------------------------------


def forward(layers, images):
    """What Keras would answer, in double precision, images (n, 28, 28) of 0..1."""
    x = np.asarray(images, np.float64)[..., None]
    for one in layers:
        x = STEPS[one["kind"]](x, one["config"], [w.astype(np.float64) for w in one["weights"]])
        activation = one["config"].get("activation", "linear")
        if activation == "relu":
            x = np.maximum(x, 0)
        elif activation == "softmax":
            x = np.exp(x - x.max(-1, keepdims=True))
            x /= x.sum(-1, keepdims=True)
    return x


def _conv(x, config, weights):
    kernel, stride = weights[0], config.get("strides", [1, 1])[0]
    side = kernel.shape[0]
    if config.get("padding") == "same":
        spans = []
        for length in x.shape[1:3]:
            total = max(0, (-(-length // stride) - 1) * stride + side - length)
            spans.append((total // 2, total - total // 2))
        x = np.pad(x, [(0, 0), *spans, (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, (side, side), (1, 2))
    windows = windows[:, ::stride, ::stride]  # n, rows, columns, channels, side, side
    out = np.einsum("nrcixy,xyio->nrco", windows, kernel, optimize=True)
    return out + (weights[1] if len(weights) > 1 else 0)


def _pool(reduce):
    def step(x, config, weights):
        side = config.get("pool_size", [2, 2])[0]
        rows, columns = x.shape[1] // side, x.shape[2] // side
        x = x[:, : rows * side, : columns * side]
        return reduce(x.reshape(len(x), rows, side, columns, side, -1), (2, 4))

    return step


def _norm(x, config, weights):
    arrays = list(weights)
    gamma = arrays.pop(0) if config.get("scale", True) else 1
    beta = arrays.pop(0) if config.get("center", True) else 0
    return gamma * (x - arrays[0]) / np.sqrt(arrays[1] + config["epsilon"]) + beta


def _same(x, config, weights):
    return x


STEPS = {
    "InputLayer": _same,
    "Conv2D": _conv,
    "Dense": lambda x, c, w: x @ w[0] + (w[1] if len(w) > 1 else 0),
    "BatchNormalization": _norm,
    "MaxPooling2D": _pool(np.max),
    "AveragePooling2D": _pool(np.mean),
    "GlobalAveragePooling2D": lambda x, c, w: x.mean((1, 2)),
    "Flatten": lambda x, c, w: x.reshape(len(x), -1),
    "Dropout": _same,
    "Activation": _same,
    "Rescaling": lambda x, c, w: x * c.get("scale", 1.0) + c.get("offset", 0.0),
}


# -- Files ---------------------------------------------------------------------


def named(layers):
    """The layers with names as Keras gives them."""
    counts, out = {}, []
    for one in layers:
        stem = {"Conv2D": "conv2d", "MaxPooling2D": "max_pooling2d", "Dense": "dense"}
        stem = stem.get(one["kind"]) or "".join(
            ("_" if c.isupper() and i else "") + c.lower() for i, c in enumerate(one["kind"])
        ).replace("2_d", "2d")
        number = counts[stem] = counts.get(stem, -1) + 1
        name = one["name"] or stem + (f"_{number}" if number else "")
        out.append({**one, "name": name, "config": {"name": name, **one["config"]}})
    return out


def config_of(layers, functional=None):
    """``model_config``: Sequential, or functional as Keras 2 or 3 tell it."""
    entries = [{"class_name": one["kind"], "config": one["config"]} for one in layers]
    if functional is None:
        return {"class_name": "Sequential", "config": {"name": "sequential", "layers": entries}}
    for before, entry in zip([None, *layers], entries):
        entry["name"] = entry["config"]["name"]
        entry["inbound_nodes"] = []
        if before is not None and functional == 2:
            entry["inbound_nodes"] = [[[before["name"], 0, 0, {}]]]
        elif before is not None:
            history = {"shape": [None], "dtype": "float32", "keras_history": [before["name"], 0, 0]}
            tensor = {"class_name": "__keras_tensor__", "config": history}
            entry["inbound_nodes"] = [{"args": [tensor], "kwargs": {}}]
    return {"class_name": "Functional", "config": {"name": "model", "layers": entries}}


def with_input(layers):
    """A functional model begins with its input."""
    return [layer("InputLayer", {"batch_shape": [None, 28, 28, 1]}, name="input_layer"), *layers]


def h5_bytes(layers, scheme=3, functional=None, config=True):
    """A legacy ``.h5`` file; without `config` what ``save_weights`` of Keras 2 wrote."""
    layers = named(layers)
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        if config:
            file.attrs["model_config"] = json.dumps(config_of(layers, functional))
        group = file.create_group("model_weights") if config else file
        group.attrs["layer_names"] = [one["name"].encode() for one in layers]
        for one in layers:
            folder = group.create_group(one["name"])
            parts = part_names(one)
            prefix, suffix = ("sequential/", "") if scheme == 3 else ("", ":0")
            names = [f"{prefix}{one['name']}/{part}{suffix}" for part in parts]
            folder.attrs["weight_names"] = np.asarray([name.encode() for name in names])
            for name, array in zip(names, one["weights"]):
                folder[name] = array
    return buffer.getvalue()


def part_names(one):
    if one["kind"] != "BatchNormalization":
        return ["kernel", "bias"][: len(one["weights"])]
    parts = ["gamma"] if one["config"].get("scale", True) else []
    parts += ["beta"] if one["config"].get("center", True) else []
    return [*parts, "moving_mean", "moving_variance"]


def weights_bytes(layers, root="layers"):
    """A ``.weights.h5`` file."""
    buffer, counts = io.BytesIO(), {}
    stems = {"Conv2D": "conv2d", "Dense": "dense", "BatchNormalization": "batch_normalization"}
    with h5py.File(buffer, "w") as file:
        for one in layers:
            if one["kind"] in stems:
                number = counts[one["kind"]] = counts.get(one["kind"], -1) + 1
                place = f"{root}/{stems[one['kind']]}" + (f"_{number}" if number else "")
                for index, array in enumerate(one["weights"]):
                    file[f"{place}/vars/{index}"] = array
    return buffer.getvalue()


def keras_bytes(layers, functional=None, root="layers"):
    """A ``.keras`` file."""
    layers = named(layers)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(config_of(layers, functional)))
        archive.writestr("model.weights.h5", weights_bytes(layers, root))
    return buffer.getvalue()
