"""PyTorch. Variants: eager, channels_last, compile; script (frozen TorchScript) to predict."""
from __future__ import annotations

import argparse
import time
import warnings
from typing import Any, Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import common

warnings.filterwarnings("ignore")


def network() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(1600, 100), nn.ReLU(), nn.Linear(100, 10))


def loaded() -> nn.Sequential:
    made = network()
    made.load_state_dict(torch.load(common.model_file("net.pt")))
    return nn.Sequential(*made, nn.Softmax(1)).eval()


def predictor(variant: str) -> Callable[[torch.Tensor], torch.Tensor]:
    made = loaded()
    if variant == "channels_last":
        made = made.to(memory_format=torch.channels_last)
    if variant == "compile":
        return torch.compile(made)
    if variant == "script":
        return torch.jit.freeze(torch.jit.script(made))
    return made


def laid_out(images: np.ndarray, variant: str) -> torch.Tensor:
    tensor = torch.from_numpy(images)
    return (tensor.to(memory_format=torch.channels_last) if variant == "channels_last"
            else tensor)


def answers(a: argparse.Namespace) -> dict[str, Any]:
    torch.set_num_threads(a.threads)
    images = laid_out(common.test_images()[:, None], a.variant)
    with torch.inference_mode():
        return common.save_answers(a, predictor(a.variant)(images).numpy())


def one(a: argparse.Namespace) -> dict[str, Any]:
    torch.set_num_threads(a.threads)
    predict = predictor(a.variant)
    with torch.inference_mode():
        return common.one(lambda image: predict(laid_out(image, a.variant)),
                          common.test_images(1000)[:, None, None])


def bulk(a: argparse.Namespace) -> dict[str, Any]:
    torch.set_num_threads(a.threads)
    images = laid_out(common.test_images(min(a.samples, 10000))[:, None], a.variant)

    def prepare(batch: int) -> Callable[[], Any]:
        torch.compiler.reset()  # one shape at a time: dynamic shapes are slower
        predict = predictor(a.variant)
        return lambda: [predict(images[i:i + batch]) for i in range(0, len(images), batch)]

    with torch.inference_mode():
        return common.bulk(prepare, len(images))


def train(a: argparse.Namespace) -> dict[str, Any]:
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    pixels, digits = common.training_set(a.samples)
    images, labels = laid_out(pixels[:, None], a.variant), torch.from_numpy(digits)
    made = network()
    if a.variant == "channels_last":
        made = made.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(made.parameters(), fused=True)
    forward = torch.compile(made) if a.variant == "compile" else made

    def step(picked: torch.Tensor) -> None:
        loss = functional.cross_entropy(forward(images[picked]), labels[picked])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    for _ in range(4):
        step(torch.arange(a.batch))
    count = a.samples // a.batch * a.batch  # whole batches only: compile has one shape to know
    began = time.perf_counter()
    order = torch.randperm(a.samples)
    for i in range(0, count, a.batch):
        step(order[i:i + a.batch])
    return common.epoch_seconds(time.perf_counter() - began, count)


if __name__ == "__main__":
    common.main(torch.__version__,
                {"answers": answers, "one": one, "bulk": bulk, "train": train})
