"""Samples as floats: rounding, the warning, and what is refused."""

import warnings

import numpy as np
import pytest

import libdigit
from libdigit import _samples

DTYPES = (np.float16, np.float32, np.float64, np.longdouble, ">f4")


@pytest.fixture(autouse=True)
def not_warned_yet(monkeypatch):
    monkeypatch.setattr(_samples, "_warned", False)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_bytes_as_floats(model, samples, dtype):
    """All 256 bytes survive the way through floats, without a word."""
    ramp = (np.arange(784) % 256).astype(np.uint8).reshape(1, 28, 28)
    images = np.concatenate([ramp, samples[0]])
    floats = (images / 255).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(_samples.samples_of(floats), images)
        assert np.array_equal(model.predict_full(floats), model.predict_full(images))


def test_values_between_bytes_are_rounded_and_warn_once(model):
    images = np.full((2, 28, 28), 0.5, np.float32)
    with pytest.warns(UserWarning, match="rounded to bytes, by up to 0.002") as caught:
        model.predict(images)
    assert len(caught) == 1 and caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict(images)
    assert np.array_equal(_samples.samples_of(images), np.full((2, 28, 28), 128))


def test_rounding_is_to_the_nearest_byte():
    images = np.random.default_rng(1).random((3, 784))
    with pytest.warns(UserWarning):
        rounded = _samples.samples_of(images)
    assert np.abs(rounded / 255 - images).max() <= 1 / 510 + 1e-12


@pytest.mark.parametrize(
    "value, words",
    [
        (-1e-6, "-1e-06 at index (1, 2, 3)"),
        (1.001, "1.001 at index (1, 2, 3)"),
        (255.0, "are they bytes?"),
        (np.nan, "nan at index (1, 2, 3)"),
        (np.inf, "inf at index (1, 2, 3)"),
        (-np.inf, "-inf"),
        (1e30, "1e+30"),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_out_of_range(model, value, words, dtype):
    images = np.zeros((2, 28, 28), dtype)
    images[1, 2, 3] = value
    for use in (model.predict, lambda x: model.fit(x, [0, 1]), lambda x: model.evaluate(x, [0, 1])):
        with pytest.raises(ValueError, match="floats 0..1") as caught:
            use(images)
        assert words in str(caught.value)


def test_no_floats(model):
    assert model.predict(np.empty((0, 28, 28))).shape == (0,)


def test_training_on_floats_is_training_on_bytes(samples):
    images, labels = samples
    by_bytes, by_floats = (libdigit.Model("dense 10", seed=1) for _ in range(2))
    by_bytes.fit(images, labels, epochs=1)
    by_floats.fit((images / 255)[:, None], labels, epochs=1)
    assert by_bytes.predict_full(images).tobytes() == by_floats.predict_full(images).tobytes()


class Tensor:
    """What torch's tensors are to NumPy."""

    def __init__(self, array, error=None):
        self.array, self.error = array, error

    def __array__(self, dtype=None, copy=None):
        if self.error:
            raise self.error
        return self.array


def test_anything_like_an_array(model, samples):
    images, _ = samples
    assert np.array_equal(model.predict(Tensor(images)), model.predict(images))


@pytest.mark.parametrize("error", [RuntimeError("requires grad"), TypeError("on cuda")])
def test_tensors_that_are_no_arrays(model, error):
    with pytest.raises(TypeError, match=f"images: not an array: {error}"):
        model.predict(Tensor(None, error))


def test_torch_tensors(model, samples):
    torch = pytest.importorskip("torch")
    images, _ = samples
    tensor = torch.from_numpy(images[:, None])
    assert np.array_equal(model.predict(tensor), model.predict(images))
    assert np.array_equal(model.predict(tensor.float() / 255), model.predict(images))
    with pytest.raises(TypeError, match="grad"):
        model.predict((tensor.float() / 255).requires_grad_())
