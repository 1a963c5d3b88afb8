"""The model: a network and its weights. Each method is a short call into the library."""

from __future__ import annotations

import ctypes
import inspect
import weakref
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Optional, TypeVar, Union, cast

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._arguments import Ink, Layout, PathLike, Schedule, integer, path_of
from ._callbacks import ProgressCallback, Reduce
from ._endings import foreign_writer
from ._errors import DigitError
from ._fields import Field
from ._files import name_of
from ._guard import Guard
from ._image import image_of
from ._kinds import explained
from ._library import check, lib
from ._options import options_of
from ._read import glyphs_with, read_fields_with, read_with
from ._reading import Reading
from ._results import PREDICTION, Metrics, ModelInfo, Progress
from ._samples import samples_of
from ._training import training
from .data import dataset_of
from .picture import normalize_for

__all__ = ["FIT_OPTIONS", "Model"]

_M = TypeVar("_M", bound="Model")
_F = TypeVar("_F", bound=Callable[..., Any])

# Samples per call of the library: Python handles Ctrl-C between two calls.
# Predictions don't depend on it.
_CHUNK = 16_384
_FEW = 16  # samples that are quicker to copy than to find in a NumPy array
_ANSWER_BYTES = PREDICTION.itemsize
_Byte = ctypes.c_char


def _arguments_of(function: _F) -> Callable[[Callable[..., Any]], _F]:
    """Shows editors and mypy the arguments of another function for the decorated one."""
    return lambda decorated: cast(_F, decorated)


