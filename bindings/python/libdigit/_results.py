"""Types of the results of `Model`'s methods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._prototypes import DIGIT_CLASSES

__all__ = ["Metrics", "ModelInfo", "PREDICTION", "Progress"]

#: dtype of the result of `Model.predict_full`: the C struct ``digit_prediction``.
PREDICTION = np.dtype(
    [
        ("digit", np.int32),
        ("flags", np.uint32),
        ("confidence", np.float32),
        ("other", np.float32),
        ("probabilities", np.float32, (DIGIT_CLASSES,)),
    ]
)


@dataclass(frozen=True)
class ModelInfo:
    """Facts about a model.

    Attributes
    ----------
    architecture : str
        The list of layers.
    parameters : int
        Number of weights.
    sample_ops : int
        Multiply-adds to predict one sample.
    trained_on : str
        Description of the training data; empty if unknown.
    licence : str
        Licence of the weights; empty if unknown.
    preparation : int
        Version of the preprocessing that `Model.normalize` applies.
    rejects : bool
        Whether the model has a reject class: an output for what is no digit.
    """

    architecture: str
    parameters: int
    sample_ops: int
    trained_on: str
    licence: str
    preparation: int
    rejects: bool


@dataclass(frozen=True, eq=False)
class Metrics:
    """The result of `Model.evaluate`.

    Attributes
    ----------
    count : int
        Number of samples.
    correct : int
        Number of samples that were classified right.
    accuracy : float
        ``correct / count``, 0..1; NaN without samples.
    loss : float
        Mean cross-entropy, in nats.
    confusion : ndarray of int64, shape (10, 10)
        Confusion matrix: number of samples by label (row) and prediction (column).
    """

    count: int
    correct: int
    accuracy: float
    loss: float
    confusion: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Progress:
    """The state of a training, during or at the end of an epoch.

    Attributes
    ----------
    epoch : int
        The present epoch, from 1.
    epochs : int
        Number of epochs.
    samples_done, samples_total : int
        Samples of this epoch so far, and in all.
    loss : float
        Mean cross-entropy over this epoch so far, in nats.
    accuracy : float
        Share of samples classified right in this epoch so far, 0..1.
    validation_accuracy : float
        Accuracy on the validation samples after the last epoch that ended, 0..1;
        NaN before the first, or without validation samples.
    seconds : float
        Time since the training began.
    """

    epoch: int
    epochs: int
    samples_done: int
    samples_total: int
    loss: float
    accuracy: float
    validation_accuracy: float
    seconds: float
