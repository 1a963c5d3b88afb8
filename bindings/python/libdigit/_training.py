"""One training: its options, data and callbacks, made ready before the model is locked."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from typing import Any, Optional

from . import _prototypes as c
from ._callbacks import Reducer, Watcher
from ._errors import Status
from ._library import check, lib
from ._options import options_of
from ._results import Progress
from .data import dataset_of

__all__ = ["training"]

Run = Callable[[ctypes.c_void_p], list[Progress]]


@contextmanager
def training(
    init: Callable[..., None],
    images: Any,
    labels: Any,
    *,
    strokes: Any = None,
    validation: Any = None,
    progress: Any = None,
    reduce: Any = None,
    teachers: Any = (),
    **members: Any,
) -> Iterator[Run]:
    """A function that trains the model behind a handle, once.

    `init` sets the defaults; the other arguments are those of `Model.fit`,
    `members` those that the C struct holds as numbers or text.
    """
    watcher, reducer = Watcher(progress), Reducer(reduce)
    options = options_of(c.digit_train_options, init, members)
    options.progress, options.reduce = watcher.function, reducer.function
    handles = (c.digit_model_p * len(teachers))(*(model._open_handle() for model in teachers))
    options.teachers, options.teacher_count = handles, len(handles)

    def run(model: ctypes.c_void_p) -> list[Progress]:
        status = lib.digit_model_train(model, dataset, ctypes.byref(options))
        reducer.raise_again()
        watcher.raise_again()
        if status != Status.CANCELLED:
            check(status)
        return watcher.history

    data = dataset_of(images, labels, strokes=strokes)
    with closing(watcher), data as dataset, _held_out(validation) as held_out:
        options.validation = held_out
        yield run


def _held_out(validation: Any) -> AbstractContextManager[Optional[ctypes.c_void_p]]:
    """The dataset of ``validation``, or None."""
    if validation is None:
        return nullcontext()
    try:
        images, labels = validation
    except (TypeError, ValueError):
        raise TypeError("validation: expected a tuple of (images, labels)") from None
    return dataset_of(images, labels, " of validation")
