"""Training options, and what passes between a running training and Python."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Generator
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._arguments import PathLike, integer, path_of, real, text_of
from ._guard import exiting
from ._library import lib
from ._progress_bar import ProgressBar
from ._results import Progress

__all__ = ["ADAPTING", "ProgressCallback", "Reduce", "Reducer", "Watcher", "train_options"]

# Few samples of one hand, and a model that shall not forget all others: what
# tests/accuracy/adapt.py found to be enough.
ADAPTING: dict[str, float] = {"epochs": 20, "batch": 32, "augment": 0.5, "pull": 100}

_SCHEDULES = {"constant": c.DIGIT_SCHEDULE_CONSTANT, "cosine": c.DIGIT_SCHEDULE_COSINE}


ProgressCallback = Callable[[Progress], object]
Reduce = Callable[[npt.NDArray[np.float32]], Optional[npt.ArrayLike]]

_FIELDS = tuple(Progress.__dataclass_fields__)


class _Ear:
    """What the library may call while it trains.

    Any exception, a KeyboardInterrupt above all, becomes a request to stop;
    `raise_again` then raises it after the library returned.

    What the library calls is a generator waiting inside a ``try``. An ordinary
    function would not do: Python raises a pending KeyboardInterrupt as soon as
    a function is entered, before its first ``try``, and ctypes can only print
    and drop an exception that leaves a callback.

    Parameters
    ----------
    kind : type of ctypes.Structure
        What it is given. The library calls with two arguments, and every C
        calling convention lets a function ignore the last ones: one is what a
        generator's send takes.
    """

    def __init__(self, kind: Any) -> None:
        self._error: Optional[BaseException] = None
        self._listener = self._listen()
        next(self._listener)
        self._function = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(kind))(self._listener.send)

    def raise_again(self) -> None:
        """Raise what stopped the training, if an exception did."""
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _listen(self) -> Generator[int, Any, None]:
        try:
            go_on = True
            while go_on:
                pointer = yield 0
                go_on = self._hear(pointer.contents)
        except GeneratorExit:
            return
        except BaseException as error:
            self._error = error
        while True:
            yield 1

    def _hear(self, heard: Any) -> bool:
        raise NotImplementedError


class Watcher(_Ear):
    """Python's ear in a running training.

    It is called a few times a second, keeps the history, and calls the user's
    callback.
    """

    def __init__(self, callback: Optional[Union[bool, ProgressCallback]]) -> None:
        self._bar: Optional[ProgressBar] = None
        if isinstance(callback, bool):
            callback = self._bar = ProgressBar() if callback else None
        if callback is not None and not callable(callback):
            kind = type(callback).__name__
            raise TypeError(f"progress: expected a callable, a bool or None, got {kind}")
        self._callback = callback
        self._epochs: dict[int, Progress] = {}
        super().__init__(c.digit_progress)
        self.function = ctypes.cast(self._function, c.digit_progress_fn)

    @property
    def history(self) -> list[Progress]:
        """One record for each epoch that ended."""
        return list(self._epochs.values())

    def close(self) -> None:
        """Leave the progress bar, if there is one, as it stands."""
        if self._bar is not None:
            self._bar.close()

    def _hear(self, heard: c.digit_progress) -> bool:
        progress = Progress(*[getattr(heard, field) for field in _FIELDS])
        if progress.samples_done == progress.samples_total:
            self._epochs[progress.epoch] = progress
        if exiting():
            return False
        return self._callback is None or not self._callback(progress)


class Reducer(_Ear):
    """Adds up over ranks by the user's function.

    It works on a copy: an array that the function keeps stays valid.
    """

    def __init__(self, reduce: Optional[Reduce]) -> None:
        if reduce is not None and not callable(reduce):
            raise TypeError(f"reduce: expected a callable or None, got {type(reduce).__name__}")
        self._reduce = reduce
        super().__init__(c.digit_reduction)
        self.function = (
            c.digit_reduce_fn()
            if reduce is None
            else ctypes.cast(self._function, c.digit_reduce_fn)
        )

    def _hear(self, heard: c.digit_reduction) -> bool:
        values = np.ctypeslib.as_array(heard.values, (heard.count,))
        ours = values.copy()
        assert self._reduce is not None
        answer = self._reduce(ours)
        sums = ours if answer is None else np.asarray(answer, np.float32)
        if sums.shape != values.shape:
            raise ValueError(f"reduce: expected {heard.count} sums, got shape {sums.shape}")
        values[:] = sums
        return True


def train_options(
    *,
    epochs: Optional[int],
    batch: Optional[int],
    learning_rate: Optional[float],
    schedule: Optional[str],
    weight_decay: Optional[float],
    augment: Optional[float],
    label_smoothing: Optional[float],
    average: Optional[float],
    pull: Optional[float],
    seed: Optional[int],
    checkpoint: Optional[PathLike],
    checkpoint_interval: Optional[int],
    rank: Optional[int],
    ranks: Optional[int],
    trained_on: Optional[str],
    licence: Optional[str],
) -> c.digit_train_options:
    """The library's defaults, and what the caller wants otherwise."""
    options = c.digit_train_options()
    lib.digit_train_options_init(ctypes.byref(options), ctypes.sizeof(options))
    for name, count, bits in (
        ("epochs", epochs, 32),
        ("batch", batch, 32),
        ("seed", seed, 64),
        ("checkpoint_interval", checkpoint_interval, 32),
        ("rank", rank, 32),
        ("ranks", ranks, 32),
    ):
        if count is not None:
            setattr(options, name, integer(count, name, bits))
    for name, number in (
        ("learning_rate", learning_rate),
        ("weight_decay", weight_decay),
        ("augment", augment),
        ("label_smoothing", label_smoothing),
        ("average", average),
        ("pull", pull),
    ):
        if number is not None:
            setattr(options, name, real(number, name))
    if schedule is not None:
        options.schedule = _schedule_of(schedule)
    if checkpoint is not None:
        options.checkpoint = path_of(checkpoint, "checkpoint")
    for name, text in (("trained_on", trained_on), ("licence", licence)):
        if text is not None:
            setattr(options, name, text_of(text, name))
    return options


def _schedule_of(schedule: str) -> int:
    if not isinstance(schedule, str):
        raise TypeError(f"schedule: expected str, got {type(schedule).__name__}")
    if schedule not in _SCHEDULES:
        raise ValueError(f"schedule: expected 'constant' or 'cosine', got {schedule!r}")
    return _SCHEDULES[schedule]
