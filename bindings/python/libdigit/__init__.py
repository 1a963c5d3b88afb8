"""Recognise handwritten digits.

From a picture to a digit:

    >>> import numpy as np, libdigit
    >>> model = libdigit.Model.pretrained()             # doctest: +SKIP
    >>> sample = model.normalize(picture)               # doctest: +SKIP
    >>> model.predict(sample[np.newaxis])               # doctest: +SKIP
    array([7])

``picture`` is an array of pixels, grey, RGB or RGBA, of any size. A model wants
samples: 28 x 28 bytes, 0 = background, 255 = ink, as MNIST has them.

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
"""

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

for _public in (Digit, DigitError, Group, Metrics, Model, ModelInfo, Progress, Reading, Status):
    _public.__module__ = __name__  # where users import them from, in tracebacks and help()
for _function in (build_info, load_idx, normalize, version):
    _function.__module__ = __name__
del _public, _function
