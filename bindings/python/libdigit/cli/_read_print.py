"""The output of ``digit read`` as text, JSON, CSV or hOCR, like that of digit-read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from itertools import groupby
from typing import Any

from .. import Digit, Reading, version
from ._common import plain, print_json

__all__ = ["PRINTERS", "Page", "Printer"]

_ALTERNATIVE_LEAST = 0.0005  # probabilities below this are no alternative
_REALS = 6  # significant digits in JSON


@dataclass(frozen=True)
class Page:
    """One page of a picture file, and its reading."""

    file: str
    page: int
    pages: int
    width: int
    height: int
    reading: Reading


class Printer:
    """Prints pages one by one: this class as text, its subclasses in other formats."""

    def __init__(self, grid: bool) -> None:
        self.grid = grid

    def begin(self) -> None:
        """Print what precedes the first page."""

    def end(self) -> None:
        """Print what follows the last page."""

    def page(self, page: Page) -> None:
        """Print one page."""
        name = plain(page.file) + (f" page {page.page}" if page.pages > 1 else "")
        text = page.reading.text
        between = ":\n" if "\n" in text else ": "
        print(f"{name}{between}{text or 'no digits'}")


class _Json(Printer):
    def page(self, page: Page) -> None:
        print_json(
            {
                "file": page.file,
                "page": page.page,
                "width": page.width,
                "height": page.height,
                "text": page.reading.text,
                "digits": [self._digit(digit) for digit in page.reading.digits],
                "signs": [asdict(mark) for mark in page.reading.marks],
            },
            _REALS,
        )

    def _digit(self, digit: Digit) -> dict[str, Any]:
        likely = digit.alternatives(3) if digit.digit is not None else []
        kept = likely[:1] + [one for one in likely[1:] if one[1] >= _ALTERNATIVE_LEAST]
        facts = {
            "digit": digit.digit,
            "confidence": digit.confidence,
            "box": digit.box,
            "line": digit.line,
            "group": digit.group,
            "alternatives": kept,
        }
        return {**facts, "row": digit.row, "column": digit.column} if self.grid else facts


class _Csv(Printer):
    def begin(self) -> None:
        names = "file,page,line,group,digit,confidence,x,y,width,height"
        print(names + ",row,column" * self.grid)

    def page(self, page: Page) -> None:
        name = page.file.replace('"', '""')
        for digit in page.reading.digits:
            answer = "" if digit.digit is None else digit.digit
            x, y, width, height = digit.box
            place = f",{digit.row},{digit.column}" if self.grid else ""
            print(
                f'"{name}",{page.page},{digit.line},{digit.group},{answer},'
                f"{digit.confidence:.4f},{x},{y},{width},{height}{place}"
            )


class _Hocr(Printer):
    def begin(self) -> None:
        print(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n<title>digits</title>\n'
            f'<meta name="ocr-system" content="libdigit {version()}"/>\n'
            '<meta name="ocr-capabilities" content="ocr_page ocr_line ocrx_word ocrx_cinfo"/>\n'
            "</head>\n<body>"
        )

    def end(self) -> None:
        print("</body>\n</html>")

    def page(self, page: Page) -> None:
        name = escape(plain(page.file)).replace("&#x27;", "&#39;")
        size = f"bbox 0 0 {page.width} {page.height}; ppageno {page.page}"
        print(f'<div class="ocr_page" title="image &quot;{name}&quot;; {size}">')
        for _, line in groupby(page.reading.digits, key=lambda digit: digit.line):
            self._line(list(line))
        print("</div>")

    def _line(self, digits: list[Digit]) -> None:
        print(f'<span class="ocr_line" title="{_bounds(digits)}">')
        for (_, empty), word in groupby(digits, key=lambda d: (d.group, d.digit is None)):
            if not empty:
                self._word(list(word))
        print("</span>")

    def _word(self, digits: list[Digit]) -> None:
        least = 100 * min(digit.confidence for digit in digits)
        letters = [
            f'<span class="ocrx_cinfo" title="{_bounds([one])}; x_conf {100 * one.confidence:.0f}">'
            f"{'?' if one.rejected else one.digit}</span>"
            for one in digits
        ]
        title = f"{_bounds(digits)}; x_wconf {least:.0f}"
        print(f'<span class="ocrx_word" title="{title}">{"".join(letters)}</span>')


def _bounds(digits: list[Digit]) -> str:
    """The bounding box of all digits in the syntax of hOCR."""
    boxes = [digit.box for digit in digits]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return f"bbox {left} {top} {right} {bottom}"


PRINTERS: dict[str, type[Printer]] = {"json": _Json, "csv": _Csv, "hocr": _Hocr, "text": Printer}
