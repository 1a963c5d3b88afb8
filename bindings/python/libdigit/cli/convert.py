"""``digit convert``: models and data into other formats, told by the files' endings."""

from __future__ import annotations

import argparse

from ._common import UsageError, plain
from ._data import add_data_options, is_data, load_data, save_data
from ._models import BUILT_IN, is_model, open_model, save_model

_EPILOG = """\
models: .safetensors .h5 .hdf5 .keras .weights.h5 .onnx, and 'built-in' to read
data:   IDX (idx3-ubyte, .idx, with .gz), .npz, .csv, .csv.gz, folders with 0 to 9 in them

  digit convert digit_cnn_model.h5 model.safetensors
  digit convert --other drop built-in digits.onnx
  digit convert train-images-idx3-ubyte.gz pictures/
  digit convert --transpose emnist-digits-test-images-idx3-ubyte.gz emnist.npz
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("source", metavar="FROM")
    parser.add_argument("target", metavar="TO")
    parser.add_argument(
        "--architecture", metavar="A", help="of a file that has only weights: preset or layers"
    )
    parser.add_argument(
        "--other",
        choices=("drop", "keep"),
        help="leave out the model's output for what is no digit, or make it an eleventh class",
    )
    parser.add_argument(
        "--keras-version", type=int, choices=(2, 3), default=3, help="whose names .h5 has (3)"
    )
    parser.add_argument("--labels", metavar="FILE", help="of IDX data to read")
    parser.add_argument("--output-labels", metavar="FILE", help="of IDX data to write")
    add_data_options(parser)


def run(options: argparse.Namespace) -> int:
    source, target = options.source, options.target
    if source == BUILT_IN or is_model(source):
        if not is_model(target):
            raise UsageError(f"{target}: a model ends in .safetensors, .h5, .keras or .onnx")
        _convert_model(source, target, options)
    elif is_data(source):
        if is_model(target):
            raise UsageError(f"{source} is data, {target} a model")
        _convert_data(source, target, options)
    else:
        raise UsageError(f"{source}: neither a model nor data, by its name")
    return 0


def _convert_model(source: str, target: str, options: argparse.Namespace) -> None:
    model = open_model(source, options.architecture)
    lower = target.lower()
    settings = {}
    if not lower.endswith(".safetensors"):
        settings["other"] = options.other
    if lower.endswith((".h5", ".hdf5")):
        settings["keras_version"] = options.keras_version
    save_model(model, target, **settings)
    print(f"{plain(target)}: {model.info.architecture}")


def _convert_data(source: str, target: str, options: argparse.Namespace) -> None:
    images, labels = load_data(source, options.labels, None, options)
    save_data(target, options.output_labels, images, labels)
    print(f"{plain(target)}: {len(images)} samples")
