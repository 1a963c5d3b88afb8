"""A bar for each epoch of a training, in terminals and notebooks."""

from __future__ import annotations

import math
import sys
import warnings
from typing import Any, Optional

from ._results import Progress

__all__ = ["ProgressBar"]


class ProgressBar:
    """The progress callback of `Model.fit` for ``progress=True``."""

    def __init__(self) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # without ipywidgets tqdm shows text
                from tqdm.auto import tqdm
        except ImportError as error:
            reason = "progress=True needs tqdm: pip install 'libdigit[progress]'"
            raise ImportError(reason) from error
        self._tqdm: Any = tqdm
        self._bar: Optional[Any] = None
        self._epoch = 0

    def __call__(self, progress: Progress) -> bool:
        if progress.epoch != self._epoch:
            self.close()
            self._epoch = progress.epoch
            self._bar = self._tqdm(
                total=progress.samples_total,
                desc=f"epoch {progress.epoch}/{progress.epochs}",
                unit=" images",
                unit_scale=True,
                disable=_disable(),
            )
        if self._bar is not None:
            self._bar.set_postfix_str(_words(progress), refresh=False)
            self._bar.update(progress.samples_done - self._bar.n)
        return False

    def close(self) -> None:
        """End the bar in its present state."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _disable() -> Optional[bool]:
    """The value of tqdm's ``disable``: a bar is shown in notebooks and in terminals."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return False if type(shell).__name__ == "ZMQInteractiveShell" else None


def _words(progress: Progress) -> str:
    words = f"loss {progress.loss:.4f}, accuracy {progress.accuracy:.2%}"
    ended = progress.samples_done == progress.samples_total
    if ended and not math.isnan(progress.validation_accuracy):
        words += f", validation {progress.validation_accuracy:.2%}"
    return words
