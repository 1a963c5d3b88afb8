"""The bytes of a picture file to rows, in any process on any machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Optional, TypedDict, Union

import numpy as np
import numpy.typing as npt

from .._errors import DigitError, Status
from .._files import read_whole
from .._image import pages_of
from .._library import VERSION
from .._read import read_options
from ..model import Model

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMNS", "NO_DIGITS", "OK", "Recognizer", "Row", "Source", "schema"]

OK = "ok"
NO_DIGITS = "no digits"

# A picture file: its bytes, where they are, or why there are none.
Source = Union[bytes, str, DigitError, None]

# Small pictures are decoded so many, or so many bytes, ahead of being read: decoder and network
# then find the processor's caches as they left them, which is a quarter of a field's time.
_AHEAD = 128
_BYTES_AHEAD = 4 << 20


class Row(TypedDict):
    """One digit of one picture, or what is to be said of a picture without any: a dict.

    Attributes
    ----------
    file : str
        The picture's name.
    page, index : int
        The page of the file and the digit on the page, in reading order, from 0.
    digit : int
        0..9; None if there is none.
    confidence : float
        How likely that is right, 0..1; None without a digit.
    status : str
        'ok' with a digit, 'no digits' on a page without, else what is wrong
        with the file: then this is its only row.
    x, y, width, height : int
        The digit's box in pixels of the page; None without a digit.
    text : str
        All of the page's digits: a space between groups, a newline between
        lines, '?' for what was rejected. None if the file is bad.
    """

    file: str
    page: int
    index: int
    digit: Optional[int]
    confidence: Optional[float]
    status: str
    x: Optional[int]
    y: Optional[int]
    width: Optional[int]
    height: Optional[int]
    text: Optional[str]


COLUMNS = tuple(Row.__annotations__)


class Recognizer:
    """Reads picture files, in any process it is sent to.

    Rows depend on the bytes, the options and the model alone. Pickles hold the
    model's bytes, and a process that unpickles many of them loads one model.

    Parameters
    ----------
    model : Model, str or os.PathLike, optional
        The model or its file. By default the one inside the library.
    layout : {'page', 'line', 'single'}
        What a picture holds: see `Model.read`.
    min_confidence : float
        Below it the text shows '?'.
    digits : int or (int, int), optional
        How many digits a group has, or how many at least and at most.
    allowed : iterable of int, optional
        The digits that may be answered; a string such as "0123" will do.

    Raises
    ------
    TypeError, ValueError, DigitError
        As `Model.load` and `Model.read`.
    """

    def __init__(
        self,
        model: Any = None,
        *,
        layout: str = "page",
        min_confidence: float = 0.0,
        digits: Union[int, tuple[int, int], None] = None,
        allowed: Optional[Iterable[int]] = None,
    ) -> None:
        if layout == "grid":
            raise ValueError("layout: expected 'page', 'line' or 'single': rows have no cells")
        if model is None:
            model = Model.pretrained()
        elif not isinstance(model, Model):
            model = Model.load(model)
        self.model_bytes: bytes = model.to_bytes()
        self.options: dict[str, Any] = {
            "layout": layout,
            "min_confidence": min_confidence,
            "digits": digits,
            "allowed": None if allowed is None else tuple(allowed),
        }
        self._get_ready()

    def _get_ready(self) -> None:
        self._options = read_options(**self.options)
        self._model = _load(self.model_bytes)
        # What is wrong with an option is the library's to say, and no picture's fault.
        self._model._glyphs(np.full((8, 8), 255, np.uint8), self._options)

    def __getstate__(self) -> dict[str, Any]:
        kept = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        return {**kept, "version": VERSION}

    def __setstate__(self, state: dict[str, Any]) -> None:
        version = state.pop("version")
        if version != VERSION:  # which may find other digits
            raise ImportError(f"this worker has libdigit {VERSION}, the job {version}")
        vars(self).update(state)
        self._get_ready()

    def rows(self, file: str, source: Source) -> list[Row]:
        """Read one picture file.

        Parameters
        ----------
        file : str
            What to call it in the rows.
        source : bytes, str or DigitError
            The file's bytes, its path, or why it can't be read; None stands
            for a file that is missing.

        Returns
        -------
        list of Row
            One for each digit of each page, and one for a page without; one
            alone if any of the file is bad. Nothing is raised for what is wrong
            with a picture.
        """
        [rows] = self.read([(file, source)])
        return rows

    def read(self, files: Iterable[tuple[str, Source]]) -> Iterator[list[Row]]:
        """Read picture files: the `rows` of each, sooner than one by one.

        Parameters
        ----------
        files : iterable of (str, source)
            Names and sources, as for `rows`. A few are taken ahead.

        Yields
        ------
        list of Row
        """
        waiting: list[_Opened] = []
        kept = 0
        for file, source in files:
            waiting.append(_opened(file, source))
            kept += waiting[-1].bytes
            if len(waiting) == _AHEAD or kept > _BYTES_AHEAD:
                yield from map(self._all_pages, waiting)
                waiting, kept = [], 0
        yield from map(self._all_pages, waiting)

    def _all_pages(self, opened: _Opened) -> list[Row]:
        file, pages = opened.file, enumerate(opened.pages)
        try:
            return [row for page, pixels in pages for row in self._page(file, page, pixels)]
        except DigitError as error:
            return [_empty(file, 0, _sentence(str(error), opened.source), None)]
        except MemoryError:
            return [_empty(file, 0, "out of memory", None)]

    def _page(self, file: str, page: int, pixels: npt.NDArray[np.uint8]) -> list[Row]:
        return self._rows(file, page, *self._model._glyphs(pixels, self._options))

    def _rows(self, file: str, page: int, text: str, glyphs: npt.NDArray[np.void]) -> list[Row]:
        if not len(glyphs):
            return [_empty(file, page, NO_DIGITS, text)]
        answer = glyphs["prediction"]
        found = zip(answer["digit"].tolist(), answer["confidence"].tolist(), glyphs["box"].tolist())
        return [
            Row(file=file, page=page, index=index, digit=digit, confidence=confidence, status=OK,
                x=x, y=y, width=width, height=height, text=text)
            for index, (digit, confidence, (x, y, width, height)) in enumerate(found)
        ]

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Read a table of picture files: Ray Data's ``map_batches`` calls this.

        Parameters
        ----------
        batch : pyarrow.Table
            Columns ``path`` (str) and ``bytes``; others are not looked at.

        Returns
        -------
        pyarrow.Table
            The rows; `COLUMNS` are its columns.
        """
        pairs = zip(batch["path"].to_pylist(), batch["bytes"].to_pylist())
        return table_of([row for rows in self.read(pairs) for row in rows])


