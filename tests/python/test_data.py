"""load_idx: good files and bad ones."""

import gzip
import os
import struct

import numpy as np
import pytest
from conftest import idx_images, idx_labels

import libdigit
from libdigit import DigitError, Status

DAMAGE = (Status.FORMAT, Status.LIMIT, Status.UNSUPPORTED)


def check_pair(loaded, expected):
    images, labels = loaded
    assert images.shape == (400, 28, 28) and images.dtype == np.uint8
    assert labels.shape == (400,) and labels.dtype == np.uint8
    assert np.array_equal(images, expected[0]) and np.array_equal(labels, expected[1])
    assert images.flags.writeable and images.flags.c_contiguous and labels.flags.writeable


def test_plain_and_gzip(idx_files, gzip_files, samples):
    check_pair(libdigit.load_idx(*idx_files), samples)
    check_pair(libdigit.load_idx(*gzip_files), samples)
    check_pair(libdigit.load_idx(idx_files[0], gzip_files[1]), samples)


def test_kinds_of_paths(idx_files, samples):
    check_pair(libdigit.load_idx(*map(str, idx_files)), samples)
    check_pair(libdigit.load_idx(*map(os.fsencode, idx_files)), samples)
    check_pair(libdigit.load_idx(images=idx_files[0], labels=idx_files[1]), samples)


def test_no_samples(tmp_path):
    (tmp_path / "i").write_bytes(idx_images(np.empty((0, 28, 28), np.uint8)))
    (tmp_path / "l").write_bytes(idx_labels(np.empty(0, np.uint8)))
    images, labels = libdigit.load_idx(tmp_path / "i", tmp_path / "l")
    assert images.shape == (0, 28, 28) and labels.shape == (0,)


def test_missing_files(idx_files, tmp_path):
    missing = tmp_path / "missing-file"
    for pair in ((missing, idx_files[1]), (idx_files[0], missing)):
        with pytest.raises(DigitError) as caught:
            libdigit.load_idx(*pair)
        assert caught.value.status == Status.IO
        assert "missing-file" in str(caught.value)


@pytest.mark.parametrize("bad", [None, 3, 1.5, [1]])
def test_paths_that_are_none(idx_files, bad):
    with pytest.raises(TypeError, match="^images: expected"):
        libdigit.load_idx(bad, idx_files[1])
    with pytest.raises(TypeError, match="^labels: expected"):
        libdigit.load_idx(idx_files[0], bad)


def test_path_with_null(idx_files):
    with pytest.raises(ValueError):
        libdigit.load_idx("a\0b", idx_files[1])
    with pytest.raises(ValueError):
        libdigit.load_idx(idx_files[0], b"a\0b")


def lying(good, count):
    return good[:4] + struct.pack(">I", count) + good[8:]


BAD_IMAGES = {
    "empty": lambda good: b"",
    "short header": lambda good: good[:10],
    "truncated": lambda good: good[:-1],
    "longer": lambda good: good + b"\0",
    "another magic": lambda good: b"\0\0\x0d\x03" + good[4:],
    "labels": lambda good: idx_labels(np.zeros(400, np.uint8)),
    "one image too many": lambda good: lying(good, 401),
    "one too few": lambda good: lying(good, 399),
    "four thousand million": lambda good: lying(good, 2**32 - 1),
    "other sides": lambda good: good[:8] + struct.pack(">2I", 14, 56) + good[16:],
    "huge sides": lambda good: good[:8] + b"\xff" * 8 + good[16:],
    "a picture": lambda good: b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "text": lambda good: b"not an IDX file\n" * 50,
}


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("kind", BAD_IMAGES)
def test_bad_images(idx_files, kind, compressed):
    bad = BAD_IMAGES[kind](idx_files[0].read_bytes())
    idx_files[0].write_bytes(gzip.compress(bad) if compressed else bad)
    with pytest.raises(DigitError) as caught:
        libdigit.load_idx(*idx_files)
    assert caught.value.status in DAMAGE
    assert type(caught.value.status) is int
    assert len(str(caught.value)) > 10


