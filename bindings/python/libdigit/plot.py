"""Figures: how a training went, what a model gets right and wrong, and why.

    >>> libdigit.plot.learning_curves(history)               # doctest: +SKIP
    >>> libdigit.plot.worst_mistakes(model, images, labels)  # doctest: +SKIP

Every function draws into the given ``axes`` or ``figure``, or into a new figure
of pyplot, and returns the axes. ``pyplot.show()`` shows the figure,
``axes.figure.savefig(path)`` saves it. Needs matplotlib (``pip install
'libdigit[plot]'``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ._modelfile import take_apart
from ._prototypes import DIGIT_CLASSES, DIGIT_SAMPLE_SIDE
from ._results import Metrics, Progress
from ._samples import labels_of, samples_of
from .model import Model

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "confusion_matrix",
    "filters",
    "learning_curves",
    "predictions",
    "reliability",
    "saliency",
    "worst_mistakes",
]

_SIDE = DIGIT_SAMPLE_SIDE
# Distinguishable for colour-blind readers, and in grey.
_BLUE, _ORANGE, _GREY = "#0b6fb0", "#c8500a", "#9a9a9a"
_INK = "gray_r"  # samples as ink on paper


def learning_curves(
    history: Sequence[Progress], *, figure: Optional[Figure] = None
) -> npt.NDArray[Any]:
    """Loss and accuracy over the epochs of a training.

    Parameters
    ----------
    history : list of Progress
        The result of `Model.fit`.
    figure : matplotlib.figure.Figure, optional
        Where to draw.

    Returns
    -------
    ndarray of Axes, shape (2,)
    """
    if not history:
        raise ValueError("history: no epoch has ended")
    figure = figure or plt.figure(figsize=(8, 3), layout="constrained")
    loss, accuracy = axes = figure.subplots(1, 2)
    epochs = [one.epoch for one in history]
    loss.plot(epochs, [one.loss for one in history], "o-", color=_BLUE)
    loss.set(xlabel="epoch", ylabel="loss (nats)", title="Loss in training")
    accuracy.plot(epochs, [one.accuracy for one in history], "o-", color=_BLUE, label="training")
    validation = [one.validation_accuracy for one in history]
    if not all(math.isnan(value) for value in validation):
        accuracy.plot(epochs, validation, "s--", color=_ORANGE, label="validation")
    accuracy.set(xlabel="epoch", ylabel="share right", title="Accuracy")
    accuracy.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    accuracy.legend(frameon=False)
    for one in axes:
        one.xaxis.set_major_locator(MaxNLocator(integer=True))
        _open_frame(one)
    return np.asarray(axes)


def confusion_matrix(
    metrics: Union[Metrics, npt.NDArray[Any]], *, axes: Optional[Axes] = None
) -> Axes:
    """The confusion matrix: how often each digit is classified as which.

    Parameters
    ----------
    metrics : Metrics or array of integers, shape (10, 10)
        The result of `Model.evaluate`, or its ``confusion``: a row for each
        label, a column for each prediction.
    axes : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Numbers are counts of samples. Shades are shares of the label's samples,
        mistakes in orange.
    """
    counts = np.asarray(metrics.confusion if isinstance(metrics, Metrics) else metrics)
    if counts.shape != (DIGIT_CLASSES, DIGIT_CLASSES) or counts.dtype.kind not in "iu":
        raise ValueError(f"metrics: expected (10, 10) integers, got {counts.shape} {counts.dtype}")
    axes = axes or _new_axes((5.4, 5))
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    right = np.eye(DIGIT_CLASSES, dtype=bool)
    # Mistakes are few: the square root of their share is visible, the share is not.
    mistakes = np.where(right | (counts == 0), np.nan, np.sqrt(shares))
    axes.imshow(mistakes, cmap="Oranges", vmin=0, vmax=0.5)
    axes.imshow(np.where(right, shares, np.nan), cmap="Blues", vmin=0, vmax=1.6)
    for label, answer in zip(*np.nonzero(counts)):
        axes.text(answer, label, str(counts[label, answer]), ha="center", va="center", fontsize=8)
    axes.set(xlabel="answer", ylabel="label", title="Confusion matrix")
    axes.set_xticks(range(DIGIT_CLASSES))
    axes.set_yticks(range(DIGIT_CLASSES))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return axes


def predictions(
    model: Model,
    images: Any,
    labels: Any = None,
    *,
    columns: int = 5,
    figure: Optional[Figure] = None,
) -> npt.NDArray[Any]:
    """Samples, each with the probabilities of the ten digits.

    Parameters
    ----------
    model : Model
        The model that predicts.
    images : array, shape (n, 28, 28)
        1 to 200 samples; see `Model.predict_full`.
    labels : array of integers, shape (n,), optional
        The right digits. Wrong predictions are drawn in orange.
    columns : int, optional
        Samples in a row.
    figure : matplotlib.figure.Figure, optional
        Where to draw.

    Returns
    -------
    ndarray of Axes, shape (n, 2)
        For each sample, the picture and the bars.
    """
    samples = samples_of(images).reshape(-1, _SIDE, _SIDE)
    answers = model.predict_full(samples)
    right = None if labels is None else labels_of(labels, len(samples))
    return _grid(samples, answers, right, columns, figure)


def worst_mistakes(
    model: Model,
    images: Any,
    labels: Any,
    *,
    count: int = 15,
    columns: int = 5,
    figure: Optional[Figure] = None,
) -> npt.NDArray[Any]:
    """The misclassified samples whose right digit has the lowest probabilities.

    Parameters
    ----------
    model : Model
        The model that predicts.
    images : array, shape (n, 28, 28)
        See `Model.predict_full`.
    labels : array of integers, shape (n,)
        The right digits.
    count : int, optional
        The greatest number of samples to show.
    columns : int, optional
        Samples in a row.
    figure : matplotlib.figure.Figure, optional
        Where to draw.

    Returns
    -------
    ndarray of Axes, shape (m, 2)
        Worst first; empty if there is no mistake.
    """
    samples = samples_of(images).reshape(-1, _SIDE, _SIDE)
    right = labels_of(labels, len(samples))
    answers = model.predict_full(samples)
    of_label = answers["probabilities"][np.arange(len(samples)), right]
    wrong = np.flatnonzero(answers["digit"] != right)
    worst = wrong[np.argsort(of_label[wrong], kind="stable")][:count]
    if len(worst) == 0:
        return np.empty((0, 2), object)
    return _grid(samples[worst], answers[worst], right[worst], columns, figure)


def reliability(
    model: Model, images: Any, labels: Any, *, bins: int = 10, axes: Optional[Axes] = None
) -> Axes:
    """The reliability diagram: whether predictions are right as often as their confidence says.

    Parameters
    ----------
    model : Model
        The model that predicts.
    images : array, shape (n, 28, 28)
        See `Model.predict_full`.
    labels : array of integers, shape (n,)
        The right digits.
    bins : int, optional
        Number of intervals of confidence.
    axes : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        The title has the expected calibration error: the mean difference between
        confidence and accuracy, weighted by the number of samples in each bin.
    """
    samples = samples_of(images)
    right = labels_of(labels, len(samples))
    if len(samples) == 0 or bins < 1:
        raise ValueError(f"reliability: {len(samples)} samples in {bins} bins")
    answers = model.predict_full(samples)
    confidence = answers["confidence"].astype(np.float64)
    hit = answers["digit"] == right
    group = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(group, minlength=bins)
    filled = count > 0
    mean = np.bincount(group, confidence, bins)[filled] / count[filled]
    share = np.bincount(group, hit, bins)[filled] / count[filled]
    error = float((np.abs(share - mean) * count[filled]).sum() / len(samples))
    axes = axes or _new_axes((4.6, 4.2))
    axes.plot([0, 1], [0, 1], ":", color=_GREY, label="what confidence promises")
    spread = np.sqrt(share * (1 - share) / count[filled])
    axes.errorbar(mean, share, spread, fmt="o-", color=_BLUE, capsize=2, label="what came true")
    axes.set(xlabel="mean confidence", ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.set_title(f"Reliability, calibration error {error:.2%}")
    axes.legend(frameon=False, loc="upper left")
    _open_frame(axes)
    return axes


def filters(
    model: Model, *, columns: int = 8, figure: Optional[Figure] = None
) -> npt.NDArray[Any]:
    """The filters of the first convolution.

    Parameters
    ----------
    model : Model
        A model whose first layer is a convolution.
    columns : int, optional
        Filters in a row.
    figure : matplotlib.figure.Figure, optional
        Where to draw.

    Returns
    -------
    ndarray of Axes, shape (number of filters,)
        Positive weights are purple, negative ones orange, on one scale for all.
    """
    parts = take_apart(model, other="keep")
    if parts.layers[0].word != "conv":
        raise ValueError(f"model: its first layer is '{parts.layers[0].word}', not 'conv'")
    weights = parts.tensors["0.weight"][:, 0]
    rows = -(-len(weights) // columns)
    figure = figure or plt.figure(figsize=(0.8 * columns, 0.8 * rows + 0.4), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, columns, squeeze=False)).ravel()
    largest = float(np.abs(weights).max()) or 1.0
    for one in axes:
        one.axis("off")
    for one, weight in zip(axes, weights):
        one.imshow(weight, cmap="PuOr", vmin=-largest, vmax=largest)
    figure.suptitle("Filters of the first layer", fontsize=11)
    return axes[: len(weights)]


def saliency(
    model: Model, image: Any, *, window: int = 5, axes: Optional[Axes] = None
) -> Axes:
    """Occlusion saliency: how much each part of a sample supports the prediction.

    A patch of the mean grey covers each place in turn. The colour of a place is
    the fall of the log odds of the prediction: purple where it becomes less
    likely without the place, orange where it becomes more likely.

    Parameters
    ----------
    model : Model
        The model that predicts.
    image : array, shape (28, 28)
        One sample.
    window : int, optional
        Side of the patch, 1 to 28 pixels.
    axes : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    sample = samples_of(np.asarray(image)[np.newaxis]).reshape(_SIDE, _SIDE)
    if not 1 <= window <= _SIDE:
        raise ValueError(f"window: expected 1..{_SIDE}, got {window}")
    answer = model.predict_full(sample[np.newaxis])[0]
    change = _occluded(model, sample, int(answer["digit"]), window)
    axes = axes or _new_axes((4.4, 4))
    largest = max(float(np.abs(change).max()), 1e-3)
    axes.imshow(sample, cmap=_INK, vmin=0, vmax=255)
    shown = axes.imshow(change, cmap="PuOr", vmin=-largest, vmax=largest, alpha=0.65)
    axes.figure.colorbar(shown, ax=axes, label="fall of the log odds", shrink=0.8)
    axes.set_title(f"What makes it a {answer['digit']} ({answer['confidence']:.1%})")
    axes.axis("off")
    return axes


