"""``fit(progress=True)``: a bar for each epoch, where somebody can see it."""

import re
import sys

import pytest
from conftest import make_samples, run_python

from libdigit import Model
from libdigit._progress_bar import ProgressBar

tqdm = pytest.importorskip("tqdm")
IMAGES, LABELS = make_samples(200)


class Terminal:
    """A stream that says it is one."""

    encoding = "utf-8"

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass

    def isatty(self):
        return True


def test_bars(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    history = Model("dense 10").fit(
        IMAGES, LABELS, epochs=3, validation=(IMAGES, LABELS), progress=True
    )
    monkeypatch.undo()
    assert len(history) == 3
    lines = [line.rpartition("\r")[2] for line in terminal.text.splitlines()]
    ended = [line for line in lines if "validation" in line]
    assert [line[:9] for line in ended] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    for line, one in zip(ended, history):
        assert "100%" in line and "200/200" in line
        assert f"loss {one.loss:.4f}, accuracy {one.accuracy:.2%}" in line
        assert f"validation {one.validation_accuracy:.2%}" in line


def test_nobody_sees_it(capfd):
    Model("dense 10").fit(IMAGES, LABELS, epochs=1, progress=True)
    Model("dense 10").fit(IMAGES, LABELS, epochs=1, progress=False)
    assert capfd.readouterr() == ("", "")


def test_bar_is_closed_when_training_fails(monkeypatch):
    closed = []
    monkeypatch.setattr(ProgressBar, "close", lambda self: closed.append(self))
    with pytest.raises(ValueError):
        Model("dense 10").fit(IMAGES, LABELS, epochs=0, progress=True)
    with pytest.raises(TypeError):
        Model("dense 10").fit(IMAGES.astype(int), LABELS, progress=True)
    assert len(closed) >= 2


def test_without_tqdm():
    code = (
        "import sys; sys.modules['tqdm'] = None; import numpy as np, libdigit\n"
        "libdigit.Model('dense 10').fit(np.zeros((1, 784), 'u1'), [1], progress=True)"
    )
    done = run_python(code)
    assert re.search(r"ImportError: .*pip install 'libdigit\[progress\]'", done.stderr)
