"""``digit train``: train a model and save it."""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
from types import FrameType
from typing import Any, Literal, Optional, TextIO

import numpy as np

from .. import DigitError, Model, Progress, Status, load_idx
from .. import _prototypes as c
from .._endings import foreign_writer
from .._library import lib
from .._options import options_of
from ..model import FIT_OPTIONS
from ._common import UsageError, is_terminal, message, plain, print_json, real, whole
from ._data import load_data
from ._models import open_model

_NUMBERS = (
    ("epochs", whole(1, 100_000), "times through the training pictures"),
    ("batch", whole(1, 16_384), "pictures per update of the weights"),
    ("learning_rate", real(1e-9, 10), "size of a step, at its highest"),
    ("weight_decay", real(0, 1), "pull of the weights towards 0"),
    ("augment", real(0, 1), "how strongly pictures are distorted"),
    ("label_smoothing", real(0, 0.5), "share of a label given to the others"),
    ("average", real(0, 0.99999), "decay of the averaged weights, 0 = off"),
    ("pull", real(0, 1e6), "of the weights towards those of --from, 0 = none"),
    ("teacher_share", real(0, 1), "of the teachers in what is learned; the rest are the labels"),
    ("seed", whole(0, 2**64 - 1), "of initial weights and order"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    defaults = _defaults(lib.digit_train_options_init)
    adapting = _defaults(lib.digit_adapt_options_init)
    changed = [f"{_flag(n)} {adapting[n]:g}" for n in defaults if adapting[n] != defaults[n]]
    start = f"adapt this model, or 'built-in': changes the defaults to {' '.join(changed)}"
    add = parser.add_argument
    more: dict[str, Any] = {"metavar": "FILE", "action": "append", "default": []}
    add("--images", help="training pictures, IDX, plain or gzip", **more)
    add("--labels", help="their labels; both again for more pictures", **more)
    add("--strokes", help="digits as strokes of a pen; again for more", **more)
    add("--folder", metavar="DIR", help="instead of --images: pictures in sub-folders 0 to 9")
    add("--from", dest="start", metavar="MODEL", help=start)
    add("--validation-images", metavar="FILE", help="to judge each epoch by and calibrate with")
    add("--validation-labels", metavar="FILE", help="their labels")
    add(
        "--validation-split",
        metavar="N",
        type=whole(1, 2**63),
        help="or: hold out the last N pictures of the first --images for that",
    )
    add("--architecture", metavar="A", help="preset or list of layers (default)")
    for name, kind, about in _NUMBERS:
        add(_flag(name), metavar="N", type=kind, help=f"{about} ({defaults[name]:.6g})")
    teacher = "a model to learn from, or 'built-in'; again for more"
    add("--teacher", dest="teachers", metavar="MODEL", action="append", default=[], help=teacher)
    add("--schedule", choices=("cosine", "constant"), help="how the learning rate moves (cosine)")
    add("--threads", metavar="N", type=whole(0, 256), default=0, help="0 = one per CPU (0)")
    add("--checkpoint", metavar="FILE", help="written each epoch, resumed from if there")
    add(
        "--checkpoint-interval",
        metavar="N",
        type=whole(0, 2**32 - 1),
        help="and after every N updates, 0 = not (0)",
    )
    add(
        "--resume",
        action="store_true",
        help="go on where an interrupted run with --resume stopped",
    )
    add("--history", metavar="FILE.csv", help="a row for each epoch")
    add("--trained-on", metavar="TEXT", help="what the model shall say of its data")
    add("--licence", metavar="TEXT", help="of the trained weights")
    add("--output", metavar="FILE", required=True, help="where to save the model (.safetensors)")
    add("--json", action="store_true", help="sum up as one JSON object")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _defaults(init: Any) -> dict[str, float]:
    """Name -> default of the options that are numbers."""
    options = options_of(c.digit_train_options, init, {})
    return {name: getattr(options, name) for name, _, _ in _NUMBERS}


def run(options: argparse.Namespace) -> int:
    _check(options)
    model = _start(options)
    model.threads = options.threads
    images, labels, validation = _load(options, model)
    own_checkpoint = options.resume and not options.checkpoint
    if own_checkpoint:
        options.checkpoint = options.output + ".checkpoint"
    goes_on = bool(options.checkpoint) and os.path.exists(options.checkpoint)
    with _History(options.history, goes_on) as history, _Stop() as stop:
        watch = _Watch(history, stop)
        settings = {name: value for name, value in vars(options).items() if name in FIT_OPTIONS}
        settings["teachers"] = [open_model(name) for name in options.teachers]
        train = model.adapt if options.start else model.fit
        epochs = train(images, labels, validation=validation, progress=watch, **settings)
        watch.clear()
    model.save(options.output)
    if stop.signal:
        hint = "; the same command goes on" if options.checkpoint else ""
        message(f"stopped early; what was learned so far is in {options.output}{hint}")
    elif own_checkpoint:
        os.unlink(options.checkpoint)
    _sum_up(options, model, epochs, bool(stop.signal))
    return 128 + stop.signal if stop.signal else 0


def _check(options: argparse.Namespace) -> None:
    if options.folder and options.images:
        raise UsageError("--images or --folder, not both")
    if not (options.folder or options.images or options.labels or options.strokes):
        raise UsageError("--images and --labels, --strokes, or --folder")
    if len(options.images) != len(options.labels):
        raise UsageError("--images and --labels go together")
    if bool(options.validation_images) != bool(options.validation_labels):
        raise UsageError("--validation-images and --validation-labels go together")
    if options.validation_images and options.validation_split:
        raise UsageError("--validation-images or --validation-split, not both")
    if options.start and options.architecture:
        raise UsageError("--from has an architecture already")
    if options.resume and options.start == options.output:
        raise UsageError("--resume wants another --output than --from: where it began")
    if foreign_writer(options.output) is not None:  # found out before hours of training
        raise UsageError(
            f"--output {options.output}: training writes libdigit's own format (.safetensors); "
            "'digit convert' makes another of it"
        )
    if options.checkpoint_interval and not (options.checkpoint or options.resume):
        raise UsageError("--checkpoint-interval wants --checkpoint or --resume")


def _start(options: argparse.Namespace) -> Model:
    if options.start:
        return open_model(options.start)
    try:
        return Model(options.architecture, seed=options.seed)
    except DigitError as error:
        if error.status == Status.ARGUMENT:
            raise UsageError(f"--architecture: {error}") from error
        raise


def _pairs(options: argparse.Namespace, model: Model) -> list[tuple[Any, Any]]:
    """Samples and labels of each training set that is not strokes."""
    if options.folder:
        plain_folder = argparse.Namespace(as_is=False, transpose=False, part="train")
        return [load_data(options.folder, None, model, plain_folder)]
    return [load_idx(*files) for files in zip(options.images, options.labels)]


def _load(options: argparse.Namespace, model: Model) -> tuple[Any, Any, Any]:
    """Samples and labels for training, and a pair of them for validation or None."""
    pairs = _pairs(options, model) or [(np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8))]
    held_out = None
    if options.validation_images:
        held_out = load_idx(options.validation_images, options.validation_labels)
    if split := options.validation_split:
        images, labels = pairs[0]
        if split >= len(images):
            raise ValueError(
                f"--validation-split {split} leaves none of the {len(images)} pictures to train on"
            )
        pairs[0] = images[:-split], labels[:-split]
        held_out = images[-split:], labels[-split:]
    images, labels = (np.concatenate(arrays) for arrays in zip(*pairs))
    return images, labels, held_out


class _Stop:
    """Notes the first SIGINT or SIGTERM; a second one ends the program."""

    def __init__(self) -> None:
        self.signal = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Stop:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: Optional[FrameType]) -> None:
        self.signal = number
        signal.signal(number, signal.SIG_DFL)


