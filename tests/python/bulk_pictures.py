"""Pictures for the tests of `libdigit.bulk`: single digits, small fields, and bad ones."""

import io
import os
import struct
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np

# Ways in which a picture file may be bad, whatever it was.
BROKEN = (
    "empty", "cut in its header", "cut in its pixels", "noise", "text", "another format",
    "a bomb", "no width", "a wrong chunk", "half a TIFF",
)  # fmt: skip


@lru_cache(maxsize=1)
def _digits():
    """Digits (n, 28, 28), 0 = paper: MNIST's test set, or strokes where it is missing."""
    folder = os.environ.get("MNIST_DIR")
    if folder:
        [path] = Path(folder).glob("t10k-images[-.]idx3-ubyte")
        return np.frombuffer(path.read_bytes(), np.uint8, offset=16).reshape(-1, 28, 28)
    strokes = np.zeros((2, 28, 28), np.uint8)
    strokes[0, 4:24, 13:16] = 255  # a one, and a seven
    strokes[1, 4:7, 7:20] = 255
    strokes[1, 4:24, 17:20] = 255
    return strokes


def _png(pixels):
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _any_digit(rng):
    digits = _digits()
    return 255 - digits[rng.integers(len(digits))]


def digit_png(rng):
    """One digit, dark on white."""
    return _png(_any_digit(rng))


def field_png(rng, count):
    """So many digits in a line."""
    paper = np.full((44, 20 + 26 * count), 255, np.uint8)
    for place in range(count):
        top, left = int(rng.integers(4, 12)), 10 + 26 * place
        spot = paper[top : top + 28, left : left + 28]
        np.minimum(spot, _any_digit(rng)[:, : spot.shape[1]], out=spot)
    return _png(paper)


def _chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def _claiming(width, height):
    """A PNG of a size that it has no pixels for."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\0"))


def page_png(rng, rows=20, count=16):
    """A scan of 20 lines of 16 digits, three times as large as MNIST's."""
    from PIL import Image

    fields = [np.asarray(Image.open(io.BytesIO(field_png(rng, count)))) for _ in range(rows)]
    page = Image.fromarray(np.vstack(fields))
    size = (3 * page.width, 3 * page.height)
    return _png(np.asarray(page.resize(size, Image.Resampling.BILINEAR)))


def broken(way, png):
    """A PNG file made bad in one of the ways of `BROKEN`."""
    from PIL import Image

    buffer = io.BytesIO()
    image = Image.open(io.BytesIO(png))
    if way == "another format":
        image.save(buffer, "GIF")
        return buffer.getvalue()
    if way == "half a TIFF":
        image.save(buffer, "TIFF")
        return buffer.getvalue()[: len(buffer.getvalue()) // 2]
    return {
        "empty": b"",
        "cut in its header": png[:20],
        "cut in its pixels": png[: len(png) * 2 // 3],
        "noise": np.random.default_rng(len(png)).bytes(400),
        "text": b"<html>404 Not Found</html>",
        "a bomb": _claiming(60_000, 60_000),
        "no width": _claiming(0, 28),
        "a wrong chunk": png[:33] + b"\0\0\0\5JUNK" + png[41:],
    }[way]


def rows_in(folder):
    """The rows of a folder of Parquet files, as any reader of such folders sees them."""
    import pyarrow.dataset

    return pyarrow.dataset.dataset(folder, format="parquet").to_table().to_pylist()


def sorted_rows(rows):
    return sorted(rows, key=lambda row: (row["file"], row["page"], row["index"]))
