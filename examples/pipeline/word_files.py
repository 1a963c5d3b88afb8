"""Words that an OCR engine found, in its own file format, some of them to be replaced.

hOCR and TSV of Tesseract; JSON of EasyOCR's and PaddleOCR's results. What is not replaced
stays as it is, in hOCR and TSV byte for byte.

A file may come from anywhere: it is bounded, hOCR may not declare entities, and nothing it
names is opened.
"""
from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Optional
from xml.parsers import expat

BYTES_MAX = 64 << 20
WORDS_MAX = 100_000
DEPTH_MAX = 100
SIDE_MAX = 65535

Box = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom are outside


class WordFileError(ValueError):
    """The file is not what it should be; the message says where."""


@dataclass
class Digit:
    """One digit of what a word is replaced by."""

    digit: str
    confidence: float
    box: Box


@dataclass
class Word:
    """What the engine read where; confidence 0..1."""

    text: str
    confidence: float
    box: Box
    page: int
    replace: Callable[[str, float, list[Digit]], None]


@dataclass
class WordFile:
    """All words; `dump` gives the file with what was replaced."""

    words: list[Word]
    dump: Callable[[], bytes]


def load(data: bytes) -> WordFile:
    """The words in a file of any of the formats, which its first sign tells apart."""
    if len(data) > BYTES_MAX:
        raise WordFileError(f"larger than {BYTES_MAX >> 20} MiB")
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        found = _hocr(data)
    elif start in (b"[", b"{"):
        found = _json(data)
    elif data.startswith(b"level\t"):
        found = _tsv(data)
    else:
        raise WordFileError("neither hOCR, nor Tesseract's TSV, nor JSON")
    if len(found.words) > WORDS_MAX:
        raise WordFileError(f"more than {WORDS_MAX} words")
    return found


def _box(numbers: list[float], where: str) -> Box:
    left, top, right, bottom = (int(round(n)) if abs(n) <= SIDE_MAX else -1 for n in numbers)
    if not (0 <= left <= right <= SIDE_MAX and 0 <= top <= bottom <= SIDE_MAX):
        raise WordFileError(f"{where}: a box that can't be: {numbers}")
    return left, top, right, bottom


# ---- hOCR -----------------------------------------------------------------

TAG = re.compile(rb"""<[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""")
BBOX = re.compile(r"\bbbox (-?\d{1,6}) (-?\d{1,6}) (-?\d{1,6}) (-?\d{1,6})\b")
CONFIDENCE = re.compile(r"\bx_wconf (\d{1,3}(?:\.\d{1,9})?)")


@dataclass
class _Span:
    """An ocrx_word while it is parsed: bytes `start` to `end` are what is inside."""

    tag: int
    start: int
    title: str
    page: int
    depth: int
    text: str = ""
    characters: bool = False  # it has boxes of its characters


