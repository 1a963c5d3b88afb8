"""Keras' files in and out, with h5py alone."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest
from conftest import make_samples
from keras_files import (
    batchnorm,
    config_of,
    conv,
    dense,
    forward,
    h5_bytes,
    keras_bytes,
    layer,
    named,
    numbers,
    small,
    weights_bytes,
    with_input,
)

import libdigit
from libdigit import DigitError, Model, Status, _h5, _h5_convert, keras



@pytest.fixture(autouse=True)
def converted_here(monkeypatch, request):
    """Without a process for each file; test_hostile_files has them."""
    if "hostile" not in request.node.name:

        def convert_here(content, name):
            try:
                return _h5_convert.convert(content)
            except Exception as error:
                raise DigitError(Status.FORMAT, str(error)) from error

        monkeypatch.setattr(_h5, "_convert", convert_here)


IMAGES = make_samples(64)[0]
TOLERANCE = 1e-5

RELU = layer("Activation", {"activation": "relu"})
SOFTMAX = layer("Activation", {"activation": "softmax"})
FLATTEN = layer("Flatten")
POOL = layer("MaxPooling2D", {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"})

NETWORKS = {
    "one layer": [FLATTEN, dense(10, 784, activation="softmax")],
    "seed project": [
        conv(8, 3, 1, activation="relu"),
        POOL,
        conv(6, 3, 8, 5, activation="relu"),
        POOL,
        FLATTEN,
        dense(20, 150, activation="relu"),
        dense(10, 20, 7, activation="softmax"),
    ],
    "separate activations": [conv(4, 5, 1), RELU, POOL, FLATTEN, dense(10, 576), SOFTMAX],
    "logits": [conv(4, 5, 1), RELU, POOL, FLATTEN, dense(10, 576)],
    "same, strides": [
        conv(4, 3, 1, padding="same", strides=[2, 2], activation="relu"),
        conv(5, 4, 4, 9, padding="same", activation="relu"),
        conv(3, 2, 5, 10, strides=[3, 3]),
        FLATTEN,
        dense(10, 75),
    ],
    "average pool": [
        conv(3, 3, 1, activation="relu"),
        layer("AveragePooling2D", {"pool_size": [3, 3], "strides": None}),
        FLATTEN,
        dense(10, 192),
    ],
    "global average pool": [
        conv(12, 3, 1, activation="relu"),
        layer("GlobalAveragePooling2D", {"keepdims": False}),
        dense(10, 12),
    ],
    "pool with padding that pads nothing": [
        layer("MaxPooling2D", {"pool_size": [2, 2], "strides": [2, 2], "padding": "same"}),
        FLATTEN,
        dense(10, 196),
    ],
    "batchnorm": [
        conv(4, 3, 1, use_bias=False),
        batchnorm(4),
        RELU,
        POOL,
        batchnorm(4, 20, epsilon=1e-6),
        FLATTEN,
        dense(16, 676),
        batchnorm(16, 30, scale=False),
        RELU,
        dense(10, 16, 8, activation="softmax"),
    ],
    "batchnorm of a flattened picture": [
        conv(4, 3, 1, activation="relu"),
        POOL,
        FLATTEN,
        batchnorm(676, 40),
        dense(10, 676),
    ],
    "batchnorm of the input": [batchnorm(1, 50), conv(4, 3, 1), RELU, FLATTEN, dense(10, 2704)],
    "batchnorm without scale and center": [
        conv(4, 3, 1),
        batchnorm(4, 60, scale=False, center=False),
        FLATTEN,
        dense(10, 2704),
    ],
    "dropout": [
        conv(4, 3, 1, activation="relu"),
        layer("Dropout", {"rate": 0.25}),
        FLATTEN,
        layer("Dropout", {"rate": 0.0}),
        dense(10, 2704),
        SOFTMAX,
    ],
    "rescaling to -1..1": [
        layer("Rescaling", {"scale": 2.0, "offset": -1.0}),
        conv(4, 3, 1, activation="relu"),
        FLATTEN,
        dense(10, 2704),
    ],
    "rescaling before dense": [
        layer("Rescaling", {"scale": 0.5, "offset": 0.25}),
        FLATTEN,
        dense(10, 784),
    ],
}


def loaded(tmp_path, content, name="network.h5", **options):
    path = tmp_path / name
    path.write_bytes(content)
    return keras.load(path, **options)


def agrees(model, layers, largest=1.0):
    expected = forward(layers, IMAGES / 255 * largest)
    if not np.allclose(expected.sum(-1), 1):
        expected = np.exp(expected - expected.max(-1, keepdims=True))
        expected /= expected.sum(-1, keepdims=True)
    assert np.ptp(expected, 0).max() > 1e-3, "a network that tells nothing apart proves nothing"
    assert np.abs(model.predict_proba(IMAGES) - expected).max() < TOLERANCE


# -- In ------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("write", [h5_bytes, keras_bytes], ids=["h5", "keras"])
def test_load(tmp_path, name, write):
    agrees(loaded(tmp_path, write(NETWORKS[name])), NETWORKS[name])


@pytest.mark.parametrize("scheme", [2, 3])
@pytest.mark.parametrize("functional", [None, 2, 3])
def test_schemes(tmp_path, scheme, functional):
    layers = NETWORKS["batchnorm"]
    layers = with_input(layers) if functional else layers
    agrees(loaded(tmp_path, h5_bytes(layers, scheme, functional)), layers)


def test_functional_layers_in_another_order(tmp_path):
    """Data flow says the order, and weights follow the configuration."""
    layers = named(with_input(NETWORKS["seed project"]))
    buffer = io.BytesIO(h5_bytes(with_input(NETWORKS["seed project"]), 3, 3))
    shuffled = [layers[i] for i in (0, 5, 3, 1, 2, 4, 7, 6)]
    with h5py.File(buffer, "r+") as file:
        config = config_of(layers, 3)
        by_name = {entry["name"]: entry for entry in config["config"]["layers"]}
        config["config"]["layers"] = [by_name[one["name"]] for one in shuffled]
        file.attrs["model_config"] = json.dumps(config)
        file["model_weights"].attrs["layer_names"] = [one["name"].encode() for one in shuffled]
    agrees(loaded(tmp_path, buffer.getvalue()), layers)


def test_keras_2_lists(tmp_path):
    """Keras 2.0: the configuration of Sequential is the list itself; the first layer has the
    input's shape."""
    layers = named(NETWORKS["seed project"])
    layers[0]["config"]["batch_input_shape"] = [None, 28, 28, 1]
    buffer = io.BytesIO(h5_bytes(NETWORKS["seed project"], 2))
    with h5py.File(buffer, "r+") as file:
        config = config_of(layers)
        file.attrs["model_config"] = json.dumps({**config, "config": config["config"]["layers"]})
    agrees(loaded(tmp_path, buffer.getvalue()), layers)


