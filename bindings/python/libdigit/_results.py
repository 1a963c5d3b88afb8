"""What the methods of a model give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._prototypes import DIGIT_CLASSES

__all__ = ["Metrics", "ModelInfo", "PREDICTION", "Progress"]

#: dtype of what `Model.predict_full` gives: a ``digit_prediction`` of the library.
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
        The full list of layers.
    parameters : int
        Number of trained weights.
    sample_ops : int
        Multiply-adds to predict one sample.
    trained_on : str
        What it was trained on, in words; empty if unknown.
    licence : str
        Of the weights; empty if unknown.
    preparation : int
        Version of the sample preparation it expects (`Model.normalize`).
    rejects : bool
        Whether it can tell that something is no digit.
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
    """How well a model does on labelled samples.

    Attributes
    ----------
    count : int
        Samples judged.
    correct : int
        Of them, classified right.
    accuracy : float
        ``correct / count``, 0..1; NaN if nothing was judged.
    loss : float
        Mean cross-entropy, in nats.
    confusion : ndarray of int64, shape (10, 10)
        How many samples of a label (row) got an answer (column).
    """

    count: int
    correct: int
    accuracy: float
    loss: float
    confusion: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Progress:
    """How far training has come.

    Attributes
    ----------
    epoch : int
        The epoch at work, from 1.
    epochs : int
        How many there will be.
    samples_done, samples_total : int
        Of this epoch.
    loss : float
        Mean cross-entropy over this epoch so far, in nats.
    accuracy : float
        Likewise, 0..1.
    validation_accuracy : float
        Of the last epoch that ended, 0..1; NaN before, or without validation
        samples.
    seconds : float
        Since training began.
    """

    epoch: int
    epochs: int
    samples_done: int
    samples_total: int
    loss: float
    accuracy: float
    validation_accuracy: float
    seconds: float
