"""Pictures in: arrays, Pillow's images, torch's tensors, picture files and their bytes.

All become one array of pixels: uint8, shape (h, w), (h, w, 3) or (h, w, 4); or uint16, (h, w).
Arrays that are so already are not copied. Files are opened by Pillow (`_pillow`).
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._arguments import Ink, word
from ._pillow import check_size, pages_of, pixels_of_pillow
from ._samples import array_of, bytes_of_floats

__all__ = ["ENDINGS", "image_of", "pages_of", "pixels_of"]

# Of picture files, by which they are known in folders.
ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")

_INKS: dict[Ink, int] = {
    "auto": c.DIGIT_INK_AUTO,
    "dark": c.DIGIT_INK_DARK,
    "light": c.DIGIT_INK_LIGHT,
}
_GREY_ONLY = (np.uint16, np.bool_)
_FORMATS = {1: c.DIGIT_PIXEL_GRAY8, 3: c.DIGIT_PIXEL_RGB8, 4: c.DIGIT_PIXEL_RGBA8}


def image_of(picture: Any, ink: Ink) -> tuple[npt.NDArray[Any], c.digit_image]:
    """The C description of a picture, and the array that keeps its pixels alive."""
    side = word(ink, "ink", _INKS)
    array = pixels_of(picture)
    height, width = array.shape[:2]
    channels = array.shape[2] if array.ndim == 3 else 1
    if not _rows_are_whole(array, channels):
        array = np.ascontiguousarray(array)
    stride = array.strides[0] if height > 1 else array.nbytes
    form = c.DIGIT_PIXEL_GRAY16 if array.dtype == np.uint16 else _FORMATS[channels]
    return array, c.digit_image(array.ctypes.data, stride, width, height, form, side)


def pixels_of(picture: Any) -> npt.NDArray[Any]:
    """Any picture as uint8, shape (h, w), (h, w, 3) or (h, w, 4), or as uint16, (h, w)."""
    if isinstance(picture, np.ndarray):
        return _pixels_of_array(picture)
    if isinstance(picture, (str, os.PathLike)):
        return next(pages_of(picture))
    if isinstance(picture, (bytes, bytearray)) or _is_flat_view(picture):
        return next(pages_of(bytes(picture), "picture"))
    if _is_pillow(picture):
        return pixels_of_pillow(picture, "picture")
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


def _pixels_of_array(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    native = array.dtype.newbyteorder("=")
    if native != np.uint8 and native not in _GREY_ONLY and native.kind != "f":
        raise TypeError(
            "picture: expected an array of uint8 (0..255), uint16 (0..65535), "
            f"bool (True is white) or of floats (0..1), got one of {array.dtype}"
        )
    channels = (1,) if native in _GREY_ONLY else (1, 3, 4)
    if not (array.ndim == 2 or array.ndim == 3 and array.shape[2] in channels):
        shapes = ", ".join(["(h, w)", *(f"(h, w, {number})" for number in channels)])
        raise ValueError(
            f"picture: expected one of the shapes {shapes} of {native}, got {array.shape}"
        )
    check_size(array.shape[1], array.shape[0], "picture")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if native.kind == "f":
        return bytes_of_floats(array, "picture")
    if native == np.bool_:
        white: npt.NDArray[np.uint8] = np.multiply(array, 255, dtype=np.uint8)
        return white
    return array.astype(native, copy=False)


def _rows_are_whole(array: npt.NDArray[Any], channels: int) -> bool:
    """Whether each row's bytes lie together, and rows don't overlap."""
    item = array.itemsize
    inner = (channels * item, item) if array.ndim == 3 else (item,)
    row = array.shape[1] * channels * item
    return array.strides[1:] == inner and abs(array.strides[0]) >= row
