"""scikit-learn's MLPClassifier: another and smaller network (784-100-10), for reference only."""
from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

import sklearn
from sklearn.neural_network import MLPClassifier

import common

warnings.filterwarnings("ignore")  # one epoch does not converge, and says so


def fit(samples: int, batch: int) -> tuple[MLPClassifier, float]:
    images, labels = common.training_set(samples)
    network = MLPClassifier((100,), batch_size=batch, max_iter=1, random_state=0)
    began = time.perf_counter()
    network.fit(images.reshape(samples, -1), labels)
    return network, time.perf_counter() - began


def train(a: argparse.Namespace) -> dict[str, Any]:
    return common.epoch_seconds(fit(a.samples, a.batch)[1], a.samples)


def one(a: argparse.Namespace) -> dict[str, Any]:
    network = fit(1000, 128)[0]
    return common.one(network.predict_proba, common.test_images(1000).reshape(1000, 1, 784))


def bulk(a: argparse.Namespace) -> dict[str, Any]:
    network = fit(1000, 128)[0]
    images = common.test_images(min(a.samples, 10000)).reshape(-1, 784)
    return common.bulk(lambda batch: lambda: [network.predict_proba(images[i:i + batch])
                                              for i in range(0, len(images), batch)], len(images))


if __name__ == "__main__":
    common.main(sklearn.__version__, {"train": train, "one": one, "bulk": bulk})