def test_names_in_pieces(tmp_path):
    """Keras splits attributes of more than 64 KiB."""
    layers = NETWORKS["seed project"]
    buffer = io.BytesIO(h5_bytes(layers))
    with h5py.File(buffer, "r+") as file:
        names = list(file["model_weights"].attrs["layer_names"])
        del file["model_weights"].attrs["layer_names"]
        file["model_weights"].attrs["layer_names0"] = names[:3]
        file["model_weights"].attrs["layer_names1"] = names[3:]
    agrees(loaded(tmp_path, buffer.getvalue()), layers)


@pytest.mark.parametrize("root", ["layers", "_layer_checkpoint_dependencies"])
def test_places_of_weights(tmp_path, root):
    layers = NETWORKS["batchnorm"]
    agrees(loaded(tmp_path, keras_bytes(layers, root=root)), layers)


def test_weights_only(tmp_path):
    layers = NETWORKS["seed project"]
    words = "conv 8x3 relu maxpool 2 conv 6x3 relu maxpool 2 dense 20 relu dense 10"
    for content in (weights_bytes(layers), h5_bytes(layers, 2, config=False)):
        agrees(loaded(tmp_path, content, "x.weights.h5", architecture=words), layers)
        with pytest.raises(ValueError, match="architecture"):
            loaded(tmp_path, content)
        with pytest.raises(DigitError) as caught:
            loaded(tmp_path, content, architecture="conv 8x3 relu dense 10")
        assert caught.value.status == Status.FORMAT
    with pytest.raises(ValueError, match="configuration of its own"):
        loaded(tmp_path, h5_bytes(layers), architecture=words)