def _occluded(
    model: Model, sample: npt.NDArray[np.uint8], digit: int, window: int
) -> npt.NDArray[np.float64]:
    """How much the log odds of `digit` fall when each pixel is covered, [28, 28]."""
    places = _SIDE - window + 1
    covered = np.repeat(sample[np.newaxis], places * places, axis=0)
    grey = np.uint8(sample.mean())
    for index in range(places * places):
        row, column = divmod(index, places)
        covered[index, row : row + window, column : column + window] = grey
    whole = _log_odds(model, sample[np.newaxis], digit)
    fall = (whole - _log_odds(model, covered, digit)).reshape(places, places)
    total, count = np.zeros((_SIDE, _SIDE)), np.zeros((_SIDE, _SIDE))
    for row in range(window):
        for column in range(window):
            total[row : row + places, column : column + places] += fall
            count[row : row + places, column : column + places] += 1
    return total / count


def _log_odds(
    model: Model, samples: npt.NDArray[np.uint8], digit: int
) -> npt.NDArray[np.float64]:
    """Of one digit against the nine others; finite, and exact where it is nearly certain."""
    probabilities = model.predict_proba(samples).astype(np.float64)
    least = np.finfo(np.float32).tiny
    others = np.delete(probabilities, digit, axis=1).sum(1)
    odds = np.maximum(probabilities[:, digit], least) / np.maximum(others, least)
    return np.asarray(np.log(odds))


