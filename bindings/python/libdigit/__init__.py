"""Recognise handwritten digits.

From a picture to a digit:

    >>> import numpy as np, libdigit
    >>> model = libdigit.Model.pretrained()             # doctest: +SKIP
    >>> sample = model.normalize(picture)               # doctest: +SKIP
    >>> model.predict(sample[np.newaxis])               # doctest: +SKIP
    array([7])

``picture`` is an array of pixels of any size, grey, RGB or RGBA; a Pillow image;
or the name or the bytes of a picture file. A model takes samples: 28 x 28 bytes,
0 = background, 255 = ink, as in MNIST, or floats 0..1.

From a picture of several digits to numbers:

    >>> reading = model.read(picture)                   # doctest: +SKIP
    >>> reading.text                                    # doctest: +SKIP
    '1987 12'

Training a model:

    >>> images, labels = libdigit.load_idx("train-images.gz",
    ...                                    "train-labels.gz")  # doctest: +SKIP
    >>> model = libdigit.Model("keras", seed=1)                # doctest: +SKIP
    >>> history = model.fit(images, labels, epochs=5)          # doctest: +SKIP
    >>> model.save("digits.safetensors")                       # doctest: +SKIP

Contents
--------
Model
    A network and its weights: create, load, save, train, predict, read, evaluate.
normalize
    Turns a picture of one digit into a sample.
Reading, Line, Group, Digit, Mark, FieldText
    The result of `Model.read` for a picture of several digits.
Field
    A number on a form and what is known of it, for `Model.read_fields`.
load_idx
    Reads samples and labels from IDX files, the format of MNIST.
DigitError, Status
    The exception for failures of the library, and the values of its ``status``.
Metrics, ModelInfo, Progress, PREDICTION
    Types of the results of `Model`'s methods.
build_info, version
    Facts about the C library in use.

Modules, each imported at its first use; some need other packages:

bulk
    Reads millions of pictures, on one machine or many.
keras, onnx, torch
    Import networks of other frameworks; keras and onnx export them, too.
sklearn
    `DigitClassifier` for scikit-learn.
plot
    Learning curves, confusion matrix, worst mistakes, reliability, saliency.
cli
    The command ``digit``, also ``python -m libdigit``.
"""

import importlib as _importlib
from typing import Any as _Any

try:
    import numpy as _numpy
except ImportError as _error:
    if "once per process" not in str(_error) and "subinterpreter" not in str(_error):
        raise
    raise ImportError(
        "libdigit needs NumPy, which only one interpreter of a process can load: import libdigit "
        f"in the main interpreter, and use processes in place of sub-interpreters ({_error})"
    ) from _error

from ._errors import DigitError, Status
from ._fields import Field, FieldText
from ._library import VERSION as __version__
from ._library import build_info, version
from ._reading import Digit, Group, Line, Mark, Reading
from ._results import PREDICTION, Metrics, ModelInfo, Progress
from .data import load_idx
from .model import Model
from .picture import normalize

__all__ = [
    "PREDICTION",
    "Digit",
    "DigitError",
    "Field",
    "FieldText",
    "Group",
    "Line",
    "Mark",
    "Metrics",
    "Model",
    "ModelInfo",
    "Progress",
    "Reading",
    "Status",
    "__version__",
    "build_info",
    "load_idx",
    "normalize",
    "version",
]

_MODULES = ("bulk", "cli", "keras", "onnx", "plot", "sklearn", "torch")


def __getattr__(name: str) -> _Any:
    if name in _MODULES:
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})


for _public in (
    *(Digit, DigitError, Field, FieldText, Group, Line, Mark, Metrics),
    *(Model, ModelInfo, Progress, Reading, Status),
):
    _public.__module__ = __name__  # for help(), tracebacks and pickles: where users import them
for _function in (build_info, load_idx, normalize, version):
    _function.__module__ = __name__
del _function, _numpy, _public
