"""``digit eval``: how well a model does on labelled pictures."""

from __future__ import annotations

import argparse
import math
from typing import Any

import numpy as np

from .. import Metrics, Model
from ._common import print_json, whole
from ._data import add_data_options, load_data
from ._draw import sample_lines
from ._models import open_model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="FILE", help="model to judge (the built-in one)")
    parser.add_argument(
        "--worst", metavar="N", type=whole(0, 1_000_000), default=3, help="mistakes to draw"
    )
    parser.add_argument(
        "--threads", metavar="N", type=whole(0, 256), default=0, help="0 = one per CPU"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("images", metavar="IMAGES", help="IDX file; or folder, .npz, .csv")
    parser.add_argument("labels", metavar="LABELS", nargs="?", help="IDX file")
    add_data_options(parser)


def run(options: argparse.Namespace) -> int:
    model = open_model(options.model)
    model.threads = options.threads
    images, labels = load_data(options.images, options.labels, model, options)
    metrics = model.evaluate(images, labels)
    if options.json:
        print_json(
            {
                "count": metrics.count,
                "correct": metrics.correct,
                "accuracy": 0.0 if math.isnan(metrics.accuracy) else metrics.accuracy,
                "loss": metrics.loss,
                "confusion": metrics.confusion.tolist(),
            },
            17,
        )
        return 0
    _print_table(metrics)
    _print_worst(model, images, labels, options.worst)
    return 0


def _print_table(metrics: Metrics) -> None:
    share = metrics.correct / metrics.count if metrics.count else 0.0
    print(f"accuracy  {100 * share:.2f} % ({metrics.correct} of {metrics.count})")
    print(f"loss      {metrics.loss:.4f}\n\nlabel  taken for")
    print("     " + "".join(f"{answer:7d}" for answer in range(10)) + "     right")
    for label, row in enumerate(metrics.confusion):
        cells = "".join(f"{count:7d}" if count else "      ." for count in row)
        right = row[label] / row.sum() if row.sum() else 0.0
        print(f"{label:5d}{cells}  {100 * right:6.2f} %")


def _print_worst(model: Model, images: Any, labels: Any, worst: int) -> None:
    answers = model.predict_full(images)
    wrong = np.flatnonzero(answers["digit"] != labels)
    of_label = answers["probabilities"][np.arange(len(labels)), labels]
    wrong = wrong[np.argsort(of_label[wrong], kind="stable")]
    if len(wrong) and worst:
        print(f"\nThe worst mistakes, {min(worst, len(wrong))} of {len(wrong)}:")
    for index in wrong[:worst]:
        digit, label = int(answers["digit"][index]), int(labels[index])
        taken, right = answers["probabilities"][index][[digit, label]]
        print(f"\npicture {index}: a {label} taken for a {digit} ", end="")
        print(f"({100 * taken:.1f} %; {label}: {100 * right:.1f} %)")
        for line in sample_lines(images[index].reshape(28, 28)):
            print(("  " + line).rstrip())
