"""Samples with labels: from IDX files, and from arrays into the library."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Callable

import numpy as np
import numpy.typing as npt

from ._arguments import PathLike, path_of
from ._library import check, lib
from ._prototypes import DIGIT_SAMPLE_BYTES, DIGIT_SAMPLE_SIDE, digit_dataset_p
from ._samples import labels_of, samples_of

__all__ = ["load_idx"]


def load_idx(
    images: PathLike, labels: PathLike
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Read a pair of IDX files, the format of MNIST, plain or gzip.

    Parameters
    ----------
    images : str, bytes or os.PathLike
        File of n pictures of 28 x 28 pixels, 0 = background, 255 = ink.
    labels : str, bytes or os.PathLike
        File of their n labels, each 0..9.

    Returns
    -------
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)

    Raises
    ------
    DigitError
        A file can't be read (``status`` is ``Status.IO``), is damaged or is not
        IDX, or the files differ in the number of samples (``FORMAT``, ``LIMIT``
        or ``UNSUPPORTED``).

    Examples
    --------
    >>> images, labels = libdigit.load_idx("t10k-images-idx3-ubyte",
    ...                                    "t10k-labels-idx1-ubyte")  # doctest: +SKIP
    >>> images.shape, labels.shape                                    # doctest: +SKIP
    ((10000, 28, 28), (10000,))
    """
    handle = digit_dataset_p()
    check(
        lib.digit_dataset_load_idx(
            path_of(images, "images"), path_of(labels, "labels"), ctypes.byref(handle)
        )
    )
    try:
        count = lib.digit_dataset_count(handle)
        samples = _copy(lib.digit_dataset_samples(handle), count * DIGIT_SAMPLE_BYTES)
        answers = _copy(lib.digit_dataset_labels(handle), count)
    finally:
        lib.digit_dataset_free(handle)
    return samples.reshape(count, DIGIT_SAMPLE_SIDE, DIGIT_SAMPLE_SIDE), answers


def _copy(address: int | None, size: int) -> npt.NDArray[np.uint8]:
    """A NumPy array with a copy of the `size` bytes at `address`."""
    array = np.empty(size, np.uint8)
    if size:
        assert address is not None
        ctypes.memmove(array.ctypes.data, address, size)
    return array


@contextmanager
def dataset_of(
    images: Any, labels: Any, suffix: str = "", strokes: Any = None
) -> Iterator[ctypes.c_void_p]:
    """Arrays and files of strokes as a C digit_dataset, freed at the end of the ``with``.

    The library copies the arrays, so other threads may change them meanwhile.
    `suffix` follows the names of the arguments in messages.
    """
    samples = samples_of(images, "images" + suffix)
    answers = labels_of(labels, len(samples), "labels" + suffix)
    with ExitStack() as parts:

        def made(function: Callable[..., int], *arguments: Any) -> ctypes.c_void_p:
            handle = digit_dataset_p()
            check(function(*arguments, ctypes.byref(handle)))
            parts.callback(lib.digit_dataset_free, handle)
            return handle

        pixels, count = samples.ctypes.data, len(samples)
        handles = [made(lib.digit_dataset_create, pixels, answers.ctypes.data, count)]
        for path in _paths(strokes):
            handles.append(made(lib.digit_dataset_load_strokes, path_of(path, "strokes")))
        if len(handles) == 1:
            yield handles[0]
        else:
            array = (digit_dataset_p * len(handles))(*handles)
            yield made(lib.digit_dataset_join, array, len(handles))


def _paths(strokes: Any) -> list[Any]:
    """One path, several, or None."""
    if strokes is None:
        return []
    if isinstance(strokes, (str, bytes, os.PathLike)):
        return [strokes]
    if not isinstance(strokes, (list, tuple)):
        kind = type(strokes).__name__
        raise TypeError(f"strokes: expected a path or a list of paths, not {kind}")
    return list(strokes)
