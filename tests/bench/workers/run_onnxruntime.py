"""ONNX Runtime, f32, on the processor."""
from __future__ import annotations

import argparse
from typing import Any, Callable

import numpy as np
import onnxruntime

import common


def session(threads: int) -> Callable[[np.ndarray], np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    made = onnxruntime.InferenceSession(common.model_file("net.onnx"), options,
                                        providers=["CPUExecutionProvider"])
    return lambda images: made.run(None, {"x": images})[0]


def answers(a: argparse.Namespace) -> dict[str, Any]:
    return common.save_answers(a, session(a.threads)(common.test_images()[:, None]))


def one(a: argparse.Namespace) -> dict[str, Any]:
    return common.one(session(a.threads), common.test_images(1000)[:, None, None])


def bulk(a: argparse.Namespace) -> dict[str, Any]:
    predict, images = session(a.threads), common.test_images(min(a.samples, 10000))[:, None]
    return common.bulk(lambda batch: lambda: [predict(images[i:i + batch])
                                              for i in range(0, len(images), batch)], len(images))


if __name__ == "__main__":
    common.main(onnxruntime.__version__, {"answers": answers, "one": one, "bulk": bulk})