class _HocrParser:
    """Where in the bytes the words are. Nothing is built of the rest."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.depth, self.page = 0, 0
        self.open: Optional[_Span] = None
        self.found: list[tuple[_Span, int]] = []
        self.expat = expat.ParserCreate("utf-8")
        self.expat.StartElementHandler = self.start
        self.expat.EndElementHandler = self.end
        self.expat.CharacterDataHandler = self.text
        self.expat.EntityDeclHandler = self.entity
        self.expat.buffer_text = True
        try:
            self.expat.Parse(data, True)
        except expat.ExpatError as error:
            raise WordFileError(f"hOCR: {error}") from None

    def entity(self, *_: Any) -> None:
        raise WordFileError("hOCR: declares an entity, which no OCR engine does")

    def start(self, _: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise WordFileError(f"hOCR: more than {DEPTH_MAX} elements in each other")
        kinds, title = attributes.get("class", "").split(), attributes.get("title", "")
        if "ocr_page" in kinds:
            number = re.search(r"\bppageno (\d{1,6})\b", title)
            self.page = int(number[1]) if number else 0
        at = self.expat.CurrentByteIndex
        tag = TAG.match(self.data, at)
        if "ocrx_word" in kinds and tag and not tag[0].endswith(b"/>"):
            self.open = _Span(at, tag.end(), title, self.page, self.depth)
        elif self.open and "ocrx_cinfo" in kinds:
            self.open.characters = True

    def end(self, _: str) -> None:
        if self.open and self.open.depth == self.depth:
            self.found.append((self.open, self.expat.CurrentByteIndex))
            self.open = None
        self.depth -= 1

    def text(self, text: str) -> None:
        if self.open:
            self.open.text += text


def _hocr(data: bytes) -> WordFile:
    changes: list[tuple[int, int, bytes]] = []  # from, to, what stands there instead

    def word(span: _Span, end: int) -> Optional[Word]:
        box, sure = BBOX.search(span.title), CONFIDENCE.search(span.title)
        if not box or not sure:
            return None

        def replace(text: str, confidence: float, digits: list[Digit]) -> None:
            tag = re.sub(rb"\bx_wconf [\d.]+", b"x_wconf %.0f" % (100 * confidence),
                         data[span.tag:span.start])
            inside = _characters(text, digits) if span.characters else escape(text)
            changes.append((span.tag, end, tag + inside.encode()))

        return Word(span.text.strip(), min(float(sure[1]) / 100, 1.0),
                    _box([int(n) for n in box.groups()], "hOCR"), span.page, replace)

    def dump() -> bytes:
        parts, done = [], 0
        for start, end, instead in sorted(changes):
            parts += [data[done:start], instead]
            done = end
        return b"".join(parts) + data[done:]

    words = [word(span, end) for span, end in _HocrParser(data).found]
    return WordFile([one for one in words if one], dump)


def _characters(text: str, digits: list[Digit]) -> str:
    """Each digit with its box; signs between them stay bare."""
    left = iter(digits)
    parts = []
    for sign in text:
        if sign.isdigit():
            one = next(left)
            parts.append("<span class='ocrx_cinfo' title='x_bboxes {} {} {} {}; x_conf {:.4f}'>{}"
                         "</span>".format(*one.box, 100 * one.confidence, sign))
        else:
            parts.append(escape(sign))
    return "".join(parts)


# ---- TSV ------------------------------------------------------------------

COLUMNS = "level page_num block_num par_num line_num word_num left top width height conf text"


def _tsv(data: bytes) -> WordFile:
    """Tesseract's: a row of level 5 is a word."""
    try:
        rows = [line.split("\t") for line in data.decode("utf-8").split("\n")]
    except UnicodeDecodeError as error:
        raise WordFileError(f"TSV: {error}") from None
    if [name.strip() for name in rows[0]] != COLUMNS.split():
        raise WordFileError(f"TSV: expected the columns {COLUMNS}")
    words = []
    for number, row in enumerate(rows[1:], 2):
        if row[0] != "5":
            continue
        try:
            page, left, top, width, height = (int(row[i]) for i in (1, 6, 7, 8, 9))
            confidence, text = float(row[10]) / 100, row[11]
        except (ValueError, IndexError):
            raise WordFileError(f"TSV: row {number} is no word: {row!r:.80}") from None

        def replace(text: str, confidence: float, _: list[Digit], row: list[str] = row) -> None:
            end = "\r" if row[-1].endswith("\r") else ""
            row[10:] = [f"{100 * confidence:.6f}", text + end]

        words.append(Word(text.strip(), min(max(confidence, 0.0), 1.0),
                          _box([left, top, left + width, top + height], f"TSV: row {number}"),
                          page - 1, replace))
    return WordFile(words, lambda: "\n".join("\t".join(row) for row in rows).encode())


# ---- JSON -----------------------------------------------------------------


def _json(data: bytes) -> WordFile:
    try:
        root = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise WordFileError(f"JSON: {error}") from None
    words: list[Word] = []
    try:
        _collect(root, words)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        if isinstance(error, WordFileError):
            raise
        raise WordFileError(f"JSON: not what EasyOCR or PaddleOCR give: {error!r}") from None
    return WordFile(words, lambda: (json.dumps(root, ensure_ascii=False) + "\n").encode())


def _collect(root: Any, words: list[Word]) -> None:
    if isinstance(root, dict):  # PaddleOCR 3: columns of texts, scores, polygons
        found = root.get("res", root)
        for index, box in enumerate(found["rec_boxes"] or found["rec_polys"]):
            words.append(_entry(found["rec_texts"], index, found["rec_scores"], index, box))
        return
    pages = root if root and all(map(_is_page, root)) else [root]  # PaddleOCR 2: a list a page
    for number, page in enumerate(pages):
        for one in page or []:  # PaddleOCR gives None for a page without text
            if isinstance(one, dict):                # EasyOCR, output_format="dict"
                word = _entry(one, "text", one, "confident", one["boxes"])
            elif isinstance(one[1], (list, tuple)):  # PaddleOCR 2: [polygon, [text, score]]
                word = _entry(one[1], 0, one[1], 1, one[0])
            else:                                    # EasyOCR: [polygon, text, score]
                word = _entry(one, 1, one, 2, one[0])
            word.page = number
            words.append(word)


def _is_page(one: Any) -> bool:
    """A list of entries, not an entry: what it begins with begins with points."""
    for _ in range(3):
        if not one:
            return True
        if not isinstance(one, list):
            return False
        one = one[0]
    return isinstance(one, list)


def _entry(texts: Any, text_at: Any, scores: Any, score_at: Any, shape: Any) -> Word:
    def replace(text: str, confidence: float, _: list[Digit]) -> None:
        texts[text_at], scores[score_at] = text, round(confidence, 6)

    if shape and isinstance(shape[0], (list, tuple)):  # a polygon
        across, down = [float(x) for x, _ in shape], [float(y) for _, y in shape]
        shape = [min(across), min(down), max(across), max(down)]
    text, confidence = texts[text_at], float(scores[score_at])
    if not isinstance(text, str) or not 0 <= confidence <= 1:
        raise WordFileError(f"JSON: a text and a score from 0 to 1, not {text!r:.40}, {confidence}")
    box = _box([max(float(n), 0.0) for n in shape], "JSON")
    return Word(text.strip(), confidence, box, 0, replace)
