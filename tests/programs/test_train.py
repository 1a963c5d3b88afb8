"""digit-train: training, the history, the bar, stopping."""
from __future__ import annotations

import csv
import json
import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import TINY, Idx, complaint, environment, make_idx, no_room, program, run

QUICK = ("--architecture", TINY, "--epochs", "2", "--batch", "32", "--learning-rate", "0.01")


def train(idx: Idx, output: Path, *options: object, **more: object
          ) -> subprocess.CompletedProcess[str]:
    return run("digit-train", "--images", idx.images, "--labels", idx.labels, *QUICK,
               "--output", output, *options, **more)


def test_json(idx: Idx, other_idx: Idx, tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    result = train(idx, output, "--json", "--validation-images", other_idx.images,
                   "--validation-labels", other_idx.labels)
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["epochs"] == 2 and answer["output"] == str(output)
    assert answer["loss"] > 0 and answer["seconds"] > 0
    assert 0.5 < answer["accuracy"] <= 1 and 0.5 < answer["validation_accuracy"] <= 1
    assert answer["parameters"] == 4 * 10 + 13 * 13 * 4 * 10 + 10
    assert answer["architecture"].startswith("conv 4x3") and answer["stopped"] is False
    judged = run("digit-eval", "--json", "--model", output, other_idx.images, other_idx.labels)
    assert json.loads(judged.stdout)["accuracy"] == pytest.approx(answer["validation_accuracy"])


def test_json_without_validation(idx: Idx, tmp_path: Path) -> None:
    answer = json.loads(train(idx, tmp_path / "m", "--json").stdout)
    assert answer["validation_accuracy"] is None


def test_summary_for_people(idx: Idx, tmp_path: Path) -> None:
    result = train(idx, tmp_path / "m")
    assert re.search(r"^architecture +conv 4x3 relu maxpool 2 dense 10$", result.stdout, re.M)
    assert re.search(r"^parameters +6810$", result.stdout, re.M)
    assert str(tmp_path / "m") in result.stdout
    assert len(re.findall(r"^epoch \d/2 .*loss .*accuracy", result.stderr, re.M)) == 2
    assert "\x1b" not in result.stderr and "\r" not in result.stderr, "no terminal, no bar"


def test_history(idx: Idx, other_idx: Idx, tmp_path: Path) -> None:
    validation = ("--validation-images", other_idx.images, "--validation-labels", other_idx.labels)
    for options, has_validation in (((), False), (validation, True)):
        path = tmp_path / "h.csv"
        assert train(idx, tmp_path / "m", "--history", path, "--epochs", 4,
                     *options).returncode == 0
        rows = list(csv.reader(path.open()))
        assert rows[0] == ["epoch", "loss", "accuracy", "validation_accuracy", "seconds"]
        assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
        assert all((row[3] != "") == has_validation for row in rows[1:])
        losses = [float(row[1]) for row in rows[1:]]
        assert losses[-1] < losses[0] / 2
        seconds = [float(row[4]) for row in rows[1:]]
        assert seconds == sorted(seconds)


def test_same_seed_same_file(idx: Idx, tmp_path: Path) -> None:
    files = []
    for name, options in (("a", ("--threads", 1)), ("b", ("--threads", 2)),
                          ("c", ("--seed", 2))):
        assert train(idx, tmp_path / name, *options).returncode == 0
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1] != files[2]


def test_validation_split(idx: Idx, tmp_path: Path) -> None:
    answer = json.loads(train(idx, tmp_path / "m", "--validation-split", 140, "--json").stdout)
    assert answer["validation_accuracy"] > 0.5
    complaint(train(idx, tmp_path / "m", "--validation-split", idx.count), 1, "none")
    complaint(train(idx, tmp_path / "m", "--validation-split", 5, "--validation-images", "x",
                    "--validation-labels", "y"), 2, "--validation-split", "try --help")
    complaint(train(idx, tmp_path / "m", "--validation-images", "x"), 2, "--validation-labels")


def test_gzip_and_all_knobs(other_idx: Idx, tmp_path: Path) -> None:
    result = train(other_idx, tmp_path / "m", "--schedule", "constant", "--weight-decay", "0",
                   "--augment", 0, "--label-smoothing", "0.1", "--average", "0.9", "--licence",
                   "CC0-1.0", "--trained-on", "bars made by a test")
    assert result.returncode == 0, result.stderr
    data = (tmp_path / "m").read_bytes()
    assert b"CC0-1.0" in data and b"bars made by a test" in data


def test_checkpoint(idx: Idx, tmp_path: Path) -> None:
    point = tmp_path / "checkpoint"
    assert train(idx, tmp_path / "a", "--checkpoint", point).returncode == 0
    assert point.exists()
    again = train(idx, tmp_path / "b", "--checkpoint", point)
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_usage_errors(idx: Idx, tmp_path: Path) -> None:
    for missing in ("images", "labels", "output"):
        given = {"images": idx.images, "labels": idx.labels, "output": tmp_path / "m"}
        del given[missing]
        arguments = [part for key, value in given.items() for part in (f"--{key}", value)]
        complaint(run("digit-train", *arguments), 2, f"--{missing}", "try --help")
    complaint(train(idx, tmp_path / "m", "--schedule", "linear"), 2, "--schedule", "linear")
    complaint(train(idx, tmp_path / "m", "--architecture", "conv cat"), 2, "--architecture")
    complaint(train(idx, tmp_path / "m", "stray"), 2, "stray", "try --help")