class Model:
    """A network and its weights.

    ``Model()`` makes an untrained model; `pretrained`, `load` and `from_bytes`
    make trained models.

    Parameters
    ----------
    architecture : str, optional
        Name of a preset (``"default"``, ``"keras"``) or a list of layers such
        as ``"conv 32x3 relu maxpool 2 dense 10"``. Default: ``"default"``.
    seed : int, optional
        Seed of the initial weights, 0..2**64-1. Default: 1.

    Raises
    ------
    DigitError
        The architecture can't be built. The error is a `ValueError` too.

    Notes
    -----
    Threads: any number of threads may use one model at the same time. They
    predict in parallel, because the GIL is released. `fit`, `adapt`, `close` and
    setting `threads` need the model alone: they wait for the calls under way to
    end, and calls of other threads wait for them.

    Models can be pickled and copied (through `to_bytes`), used after a fork,
    and used in a ``with`` statement, which closes them.

    Examples
    --------
    >>> import numpy as np
    >>> model = libdigit.Model("dense 10", seed=1)
    >>> model.predict(np.zeros((3, 28, 28), np.uint8)).shape
    (3,)
    """

    def __init__(self, architecture: Optional[str] = None, *, seed: Optional[int] = None) -> None:
        options = options_of(
            c.digit_model_options,
            lib.digit_model_options_init,
            {"architecture": architecture, "seed": seed},
        )
        handle = c.digit_model_p()
        check(lib.digit_model_create(ctypes.byref(options), ctypes.byref(handle)))
        self._adopt(handle)

    def _adopt(self, handle: ctypes.c_void_p) -> None:
        """Own a model of the C library."""
        self._handle: Optional[ctypes.c_void_p] = handle
        self._guard = Guard()
        self._threads = 1
        self._free = weakref.finalize(self, lib.digit_model_free, handle)
        # Threads may still predict while the interpreter ends: the system frees
        # the memory then.
        self._free.atexit = False
        info = self.info
        self._text = f"{info.architecture!r}, {info.parameters:,} parameters"

    @classmethod
    def _adopting(cls: type[_M], handle: ctypes.c_void_p) -> _M:
        model = cls.__new__(cls)
        model._adopt(handle)
        return model

    # -- Loading, saving, closing ----------------------------------------

    @classmethod
    def pretrained(cls: type[_M]) -> _M:
        """The built-in model, trained on MNIST and on the hands of many countries.

        Returns
        -------
        Model
            A later release may have another built-in model: `save` this one to
            keep its predictions.
        """
        handle = c.digit_model_p()
        check(lib.digit_model_load_pretrained(ctypes.byref(handle)))
        return cls._adopting(handle)

    @classmethod
    def load(cls: type[_M], path: PathLike) -> _M:
        """Read a model from a file.

        Parameters
        ----------
        path : str, bytes or os.PathLike
            A ``.safetensors`` file that `save` wrote. Files of unknown origin
            are safe to load: they hold no code.

        Returns
        -------
        Model

        Raises
        ------
        DigitError
            The file can't be read (``status`` is ``Status.IO``), is damaged or
            is not a model (``FORMAT``, ``LIMIT``), or is newer than this library
            (``UNSUPPORTED``).
        """
        handle = c.digit_model_p()
        try:
            check(lib.digit_model_load(path_of(path), ctypes.byref(handle)))
        except DigitError as error:
            raise explained(error, path) from None
        return cls._adopting(handle)

    @classmethod
    def from_bytes(cls: type[_M], data: Any) -> _M:
        """Read a model from memory.

        Parameters
        ----------
        data : bytes-like
            The result of `to_bytes`, or the content of a model file.

        Returns
        -------
        Model

        Raises
        ------
        DigitError
            See `load`.
        """
        try:
            content = bytes(memoryview(data))
        except TypeError:
            kind = type(data).__name__
            raise TypeError(f"data: expected a bytes-like object, got {kind}") from None
        handle = c.digit_model_p()
        check(lib.digit_model_load_memory(content, len(content), ctypes.byref(handle)))
        return cls._adopting(handle)

    def save(self, path: PathLike) -> None:
        """Write the model to a file, atomically.

        Parameters
        ----------
        path : str, bytes or os.PathLike
            File to write. An existing file is replaced; if writing fails, it is
            left as it was.
            The endings ``.h5``, ``.hdf5``, ``.keras`` and ``.onnx`` select the
            formats of `libdigit.keras.save` and `libdigit.onnx.save`.

        Raises
        ------
        DigitError
            The file can't be written (``status`` is ``Status.IO``), or the
            ending is one of a format that can't hold the model or is not
            written here (``UNSUPPORTED``).
        """
        encoded = path_of(path)
        write = foreign_writer(name_of(path))
        if write is not None:
            write(self, path)
            return
        with self._guard.reading():
            check(lib.digit_model_save(self._open_handle(), encoded))

    def copy(self) -> Model:
        """A model with the same weights and number of threads, independent of this one.

        Returns
        -------
        Model
        """
        handle = c.digit_model_p()
        with self._guard.reading():
            check(lib.digit_model_copy(self._open_handle(), ctypes.byref(handle)))
        copied = type(self)._adopting(handle)
        copied._threads = self._threads
        return copied

    def to_bytes(self) -> bytes:
        """The content of the file that `save` writes.

        Returns
        -------
        bytes
        """
        size = ctypes.c_size_t(0)
        with self._guard.reading():
            handle = self._open_handle()
            check(lib.digit_model_save_memory(handle, None, ctypes.byref(size)))
            buffer = ctypes.create_string_buffer(size.value)
            check(lib.digit_model_save_memory(handle, buffer, ctypes.byref(size)))
        return buffer.raw[: size.value]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._restore, (self.to_bytes(), self._threads)

    @classmethod
    def _restore(cls: type[_M], data: bytes, threads: int) -> _M:
        model = cls.from_bytes(data)
        model.threads = threads
        return model

    def close(self) -> None:
        """Free the model's memory. Closing twice is allowed.

        Any other use of a closed model raises ValueError. The memory of a model
        that is not closed is freed when the object is garbage-collected.
        """
        with self._guard.writing():
            self._handle = None
            if self._guard.orphaned:
                self._free.detach()  # half trained by a thread that is gone
            else:
                self._free()

    def __enter__(self: _M) -> _M:
        with self._guard.reading():
            self._open_handle()
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        closed = ", closed" if self._handle is None else ""
        return f"<{type(self).__name__} {self._text}{closed}>"

    def _open_handle(self) -> ctypes.c_void_p:
        """The C pointer; only for use while the guard is held."""
        if self._handle is None:
            raise ValueError("the model is closed")
        if self._guard.orphaned:
            raise ValueError(
                "this process was forked while another thread trained the model: "
                "its copy here is unfinished"
            )
        return self._handle

    # -- Facts and settings ----------------------------------------------

    @property
    def info(self) -> ModelInfo:
        """Facts about the model (`ModelInfo`)."""
        info = c.digit_model_info(size=ctypes.sizeof(c.digit_model_info))
        with self._guard.reading():
            check(lib.digit_model_get_info(self._open_handle(), ctypes.byref(info)))
            return ModelInfo(
                architecture=info.architecture.decode("utf-8", "replace"),
                parameters=info.parameters,
                sample_ops=info.sample_ops,
                trained_on=info.trained_on.decode("utf-8", "replace"),
                licence=info.licence.decode("utf-8", "replace"),
                preparation=info.preparation,
                rejects=bool(info.rejects),
            )

    @property
    def threads(self) -> int:
        """How many threads one call may use; 1 unless set.

        0 means one thread per CPU that the process may run on (and is returned
        as 0). Results don't depend on the number of threads.
        """
        return self._threads

    @threads.setter
    def threads(self, threads: int) -> None:
        number = integer(threads, "threads", 32)
        with self._guard.writing():
            check(lib.digit_model_set_threads(self._open_handle(), number))
            self._threads = number

    # -- Prediction ------------------------------------------------------

    def predict_full(self, images: Any) -> npt.NDArray[np.void]:
        """The full prediction for each sample.

        Parameters
        ----------
        images : array, shape (n, 28, 28), (n, 784), (n, 28, 28, 1) or (n, 1, 28, 28)
            Samples as `normalize` makes them: uint8, 0 = background, 255 = ink,
            the digit centred as in MNIST. Floats 0..1 are rounded to bytes. Any
            object with the buffer protocol is accepted, torch tensors too.

        Returns
        -------
        structured ndarray, shape (n,)
            The dtype is `libdigit.PREDICTION`, with these fields:

            - ``other``: probability that the sample is no digit (the reject
              class), 0..1; 0 if the model has no reject class.
            - ``probabilities``: probability of each digit, given that the sample
              is a digit; ten values with sum 1.
            - ``digit``: the most probable digit, 0..9.
            - ``confidence``: probability that the sample is a digit and that it
              is ``digit``, 0..1, calibrated.
            - ``flags``: bits; 1 = the sample has no ink.

        Raises
        ------
        TypeError
            `images` is neither of uint8 nor of floats.
        ValueError
            `images` has another shape, floats outside 0..1 or NaN, or the model
            is closed.
        """
        samples = samples_of(images)
        count = len(samples)
        if count == 0:
            return np.empty(0, PREDICTION)
        # The address of a NumPy array takes a microsecond to get. A copy of few samples,
        # and a bytearray for the answers, are quicker.
        memory = bytearray(count * _ANSWER_BYTES)
        target = ctypes.addressof(_Byte.from_buffer(memory))
        if count <= _FEW:
            few = samples.tobytes()
            with self._guard.reading():
                check(lib.digit_model_predict(self._open_handle(), few, count, target))
        else:
            with self._guard.reading():
                self._predict_many(samples.ctypes.data, count, target)
        return np.frombuffer(memory, PREDICTION)

    def _predict_many(self, source: int, count: int, target: int) -> None:
        """Predict in chunks, from the address of the samples to that of the answers."""
        handle = self._open_handle()
        for first in range(0, count, _CHUNK):
            check(
                lib.digit_model_predict(
                    handle,
                    source + first * c.DIGIT_SAMPLE_BYTES,
                    min(_CHUNK, count - first),
                    target + first * _ANSWER_BYTES,
                )
            )

    def predict_images(
        self, pictures: Iterable[Any], *, ink: Ink = "auto"
    ) -> npt.NDArray[np.void]:
        """Prepare pictures of one digit each, and predict them, on all threads of the model.

        Parameters
        ----------
        pictures : iterable of array, PIL.Image.Image, bytes, str or os.PathLike
            See `libdigit.normalize`. All are in memory at once.
        ink : {'auto', 'dark', 'light'}
            See `libdigit.normalize`.

        Returns
        -------
        structured ndarray, shape (n,)
            See `predict_full`; bit 1 of ``flags``: the picture is blank.

        Raises
        ------
        TypeError, ValueError, DigitError
            See `libdigit.normalize`. A DigitError names the first picture that can't be
            prepared.
        """
        found = [image_of(picture, ink) for picture in pictures]
        images = (c.digit_image * len(found))(*(image for _, image in found))
        answers = np.empty(len(found), PREDICTION)
        with self._guard.reading():
            check(
                lib.digit_model_predict_images(
                    self._open_handle(), images, len(found), answers.ctypes.data
                )
            )
        return answers

    def predict(self, images: Any) -> npt.NDArray[np.int64]:
        """The most probable digit of each sample.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            See `predict_full`.

        Returns
        -------
        ndarray of int64, shape (n,)
            Each 0..9.

        Raises
        ------
        TypeError, ValueError
            See `predict_full`.
        """
        return self.predict_full(images)["digit"].astype(np.int64)

    def predict_proba(self, images: Any) -> npt.NDArray[np.float32]:
        """The probability of each digit, given that the sample is a digit.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            See `predict_full`.

        Returns
        -------
        ndarray of float32, shape (n, 10)
            Each 0..1; rows sum to 1.

        Raises
        ------
        TypeError, ValueError
            See `predict_full`.
        """
        return np.ascontiguousarray(self.predict_full(images)["probabilities"])

    def confidence(self, images: Any) -> npt.NDArray[np.float32]:
        """The probability that `predict` is right, for each sample.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            See `predict_full`.

        Returns
        -------
        ndarray of float32, shape (n,)
            0..1. The probability that the sample is a digit, times the probability
            of the predicted digit; calibrated.

        Raises
        ------
        TypeError, ValueError
            See `predict_full`.
        """
        return np.ascontiguousarray(self.predict_full(images)["confidence"])

    def normalize(self, picture: Any, *, ink: Ink = "auto") -> npt.NDArray[np.uint8]:
        """Turn a picture of one digit into a sample, with this model's preprocessing.

        Parameters
        ----------
        picture : array, PIL.Image.Image, torch.Tensor, bytes, str or os.PathLike
            Pixels of shape (h, w), (h, w, 3) or (h, w, 4), or a picture file or
            its content: see `libdigit.normalize`.
        ink : {'auto', 'dark', 'light'}
            Whether the ink is darker or lighter than the background. 'auto'
            decides by the border of the picture.

        Returns
        -------
        ndarray of uint8, shape (28, 28)

        Raises
        ------
        TypeError, ValueError, DigitError
            See `libdigit.normalize`.
        """
        with self._guard.reading():
            return normalize_for(self._open_handle(), picture, ink)

    def read(
        self,
        picture: Any,
        layout: Layout = "page",
        *,
        ink: Ink = "auto",
        min_confidence: float = 0.0,
        min_height: int = 0,
        digits: Union[int, tuple[int, int], None] = None,
        allowed: Optional[Iterable[int]] = None,
        grid: Optional[tuple[int, int]] = None,
        time_limit: Optional[float] = None,
        signs: bool = False,
        line_model: Optional[Model] = None,
    ) -> Reading:
        """Find and classify the digits in a picture.

        Parameters
        ----------
        picture : array, PIL.Image.Image, torch.Tensor, bytes, str or os.PathLike
            Pixels of shape (h, w), (h, w, 3) or (h, w, 4), or a picture file or
            its content: see `libdigit.normalize`.
        layout : {'page', 'line', 'single', 'grid'}
            What the picture holds: lines of digits from top to bottom, one line,
            one digit, or rows and columns of cells with at most one digit each.
        ink : {'auto', 'dark', 'light'}
            Whether the ink is darker or lighter than the background. 'auto'
            decides by the picture.
        min_confidence : float
            A digit with less confidence, 0..1, is rejected: '?' in the text.
        min_height : int
            Connected components lower than this, in pixels, are ignored; not
            used by the layout 'grid'. 0: chosen from the picture.
        digits : int or (int, int), optional
            Number of digits of each group, or the least and the greatest number
            (0: no limit). Used by the layouts 'page' and 'line'.
        allowed : iterable of int, optional
            The digits that may be read, as integers or as a string such as
            "0123".
        grid : (int, int), optional
            Rows and columns, for the layout 'grid'. By default the form lines or
            the positions of the digits decide.
        time_limit : float, optional
            Deadline in seconds after the call. By default none.
        signs : bool
            The text has the signs, too: "12.50", "-3", "12/05/2026". They are in
            `Reading.marks` in any case.
        line_model : Model, optional
            A model of the architecture "lines", or another one that reads lines, for
            the layouts 'page' and 'line'. By default the built-in one.

        Returns
        -------
        Reading
            Without digits if there are none in the picture; that is no error.

        Raises
        ------
        TypeError, ValueError
            See `libdigit.normalize`; or an option has the wrong type or is out of
            range.
        DigitError
            The picture has too many connected components or digits (``status``
            is ``Status.LIMIT``), or the deadline has passed (``TIMEOUT``).
        """
        with self._guard.reading():
            return read_with(
                self._open_handle(),
                picture,
                ink,
                layout=layout,
                min_confidence=min_confidence,
                min_height=min_height,
                digits=digits,
                allowed=allowed,
                grid=grid,
                time_limit=time_limit,
                signs=signs,
                line_model=None if line_model is None else line_model._open_handle(),
            )

    def read_fields(
        self,
        picture: Any,
        fields: Iterable[Field],
        *,
        ink: Ink = "auto",
        min_confidence: float = 0.0,
        min_height: int = 0,
        time_limit: Optional[float] = None,
        signs: bool = False,
        line_model: Optional[Model] = None,
    ) -> Reading:
        """Read numbers of which something is known: fields of a form.

        What the picture shows counts first: only if this does not fit what is known of a
        field, the most probable text that fits takes its place.

        Parameters
        ----------
        picture : array, PIL.Image.Image, torch.Tensor, bytes, str or os.PathLike
            See `read`. It is prepared once for all fields.
        fields : iterable of Field
            Each is one line that is one number, however wide its gaps are.
        ink : {'auto', 'dark', 'light'}
            See `read`.
        min_confidence : float
            A field with less confidence, 0..1, is not valid.
        min_height : int
            See `read`.
        time_limit : float, optional
            Deadline in seconds after the call. By default none.
        signs : bool
            The text of the reading has the signs, too; that of a field always has.
        line_model : Model, optional
            See `read`.

        Returns
        -------
        Reading
            Its `fields[i]` is field i; so are its line i and the digits in there.

        Raises
        ------
        TypeError, ValueError
            See `read`; or a field is wrong.
        DigitError
            See `read`; or a field is longer than 45 of its digits are high (``LIMIT``).
        """
        with self._guard.reading():
            return read_fields_with(
                self._open_handle(),
                picture,
                fields,
                ink,
                min_confidence=min_confidence,
                min_height=min_height,
                time_limit=time_limit,
                signs=signs,
                line_model=None if line_model is None else line_model._open_handle(),
            )

    def _glyphs(
        self, picture: Any, options: c.digit_read_options
    ) -> tuple[str, npt.NDArray[np.void]]:
        """The text and the glyphs of `read` without Python objects, for `libdigit.bulk`."""
        with self._guard.reading():
            return glyphs_with(self._open_handle(), picture, options)

    # -- Evaluation and training -----------------------------------------

    def evaluate(self, images: Any, labels: Any) -> Metrics:
        """Compare the model's predictions with labels.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            See `predict_full`.
        labels : array of integers, shape (n,)
            The right digit of each sample, 0..9.

        Returns
        -------
        Metrics

        Raises
        ------
        TypeError
            `images` is neither of uint8 nor of floats, or `labels` not of
            integers.
        ValueError
            A shape is wrong, a label or a float is out of range, or `images` and
            `labels` differ in length.
        """
        metrics = c.digit_metrics(size=ctypes.sizeof(c.digit_metrics))
        with dataset_of(images, labels) as dataset, self._guard.reading():
            check(lib.digit_model_evaluate(self._open_handle(), dataset, ctypes.byref(metrics)))
        return Metrics(
            count=metrics.count,
            correct=metrics.correct,
            accuracy=metrics.correct / metrics.count if metrics.count else float("nan"),
            loss=metrics.loss,
            confusion=np.array(metrics.confusion, dtype=np.int64),
        )

    def fit(
        self,
        images: Any,
        labels: Any,
        *,
        strokes: Optional[Union[PathLike, Sequence[PathLike]]] = None,
        epochs: Optional[int] = None,
        batch: Optional[int] = None,
        learning_rate: Optional[float] = None,
        schedule: Optional[Schedule] = None,
        weight_decay: Optional[float] = None,
        augment: Optional[float] = None,
        label_smoothing: Optional[float] = None,
        average: Optional[float] = None,
        pull: Optional[float] = None,
        validation: Optional[tuple[Any, Any]] = None,
        progress: Optional[Union[bool, ProgressCallback]] = None,
        seed: Optional[int] = None,
        checkpoint: Optional[PathLike] = None,
        checkpoint_interval: Optional[int] = None,
        reduce: Optional[Reduce] = None,
        rank: Optional[int] = None,
        ranks: Optional[int] = None,
        teachers: Optional[Sequence[Model]] = None,
        teacher_share: Optional[float] = None,
        trained_on: Optional[str] = None,
        licence: Optional[str] = None,
    ) -> list[Progress]:
        """Train the model, starting from its present weights.

        The same library on the same kind of CPU, given the same model, data and
        options, ends with the same weights bit for bit, for any number of
        `threads`. An option that is None has the library's default.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            See `predict_full`.
        labels : array of integers, shape (n,)
            The right digit of each sample, 0..9.
        strokes : path or list of paths, optional
            Files of digits as the strokes of a pen (docs/strokes.md), to train on
            besides `images`. With `augment` above 0 they are drawn anew in each
            epoch, with other pens.
        epochs : int, optional
            Passes through the samples, 1..100,000. Default: 10.
        batch : int, optional
            Samples per update of the weights, 1..16,384. Default: 128.
        learning_rate : float, optional
            Step size of Adam at its highest, 1e-9..10. Default: 0.001.
        schedule : {'cosine', 'constant'}, optional
            How the learning rate changes: a short warm-up and a cosine decay to 0,
            or not at all. Default: 'cosine'.
        weight_decay : float, optional
            Decoupled weight decay (AdamW), 0..1. Default: 0.0001.
        augment : float, optional
            Strength of the random distortion of each sample, anew in each epoch,
            0..1. Default: 0, no distortion.
        label_smoothing : float, optional
            Share of each label that is spread over the other digits, 0..0.5.
            Default: 0.
        average : float, optional
            Decay per update of the exponential moving average of the weights,
            which the model holds in the end, 0..0.99999; 0 turns it off.
            Default: 0.99.
        pull : float, optional
            L2-SP strength, 0..1e6: pulls the weights towards their values before
            the call. Hardly a weight moves further than 1 / `pull`, so the model
            keeps what it knows. Default: 0, no pull.
        validation : tuple of (images, labels), optional
            Samples that are evaluated after each epoch and on which confidence is
            calibrated.
        progress : bool or callable, optional
            True: a progress bar for each epoch, in terminals and notebooks (needs
            tqdm). A callable is called with a `Progress`, a few times a second at
            most and at the end of each epoch, on the thread that called `fit`.
            If it returns a true value, training stops and `fit` returns. It must
            not use the model.
        seed : int, optional
            Seed of shuffling, distortion and dropout, 0..2**64-1. Default: 1.
        checkpoint : str, bytes or os.PathLike, optional
            File that is written after each epoch and when training is stopped. If
            it exists, training resumes from it.
        checkpoint_interval : int, optional
            Updates between two more checkpoints within an epoch. Default: 0, none
            within an epoch.
        reduce : callable, optional
            All-reduce over ranks, the processes that train one model together. It
            is called on the thread that called `fit`, equally often on all ranks,
            with an array of float32. It returns the sums of these arrays over all
            ranks, or writes them into the array and returns None; the sums have
            the same bits on every rank. It must not use the model. See
            docs/distributed-training.md.
        rank : int, optional
            Index of this process among `ranks`. Default: 0.
        ranks : int, optional
            Number of processes, 1..16; above 1 with `reduce` only. All ranks are
            given the same model, data and options, and end with the same model.
            Default: 1.
        teachers : sequence of Model, optional
            Models, 16 at most and with as many outputs as this one, whose mean
            probabilities for each sample are learned besides its label
            (distillation: Hinton, Vinyals and Dean, 2015). They are copied first.
        teacher_share : float, optional
            Share of the teachers in what is learned, 0..1; the rest is the label's.
            Default: 0.5.
        trained_on : str, optional
            Description of the data, for `ModelInfo.trained_on`. By default the
            number and CRC-32 of the samples.
        licence : str, optional
            Licence of the weights, for `ModelInfo.licence`. By default unchanged.

        Returns
        -------
        list of Progress
            One for each epoch that ended.

        Raises
        ------
        TypeError, ValueError
            See `evaluate`; or an option has the wrong type or is out of range.
        DigitError
            Training failed: a number was not finite (``status`` is
            ``Status.DIVERGED``), memory ran out, or the checkpoint can't be read
            or written. The weights are those from before the call.
        BaseException
            The exception that `progress` or `reduce` raised, or
            KeyboardInterrupt. Training stops, and the model keeps what it has
            learned so far.
        """
        # The arguments by name: locals() holds nothing else here.
        return self._train(lib.digit_train_options_init, locals())

    @_arguments_of(fit)
    def adapt(self, images: Any, labels: Any, **options: Any) -> list[Progress]:
        """Fine-tune the model on a few digits of one hand, without forgetting others.

        The same as `fit` with other defaults: ``epochs=20``, ``batch=32``,
        ``augment=0.5``, ``pull=100``. Ten samples of each digit are enough;
        docs/pretrained.md has the gain and the cost.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            See `predict_full`; `normalize` makes samples of pictures.
        labels : array of integers, shape (n,)
            The right digit of each sample, 0..9.
        options : optional
            The options of `fit`, by name.

        Returns
        -------
        list of Progress
            One for each epoch that ended.

        Raises
        ------
        TypeError, ValueError, DigitError, BaseException
            See `fit`.

        Examples
        --------
        >>> import numpy as np
        >>> samples = np.zeros((10, 28, 28), np.uint8)  # of model.normalize(picture)
        >>> model = libdigit.Model("dense 10", seed=1)
        >>> len(model.adapt(samples, np.arange(10), epochs=3))
        3
        """
        try:
            bound = inspect.signature(Model.fit).bind(self, images, labels, **options)
        except TypeError as error:
            raise TypeError(f"Model.adapt() {error}") from None
        return self._train(lib.digit_adapt_options_init, bound.arguments)

    def _train(self, init: Callable[..., None], arguments: dict[str, Any]) -> list[Progress]:
        """Train with the arguments of `fit` by name; `init` sets their defaults."""
        options = {name: value for name, value in arguments.items() if name != "self"}
        options["teachers"] = self._copies(options.get("teachers"))
        with training(init, **options) as run, self._guard.writing():
            return run(self._open_handle())


    @staticmethod
    def _copies(teachers: Any) -> list[Model]:
        """Models of our own: nobody has to wait for the end of a training that uses them."""
        if teachers is None:
            return []
        if not isinstance(teachers, (list, tuple)):
            raise TypeError(f"teachers: expected a list of models, not {type(teachers).__name__}")
        for teacher in teachers:
            if not isinstance(teacher, Model):
                raise TypeError(f"teachers: expected models, not {type(teacher).__name__}")
        return [Model.from_bytes(teacher.to_bytes()) for teacher in teachers]


# Names of the keyword arguments of `Model.fit`.
FIT_OPTIONS = tuple(
    parameter.name
    for parameter in inspect.signature(Model.fit).parameters.values()
    if parameter.kind is parameter.KEYWORD_ONLY
)
