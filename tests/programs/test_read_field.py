"""read-field: one box of a picture, with Luhn or a pattern."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from conftest import PICTURES, complaint, run

FORM = PICTURES / "forms" / "membership.jpg"

pytestmark = pytest.mark.skipif(
    not (Path(os.environ.get("DIGIT_BUILD", "")) / "examples" / "read-field").exists(),
    reason="read-field was not built: libleptonica-dev is missing")


def field(label: str) -> tuple[str, str]:
    """A number of the form, and its box with a margin as on a command line."""
    fields: list[dict[str, Any]] = json.loads(
        FORM.with_name("membership.expected.json").read_text(encoding="utf-8"))
    [one] = [each for each in fields if each.get("field") == label]
    x, y, width, height = one["box"]
    return one["text"], f"{x - 8},{y - 8},{width + 16},{height + 16}"


@pytest.mark.parametrize("label, rule", [("Member number", "luhn"), ("Postcode", "ddddd")])
def test_valid(label: str, rule: str) -> None:
    text, box = field(label)
    result = run("read-field", FORM, box, rule)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{text}\n", "")


def test_not_valid() -> None:
    """Five digits, of which no text has a sign."""
    _, box = field("Postcode")
    result = run("read-field", FORM, box, "dd/dd/dddd")
    assert (result.returncode, result.stderr) == (1, "") and result.stdout.strip()


def test_what_can_not_be_read(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"rubbish that goes on")
    complaint(run("read-field", bad, "0,0,9,9", "luhn"), 2, "bad.png")
    complaint(run("read-field", tmp_path / "none.png", "0,0,9,9", "luhn"), 2, "none.png")
    complaint(run("read-field", FORM, "0,0,9,9", "luhn"), 2, "no digit")
    complaint(run("read-field", FORM, "0,0,9,9", "d["), 2, "pattern")


@pytest.mark.parametrize("arguments", [
    (), (FORM,), (FORM, "0,0,9,9"), (FORM, "0,0,9", "luhn"), (FORM, "0,0,9,9,", "luhn"),
    (FORM, "0,0,0,9", "luhn"), (FORM, "0,0,9,9", "luhn", "more"),
])
def test_usage(arguments: tuple[object, ...]) -> None:
    complaint(run("read-field", *arguments), 2, "usage: read-field")
