"""scikit-learn's own checks, and its tools around the classifier."""

import pickle

import numpy as np
import pytest
from conftest import make_samples

sklearn = pytest.importorskip("sklearn")
from sklearn.base import clone  # noqa: E402
from sklearn.calibration import CalibrationDisplay  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

import libdigit  # noqa: E402
from libdigit.sklearn import DigitClassifier  # noqa: E402

IMAGES, LABELS = make_samples(400)
FLAT = IMAGES.reshape(-1, 784)
QUICK = {"architecture": "dense 10", "epochs": 8, "batch": 20, "learning_rate": 0.01}


def quick(**options):
    return DigitClassifier(**{**QUICK, "random_state": 1, **options})


class AnyColumns(DigitClassifier):
    """For scikit-learn's checks, whose data are a few columns of any numbers: scaled to 0..1 as
    the first fit saw them, each repeated until they fill a sample."""

    def fit(self, X, y):
        self._range = None
        return super().fit(X, y)

    def _samples(self, X):
        X = np.asarray(X, np.float64)
        if self._range is None:
            low, high = X.min(0), X.max(0)
            self._range = low, np.where(high > low, high - low, 1)
        X = np.clip((X - self._range[0]) / self._range[1], 0, 1)
        X = np.rint(X * 255).astype(np.uint8)
        return np.resize(X.T, (784, len(X))).T if len(X) else np.zeros((0, 784), np.uint8)


CHECKED = AnyColumns("dense 32 relu dense 10", epochs=40, batch=16, learning_rate=0.01)


@parametrize_with_checks([CHECKED])
@pytest.mark.filterwarnings("ignore")
def test_checks(estimator, check):
    check(estimator)


def test_no_argument_is_needed():
    model = DigitClassifier().set_params(epochs=1).fit(FLAT[:50], LABELS[:50])
    assert model.predict(FLAT).shape == (400,)
    assert model.model_.info.architecture.startswith("conv 32x3")


def test_fit():
    model = quick().fit(FLAT, LABELS)
    assert model.score(FLAT, LABELS) > 0.95
    assert np.array_equal(model.classes_, np.arange(10))
    probabilities = model.predict_proba(FLAT)
    assert probabilities.shape == (400, 10) and np.allclose(probabilities.sum(1), 1)
    assert model.n_features_in_ == 784 and model.n_iter_ == len(model.history_) == 8


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.int16])
def test_integers(dtype):
    expected = quick().fit(FLAT, LABELS).predict_proba(FLAT)
    assert np.array_equal(quick().fit(FLAT.astype(dtype), LABELS).predict_proba(FLAT), expected)


def test_floats():
    expected = quick().fit(FLAT, LABELS).predict_proba(FLAT)
    assert np.array_equal(quick().fit(FLAT / 255, LABELS).predict_proba(FLAT / 255), expected)


def test_same_random_state_same_model():
    first, second, third = (quick(random_state=s).fit(FLAT, LABELS) for s in (3, 3, 4))
    assert first.model_.to_bytes() == second.model_.to_bytes() != third.model_.to_bytes()


@pytest.mark.parametrize("names", [np.array(list("abcdefghij")), np.arange(10) * 7 - 30])
def test_labels_of_any_kind(names):
    model = quick().fit(FLAT, names[LABELS])
    assert np.array_equal(model.classes_, np.sort(names))
    assert (model.predict(FLAT) == names[LABELS]).mean() > 0.95


def test_few_classes():
    few = LABELS < 3
    model = quick().fit(FLAT[few], LABELS[few])
    probabilities = model.predict_proba(FLAT)
    assert probabilities.shape == (400, 3) and np.allclose(probabilities.sum(1), 1)
    assert model.score(FLAT[few], LABELS[few]) > 0.95


@pytest.mark.filterwarnings("ignore:images. values between 255ths")
def test_tools():
    assert cross_val_score(quick(), FLAT, LABELS, cv=3).min() > 0.9
    search = GridSearchCV(quick(), {"learning_rate": [1e-5, 0.01]}, cv=2).fit(FLAT, LABELS)
    assert search.best_params_ == {"learning_rate": 0.01}
    cut = FunctionTransformer(lambda x: np.clip(x, 0, 1))
    pipeline = make_pipeline(MinMaxScaler(), cut, quick())
    assert pipeline.fit(FLAT, LABELS).score(FLAT, LABELS) > 0.9
    assert clone(quick()).get_params() == quick().get_params()


def test_calibration_display():
    pytest.importorskip("matplotlib").use("Agg")
    two = LABELS < 2
    model = quick().fit(FLAT[two], LABELS[two])
    display = CalibrationDisplay.from_estimator(model, FLAT[two], LABELS[two])
    assert len(display.prob_true) >= 1


def test_pickle():
    model = quick().fit(FLAT, LABELS)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict_proba(FLAT), model.predict_proba(FLAT))


@pytest.mark.parametrize(
    "X, y, words",
    [
        (FLAT[:, :783], LABELS, "783 features"),
        (FLAT.astype(int) + 100, LABELS, "0..255"),
        (FLAT.astype(float), LABELS, "floats 0..1"),
        (np.where(FLAT > 200, np.nan, 0), LABELS, "NaN"),
        (FLAT, np.zeros(400, int), "1 class"),
        (FLAT, np.arange(400) % 11, "11 classes"),
        (FLAT, LABELS + 0.5, "continuous|[Uu]nknown label"),
    ],
)
def test_bad_input(X, y, words):
    with pytest.raises(ValueError, match=words):
        quick().fit(X, y)


def test_lazy():
    assert libdigit.sklearn.DigitClassifier is DigitClassifier