@pytest.mark.parametrize("largest", [None, 255.0])
def test_rescaling_of_bytes(tmp_path, largest):
    layers = [layer("Rescaling", {"scale": 1 / 255}), *small()]
    agrees(loaded(tmp_path, h5_bytes(layers), largest=largest), layers, 255)


def test_network_trained_on_bytes(tmp_path):
    layers = [conv(4, 3, 1, activation="relu"), FLATTEN, dense(10, 2704)]
    for one in layers:
        one["weights"] = [array / 64 for array in one["weights"]]
    agrees(loaded(tmp_path, h5_bytes(layers), largest=255), layers, 255)


@pytest.mark.parametrize("shape", [[None, 28, 28, 1], [None, 28, 28], [64, 28, 28, 1], [None, 784]])
def test_input_shapes(tmp_path, shape):
    layers = [layer("InputLayer", {"batch_shape": shape}), FLATTEN, dense(10, 784)]
    agrees(loaded(tmp_path, h5_bytes(layers)), layers)


def test_what_the_model_says(tmp_path):
    info = loaded(tmp_path, h5_bytes(NETWORKS["seed project"]), "mine.h5").info
    words = "conv 8x3 relu maxpool 2 conv 6x3 relu maxpool 2 dense 20 relu dense 10"
    assert info.architecture == words
    assert info.trained_on == "unknown; imported from Keras (mine.h5)"
    assert info.preparation == Model("dense 10").info.preparation


# -- What is refused -------------------------------------------------------------

UNKNOWN = {
    "Conv1D": layer("Conv1D", name="odd"),
    "LSTM": layer("LSTM", name="odd"),
    "Lambda": layer("Lambda", {"function": "os.system"}, name="odd"),
    "Sequential": layer("Sequential", {"layers": []}, name="odd"),
}

