"""Pictures in: arrays, Pillow's images, torch's tensors, picture files and their bytes.

All become one array of pixels: uint8, shape (h, w), (h, w, 3) or (h, w, 4).
Arrays that are so already are not copied. Files are opened by Pillow, which
is imported only then, and only in the formats of the list below.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._alpha import flatten
from ._arguments import Ink, word
from ._errors import DigitError, Status, error_from
from ._files import name_of, read_whole
from ._samples import array_of, bytes_of_floats

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["ENDINGS", "image_of", "pages_of", "pixels_of"]

# Of picture files, by which they are known in folders.
ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")

_INKS: dict[Ink, int] = {
    "auto": c.DIGIT_INK_AUTO,
    "dark": c.DIGIT_INK_DARK,
    "light": c.DIGIT_INK_LIGHT,
}
_FORMATS = {1: c.DIGIT_PIXEL_GRAY8, 3: c.DIGIT_PIXEL_RGB8, 4: c.DIGIT_PIXEL_RGBA8}

# The library's own limits, known here so that a picture which it would refuse
# is not decoded or copied first.
_SIDE_MAX = 65_535
_PIXELS_MAX = 64 << 20

_PAGES_MAX = 1_000
_ORIENTATION = 0x0112  # the tag in EXIF and TIFF; 1 is upright
_FILE_FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP")  # what digit-predict reads


def image_of(picture: Any, ink: Ink) -> tuple[npt.NDArray[np.uint8], c.digit_image]:
    """The C description of a picture, and the array that keeps its pixels alive."""
    side = word(ink, "ink", _INKS)
    array = pixels_of(picture)
    height, width = array.shape[:2]
    channels = array.shape[2] if array.ndim == 3 else 1
    if not _rows_are_whole(array, width, channels):
        array = np.ascontiguousarray(array)
    stride = array.strides[0] if height > 1 else width * channels
    image = c.digit_image(array.ctypes.data, stride, width, height, _FORMATS[channels], side)
    return array, image


def pixels_of(picture: Any) -> npt.NDArray[np.uint8]:
    """Any picture as uint8, shape (h, w), (h, w, 3) or (h, w, 4)."""
    if isinstance(picture, np.ndarray):
        return _pixels_of_array(picture)
    if isinstance(picture, (str, os.PathLike)):
        return _decode(read_whole(picture, "picture"), name_of(picture))
    if isinstance(picture, (bytes, bytearray)) or _is_flat_view(picture):
        return _decode(bytes(picture), "picture")
    if _is_pillow(picture):
        return _pixels_of_pillow(picture, "picture")
    array = array_of(picture, "picture")
    if array.dtype == object:
        kind = type(picture).__name__
        raise TypeError(f"picture: expected an array, a Pillow image, bytes or a path, got {kind}")
    if _is_torch(picture) and array.ndim == 3 and array.shape[0] in (1, 3, 4):
        array = array.transpose(1, 2, 0)  # torch puts channels first
    return _pixels_of_array(array)


def _is_flat_view(picture: Any) -> bool:
    """Whether it is a memoryview of bytes, and so of a file; pictures have two sides."""
    return isinstance(picture, memoryview) and picture.ndim == 1


def _is_torch(picture: Any) -> bool:
    return type(picture).__module__.partition(".")[0] == "torch"


def _is_pillow(picture: Any) -> bool:
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(picture, module.Image)


# -- Arrays ------------------------------------------------------------------


def _pixels_of_array(array: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    if array.dtype != np.uint8 and array.dtype.kind != "f":
        raise TypeError(
            "picture: expected an array of uint8 (0..255) or of floats (0..1), "
            f"got one of {array.dtype}"
        )
    if not (array.ndim == 2 or array.ndim == 3 and array.shape[2] in (1, 3, 4)):
        raise ValueError(
            "picture: expected the shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), "
            f"got {array.shape}"
        )
    _check_size(array.shape[1], array.shape[0], "picture")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    return array if array.dtype == np.uint8 else bytes_of_floats(array, "picture")


def _check_size(width: int, height: int, name: str) -> None:
    if height == 0 or width == 0:
        raise error_from(Status.ARGUMENT, f"{name}: {width} x {height} pixels: it has none")
    if max(height, width) > _SIDE_MAX or height * width > _PIXELS_MAX:
        raise error_from(
            Status.LIMIT,
            f"{name}: {width} x {height} pixels; at most {_SIDE_MAX:,} a side "
            f"and {_PIXELS_MAX:,} in all",
        )


def _rows_are_whole(array: npt.NDArray[np.uint8], width: int, channels: int) -> bool:
    """Whether each row's bytes lie together, and rows don't overlap."""
    inner = (channels, 1) if array.ndim == 3 else (1,)
    return array.strides[1:] == inner and abs(array.strides[0]) >= width * channels


# -- Files -------------------------------------------------------------------


def pages_of(source: Any) -> Iterator[npt.NDArray[np.uint8]]:
    """The pages of a picture file, by name or content; only TIFF has more than one."""
    if isinstance(source, bytes):
        return _decode_pages(source, "-")
    return _decode_pages(read_whole(source, "picture"), name_of(source))


def _decode(content: bytes, name: str) -> npt.NDArray[np.uint8]:
    return next(_decode_pages(content, name))


def _decode_pages(content: bytes, name: str) -> Iterator[npt.NDArray[np.uint8]]:
    """The pixels of a picture file's pages, turned upright."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as error:
        raise ImportError("picture files need Pillow: pip install 'libdigit[pictures]'") from error
    try:
        with Image.open(BytesIO(content), formats=_FILE_FORMATS) as image:
            pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            if pages > _PAGES_MAX:
                raise error_from(Status.LIMIT, f"{name}: {pages} pages; at most {_PAGES_MAX}")
            for page in range(pages):
                image.seek(page)
                _check_size(image.width, image.height, name)
                turned = image.getexif().get(_ORIENTATION, 1) != 1
                upright = ImageOps.exif_transpose(image) if turned else image  # a copy else, too
                yield _pixels_of_pillow(upright, name)
    except (DigitError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise error_from(Status.LIMIT, f"{name}: {error}") from error
    except UnidentifiedImageError as error:
        kinds = ", ".join(_FILE_FORMATS)
        raise DigitError(Status.FORMAT, f"{name}: no picture file of {kinds}") from error
    except Exception as error:  # Pillow's readers raise whatever a broken file leads them to
        raise DigitError(Status.FORMAT, f"{name}: damaged picture file: {error}") from error


def _pixels_of_pillow(image: Image.Image, name: str) -> npt.NDArray[np.uint8]:
    """Any mode of Pillow as grey, RGB or RGBA."""
    _check_size(image.width, image.height, name)
    if image.mode == "F":
        return _pixels_of_array(np.asarray(image))
    if image.mode.startswith("I"):
        return _grey_of_words(np.asarray(image), name)
    if image.mode not in ("L", "RGB", "RGBA"):
        transparent = "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBa")
        grey = image.mode == "1"
        image = image.convert("RGBA" if transparent else "L" if grey else "RGB")
    pixels = np.asarray(image)
    return flatten(pixels) if image.mode == "RGBA" else pixels


def _grey_of_words(array: npt.NDArray[Any], name: str) -> npt.NDArray[np.uint8]:
    """Pixels of 16 bits, which Pillow also keeps in 32, as bytes."""
    if array.size and not (0 <= int(array.min()) and int(array.max()) <= 65_535):
        raise DigitError(Status.UNSUPPORTED, f"{name}: pixels of more than 16 bits")
    return (array.astype(np.uint32) * 255 // 65_535).astype(np.uint8)