class _History:
    """The file of ``--history``."""

    def __init__(self, path: Optional[str], goes_on: bool) -> None:
        self._path = path
        self._goes_on = goes_on
        self._file: Optional[TextIO] = None

    def __enter__(self) -> _History:
        if self._path:
            mode: Literal["a", "w"] = "a" if self._goes_on else "w"
            self._file = open(self._path, mode, encoding="ascii", buffering=1)
            if self._file.tell() == 0:
                self._file.write("epoch,loss,accuracy,validation_accuracy,seconds\n")
        return self

    def __exit__(self, *error: object) -> None:
        if self._file:
            self._file.close()

    def add(self, one: Progress) -> None:
        if self._file:
            known = not math.isnan(one.validation_accuracy)
            validation = f"{one.validation_accuracy:.9g}" if known else ""
            self._file.write(
                f"{one.epoch},{one.loss:.9g},{one.accuracy:.9g},{validation},{one.seconds:.3f}\n"
            )


class _Watch:
    """Shows how far training is, and stops it."""

    def __init__(self, history: _History, stop: _Stop) -> None:
        self._history = history
        self._stop = stop
        self._live = is_terminal(sys.stderr)
        self._drawn = 0

    def __call__(self, one: Progress) -> bool:
        share = one.samples_done / one.samples_total if one.samples_total else 1.0
        figures = f"loss {one.loss:.4f}  accuracy {one.accuracy:.2%}"
        if share == 1:
            self.clear()
            self._history.add(one)
            if not math.isnan(one.validation_accuracy):
                figures += f"  validation {one.validation_accuracy:.2%}"
            line = f"epoch {one.epoch}/{one.epochs}  {figures}  {one.seconds:.1f} s"
            print(line, file=sys.stderr, flush=True)
        elif self._live:
            self.clear()
            line = f"epoch {one.epoch}/{one.epochs} {share:4.0%}  {figures}"
            print(line, end="", file=sys.stderr, flush=True)
            self._drawn = len(line)
        return self._stop.signal != 0

    def clear(self) -> None:
        """Erase the unfinished line from the terminal."""
        if self._drawn:
            print("\r" + " " * self._drawn + "\r", end="", file=sys.stderr, flush=True)
            self._drawn = 0


def _sum_up(
    options: argparse.Namespace, model: Model, epochs: list[Progress], stopped: bool
) -> None:
    info = model.info
    last = epochs[-1] if epochs else None
    if options.json:
        figures = ("loss", "accuracy", "validation_accuracy", "seconds")
        print_json(
            {
                "epochs": last.epoch if last else 0,
                **{name: getattr(last, name, None) for name in figures},
                "architecture": info.architecture,
                "parameters": info.parameters,
                "stopped": stopped,
                "output": options.output,
            },
            17,
        )
        return
    print(f"architecture  {info.architecture}\nparameters    {info.parameters}")
    if last:
        words = f"loss {last.loss:.4f}, accuracy {last.accuracy:.2%}"
        if not math.isnan(last.validation_accuracy):
            words += f", validation {last.validation_accuracy:.2%}"
        plural = "" if last.epoch == 1 else "s"
        print(f"trained       {last.epoch} epoch{plural} in {last.seconds:.1f} s: {words}")
    print(f"saved         {plain(options.output)}")