WRONG = {
    "activation": [conv(4, 3, 1, activation="tanh")],
    "dilation": [conv(4, 3, 1, dilation_rate=[2, 2])],
    "groups": [conv(4, 3, 1, groups=2)],
    "padding": [conv(4, 3, 1, padding="causal")],
    "data_format": [conv(4, 3, 1, data_format="channels_first")],
    "squares": [conv(4, 3, 1, strides=[1, 2])],
    "not 28 x 28": [layer("InputLayer", {"batch_shape": [None, 32, 32, 3]})],
    "side by side": [layer("MaxPooling2D", {"pool_size": [3, 3], "strides": [2, 2]})],
    "divide": [layer("MaxPooling2D", {"pool_size": [3, 3], "padding": "same"})],
    "axis": [conv(4, 3, 1), batchnorm(4, axis=1)],
    "scale": [layer("Rescaling", {"scale": [1.0, 2.0]})],
    "not zero": [
        layer("Rescaling", {"scale": 2.0, "offset": -1.0}),
        conv(4, 3, 1, padding="same"),
    ],
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_unknown_layers_are_named(tmp_path, kind):
    words = rf"'odd' \({kind}\): libdigit has no such layer"
    with pytest.raises(DigitError, match=words) as caught:
        loaded(tmp_path, h5_bytes([UNKNOWN[kind], *small()]))
    assert caught.value.status == Status.UNSUPPORTED


@pytest.mark.parametrize("words", WRONG)
def test_settings_that_have_no_like(tmp_path, words):
    layers = [*WRONG[words], FLATTEN, dense(10, 4)]
    with pytest.raises(DigitError, match=words) as caught:
        loaded(tmp_path, h5_bytes(layers))
    assert caught.value.status == Status.UNSUPPORTED and "layer '" in str(caught.value)


@pytest.mark.parametrize(
    "layers",
    [
        [FLATTEN, dense(26, 784)],
        [FLATTEN, dense(10, 784, activation="relu")],
        [conv(10, 28, 1)],
        [FLATTEN, dense(10, 784), batchnorm(10)],
        [FLATTEN, dense(20, 784, activation="softmax"), dense(10, 20)],
    ],
    ids=["26 classes", "relu", "convolution", "batchnorm", "softmax within"],
)
def test_ends_that_are_none(tmp_path, layers):
    with pytest.raises(DigitError) as caught:
        loaded(tmp_path, h5_bytes(layers))
    assert caught.value.status in (Status.UNSUPPORTED, Status.LIMIT)


@pytest.mark.parametrize("change", ["branch", "two inputs", "loop", "cut", "merge"])
def test_graphs_that_are_no_chain(tmp_path, change):
    layers = named(with_input(small()))
    config = config_of(layers, 3)
    entries = config["config"]["layers"]
    node = entries[2]["inbound_nodes"]
    if change == "branch":
        entries[3]["inbound_nodes"] = node
    elif change == "two inputs":
        entries[2]["inbound_nodes"] = []
    elif change == "loop":
        node[0]["args"][0]["config"]["keras_history"][0] = entries[4]["name"]
    elif change == "cut":
        node[0]["args"][0]["config"]["keras_history"][0] = "nobody"
    else:
        node[0]["args"] = [*node[0]["args"], *entries[1]["inbound_nodes"][0]["args"]]
    buffer = io.BytesIO(h5_bytes(with_input(small()), 3, 3))
    with h5py.File(buffer, "r+") as file:
        file.attrs["model_config"] = json.dumps(config)
    with pytest.raises(DigitError) as caught:
        loaded(tmp_path, buffer.getvalue())
    assert caught.value.status in (Status.UNSUPPORTED, Status.FORMAT)


def edited(edit):
    """A good file in which something was changed."""
    buffer = io.BytesIO(h5_bytes(small()))
    with h5py.File(buffer, "r+") as file:
        edit(file)
    return buffer.getvalue()


KERNEL = "sequential/conv2d/kernel"


def place(file):
    return file["model_weights/conv2d"]


def replaced(file, make):
    del place(file)[KERNEL]
    make(place(file))


def huge(group):
    group.create_dataset(KERNEL, (1 << 20, 1 << 10), "f4", chunks=True, compression="gzip")


def virtual(group):
    layout = h5py.VirtualLayout((3, 3, 1, 4), "f4")
    layout[...] = h5py.VirtualSource("/etc/hostname", "x", (3, 3, 1, 4))
    group.create_virtual_dataset(KERNEL, layout)


def external(group):
    group.create_dataset(KERNEL, (3, 3, 1, 4), "f4", external=[("/etc/passwd", 0, 144)])


LIES = {
    "soft link": lambda f: replaced(f, lambda g: g.__setitem__(KERNEL, h5py.SoftLink("/x"))),
    "external link": lambda f: replaced(
        f, lambda g: g.__setitem__(KERNEL, h5py.ExternalLink("/etc/passwd", "/x"))
    ),
    "external numbers": lambda f: replaced(f, external),
    "virtual numbers": lambda f: replaced(f, virtual),
    "declared size": lambda f: replaced(f, huge),
    "missing": lambda f: replaced(f, lambda g: None),
    "group for numbers": lambda f: replaced(f, lambda g: g.create_group(KERNEL)),
    "integers": lambda f: replaced(f, lambda g: g.__setitem__(KERNEL, np.ones((3, 3, 1, 4), int))),
    "texts": lambda f: replaced(f, lambda g: g.__setitem__(KERNEL, "kernel")),
    "another shape": lambda f: replaced(f, lambda g: g.__setitem__(KERNEL, numbers(1, 3, 3, 2, 4))),
    "a number": lambda f: replaced(f, lambda g: g.__setitem__(KERNEL, np.float32(1))),
    "no numbers": lambda f: replaced(f, lambda g: g.__setitem__(KERNEL, h5py.Empty("f4"))),
    "NaN": lambda f: place(f)[KERNEL].__setitem__((0, 0, 0, 0), np.nan),
    "infinite": lambda f: place(f)[KERNEL].__setitem__((0, 0, 0, 0), np.inf),
    "parent folder": lambda f: place(f).attrs.__setitem__("weight_names", ["../x"]),
    "names missing": lambda f: place(f).attrs.__delitem__("weight_names"),
    "names as numbers": lambda f: place(f).attrs.__setitem__("weight_names", [1, 2]),
    "layers missing": lambda f: f["model_weights"].attrs.__setitem__("layer_names", [b"dense"]),
    "no weights": lambda f: f.__delitem__("model_weights"),
    "config of numbers": lambda f: f.attrs.__setitem__("model_config", 5),
    "config no JSON": lambda f: f.attrs.__setitem__("model_config", "{"),
    "config nested": lambda f: f.attrs.__setitem__("model_config", "[" * 60_000),
    "config a list": lambda f: f.attrs.__setitem__("model_config", "[]"),
    "no layers": lambda f: f.attrs.__setitem__(
        "model_config", '{"class_name":"Sequential","config":{"layers":[]}}'
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies(tmp_path, lie):
    with pytest.raises(DigitError) as caught:
        loaded(tmp_path, edited(LIES[lie]))
    assert caught.value.status == Status.FORMAT


@pytest.mark.parametrize("value", [0, -1, 2.5, "3", None, [], {}, True, 10**400])
def test_settings_of_the_wrong_kind(tmp_path, value):
    layers = small()
    layers[0] = conv(4, 3, 1, kernel_size=value)
    with pytest.raises(DigitError):
        loaded(tmp_path, h5_bytes(layers))


def test_zip_bomb(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"\0" * (129 << 20))
    with pytest.raises(DigitError, match="declares"):
        loaded(tmp_path, buffer.getvalue(), "bomb.keras")


def test_hostile_files(tmp_path, monkeypatch):
    """Read by a process that may loop or crash; ours says so and goes on."""
    good = h5_bytes(small())
    agrees(loaded(tmp_path, good), small())
    with pytest.raises(DigitError, match="damaged HDF5 file") as caught:
        loaded(tmp_path, good[: len(good) // 2])
    assert caught.value.status == Status.FORMAT

    source = tmp_path / "hostile" / "libdigit"
    source.mkdir(parents=True)
    (source / "__init__.py").touch()
    monkeypatch.syspath_prepend(source.parent)
    for code, patience, words in (
        ("import os; os.abort()", 60, "crashed"),
        ("import resource as r; r.setrlimit(r.RLIMIT_CPU, (1, 1))\nwhile 1: 1", 60, "crashed"),
        ("import time; time.sleep(60)", 2, "no end"),
    ):
        (source / "_h5_convert.py").write_text(code)
        monkeypatch.setattr(_h5, "_PATIENCE", patience)
        with pytest.raises(DigitError, match=words):
            loaded(tmp_path, good)


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\x89HDF\r\n\x1a\n", b"hello" * 100])
def test_no_such_files(tmp_path, content):
    with pytest.raises(DigitError) as caught:
        loaded(tmp_path, content)
    assert caught.value.status == Status.FORMAT
    with pytest.raises(DigitError) as caught:
        keras.load(tmp_path / "missing.h5")
    assert caught.value.status == Status.IO


# -- Out -------------------------------------------------------------------------

ARCHITECTURES = [
    "dense 10",
    "conv 6x3 relu maxpool 2 conv 5x3 relu maxpool 2 dense 20 relu dense 10",
    "conv 6x3 same stride 2 batchnorm relu avgpool 2 dropout 25 dense 12 batchnorm relu dense 10",
    "batchnorm conv 4x5 stride 3 relu relu maxpool 3 relu dense 10",
    "maxpool 2 batchnorm dropout 10 dense 10",
]


def trained(architecture):
    images, labels = make_samples(200)
    model = Model(architecture, seed=3)
    model.fit(images, labels, epochs=2, batch=50, validation=make_samples(100, 5))
    return model


@pytest.fixture(scope="module", params=ARCHITECTURES)
def model(request):
    return trained(request.param)


@pytest.mark.parametrize("ending", ["h5", "hdf5", "keras", "weights.h5"])
def test_round_trip(tmp_path, model, ending):
    path = tmp_path / f"model.{ending}"
    keras.save(model, path)
    words = model.info.architecture
    options = {"architecture": words} if ending == "weights.h5" else {}
    again = keras.load(path, **options)
    assert again.info.architecture == words
    assert np.abs(again.predict_proba(IMAGES) - model.predict_proba(IMAGES)).max() < TOLERANCE


def test_what_is_written_is_right(tmp_path, model):
    """Read back by hand, and worked out by the arithmetic of keras_files."""
    keras.save(model, tmp_path / "x.h5")
    layers = []
    with h5py.File(tmp_path / "x.h5") as file:
        config = json.loads(file.attrs["model_config"])
        for entry in config["config"]["layers"][1:]:
            group = file["model_weights"][entry["config"]["name"]]
            weights = [group[name][()] for name in group.attrs["weight_names"]]
            layers.append(layer(entry["class_name"], entry["config"], weights))
    expected = forward(layers, IMAGES / 255)
    assert np.abs(model.predict_proba(IMAGES) - expected).max() < TOLERANCE


@pytest.mark.parametrize("version, name", [(2, "conv2d/kernel:0"), (3, "sequential/conv2d/kernel")])
def test_naming(tmp_path, version, name):
    path = tmp_path / "x.h5"
    keras.save(Model("keras"), path, keras_version=version)
    with h5py.File(path) as file:
        assert file[f"model_weights/conv2d/{name}"].shape == (3, 3, 1, 32)
        assert file.attrs["keras_version"].startswith(str(version))


def test_the_same_bytes(tmp_path, model):
    for name in ("a.h5", "a.keras", "a.weights.h5"):
        keras.save(model, tmp_path / name)
        first = (tmp_path / name).read_bytes()
        keras.save(model, tmp_path / name)
        assert (tmp_path / name).read_bytes() == first


def test_temperature_is_worked_in(tmp_path):
    """A model whose confidence was calibrated answers the same in Keras."""
    from libdigit import _safetensors

    model = trained(ARCHITECTURES[1])
    _, tensors = _safetensors.read(model.to_bytes(), "model")
    assert abs(tensors["calibration"][0] - 1) > 1e-3
    keras.save(model, tmp_path / "x.keras")
    again = keras.load(tmp_path / "x.keras")
    _, plain = _safetensors.read(again.to_bytes(), "model")
    assert plain["calibration"][0] == 1


def test_bad_arguments(tmp_path):
    model = Model("dense 10")
    with pytest.raises(ValueError, match="expected .h5"):
        keras.save(model, tmp_path / "x.tflite")
    with pytest.raises(ValueError, match="keras_version"):
        keras.save(model, tmp_path / "x.h5", keras_version=4)
    with pytest.raises(TypeError, match="libdigit.Model"):
        keras.save("model", tmp_path / "x.h5")
    with pytest.raises(DigitError) as caught:
        keras.save(model, tmp_path / "nowhere" / "x.h5")
    assert caught.value.status == Status.IO
    assert not list(tmp_path.iterdir())


def test_lazy():
    assert libdigit.keras is keras and "keras" in dir(libdigit)
