"""PyTorch's weights in safetensors files."""

import json
import struct

import numpy as np
import pytest
from conftest import make_samples
from keras_files import numbers

from libdigit import DigitError, Model, Status, _safetensors, torch

safetensors_numpy = pytest.importorskip("safetensors.numpy")
IMAGES = make_samples(30)[0]
ARCHITECTURE = "conv 3x3 batchnorm relu maxpool 2 dense 12 relu dense 10"
STATE = {
    "features.2.weight": numbers(1, 3, 1, 3, 3),
    "features.2.bias": numbers(2, 3),
    "features.10.weight": numbers(3, 3),
    "features.10.bias": numbers(4, 3),
    "features.10.running_mean": numbers(5, 3),
    "features.10.running_var": numbers(6, 3) ** 2,
    "features.10.num_batches_tracked": np.array(7),
    "head.fc1.weight": numbers(7, 12, 507),
    "head.fc1.bias": numbers(8, 12),
    "head.fc2.weight": numbers(9, 10, 12),
    "head.fc2.bias": numbers(10, 10),
}


def loaded(tmp_path, state, architecture=ARCHITECTURE, **options):
    path = tmp_path / "net.safetensors"
    safetensors_numpy.save_file(state, path)
    return torch.load(path, architecture, **options)


def test_load(tmp_path):
    model = loaded(tmp_path, STATE)
    assert model.info.architecture == ARCHITECTURE
    _, tensors = _safetensors.read(model.to_bytes(), "model")
    for name, key in (("0", "features.2"), ("4", "head.fc1"), ("6", "head.fc2")):
        assert np.array_equal(tensors[f"{name}.weight"], STATE[f"{key}.weight"])
        assert np.array_equal(tensors[f"{name}.bias"], STATE[f"{key}.bias"])
    assert np.array_equal(tensors["1.running_var"], STATE["features.10.running_var"])


def test_natural_order(tmp_path):
    """Two layers of one shape: layer2 comes before layer10."""
    state = {
        "layer10.weight": numbers(1, 10, 10),
        "layer2.weight": numbers(2, 10, 10),
        "layer1.weight": numbers(3, 10, 784),
    }
    model = loaded(tmp_path, state, "dense 10 relu dense 10 relu dense 10")
    _, tensors = _safetensors.read(model.to_bytes(), "model")
    assert np.array_equal(tensors["2.weight"], state["layer2.weight"])
    assert np.array_equal(tensors["4.weight"], state["layer10.weight"])
    assert not tensors["4.bias"].any()


@pytest.mark.parametrize("dtype", [np.float64, np.float16])
def test_dtypes(tmp_path, dtype):
    state = {key: a.astype(dtype) if a.dtype.kind == "f" else a for key, a in STATE.items()}
    answers = loaded(tmp_path, state).predict_proba(IMAGES)
    assert np.abs(answers - loaded(tmp_path, STATE).predict_proba(IMAGES)).max() < 0.02


def test_bfloat16():
    """The upper halves of floats."""
    header = {"w": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}
    text = json.dumps(header).encode()
    data = len(text).to_bytes(8, "little") + text + struct.pack("<2H", 0x3F80, 0xC040)
    assert _safetensors.read(data, "x")[1]["w"].tolist() == [1.0, -3.0]


def test_channels_last(tmp_path):
    """A network that flattens rows, columns, channels: the columns of a matrix, permuted."""
    first, last = "head.fc1.weight", loaded(tmp_path, STATE)
    weight = STATE[first].reshape(12, 3, 13, 13).transpose(0, 2, 3, 1).reshape(12, 507)
    other = loaded(tmp_path, {**STATE, first: weight.copy()}, channels_last=True)
    assert np.array_equal(other.predict_proba(IMAGES), last.predict_proba(IMAGES))


@pytest.mark.parametrize(
    "change, words",
    [
        ({"extra.weight": numbers(1, 5, 5)}, "no layer takes extra"),
        ({"head.fc2.weight": numbers(1, 26, 12)}, r"layer 6 \(dense\)"),
        ({"features.2.weight": numbers(1, 3, 3, 3, 3)}, r"layer 0 \(conv\)"),
        ({"head.fc1.bias": numbers(1, 11)}, r"layer 4 \(dense\)"),
        ({"features.10.running_var": -numbers(6, 3) ** 2}, "negative variance"),
        ({"head.fc1.weight": np.full((12, 507), np.nan, "f4")}, "not finite"),
    ],
)
def test_what_does_not_fit(tmp_path, change, words):
    with pytest.raises(DigitError, match=words) as caught:
        loaded(tmp_path, {**STATE, **change})
    assert caught.value.status == Status.FORMAT


@pytest.mark.parametrize("lost", ["features.10.running_mean", "features.2.weight"])
def test_a_part_that_is_missing(tmp_path, lost):
    """No KeyError: modules need all that a layer takes."""
    with pytest.raises(DigitError, match=r"net.safetensors: layer \d \(\w+\): none of its shape"):
        loaded(tmp_path, {name: array for name, array in STATE.items() if name != lost})


@pytest.mark.parametrize("name", ["0\u00b2", "\u00b2", "1\u2460", "\u0663.weight"])
def test_digits_that_are_no_numbers(tmp_path, name):
    """Superscripts, circles: `str.isdigit` takes them for digits, `int` does not."""
    with pytest.raises(DigitError, match="net.safetensors: "):
        loaded(tmp_path, {name: numbers(1, 1)}, "dense 10")


@pytest.mark.parametrize("size", [0x0280, 0x0480, 0x120708])
def test_lengths_that_look_like_other_files(tmp_path, size):
    """A header's length may begin as pickles and ONNX files do."""
    head = json.dumps({"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    path = tmp_path / "net.safetensors"
    path.write_bytes(size.to_bytes(8, "little") + head.ljust(size) + bytes(4))
    with pytest.raises(DigitError, match="none of its shape"):
        torch.load(path, "dense 10")


def test_bad_architecture(tmp_path):
    with pytest.raises(DigitError) as caught:
        loaded(tmp_path, STATE, "conv 3x3 rely dense 10")
    assert caught.value.status == Status.ARGUMENT


def header_of(entries):
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text + b"\0" * 16


GOOD = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
LIES = [
    b"",
    b"\xff" * 8,
    (10).to_bytes(8, "little") + b"{",
    header_of([]),
    header_of({"__metadata__": 5}),
    header_of({"a": 5}),
    header_of({"a": {**GOOD, "shape": [3, 2]}}),
    header_of({"a": {**GOOD, "shape": [-2, -2]}}),
    header_of({"a": {**GOOD, "shape": "22"}}),
    header_of({"a": {**GOOD, "shape": [1 << 70]}}),
    header_of({"a": {**GOOD, "data_offsets": [0, 1 << 70]}}),
    header_of({"a": {**GOOD, "data_offsets": [8, 24]}}),
    header_of({"a": {**GOOD, "data_offsets": [16, 0]}}),
    header_of({"a": {**GOOD, "data_offsets": [0]}}),
    (8).to_bytes(8, "little") + b"[[[[[[[[",
]


@pytest.mark.parametrize("content", LIES, ids=range(len(LIES)))
def test_lies(tmp_path, content):
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(DigitError) as caught:
        torch.load(path)
    assert caught.value.status == Status.FORMAT


def test_our_own_files_are_read_too(tmp_path):
    model = Model("keras", seed=2)
    model.save(tmp_path / "x.safetensors")
    with pytest.raises(DigitError, match="calibration"):
        torch.load(tmp_path / "x.safetensors")
