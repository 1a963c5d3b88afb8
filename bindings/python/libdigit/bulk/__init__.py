"""Millions of pictures: what Ray, Dask, Spark and plain processes share.

`Recognizer` turns the bytes of a picture file into rows, wherever it is sent:

    >>> recognizer = libdigit.bulk.Recognizer()
    >>> recognizer.rows("empty.png", b"")[0]["status"]
    'no picture file of PNG, JPEG, BMP, TIFF, WEBP'

`run` reads folders of pictures, Parquet files and archives into a folder of
Parquet files, and goes on where it was stopped; ``digit bulk`` is the same from
a shell. It needs pyarrow and Pillow (``pip install 'libdigit[bulk]'``), and the
engine if it is not 'processes'. docs/bulk.md has the rest.
"""

from ._job import ENGINES, Summary, run
from ._recognizer import COLUMNS, NO_DIGITS, OK, Recognizer, Row

__all__ = ["COLUMNS", "ENGINES", "NO_DIGITS", "OK", "Recognizer", "Row", "Summary", "run"]

for _public in (Recognizer, Row, Summary, run):
    _public.__module__ = __name__
del _public
