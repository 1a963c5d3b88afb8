"""What adapting the built-in model to a few digits of one hand gains and costs.

    PYTHONPATH=bindings/python LIBDIGIT_LIBRARY=build/release/libdigit/libdigit.so \\
        python3 tests/accuracy/adapt.py --data DIR [--pull P ...] [--rate R ...] [--epochs N ...]

A hand is a font here, leant and turned a little at each digit: ten samples of each digit to
adapt to, twenty to judge by. What it costs is measured on MNIST's validation split (the last
10,000 training images), and with --test on the test images too.
"""
from __future__ import annotations

import argparse
import copy
import itertools
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import libdigit
from letters import fonts

LEARN, JUDGE = 10, 20  # samples of each digit
SIZE = 64


def draw(digit: int, font: Path, rng: np.random.Generator) -> np.ndarray:
    face = ImageFont.truetype(str(font), SIZE)
    picture = Image.new("L", (3 * SIZE, 3 * SIZE), 255)
    ImageDraw.Draw(picture).text((SIZE, SIZE), str(digit), fill=0, font=face)
    lean = rng.uniform(-0.25, 0.25)
    picture = picture.transform(picture.size, Image.Transform.AFFINE,
                                (1, lean, -lean * 1.5 * SIZE, 0, 1, 0), fillcolor=255,
                                resample=Image.Resampling.BILINEAR)
    return np.asarray(picture.rotate(rng.uniform(-8, 8), fillcolor=255,
                                     resample=Image.Resampling.BILINEAR))


def hand(model: libdigit.Model, font: Path, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(10), count)
    return np.stack([model.normalize(draw(d, font, rng)) for d in labels]), labels


def load(data: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    return libdigit.load_idx(data / f"{part}-images-idx3-ubyte", data / f"{part}-labels-idx1-ubyte")


def right(model: libdigit.Model, samples: np.ndarray, labels: np.ndarray) -> float:
    return 100 * model.evaluate(samples, labels).accuracy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="instead of the built-in one")
    parser.add_argument("--pull", type=float, nargs="+", default=[0])
    parser.add_argument("--rate", type=float, nargs="+", default=[0.001])
    parser.add_argument("--epochs", type=int, nargs="+", default=[20])
    parser.add_argument("--augment", type=float, default=0.5)
    parser.add_argument("--hands", type=int, default=6, help="those it reads worst")
    parser.add_argument("--test", action="store_true", help="judge on the test images, too")
    options = parser.parse_args()

    base = libdigit.Model.load(options.model) if options.model else libdigit.Model.pretrained()
    base.threads = 2
    images, labels = load(options.data, "train")
    judges = {"validation": (images[-10000:], labels[-10000:])}
    if options.test:
        judges["test"] = load(options.data, "t10k")
    before = {name: right(base, *data) for name, data in judges.items()}
    hands = [(right(base, *hand(base, font, JUDGE, 2)), font) for font in fonts()]
    hands = sorted(hands)[:options.hands]
    print("before:", "; ".join(f"{name} {value:.2f} %" for name, value in before.items()))
    for pull, rate, epochs in itertools.product(options.pull, options.rate, options.epochs):
        gains, costs = [], []
        for was, font in hands:
            model = copy.deepcopy(base)
            model.threads = 2
            model.fit(*hand(base, font, LEARN, 1), epochs=epochs, batch=32, learning_rate=rate,
                      augment=options.augment, pull=pull)
            gains.append((was, right(model, *hand(base, font, JUDGE, 2))))
            costs.append([right(model, *data) - before[name] for name, data in judges.items()])
        was, now = np.mean(gains, axis=0)
        worst = dict(zip(judges, np.min(costs, axis=0)))
        mean = dict(zip(judges, np.mean(costs, axis=0)))
        print(f"pull {pull:g} rate {rate:g} epochs {epochs}: hands {was:.1f} to {now:.1f} %; " +
              "; ".join(f"{name} {mean[name]:+.2f}, at worst {worst[name]:+.2f}"
                        for name in judges), flush=True)


if __name__ == "__main__":
    main()
