"""Samples that people upload, and training on them."""
from __future__ import annotations

import gzip
import time
import tracemalloc
import zipfile
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image, ImageDraw

import curve
import libdigit
import training_data
from conftest import file_of, seven
from training import Training


def one() -> Image.Image:
    image = Image.new("RGB", (200, 240), "white")
    ImageDraw.Draw(image).line((100, 40, 100, 200), "black", 18)
    return image


def zip_of(folder: Path, members: dict[str, bytes], **options: int) -> list[str]:
    path = folder / "data.zip"
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return [str(path)]


@pytest.fixture(name="network")
def fixture_network() -> libdigit.Model:
    return libdigit.Model("dense 10", seed=1)


def test_a_zip_of_folders(tmp_path: Path, network: libdigit.Model) -> None:
    given = zip_of(tmp_path, {
        "mine/7/a.png": file_of(seven()), "1/b.JPG": file_of(one(), "JPEG"),
        "../7/c.png": file_of(seven()), "/1/d.png": file_of(one()),
        "readme.txt": b"not one", "7/no-picture.png": b"not one", "77/e.png": b"", "x7/f.png": b"",
        "1/blank.png": file_of(Image.new("L", (50, 50), 255))})
    before = sorted(tmp_path.parent.rglob("*"))
    data = training_data.load(given, network)
    assert data.labels.tolist() == [7, 1, 7, 1] and data.skipped == 2
    assert (data.samples[0] == network.normalize(seven())).all()
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_a_large_member_is_left_out(tmp_path: Path, network: libdigit.Model) -> None:
    bomb = bytes(64 << 20)
    given = zip_of(tmp_path, {"7/a.png": file_of(seven()), "1/b.png": file_of(one()),
                              "3/bomb.png": bomb}, compression=zipfile.ZIP_DEFLATED)
    data = training_data.load(given, network)
    assert data.labels.tolist() == [7, 1] and data.skipped == 1


def test_a_member_larger_than_it_says(tmp_path: Path, network: libdigit.Model) -> None:
    given = zip_of(tmp_path, {"3/bomb.png": bytes(64 << 20)}, compression=zipfile.ZIP_DEFLATED)
    path = Path(given[0])
    said = (64 << 20).to_bytes(4, "little")
    assert path.read_bytes().count(said) >= 2
    path.write_bytes(path.read_bytes().replace(said, (100).to_bytes(4, "little")))
    with pytest.raises(gr.Error, match="no pictures|damaged"):
        training_data.load(given, network)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_that_unpack_without_bound(tmp_path: Path, network: libdigit.Model, method: int
                                           ) -> None:
    given = zip_of(tmp_path, {"7/a.png": file_of(seven())}, compression=method)
    with pytest.raises(gr.Error, match="no pictures"):
        training_data.load(given, network)


def test_idx_files_of_gigabytes(tmp_path: Path, network: libdigit.Model) -> None:
    """2 MB of gzip may promise 2 GB of samples."""
    labels, images = tmp_path / "labels.gz", tmp_path / "images.gz"
    count = np.array([2_000_000], ">u4").tobytes()
    labels.write_bytes(gzip.compress(b"\0\0\x08\x01" + count + bytes(2_000_000)))
    images.write_bytes(gzip.compress(b"\0\0\x08\x03" + count + b"\0\0\0\x1c" * 2))
    with pytest.raises(gr.Error, match="More than 70,000 samples"):
        training_data.load([str(images), str(labels)], network)


@pytest.mark.parametrize("members, words", [
    ({"readme.txt": b"a"}, "no pictures in folders"),
    ({}, "no pictures in folders"),
    ({"7/a.png": file_of(seven())}, "two kinds"),
    ({f"7/{n}.png": b"" for n in range(training_data.PICTURES_MAX + 1)}, "at most")])
def test_zips_that_will_not_do(tmp_path: Path, network: libdigit.Model, members: dict,
                               words: str) -> None:
    with pytest.raises(gr.Error, match=words):
        training_data.load(zip_of(tmp_path, members), network)


