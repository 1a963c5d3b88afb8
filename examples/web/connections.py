"""How many connections there may be, and how long each may take to send its request or to take
its answer.

Uvicorn limits the number of connections and the pause between two requests, not a request's time,
and waits for ever for a client that does not read: 256 of these would keep all others out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from gate import Gate

SECONDS = {h11.IDLE: 10.0, h11.SEND_BODY: 60.0}  # of the client's state: the header, the body
ANSWER_SECONDS = 30.0  # until the client has read what waits for it: at most 64 KiB


class TimedProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose request, or the reading of its answer, takes long."""

    _awaited: object = None
    _timer: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None  # while more of an answer waits than may

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._time()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._time()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._time()
        if self.transport.is_closing() and self.transport.get_write_buffer_size() > 0:
            self._await_reading()  # a close waits for it, too

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_reading()

    def _await_reading(self) -> None:
        self._stop_reading()
        self._reading = self.loop.call_later(ANSWER_SECONDS, self.transport.abort)

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading.cancel()
            self._reading = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop()
        self._stop_reading()

    def _time(self) -> None:
        """Starts a timer where a part of a request begins, and leaves it alone until its end."""
        state = self.conn.their_state
        if state is self._awaited:
            return
        self._stop()
        self._awaited = state
        if state in SECONDS and not self.transport.is_closing():
            self._timer = self.loop.call_later(SECONDS[state], self.transport.abort)

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def guard_server(names: Iterable[str], connections_max: int) -> None:
    """Have Gradio's server limit and time its connections, and pass requests by the gate first.

    `launch` has no such options, and puts middleware behind its own answers to other sites. An
    app mounted in another server has them, but Gradio lets its requests name any file here.
    """
    config = uvicorn.Config

    def guarded(app: Any, **options: Any) -> uvicorn.Config:
        return config(Gate(app, names), http=TimedProtocol, ws="none",
                      limit_concurrency=connections_max, **options)

    uvicorn.Config = guarded  # type: ignore[misc,assignment]
