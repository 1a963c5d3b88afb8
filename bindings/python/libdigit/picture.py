"""Pictures to samples."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._image import image_of
from ._library import check, lib

__all__ = ["normalize"]


def normalize(picture: Any, *, ink: str = "auto") -> npt.NDArray[np.uint8]:
    """Turn a picture of one digit into a sample, as this release prepares them.

    The digit is made light on dark, cropped, fitted into 20 x 20 pixels and
    centred by its mass in 28 x 28, as the digits of MNIST were. A model that an
    earlier release trained may expect it otherwise: `Model.normalize` knows.

    Parameters
    ----------
    picture : array, PIL.Image.Image, torch.Tensor, bytes, str or os.PathLike
        An array of uint8, or of floats 0..1 instead of 0..255, of the shape
        (h, w) or (h, w, 1): grey, 0 black to 255 white; (h, w, 3): red, green,
        blue; (h, w, 4): with alpha, over white. Sides of 1 to 65,535 pixels.
        Anything with the buffer protocol will do. Rows of bytes may lie apart
        or bottom up: crops and flipped views are not copied. A tensor of torch
        may have its channels first.

        Bytes are the content of a PNG, JPEG, BMP, TIFF or WebP file, a str or
        os.PathLike names one. These need Pillow; they are turned upright as
        their EXIF data say, and looked at for their size before they are
        decoded. Where files and Pillow's images are transparent, they are laid
        on a background that shows their ink.
    ink : {'auto', 'dark', 'light'}
        Which side of the contrast is the ink. 'auto' judges by the border.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        0 = background, 255 = ink; all zeros for a picture without ink.

    Raises
    ------
    TypeError
        `picture` is nothing of these, or an array of another dtype.
    ValueError
        `picture` has another shape, no pixels or too many of them, floats
        beyond 0..1, or `ink` is none of the three words.
    DigitError
        The file can't be read (``status`` is ``Status.IO``), or is damaged or
        no picture (``FORMAT``).
    """
    return normalize_for(None, picture, ink)


def normalize_for(model: ctypes.c_void_p | None, picture: Any, ink: str) -> npt.NDArray[np.uint8]:
    """`normalize` for a model's handle, or None."""
    array, image = image_of(picture, ink)
    sample = np.empty((c.DIGIT_SAMPLE_SIDE, c.DIGIT_SAMPLE_SIDE), np.uint8)
    check(lib.digit_model_normalize(model, ctypes.byref(image), sample.ctypes.data, None))
    del array  # it owned the pixels
    return sample
