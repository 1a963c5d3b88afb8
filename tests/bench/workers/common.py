"""What the workers share. A worker measures one thing of one library in one process:

    run_LIBRARY.py WORK [--variant V] [--threads N] [--batch N] [--samples N] [--output FILE]

and prints one JSON line. The same clock rules as bench.c: a warm-up, then blocks of at least 50 ms,
the median block counts.
"""
from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Callable

import numpy as np

QUICK = "DIGIT_BENCH_QUICK" in os.environ
BLOCKS = 3 if QUICK else 9
BLOCK_SECONDS = 0.002 if QUICK else 0.05
LONG = 0.25  # seconds; three of such blocks are enough
BATCHES = (100, 250, 1000)
EPOCH = 60000

Work = Callable[[argparse.Namespace], dict[str, Any]]


def model_file(name: str) -> str:
    return str(Path(os.environ["BENCH_MODELS"]) / name)


def read_idx(name: str) -> np.ndarray:
    data = (Path(os.environ["MNIST_DIR"]) / name).read_bytes()
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def test_images(count: int = 10000) -> np.ndarray:
    """float32 [count][28][28], 0..1"""
    images = read_idx("t10k-images-idx3-ubyte")[:count]
    return images.astype(np.float32) / np.float32(255)


def training_set(count: int) -> tuple[np.ndarray, np.ndarray]:
    images = read_idx("train-images-idx3-ubyte")[:count].astype(np.float32) / np.float32(255)
    return images, read_idx("train-labels-idx1-ubyte")[:count].astype(np.int64)


def block_seconds(work: Callable[[], Any]) -> float:
    """Seconds a call, the median block."""
    work()
    repeats = 1
    while True:
        began = time.perf_counter()
        for _ in range(repeats):
            work()
        if time.perf_counter() - began >= BLOCK_SECONDS:
            break
        repeats *= 2
    values = []
    for _ in range(BLOCKS if time.perf_counter() - began < LONG else 3):
        began = time.perf_counter()
        for _ in range(repeats):
            work()
        values.append((time.perf_counter() - began) / repeats)
    return float(np.median(values))


def one(predict: Callable[[np.ndarray], Any], images: np.ndarray) -> dict[str, Any]:
    """Single images one after another; `images` is [1000][1]... as the library wants them."""
    singles = [np.ascontiguousarray(image) for image in images]
    state = {"next": 0}

    def work() -> None:
        predict(singles[state["next"]])
        state["next"] = (state["next"] + 1) % len(singles)

    return {"value": block_seconds(work) * 1e6}


def bulk(prepare: Callable[[int], Callable[[], Any]], samples: int) -> dict[str, Any]:
    """prepare(batch) gives a function that goes through `samples` images. The best batch counts."""
    best, of = 0.0, 0
    for batch in BATCHES:
        if batch > samples:
            continue
        rate = samples / block_seconds(prepare(batch))
        if rate > best:
            best, of = rate, batch
    return {"value": best, "batch": of}


def epoch_seconds(seconds: float, images: int) -> dict[str, Any]:
    """Scaled to all of MNIST, where fewer images were timed."""
    return {"value": seconds * EPOCH / images, "images": images}


def save_answers(arguments: argparse.Namespace, probabilities: np.ndarray) -> dict[str, Any]:
    np.save(arguments.output, np.asarray(probabilities, np.float32).reshape(-1, 10))
    return {"value": len(probabilities)}


def main(version: str, works: dict[str, Work]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=works)
    parser.add_argument("--variant", default="")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--samples", type=int, default=EPOCH)
    parser.add_argument("--output")
    arguments = parser.parse_args()
    result = works[arguments.work](arguments)
    result["version"] = version
    print(json.dumps(result))
    sys.stdout.flush()
    os._exit(0)  # what libraries do when they are shut down is not measured here
