"""Labelled samples in files: IDX, mnist.npz, CSV, folders of pictures."""

from __future__ import annotations

import argparse
import gzip
import io
import os
import re
import struct
import warnings
import zipfile
from itertools import chain
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from .. import DigitError, Model, Status, load_idx
from .._containers import Budget, importing, lines_of, open_zip, read_member
from .._files import open_regular, write_whole
from .._image import ENDINGS, pixels_of
from .._samples import labels_of, samples_of
from ._common import UsageError, message

__all__ = ["add_data_options", "is_data", "load_data", "pictures_in", "save_data"]

Samples = npt.NDArray[np.uint8]

_IDX = re.compile(r"(\.idx[13]?|idx[13]-ubyte|\.ubyte)(\.gz)?$", re.IGNORECASE)
_CSV = re.compile(r"\.csv(\.gz)?$", re.IGNORECASE)
_UNPACKED_MAX = 2 << 30
# Names of the images' and the labels' arrays in common files.
_NPZ_NAMES = {
    "train": (("x_train", "y_train"), ("images", "labels"), ("x", "y")),
    "test": (("x_test", "y_test"), ("images", "labels"), ("x", "y")),
}


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for reading data."""
    parser.add_argument(
        "--part", choices=("train", "test"), default="test", help="of an mnist.npz (test)"
    )
    parser.add_argument(
        "--transpose", action="store_true", help="swap rows and columns: EMNIST's files need it"
    )
    parser.add_argument(
        "--as-is",
        action="store_true",
        help="pictures of a folder are samples of 28 x 28 already, 0 = background",
    )


def is_data(path: str) -> bool:
    """Whether a path names data: a folder, or a file with a known ending."""
    known = _IDX.search(path) or _CSV.search(path) or path.lower().endswith(".npz")
    return bool(known) or os.path.isdir(path) or path.endswith(os.sep)


def load_data(
    path: str, labels: Optional[str], model: Optional[Model], options: argparse.Namespace
) -> tuple[Samples, Samples]:
    """Samples (n, 28, 28) and labels (n,) from a folder or a file of any known format."""
    if os.path.isdir(path):
        images, answers = _load_folder(path, model, options.as_is)
    elif path.lower().endswith(".npz"):
        images, answers = _load_npz(path, options.part)
    elif _CSV.search(path):
        images, answers = _load_csv(path)
    else:
        images, answers = load_idx(path, labels or labels_beside(path))
    images = images.reshape(-1, 28, 28)
    if options.transpose:
        images = np.ascontiguousarray(images.transpose(0, 2, 1))
    return images, answers


def labels_beside(images: str) -> str:
    """The name of the labels' file beside an images' file, as in MNIST and EMNIST."""
    folder, name = os.path.split(images)
    other = name.replace("images", "labels").replace("idx3", "idx1")
    if other == name:
        raise UsageError(f"{images}: which file has its labels?")
    return os.path.join(folder, other)


def save_data(path: str, labels: Optional[str], images: Samples, answers: Samples) -> None:
    """Write samples and labels in the format of the ending of `path`."""
    if path.lower().endswith(".npz"):
        buffer = io.BytesIO()
        np.savez_compressed(buffer, images=images, labels=answers)
        write_whole(path, buffer.getvalue())
    elif _CSV.search(path):
        write_whole(path, _packed(path, _csv_of(images, answers)))
    elif _IDX.search(path):
        beside = labels or labels_beside(path)
        write_whole(path, _packed(path, _idx_of(images)))
        write_whole(beside, _packed(beside, _idx_of(answers)))
    else:
        _save_folder(path, images, answers)


def _packed(path: str, content: bytes) -> bytes:
    return gzip.compress(content, mtime=0) if path.lower().endswith(".gz") else content


# -- Reading -----------------------------------------------------------------


def _load_npz(path: str, part: str) -> tuple[Samples, Samples]:
    with open_regular(path) as file, importing(path, ".npz file"), open_zip(file) as archive:
        arrays = {name.removesuffix(".npy"): name for name in archive.namelist()}
        for images, labels in _NPZ_NAMES[part]:
            if images in arrays and labels in arrays:
                budget = Budget.of(path, os.fstat(file.fileno()).st_size)
                pair = (_npy(archive, arrays[name], budget) for name in (images, labels))
                return _checked(path, *pair)
        raise DigitError(Status.FORMAT, f"{path}: has {', '.join(arrays):.200}; none known")


def _npy(archive: zipfile.ZipFile, name: str, budget: Budget) -> Any:
    content = read_member(archive, archive.getinfo(name), _UNPACKED_MAX, budget)
    try:
        return np.load(io.BytesIO(content), allow_pickle=False)
    except MemoryError:
        raise DigitError(Status.LIMIT, f"{name}: promises more than there is memory") from None


def _load_csv(path: str) -> tuple[Samples, Samples]:
    """Rows of a label and 784 pixels, with or without a line of names above."""
    with open_regular(path) as file, importing(path, "CSV file"):
        lines = lines_of(file, Budget.of(path, os.fstat(file.fileno()).st_size))
        first = next(lines, "")
        if re.fullmatch(r"[0-9]{1,3}", first.partition(",")[0].strip(' "\n')):
            lines = chain([first], lines)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an empty file: said below
            table = np.loadtxt(lines, np.int16, delimiter=",", ndmin=2, quotechar='"')
        if table.shape[1] != 785 or table.size and not 0 <= table.min() <= table.max() <= 255:
            raise DigitError(
                Status.FORMAT, f"{path}: expected rows of a label and 784 pixels 0..255"
            )
    return _checked(path, table[:, 1:].astype(np.uint8), table[:, 0])


def _checked(path: str, images: Any, labels: Any) -> tuple[Samples, Samples]:
    samples = samples_of(images, f"{path}: images")
    return samples, labels_of(labels, len(samples), f"{path}: labels")


def _load_folder(path: str, model: Optional[Model], as_is: bool) -> tuple[Samples, Samples]:
    """Pictures in the sub-folders 0 to 9, one digit after the other in turn, as in digit-train."""
    shelves = [pictures_in(os.path.join(path, str(digit))) for digit in range(10)]
    if not any(shelves):
        raise DigitError(Status.IO, f"{path}: no pictures in sub-folders 0 to 9")
    turns = max(len(shelf) for shelf in shelves)
    images, labels = [], []
    preparer = model or Model.pretrained()
    for turn in range(turns):
        for digit, shelf in enumerate(shelves):
            if turn < len(shelf):
                sample = _sample_of(shelf[turn], preparer, as_is)
                if sample.any():
                    images.append(sample)
                    labels.append(digit)
                else:
                    message(f"{shelf[turn]}: blank, left out")
    return np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.uint8)


def pictures_in(folder: str) -> list[str]:
    """The picture files of a folder, sorted by bytes: the order is the same in any locale."""
    if not os.path.isdir(folder):
        return []
    names = sorted(os.listdir(folder), key=os.fsencode)
    pictures = [n for n in names if n.lower().endswith(ENDINGS) and not n.startswith(".")]
    return [os.path.join(folder, name) for name in pictures]


def _sample_of(path: str, model: Model, as_is: bool) -> Samples:
    if not as_is:
        return model.normalize(path)
    pixels = pixels_of(path)
    if pixels.shape != (28, 28):
        raise DigitError(Status.FORMAT, f"{path}: {pixels.shape}, not 28 x 28 grey pixels")
    return pixels


# -- Writing -----------------------------------------------------------------


def _idx_of(array: Samples) -> bytes:
    head = struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape)
    return head + array.tobytes()


def _csv_of(images: Samples, labels: Samples) -> bytes:
    rows = np.column_stack([labels, images.reshape(len(images), -1)])
    names = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    lines = [names, *(",".join(map(str, row)) for row in rows.tolist())]
    return ("\n".join(lines) + "\n").encode()


def _save_folder(path: str, images: Samples, labels: Samples) -> None:
    """PNG files of 28 x 28 grey pixels, numbered, in sub-folders 0 to 9."""
    from PIL import Image

    try:
        for digit in range(10):
            os.makedirs(os.path.join(path, str(digit)), exist_ok=True)
        for index, (image, label) in enumerate(zip(images, labels)):
            Image.fromarray(image).save(os.path.join(path, str(label), f"{index:06d}.png"))
    except OSError as error:
        raise DigitError(Status.IO, f"{path}: {error.strerror or error}") from error
