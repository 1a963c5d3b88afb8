"""Models that can tell what is no digit, out to formats that have classes only, and back."""

import numpy as np
import pytest
from conftest import make_samples

from libdigit import DigitError, Model, Status, keras

IMAGES = make_samples(40)[0]
ARCHITECTURE = "conv 4x3 relu maxpool 2 dense 10"


@pytest.fixture(scope="module")
def model():
    return Model(f"{ARCHITECTURE} other 1", seed=1)


@pytest.fixture(params=["h5", "keras", "onnx"])
def convert(request, tmp_path):
    """Out and back."""

    def call(model, **options):
        path = tmp_path / f"x.{request.param}"
        if request.param == "onnx":
            module = pytest.importorskip("libdigit.onnx")
        else:
            module = keras
        module.save(model, path, **options)
        return module.load(path)

    return call


def test_refused(convert, model):
    with pytest.raises(DigitError, match="other='drop'") as caught:
        convert(model)
    assert caught.value.status == Status.UNSUPPORTED
    with pytest.raises(ValueError, match="expected 'drop'"):
        convert(model, other="leave")


def test_dropped(convert, model):
    again = convert(model, other="drop")
    assert again.info.architecture == ARCHITECTURE
    difference = again.predict_proba(IMAGES) - model.predict_proba(IMAGES)
    assert np.abs(difference).max() < 1e-5


def test_kept(convert, model):
    again = convert(model, other="keep")
    assert again.info.architecture == model.info.architecture
    ours, theirs = again.predict_full(IMAGES), model.predict_full(IMAGES)
    for field in ("probabilities", "other", "confidence"):
        assert np.abs(ours[field] - theirs[field]).max() < 1e-5
    assert theirs["other"].max() > 0


def test_the_class_behind_is_other(model, tmp_path):
    """ONNX's own evaluator: ten probabilities of being that digit, the last of being none."""
    pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    from libdigit import onnx

    onnx.save(model, tmp_path / "x.onnx", other="keep")
    samples = IMAGES[:, None] / np.float32(255)
    (classes,) = ReferenceEvaluator(str(tmp_path / "x.onnx")).run(None, {"samples": samples})
    answers = model.predict_full(IMAGES)
    assert classes.shape == (40, 11)
    assert np.abs(classes[:, 10] - answers["other"]).max() < 1e-5
    digits = answers["probabilities"] * (1 - answers["other"][:, None])
    assert np.abs(classes[:, :10] - digits).max() < 1e-5
