"""The model: a network, its weights, and what can be done with them."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Optional, TypeVar, Union

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._arguments import PathLike, integer, path_of, text_of
from ._endings import foreign_writer
from ._errors import DigitError, Status
from ._files import name_of
from ._guard import Guard
from ._kinds import explained
from ._library import check, lib
from ._reading import Reading, glyphs_with, read_with
from ._results import PREDICTION, Metrics, ModelInfo, Progress
from ._samples import samples_of
from ._training import (
    ADAPTING,
    ProgressCallback,
    Reduce,
    Reducer,
    Watcher,
    train_options,
)
from .data import dataset_of
from .picture import normalize_for

__all__ = ["Model"]

_M = TypeVar("_M", bound="Model")

# So many samples go to the library at a time: between two, Ctrl-C is heard.
# Answers don't depend on it.
_CHUNK = 16_384
_FEW = 16
_ANSWER_BYTES = PREDICTION.itemsize
_Byte = ctypes.c_char


class Model:
    """A network and its weights.

    ``Model()`` makes an untrained one; `pretrained`, `load` and `from_bytes`
    make trained ones.

    Parameters
    ----------
    architecture : str, optional
        Name of a preset (``"default"``, ``"keras"``) or a list of layers such
        as ``"conv 32x3 relu maxpool 2 dense 10"``. By default the library's.
    seed : int, optional
        Of the initial weights, 0..2**64-1. By default the library's.

    Raises
    ------
    DigitError
        The architecture can't be built; then it is a `ValueError` too.

    Notes
    -----
    Any number of threads may use one model at the same time, and they predict
    in parallel: the GIL is released. `fit`, `close` and setting `threads` wait
    until all others have left the model, and keep them waiting meanwhile.

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
        options = c.digit_model_options()
        lib.digit_model_options_init(ctypes.byref(options), ctypes.sizeof(options))
        if architecture is not None:
            options.architecture = text_of(architecture, "architecture")
        if seed is not None:
            options.seed = integer(seed, "seed", 64)
        handle = c.digit_model_p()
        check(lib.digit_model_create(ctypes.byref(options), ctypes.byref(handle)))
        self._adopt(handle)

    def _adopt(self, handle: ctypes.c_void_p) -> None:
        """Become the owner of a model of the library's."""
        self._handle: Optional[ctypes.c_void_p] = handle
        self._guard = Guard()
        self._threads = 1
        self._free = weakref.finalize(self, lib.digit_model_free, handle)
        # Threads may still be predicting while the interpreter ends: leave
        # the memory to the system then.
        self._free.atexit = False
        info = self.info
        self._text = f"{info.architecture!r}, {info.parameters:,} parameters"

    @classmethod
    def _adopting(cls: type[_M], handle: ctypes.c_void_p) -> _M:
        model = cls.__new__(cls)
        model._adopt(handle)
        return model

    # -- Where models come from and go to --------------------------------

    @classmethod
    def pretrained(cls: type[_M]) -> _M:
        """The model that ships inside the library, trained on MNIST.

        Returns
        -------
        Model
            A later release may bring a better one: `save` it to keep this one.
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
            A ``.safetensors`` file that `save` wrote. Files from anywhere are
            safe to load: they hold no code.

        Returns
        -------
        Model

        Raises
        ------
        DigitError
            The file can't be read (``status`` is ``Status.IO``), is damaged or
            no model (``FORMAT``, ``LIMIT``), or is newer than this library
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
            What `to_bytes` gave, or the content of a model file.

        Returns
        -------
        Model

        Raises
        ------
        DigitError
            As with `load`.
        """
        content = bytes(memoryview(data))
        handle = c.digit_model_p()
        check(lib.digit_model_load_memory(content, len(content), ctypes.byref(handle)))
        return cls._adopting(handle)

    def save(self, path: PathLike) -> None:
        """Write the model to a file: all of it or nothing.

        Parameters
        ----------
        path : str, bytes or os.PathLike
            Where to. A file that is there is replaced, or on failure untouched.
            An ending ``.h5``, ``.hdf5``, ``.keras`` or ``.onnx`` asks for that
            format: `libdigit.keras.save` and `libdigit.onnx.save` write it.

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

    def to_bytes(self) -> bytes:
        """The model as the bytes of its file.

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
        """Free the model's memory now. Closing twice is fine.

        Any other use of a closed model is a ValueError. Models that are not
        closed are freed when Python forgets them.
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
        """The handle, to be used under the guard only."""
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
        """How many threads one call may use: the number last set, at first 1.

        0 stands for one per CPU that the process may run on, and is read back
        as 0. Results don't depend on it.
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
        """All that the model says of each sample.

        Parameters
        ----------
        images : array, shape (n, 28, 28), (n, 784), (n, 28, 28, 1) or (n, 1, 28, 28)
            uint8, 0 = background, 255 = ink, the digit centred as in MNIST:
            what `normalize` gives; or floats 0..1, which are rounded to bytes.
            Anything with the buffer protocol will do, torch tensors too.

        Returns
        -------
        structured ndarray, shape (n,)
            Fields (`libdigit.PREDICTION`): ``digit`` (most probable class,
            0..9), ``flags`` (bits; 1: there was no ink), ``confidence`` (how
            likely ``digit`` is right, 0..1), ``other`` (how likely it is no
            digit at all, 0..1; 0 if the model can't tell), ``probabilities``
            (ten, given that it is a digit; sum 1).

        Raises
        ------
        TypeError
            `images` is neither of uint8 nor of floats.
        ValueError
            `images` has another shape, floats beyond 0..1 or NaN, or the model
            is closed.
        """
        samples = samples_of(images)
        count = len(samples)
        if count == 0:
            return np.empty(0, PREDICTION)
        # The quickest ways to addresses: of a few samples a copy's, of the answers a
        # bytearray's. Those of NumPy arrays take a microsecond each.
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
        """In chunks, from the address of samples to that of answers; under the guard."""
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

    def predict(self, images: Any) -> npt.NDArray[np.int64]:
        """The most probable digit of each sample.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            As for `predict_full`.

        Returns
        -------
        ndarray of int64, shape (n,)
            Each 0..9.

        Raises
        ------
        TypeError, ValueError
            As `predict_full`.
        """
        return self.predict_full(images)["digit"].astype(np.int64)

    def predict_proba(self, images: Any) -> npt.NDArray[np.float32]:
        """How probable each digit is, given that each sample is a digit.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            As for `predict_full`.

        Returns
        -------
        ndarray of float32, shape (n, 10)
            Each 0..1; rows sum to 1.

        Raises
        ------
        TypeError, ValueError
            As `predict_full`.
        """
        return np.ascontiguousarray(self.predict_full(images)["probabilities"])

    def confidence(self, images: Any) -> npt.NDArray[np.float32]:
        """How likely `predict` is right for each sample.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            As for `predict_full`.

        Returns
        -------
        ndarray of float32, shape (n,)
            0..1: the probability of the digit, times that of its being one.

        Raises
        ------
        TypeError, ValueError
            As `predict_full`.
        """
        return np.ascontiguousarray(self.predict_full(images)["confidence"])

    def normalize(self, picture: Any, *, ink: str = "auto") -> npt.NDArray[np.uint8]:
        """Turn a picture of one digit into a sample, as this model expects it.

        Parameters
        ----------
        picture : array, PIL.Image.Image, torch.Tensor, bytes, str or os.PathLike
            Pixels (h, w), (h, w, 3) or (h, w, 4), or a picture file or its
            content: see `libdigit.normalize`.
        ink : {'auto', 'dark', 'light'}
            Which side of the contrast is the ink.

        Returns
        -------
        ndarray of uint8, shape (28, 28)

        Raises
        ------
        TypeError, ValueError, DigitError
            As `libdigit.normalize`.
        """
        with self._guard.reading():
            return normalize_for(self._open_handle(), picture, ink)

    def read(
        self,
        picture: Any,
        layout: str = "page",
        *,
        ink: str = "auto",
        min_confidence: float = 0.0,
        min_height: int = 0,
        digits: Union[int, tuple[int, int], None] = None,
        allowed: Optional[Iterable[int]] = None,
        grid: Optional[tuple[int, int]] = None,
        time_limit: Optional[float] = None,
    ) -> Reading:
        """Find and classify the digits in a picture.

        Parameters
        ----------
        picture : array of uint8, shape (h, w), (h, w, 3) or (h, w, 4)
            Grey, RGB or RGBA: see `libdigit.normalize`.
        layout : {'page', 'line', 'single', 'grid'}
            Lines of digits from top to bottom; one line; one digit; or rows
            and columns of cells with one digit or none in each.
        ink : {'auto', 'dark', 'light'}
            Which side of the contrast is the ink.
        min_confidence : float
            Below it the text shows '?'.
        min_height : int
            Ink lower than this is dirt, in pixels; 0: judge by the picture.
        digits : int or (int, int), optional
            How many digits a group has, or how many at least and at most (0:
            any number).
        allowed : iterable of int, optional
            The digits that may be answered; a string such as "0123" will do.
        grid : (int, int), optional
            Rows and columns of the layout 'grid'. By default as they are found.
        time_limit : float, optional
            In seconds.

        Returns
        -------
        Reading
            Finding no digits is no error.

        Raises
        ------
        TypeError, ValueError
            As `libdigit.normalize`, or an option is out of range.
        DigitError
            The picture has too many components or digits (``status`` is
            ``Status.LIMIT``), or the time is over (``Status.TIMEOUT``).
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
            )

    def _glyphs(
        self, picture: Any, options: c.digit_read_options
    ) -> tuple[str, npt.NDArray[np.void]]:
        """`read` without objects, for `libdigit.bulk`."""
        with self._guard.reading():
            return glyphs_with(self._open_handle(), picture, options)

    # -- Evaluation and training -----------------------------------------

    def evaluate(self, images: Any, labels: Any) -> Metrics:
        """Compare the model's answers with the right ones.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            As for `predict_full`.
        labels : array of integers, shape (n,)
            Each 0..9.

        Returns
        -------
        Metrics

        Raises
        ------
        TypeError
            `images` is neither of uint8 nor of floats, or `labels` not of
            integers.
        ValueError
            A shape is wrong, a label or a float out of range, or there are more
            of the one than of the other.
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
        epochs: Optional[int] = None,
        batch: Optional[int] = None,
        learning_rate: Optional[float] = None,
        schedule: Optional[str] = None,
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
        trained_on: Optional[str] = None,
        licence: Optional[str] = None,
    ) -> list[Progress]:
        """Train from the present weights on.

        The same library on the same kind of CPU, given the same model, data and
        options, ends with the same weights, with any number of `threads`. What
        is left at None is the library's default.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            As for `predict_full`.
        labels : array of integers, shape (n,)
            Each 0..9.
        epochs : int, optional
            How often to go through the samples; 10.
        batch : int, optional
            Samples per update of the weights; 128.
        learning_rate : float, optional
            At its highest; 0.001.
        schedule : {'cosine', 'constant'}, optional
            How the learning rate moves: up shortly and down to 0 (the default),
            or not at all.
        weight_decay : float, optional
            0.0001.
        augment : float, optional
            How strongly samples are distorted, anew in each epoch, 0..1; 0.
        label_smoothing : float, optional
            0..0.5; 0.
        average : float, optional
            Decay per update of the averaged weights that the model holds in the
            end; 0 is off. 0.99.
        pull : float, optional
            Of the weights towards those from before the call; 0. Hardly one moves
            further than 1 / `pull`: adapts a model to a few samples without
            losing what it knows.
        validation : tuple of (images, labels), optional
            Judged after each epoch, and used to calibrate confidence.
        progress : bool or callable, optional
            True: a bar for each epoch, in terminals and notebooks (needs tqdm).
            A callable is called with a `Progress` a few times a second at most and at the end
            of each epoch, on this thread. If it returns something true, training
            stops and `fit` returns. It must not use the model.
        seed : int, optional
            Of shuffling and dropout; 1.
        checkpoint : str, bytes or os.PathLike, optional
            File to write after each epoch and when training is stopped, and to
            resume from if it is there.
        checkpoint_interval : int, optional
            Updates from one checkpoint to the next, for epochs that take long;
            0: only those above.
        reduce : callable, optional
            Adds up over ranks: processes that train one model together. Called on
            this thread in every update and a few times besides, on all ranks
            equally often, with an array of float32. It returns an array of their
            sums over all ranks, or puts them into the array itself and returns
            None: the same bits on every rank. It must not use the model. See
            docs/distributed-training.md.
        rank, ranks : int, optional
            Which of how many this process is; 0 of 1. All are given the same
            model, data and options, and end with the same model.
        trained_on : str, optional
            What `ModelInfo.trained_on` shall say of the data.
        licence : str, optional
            What `ModelInfo.licence` shall say.

        Returns
        -------
        list of Progress
            One for each epoch that ended.

        Raises
        ------
        TypeError, ValueError
            As `evaluate`; also for options of the wrong kind or out of range.
        DigitError
            Training failed: a number was not finite (``status`` is
            ``Status.DIVERGED``), memory ran out, the checkpoint can't be read
            or written. The weights are those from before.
        BaseException
            What `progress` or `reduce` raised, or KeyboardInterrupt: training
            stops, the model keeps what it learned so far and is fit for use.
        """
        watcher = Watcher(progress)
        reducer = Reducer(reduce)
        options = train_options(
            epochs=epochs,
            batch=batch,
            learning_rate=learning_rate,
            schedule=schedule,
            weight_decay=weight_decay,
            augment=augment,
            label_smoothing=label_smoothing,
            average=average,
            pull=pull,
            seed=seed,
            checkpoint=checkpoint,
            checkpoint_interval=checkpoint_interval,
            rank=rank,
            ranks=ranks,
            trained_on=trained_on,
            licence=licence,
        )
        options.progress = watcher.function
        options.reduce = reducer.function
        with ExitStack() as stack:
            stack.callback(watcher.close)
            dataset = stack.enter_context(dataset_of(images, labels))
            if validation is not None:
                options.validation = stack.enter_context(_validation_of(validation))
            with self._guard.writing():
                status = lib.digit_model_train(self._open_handle(), dataset, ctypes.byref(options))
                reducer.raise_again()
                watcher.raise_again()
                if status != Status.CANCELLED:
                    check(status)
        return watcher.history

    def adapt(self, images: Any, labels: Any, **options: Any) -> list[Progress]:
        """Learn from a few digits of one hand without forgetting those of others.

        `fit` with other defaults: 20 epochs, batches of 32, ``augment=0.5``,
        ``pull=100``. Ten samples of each digit help already; what it costs
        elsewhere is in docs/pretrained.md.

        Parameters
        ----------
        images : array, shape (n, 28, 28)
            As for `fit`; pictures become samples by `normalize`.
        labels : array of integers, shape (n,)
            Each 0..9.
        options : optional
            Any others of `fit`, by name. None is the default of this method.

        Returns
        -------
        list of Progress
            As `fit`.

        Raises
        ------
        TypeError, ValueError, DigitError, BaseException
            As `fit`.

        Examples
        --------
        >>> import numpy as np
        >>> samples = np.zeros((10, 28, 28), np.uint8)  # of model.normalize(picture)
        >>> model = libdigit.Model("dense 10", seed=1)
        >>> len(model.adapt(samples, np.arange(10), epochs=3))
        3
        """
        given = {name: value for name, value in options.items() if value is not None}
        return self.fit(images, labels, **{**ADAPTING, **given})


def _validation_of(validation: Any) -> Any:
    try:
        images, labels = validation
    except (TypeError, ValueError):
        raise TypeError("validation: expected a tuple of (images, labels)") from None
    return dataset_of(images, labels, " of validation")
