"""Recognise handwritten digits.

From a picture to a digit:

    >>> import numpy as np, libdigit
    >>> model = libdigit.Model.pretrained()             # doctest: +SKIP
    >>> sample = model.normalize(picture)               # doctest: +SKIP
    >>> model.predict(sample[np.newaxis])               # doctest: +SKIP
    array([7])

``picture`` is an array of pixels, grey, RGB or RGBA, of any size; or a Pillow
image, the name of a picture file, or its bytes. A model wants samples: 28 x 28
bytes, 0 = background, 255 = ink, as MNIST has them; floats 0..1 will do.

Training one's own:

    >>> images, labels = libdigit.load_idx("train-images.gz",
    ...                                    "train-labels.gz")  # doctest: +SKIP
    >>> model = libdigit.Model("keras", seed=1)                # doctest: +SKIP
    >>> history = model.fit(images, labels, epochs=5)          # doctest: +SKIP
    >>> model.save("digits.safetensors")                       # doctest: +SKIP

Contents
--------
Model
    A network and its weights: create, load, save, train, predict, evaluate.
normalize
    A picture of one digit as a sample.
Reading, Group, Digit
    What `Model.read` finds in a picture of several digits.
load_idx
    Samples and labels from IDX files.
DigitError, Status
    What went wrong in the library.
Metrics, ModelInfo, Progress, PREDICTION
    What methods of `Model` give.
build_info, version
    About the C library in use.

Modules, each loaded when it is first used, some in need of other packages:

bulk
    Millions of pictures, on one machine or many.
keras, onnx, torch
    Other frameworks' networks in and out.
sklearn
    `DigitClassifier` for scikit-learn.
plot
    Learning curves, confusion matrix, mistakes, reliability, saliency.
cli
    The command ``digit`` (``python -m libdigit``).
"""

import importlib as _importlib
from typing import Any as _Any

from ._errors import DigitError, Status
from ._library import VERSION as __version__
from ._library import build_info, version
from ._reading import Digit, Group, Reading
from ._results import PREDICTION, Metrics, ModelInfo, Progress
from .data import load_idx
from .model import Model
from .picture import normalize

__all__ = [
    "PREDICTION",
    "Digit",
    "DigitError",
    "Group",
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


for _public in (Digit, DigitError, Group, Metrics, Model, ModelInfo, Progress, Reading, Status):
    _public.__module__ = __name__  # where users import them from, in tracebacks and help()
for _function in (build_info, load_idx, normalize, version):
    _function.__module__ = __name__
del _public, _function
