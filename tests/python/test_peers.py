"""Keras, ONNX Runtime and OpenCV themselves: our files in them, theirs in ours.

Gigabytes of packages: run where LIBDIGIT_TEST_PEERS=1, as the lane `keras` of
tests/run.sh does. With MNIST_DIR on MNIST's test set, else on made-up samples.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from conftest import make_samples

import libdigit
from libdigit import Model
from libdigit import keras as digit_keras
from libdigit import onnx as digit_onnx

pytestmark = pytest.mark.skipif(
    os.environ.get("LIBDIGIT_TEST_PEERS") != "1", reason="needs LIBDIGIT_TEST_PEERS=1"
)

TOLERANCE = 1e-5
EVERY_LAYER = (
    "conv 6x3 same stride 2 batchnorm relu avgpool 2 dropout 25 dense 12 batchnorm relu dense 10"
)


@pytest.fixture(scope="module")
def mnist():
    """Samples to train on, and the 10,000 to compare on."""
    folder = os.environ.get("MNIST_DIR")
    if not folder:
        return make_samples(2_000), make_samples(1_000, 1)
    return tuple(
        libdigit.load_idx(
            Path(folder, f"{part}-images-idx3-ubyte"), Path(folder, f"{part}-labels-idx1-ubyte")
        )
        for part in ("train", "t10k")
    )


@pytest.fixture(scope="module", params=["keras", EVERY_LAYER])
def ours(request, mnist):
    images, labels = (array[:6_000] for array in mnist[0])
    model = Model(request.param, seed=1)
    validation = tuple(array[-1_000:] for array in mnist[0])
    model.fit(images, labels, epochs=1, validation=validation)
    return model


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    pytest.importorskip("tensorflow")
    return pytest.importorskip("keras")


def floats(images):
    return images[..., None] / np.float32(255)


@pytest.fixture(scope="module")
def seed_project(keras, mnist):
    """The network of the seed project, trained by Keras."""
    layers = keras.layers
    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            layers.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1)),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(floats(mnist[0][0][:12_000]), mnist[0][1][:12_000], batch_size=128, verbose=0)
    return network


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["digit_cnn_model.h5", "digit_cnn_model.keras", "x.weights.h5"])
def test_keras_network_here(seed_project, mnist, tmp_path, name):
    path, options = tmp_path / name, {}
    if name == "x.weights.h5":
        seed_project.save_weights(path)
        options = {"architecture": "keras"}
    else:
        seed_project.save(path)
    images = mnist[1][0]
    expected = seed_project.predict(floats(images), batch_size=500, verbose=0)
    model = digit_keras.load(path, **options)
    assert np.abs(model.predict_proba(images) - expected).max() < TOLERANCE


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name, version", [("x.h5", 2), ("x.h5", 3), ("x.keras", 3)])
def test_our_network_in_keras(keras, ours, mnist, tmp_path, name, version):
    digit_keras.save(ours, tmp_path / name, keras_version=version)
    network = keras.models.load_model(tmp_path / name)
    answers = network.predict(floats(mnist[1][0]), batch_size=500, verbose=0)
    assert np.abs(ours.predict_proba(mnist[1][0]) - answers).max() < TOLERANCE


@pytest.mark.filterwarnings("ignore")
def test_our_weights_in_keras(keras, ours, mnist, tmp_path):
    digit_keras.save(ours, tmp_path / "x.keras")
    digit_keras.save(ours, tmp_path / "x.weights.h5")
    config = keras.models.load_model(tmp_path / "x.keras").get_config()
    network = keras.Sequential.from_config(config)
    network.load_weights(tmp_path / "x.weights.h5")
    answers = network.predict(floats(mnist[1][0]), batch_size=500, verbose=0)
    assert np.abs(ours.predict_proba(mnist[1][0]) - answers).max() < TOLERANCE


@pytest.mark.filterwarnings("ignore")
def test_our_network_trains_on_in_keras(keras, ours, mnist, tmp_path):
    digit_keras.save(ours, tmp_path / "x.h5")
    network = keras.models.load_model(tmp_path / "x.h5")
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    images, labels = (array[:3_000] for array in mnist[0])
    before, _ = network.evaluate(floats(images), labels, verbose=0)
    network.fit(floats(images), labels, epochs=2, verbose=0)
    assert network.evaluate(floats(images), labels, verbose=0)[0] < before


def test_onnx_runtime(ours, mnist, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    digit_onnx.save(ours, tmp_path / "x.onnx")
    session = runtime.InferenceSession(tmp_path / "x.onnx", providers=["CPUExecutionProvider"])
    images = mnist[1][0]
    (answers,) = session.run(None, {"samples": images[:, None] / np.float32(255)})
    assert np.abs(ours.predict_proba(images) - answers).max() < TOLERANCE
    again = digit_onnx.load(tmp_path / "x.onnx")
    assert np.abs(again.predict_proba(images) - answers).max() < TOLERANCE


def test_opencv(ours, mnist, tmp_path):
    cv2 = pytest.importorskip("cv2")
    digit_onnx.save(ours, tmp_path / "x.onnx")
    network = cv2.dnn.readNetFromONNX(str(tmp_path / "x.onnx"))
    images = mnist[1][0][:1_000]
    for count in (1, 7, 1_000):  # a dynamic batch
        network.setInput(images[:count, None] / np.float32(255))
        answers = network.forward()
        assert np.abs(ours.predict_proba(images[:count]) - answers).max() < TOLERANCE
