"""draw and draw.py: drawn in with a mouse."""
from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Iterator

import numpy as np
import pytest
from PIL import Image

from desk import Display, Running, run, until
from strokes import placed

TITLE = "libdigit: draw a digit"
PAPER = (slice(0, 420), slice(0, 420))  # of a window at 0, 0
PANEL = (slice(0, 420), slice(430, 680))
HELP = (slice(424, 454), slice(0, 690))
NAMES = ["draw", "draw.py"]


@pytest.fixture(name="name", params=NAMES)
def fixture_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(name="drawn")
def fixture_drawn(tmp_path: Path) -> Path:
    return tmp_path / "drawn"


@pytest.fixture(name="window")
def fixture_window(name: str, display: Display, drawn: Path) -> Iterator[Running]:
    running = Running(display, TITLE, name, "--output", drawn)
    yield running
    running.kill()


def draw(window: Running, digit: int) -> str:
    """What is printed after the last stroke."""
    answer = ""
    for stroke in placed(digit, 90, 60, 280):
        window.display.trace(stroke)
        answer = window.line()
    return answer


def quit_by(window: Running, key: str = "q") -> None:
    window.display.press(key)
    status, errors = window.end()
    assert (status, errors) == (0, "")


def test_ten_digits(window: Running) -> None:
    answers = {}
    for digit in range(10):
        answers[digit] = draw(window, digit)
        window.display.press("c")
    quit_by(window)
    for digit, answer in answers.items():
        assert re.fullmatch(rf"{digit} \(\d+\.\d %\)", answer), answers


def test_json(name: str, display: Display) -> None:
    window = Running(display, TITLE, name, "--json", "--pen", 20)
    answer = json.loads(draw(window, 7))
    assert (answer["digit"], answer["blank"]) == (7, False)
    assert 0.5 < answer["confidence"] <= answer["probabilities"][7] <= 1
    assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)
    quit_by(window, "Escape")


def test_answers_while_the_button_is_down(window: Running) -> None:
    display = window.display
    empty = display.pixels()
    display.drag(placed(7, 90, 60, 280)[0][:2], release=False)
    until("an answer", lambda: (display.pixels()[PANEL] != empty[PANEL]).any())
    first = display.pixels()
    display.do("mousemove", 210, 320)
    until("another answer", lambda: (display.pixels()[PANEL] != first[PANEL]).sum() > 500)
    assert window.rest() == [], "printed when the button is let go"
    display.do("mouseup", 1)
    assert window.line().startswith("7 ")
    assert (empty[HELP].max(axis=2) < 128).sum() > 300, "keys are shown"
    quit_by(window)


def ink(display: Display) -> int:
    return int((display.pixels()[PAPER].max(axis=2) < 128).sum())


def test_thickness_and_clear(window: Running) -> None:
    display = window.display
    areas = []
    for keys in ([], ["plus"] * 3, ["minus"] * 20, ["plus"] * 40):
        for key in keys:
            display.press(key)
        display.drag([(100, 210), (300, 210)])
        window.line()
        until("ink", lambda: ink(display) > 0)
        time.sleep(0.1)
        areas.append(ink(display))
        display.press("c")
        until("clean paper", lambda: ink(display) == 0)
    usual, thick, thinnest, thickest = (area / 200 for area in areas)
    assert 24 < usual < 32 and usual + 8 < thick < usual + 18
    assert 2 < thinnest < 7 and 55 < thickest < 80
    quit_by(window)


def test_a_stroke_that_leaves_the_window(window: Running) -> None:
    window.display.drag([(200, 100), (200, 300), (900, 700)])
    window.display.do("mousemove", 100, 100)  # OpenCV 5 tells of the button only now
    assert re.fullmatch(r"(\d \(.*%\)|blank)", window.line())
    assert not window.gone()
    quit_by(window)


def test_saving(window: Running, drawn: Path) -> None:
    display = window.display
    display.press("s")
    assert not drawn.exists(), "there is nothing to save yet"
    assert draw(window, 3).startswith("3 ")
    display.press("s")
    until("a sample", (drawn / "3" / "00001.png").exists)
    kept = (drawn / "3" / "00001.png").read_bytes()
    for key in ("8", "3", "s"):
        display.press(key)
    until("all samples", (drawn / "3" / "00003.png").exists)
    quit_by(window)
    files = sorted(str(path.relative_to(drawn)) for path in drawn.rglob("*.png"))
    assert files == ["3/00001.png", "3/00002.png", "3/00003.png", "8/00001.png"]
    assert (drawn / "3" / "00001.png").read_bytes() == kept, "not written over"
    with Image.open(drawn / "3" / "00001.png") as image:
        sample = np.asarray(image)
    assert sample.shape == (28, 28) and sample.max() > 200 and sample[0, 0] == 0


def test_saving_that_fails(name: str, display: Display, tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("kept")
    window = Running(display, TITLE, name, "--output", occupied)
    assert draw(window, 1).startswith("1 ")
    display.press("s")
    assert not window.gone(), "one can go on drawing"
    display.press("q")
    status, errors = window.end()
    assert status == 0 and errors.count("\n") == 1 and str(occupied) in errors
    assert occupied.read_text() == "kept"


# ---- What can be wrong ------------------------------------------------------


@pytest.mark.parametrize("display_name", [None, "", ":9999"])
def test_no_display(name: str, display_name: str | None) -> None:
    result = run(name, display=display_name)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{name}: no window can be opened")
    assert result.stderr.count("\n") == 1


def test_bad_models(name: str, display: Display, tmp_path: Path) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"rubbish" * 9)
    for model in (bad, tmp_path / "none.safetensors", tmp_path):
        result = run(name, "--model", model, display=display.name)
        assert (result.returncode, result.stdout) == (1, "")
        assert str(model) in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [
    ["--pen", "3"], ["--pen", "61"], ["--pen", "x"], ["--frobnicate"], ["picture.png"]])
def test_usage(name: str, arguments: list[str]) -> None:
    result = run(name, *arguments)
    assert result.returncode == 2 and result.stdout == ""
    assert arguments[0] in result.stderr


def test_help(name: str) -> None:
    text = run(name, "--help").stdout
    for word in ("--model", "--output", "--pen", "--json", "clear", "quit"):
        assert word in text


@pytest.mark.parametrize("name, redirection, words", [
    ("draw", ">/dev/full", "standard output"), ("draw", ">&-", "standard output"),
    ("draw.py", ">/dev/full", "No space left")])
def test_standard_output_that_cannot_be_written(name: str, redirection: str, words: str,
                                                display: Display) -> None:
    """Closed, its number must not go to the connection with the display."""
    window = Running(display, TITLE, name, redirection=redirection)
    display.drag([(200, 100), (200, 300)])
    until("ink, or the end", lambda: window.gone() or ink(display) > 0)
    if not window.gone():
        display.press("q")
    status, errors = window.end()
    assert status == 1 and words in errors and "Traceback" not in errors