def test_output_is_checked_before_training(idx: Idx, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for output in (tmp_path / "no" / "m", tmp_path, file / "m", ""):
        result = train(idx, output, "--epochs", 100000)
        assert result.returncode == 1 and "epoch" not in result.stderr, result
    complaint(train(idx, tmp_path / "m", "--history", tmp_path / "no" / "h.csv"), 1, "h.csv")


def test_an_output_that_is_no_file_is_refused_before_training(idx: Idx, tmp_path: Path) -> None:
    fifo, loop, dangling = (tmp_path / name for name in ("fifo", "loop", "dangling"))
    os.mkfifo(fifo)
    loop.symlink_to(loop)
    dangling.symlink_to(tmp_path / "no" / "m")
    for output in (fifo, "/dev/null", loop, tmp_path / ("x" * 256), dangling):
        result = train(idx, output, "--epochs", 100000)
        complaint(result, 1, str(output))
        complaint(train(idx, tmp_path / "m", "--epochs", 100000, "--checkpoint", output), 1,
                  str(output))
    complaint(train(idx, tmp_path / ("x" * 250), "--epochs", 100000, "--resume"), 1, "too long")
    if os.geteuid() != 0:  # whom no folder refuses
        (tmp_path / "locked").mkdir(mode=0o500)
        complaint(train(idx, tmp_path / "locked" / "m", "--epochs", 100000), 1, "denied")


@pytest.mark.parametrize("ending", ["h5", "hdf5", "keras", "onnx", "ONNX", "pt"])
def test_the_ending_of_another_format_is_refused(idx: Idx, tmp_path: Path, ending: str) -> None:
    complaint(train(idx, tmp_path / f"m.{ending}", "--epochs", 100000), 2, ".safetensors",
              "digit convert")


@pytest.mark.parametrize("option", ["output", "history", "checkpoint"])
@pytest.mark.parametrize("link", ["same", "symbolic", "hard"])
def test_no_input_is_overwritten(tiny_model: Path, tmp_path: Path, option: str, link: str) -> None:
    idx = make_idx(tmp_path, "own", 64, 1)
    start = tmp_path / "start"
    start.write_bytes(tiny_model.read_bytes())
    for name, path in (("images", idx.images), ("labels", idx.labels), ("from", start),
                       ("validation-images", idx.images), ("validation-labels", idx.labels)):
        before, other = path.read_bytes(), tmp_path / f"{link}-{name}"
        if link == "symbolic":
            other.symlink_to(path)
        if link == "hard":
            other.hardlink_to(path)
        given = {"images": idx.images, "labels": idx.labels, "output": tmp_path / "m",
                 option: path if link == "same" else other}
        if name == "from":
            given["from"] = path
        if name.startswith("validation"):
            another = make_idx(tmp_path, "another", 64, 2)
            given |= {"images": another.images, "labels": another.labels,
                      "validation-images": idx.images, "validation-labels": idx.labels}
        arguments = [part for key, value in given.items() for part in (f"--{key}", value)]
        complaint(run("digit-train", *arguments), 2, f"--{option}", f"--{name}", "same file")
        assert path.read_bytes() == before


def test_two_outputs_are_two_files(idx: Idx, tmp_path: Path) -> None:
    (tmp_path / "folder").symlink_to(tmp_path)
    for option in ("history", "checkpoint"):
        for other in (tmp_path / "m", tmp_path / "folder" / "m"):
            complaint(train(idx, tmp_path / "m", f"--{option}", other), 2, "same file")
    complaint(train(idx, tmp_path / "m", "--resume", "--history", tmp_path / "m.checkpoint"), 2,
              "--history", "--resume")
    assert train(idx, tmp_path / "m", "--history", "/dev/null").returncode == 0


def test_a_history_has_whole_rows_on_a_full_disk(idx: Idx, tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text("of an earlier training\n")
    result = train(idx, tmp_path / "m", "--history", path, preexec_fn=no_room(10))
    complaint(result, 1, "h.csv", "too large")
    assert path.read_text() == "of an earlier training\n"
    result = train(idx, tmp_path / "m", "--history", path, "--epochs", 8, preexec_fn=no_room(200))
    assert result.returncode == 1 and "the history could not be written" in result.stderr
    text = path.read_text()
    rows = list(csv.reader(text.splitlines()))
    assert text.endswith("\n") and 2 <= len(rows) < 9 and all(len(row) == 5 for row in rows)
    assert f"after epoch {len(rows) - 1}" in result.stderr
    assert sorted(item.name for item in tmp_path.iterdir()) == ["h.csv"]


def test_bad_data(idx: Idx, tmp_path: Path) -> None:
    output = tmp_path / "m"
    output.write_text("what was there before")
    short = tmp_path / "short"
    short.write_bytes(idx.images.read_bytes()[:-1])
    for images in (tmp_path / "missing", short, idx.labels):
        result = run("digit-train", "--images", images, "--labels", idx.labels, "--output", output)
        complaint(result, 1, str(images))
    assert output.read_text() == "what was there before"


STROKES = "libdigit strokes 1\n" + "".join(
    f"{digit} 20: {x},0 {x},100; 0,{y} 100,{y}\n"
    for digit, (x, y) in enumerate((x, y) for x in (0, 25, 50, 75, 100) for y in (20, 80)))


def test_strokes_and_several_files(idx: Idx, tmp_path: Path) -> None:
    strokes, output = tmp_path / "s.strokes", tmp_path / "m"
    strokes.write_text(STROKES)
    result = run("digit-train", "--strokes", strokes, "--strokes", strokes, *QUICK, "--augment",
                 0.1, "--validation-strokes", strokes, "--json", "--output", output)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["validation_accuracy"] > 0.5
    assert train(idx, output, "--strokes", strokes, "--images", idx.images, "--labels",
                 idx.labels, "--validation-split", 5).returncode == 0
    complaint(train(idx, output, "--images", idx.images), 2, "--labels is missing")
    complaint(train(idx, output, "--labels", idx.labels), 2, "--images is missing")
    complaint(train(idx, output, *["--strokes", strokes] * 9), 2, "at most 8 times")
    complaint(train(idx, strokes, "--strokes", strokes), 2, "same file")
    complaint(run("digit-train", *QUICK, "--output", output), 2, "--images is missing")
    complaint(train(idx, output, "--teacher", tmp_path / "no"), 1, str(tmp_path / "no"))
    complaint(train(idx, output, "--teacher", output), 2, "same file")
    complaint(train(idx, output, "--teacher", "built-in"), 2, "outputs")
    assert train(idx, tmp_path / "student", "--teacher", output, "--teacher", output,
                 "--teacher-share", 0.7).returncode == 0
    strokes.write_text(STROKES + "x\n")
    complaint(train(idx, output, "--strokes", strokes), 1, str(strokes), "line 12")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_saves_what_was_learned(tmp_path: Path, number: signal.Signals) -> None:
    idx = make_idx(tmp_path, "long", 2000, 3)
    output, history = tmp_path / "m", tmp_path / "h.csv"
    command = [program("digit-train"), "--images", idx.images, "--labels", idx.labels, *QUICK,
               "--epochs", "100000", "--schedule", "constant", "--json",
               "--history", history, "--output", output]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", env=environment()) as process:
        deadline = time.monotonic() + 60
        while not (history.exists() and history.read_text().count("\n") > 3):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "stopped" in err and str(output) in err
    assert json.loads(out)["stopped"] is True
    judged = run("digit-eval", "--json", "--model", output, idx.images, idx.labels)
    assert json.loads(judged.stdout)["accuracy"] > 0.9


def terminal_output(command: list[object], **changes: str | None) -> str:
    """What a program shows whose three streams are a terminal 100 columns wide."""
    import fcntl
    import struct
    import termios
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen([str(part) for part in command], stdin=follower, stdout=follower,
                               stderr=follower, env=environment(**changes))
    os.close(follower)
    shown = b""
    while True:
        if select.select([leader], [], [], 60)[0]:
            try:
                part = os.read(leader, 65536)
            except OSError:  # the other side is closed
                part = b""
            if part:
                shown += part
                continue
        break
    os.close(leader)
    assert process.wait(60) == 0, shown
    return shown.decode()


def test_bar_on_a_terminal(tmp_path: Path) -> None:
    idx = make_idx(tmp_path, "more", 6000, 4)
    command = [program("digit-train"), "--images", idx.images, "--labels", idx.labels, *QUICK,
               "--output", tmp_path / "m"]
    shown = terminal_output(command)
    bars = re.findall(r"epoch \d/2 \|[^|]*\| +\d+%  loss \d\.\d+  accuracy [\d.]+%"
                      r"  \d+ images/s  \S+ left", shown)
    assert bars, shown
    assert len(re.findall(r"^epoch \d/2  loss", shown.replace("\r", "\n"), re.M)) == 2
    assert all(len(line) < 100 for line in re.split(r"[\r\n]+", shown))

    plain = terminal_output(command, TERM="dumb")
    assert "images/s" in plain and "left" not in plain, "no bar where it can't be redrawn"
    assert "\x1b" not in terminal_output(command, NO_COLOR="1")


def test_colour_of_digit_predict_on_a_terminal(tmp_path: Path) -> None:
    from conftest import PICTURES, model_arguments
    command = [program("digit-predict"), *model_arguments(), PICTURES / "seven-blue-pen.png"]
    assert "\x1b[" in terminal_output(command)
    assert "\x1b" not in terminal_output(command, NO_COLOR="1")
    assert "\x1b" not in terminal_output(command, TERM="dumb")
    assert "\x1b[" in terminal_output(command, NO_COLOR="")
