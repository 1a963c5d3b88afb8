"""Files that the frameworks themselves wrote: see fixtures/make_fixtures.py."""

from pathlib import Path

import numpy as np
import pytest

from libdigit import keras, onnx, torch

FOLDER = Path(__file__).parent / "fixtures"
ANSWERS = dict(np.load(FOLDER / "answers.npz"))
TOLERANCE = 1e-6

SMALL = "conv 3x3 relu maxpool 2 conv 4x3 relu maxpool 2 dense 12 relu dense 10"
TORCH = {
    "torch-plain": SMALL,
    "torch-norm": "conv 3x3 same batchnorm relu avgpool 2 dropout 25 "
    "conv 6x5 stride 3 relu avgpool 4 dense 8 batchnorm relu dense 10",
    "torch-view": "conv 4x5 maxpool 2 relu dropout 10 dense 10",
}


def agrees(model, name):
    answers = model.predict_proba(ANSWERS["images"])
    assert np.ptp(ANSWERS[name], 0).max() > 1e-4
    assert np.abs(answers - ANSWERS[name]).max() < TOLERANCE


FILES = sorted([*FOLDER.glob("*al.keras"), *FOLDER.glob("*al.h5")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_keras(path):
    agrees(keras.load(path), path.stem)


@pytest.mark.parametrize("version", ["keras", "keras2"])
def test_keras_weights(version):
    path = FOLDER / ("keras.weights.h5" if version == "keras" else "keras2-weights.h5")
    agrees(keras.load(path, architecture=SMALL), f"{version}-sequential")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.onnx")), ids=lambda path: path.stem)
def test_onnx(path):
    agrees(onnx.load(path), path.stem)


@pytest.mark.parametrize("name", TORCH)
def test_torch(name):
    agrees(torch.load(FOLDER / f"{name}.safetensors", TORCH[name]), name)


def test_there_are_some():
    names = {path.suffix for path in FOLDER.iterdir()}
    assert {".h5", ".keras", ".onnx", ".safetensors"} <= names
    assert all(path.stat().st_size < 100_000 for path in FOLDER.iterdir())
