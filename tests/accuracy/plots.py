"""What a table can't show as well: calibration and confusion, drawn with Matplotlib."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.int_]
Floats = npt.NDArray[np.float64]


def draw_calibration(path: Path, right: npt.NDArray[np.bool_], sure: Floats) -> None:
    """Bins of equally many samples: nearly all are sure, and the axes are of doubt."""
    import matplotlib.pyplot as plt

    order = np.argsort(-sure)
    tail = order[-2000:]
    bins = np.array_split(tail, 20)
    figure, axes = plt.subplots(figsize=(4.5, 4.2), layout="constrained")
    said = [1 - sure[b].mean() for b in bins]
    found = [1 - right[b].mean() for b in bins]
    least = 1e-4
    axes.plot([least, 1], [least, 1], color="0.7")
    axes.scatter(np.maximum(said, least), np.maximum(found, least), s=18)
    axes.set(xscale="log", yscale="log", xlabel="1 - confidence", ylabel="share wrong",
             title="The 2,000 least sure of 10,000, by hundreds")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def draw_confusion(path: Path, labels: Labels, answers: Labels) -> None:
    import matplotlib.pyplot as plt

    table = np.zeros((10, 10), int)
    np.add.at(table, (labels, answers), 1)
    wrong = table.copy()
    np.fill_diagonal(wrong, 0)
    figure, axes = plt.subplots(figsize=(4.5, 4.2), layout="constrained")
    axes.imshow(wrong, cmap="Oranges")
    for label, answer in np.ndindex(10, 10):
        if table[label, answer]:
            axes.text(answer, label, str(table[label, answer]), ha="center", va="center",
                      fontsize=7)
    axes.set(xticks=range(10), yticks=range(10), xlabel="answer", ylabel="label")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def draw(folder: Path, labels: Labels, answers: Labels, sure: Floats) -> None:
    draw_calibration(folder / "calibration.png", answers == labels, sure)
    draw_confusion(folder / "confusion.png", labels, answers)
