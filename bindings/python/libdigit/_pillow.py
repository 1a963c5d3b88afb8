"""Picture files and Pillow's images as arrays of pixels, in bounded memory.

Pillow is imported only when a file is to be read, and opens only the formats of the list
below. What a picture takes to decode is reckoned up before it is decoded, and pixels are
converted some rows at a time: two copies of a large picture are one too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._alpha import Tones, laid
from ._errors import DigitError, Status, error_from
from ._files import name_of, read_whole
from ._samples import bytes_of_floats, bytes_of_words

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["check_cost", "check_size", "pages_of", "pixels_of_pillow"]

# The library's own limits, known here so that a picture which it would refuse
# is not decoded or copied first.
_SIDE_MAX = 65_535
_PIXELS_MAX = 64 << 20

_DECODING_MAX = 512 << 20  # bytes: the file, the decoder's memory, and the pixels that come out
_BAND = 1 << 20  # pixels converted at a time
_PAGES_MAX = 1_000
_FILE_FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP")  # what digit-predict reads

# Bytes a pixel of Pillow's images; and of WebP's decoder, which keeps two canvases and their
# bytes beside that (measured with Pillow 13).
_PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
_COLOUR_BYTES = 4
_WEBP_BYTES = 16
_COEFFICIENT_BYTES = 2  # of a JPEG of several scans, for each channel of a pixel

_WITH_ALPHA = ("LA", "La", "PA", "RGBa", "RGBA")

_ORIENTATION = 0x0112  # a tag of EXIF and TIFF, as are these
_TILE_WIDTH, _TILE_HEIGHT, _STRIP_HEIGHT, _BITS = 322, 323, 278, 258
_TURNS: dict[int, Callable[[npt.NDArray[Any]], npt.NDArray[Any]]] = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: pixels.swapaxes(0, 1)[:, ::-1],
    7: lambda pixels: pixels.swapaxes(0, 1)[::-1, ::-1],
    8: lambda pixels: pixels.swapaxes(0, 1)[::-1],
}


def check_size(width: int, height: int, name: str) -> None:
    """Refuse a picture of more pixels than the library takes, or of none."""
    if height == 0 or width == 0:
        raise error_from(Status.ARGUMENT, f"{name}: {width} x {height} pixels: it has none")
    if max(height, width) > _SIDE_MAX or height * width > _PIXELS_MAX:
        raise error_from(
            Status.LIMIT,
            f"{name}: {width} x {height} pixels; at most {_SIDE_MAX:,} a side "
            f"and {_PIXELS_MAX:,} in all",
        )


def pages_of(source: Any, name: str = "-") -> Iterator[npt.NDArray[np.uint8]]:
    """The pages of a picture file, by path or content, upright; only TIFF has more than one.

    `name` stands in messages where the content is given.
    """
    if isinstance(source, bytes):
        return _decode_pages(source, name)
    return _decode_pages(read_whole(source, "picture"), name_of(source))


def _decode_pages(content: bytes, name: str) -> Iterator[npt.NDArray[np.uint8]]:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise ImportError("picture files need Pillow: pip install 'libdigit[pictures]'") from error
    try:
        with Image.open(BytesIO(content), formats=_FILE_FORMATS) as image:
            pages = _count_pages(image, name)
            for page in range(pages):
                image.seek(page)
                check_size(image.width, image.height, name)
                check_cost(image, content, name)
                pixels = pixels_of_pillow(image, name)
                turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
                if page + 1 == pages:
                    image.close()  # its memory is not to be kept until the pixels are used
                yield pixels if turn is None else np.ascontiguousarray(turn(pixels))
    except (DigitError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise error_from(Status.LIMIT, f"{name}: {error}") from error
    except UnidentifiedImageError as error:
        kinds = ", ".join(_FILE_FORMATS)
        raise DigitError(Status.FORMAT, f"{name}: no picture file of {kinds}") from error
    except Exception as error:  # Pillow's readers raise whatever a broken file leads them to
        raise DigitError(Status.FORMAT, f"{name}: damaged picture file: {error}") from error


def _count_pages(image: Any, name: str) -> int:
    """How many pages a file has; Pillow's own count of a hostile file's takes minutes."""
    if image.format != "TIFF":
        return 1
    for page in range(_PAGES_MAX + 1):
        try:
            image.seek(page)
        except EOFError:
            return page
    raise error_from(Status.LIMIT, f"{name}: more than {_PAGES_MAX} pages")


# -- What decoding takes -------------------------------------------------------


def check_cost(image: Any, content: bytes, name: str) -> None:
    """Refuse a picture that takes too much memory to decode; it has only been opened."""
    pixels = image.width * image.height
    grey = image.mode in ("1", "L", "F") or image.mode.startswith("I")
    cost = len(content) + pixels * (1 if grey else 3) + _decoder_bytes(image, content)
    if cost > _DECODING_MAX:
        raise error_from(
            Status.LIMIT,
            f"{name}: {image.width} x {image.height} pixels of {image.format} take "
            f"{cost >> 20} MiB to decode; at most {_DECODING_MAX >> 20}",
        )


def _decoder_bytes(image: Any, content: bytes) -> int:
    """Memory that Pillow and its decoders take for a picture, at most."""
    pixels = image.width * image.height
    size = pixels * _PIXEL_BYTES.get(image.mode, _COLOUR_BYTES)
    if image.format == "WEBP":
        return int(pixels * _WEBP_BYTES)
    if image.format in ("JPEG", "MPO") and _has_scans(image, content):
        size += pixels * _COEFFICIENT_BYTES * len(image.getbands())
    if image.format == "TIFF":
        size += _chunk_bytes(image)
    return int(size)


def _has_scans(image: Any, content: bytes) -> bool:
    """Whether a JPEG comes in several scans: their coefficients are all kept."""
    if image.info.get("progressive"):
        return True
    at = 2
    while at + 5 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xDA:  # a scan: how many channels does it have?
            return content[at + 4] < len(image.getbands())
        at += 1 if marker == 0xFF else 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return True


def _chunk_bytes(image: Any) -> int:
    """A strip or tile of a TIFF, which is unpacked as a whole. Tiles may exceed the picture."""
    tags = image.tag_v2
    rows = min(tags.get(_STRIP_HEIGHT, image.height), image.height)
    width, height = int(tags.get(_TILE_WIDTH, image.width)), int(tags.get(_TILE_HEIGHT, rows))
    bits = int(sum(tags.get(_BITS, (8,))))
    return width * height * max(_COLOUR_BYTES, bits // 8 + 1)


# -- Pixels --------------------------------------------------------------------


def pixels_of_pillow(image: Image.Image, name: str) -> npt.NDArray[np.uint8]:
    """Any mode of Pillow as grey or RGB, what is transparent on a background."""
    check_size(image.width, image.height, name)
    if image.mode == "F":
        return _joined(image, lambda band, where: bytes_of_floats(np.asarray(band), where), name)
    if image.mode.startswith("I"):
        return _joined(image, _grey_of_words, name)
    if image.mode in ("L", "RGB"):
        return _joined(image, lambda band, _: np.asarray(band), name)
    if "transparency" in image.info or image.mode in _WITH_ALPHA:
        return _flattened(image, name)
    mode = "L" if image.mode == "1" else "RGB"
    return _joined(image, lambda band, _: np.asarray(band.convert(mode)), name)


def _flattened(image: Image.Image, name: str) -> npt.NDArray[np.uint8]:
    tones = Tones()
    for _, band in _bands(image):
        tones.add(_with_alpha(band))
    background = tones.background()
    return _joined(image, lambda band, _: laid(_with_alpha(band), background), name)


def _with_alpha(band: Image.Image) -> npt.NDArray[np.uint8]:
    return np.asarray(band if band.mode == "RGBA" else band.convert("RGBA"))


def _joined(
    image: Image.Image, convert: Callable[[Image.Image, str], npt.NDArray[Any]], name: str
) -> npt.NDArray[np.uint8]:
    """What `convert` makes of each band, given with what to call it in messages."""
    pixels: npt.NDArray[np.uint8] | None = None
    for top, band in _bands(image):
        part = convert(band, name if top == 0 else f"{name}: rows from {top}")
        if pixels is None:
            pixels = np.empty((image.height, *part.shape[1:]), np.uint8)
        pixels[top : top + len(part)] = part
    assert pixels is not None
    return pixels


def _bands(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Some rows at a time, each with the number of its first row."""
    image.load()
    rows = max(1, _BAND // image.width)
    if rows >= image.height:
        yield 0, image
        return
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _grey_of_words(band: Image.Image, name: str) -> npt.NDArray[np.uint8]:
    """Pixels of 16 bits, which Pillow also keeps in 32, as bytes."""
    array = np.asarray(band)
    if not (0 <= int(array.min()) and int(array.max()) <= 65_535):
        raise DigitError(Status.UNSUPPORTED, f"{name}: pixels of more than 16 bits")
    return bytes_of_words(array)
