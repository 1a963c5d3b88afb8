"""Who may use a model when: any number of readers, or one writer alone.

The C library asks for it ("a function that takes it without const needs it to
itself"); this makes it hold for Python's threads, so that no program can crash
by calling ``fit`` on one thread and ``predict`` on another.

Each reading thread has a lock of its own, and a writer takes all of them.
Reading then costs one uncontended lock, and leaving it is done by the lock
itself, in C, where a KeyboardInterrupt can't come in between.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

__all__ = ["Guard", "exiting"]

_EXIT_PATIENCE = 10.0  # seconds for calls under way when the interpreter ends

_guards: weakref.WeakSet[Guard] = weakref.WeakSet()
_exit_thread: int | None = None


class Guard:
    """A readers-writer lock that notices when a thread would wait for itself."""

    def __init__(self) -> None:
        self.orphaned = False  # a fork happened while another thread was writing
        self._writer: int | None = None  # thread that has, or waits to have, all to itself
        self._alone = False  # the writer has waited enough
        self._gate = threading.Lock()  # held by the writer, and to enter a new reader
        self._mine = threading.local()
        self._readers: list[weakref.ref[Any]] = []
        _guards.add(self)

    def reading(self) -> Any:
        """The lock of this thread, to be held (``with``) while reading.

        Raises
        ------
        RuntimeError
            This very thread is writing: a progress callback uses its model.
        """
        while self._writer is not None:
            if _exit_thread == threading.get_ident():
                return threading.RLock()  # all to itself already: see _at_exit
            self._refuse_own_writer()
            with self._gate:  # a writer comes first, or busy readers would keep it out
                pass
        try:
            return self._mine.lock
        except AttributeError:
            return self._enter_reader()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Wait for all readers to leave, and keep new ones out meanwhile."""
        if _exit_thread == threading.get_ident():
            yield
            return
        self._refuse_own_writer()
        own = getattr(self._mine, "lock", None)
        if own is not None and own._is_owned():
            raise RuntimeError("this thread is using the model already")
        with self._gate, ExitStack() as held:
            self._writer = threading.get_ident()
            try:
                for reference in self._readers:
                    lock = reference()
                    if lock is not None:
                        held.enter_context(lock)
                self._alone = True
                yield
            finally:
                self._alone = False
                self._writer = None

    def _refuse_own_writer(self) -> None:
        if self._writer == threading.get_ident():
            raise RuntimeError(
                "the model is being trained by this thread: "
                "a progress callback must not use the model"
            )

    def _enter_reader(self) -> Any:
        lock = threading.RLock()
        with self._gate:
            self._readers = [ref for ref in self._readers if ref() is not None]
            self._readers.append(weakref.ref(lock))
        self._mine.lock = lock
        return lock

    def _close_for_exit(self, deadline: float) -> None:
        """Let calls under way end, and never let another thread begin one."""
        if not self._gate.acquire(timeout=max(0.0, deadline - time.monotonic())):
            return
        self._writer = 0
        for reference in self._readers:
            lock = reference()
            if lock is not None:
                lock.acquire(timeout=max(0.0, deadline - time.monotonic()))

    def _after_fork(self) -> None:
        """In a forked child: the other threads are gone, what they held is not."""
        if self._writer == threading.get_ident():
            return  # forked by a progress callback: what is held is ours to give back
        self.orphaned = self.orphaned or self._alone
        self._alone = False
        self._writer = None
        self._gate = threading.Lock()
        own = getattr(self._mine, "lock", None)
        if own is not None and not own._is_owned():
            own = self._mine.lock = threading.RLock()
        self._readers = [] if own is None else [weakref.ref(own)]


def exiting() -> bool:
    """Whether the interpreter is about to end: training should stop."""
    return _exit_thread is not None


def _at_exit() -> None:
    """Stop the use of models by daemon threads.

    Python lets them run on while the process ends, and OpenBLAS takes itself
    apart then: a thread that is still in it crashes.
    """
    global _exit_thread
    _exit_thread = threading.get_ident()
    deadline = time.monotonic() + _EXIT_PATIENCE
    for guard in list(_guards):
        guard._close_for_exit(deadline)


def _after_fork_in_child() -> None:
    for guard in list(_guards):
        guard._after_fork()


atexit.register(_at_exit)
os.register_at_fork(after_in_child=_after_fork_in_child)
