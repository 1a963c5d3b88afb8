"""``digit read``: find and classify the digits in pictures."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from typing import Any, Optional

from .. import DigitError, Model
from .._image import pages_of
from ._common import UsageError, message, real, some_digits, whole
from ._data import pictures_in
from ._models import open_model
from ._read_print import PRINTERS, Page, Printer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--model", metavar="FILE", help="model to ask (the built-in one)")
    add("--layout", choices=("page", "line", "single"), help="what a picture holds (page)")
    add("--min-confidence", metavar="P", type=real(0, 1), default=0.0, help="'?' below it (0)")
    add("--length", metavar="N", type=whole(1, 64), help="how many digits a group has (any)")
    add("--allow", metavar="DIGITS", type=some_digits, help="the digits that may be answered (all)")
    add("--grid", metavar="RxC", type=_grid, help="rows and columns of cells; 0x0: find out")
    add("--time-limit", metavar="SECONDS", type=real(0.001, 1e6), help="give a picture up (none)")
    add("--signs", action="store_true", help="show signs, too: 12.50, -3, 12/05/2026")
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument("--json", action="store_true", help="one JSON object a page")
    formats.add_argument("--csv", action="store_true", help="a table with a row a digit")
    formats.add_argument("--hocr", action="store_true", help="an hOCR document")
    add("--overlay", metavar="OUT.png", help="also draw boxes and answers over the picture")
    add("--threads", metavar="N", type=whole(0, 256), default=0, help="0 = one per CPU (0)")
    add("pictures", metavar="PICTURE|FOLDER", nargs="+", help="'-' is standard input")


def run(options: argparse.Namespace) -> int:
    if options.grid and options.layout:
        raise UsageError("--grid and --layout: one of them")
    model = open_model(options.model)
    model.threads = options.threads
    wanted: dict[str, Any] = {
        "layout": "grid" if options.grid else options.layout or "page",
        "min_confidence": options.min_confidence,
        "digits": options.length,
        "allowed": options.allow,
        "grid": options.grid,
        "signs": options.signs,
        "time_limit": options.time_limit,
    }
    chosen = [name for name in PRINTERS if getattr(options, name, False)] or ["text"]
    printer = PRINTERS[chosen[0]](bool(options.grid))
    printer.begin()
    status, drawn = 0, 0
    for name in _names(options.pictures):
        try:
            drawn = _read_file(model, name, wanted, printer, options.overlay, drawn)
        except DigitError as error:
            message(str(error) if name in str(error) else f"{name}: {error}")
            status = 1
    printer.end()
    return status


def _read_file(
    model: Model,
    name: str,
    wanted: dict[str, Any],
    printer: Printer,
    overlay: Optional[str],
    drawn: int,
) -> int:
    """Print the reading of each page and return the number of overlays written so far."""
    source: Any = sys.stdin.buffer.read() if name == "-" else name
    pages = list(pages_of(source))
    for number, pixels in enumerate(pages):
        reading = model.read(pixels, **wanted)
        height, width = pixels.shape[:2]
        printer.page(Page(name, number, len(pages), width, height, reading))
        if overlay:
            drawn += 1
            reading.overlay().save(_numbered(overlay, drawn))
    return drawn


def _numbered(path: str, number: int) -> str:
    """The name of an overlay: OUT.png for the first, OUT-2.png for the second."""
    stem, ending = os.path.splitext(path)
    return path if number == 1 else f"{stem}-{number}{ending}"


def _names(given: list[str]) -> Iterator[str]:
    for name in given:
        if os.path.isdir(name):
            yield from pictures_in(name)
        else:
            yield name


def _grid(text: str) -> tuple[int, int]:
    sides = re.fullmatch(r"([0-9]{1,4})x([0-9]{1,4})", text)
    rows, columns = (int(side) for side in sides.groups()) if sides else (0, 1)
    if (rows == 0) != (columns == 0) or max(rows, columns) > 4096:
        raise argparse.ArgumentTypeError(f"expected RxC, such as 9x9, or 0x0, not '{text}'")
    return rows, columns
