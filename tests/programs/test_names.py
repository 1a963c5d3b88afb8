"""Names of files that would control a terminal, reorder the text around them, or are not UTF-8."""
from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conftest import PICTURES, complaint, environment, model_arguments, program, run

# A name that would control a terminal or the text around it, and what is shown of it.
EVIL = [
    (b"no\x1b[31m\nfile", r"no\x1b[31m\x0afile"),
    (b"c1\xc2\x9b31m", r"c1\u009b31m"),
    (b"\xe2\x80\xaegnp.exe", r"\u202egnp.exe"),
    (b"\xe2\x81\xa6iso\xe2\x80\xa8", r"\u2066iso\u2028"),
    (b"bad\xff\xfeutf", r"bad\xff\xfeutf"),
    (b"\xed\xa0\x80surrogate", r"\xed\xa0\x80surrogate"),
    (b"\xc0\xafoverlong", r"\xc0\xafoverlong"),
    (b"del\x7f\xef\xbf\xbe", r"del\x7f\ufffe"),
    ("caf\u00e9 \u96f6 \U0001f600".encode(), "caf\u00e9 \u96f6 \U0001f600"),
]


@pytest.mark.parametrize(("evil", "shown"), EVIL)
@pytest.mark.parametrize("name", ["digit-train", "digit-eval", "digit-predict", "digit-read"])
def test_control_characters_of_names_do_not_reach_the_terminal(
        name: str, evil: bytes, shown: str, tmp_path: Path) -> None:
    given = os.fsdecode(evil)
    arguments = {"digit-train": ["--images", given, "--labels", given, "--output",
                                 str(tmp_path / "out.safetensors")],
                 "digit-eval": [*model_arguments(), given, given],
                 "digit-predict": [*model_arguments(), given],
                 "digit-read": [*model_arguments(), given]}[name]
    for locale in ("C", "C.UTF-8"):
        complaint(run(name, *arguments, env=environment(LC_ALL=locale)), 1, name, shown)
    complaint(run(name, f"--{given}"), 2, name, shown)


@pytest.mark.parametrize(("evil", "shown"), EVIL)
def test_names_in_every_format(evil: bytes, shown: str, tmp_path: Path) -> None:
    picture = tmp_path / os.fsdecode(evil + b" <&>\"'.png")
    picture.write_bytes((PICTURES / "eight-palette.png").read_bytes())
    ending = " <&>\"'.png"
    for name in ("digit-predict", "digit-read"):
        text = run(name, *model_arguments(), picture)
        assert text.returncode == 0 and f"{shown}{ending}: " in text.stdout, text
        answer = json.loads(run(name, *model_arguments(), "--json", picture).stdout)
        assert answer["file"] == os.fsencode(picture).decode("utf-8", "replace")
    table = run("digit-read", *model_arguments(), "--csv", picture).stdout
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert rows and all(row["file"] == str(picture) for row in rows)
    root = ElementTree.fromstring(run("digit-read", *model_arguments(), "--hocr", picture).stdout)
    assert any(f"{shown}{ending}" in div.get("title", "") for div in root.iter())


def test_csv_on_a_terminal_shows_names_as_text_does(tmp_path: Path) -> None:
    picture = tmp_path / "\x1b[31m.png"
    picture.write_bytes((PICTURES / "eight-palette.png").read_bytes())
    reader, terminal = pty.openpty()
    try:
        subprocess.run([program("digit-read"), *model_arguments(), "--csv", str(picture)],
                       stdout=terminal, env=environment(), check=True, timeout=300)
        assert rb"\x1b[31m.png" in os.read(reader, 65536)
    finally:
        os.close(reader)
        os.close(terminal)
