"""Pictures to samples."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._errors import Status, error_from
from ._library import check, lib

__all__ = ["normalize"]

_INKS = {"auto": c.DIGIT_INK_AUTO, "dark": c.DIGIT_INK_DARK, "light": c.DIGIT_INK_LIGHT}
_FORMATS = {1: c.DIGIT_PIXEL_GRAY8, 3: c.DIGIT_PIXEL_RGB8, 4: c.DIGIT_PIXEL_RGBA8}

# The library's own limits, known here so that a picture which it would refuse
# is not copied first.
_SIDE_MAX = 65_535
_PIXELS_MAX = 64 << 20


def normalize(picture: Any, *, ink: str = "auto") -> npt.NDArray[np.uint8]:
    """Turn a picture of one digit into a sample, as this release prepares them.

    The digit is made light on dark, cropped, fitted into 20 x 20 pixels and
    centred by its mass in 28 x 28, as the digits of MNIST were. A model that an
    earlier release trained may expect it otherwise: `Model.normalize` knows.

    Parameters
    ----------
    picture : array of uint8
        Shape (h, w): grey, 0 black to 255 white; (h, w, 3): red, green, blue;
        (h, w, 4): with alpha, over white. Sides of 1 to 65,535 pixels. Anything
        with the buffer protocol will do. Rows may lie apart or bottom up: crops
        and flipped views are not copied.
    ink : {'auto', 'dark', 'light'}
        Which side of the contrast is the ink. 'auto' judges by the border.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        0 = background, 255 = ink; all zeros for a picture without ink.

    Raises
    ------
    TypeError
        `picture` is not of uint8.
    ValueError
        `picture` has another shape, no pixels or too many of them, or `ink` is
        none of the three words.
    """
    return normalize_for(None, picture, ink)


def normalize_for(model: ctypes.c_void_p | None, picture: Any, ink: str) -> npt.NDArray[np.uint8]:
    """`normalize` for a model's handle, or None."""
    array, image = image_of(picture, ink)
    sample = np.empty((c.DIGIT_SAMPLE_SIDE, c.DIGIT_SAMPLE_SIDE), np.uint8)
    check(lib.digit_model_normalize(model, ctypes.byref(image), sample.ctypes.data, None))
    del array  # it owned the pixels
    return sample


def image_of(picture: Any, ink: str) -> tuple[npt.NDArray[np.uint8], c.digit_image]:
    """The C description of a picture, and the array that keeps its pixels alive."""
    if not isinstance(ink, str):
        raise TypeError(f"ink: expected str, got {type(ink).__name__}")
    if ink not in _INKS:
        raise ValueError(f"ink: expected 'auto', 'dark' or 'light', got {ink!r}")
    array = np.asarray(picture)
    if array.dtype != np.uint8:
        raise TypeError(f"picture: expected an array of uint8, got {array.dtype}")
    if not (array.ndim == 2 or array.ndim == 3 and array.shape[2] in (3, 4)):
        raise ValueError(
            f"picture: expected the shape (h, w), (h, w, 3) or (h, w, 4), got {array.shape}"
        )
    height, width = array.shape[:2]
    _check_size(height, width)
    channels = array.shape[2] if array.ndim == 3 else 1
    if not _rows_are_whole(array, width, channels):
        array = np.ascontiguousarray(array)
    stride = array.strides[0] if height > 1 else width * channels
    image = c.digit_image(array.ctypes.data, stride, width, height, _FORMATS[channels], _INKS[ink])
    return array, image


def _check_size(height: int, width: int) -> None:
    if height == 0 or width == 0:
        raise error_from(Status.ARGUMENT, f"picture: {width} x {height} pixels: it has none")
    if max(height, width) > _SIDE_MAX or height * width > _PIXELS_MAX:
        raise error_from(
            Status.LIMIT,
            f"picture: {width} x {height} pixels; at most {_SIDE_MAX:,} a side "
            f"and {_PIXELS_MAX:,} in all",
        )


def _rows_are_whole(array: npt.NDArray[np.uint8], width: int, channels: int) -> bool:
    """Whether each row's bytes lie together, and rows don't overlap."""
    inner = (channels, 1) if array.ndim == 3 else (1,)
    return array.strides[1:] == inner and abs(array.strides[0]) >= width * channels
