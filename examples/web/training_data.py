"""Labelled samples that people upload: a pair of IDX files, or a zip of folders of pictures."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np
import numpy.typing as npt

import libdigit
from libdigit._containers import Budget, open_zip, read_member
from pictures import opened, problem

SAMPLES_MAX = 70_000
PICTURES_MAX = 5_000
MEMBER_MAX = 1 << 20

# Pictures in folders 0 to 9, wherever in the archive those are. Nothing is unpacked to disk, so
# names need no further care.
_MEMBER = re.compile(r"(?:.*/)?([0-9])/[^/]+\.(?:png|jpe?g|bmp|tiff?|webp)", re.IGNORECASE)


@dataclass(frozen=True)
class Data:
    """Samples [count][28][28] and labels [count]; `skipped` pictures could not be used."""

    samples: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]
    skipped: int = 0


def load(paths: list[str], model: libdigit.Model) -> Data:
    """What is in the uploaded files; pictures are prepared as `model` expects them."""
    if len(paths) == 1 and zipfile.is_zipfile(paths[0]):
        data = _from_zip(paths[0], model)
    elif len(paths) == 2:
        data = _from_idx(paths)
    else:
        raise problem("Choose two IDX files, images and labels, or one zip of folders 0 to 9.")
    if len(data.labels) > SAMPLES_MAX:
        raise problem(f"{len(data.labels):,} samples; at most {SAMPLES_MAX:,} are taken here.")
    if len(set(data.labels.tolist())) < 2:
        raise problem("There are not two kinds of digits to tell apart.")
    return data


def _from_idx(paths: list[str]) -> Data:
    """Images and labels, in either order: the first that fits."""
    for path in paths:
        if _promised(path) > SAMPLES_MAX:  # asked first: 2 MB of gzip may hold 2 GB
            raise problem(f"More than {SAMPLES_MAX:,} samples; so many are taken here at most.")
    for images, labels in (paths, paths[::-1]):
        try:
            return Data(*libdigit.load_idx(images, labels))
        except libdigit.DigitError as error:
            failure = failure_of(error)
    raise problem(f"These are no IDX files of images and labels: {failure}")


def _promised(path: str) -> int:
    """How many samples the header of an IDX file promises; 0 if it is none."""
    for opened_by in (open, gzip.open):
        with contextlib.suppress(OSError, EOFError, zlib.error), opened_by(path, "rb") as file:
            header = file.read(8)
            if header[:3] == b"\0\0\x08":
                return int.from_bytes(header[4:], "big")
    return 0


def failure_of(error: libdigit.DigitError) -> str:
    """What an error says, without the place of the file on this machine."""
    return str(error).rpartition("/")[2]


def _from_zip(path: str, model: libdigit.Model) -> Data:
    try:
        with open(path, "rb") as file, open_zip(file) as archive:
            members = [(m, int(found[1])) for m in archive.infolist()
                       if (found := _MEMBER.fullmatch(m.filename))]
            if len(members) > PICTURES_MAX:
                raise problem(f"{len(members):,} pictures; at most {PICTURES_MAX:,} are taken.")
            budget = Budget.of("The zip file", os.path.getsize(path))
            found = [(_sample(archive, member, budget, model), digit) for member, digit in members]
    except gr.Error:
        raise
    except Exception as error:  # zipfile raises whatever a broken file leads it to
        raise problem("The zip file is damaged, or of a kind that is not known here.") from error
    kept = [(sample, digit) for sample, digit in found if sample is not None]
    if not kept:
        raise problem("There are no pictures in folders 0 to 9 in the zip.")
    samples, labels = zip(*kept)
    return Data(np.array(samples), np.array(labels, np.uint8), len(found) - len(kept))


def _sample(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget,
            model: libdigit.Model) -> Any:
    """The sample of one picture; None if it is too large, packed otherwise, none, or blank."""
    try:
        with opened(read_member(archive, member, MEMBER_MAX, budget)) as picture:
            sample = model.normalize(picture)
    except gr.Error:
        return None
    except libdigit.DigitError:
        if budget.left < 0:
            raise
        return None
    return sample if sample.any() else None
