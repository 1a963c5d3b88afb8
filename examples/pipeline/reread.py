#!/usr/bin/env python3
"""Read again with libdigit the numbers that another OCR engine is not sure of.

    tesseract form.jpg words hocr              # or tsv
    reread.py words.hocr form.jpg > better.hocr

Takes hOCR or TSV of Tesseract, or a JSON file of EasyOCR's or PaddleOCR's results
(word_files.py), and the picture; gives the same format back. Replaced are words that
the engine doubts, or, with --all, that have a digit, if libdigit is sure of every digit in
their box. Everything else stays. Needs libdigit and Pillow.
"""
from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Optional

import numpy as np
from PIL import Image, ImageOps

import libdigit
import word_files
from word_files import Word

Page = np.ndarray  # (height, width, 3)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("words", type=Path, metavar="WORDS", help="hOCR, TSV or JSON; -: stdin")
    parser.add_argument("picture", type=Path, metavar="PICTURE", help="what it was read from")
    parser.add_argument("--output", type=Path, help="file to write (default: standard output)")
    parser.add_argument("--doubt", type=float, default=0.7, metavar="P",
                        help="words less sure than this are read again (default: 0.7)")
    parser.add_argument("--min-confidence", type=float, default=0.5, metavar="P",
                        help="of each digit, to replace a word (default: 0.5)")
    parser.add_argument("--all", action="store_true",
                        help="read words with a digit again even if the engine is sure of them")
    parser.add_argument("--model", help="model file (default: the built-in model)")
    return parser.parse_args()


def load_page(picture: Path, number: int) -> Page:
    with Image.open(picture) as image:
        try:
            image.seek(number)
        except EOFError:
            raise word_files.WordFileError(
                f"there are words of page {number + 1}, which {picture} has not") from None
        return np.array(ImageOps.exif_transpose(image).convert("RGB"))


def blank(page: Page, word: Word) -> None:
    """Paint over a word with the paper around it, so that its letters are not in the way."""
    left, top, right, bottom = word.box
    left, top = max(left - 2, 0), max(top - 2, 0)
    part = page[top:bottom + 2, left:right + 2]
    if part.size:
        edge = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
        part[:] = np.median(edge, axis=0)


def inside(found: list[libdigit.Digit], word: Word) -> list[libdigit.Digit]:
    """The digits whose middle is in the word's box."""
    boxes = np.array([one.box for one in found], float).reshape(-1, 4)
    x, y = (boxes[:, :2] + boxes[:, 2:] / 2).T
    left, top, right, bottom = word.box
    within = (left <= x) & (x < right) & (top <= y) & (y < bottom)
    return [found[index] for index in np.flatnonzero(within)]


def joined(digits: list[libdigit.Digit], old: str) -> str:
    """Digits of several groups: the engine's signs between them if it saw as many, else spaces."""
    groups: dict[tuple[int, int], str] = {}
    for one in digits:
        place = one.line, one.group
        groups[place] = groups.get(place, "") + str(one.digit)
    signs = re.findall(r"(?<=\d)\D+(?=\d)", old)
    if len(signs) != len(groups) - 1:
        signs = [" "] * (len(groups) - 1)
    return "".join(text + sign for text, sign in zip(groups.values(), [*signs, ""]))


def replacement(word: Word, found: list[libdigit.Digit], least: float
                ) -> Optional[tuple[str, float, list[word_files.Digit]]]:
    digits = inside(found, word)
    if not digits or min(one.confidence for one in digits) < least:
        return None
    shown = [word_files.Digit(str(one.digit), one.confidence,
                              (one.box[0], one.box[1], one.box[0] + one.box[2],
                               one.box[1] + one.box[3])) for one in digits]
    return joined(digits, word.text), min(one.confidence for one in digits), shown


def reread_page(model: libdigit.Model, page: Page, words: list[Word],
                options: argparse.Namespace) -> tuple[int, int]:
    """How many words were read again and how many replaced."""
    again = [word for word in words if word.confidence < options.doubt
             or options.all and re.search(r"\d", word.text)]
    doubted = {id(word) for word in again}
    for word in words:
        if id(word) not in doubted:
            blank(page, word)
    found = model.read(page).digits if again else []
    replaced = 0
    for word in again:
        better = replacement(word, found, options.min_confidence)
        if better:
            word.replace(*better)
            replaced += 1
    return len(again), replaced


def write_whole(path: Path, content: bytes) -> None:
    """Write all of a file, or leave what was there, which may be the file of words itself."""
    target = path.resolve()
    if target.exists() and not target.is_file():  # a device, a FIFO: nothing to replace
        target.write_bytes(content)
        return
    mask = os.umask(0o077)
    os.umask(mask)
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~mask
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name[:100]}.",
                                     delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
            os.replace(file.name, target)
        except BaseException:
            os.unlink(file.name)
            raise


def visible(text: str) -> str:
    """A message whose names of files can't control a terminal."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def main() -> int:
    options = parse()
    try:
        data = (sys.stdin.buffer.read(word_files.BYTES_MAX + 1) if str(options.words) == "-"
                else options.words.read_bytes())
        file = word_files.load(data)
        model = (libdigit.Model.load(options.model) if options.model
                 else libdigit.Model.pretrained())
        counts = [reread_page(model, load_page(options.picture, number),
                              [word for word in file.words if word.page == number], options)
                  for number in sorted({word.page for word in file.words})]
        if options.output:
            write_whole(options.output, file.dump())
        else:
            sys.stdout.buffer.write(file.dump())
    except (word_files.WordFileError, OSError, libdigit.DigitError,
            Image.DecompressionBombError) as error:
        print(f"reread: {visible(str(error))}", file=sys.stderr)
        return 1
    print(f"reread: {len(file.words)} words, {sum(n for n, _ in counts)} read again, "
          f"{sum(n for _, n in counts)} replaced", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
