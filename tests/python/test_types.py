"""Types: the package is clean under mypy --strict, and tells its users theirs."""

import subprocess
import sys

import pytest
from conftest import ROOT

pytest.importorskip("mypy")

USE = """
import numpy as np
import libdigit

model = libdigit.Model.pretrained()
reveal_type(model.predict(np.zeros((1, 784), np.uint8)))
reveal_type(model.info.parameters)
reveal_type(libdigit.normalize("picture.png"))
reveal_type(model.fit([], []))
from libdigit import keras, onnx, torch
reveal_type(keras.load("x.h5"))
reveal_type(onnx.load("x.onnx"))
reveal_type(torch.load("x.safetensors"))
"""

EXPECTED = [
    "ndarray[tuple[Any, ...], dtype[signedinteger[_64Bit]]]",
    "int",
    "ndarray[tuple[Any, ...], dtype[unsignedinteger[_8Bit]]]",
    "list[libdigit._results.Progress]",
    *["libdigit.model.Model"] * 3,
]


def mypy(*arguments, folder):
    command = [sys.executable, "-m", "mypy", "--cache-dir", folder / "cache", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_package_is_clean(tmp_path):
    done = mypy(folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Success" in done.stdout


def test_users_see_types(tmp_path):
    path = tmp_path / "use.py"
    path.write_text(USE)
    done = mypy("--strict", path, folder=tmp_path)
    assert done.returncode == 0, done.stdout
    shown = [line.split('"')[1] for line in done.stdout.splitlines() if "Revealed type" in line]
    assert shown == EXPECTED or len(shown) == 7 and "Any" not in (shown[1], *shown[3:])


WRONG = """
import libdigit

model = libdigit.Model.pretrained()
model.fit([], [], epohcs=3)
model.fit([], [], epochs="3")
model.adapt([], [], epohcs=3)
model.adapt([], [], epochs="3")
"""


def test_wrong_options_are_found(tmp_path):
    path = tmp_path / "wrong.py"
    path.write_text(WRONG)
    done = mypy("--strict", path, folder=tmp_path)
    lines = [int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error: " in line]
    assert lines == [5, 6, 7, 8], done.stdout