def test_damaged_zips(tmp_path: Path, network: libdigit.Model) -> None:
    [path] = zip_of(tmp_path, {"7/a.png": file_of(seven()), "1/b.png": file_of(one())})
    whole = Path(path).read_bytes()
    for place in range(0, len(whole), 97):
        Path(path).write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1:])
        try:
            assert len(training_data.load([path], network).labels) <= 2
        except gr.Error as error:
            assert str(tmp_path) not in str(error)


def idx(folder: Path, count: int = 200) -> list[str]:
    rng = np.random.default_rng(1)
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = rng.integers(0, 60, (count, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels):
        image[2 * label:2 * label + 4] = 230
    contents = {"images": b"\0\0\x08\x03" + np.array([count, 28, 28], ">u4").tobytes()
                + images.tobytes(),
                "labels": b"\0\0\x08\x01" + np.array([count], ">u4").tobytes() + labels.tobytes()}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in contents]


def test_idx_files_in_either_order(tmp_path: Path, network: libdigit.Model) -> None:
    paths = idx(tmp_path)
    first, second = (training_data.load(given, network) for given in (paths, paths[::-1]))
    assert (first.samples == second.samples).all() and (first.labels == second.labels).all()
    assert first.samples.shape == (200, 28, 28)


def test_idx_files_that_will_not_do(tmp_path: Path, network: libdigit.Model) -> None:
    images, labels = idx(tmp_path)
    Path(labels).write_bytes(b"no labels")
    with pytest.raises(gr.Error) as error:
        training_data.load([images, labels], network)
    assert "IDX" in str(error.value) and str(tmp_path) not in str(error.value)
    for given in ([images], [images] * 3, []):
        with pytest.raises(gr.Error, match="two IDX files"):
            training_data.load(given, network)


def test_training(tmp_path: Path) -> None:
    training = Training(idx(tmp_path), "dense 10", epochs=6)
    assert training.summary() == "Stopped before it began."
    saved = tmp_path / "model.safetensors"
    heard = list(training.run(str(saved)))
    assert heard == training.points and heard[-1].epoch == 6
    assert training.summary().startswith("**Done** in epoch 6")
    assert "of the samples kept for validation right" in training.summary()
    assert "web app" in libdigit.Model.load(saved).info.trained_on
    drawing = curve.svg(training.points)
    assert drawing.count("<circle") == 6 and "6 epochs" in drawing


def test_a_training_that_is_stopped(tmp_path: Path) -> None:
    training = Training(idx(tmp_path), "dense 10", epochs=1000)
    for _ in training.run(str(tmp_path / "model")):
        training.stop()
    assert training.points[-1].epoch < 1000 and "**Stopped** in epoch" in training.summary()


def test_one_at_a_time_until_nobody_listens(tmp_path: Path) -> None:
    paths, saved = idx(tmp_path), str(tmp_path / "model")
    left = Training(paths, "dense 10", epochs=100_000).run(saved)
    next(left)
    with pytest.raises(gr.Error, match="under way"):
        next(Training(paths, "dense 10", epochs=1).run(saved))
    for _ in range(300):
        time.sleep(0.1)
        try:
            other = list(Training(paths, "dense 10", epochs=1).run(saved))
            break
        except gr.Error:
            pass
    assert other[-1].epoch == 1
    assert list(left)[-1].epoch < 100_000


def test_a_training_that_fails(tmp_path: Path) -> None:
    paths = idx(tmp_path)
    with pytest.raises(gr.Error, match="Training failed.*missing"):
        list(Training(paths, "dense 10", epochs=1).run(str(tmp_path / "missing" / "model")))
    Path(paths[0]).write_bytes(b"no images")
    with pytest.raises(gr.Error, match="no IDX files"):
        list(Training(paths, "dense 10", epochs=1).run(str(tmp_path / "model")))


def test_sessions_hold_no_samples(tmp_path: Path) -> None:
    """What is trained or waits for it is its files; the samples of all would take gigabytes."""
    tracemalloc.start()
    trainings = [Training(idx(tmp_path, 10_000), "dense 10", epochs=1) for _ in range(10)]
    list(trainings[0].run(str(tmp_path / "model")))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(trainings) == 10 and held < 1 << 20
