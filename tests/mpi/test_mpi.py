"""train-mpi and train_mpi.py: one model on several ranks, a rank that dies, ranks that differ.

DIGIT_BUILD names the build folder, LIBDIGIT_LIBRARY its library; Open MPI or MPICH is installed.
"""
from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "bulk" / "train_mpi.py"
NORMAL = "conv 4x3 batchnorm relu maxpool 2 dropout 25 dense 10"
# As root, on fewer processors than ranks, and beside other tests.
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1"}


def program(name: str) -> str:
    return str(Path(os.environ["DIGIT_BUILD"]).resolve() / "examples" / name)


@dataclass
class Idx:
    images: Path
    labels: Path


def make_idx(folder: Path, count: int) -> Idx:
    """Ten kinds of bars in noise."""
    rng = np.random.default_rng(count)
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = rng.integers(0, 60, (count, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels):
        row, column = divmod(int(label), 5)
        image[4 + 11 * row:13 + 11 * row, 2 + 5 * column:6 + 5 * column] = 230
    result = Idx(folder / f"images-{count}", folder / f"labels-{count}")
    result.images.write_bytes(struct.pack(">IIII", 0x803, count, 28, 28) + images.tobytes())
    result.labels.write_bytes(struct.pack(">II", 0x801, count) + labels.tobytes())
    return result


@pytest.fixture(scope="module", name="idx")
def fixture_idx(tmp_path_factory: pytest.TempPathFactory) -> Idx:
    return make_idx(tmp_path_factory.mktemp("idx"), 1000)


def common(idx: Idx, *more: object) -> list[str]:
    return ["--images", str(idx.images), "--labels", str(idx.labels), "--architecture", NORMAL,
            "--epochs", "3", *map(str, more)]


@pytest.fixture(scope="module", name="alone")
def fixture_alone(idx: Idx, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What digit-train makes of it."""
    output = tmp_path_factory.mktemp("alone") / "model"
    subprocess.run([program("digit-train"), *common(idx, "--output", output)], check=True,
                   capture_output=True)
    return output.read_bytes()


def mpirun(ranks: int, *command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mpirun", "-n", str(ranks), *map(str, command)], env=ENVIRONMENT,
                          capture_output=True, encoding="utf-8", timeout=300, check=False)


@pytest.mark.parametrize(("output", "why"), [
    ("folder", "is a folder"),
    ("none/model", "can't save there"),
    ("model.onnx", "models are saved as .safetensors"),
    ("images", "--output and --images are the same file"),
])
def test_output_is_checked_before_training(idx: Idx, tmp_path: Path, output: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "images").symlink_to(idx.images)
    done = mpirun(2, program("train-mpi"), *common(idx, "--output", tmp_path / output))
    assert done.returncode != 0 and done.stderr.count(why) == 1, done.stderr
    assert "epoch" not in done.stderr


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_same_file_as_digit_train(idx: Idx, alone: bytes, tmp_path: Path, ranks: int) -> None:
    output = tmp_path / "model"
    done = mpirun(ranks, program("train-mpi"), *common(idx, "--output", output))
    assert done.returncode == 0, done.stderr
    assert output.read_bytes() == alone
    assert done.stderr.count("epoch 3/3") == 1, "rank 0 alone reports"


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_same_file_from_python(idx: Idx, alone: bytes, tmp_path: Path, ranks: int) -> None:
    output = tmp_path / "model"
    done = mpirun(ranks, sys.executable, "-m", "mpi4py", SCRIPT, idx.images, idx.labels, output,
                  "--architecture", NORMAL, "--epochs", 3)
    assert done.returncode == 0, done.stderr
    assert output.read_bytes() == alone


def ranks_of(launcher: int) -> list[int]:
    """The processes of train-mpi below mpirun, whatever stands between."""
    found, below = [], [launcher]
    while below:
        parent = below.pop()
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            below.append(child)
            if Path(f"/proc/{child}/comm").read_text().strip() == "train-mpi":
                found.append(child)
    return found


def test_a_rank_that_dies_ends_the_job(tmp_path: Path) -> None:
    idx = make_idx(tmp_path, 3000)
    arguments = common(idx, "--epochs", 4, "--batch", 64)
    whole, output, point = tmp_path / "whole", tmp_path / "model", tmp_path / "point"
    subprocess.run([program("digit-train"), *arguments, "--output", whole], check=True,
                   capture_output=True)
    command = [program("train-mpi"), *arguments, "--output", str(output), "--checkpoint",
               str(point), "--checkpoint-interval", "5"]
    with subprocess.Popen(["mpirun", "-n", "2", *command], env=ENVIRONMENT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8") as job:
        deadline = time.monotonic() + 60
        while not point.exists():
            assert time.monotonic() < deadline and job.poll() is None
            time.sleep(0.01)
        os.kill(ranks_of(job.pid)[-1], signal.SIGKILL)
        out, err = job.communicate(timeout=60)
    assert job.returncode != 0 and not output.exists()
    assert "signal 9" in out + err or "SIGKILL" in out + err, out + err
    again = mpirun(2, *command)
    assert again.returncode == 0, again.stderr
    assert output.read_bytes() == whole.read_bytes()


def test_an_error_on_one_rank_ends_the_job(idx: Idx, tmp_path: Path) -> None:
    output = tmp_path / "model"
    done = mpirun(2, program("train-mpi"), *common(idx, "--output", output, "--checkpoint",
                                                   tmp_path / "none" / "point"))
    assert done.returncode != 0 and not output.exists()
    assert "none/point" in done.stderr
    done = mpirun(2, program("train-mpi"), *common(idx, "--output", tmp_path / "none" / "model"))
    assert done.returncode != 0 and "none/model" in done.stderr


def test_ranks_that_differ_are_told(idx: Idx, tmp_path: Path) -> None:
    """As where one machine has another version of the data: two programs in one job."""
    other = make_idx(tmp_path, 990)
    output = tmp_path / "model"
    done = mpirun(1, program("train-mpi"), *common(idx, "--output", output), ":", "-n", "1",
                  program("train-mpi"), *common(other, "--output", output))
    assert done.returncode != 0 and not output.exists()
    assert "rank 1 of 2 has not the same model, data, options and checkpoint" in done.stderr


def test_more_ranks_than_shards(idx: Idx, tmp_path: Path) -> None:
    done = mpirun(4, program("train-mpi"), *common(idx, "--batch", 64, "--output", tmp_path / "m"))
    assert done.returncode != 0
    assert "with shards dealt out by 1, of 2 none is left for rank 2" in done.stderr
