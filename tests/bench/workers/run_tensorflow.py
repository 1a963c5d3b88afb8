"""TensorFlow and Keras; also writes net.keras and net.tflite (`convert`)."""
from __future__ import annotations

import argparse
import os
import time
from typing import Any, Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from safetensors.numpy import load_file

import common


def use_threads(threads: int) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def network() -> tf.keras.Model:
    layers = tf.keras.layers
    return tf.keras.Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Flatten(), layers.Dense(100, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])


def loaded() -> tf.keras.Model:
    state, made = load_file(common.model_file("state.safetensors")), network()
    # Keras flattens [row][column][channel], the file [channel][row][column].
    dense = state["6.weight"].reshape(100, 64, 5, 5).transpose(2, 3, 1, 0).reshape(1600, 100)
    made.set_weights([
        state["0.weight"].transpose(2, 3, 1, 0), state["0.bias"],
        state["3.weight"].transpose(2, 3, 1, 0), state["3.bias"],
        dense, state["6.bias"], state["8.weight"].T, state["8.bias"],
    ])
    return made


def convert(a: argparse.Namespace) -> dict[str, Any]:
    made = loaded()
    made.save(common.model_file("net.keras"))
    lite = tf.lite.TFLiteConverter.from_keras_model(made).convert()
    with open(common.model_file("net.tflite"), "wb") as file:
        file.write(lite)
    return {"value": len(lite)}


def answers(a: argparse.Namespace) -> dict[str, Any]:
    images = common.test_images()[..., None]
    return common.save_answers(a, loaded().predict(images, batch_size=1000, verbose=0))


def one(a: argparse.Namespace) -> dict[str, Any]:
    """Through tf.function: Model.predict() takes some sixty times as long."""
    use_threads(a.threads)
    function = tf.function(loaded())
    return common.one(lambda image: function(tf.constant(image), training=False).numpy(),
                      common.test_images(1000)[:, None, :, :, None])


def bulk(a: argparse.Namespace) -> dict[str, Any]:
    use_threads(a.threads)
    function = tf.function(loaded())
    images = common.test_images(min(a.samples, 10000))[..., None]

    def prepare(batch: int) -> Callable[[], Any]:
        parts = [tf.constant(images[i:i + batch]) for i in range(0, len(images), batch)]
        return lambda: [function(part, training=False).numpy() for part in parts]

    return common.bulk(prepare, len(images))


class Clock(tf.keras.callbacks.Callback):
    seconds = 0.0
    began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seconds = time.perf_counter() - self.began


def train(a: argparse.Namespace) -> dict[str, Any]:
    use_threads(a.threads)
    tf.keras.utils.set_random_seed(0)
    pixels, digits = common.training_set(a.samples)
    images, labels = pixels[..., None], np.eye(10, dtype=np.float32)[digits]
    made = network()
    made.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    warm_up = 4 * a.batch + a.samples % a.batch  # a short last batch traces a graph of its own
    made.fit(images[:warm_up], labels[:warm_up], batch_size=a.batch, epochs=1, verbose=0)
    clock = Clock()
    made.fit(images, labels, batch_size=a.batch, epochs=1, verbose=0, callbacks=[clock])
    return common.epoch_seconds(clock.seconds, a.samples)


if __name__ == "__main__":
    common.main(tf.__version__, {"convert": convert, "answers": answers, "one": one,
                                 "bulk": bulk, "train": train})
