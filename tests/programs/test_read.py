"""digit-read: formats, folders, pages, overlay, wrong command lines."""
from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageDraw

from conftest import PICTURES, complaint, model_arguments, no_room, run

XHTML = "{http://www.w3.org/1999/xhtml}"


def read(*arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:
    return run("digit-read", *model_arguments(), *arguments, **more)


def draw(digits: str, step: int = 40) -> Image.Image:
    """Ones, sevens and dashes, black on white."""
    image = Image.new("L", (60 + step * len(digits), 100), 255)
    pen = ImageDraw.Draw(image)
    for index, digit in enumerate(digits):
        x = 30 + step * index
        if digit == "1":
            pen.line((x + 12, 30, x + 12, 69), 0, 5)
        if digit == "-":
            pen.line((x + 4, 50, x + 22, 50), 0, 5)
        if digit == "7":
            pen.line((x, 32, x + 24, 32), 0, 4)
            pen.line((x + 22, 32, x + 8, 69), 0, 5)
    return image


@pytest.fixture(name="date")
def fixture_date(tmp_path: Path) -> Path:
    path = tmp_path / "date.png"
    draw("17-71").save(path)
    return path


@pytest.fixture(name="number")
def fixture_number(tmp_path: Path) -> Path:
    path = tmp_path / "number.png"
    draw("1771").save(path)
    return path


def test_text(number: Path) -> None:
    result = read(number)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{number}: 1771\n"


def test_time_limit(tmp_path: Path) -> None:
    path = tmp_path / "slow.png"
    noise = np.random.default_rng(1).integers(0, 256, (1500, 1500), np.uint8)
    Image.fromarray(noise).save(path)
    result = read("--time-limit", "0.001", path)
    complaint(result, 1, "time limit of 1 ms")
    assert read("--time-limit", "0", path).returncode == 2


def test_json(number: Path) -> None:
    result = read("--json", number)
    assert (result.returncode, result.stderr) == (0, "")
    [page] = [json.loads(line) for line in result.stdout.splitlines()]
    assert list(page) == ["file", "page", "width", "height", "text", "digits", "signs"]
    assert page["signs"] == []
    assert (page["file"], page["page"]) == (str(number), 0)
    assert (page["width"], page["height"], page["text"]) == (220, 100, "1771")
    for digit, expected in zip(page["digits"], (1, 7, 7, 1)):
        assert list(digit) == ["digit", "confidence", "box", "line", "group", "alternatives"]
        assert digit["digit"] == expected == digit["alternatives"][0][0]
        x, y, width, height = digit["box"]
        assert 0 <= x < x + width <= 220 and 28 <= y < y + height <= 72
        assert (digit["line"], digit["group"]) == (0, 0)
        assert 0 < digit["confidence"] <= digit["alternatives"][0][1] <= 1


def test_signs(date: Path) -> None:
    [page] = [json.loads(line) for line in read("--json", date).stdout.splitlines()]
    assert [sign["sign"] for sign in page["signs"]] == ["-"]
    assert list(page["signs"][0]) == ["sign", "confidence", "box", "line", "before"]
    assert page["signs"][0]["before"] == 2
    assert page["text"] == "17 71"
    assert read("--signs", date).stdout == f"{date}: 17-71\n"


def test_csv(number: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(read("--csv", number).stdout)))
    assert [row["digit"] for row in rows] == list("1771")
    assert rows[0]["file"] == str(number) and float(rows[0]["confidence"]) > 0
    assert set(rows[0]) == {"file", "page", "line", "group", "digit", "confidence", "x", "y",
                            "width", "height"}


