"""A hundred digits of MNIST, drawn anew by pens of three widths, through the app's own path."""
from __future__ import annotations

import base64
import os
import statistics
import time

import pytest

import answers
import libdigit
from conftest import App, file_of
from strokes import Stroke, mnist_digits, paint, strokes_of

PENS = (10, 20, 30)
AT_LEAST = 96  # of a hundred

pytestmark = pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST is missing")


@pytest.fixture(name="drawn", scope="module")
def fixture_drawn() -> list[tuple[int, list[Stroke]]]:
    return [(digit, strokes_of(image)) for digit, image in mnist_digits(10)]


@pytest.mark.parametrize("pen", PENS)
def test_a_hundred_digits(app: App, drawn: list[tuple[int, list[Stroke]]], pen: int) -> None:
    wrong = []
    for number, (digit, strokes) in enumerate(drawn):
        picture = file_of(paint(strokes, pen))
        url = "data:image/png;base64," + base64.b64encode(picture).decode()
        said = app.call("watch_drawing", url).data[0]["label"]
        if said != str(digit):
            wrong.append((number, digit, said))
    print(f"pen {pen}: {100 - len(wrong)} of 100 right; wrong: {wrong}")
    assert 100 - len(wrong) >= AT_LEAST, wrong


def test_the_apps_own_part(drawn: list[tuple[int, list[Stroke]]]) -> None:
    """From the pixels of a drawing to the label and the picture of the sample: processor time,
    which other work on the machine does not add to.
    """
    model = libdigit.Model.pretrained()
    seconds = []
    for picture in [paint(strokes, 20) for _, strokes in drawn]:
        begin = time.process_time()
        answer = answers.recognise(model, picture)
        answers.label(answer), answers.card(answer)
        seconds.append(time.process_time() - begin)
    print(f"the app's own part: median {1000 * statistics.median(seconds):.2f} ms ")
    assert statistics.median(seconds) < 0.010
