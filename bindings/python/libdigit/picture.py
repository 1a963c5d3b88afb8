"""Preprocessing: a picture of one digit becomes a sample."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._arguments import Ink
from ._image import image_of
from ._library import check, lib

__all__ = ["normalize"]


def normalize(picture: Any, *, ink: Ink = "auto") -> npt.NDArray[np.uint8]:
    """Turn a picture of one digit into a sample, with this release's preprocessing.

    The digit becomes ink on background, is cropped to its bounding box, scaled to
    fit 20 x 20 pixels, and centred in 28 x 28 by its centre of mass, as in MNIST.
    For the samples of a model use `Model.normalize`: a model that an earlier
    release trained may expect other preprocessing.

    Parameters
    ----------
    picture : array, PIL.Image.Image, torch.Tensor, bytes, str or os.PathLike
        An array of uint8 0..255 or of floats 0..1, with 1 to 65,535 pixels a side
        and one of these shapes: (h, w) or (h, w, 1), grey, from black to white;
        (h, w, 3), RGB; (h, w, 4), RGBA, over a white background. Grey can also
        be uint16 0..65,535, or bool: True is white, as in Pillow's mode "1". Any
        object with the buffer protocol is accepted, and torch tensors with
        channels first, too. Crops and flipped views of uint8 and uint16 arrays
        are not copied.

        Bytes are the content of a PNG, JPEG, BMP, TIFF or WebP file; a str or
        os.PathLike is the name of one. These need Pillow. They are rotated as
        their EXIF orientation says, and their size is checked before they are
        decoded. Transparent files and Pillow images are laid on a background
        that contrasts with their ink.
    ink : {'auto', 'dark', 'light'}
        Whether the ink is darker or lighter than the background. 'auto' decides
        by the border of the picture.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        0 = background, 255 = ink; all zeros for a picture without ink.

    Raises
    ------
    TypeError
        `picture` has none of these types, or is an array of another dtype.
    ValueError
        `picture` has another shape, no pixels, too many pixels or floats outside
        0..1; or `ink` is none of the three words.
    DigitError
        The file can't be read (``status`` is ``Status.IO``), is damaged or is not
        a picture (``FORMAT``).
    """
    return normalize_for(None, picture, ink)


def normalize_for(model: ctypes.c_void_p | None, picture: Any, ink: Ink) -> npt.NDArray[np.uint8]:
    """`normalize` for a model's handle, or None."""
    array, image = image_of(picture, ink)
    sample = np.empty((c.DIGIT_SAMPLE_SIDE, c.DIGIT_SAMPLE_SIDE), np.uint8)
    check(lib.digit_model_normalize(model, ctypes.byref(image), sample.ctypes.data, None))
    del array  # owns the pixels: not to be freed before the call
    return sample
