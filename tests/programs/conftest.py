"""What the tests of the programs share.

DIGIT_BUILD names the build folder (its examples/ holds the programs). DIGIT_MODEL
may name a model file to use in place of the built-in one. MNIST_DIR, if set, holds
the four raw files of MNIST.
"""
from __future__ import annotations

import gzip
import os
import resource
import signal
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SOURCE = Path(__file__).resolve().parents[2]
PICTURES = SOURCE / "examples" / "pictures"
TINY = "conv 4x3 relu maxpool 2 dense 10"


def program(name: str) -> str:
    build = os.environ.get("DIGIT_BUILD")
    assert build, "set DIGIT_BUILD to the build folder"
    path = Path(build).resolve() / "examples" / name
    assert path.exists(), f"{path} was not built"
    return str(path)


def environment(**changes: str | None) -> dict[str, str]:
    env = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "LC_ALL")}
    env.update({"LC_ALL": "C.UTF-8", "TERM": "xterm-256color"})
    for key, value in changes.items():
        if value is None:
            env.pop(key, None)
        else:
            env[key] = value
    return env


def run(name: str, *arguments: object, env: dict[str, str] | None = None, **options: Any
        ) -> subprocess.CompletedProcess[str]:
    """Run a program of the build. Text comes back; bytes it could not be are escaped."""
    return subprocess.run([program(name), *(os.fsencode(str(a)) for a in arguments)],
                          capture_output=True, encoding="utf-8", errors="surrogateescape",
                          env=env or environment(), timeout=300, check=False, **options)


def no_room(limit: int) -> Callable[[], None]:
    """For `preexec_fn`: a file of more than `limit` bytes can't be written, as on a full disk."""
    def limit_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return limit_files


def model_arguments() -> list[str]:
    model = os.environ.get("DIGIT_MODEL")
    return ["--model", model] if model else []


def predict(*pictures: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return run("digit-predict", *model_arguments(), *pictures, **options)


def complaint(result: subprocess.CompletedProcess[str], status: int, *words: str) -> None:
    """It failed as it should: this status, one line on stderr with these words."""
    assert result.returncode == status, result
    assert result.stderr.endswith("\n") and result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr, result.stderr


def idx_bytes(array: np.ndarray) -> bytes:
    head = struct.pack(">BBBB", 0, 0, 8, array.ndim)
    return head + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@dataclass
class Idx:
    images: Path
    labels: Path
    count: int


def make_idx(folder: Path, name: str, count: int, seed: int, suffix: str = "") -> Idx:
    """Ten kinds of bars, each at its own place, in noise: learnt in a few steps."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = rng.integers(0, 60, (count, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels):
        row, column = divmod(int(label), 5)
        image[4 + 11 * row:13 + 11 * row, 2 + 5 * column:6 + 5 * column] = 230
    result = Idx(folder / f"{name}-images{suffix}", folder / f"{name}-labels{suffix}", count)
    for path, array in ((result.images, images), (result.labels, labels)):
        data = idx_bytes(array)
        path.write_bytes(gzip.compress(data) if suffix == ".gz" else data)
    return result


@pytest.fixture(scope="session")
def idx(tmp_path_factory: pytest.TempPathFactory) -> Idx:
    return make_idx(tmp_path_factory.mktemp("idx"), "train", 640, 1)


@pytest.fixture(scope="session")
def other_idx(tmp_path_factory: pytest.TempPathFactory) -> Idx:
    return make_idx(tmp_path_factory.mktemp("idx"), "test", 200, 2, ".gz")


@pytest.fixture(scope="session")
def tiny_model(idx: Idx, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    result = run("digit-train", "--images", idx.images, "--labels", idx.labels,
                 "--architecture", TINY, "--epochs", 3, "--batch", 32, "--learning-rate", 0.01,
                 "--output", path)
    assert result.returncode == 0, result.stderr
    return path
