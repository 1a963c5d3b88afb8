"""digit-train --resume: killed at any moment, it ends with the file of a run nobody disturbed."""
from __future__ import annotations

import csv
import hashlib
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import TINY, Idx, complaint, environment, make_idx, program, run

NORMAL = "conv 4x3 batchnorm relu maxpool 2 dropout 25 dense 10"


@pytest.fixture(scope="module")
def long_idx(tmp_path_factory: pytest.TempPathFactory) -> Idx:
    return make_idx(tmp_path_factory.mktemp("idx"), "long", 2000, 5)


def command(idx: Idx, output: Path, *options: object) -> list[str]:
    return [program("digit-train"), "--images", str(idx.images), "--labels", str(idx.labels),
            "--architecture", NORMAL, "--epochs", "4", "--batch", "64", "--augment", "0.3",
            "--validation-split", "200", "--output", str(output), *map(str, options)]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def disturbed(arguments: list[str], number: signal.Signals, took: float,
              rng: random.Random) -> int:
    """Run it again and again, with `number` sent at random moments of the `took` seconds that it
    needs, until it ends. How often that was too early."""
    for attempt in range(60):
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment()) as process:
            try:
                _, said = process.communicate(timeout=took * rng.uniform(0.1, 0.7 + 0.2 * attempt))
            except subprocess.TimeoutExpired:
                process.send_signal(number)
                _, said = process.communicate(timeout=60)
        if process.returncode not in (-number, 128 + number):
            assert process.returncode == 0, said
            return attempt
    raise AssertionError("it never ended")


@pytest.mark.parametrize("interval", [0, 7])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_ends_with_the_same_file(long_idx: Idx, tmp_path: Path, number: signal.Signals,
                                 interval: int) -> None:
    whole, again = tmp_path / "whole", tmp_path / "again"
    history = tmp_path / "whole.csv"
    began = time.monotonic()
    subprocess.run(command(long_idx, whole, "--history", history), check=True,
                   capture_output=True, env=environment())
    took = time.monotonic() - began
    rng = random.Random(interval + number)
    stops = 0
    for _ in range(2):
        again_history = tmp_path / "again.csv"
        stops += disturbed(command(long_idx, again, "--resume", "--checkpoint-interval", interval,
                                   "--history", again_history), number, took, rng)
        assert sha256(again) == sha256(whole)
        rows = [list(csv.reader(path.open())) for path in (history, again_history)]
        if number == signal.SIGINT:
            assert [row[:4] for row in rows[1]] == [row[:4] for row in rows[0]]
    assert stops > 1
    assert {path.name for path in tmp_path.iterdir()} == {
        "whole", "whole.csv", "again", "again.csv"}, "no checkpoint is left, no temporary file"


def test_the_checkpoint_of_another_training_is_refused(long_idx: Idx, tmp_path: Path) -> None:
    output, point = tmp_path / "m", tmp_path / "m.checkpoint"
    with subprocess.Popen(command(long_idx, output, "--resume", "--epochs", 1000),
                          stderr=subprocess.PIPE, env=environment()) as process:
        deadline = time.monotonic() + 60
        while not point.exists():
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.communicate(timeout=60)
    before = point.read_bytes()
    for changes in (("--seed", 2), ("--epochs", 999), ("--batch", 65), ("--augment", 0.5),
                    ("--validation-split", 201), ("--architecture", TINY)):
        result = subprocess.run(command(long_idx, output, "--resume", "--epochs", 1000, *changes),
                                capture_output=True, encoding="utf-8", env=environment())
        complaint(result, 2, str(point), "not a checkpoint of this model, data and options")
    assert point.read_bytes() == before and not output.exists()


def test_checkpoint_by_name_stays(idx: Idx, tmp_path: Path) -> None:
    point = tmp_path / "point"
    quick = ("--images", idx.images, "--labels", idx.labels, "--architecture", TINY,
             "--epochs", 2, "--checkpoint", point, "--checkpoint-interval", 1)
    for name, more in (("a", ()), ("b", ("--resume",)), ("c", ())):
        result = run("digit-train", *quick, "--output", tmp_path / name, *more)
        assert result.returncode == 0, result.stderr
        assert point.exists() and not (tmp_path / f"{name}.checkpoint").exists()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "c").read_bytes()


def test_an_interval_without_a_checkpoint(idx: Idx, tmp_path: Path) -> None:
    result = run("digit-train", "--images", idx.images, "--labels", idx.labels, "--output",
                 tmp_path / "m", "--checkpoint-interval", 5)
    complaint(result, 2, "--checkpoint-interval", "--resume")


def test_output_must_not_be_what_it_began_with(idx: Idx, tmp_path: Path) -> None:
    """Stopped, it would save there, and the same command would begin with something else."""
    result = run("digit-train", "--images", idx.images, "--labels", idx.labels, "--from",
                 tmp_path / "m", "--output", tmp_path / "m", "--resume")
    complaint(result, 2, "--output", "--from")
