"""What Python adds to a call into the library: measured in turn, given as ratios.

    PYTHONPATH=bindings/python LIBDIGIT_LIBRARY=build/libdigit/libdigit.so \\
        python3 tests/bench/python_costs.py

The library alone is called through ctypes with addresses made before, and costs
ctypes' own half microsecond more than from C.
"""

import ctypes
import statistics
import subprocess
import sys
import threading
import time
from functools import partial

import numpy as np

import libdigit
from libdigit._library import lib

ROUNDS = 9


def seconds(call, count):
    """Of the processor, so that what else the machine does matters little."""
    begun = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - begun) / count


def in_turn(first, second, count):
    """Medians of the two, and of their ratio, over rounds of first, second, first, ..."""
    rounds = [(seconds(first, count), seconds(second, count)) for _ in range(ROUNDS)]
    a, b = (statistics.median(column) for column in zip(*rounds))
    return a, b, statistics.median(x / y for x, y in rounds)


def raw(model, samples):
    """The library's call alone."""
    out = (ctypes.c_char * (len(samples) * libdigit.PREDICTION.itemsize))()
    arguments = model._handle, samples.ctypes.data, len(samples), ctypes.addressof(out)
    keep = samples, out
    return lambda: lib.digit_model_predict(*arguments) or keep


def one_image():
    model, image = libdigit.Model("dense 10"), np.zeros((1, 28, 28), np.uint8)
    for name in ("predict_full", "predict", "predict_proba", "confidence"):
        method = getattr(model, name)
        ours, alone, _ = in_turn(partial(method, image), raw(model, image), 20_000)
        print(f"one image, {name:14} {1e6 * (ours - alone):5.2f} us over the library's call")


def bulk():
    model = libdigit.Model.pretrained()
    images = np.random.default_rng(1).integers(0, 256, (4_096, 28, 28), dtype=np.uint8)
    _, _, ratio = in_turn(lambda: model.predict(images), raw(model, images), 4)
    print(f"bulk of {len(images)}           {100 * (ratio - 1):+5.2f} %")


def rate(model, images, threads, calls=200):
    """Images a second of so many Python threads."""

    def work():
        for _ in range(calls):
            model.predict(images)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    begun = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return threads * calls * len(images) / (time.perf_counter() - begun)


def python_threads():
    model = libdigit.Model.pretrained()
    images = np.random.default_rng(1).integers(0, 256, (64, 28, 28), dtype=np.uint8)
    rate(model, images, 1)
    ratios = [rate(model, images, 4) / rate(model, images, 1) for _ in range(5)]
    print(f"four threads, batches of 64: {statistics.median(ratios):.2f} times one thread's rate")


def importing():
    code = "import numpy, time; t = time.perf_counter(); import libdigit"
    code += "; print(time.perf_counter() - t)"
    command = [sys.executable, "-c", code]
    times = [float(subprocess.check_output(command)) for _ in range(11)]
    print(f"import libdigit: {1e3 * statistics.median(times):.0f} ms after NumPy")


if __name__ == "__main__":
    one_image()
    bulk()
    python_threads()
    importing()
