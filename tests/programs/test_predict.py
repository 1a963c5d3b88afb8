"""digit-predict: answers, JSON, names, bad pictures. Formats: test_pictures.py."""
from __future__ import annotations

import csv
import json
import os
import re
import struct
import subprocess
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from conftest import (PICTURES, complaint, environment, model_arguments, predict, program)

SEVEN = PICTURES / "seven-blue-pen.png"


def answers(result: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_sample_pictures_are_read_right() -> None:
    with (PICTURES / "expected.csv").open() as file:
        expected = {row["file"]: int(row["digit"]) for row in csv.DictReader(file)}
    assert len(expected) >= 10
    result = predict("--json", *(PICTURES / name for name in expected))
    assert (result.returncode, result.stderr) == (0, "")
    read = {Path(a["file"]).name: a["digit"] for a in answers(result)}
    assert read == expected


def test_json() -> None:
    result = predict("--json", SEVEN, SEVEN)
    assert (result.returncode, result.stderr) == (0, "")
    first, second = answers(result)
    assert first == second
    assert list(first) == ["file", "page", "digit", "confidence", "probabilities"]
    assert first["file"] == str(SEVEN) and first["page"] == 0 and first["digit"] == 7
    assert len(first["probabilities"]) == 10
    assert sum(first["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert max(first["probabilities"]) == first["probabilities"][7]
    assert 0 < first["confidence"] <= 1


def test_answer_for_people() -> None:
    result = predict(SEVEN)
    lines = result.stdout.splitlines()
    assert re.fullmatch(re.escape(str(SEVEN)) + r": 7 \(\d+\.\d %\)", lines[0])
    assert len(lines) == 4, "top three"
    shares = [re.fullmatch(r"  (\d)  (.{24}) +(\d+\.\d) %", line) for line in lines[1:]]
    assert all(shares) and shares[0][1] == "7"
    assert [float(s[3]) for s in shares] == sorted((float(s[3]) for s in shares), reverse=True)
    assert len({s[1] for s in shares}) == 3
    assert "\u2588" in shares[0][2] and "\x1b" not in result.stdout


def test_plain_text_without_utf8() -> None:
    result = predict(SEVEN, env=environment(LC_ALL="C"))
    assert result.stdout.isascii() and "####" in result.stdout


@pytest.mark.parametrize("top, lines", [(0, 1), (1, 2), (10, 11)])
def test_top(top: int, lines: int) -> None:
    assert len(predict("--top", top, SEVEN).stdout.splitlines()) == lines


def test_blank_picture(tmp_path: Path) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "white.png")
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    for name in ("white.png", "clear.png"):
        assert predict(tmp_path / name).stdout == f"{tmp_path / name}: blank\n"
        [answer] = answers(predict("--json", tmp_path / name))
        assert answer["confidence"] == 0 and len(answer) == 5


def test_standard_input() -> None:
    with SEVEN.open("rb") as file:
        result = predict("--json", "-", stdin=file)
    assert [(a["file"], a["digit"]) for a in answers(result)] == [("-", 7)]
    pipe = subprocess.run([program("digit-predict"), *model_arguments(), "-"],
                          input=SEVEN.read_bytes(), capture_output=True, check=True)
    assert pipe.stdout.startswith(b"-: 7 ")
    complaint(predict("-", stdin=subprocess.DEVNULL), 1, "-: ", "empty")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int, bits: int = 8, colour: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) +
            chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))


