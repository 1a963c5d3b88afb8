"""``digit predict``: which digit a picture shows."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import DigitError, Model
from .._image import pages_of
from .._prototypes import DIGIT_FLAG_BLANK
from ._common import has_colour, message, plain, print_json, whole
from ._draw import bar
from ._models import open_model

_BAR_CELLS = 24


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="FILE", help="model to ask (the built-in one)")
    parser.add_argument(
        "--top", metavar="N", type=whole(0, 10), default=3, help="how many digits to show with bars"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("pictures", metavar="PICTURE", nargs="+", help="'-' is standard input")


def run(options: argparse.Namespace) -> int:
    model = open_model(options.model)
    status = 0
    for name in options.pictures:
        try:
            pages = list(_answers(model, name))
        except DigitError as error:
            message(str(error) if name in str(error) else f"{name}: {error}")
            status = 1
            continue
        for page, answer in enumerate(pages):
            if options.json:
                _print_json(name, page, answer)
            else:
                _print_answer(name + f" page {page}" * (len(pages) > 1), answer, options.top)
    return status


def _answers(model: Model, name: str) -> Iterator[Any]:
    """The prediction for each page."""
    source: Any = sys.stdin.buffer.read() if name == "-" else name
    for pixels in pages_of(source):
        yield model.predict_full(model.normalize(pixels)[np.newaxis])[0]


def _print_json(name: str, page: int, answer: Any) -> None:
    print_json(
        {
            "file": name,
            "page": page,
            "digit": int(answer["digit"]),
            "confidence": float(answer["confidence"]),
            "probabilities": [float(p) for p in answer["probabilities"]],
        },
        9,
    )


def _print_answer(name: str, answer: Any, top: int) -> None:
    if answer["flags"] & DIGIT_FLAG_BLANK:
        print(f"{plain(name)}: blank")
        return
    digit = str(answer["digit"])
    if has_colour(sys.stdout):
        digit = f"\033[1;32m{digit}\033[0m"
    print(f"{plain(name)}: {digit} ({100 * answer['confidence']:.1f} %)")
    probabilities = answer["probabilities"]
    for best in np.argsort(-probabilities, kind="stable")[:top]:
        share = float(probabilities[best])
        print(f"  {best}  {bar(share, _BAR_CELLS)} {100 * share:5.1f} %")
