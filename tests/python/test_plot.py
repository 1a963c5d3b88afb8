"""Pictures for people: that each is drawn, and shows the numbers it should."""

import numpy as np
import pytest
from conftest import make_samples

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

import libdigit  # noqa: E402
from libdigit import Model, plot  # noqa: E402

IMAGES, LABELS = make_samples(300)


@pytest.fixture(scope="module")
def run():
    model = Model("conv 6x3 relu maxpool 2 dense 10", seed=1)
    history = model.fit(IMAGES, LABELS, epochs=3, batch=20, validation=(IMAGES, LABELS))
    return model, history


@pytest.fixture(autouse=True)
def drawn(tmp_path):
    """Every figure can be written."""
    yield
    for number in plt.get_fignums():
        plt.figure(number).savefig(tmp_path / f"{number}.png", dpi=50)
    plt.close("all")


def test_learning_curves(run):
    loss, accuracy = plot.learning_curves(run[1])
    assert np.allclose(loss.lines[0].get_ydata(), [one.loss for one in run[1]])
    assert list(loss.lines[0].get_xdata()) == [1, 2, 3]
    assert len(accuracy.lines) == 2
    with pytest.raises(ValueError, match="no epoch"):
        plot.learning_curves([])


def test_without_validation():
    history = Model("dense 10").fit(IMAGES, LABELS, epochs=2)
    assert len(plot.learning_curves(history)[1].lines) == 1


def test_confusion_matrix(run):
    metrics = run[0].evaluate(IMAGES, LABELS)
    for given in (metrics, metrics.confusion):
        axes = plot.confusion_matrix(given)
        shown = {text.get_position(): int(text.get_text()) for text in axes.texts}
        filled = zip(*np.nonzero(metrics.confusion))
        assert shown == {(a, b): metrics.confusion[b, a] for b, a in filled}
    for wrong in (np.zeros((2, 2), int), np.zeros((10, 10))):
        with pytest.raises(ValueError, match="metrics"):
            plot.confusion_matrix(wrong)


def test_predictions(run):
    axes = plot.predictions(run[0], IMAGES[:7], LABELS[:7], columns=3)
    assert axes.shape == (7, 2)
    widths = [bar.get_width() for bar in axes[2, 1].patches]
    assert np.allclose(widths, run[0].predict_proba(IMAGES[2:3])[0])
    assert np.array_equal(axes[2, 0].images[0].get_array(), IMAGES[2])
    plot.predictions(run[0], IMAGES[:1] / 255)
    for images in (IMAGES[:0], IMAGES[:201]):
        with pytest.raises(ValueError, match="1 to 200"):
            plot.predictions(run[0], images)


def test_worst_mistakes(run):
    wrong = (LABELS + 1) % 10
    axes = plot.worst_mistakes(run[0], IMAGES, wrong, count=4)
    assert axes.shape == (4, 2)
    of_label = run[0].predict_proba(IMAGES)[np.arange(300), wrong]
    answers = run[0].predict(IMAGES)
    worst = np.where(answers != wrong, of_label, 2).argmin()
    assert np.array_equal(axes[0, 0].images[0].get_array(), IMAGES[worst])
    assert f"is {wrong[worst]}" in axes[0, 0].get_title()
    assert plot.worst_mistakes(run[0], IMAGES, answers).shape == (0, 2)


def test_reliability(run):
    axes = plot.reliability(run[0], IMAGES, LABELS, bins=5)
    answers = run[0].predict_full(IMAGES)
    right, confidence = answers["digit"] == LABELS, answers["confidence"]
    error = 0.0
    for low in range(5):
        inside = (confidence >= low / 5) & (confidence < (low + 1) / 5 + (low == 4))
        if inside.any():
            error += abs(right[inside].mean() - confidence[inside].mean()) * inside.mean()
    assert f"calibration error {error:.2%}" in axes.get_title()
    with pytest.raises(ValueError):
        plot.reliability(run[0], IMAGES[:0], LABELS[:0])


def test_filters(run):
    axes = plot.filters(run[0])
    assert len(axes) == 6 and axes[0].images[0].get_array().shape == (3, 3)
    with pytest.raises(ValueError, match="'dense'"):
        plot.filters(Model("dense 10"))


def test_saliency(run):
    axes = plot.saliency(run[0], IMAGES[0])
    change = axes.images[1].get_array()
    digit = LABELS[0]
    row, column = divmod(int(digit), 4)
    inside = change[7 * row : 7 * row + 7, 7 * column : 7 * column + 7]
    outside = change.sum() - inside.sum()
    assert inside.mean() > abs(outside) / (change.size - inside.size), "it looks at the cell"
    for window in (0, 29):
        with pytest.raises(ValueError, match="window"):
            plot.saliency(run[0], IMAGES[0], window=window)


def test_into_what_is_given(run):
    figure, axes = plt.subplots(1, 2)
    assert plot.reliability(run[0], IMAGES, LABELS, axes=axes[0]) is axes[0]
    assert plot.saliency(run[0], IMAGES[0], axes=axes[1]) is axes[1]
    other = plt.figure()
    assert plot.learning_curves(run[1], figure=other)[0].figure is other


def test_lazy():
    assert libdigit.plot is plot
