"""Prediction and evaluation: results, and what arrays are accepted."""

import ctypes
import math

import numpy as np
import pytest
from conftest import make_samples

import libdigit
from libdigit import Model

METHODS = ("predict", "predict_proba", "predict_full", "confidence")


def test_shapes_and_types(model, samples):
    images, labels = samples
    digits = model.predict(images)
    assert digits.shape == (400,) and digits.dtype == np.int64
    probabilities = model.predict_proba(images)
    assert probabilities.shape == (400, 10) and probabilities.dtype == np.float32
    assert probabilities.flags.c_contiguous
    confidence = model.confidence(images)
    assert confidence.shape == (400,) and confidence.dtype == np.float32
    full = model.predict_full(images)
    assert full.shape == (400,) and full.dtype == libdigit.PREDICTION


def test_answers_agree(model, samples):
    images, labels = samples
    full = model.predict_full(images)
    digits, probabilities = model.predict(images), model.predict_proba(images)
    assert (digits == labels).mean() > 0.95
    assert np.array_equal(digits, full["digit"])
    assert np.array_equal(digits, probabilities.argmax(1))
    assert np.array_equal(probabilities, full["probabilities"])
    assert np.allclose(probabilities.sum(1), 1, atol=1e-5)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    confidence = model.confidence(images)
    assert np.array_equal(confidence, full["confidence"])
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert (full["other"] == 0).all()
    assert np.allclose(confidence, probabilities.max(1), atol=1e-6)


def test_one_sample_equals_its_place_in_a_batch(model, samples):
    images, _ = samples
    together = model.predict_full(images)
    for index in (0, 1, 57, 399):
        assert model.predict_full(images[index : index + 1])[0] == together[index]


def test_many_samples(trained_bytes):
    """More than go to the library at a time."""
    images, labels = make_samples(16_384 + 3)
    model = Model.from_bytes(trained_bytes)
    answers = model.predict_full(images)
    assert (answers["digit"] == labels).mean() > 0.95
    tail = model.predict_full(images[-5:])
    assert np.array_equal(answers[-5:], tail)


def views(images):
    """The same samples in other clothes."""
    wide = np.zeros((len(images), 28, 56), np.uint8)
    wide[:, :, ::2] = images
    read_only = images.copy()
    read_only.flags.writeable = False
    raw = images.tobytes()
    return {
        "flat": images.reshape(-1, 784),
        "channels last": images[..., None],
        "channels first": images[:, None],
        "strided": wide[:, :, ::2],
        "reversed": images[::-1].copy()[::-1],
        "Fortran order": np.asfortranarray(images),
        "read-only": read_only,
        "memoryview": memoryview(raw).cast("B", (len(images), 28, 28)),
        "ctypes": (ctypes.c_uint8 * 28 * 28 * len(images)).from_buffer_copy(raw),
        "subclass": images.view(np.recarray),
    }


@pytest.mark.parametrize("kind", views(np.zeros((1, 28, 28), np.uint8)))
def test_kinds_of_arrays(model, samples, kind):
    images, labels = samples
    array = views(images)[kind]
    assert np.array_equal(model.predict_full(array), model.predict_full(images))
    assert model.evaluate(array, labels).correct == model.evaluate(images, labels).correct


def test_input_is_not_changed(model, samples):
    images = samples[0].copy()
    model.predict(images)
    assert np.array_equal(images, samples[0])


@pytest.mark.parametrize("shape", [(0, 28, 28), (0, 784)])
def test_no_samples(model, shape):
    images = np.empty(shape, np.uint8)
    assert model.predict(images).shape == (0,)
    assert model.predict_proba(images).shape == (0, 10)
    assert model.confidence(images).shape == (0,)
    metrics = model.evaluate(images, np.empty(0, np.uint8))
    assert (metrics.count, metrics.correct) == (0, 0)
    assert math.isnan(metrics.accuracy)
    assert metrics.confusion.sum() == 0
    assert model.evaluate(images, []).count == 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 28, 28), np.complex64),
        np.zeros((2, 28, 28), np.int8),
        np.zeros((2, 28, 28), np.int64),
        np.zeros((2, 28, 28), bool),
        np.zeros((2, 28, 28), object),
        [[[0] * 28] * 28],
        None,
        "seven",
        b"\0" * 784,
        7,
        object(),
    ],
    ids=lambda value: f"{type(value).__name__} {getattr(value, 'dtype', '')}",
)
def test_wrong_type(model, method, images):
    with pytest.raises(TypeError, match="expected an array of uint8"):
        getattr(model, method)(images)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "shape",
    [
        *[(), (784,), (28, 28), (2, 28), (2, 783), (2, 27, 28), (2, 28, 29), (2, 28, 0)],
        *[(2, 28, 28, 3), (2, 28, 1, 28), (2, 784, 1), (28, 28, 1), (1, 2, 28, 28, 1)],
    ],
    ids=str,
)
def test_wrong_shape(model, method, shape):
    with pytest.raises(ValueError) as caught:
        getattr(model, method)(np.zeros(shape, np.uint8))
    assert str(shape) in str(caught.value) and "(n, 28, 28)" in str(caught.value)


def test_evaluate(model, samples, more_samples):
    images, labels = more_samples
    metrics = model.evaluate(images, labels)
    digits, probabilities = model.predict(images), model.predict_proba(images)
    assert metrics.count == 200
    assert metrics.correct == (digits == labels).sum()
    assert metrics.accuracy == metrics.correct / metrics.count
    confusion = np.zeros((10, 10), np.int64)
    np.add.at(confusion, (labels, digits), 1)
    assert metrics.confusion.dtype == np.int64
    assert np.array_equal(metrics.confusion, confusion)
    expected = -np.log(probabilities[np.arange(200), labels]).mean()
    assert metrics.loss == pytest.approx(expected, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.int64, np.uint64, ">i2"])
def test_labels_of_any_integer_type(model, samples, dtype):
    images, labels = samples
    assert model.evaluate(images, labels.astype(dtype)).accuracy > 0.95
    assert model.evaluate(images, labels.tolist()).accuracy > 0.95


@pytest.mark.parametrize(
    "labels, error, words",
    [
        (np.zeros(399, np.uint8), ValueError, "399 labels for 400 images"),
        (np.zeros((400, 1), np.uint8), ValueError, "(400, 1)"),
        (np.full(400, 10), ValueError, "got 10 at index 0"),
        (np.where(np.arange(400) == 5, -1, 0), ValueError, "got -1 at index 5"),
        (np.where(np.arange(400) == 7, 256, 0), ValueError, "got 256 at index 7"),
        (np.zeros(400), TypeError, "float64"),
        (np.zeros(400, bool), TypeError, "bool"),
        (["0"] * 400, TypeError, "list"),
        (None, TypeError, "NoneType"),
        (np.uint8(3), ValueError, "()"),
    ],
)
def test_bad_labels(model, samples, labels, error, words):
    for use in (model.evaluate, model.fit):
        with pytest.raises(error) as caught:
            use(samples[0], labels)
        assert words in str(caught.value)


def test_bad_images_of_labelled_pairs(model):
    for use in (model.evaluate, model.fit):
        with pytest.raises(TypeError):
            use(np.zeros((1, 28, 28), np.int64), [1])
        with pytest.raises(ValueError):
            use(np.zeros((28, 28), np.uint8), [1])