@lru_cache(maxsize=1)
def _load(content: bytes) -> Model:
    return Model.from_bytes(content)


@dataclass(frozen=True)
class _Opened:
    """A picture file whose first page is decoded; what is wrong with it comes with its pages."""

    file: str
    source: Source
    bytes: int
    pages: Iterator[npt.NDArray[np.uint8]]


def _opened(file: str, source: Source) -> _Opened:
    try:
        content = _content_of(source)
        pages = pages_of(content)
        first = next(pages)
        return _Opened(file, source, len(content) + first.nbytes, chain([first], pages))
    except (DigitError, MemoryError) as error:
        # Another error without its frames: bytes that are no picture are not kept.
        status = error.status if isinstance(error, DigitError) else Status.MEMORY
        path = source if isinstance(source, str) else None
        return _Opened(file, path, 0, _raising(DigitError(status, str(error) or "out of memory")))


def _raising(error: DigitError) -> Iterator[npt.NDArray[np.uint8]]:
    raise error
    yield


def _content_of(source: Source) -> bytes:
    if isinstance(source, DigitError):
        raise source
    if isinstance(source, str):
        return read_whole(source, "picture")
    return b"" if source is None else source


def _sentence(message: str, source: Source) -> str:
    """The message without the name, which has a column, and without addresses of memory."""
    name = source if isinstance(source, str) else "-"
    return re.sub(r" at 0x[0-9a-f]+", "", message.removeprefix(f"{name}: ").removeprefix("-: "))


def _empty(file: str, page: int, status: str, text: Optional[str]) -> Row:
    return Row(file=file, page=page, index=0, digit=None, confidence=None, status=status,
               x=None, y=None, width=None, height=None, text=text)


def schema() -> pa.Schema:
    """The columns' types."""
    import pyarrow as pa

    small, whole, text = pa.int8(), pa.int32(), pa.string()
    kinds = (text, whole, whole, small, pa.float32(), text, whole, whole, whole, whole, text)
    return pa.schema(list(zip(COLUMNS, kinds)))


def table_of(rows: list[Row]) -> pa.Table:
    """Rows as a table of pyarrow's."""
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema=schema())
