"""A classifier for scikit-learn.

    >>> from libdigit.sklearn import DigitClassifier               # doctest: +SKIP
    >>> DigitClassifier().fit(X_train, y_train).score(X_test, y_test)  # doctest: +SKIP

Needs scikit-learn 1.6 or later (``pip install 'libdigit[sklearn]'``).
"""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ._prototypes import DIGIT_CLASSES, DIGIT_SAMPLE_BYTES
from ._arguments import Schedule
from ._callbacks import ProgressCallback
from .model import FIT_OPTIONS, Model

__all__ = ["DigitClassifier"]


class DigitClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A network of libdigit as a scikit-learn classifier.

    Parameters
    ----------
    architecture : str, optional
        A preset or a list of layers: see `libdigit.Model`.
    epochs, batch : int, optional
        See `libdigit.Model.fit`; also for the parameters below. None is the
        library's default.
    learning_rate, weight_decay, augment, label_smoothing, average : float, optional
        See `libdigit.Model.fit`.
    schedule : {'cosine', 'constant'}, optional
        See `libdigit.Model.fit`.
    threads : int, optional
        How many threads one call may use; 0 means one per CPU. Results don't
        depend on it.
    random_state : int, RandomState instance or None, optional
        Seed of the initial weights, the order of samples, distortion and dropout.
        None is another seed in each `fit`.
    progress : bool or callable, optional
        See `libdigit.Model.fit`.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        The labels given to `fit`, sorted; two to ten of any kind.
    model_ : libdigit.Model
        The trained model; its output i is the class ``classes_[i]``.
    history_ : list of libdigit.Progress
        One for each epoch.
    n_features_in_ : int
        784.
    n_iter_ : int
        Number of epochs trained.
    """

    def __init__(
        self,
        architecture: str = "keras",
        *,
        epochs: Optional[int] = None,
        batch: Optional[int] = None,
        learning_rate: Optional[float] = None,
        schedule: Optional[Schedule] = None,
        weight_decay: Optional[float] = None,
        augment: Optional[float] = None,
        label_smoothing: Optional[float] = None,
        average: Optional[float] = None,
        threads: int = 1,
        random_state: Any = None,
        progress: Optional[bool | ProgressCallback] = None,
    ) -> None:
        self.architecture = architecture
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.weight_decay = weight_decay
        self.augment = augment
        self.label_smoothing = label_smoothing
        self.average = average
        self.threads = threads
        self.random_state = random_state
        self.progress = progress

    def fit(self, X: Any, y: Any) -> DigitClassifier:
        """Train on labelled samples, from new initial weights.

        Parameters
        ----------
        X : array, shape (n, 784)
            uint8 or other integers 0..255, or floats 0..1; 0 = background.
        y : array, shape (n,)
            Labels of two to ten classes: digits or others.

        Returns
        -------
        DigitClassifier
            The classifier itself.
        """
        X, y = validate_data(self, X, y, dtype="numeric")
        check_classification_targets(y)
        self.classes_, encoded = np.unique(y, return_inverse=True)
        count = len(self.classes_)
        if not 2 <= count <= DIGIT_CLASSES:
            raise ValueError(f"y: {count} class{'es' * (count != 1)}, not 2 to {DIGIT_CLASSES}")
        random = check_random_state(self.random_state)
        seed = int(random.randint(np.iinfo(np.int32).max))
        model = Model(self.architecture, seed=seed)
        model.threads = self.threads
        parameters = self.get_params(deep=False)
        options = {name: parameters[name] for name in FIT_OPTIONS if name in parameters}
        self.history_ = model.fit(self._samples(X), encoded, seed=seed, **options)
        self.model_ = model
        self.n_iter_ = len(self.history_)
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """The probability of each class.

        Parameters
        ----------
        X : array, shape (n, 784)
            See `fit`.

        Returns
        -------
        ndarray of float64, shape (n, n_classes)
            In the order of ``classes_``; each row has the sum 1.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype="numeric", reset=False)
        known = self.model_.predict_proba(self._samples(X))[:, : len(self.classes_)]
        probabilities = known.astype(np.float64)
        # Outputs without a class have next to no probability: the others are scaled to sum 1.
        total = probabilities.sum(1, keepdims=True)
        even = np.full_like(probabilities, 1 / len(self.classes_))
        np.divide(probabilities, total, out=even, where=total > 0)
        return even

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The most probable class of each sample.

        Parameters
        ----------
        X : array, shape (n, 784)
            See `fit`.

        Returns
        -------
        ndarray, shape (n,)
            Values of ``classes_``.
        """
        probabilities = self.predict_proba(X)
        answers: npt.NDArray[Any] = self.classes_[probabilities.argmax(1)]
        return answers

    def _samples(self, X: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Checked features as samples for `libdigit.Model`."""
        if X.shape[1] != DIGIT_SAMPLE_BYTES:
            raise ValueError(
                f"X: {X.shape[1]} features; a sample has {DIGIT_SAMPLE_BYTES}, 28 x 28 pixels"
            )
        if X.dtype.kind in "iu" and X.dtype != np.uint8:
            if X.size and not (0 <= X.min() and X.max() <= 255):
                raise ValueError(f"X: expected integers 0..255, got {X.min()}..{X.max()}")
            return X.astype(np.uint8)
        return X
