"""``digit read`` answers as digit-read does, where the library reads pages."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

from libdigit import Model, cli

pytestmark = pytest.mark.skipif(
    not hasattr(Model, "read"), reason="this library does not read pages"
)
PICTURES = sorted((ROOT / "examples" / "pictures").glob("*.png"))[:4]


@pytest.fixture
def run(capsys):
    def call(*arguments):
        try:
            status = cli.main(["read", *map(str, arguments)])
        except SystemExit as error:
            status = error.code
        return status, capsys.readouterr().out

    return call


def program(*arguments):
    path = Path(os.environ.get("DIGIT_BUILD", "")) / "examples" / "digit-read"
    if not path.is_file():
        pytest.skip(f"no {path}")
    return subprocess.run([path, *map(str, arguments)], capture_output=True, text=True).stdout


@pytest.mark.parametrize("kind", ["--csv", "--hocr", None])
def test_as_the_program(run, kind):
    options = [kind] if kind else []
    status, out = run(*options, *PICTURES)
    assert status == 0 and out == program(*options, *PICTURES)


def test_json(run):
    status, out = run("--json", *PICTURES)
    assert status == 0
    theirs = program("--json", *PICTURES).splitlines()
    assert [json.loads(line) for line in out.splitlines()] == [json.loads(one) for one in theirs]


def test_overlay_and_options(run, tmp_path):
    overlay = tmp_path / "over.png"
    status, out = run("--layout", "single", "--allow", "17", "--overlay", overlay, *PICTURES[:2])
    assert status == 0 and set(out.replace(str(ROOT), "")) & set("17?")
    assert overlay.exists() and (tmp_path / "over-2.png").exists()


@pytest.mark.parametrize(
    "options",
    [("--grid", "3"), ("--grid", "0x2"), ("--allow", "x"), ("--length", "0"), ("--json", "--csv")],
)
def test_usage(run, options):
    assert run(*options, PICTURES[0])[0] == 2


def test_missing(run, tmp_path):
    assert run(tmp_path / "none.png")[0] == 1