def _grid(
    samples: npt.NDArray[np.uint8],
    answers: npt.NDArray[np.void],
    labels: Optional[npt.NDArray[np.uint8]],
    columns: int,
    figure: Optional[Figure],
) -> npt.NDArray[Any]:
    count = len(samples)
    if not 1 <= count <= 200 or columns < 1:
        raise ValueError(f"images: expected 1 to 200 in columns, got {count} in {columns}")
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = figure or plt.figure(figsize=(2.4 * columns, 1.5 * rows), layout="constrained")
    ratios = [1.1, 1] * columns
    axes = figure.subplots(rows, 2 * columns, squeeze=False, width_ratios=ratios).reshape(-1, 2)
    for index, pair in enumerate(axes):
        if index < count:
            label = None if labels is None else int(labels[index])
            _draw_answer(pair, samples[index], answers[index], label)
        else:
            for one in pair:
                one.axis("off")
    return np.asarray(axes[:count])


def _draw_answer(
    pair: Any, sample: npt.NDArray[np.uint8], answer: Any, label: Optional[int]
) -> None:
    picture, bars = pair
    digit = int(answer["digit"])
    right = label is None or label == digit
    colour = _BLUE if right else _ORANGE
    picture.imshow(sample, cmap=_INK, vmin=0, vmax=255)
    picture.axis("off")
    title = f"{digit} ({answer['confidence']:.0%})" + ("" if right else f", is {label}")
    picture.set_title(title, fontsize=9, color=colour)
    shades = [colour if one == digit else _GREY for one in range(DIGIT_CLASSES)]
    bars.barh(range(DIGIT_CLASSES), answer["probabilities"], color=shades)
    bars.set(xlim=(0, 1), ylim=(DIGIT_CLASSES - 0.5, -0.5), xticks=[])
    bars.set_yticks(range(DIGIT_CLASSES), range(DIGIT_CLASSES), fontsize=6)
    bars.tick_params(length=0, pad=1)
    bars.spines[["top", "right", "bottom"]].set_visible(False)


def _new_axes(size: tuple[float, float]) -> Axes:
    return plt.figure(figsize=size, layout="constrained").subplots()


def _open_frame(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)
