"""What the Python tests share.

The package comes from PYTHONPATH=bindings/python (or is installed), its C
library from LIBDIGIT_LIBRARY; tests/run.sh sets both.
"""

import gzip
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import libdigit
from libdigit._library import lib

ROOT = Path(__file__).resolve().parents[2]


def make_samples(count, seed=0):
    """Samples that even one dense layer learns: label k lights the k-th cell of a grid."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    rng.shuffle(labels)
    images = rng.integers(0, 90, (count, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels):
        row, column = divmod(int(label), 4)
        image[7 * row : 7 * row + 7, 7 * column : 7 * column + 7] += 150
    return images, labels


def idx_images(images):
    """The bytes of an IDX file of images."""
    return struct.pack(">4I", 0x0803, *images.shape) + images.tobytes()


def idx_labels(labels):
    """The bytes of an IDX file of labels."""
    return struct.pack(">2I", 0x0801, len(labels)) + labels.tobytes()


def run_python(code, *arguments, timeout=120, **variables):
    """Run a program of its own; gives its CompletedProcess. A variable of None is unset."""
    environment = dict(os.environ, **{k: v for k, v in variables.items() if v is not None})
    for name, value in variables.items():
        if value is None:
            environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.fixture(scope="session")
def samples():
    return make_samples(400)


@pytest.fixture(scope="session")
def more_samples():
    return make_samples(200, seed=1)


@pytest.fixture
def idx_files(tmp_path, samples):
    """Paths of a pair of IDX files that hold `samples`."""
    images, labels = tmp_path / "images", tmp_path / "labels"
    images.write_bytes(idx_images(samples[0]))
    labels.write_bytes(idx_labels(samples[1]))
    return images, labels


@pytest.fixture
def gzip_files(tmp_path, idx_files):
    """The same, compressed."""
    packed = []
    for path in idx_files:
        target = path.with_name(path.name + ".gz")
        target.write_bytes(gzip.compress(path.read_bytes()))
        packed.append(target)
    return tuple(packed)


@pytest.fixture(scope="session")
def trained_bytes(samples):
    model = libdigit.Model("dense 10", seed=1)
    model.fit(*samples, epochs=8, batch=20, learning_rate=0.01)
    return model.to_bytes()


@pytest.fixture
def model(trained_bytes):
    """A small trained model of the test's own."""
    return libdigit.Model.from_bytes(trained_bytes)


@pytest.fixture(scope="session")
def library_path():
    """The file of the C library in use."""
    return Path(lib._name)
