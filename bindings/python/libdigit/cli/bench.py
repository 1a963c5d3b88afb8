"""``digit bench``: how fast predictions are on this machine."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from .. import build_info
from ._common import print_json, whole
from ._models import open_model

_BULK = 4_096
_SECONDS = 0.5  # of each measurement


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="FILE", help="model to ask (the built-in one)")
    parser.add_argument(
        "--threads", metavar="N", type=whole(0, 256), default=0, help="of bulk; 0 = one per CPU"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    model = open_model(options.model)
    samples = np.random.default_rng(1).integers(0, 256, (_BULK, 784), dtype=np.uint8)
    one = samples[:1]
    single = _median_seconds(lambda: model.predict_full(one))
    bulk = _median_seconds(lambda: model.predict_full(samples))
    model.threads = options.threads
    threaded = _median_seconds(lambda: model.predict_full(samples))
    figures = {
        "one_image_us": 1e6 * single,
        "images_per_second": _BULK / bulk,
        "images_per_second_threaded": _BULK / threaded,
        "threads": options.threads,
        "build": build_info(),
    }
    if options.json:
        print_json(figures, 4)
    else:
        print(f"one image          {1e6 * single:10.1f} us")
        print(f"bulk, one thread   {_BULK / bulk:10,.0f} images/s")
        print(f"bulk, {options.threads or 'all'} threads  {_BULK / threaded:10,.0f} images/s")
        print(build_info())
    return 0


def _median_seconds(call: Callable[[], object]) -> float:
    """Seconds per call, the median of the calls in half a second."""
    call()
    times: list[float] = []
    end = time.perf_counter() + _SECONDS
    while time.perf_counter() < end or len(times) < 5:
        before = time.perf_counter()
        call()
        times.append(time.perf_counter() - before)
    return statistics.median(times)
