"""One training: on a thread of its own, watched from another, stopped by anybody."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import gradio as gr
import numpy as np

import libdigit
import training_data
from pictures import problem

_VALIDATION = 10  # every tenth sample is kept for validation
_UNHEARD_MAX = 60  # reports that nobody took: whoever wanted them has left

# One at a time, whoever asks: it takes all of a processor for minutes, and its samples take 54 MB.
_busy = threading.Lock()


class Training:
    """What to train and on which files, and how far it has come.

    A session keeps it, so it holds samples and model only while `run` is under way.
    """

    def __init__(self, paths: list[str], architecture: str, epochs: int) -> None:
        self.points: list[libdigit.Progress] = []
        self._paths = paths
        self._architecture = architecture
        self._epochs = epochs
        self._skipped = 0
        self._stopped = threading.Event()
        self._heard: queue.Queue[libdigit.Progress | BaseException | None] = queue.Queue()

    def stop(self) -> None:
        """Have it end soon; the model keeps what it learned."""
        self._stopped.set()

    def run(self, path: str) -> Iterator[libdigit.Progress]:
        """Train, and tell of it some times a second; it ends if nobody listens.

        The model is saved in the file `path`.
        """
        if not _busy.acquire(blocking=False):
            raise problem("Another training is under way here. Try again in some minutes.")
        thread = threading.Thread(target=self._work, args=(path,), daemon=True)
        thread.start()
        while (heard := self._heard.get()) is not None:
            if isinstance(heard, gr.Error):
                raise heard
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

    def _work(self, path: str) -> None:
        heard: BaseException | None = None
        try:
            self._train(path)
        except BaseException as error:
            heard = error
        finally:
            _busy.release()
        self._heard.put(heard)

    def _train(self, path: str) -> None:
        model = libdigit.Model(self._architecture, seed=1)
        data = training_data.load(self._paths, model)
        self._skipped = data.skipped
        kept = np.arange(len(data.labels)) % _VALIDATION == 0
        model.fit(
            data.samples[~kept],
            data.labels[~kept],
            epochs=self._epochs,
            validation=(data.samples[kept], data.labels[kept]),
            progress=self._watch,
            trained_on="samples uploaded to the web app",
        )
        model.save(path)

    def _watch(self, progress: libdigit.Progress) -> bool:
        self._heard.put(progress)
        return self._stopped.is_set() or self._heard.qsize() > _UNHEARD_MAX


def _share(progress: libdigit.Progress) -> str:
    known = progress.validation_accuracy
    if known == known:  # no NaN: an epoch has ended
        return f"{known:.2%} of the samples kept for validation"
    return f"{progress.accuracy:.2%} of the samples of this epoch"
