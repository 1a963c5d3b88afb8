"""Labelled samples that people upload: a pair of IDX files, or a zip of folders of pictures."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np
import numpy.typing as npt

import libdigit
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
    for images, labels in (paths, paths[::-1]):
        try:
            return Data(*libdigit.load_idx(images, labels))
        except libdigit.DigitError as error:
            failure = failure_of(error)
    raise problem(f"These are no IDX files of images and labels: {failure}")


def failure_of(error: libdigit.DigitError) -> str:
    """What an error says, without the place of the file on this machine."""
    return str(error).rpartition("/")[2]


def _from_zip(path: str, model: libdigit.Model) -> Data:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [(m, int(found[1])) for m in archive.infolist()
                       if (found := _MEMBER.fullmatch(m.filename))]
            if len(members) > PICTURES_MAX:
                raise problem(f"{len(members):,} pictures; at most {PICTURES_MAX:,} are taken.")
            found = [(_sample(archive, member, model), digit) for member, digit in members]
    except gr.Error:
        raise
    except Exception as error:  # zipfile raises whatever a broken file leads it to
        raise problem("The zip file is damaged, or of a kind that is not known here.") from error
    kept = [(sample, digit) for sample, digit in found if sample is not None]
    if not kept:
        raise problem("There are no pictures in folders 0 to 9 in the zip.")
    samples, labels = zip(*kept)
    return Data(np.array(samples), np.array(labels, np.uint8), len(found) - len(kept))


def _sample(archive: zipfile.ZipFile, member: zipfile.ZipInfo, model: libdigit.Model) -> Any:
    """The sample of one picture; None if it is too large, none, or blank."""
    if member.file_size > MEMBER_MAX:
        return None
    with archive.open(member) as file:
        content = file.read(MEMBER_MAX + 1)
    try:
        with opened(content) as picture:
            sample = model.normalize(picture)
    except gr.Error:
        return None
    return sample if sample.any() else None
