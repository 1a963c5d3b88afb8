"""digit-train on a folder of pictures, and from a model that is there."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from conftest import TINY, Idx, complaint, run

QUICK = ("--epochs", "4", "--batch", "8", "--learning-rate", "0.01", "--average", "0")


def draw(digit: int, size: int) -> Image.Image:
    picture = Image.new("L", (120, 160), 255)
    ImageDraw.Draw(picture).text((30, 20), str(digit), fill=20, font=ImageFont.load_default(size))
    return picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "digits"
    for digit in range(10):
        (top / str(digit)).mkdir(parents=True)
        for i, ending in enumerate(("png", "JPG", "bmp")):
            draw(digit, 70 + 15 * i).save(top / str(digit) / f"{i}.{ending}")
    return top


def train(folder: Path, output: Path, *options: object) -> subprocess.CompletedProcess[str]:
    return run("digit-train", "--folder", folder, "--output", output, *QUICK, *options)


def test_learns_from_pictures(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    result = train(folder, output, "--architecture", TINY, "--json", "--epochs", "30")
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["accuracy"] > 0.9
    asked = run("digit-predict", "--json", "--model", output, *sorted(folder.glob("*/0.png")))
    assert [json.loads(line)["digit"] for line in asked.stdout.splitlines()] == list(range(10))


def test_other_files_are_passed_over(folder: Path, tmp_path: Path) -> None:
    plain = train(folder, tmp_path / "a", "--architecture", TINY)
    (folder / "3" / ".DS_Store").write_bytes(b"what a desktop leaves")
    (folder / "3" / ".hidden.png").write_bytes(b"no picture")
    (folder / "7" / "notes.txt").write_text("not a picture")
    (folder / "other").mkdir()
    Image.new("L", (50, 50), 255).save(folder / "5" / "empty.png")
    littered = train(folder, tmp_path / "b", "--architecture", TINY)
    assert plain.returncode == littered.returncode == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert "5/empty.png: blank; left out" in littered.stderr
    assert "blank" not in plain.stderr and "notes" not in littered.stderr


def test_the_split_has_every_digit(folder: Path, tmp_path: Path) -> None:
    answer = json.loads(train(folder, tmp_path / "m", "--architecture", TINY, "--json",
                              "--validation-split", 10, "--epochs", "30").stdout)
    assert answer["validation_accuracy"] > 0.7


def test_some_digits_may_be_missing(folder: Path, tmp_path: Path) -> None:
    shutil.rmtree(folder / "4")
    assert train(folder, tmp_path / "m", "--architecture", TINY).returncode == 0


def test_no_picture_is_overwritten(folder: Path, tmp_path: Path) -> None:
    picture, linked, outside = folder / "3" / "0.png", folder / "4" / "link.png", tmp_path / "a.png"
    outside.write_bytes(picture.read_bytes())
    linked.symlink_to(outside)
    before = picture.read_bytes()
    for path in (picture, linked, outside):
        complaint(train(folder, path), 2, "--output", "--folder")
        complaint(train(folder, tmp_path / "m", "--history", path), 2, "--history", "--folder")
        assert path.read_bytes() == before
    assert train(folder, folder / "m", "--architecture", TINY).returncode == 0


def test_folders_that_are_none(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "m"
    complaint(train(tmp_path / "nowhere", output), 1, "nowhere", "no pictures")
    (tmp_path / "empty").mkdir()
    complaint(train(tmp_path / "empty", output), 1, "empty", "no pictures")
    (folder / "2" / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    complaint(train(folder, output), 1, "2/bad.png")
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / "0").write_text("a file")
    complaint(train(tmp_path / "file", output), 1, "file/0")
    blank = tmp_path / "blank"
    (blank / "1").mkdir(parents=True)
    Image.new("L", (50, 50), 255).save(blank / "1" / "0.png")
    result = train(blank, output)
    assert result.returncode == 1 and "all pictures are blank" in result.stderr
    assert not output.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read(folder: Path, tmp_path: Path) -> None:
    (folder / "6").chmod(0)
    complaint(train(folder, tmp_path / "m"), 1, "6", "Permission denied")


def test_options_that_exclude_each_other(folder: Path, idx: Idx, tmp_path: Path) -> None:
    output = tmp_path / "m"
    complaint(train(folder, output, "--images", idx.images), 2, "--folder", "--images")
    complaint(train(folder, output, "--from", "built-in", "--architecture", TINY), 2, "--from")
    complaint(train(folder, output, "--from", tmp_path / "nowhere"), 1, "nowhere")


def test_goes_on_from_a_model(folder: Path, tmp_path: Path) -> None:
    def first_loss(*options: object) -> float:
        history = tmp_path / "h.csv"
        result = train(folder, tmp_path / "next", "--history", history, "--epochs", 1, *options)
        assert result.returncode == 0, result.stderr
        return float(history.read_text().splitlines()[1].split(",")[1])

    assert train(folder, tmp_path / "m", "--architecture", TINY, "--epochs", 30).returncode == 0
    assert first_loss("--from", tmp_path / "m") < first_loss("--architecture", TINY) / 2


def test_goes_on_from_the_built_in_model(folder: Path, tmp_path: Path) -> None:
    result = train(folder, tmp_path / "m", "--from", "built-in", "--json", "--learning-rate",
                   "1e-6", "--schedule", "constant")
    answer = json.loads(result.stdout)
    assert result.returncode == 0 and answer["parameters"] > 50_000
    assert answer["accuracy"] > 0.6, "what it knew is gone"


def test_adapting_has_defaults_of_its_own(folder: Path, tmp_path: Path) -> None:
    def epochs(*options: str) -> object:
        result = run("digit-train", "--folder", str(folder), "--output", str(tmp_path / "m"),
                     "--json", *options)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)["epochs"]

    assert epochs("--from", "built-in") == 20
    assert epochs("--from", "built-in", "--epochs", "2") == 2
    assert epochs("--epochs", "2", "--from", "built-in") == 2
