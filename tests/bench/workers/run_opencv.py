"""OpenCV's dnn module."""
from __future__ import annotations

import argparse
from typing import Any, Callable

import cv2
import numpy as np

import common


def network(threads: int) -> Callable[[np.ndarray], np.ndarray]:
    cv2.setNumThreads(threads)
    made = cv2.dnn.readNetFromONNX(common.model_file("net.onnx"))

    def predict(images: np.ndarray) -> np.ndarray:
        made.setInput(images)
        return made.forward()

    return predict


def answers(a: argparse.Namespace) -> dict[str, Any]:
    images, predict = common.test_images()[:, None], network(a.threads)
    parts = [predict(images[i:i + 250]).copy() for i in range(0, 10000, 250)]
    return common.save_answers(a, np.concatenate(parts))


def one(a: argparse.Namespace) -> dict[str, Any]:
    return common.one(network(a.threads), common.test_images(1000)[:, None, None])


def bulk(a: argparse.Namespace) -> dict[str, Any]:
    images = common.test_images(min(a.samples, 10000))[:, None].copy()

    def prepare(batch: int) -> Callable[[], Any]:
        predict = network(a.threads)
        return lambda: [predict(images[i:i + batch]) for i in range(0, len(images), batch)]

    return common.bulk(prepare, len(images))


if __name__ == "__main__":
    common.main(cv2.__version__, {"answers": answers, "one": one, "bulk": bulk})
