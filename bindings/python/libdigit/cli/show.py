"""``digit show``: a sheet of samples, to see what a file has in it."""

from __future__ import annotations

import argparse
import shutil
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import DigitError, Status
from .._files import write_whole
from ._common import plain, whole
from ._data import add_data_options, load_data
from ._draw import sample_lines

_GAP = 2  # pixels between the samples of a sheet
_CELL = 28 + _GAP


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", help="IDX images, .npz, .csv or a folder")
    parser.add_argument("labels", metavar="LABELS", nargs="?", help="of IDX images")
    parser.add_argument(
        "--count", metavar="N", type=whole(1, 10_000), default=20, help="samples to show (20)"
    )
    parser.add_argument("--first", metavar="N", type=whole(0, 2**40), default=0, help="from here")
    parser.add_argument("--digit", metavar="D", type=whole(0, 9), help="only this digit")
    parser.add_argument(
        "--columns", metavar="N", type=whole(1, 1_000), help="samples in a row (what fits; 20)"
    )
    parser.add_argument(
        "--output", metavar="FILE.png", help="a picture instead of text: ink on white"
    )
    add_data_options(parser)


def run(options: argparse.Namespace) -> int:
    images, labels = load_data(options.data, options.labels, None, options)
    chosen = np.arange(len(images))[options.first :]
    if options.digit is not None:
        chosen = chosen[labels[chosen] == options.digit]
    chosen = chosen[: options.count]
    if len(chosen) == 0:
        raise DigitError(Status.ARGUMENT, f"{options.data}: no such samples")
    if options.output:
        write_whole(options.output, _png_of(images[chosen], options.columns or 20))
        print(f"{plain(options.output)}: {len(chosen)} samples")
    else:
        _print_sheet(images[chosen], labels[chosen], chosen, options.columns)
    return 0


def _print_sheet(images: Any, labels: Any, places: Any, columns: int | None) -> None:
    columns = columns or max(1, shutil.get_terminal_size().columns // _CELL)
    for first in range(0, len(images), columns):
        row = slice(first, first + columns)
        names = [f"{label} (sample {place})" for label, place in zip(labels[row], places[row])]
        print("".join(name.ljust(_CELL) for name in names).rstrip())
        for lines in zip(*(sample_lines(image) for image in images[row])):
            print("".join(line.ljust(_CELL) for line in lines).rstrip())


def _png_of(images: npt.NDArray[np.uint8], columns: int) -> bytes:
    from io import BytesIO

    from PIL import Image

    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    sheet = np.zeros((rows * _CELL + _GAP, columns * _CELL + _GAP), np.uint8)
    for index, image in enumerate(images):
        top, left = (_GAP + _CELL * place for place in divmod(index, columns))
        sheet[top : top + 28, left : left + 28] = image
    buffer = BytesIO()
    Image.fromarray(255 - sheet).save(buffer, "PNG")
    return buffer.getvalue()