def test_hocr(number: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a&b<'\".png"
    draw("17  71").save(odd)
    result = read("--hocr", number, odd)
    assert (result.returncode, result.stderr) == (0, "")
    root = ElementTree.fromstring(result.stdout)
    pages = [div for div in root.iter(f"{XHTML}div") if div.get("class") == "ocr_page"]
    assert len(pages) == 2 and str(odd) in pages[1].get("title", "")
    words = [span for span in pages[1].iter(f"{XHTML}span") if span.get("class") == "ocrx_word"]
    assert ["".join(word.itertext()) for word in words] == ["17", "71"]
    assert all("bbox" in word.get("title", "") for word in words)


def test_overlay(number: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    result = read("--overlay", target, number, number)
    assert (result.returncode, result.stderr) == (0, "")
    for path in (target, tmp_path / "out-2.png"):
        with Image.open(path) as image:
            assert image.size == (220, 100)
            colours = np.asarray(image.convert("RGB")).astype(int)
        assert (colours.max(axis=2) - colours.min(axis=2)).max() > 50, "boxes in colour"
    complaint(read("--overlay", tmp_path / "no" / "out.png", number), 1, "overlay")


def test_an_overlay_is_written_whole_or_not_at_all(number: Path, tmp_path: Path) -> None:
    for old in (None, b"an earlier overlay"):
        folder = tmp_path / str(old)
        folder.mkdir()
        target = folder / "out.png"
        if old:
            target.write_bytes(old)
        complaint(read("--overlay", target, number, preexec_fn=no_room(100)), 1, "out.png",
                  "too large")
        assert [path.read_bytes() for path in folder.iterdir()] == ([old] if old else [])
    link = tmp_path / "link.png"
    link.symlink_to(target)
    target.chmod(0o640)
    assert read("--overlay", link, number).returncode == 0
    assert link.is_symlink() and target.stat().st_mode & 0o777 == 0o640
    assert target.read_bytes().startswith(b"\x89PNG")


def test_an_overlay_replaces_no_picture_that_is_read(number: Path, tmp_path: Path) -> None:
    second = tmp_path / "number-2.png"
    before = number.read_bytes()
    second.write_bytes(before)
    link = tmp_path / "link"
    link.symlink_to(number)
    for overlay in (number, link):
        complaint(read("--overlay", overlay, number), 1, "is a picture to read")
    result = read("--overlay", tmp_path / "x" / ".." / number.name, number, second)
    assert result.returncode == 1
    assert number.read_bytes() == second.read_bytes() == before


def test_pages_of_a_tiff(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    draw("17").save(path, save_all=True, append_images=[draw("771")])
    pages = [json.loads(line) for line in read("--json", path).stdout.splitlines()]
    assert [(p["page"], p["text"]) for p in pages] == [(0, "17"), (1, "771")]
    assert read(path).stdout == f"{path} page 0: 17\n{path} page 1: 771\n"


def test_exif_orientation(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "phone.jpg"
    draw("717").transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, quality=95)
    page = json.loads(read("--json", path).stdout)
    assert (page["text"], page["width"], page["height"]) == ("717", 180, 100)


def test_folder(number: Path, tmp_path: Path) -> None:
    draw("7").save(tmp_path / "another.bmp")
    draw("1").save(tmp_path / ".hidden.png")
    (tmp_path / "notes.txt").write_text("no picture")
    pages = [json.loads(line) for line in read("--json", tmp_path).stdout.splitlines()]
    assert [Path(p["file"]).name for p in pages] == ["another.bmp", "number.png"]
    (tmp_path / "empty").mkdir()
    complaint(read(tmp_path / "empty"), 1, "no pictures")


def test_options(number: Path) -> None:
    assert read("--layout", "line", number).stdout.endswith(": 1771\n")
    assert read("--min-confidence", 1, number).stdout.endswith(": ????\n")
    assert read("--length", 4, number).stdout.endswith(": 1771\n")
    assert read("--length", 50, number).stdout.endswith(": ????\n")
    assert set(read("--allow", "7", number).stdout.split(": ")[1].strip()) == {"7"}
    assert read("--threads", 2, "--json", number).stdout == read("--json", number).stdout


def test_grid(tmp_path: Path) -> None:
    image = Image.new("L", (220, 160), 255)
    pen = ImageDraw.Draw(image)
    for x in range(20, 201, 60):
        pen.line((x, 20, x, 140), 0, 2)
    for y in range(20, 141, 60):
        pen.line((20, y, 200, y), 0, 2)
    pen.line((170, 92, 170, 130), 0, 5)
    path = tmp_path / "grid.png"
    image.save(path)
    for size in ("2x3", "0x0"):
        page = json.loads(read("--grid", size, "--json", path).stdout)
        assert page["text"] == "1"
        cells = {(d["row"], d["column"]): d["digit"] for d in page["digits"]}
        assert cells == {(r, c): 1 if (r, c) == (1, 2) else None
                         for r in range(2) for c in range(3)}


def test_blank_and_bad_pictures(number: Path, tmp_path: Path) -> None:
    blank, bad = tmp_path / "blank.png", tmp_path / "bad.png"
    Image.new("L", (30, 30), 255).save(blank)
    bad.write_bytes(b"\x89PNG\r\n\x1a\n rubbish that goes on")
    assert read(blank).stdout == f"{blank}: no digits\n"
    result = read(bad, number)
    complaint(result, 1, "bad.png")
    assert result.stdout == f"{number}: 1771\n", "the others are read"
    complaint(read(tmp_path / "none.png"), 1, "none.png", "No such file")


@pytest.mark.parametrize("arguments, words", [
    (["--layout", "book", "x"], ["--layout", "page, line or single"]),
    (["--min-confidence", "1.5", "x"], ["--min-confidence"]),
    (["--length", "0", "x"], ["--length"]),
    (["--allow", "12a", "x"], ["--allow"]),
    (["--grid", "9", "x"], ["--grid", "RxC"]),
    (["--grid", "9x", "x"], ["--grid"]),
    (["--grid", "2x0", "x"], ["--grid"]),
    (["--grid", "2x2", "--layout", "line", "x"], ["--grid and --layout"]),
    (["--json", "--csv", "x"], ["one of them"]),
    (["--threads", "-1", "x"], ["--threads"]),
    ([], ["no PICTURE"]),
])
def test_usage(arguments: list[str], words: list[str]) -> None:
    complaint(read(*arguments), 2, *words)


def test_sample_pictures_of_numbers() -> None:
    """Most of them: they show that the program works, they are no test set."""
    with (PICTURES / "numbers" / "expected.csv").open() as file:
        expected = {row["file"]: row["text"] for row in csv.DictReader(file)}
    assert len(expected) >= 10
    result = read("--json", *(PICTURES / "numbers" / name for name in expected))
    assert (result.returncode, result.stderr) == (0, "")
    pages = [json.loads(line) for line in result.stdout.splitlines()]
    right = [p["text"] == expected[Path(p["file"]).name].replace("|", "\n") for p in pages]
    assert sum(right) >= 0.8 * len(right)
    # A digit that stands alone is not doubted for the ways it could have been cut.
    sure = sorted(digit["confidence"] for page in pages for digit in page["digits"])
    assert sure[len(sure) // 20] > 0.8 and sure[0] > 0.3, sure[:10]
