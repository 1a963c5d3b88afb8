"""OpenVINO, f32 or bf16 (--variant bf16)."""
from __future__ import annotations

import argparse
from typing import Any, Callable

import numpy as np
import openvino

import common

BULK_BATCHES = (100, 250, 1000)


def request(a: argparse.Namespace, batch: int) -> openvino.InferRequest:
    core = openvino.Core()
    model = core.read_model(common.model_file("net.onnx"))
    model.reshape([batch, 1, 28, 28])
    compiled = core.compile_model(model, "CPU", {
        "INFERENCE_NUM_THREADS": a.threads,
        "INFERENCE_PRECISION_HINT": a.variant or "f32",
        "PERFORMANCE_HINT": "LATENCY",
    })
    return compiled.create_infer_request()


def answers(a: argparse.Namespace) -> dict[str, Any]:
    images, made = common.test_images()[:, None], request(a, 1000)
    parts = [np.array(made.infer({0: images[i:i + 1000]})[0]) for i in range(0, 10000, 1000)]
    return common.save_answers(a, np.concatenate(parts))


def one(a: argparse.Namespace) -> dict[str, Any]:
    """Through a tensor that is shared with the request: the fastest way in."""
    made, image = request(a, 1), np.zeros((1, 1, 28, 28), np.float32)
    made.set_input_tensor(openvino.Tensor(image, shared_memory=True))

    def predict(single: np.ndarray) -> None:
        image[...] = single
        made.infer()

    return common.one(predict, common.test_images(1000)[:, None, None])


def bulk(a: argparse.Namespace) -> dict[str, Any]:
    images = common.test_images(min(a.samples, 10000))[:, None]
    most = max(b for b in BULK_BATCHES if b <= len(images))

    def prepare(batch: int) -> Callable[[], Any]:
        made = request(a, min(batch, most))
        return lambda: [made.infer({0: images[i:i + min(batch, most)]}, share_inputs=True)
                        for i in range(0, len(images), min(batch, most))]

    return common.bulk(prepare, len(images))


if __name__ == "__main__":
    common.main(openvino.__version__, {"answers": answers, "one": one, "bulk": bulk})