ONE_IMAGE = np.zeros((1, 28, 28), np.uint8)
BAD_GZIP = {
    "truncated": lambda good: good[:-9],
    "without its end": lambda good: good[:-4],
    "header alone": lambda good: good[:10],
    "flipped bit": lambda good: good[:500] + bytes([good[500] ^ 4]) + good[501:],
    "wrong checksum": lambda good: good[:-8] + bytes([good[-8] ^ 1]) + good[-7:],
    "two members": lambda good: good + good,
    "garbage behind": lambda good: good + b"garbage",
    "a bomb": lambda good: gzip.compress(idx_images(ONE_IMAGE) + bytes(10**7)),
}


@pytest.mark.parametrize("kind", BAD_GZIP)
def test_bad_gzip(gzip_files, kind):
    gzip_files[0].write_bytes(BAD_GZIP[kind](gzip_files[0].read_bytes()))
    with pytest.raises(DigitError) as caught:
        libdigit.load_idx(*gzip_files)
    assert caught.value.status in DAMAGE


def test_label_over_nine(idx_files, samples):
    labels = samples[1].copy()
    labels[123] = 10
    idx_files[1].write_bytes(idx_labels(labels))
    with pytest.raises(DigitError) as caught:
        libdigit.load_idx(*idx_files)
    assert caught.value.status == Status.FORMAT


def test_pair_that_does_not_belong_together(idx_files, samples):
    idx_files[1].write_bytes(idx_labels(samples[1][:300]))
    with pytest.raises(DigitError) as caught:
        libdigit.load_idx(*idx_files)
    assert caught.value.status in DAMAGE
    assert "300" in str(caught.value) and "400" in str(caught.value)


def test_swapped_files(idx_files):
    with pytest.raises(DigitError) as caught:
        libdigit.load_idx(*reversed(idx_files))
    assert caught.value.status in DAMAGE


def test_a_folder(idx_files, tmp_path):
    with pytest.raises(DigitError) as caught:
        libdigit.load_idx(tmp_path, idx_files[1])
    assert caught.value.status == Status.IO


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="needs MNIST_DIR")
def test_mnist():
    folder = os.environ["MNIST_DIR"]
    images, labels = libdigit.load_idx(
        os.path.join(folder, "t10k-images-idx3-ubyte"),
        os.path.join(folder, "t10k-labels-idx1-ubyte"),
    )
    assert images.shape == (10_000, 28, 28) and labels.shape == (10_000,)
    assert np.bincount(labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    metrics = libdigit.Model.pretrained().evaluate(images, labels)
    assert metrics.accuracy >= 0.99


# ---- Strokes -----------------------------------------------------------------

STROKES = "libdigit strokes 1\n7 30: 0,0 140,10 90,300\n1 30: 5,0 5,100\n"


@pytest.fixture
def strokes(tmp_path):
    path = tmp_path / "digits.strokes"
    path.write_text(STROKES)
    return path


def test_strokes_are_trained_on(samples, strokes):
    nothing = np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8)
    model = libdigit.Model("dense 10", seed=1)
    history = model.fit(*nothing, strokes=strokes, augment=0.3, epochs=20, batch=10)
    assert history[-1].accuracy > 0.9 and history[-1].samples_total == 60
    [both] = model.fit(*samples, strokes=[strokes, str(strokes)], epochs=1)
    assert both.samples_total == len(samples[0]) + 120


def test_strokes_that_are_none(samples, strokes, tmp_path):
    model = libdigit.Model("dense 10")
    with pytest.raises(DigitError, match="nowhere") as caught:
        model.fit(*samples, strokes=[strokes, tmp_path / "nowhere"])
    assert caught.value.status == Status.IO
    strokes.write_text(STROKES + "x")
    with pytest.raises(DigitError, match="line 4") as caught:
        model.fit(*samples, strokes=strokes)
    assert caught.value.status == Status.FORMAT
    with pytest.raises(TypeError, match="^strokes: expected"):
        model.fit(*samples, strokes=3)
