"""Anything goes in; an answer or an exception of the right kind comes out.

Hypothesis makes arrays, and turns bytes of good files into others.
"""

import json
import os
import tarfile
import tempfile
import warnings
import zipfile
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import make_samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from keras_files import conv, dense, h5_bytes, keras_bytes, layer

import libdigit
from libdigit import DigitError, Model, _h5, _h5_convert, keras, onnx, torch
from libdigit.bulk import _plan

FIXTURES = Path(__file__).parent / "fixtures"
MODEL = Model("dense 10", seed=1)
EXPECTED = (TypeError, ValueError, DigitError)

def examples(count):
    """The same ones each time; LIBDIGIT_FUZZ=N takes N times as many, others each time."""
    return settings(
        max_examples=count * FACTOR,
        deadline=None,
        derandomize=FACTOR == 1,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


FACTOR = int(os.environ.get("LIBDIGIT_FUZZ", "1"))
many, some, few = examples(300), examples(120), examples(40)

dtypes = st.one_of(
    hnp.scalar_dtypes(), st.just(np.dtype(object)), st.just(np.dtype([("a", "u1"), ("b", "f4")]))
)
sides = st.sampled_from([0, 1, 2, 3, 4, 10, 27, 28, 29, 783, 784])
shapes = st.lists(sides, max_size=5).map(tuple).filter(lambda shape: np.prod(shape) < 100_000)


@st.composite
def arrays(draw):
    """Of any dtype, shape and layout, and of any values, most of them near those allowed."""
    dtype, shape = draw(dtypes), draw(shapes)
    if dtype.hasobject or dtype.names:
        array = np.zeros(shape, dtype)
    else:
        fill = draw(hnp.from_dtype(dtype))
        array = np.full(shape, fill, dtype)
        if draw(st.booleans()):
            array = np.zeros(shape, dtype)
            if array.size:
                array.flat[draw(st.integers(0, array.size - 1))] = fill
    if draw(st.booleans()):
        array = array.T
    if array.ndim and draw(st.booleans()):
        array = array[::-1]
    return array


def fails_well(call, *arguments, **options):
    """The result, or None where it is refused with a sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call(*arguments, **options)
        except EXPECTED as error:
            assert str(error)
            assert not isinstance(error, UnicodeError)
            return None


@many
@given(arrays())
def test_samples(array):
    answers = fails_well(MODEL.predict_full, array)
    if answers is not None:
        assert len(answers) == len(array)
        assert np.isfinite(answers["probabilities"]).all()
        assert np.allclose(answers["probabilities"].sum(1), 1, atol=1e-4)


@many
@given(arrays(), st.sampled_from(["auto", "dark", "light", "x", None]))
def test_pictures(array, ink):
    sample = fails_well(libdigit.normalize, array, ink=ink)
    assert sample is None or sample.shape == (28, 28)


@some
@given(arrays(), arrays())
def test_labels(images, labels):
    fails_well(MODEL.evaluate, images, labels)
    fails_well(MODEL.evaluate, np.zeros((len(labels) if labels.ndim else 1, 784), "u1"), labels)


@some
@given(
    st.dictionaries(
        st.sampled_from(["epochs", "batch", "learning_rate", "average", "schedule", "seed"]),
        st.one_of(st.none(), st.integers(), st.floats(), st.text(), st.binary()),
    )
)
def test_options(options):
    if not isinstance(options.get("epochs"), int) or options["epochs"] > 3:
        options["epochs"] = 1
    images, labels = make_samples(10)
    fails_well(Model("dense 10").fit, images, labels, **options)


@some
@given(st.text(max_size=40))
def test_architectures(text):
    fails_well(Model, text)


def png():
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(make_samples(1)[0][0]).save(buffer, "PNG")
    return buffer.getvalue()


SMALL_LAYERS = [
    conv(2, 5, 1, activation="relu"),
    layer("MaxPooling2D", {"pool_size": [6, 6]}),
    layer("Flatten"),
    dense(10, 32, activation="softmax"),
]
GOOD = {
    "x.safetensors": (MODEL.to_bytes(), lambda path: Model.load(path)),
    "x.png": (png(), lambda path: libdigit.normalize(path)),
    "x.h5": (h5_bytes(SMALL_LAYERS), keras.load),
    "x.keras": (keras_bytes(SMALL_LAYERS), keras.load),
    "x.onnx": ((FIXTURES / "torch-norm.onnx").read_bytes(), onnx.load),
    "y.safetensors": (
        (FIXTURES / "torch-norm.safetensors").read_bytes(),
        lambda path: torch.load(path, "conv 3x3 same batchnorm relu dense 10"),
    ),
}


@st.composite
def changes(draw):
    """Some bytes turned into others, a piece cut out, put in or doubled, an end cut off."""
    kind = draw(st.sampled_from(["bytes", "cut", "insert", "double", "end"]))
    places = draw(st.lists(st.floats(0, 1), min_size=1, max_size=8))
    return kind, places, draw(st.binary(min_size=1, max_size=8))


def changed(content, change):
    kind, places, piece = change
    data = bytearray(content)
    for place in places if kind == "bytes" else places[:1]:
        at = int(place * (len(data) - 1))
        if kind == "bytes":
            data[at] = piece[at % len(piece)]
        elif kind == "cut":
            del data[at : at + len(piece)]
        elif kind == "insert":
            data[at:at] = piece
        elif kind == "double":
            data[at:at] = data[at : at + 50 * len(piece)]
        else:
            del data[at:]
    return bytes(data)


SLOW = ("x.h5", "x.keras")  # a process for each, which may loop or crash


@pytest.mark.parametrize("name", sorted(set(GOOD) - set(SLOW)))
@many
@given(changes())
def test_damaged_files(name, change):
    check_damaged(name, change)


@pytest.mark.parametrize("name", SLOW)
@few
@given(changes())
def test_damaged_keras_files(name, change):
    check_damaged(name, change)


def check_damaged(name, change):
    content, load = GOOD[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(changed(content, change))
        loaded = fails_well(load, path)
    if isinstance(loaded, Model):
        answers = loaded.predict_proba(make_samples(2)[0])
        assert np.isfinite(answers).all() or name == "x.safetensors"


def zip_file():
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.png", "b.png"):
            archive.writestr(name, png())
    return buffer.getvalue()


def tar_file(mode):
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, pax_headers={"comment": "x"}) as archive:
        for name in ("a.png", 120 * "b" + ".png"):
            member = tarfile.TarInfo(name)
            member.size = len(png())
            archive.addfile(member, BytesIO(png()))
    return buffer.getvalue()


def parquet_file():
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    buffer = BytesIO()
    parquet.write_table(pyarrow.table({"path": ["a", "b"], "bytes": [png()] * 2}), buffer)
    return buffer.getvalue()


CONTAINERS = {
    "x.zip": zip_file,
    "x.tar": lambda: tar_file("w"),
    "x.tar.gz": lambda: tar_file("w:gz"),
    "x.tar.bz2": lambda: tar_file("w:bz2"),
    "x.tar.xz": lambda: tar_file("w:xz"),
    "x.parquet": parquet_file,
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_damaged_containers(name):
    """Whatever is wrong with one, its pictures are bytes, or errors with a sentence."""
    content = CONTAINERS[name]()

    @some
    @given(changes())
    def check(change):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_bytes(changed(content, change))
            for shard in _plan.plan(str(path)).shards:
                for file, source in shard.pictures():
                    file.encode()
                    assert isinstance(source, (bytes, type(None))) or str(source)

    check()


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@many
@given(st.data())
def test_configurations(data):
    """Settings of layers with any value, in files that are sound."""
    buffer = BytesIO(h5_bytes(SMALL_LAYERS))
    with h5py.File(buffer, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        target = data.draw(st.sampled_from(config["config"]["layers"]))
        if data.draw(st.booleans()):
            target = target["config"]
        keys = [*target, "batch_shape", "inbound_nodes", "strides", "padding", "data_format"]
        target[data.draw(st.sampled_from(keys))] = data.draw(json_values)
        if data.draw(st.booleans()):
            config["class_name"] = "Functional"
        file.attrs["model_config"] = json.dumps(config)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(_h5, "_convert", lambda content, name: _h5_convert.convert(content))
        path = Path(folder, "x.h5")
        path.write_bytes(buffer.getvalue())
        fails_well(keras.load, path)
