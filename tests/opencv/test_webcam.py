"""webcam: videos that are made here, read with and without a window."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from desk import NUMBERS, Display, Running, environment, program, run, until
from video import RATE, make

TITLE = "libdigit: webcam"
YEAR, PRICES, MEASURED = (NUMBERS / f"{name}.png" for name in ("year", "price-tag", "temperatures"))


@pytest.fixture(scope="session", name="videos")
def fixture_videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """year.avi, long.avi, wide.mp4, blank.avi, cut.avi, rubbish.avi, empty.avi"""
    folder = tmp_path_factory.mktemp("videos")
    make(folder / "year.avi", [(YEAR, 1.5)])
    make(folder / "long.avi", [(YEAR, 2), (PRICES, 2)])
    make(folder / "wide.mp4", [(MEASURED, 1)], size=(1280, 720))
    white = folder / "white.png"
    cv2.imwrite(str(white), np.full((480, 640), 230, np.uint8))
    make(folder / "blank.avi", [(white, 0.5)], noise=2)
    (folder / "cut.avi").write_bytes((folder / "year.avi").read_bytes()[:300_000])
    (folder / "rubbish.avi").write_bytes(np.random.default_rng(1).bytes(20_000))
    (folder / "empty.avi").touch()
    return folder


def read(video: Path, *arguments: object) -> tuple[list[dict], str]:
    """What --json prints, and the summary."""
    result = run("webcam", "--no-display", "--json", *arguments, video)
    assert result.returncode == 0, result
    return [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def frames_of(path: Path) -> list[np.ndarray]:
    capture, frames = cv2.VideoCapture(str(path)), []
    while True:
        good, frame = capture.read()
        if not good:
            return frames
        frames.append(frame)


# ---- Reading ----------------------------------------------------------------


def test_numbers_of_a_video(videos: Path) -> None:
    changes, summary = read(videos / "long.avi")
    texts = [change["text"] for change in changes]
    assert texts[0] == "1987" and texts[-1] == "12 50 8 95", texts
    assert len(texts) <= 6, "answers do not flicker"
    assert changes[0]["seconds"] < 0.5 and 2 < changes[-1]["seconds"] < 3
    for change in changes:
        assert list(change) == ["frame", "seconds", "text", "numbers"]
        assert change["seconds"] == pytest.approx(change["frame"] / RATE, abs=1e-4)
        assert change["text"] == " ".join(number["text"] for number in change["numbers"])
        for number in change["numbers"]:
            assert 0.25 <= number["agreement"] <= 1
    assert summary.startswith("webcam: 120 pictures, each ") and summary.count("\n") == 1


def test_boxes_lie_around_the_ink(videos: Path) -> None:
    changes, _ = read(videos / "year.avi")
    x, y, width, height = changes[-1]["numbers"][0]["box"]
    frame = frames_of(videos / "year.avi")[changes[-1]["frame"]]
    dark = frame[60:420, 80:560].max(axis=2) < 100
    rows, columns = np.nonzero(dark)
    assert abs(60 + rows.min() - y) <= 6 and abs(60 + rows.max() - y - height) <= 6
    assert abs(80 + columns.min() - x) <= 6 and abs(80 + columns.max() - x - width) <= 6


def test_text_for_people(videos: Path) -> None:
    result = run("webcam", "--no-display", videos / "year.avi")
    assert result.returncode == 0
    line = result.stdout.splitlines()[-1].split()
    assert line[1:] == ["s", "1987"] and 0 < float(line[0]) < 1.5


def test_other_sizes(videos: Path) -> None:
    changes, _ = read(videos / "wide.mp4")
    assert changes[-1]["text"] == "3 17 12 4"
    for shrink in (1, 3):
        changes, _ = read(videos / "wide.mp4", "--shrink", shrink)
        assert changes[-1]["text"] == "3 17 12 4"


def test_regions(videos: Path) -> None:
    changes, _ = read(videos / "long.avi", "--region", "100,225,480,200")
    assert changes[-1]["text"] == "8 95", "the line below"
    assert read(videos / "year.avi", "--region", "0,0,640,100")[0] == []
    changes, _ = read(videos / "year.avi", "--region", "all")
    assert "1987" in changes[-1]["text"].split()


def test_options(videos: Path) -> None:
    changes, _ = read(videos / "year.avi", "--length", 4, "--threads", 2)
    assert changes[-1]["text"] == "1987"
    assert read(videos / "year.avi", "--length", 5)[0] == [], "not forced"
    assert read(videos / "year.avi", "--min-confidence", 1)[0] == []
    assert read(videos / "blank.avi")[0] == []


def test_saved_video(videos: Path, tmp_path: Path) -> None:
    for name in ("out.mp4", "out.avi"):
        read(videos / "year.avi", "--save", tmp_path / name)
        frames = frames_of(tmp_path / name)
        assert len(frames) == 45 and frames[0].shape == (480, 640, 3)
        blue, green, red = (frames[-1].astype(int)[:, :, i] for i in range(3))
        assert ((green > blue + 60) & (green > red + 60)).sum() > 500, "boxes are drawn"
        assert frames[-1][2:20].mean() < 0.6 * frames[-1][30:60].mean(), "a band for the status"


# ---- With a window ----------------------------------------------------------


def test_window(videos: Path, display: Display) -> None:
    window = Running(display, TITLE, "webcam", "--json", videos / "long.avi")
    try:
        assert json.loads(window.line())["text"] == "1987"
        display.press("space")
        still = display.pixels()[:480, :640]
        help_line = still[458:480]
        assert (help_line.min(axis=2) > 180).sum() > 200, "keys are shown"
        time.sleep(0.5)
        assert (display.pixels()[:480, :640] == still).all(), "paused"
        display.press("space")
        until("the video to go on", lambda: (display.pixels()[:480, :640] != still).any())
        display.drag([(100, 225), (580, 425)])
        texts = [json.loads(window.line())["text"]]
        while texts[-1] != "8 95":
            texts.append(json.loads(window.line())["text"])
        status, summary = window.end()
        assert status == 0 and "120 pictures" in summary
    finally:
        window.kill()


def test_quitting(videos: Path, display: Display, tmp_path: Path) -> None:
    window = Running(display, TITLE, "webcam", "--save", tmp_path / "part.avi", videos / "long.avi")
    try:
        window.line()
        display.press("q")
        status, summary = window.end()
    finally:
        window.kill()
    assert status == 0 and "120 pictures" not in summary
    assert 5 <= len(frames_of(tmp_path / "part.avi")) < 120


# ---- What can be wrong ------------------------------------------------------


def refused(result: subprocess.CompletedProcess[str], status: int, *words: object) -> None:
    assert result.returncode == status, result
    assert result.stderr.startswith("webcam: ") and result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert str(word) in result.stderr


def test_no_camera() -> None:
    refused(run("webcam", "--no-display", "--camera", 250), 1, "no camera 250", "/dev/video250")


@pytest.mark.parametrize("display_name", [None, "", ":9999"])
def test_no_display(videos: Path, display_name: str | None) -> None:
    result = run("webcam", videos / "year.avi", display=display_name)
    refused(result, 1, "no window can be opened", "--no-display")


def test_broken_videos(videos: Path, tmp_path: Path) -> None:
    def video(path: Path, *words: str) -> None:
        refused(run("webcam", "--no-display", path), 1, path, *words)

    video(tmp_path / "none.avi", "No such file")
    video(videos / "rubbish.avi", "no video")
    video(videos / "empty.avi", "no video")
    video(tmp_path, "not a file")
    os.mkfifo(tmp_path / "pipe.avi")
    video(tmp_path / "pipe.avi", "not a file")


def test_a_video_cut_short(videos: Path, tmp_path: Path) -> None:
    """What is there is read and saved; that it ends too soon is said."""
    result = run("webcam", "--no-display", "--save", tmp_path / "out.avi", videos / "cut.avi")
    assert result.returncode == 1
    assert "ends after" in result.stderr.splitlines()[-1] and "of 45" in result.stderr
    assert len(frames_of(tmp_path / "out.avi")) >= 3


def test_bad_models(videos: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"rubbish" * 9)
    for model in (bad, tmp_path / "none.safetensors"):
        refused(run("webcam", "--no-display", "--model", model, videos / "year.avi"), 1, model)


def test_a_video_that_cannot_be_saved(videos: Path, tmp_path: Path) -> None:
    target = tmp_path / "no" / "out.mp4"
    refused(run("webcam", "--no-display", "--save", target, videos / "year.avi"), 1, target)
    source = videos / "year.avi"
    before = source.read_bytes()
    refused(run("webcam", "--no-display", "--save", source, source), 1, "itself")
    assert source.read_bytes() == before


@pytest.mark.parametrize("where", ["/dev/full", None])
def test_standard_output_that_cannot_be_written(videos: Path, tmp_path: Path, where: str | None
                                                ) -> None:
    """Closed, its number must not go to the video that is saved."""
    command = [*program("webcam"), "--no-display", "--json", "--save", str(tmp_path / "out.avi"),
               str(videos / "year.avi")]
    redirected = ["sh", "-c", f'exec "$@" >{where or "&-"}', "sh", *command]
    result = subprocess.run(redirected, stderr=subprocess.PIPE, encoding="utf-8", check=False,
                            env=environment(None), timeout=60)
    assert result.returncode == 1 and "standard output" in result.stderr
    assert b'"frame"' not in (tmp_path / "out.avi").read_bytes()


def test_interrupted(videos: Path, tmp_path: Path) -> None:
    """Ctrl-C ends it as q does: what was saved can be played."""
    process = subprocess.Popen(
        [*program("webcam"), "--no-display", "--region", "all", "--shrink", "1", "--save",
         str(tmp_path / "out.avi"), str(videos / "long.avi")], env=environment(None),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    assert process.stdout and process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, summary = process.communicate(timeout=60)
    assert process.returncode == 0 and " pictures, each " in summary
    assert 1 <= len(frames_of(tmp_path / "out.avi")) <= 120


@pytest.mark.parametrize("arguments, word", [
    (["--region", "1,2,3"], "--region"), (["--region", "0,0,5,5"], "--region"),
    (["--region", "a,b,c,d"], "--region"), (["--size", "640"], "--size"),
    (["--shrink", "0"], "--shrink"), (["--save", "out.gif"], ".mp4 or .avi"),
    (["--length", "65"], "--length"), (["--frobnicate"], "--frobnicate"),
    (["a.avi", "b.avi"], "b.avi")])
def test_usage(arguments: list[str], word: str) -> None:
    refused(run("webcam", *arguments), 2, word, "try --help")


def test_a_region_beyond_the_picture(videos: Path) -> None:
    result = run("webcam", "--no-display", "--region", "600,400,100,100", videos / "year.avi")
    refused(result, 1, "--region", "640 x 480")
