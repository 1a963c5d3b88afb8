"""One training: on a thread of its own, watched from another, stopped by anybody."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import numpy as np

import libdigit
from pictures import problem
from training_data import Data

_VALIDATION = 10  # every tenth sample is kept for validation
_UNHEARD_MAX = 60  # reports that nobody took: whoever wanted them has left

# One at a time, whoever asks: it takes all of a processor for minutes.
_busy = threading.Lock()


class Training:
    """A model, what it learns from, and how far it has come."""

    def __init__(self, model: libdigit.Model, data: Data, epochs: int) -> None:
        self.model = model
        self.points: list[libdigit.Progress] = []
        self._data: Data | None = data
        self._skipped = data.skipped
        self._epochs = epochs
        self._stopped = threading.Event()
        self._heard: queue.Queue[libdigit.Progress | BaseException | None] = queue.Queue()

    def stop(self) -> None:
        """Have it end soon; the model keeps what it learned."""
        self._stopped.set()

    def run(self) -> Iterator[libdigit.Progress]:
        """Train, and tell of it some times a second; it ends if nobody listens."""
        if not _busy.acquire(blocking=False):
            raise problem("Another training is under way here. Try again in some minutes.")
        thread = threading.Thread(target=self._work, daemon=True)
        thread.start()
        while (heard := self._heard.get()) is not None:
            if isinstance(heard, BaseException):
                raise problem(f"Training failed: {heard}") from heard
            self.points.append(heard)
            yield heard
        thread.join()

    def summary(self) -> str:
        """A sentence on what came out of it."""
        if not self.points:
            return "Stopped before it began."
        last = self.points[-1]
        ended = "Stopped" if self._stopped.is_set() else "Done"
        return (
            f"**{ended}** in epoch {last.epoch} after {last.seconds:.0f} seconds: "
            f"{_share(last)} right."
            + (f" {self._skipped:,} pictures could not be used." if self._skipped else "")
        )

    def _work(self) -> None:
        data, self._data = self._data, None  # a session lives longer than its samples
        heard: BaseException | None
        try:
            if data is None:
                raise ValueError("it has been trained already")
            kept = np.arange(len(data.labels)) % _VALIDATION == 0
            self.model.fit(
                data.samples[~kept],
                data.labels[~kept],
                epochs=self._epochs,
                validation=(data.samples[kept], data.labels[kept]),
                progress=self._watch,
                trained_on="samples uploaded to the web app",
            )
            heard = None
        except BaseException as error:
            heard = error
        finally:
            _busy.release()
        self._heard.put(heard)

    def _watch(self, progress: libdigit.Progress) -> bool:
        self._heard.put(progress)
        return self._stopped.is_set() or self._heard.qsize() > _UNHEARD_MAX


def _share(progress: libdigit.Progress) -> str:
    known = progress.validation_accuracy
    if known == known:  # no NaN: an epoch has ended
        return f"{known:.2%} of the samples kept for validation"
    return f"{progress.accuracy:.2%} of the samples of this epoch"
