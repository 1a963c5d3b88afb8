"""Python functions that the library calls while it trains."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Generator
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _prototypes as c
from ._guard import exiting
from ._progress_bar import ProgressBar
from ._results import Progress

__all__ = ["ProgressCallback", "Reduce", "Reducer", "Watcher"]

ProgressCallback = Callable[[Progress], object]
Reduce = Callable[[npt.NDArray[np.float32]], Optional[npt.ArrayLike]]

_FIELDS = tuple(Progress.__dataclass_fields__)


class _Callback:
    """A C function pointer behind which Python code runs.

    Any exception, above all a KeyboardInterrupt, becomes a request to stop;
    `raise_again` raises it after the library has returned.

    The C function is the ``send`` of a generator that waits inside a ``try``. An
    ordinary function does not suffice: Python raises a pending KeyboardInterrupt
    as soon as a function is entered, before its first ``try``, and ctypes prints
    and drops an exception that leaves a callback.

    Parameters
    ----------
    kind : type of ctypes.Structure
        What the library passes by address. Its second argument, ``user_data``,
        is left out: every C calling convention lets a function ignore the last
        arguments, and ``send`` takes one.
    """

    def __init__(self, kind: Any) -> None:
        self._error: Optional[BaseException] = None
        self._generator = self._run()
        next(self._generator)
        self._function = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(kind))(self._generator.send)

    def raise_again(self) -> None:
        """Raise the exception that stopped the training, if one did."""
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _run(self) -> Generator[int, Any, None]:
        try:
            go_on = True
            while go_on:
                pointer = yield 0
                go_on = self._called(pointer.contents)
        except GeneratorExit:
            return
        except BaseException as error:
            self._error = error
        while True:
            yield 1

    def _called(self, argument: Any) -> bool:
        """Handle one call; False stops the training."""
        raise NotImplementedError


class Watcher(_Callback):
    """Keeps the history of a training and calls the user's progress callback."""

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
        """End the progress bar, if there is one, in its present state."""
        if self._bar is not None:
            self._bar.close()

    def _called(self, argument: c.digit_progress) -> bool:
        progress = Progress(*[getattr(argument, field) for field in _FIELDS])
        if progress.samples_done == progress.samples_total:
            self._epochs[progress.epoch] = progress
        if exiting():
            return False
        return self._callback is None or not self._callback(progress)


class Reducer(_Callback):
    """Adds up over ranks by the user's function.

    The function is given a copy, so an array that it keeps stays valid.
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

    def _called(self, argument: c.digit_reduction) -> bool:
        values = np.ctypeslib.as_array(argument.values, (argument.count,))
        ours = values.copy()
        assert self._reduce is not None
        answer = self._reduce(ours)
        sums = ours if answer is None else np.asarray(answer, np.float32)
        if sums.shape != values.shape:
            raise ValueError(f"reduce: expected {argument.count} sums, got shape {sums.shape}")
        values[:] = sums
        return True