def bad_pictures() -> dict[str, tuple[bytes, str]]:
    good = SEVEN.read_bytes()
    jpeg = (PICTURES / "three-felt-tip.jpg").read_bytes()
    tiff = (PICTURES / "four-open.tif").read_bytes()
    bmp = (PICTURES / "six-fax.bmp").read_bytes()
    webp = (PICTURES / "two-tablet.webp").read_bytes()
    return {
        "empty.png": (b"", "empty"),
        "letter.txt": (b"a letter, not a picture", "not a PNG"),
        "short": (b"BM", "not a PNG"),
        "wide.png": (png_header(70000, 1), "70000 x 1"),
        "tall.png": (png_header(1, 70000), "1 x 70000"),
        "bomb.png": (png_header(60000, 60000), "60000 x 60000"),
        "huge.png": (png_header(2**31 - 1, 2**31 - 1), "too many"),
        "none.png": (png_header(0, 10), ""),
        "kind.png": (png_header(10, 10, 3, 7), ""),
        "cut.png": (good[:len(good) // 2], "damaged"),
        "cut.jpg": (jpeg[:len(jpeg) // 2], "damaged"),
        "head.jpg": (jpeg[:40], ""),
        "cut.tif": (tiff[:len(tiff) // 2], ""),
        "loop.tif": (b"II*\0\x08\0\0\0\0\0\x08\0\0\0\0\0\0\0", "pages"),
        "far.tif": (b"II*\0\xff\xff\xff\x7f" + bytes(20), "page"),
        "cut.bmp": (bmp[:len(bmp) // 2], "damaged"),
        "wide.bmp": (bmp[:18] + struct.pack("<i", 70000) + bmp[22:], "70000"),
        "low.bmp": (bmp[:22] + struct.pack("<i", -2**31) + bmp[26:], "too many"),
        "cut.webp": (webp[:len(webp) // 2], "damaged"),
        "other.gif": (b"GIF89a" + bytes(40), "not a PNG"),
    }


@pytest.mark.parametrize("name", sorted(bad_pictures()))
def test_bad_picture(tmp_path: Path, name: str) -> None:
    data, words = bad_pictures()[name]
    path = tmp_path / name
    path.write_bytes(data)
    started = time.monotonic()
    for options in ((), ("--json",)):
        result = predict(*options, path)
        complaint(result, 1, f"digit-predict: {path}: ", words)
        assert result.stdout == ""
    assert time.monotonic() - started < 5


def test_missing_file_folder_and_device(tmp_path: Path) -> None:
    complaint(predict(tmp_path / "missing.png"), 1, "missing.png", "No such file")
    complaint(predict(tmp_path), 1, str(tmp_path), "directory")
    os.mkfifo(tmp_path / "fifo.png")
    for path in ("/dev/null", "/dev/zero", tmp_path / "fifo.png"):
        complaint(predict(path), 1, f"{path}: not a regular file")


def test_one_bad_picture_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"nonsense and more nonsense")
    result = predict("--json", SEVEN, bad, tmp_path / "missing", PICTURES / "zero-pencil.jpg")
    assert result.returncode == 1
    assert [a["digit"] for a in answers(result)] == [7, 0]
    assert result.stderr.count("\n") == 2


@pytest.mark.parametrize("name", [
    b'quote"and\\slash.png', b"new\nline\ttab.png", "caf\u00e9 \u4e03.png".encode(),
    b"latin\xe9.png", b"broken\xf0\x9f.png", b"\x80\xff\xed\xa0\x80.png", b"del\x7f\x1b[31m.png",
])
def test_odd_names(tmp_path: Path, name: bytes) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb") as file:
        file.write(SEVEN.read_bytes())
    result = subprocess.run([program("digit-predict").encode(), *map(os.fsencode,
                             model_arguments()), b"--json", path], capture_output=True, check=True)
    assert result.stdout.count(b"\n") == 1 and result.stdout.isascii()
    # What is not UTF-8 can't be said in JSON: U+FFFD stands for it.
    wanted = re.sub("\ufffd+", "\ufffd", path.decode(errors="replace"))
    assert re.sub("\ufffd+", "\ufffd", json.loads(result.stdout)["file"]) == wanted
    plain = subprocess.run([program("digit-predict").encode(), *map(os.fsencode,
                            model_arguments()), b"--top", b"0", path], capture_output=True,
                           check=True)
    assert plain.stdout.count(b"\n") == 1 and b"\x1b" not in plain.stdout


def test_bad_model(tmp_path: Path) -> None:
    bad = tmp_path / "model"
    bad.write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    for path in (bad, tmp_path / "missing", tmp_path):
        complaint(predict("--model", path, SEVEN), 1, "digit-predict: ", str(path))


def test_decoders_stay_silent(tmp_path: Path) -> None:
    """Damage that decoders would remark on themselves gives our one line only."""
    jpeg = bytearray((PICTURES / "nine-shadow.jpg").read_bytes())
    jpeg[len(jpeg) // 2:len(jpeg) // 2 + 40] = bytes(40)
    (tmp_path / "x.jpg").write_bytes(jpeg)
    png = bytearray(SEVEN.read_bytes())
    png[60] ^= 255
    (tmp_path / "x.png").write_bytes(png)
    for name in ("x.jpg", "x.png"):
        result = predict(tmp_path / name)
        assert result.stderr.count("\n") == result.returncode <= 1
