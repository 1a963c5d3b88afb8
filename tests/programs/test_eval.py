"""digit-eval: figures, table, drawings, JSON."""
from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from conftest import Idx, complaint, environment, idx_bytes, run


def evaluate(model: Path, idx: Idx, *options: object) -> dict:
    result = run("digit-eval", "--model", model, "--json", *options, idx.images, idx.labels)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def test_json(tiny_model: Path, other_idx: Idx) -> None:
    answer = evaluate(tiny_model, other_idx)
    assert list(answer) == ["count", "correct", "accuracy", "loss", "confusion"]
    confusion = np.array(answer["confusion"])
    assert confusion.shape == (10, 10)
    assert answer["count"] == other_idx.count == confusion.sum()
    assert answer["correct"] == np.trace(confusion)
    assert answer["accuracy"] == answer["correct"] / answer["count"] > 0.9
    assert (confusion.sum(axis=1) == other_idx.count // 10).all()
    assert 0 < answer["loss"] < 1


def test_threads_do_not_change_the_answer(tiny_model: Path, other_idx: Idx) -> None:
    assert evaluate(tiny_model, other_idx, "--threads", 1) == evaluate(
        tiny_model, other_idx, "--threads", 3)


@pytest.fixture(name="mislabelled")
def fixture_mislabelled(tmp_path: Path, idx: Idx) -> Idx:
    """The training pictures, four of them under a wrong label."""
    labels = np.frombuffer(idx.labels.read_bytes()[8:], np.uint8).copy()
    labels[[7, 20, 33, 46]] = (labels[[7, 20, 33, 46]] + 5) % 10
    path = tmp_path / "labels"
    path.write_bytes(idx_bytes(labels))
    return Idx(idx.images, path, idx.count)


def test_table_and_drawings(tiny_model: Path, mislabelled: Idx) -> None:
    right = evaluate(tiny_model, mislabelled)
    result = run("digit-eval", "--model", tiny_model, mislabelled.images, mislabelled.labels)
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert lines[0] == (f"accuracy  {100 * right['accuracy']:.2f} % "
                        f"({right['correct']} of {right['count']})")
    rows = [line for line in lines if re.match(r"^ {4}\d( +(\d+|\.)){10} +[\d.]+ %$", line)]
    assert len({len(row) for row in rows}) == 1 and len(rows) == 10, "the columns line up"
    table = [[0 if cell == "." else int(cell) for cell in row.split()[1:11]] for row in rows]
    assert table == right["confusion"]
    drawn = re.findall(r"^picture (\d+): a (\d) taken for a (\d)", result.stdout, re.MULTILINE)
    assert len(drawn) == 3
    assert {int(index) for index, _, _ in drawn} <= {7, 20, 33, 46}
    assert "\u2588" in result.stdout


def test_number_of_drawings(tiny_model: Path, mislabelled: Idx) -> None:
    files = (mislabelled.images, mislabelled.labels)
    for worst, drawn in ((0, 0), (1, 1), (4, 4), (1000, 4)):
        text = run("digit-eval", "--model", tiny_model, "--worst", worst, *files).stdout
        assert text.count("taken for a ") == drawn


def test_drawings_without_utf8(tiny_model: Path, mislabelled: Idx) -> None:
    result = run("digit-eval", "--model", tiny_model, mislabelled.images, mislabelled.labels,
                 env=environment(LC_ALL="C"))
    assert result.stdout.isascii()
    assert re.search(r"[#%@]{3}", result.stdout)


def test_wrong_number_of_files(idx: Idx) -> None:
    complaint(run("digit-eval", idx.images), 2, "LABELS", "try --help")
    complaint(run("digit-eval", idx.images, idx.labels, "x"), 2, "try --help")


def test_bad_files(tiny_model: Path, idx: Idx, tmp_path: Path) -> None:
    missing, text = tmp_path / "missing", tmp_path / "text"
    text.write_text("these are not the bytes you are looking for")
    for images, labels in ((missing, idx.labels), (idx.images, text), (text, idx.labels),
                           (tmp_path, idx.labels), (idx.labels, idx.images)):
        result = run("digit-eval", "--model", tiny_model, images, labels)
        complaint(result, 1, "digit-eval: ")
        assert result.stdout == ""
    complaint(run("digit-eval", "--model", text, idx.images, idx.labels), 1, str(text))
