"""LiteRT (TensorFlow Lite's interpreter with XNNPACK)."""
from __future__ import annotations

import argparse
from importlib.metadata import version
from typing import Any, Callable

import numpy as np
from ai_edge_litert.interpreter import Interpreter

import common


def interpreter(threads: int, batch: int) -> Callable[[np.ndarray], np.ndarray]:
    made = Interpreter(common.model_file("net.tflite"), num_threads=threads)
    entry, result = made.get_input_details()[0]["index"], made.get_output_details()[0]["index"]
    made.resize_tensor_input(entry, [batch, 28, 28, 1])
    made.allocate_tensors()

    def predict(images: np.ndarray) -> np.ndarray:
        made.set_tensor(entry, images)
        made.invoke()
        return made.get_tensor(result)

    return predict


def answers(a: argparse.Namespace) -> dict[str, Any]:
    images, predict = common.test_images()[..., None], interpreter(a.threads, 1000)
    parts = [predict(images[i:i + 1000]) for i in range(0, 10000, 1000)]
    return common.save_answers(a, np.concatenate(parts))


def one(a: argparse.Namespace) -> dict[str, Any]:
    return common.one(interpreter(a.threads, 1), common.test_images(1000)[:, None, :, :, None])


def bulk(a: argparse.Namespace) -> dict[str, Any]:
    images = common.test_images(min(a.samples, 10000))[..., None]

    def prepare(batch: int) -> Callable[[], Any]:
        predict = interpreter(a.threads, batch)
        return lambda: [predict(images[i:i + batch]) for i in range(0, len(images), batch)]

    return common.bulk(prepare, len(images))


if __name__ == "__main__":
    common.main(version("ai-edge-litert"), {"answers": answers, "one": one, "bulk": bulk})
