"""Whose picture is next: clients take turns, so that nobody waits for another's many pictures."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

from pictures import problem


class Turns:
    """Work of `at_once` clients at a time and of each client one, by round robin.

    A client has at most `waiting_max` more pieces waiting.
    """

    def __init__(self, at_once: int, waiting_max: int) -> None:
        self._at_once = at_once
        self._waiting_max = waiting_max
        self._changed = threading.Condition()
        self._waiting: dict[str, deque[object]] = {}  # the client that is next comes first
        self._busy: set[str] = set()

    @contextlib.contextmanager
    def turn(self, client: str) -> Iterator[None]:
        """Wait for a turn, and hold it."""
        piece = object()
        with self._changed:
            pieces = self._waiting.setdefault(client, deque())
            if len(pieces) == self._waiting_max:
                raise problem(f"{self._waiting_max} pictures of yours wait already. Send it later.")
            pieces.append(piece)
            self._changed.wait_for(lambda: self._next() is piece)
            self._take(client)
        try:
            yield
        finally:
            with self._changed:
                self._busy.discard(client)
                if client in self._waiting:  # now behind all others
                    self._waiting[client] = self._waiting.pop(client)
                self._changed.notify_all()

    def _next(self) -> object | None:
        if len(self._busy) == self._at_once:
            return None
        return next((pieces[0] for client, pieces in self._waiting.items()
                     if client not in self._busy), None)

    def _take(self, client: str) -> None:
        self._busy.add(client)
        self._waiting[client].popleft()
        if not self._waiting[client]:
            del self._waiting[client]
        self._changed.notify_all()  # a second place may be free
