"""ONNX files in and out.

    >>> libdigit.onnx.save(model, "digits.onnx")          # doctest: +SKIP
    >>> model = libdigit.onnx.load("network.onnx")        # doctest: +SKIP

Needs onnx (``pip install 'libdigit[onnx]'``), not a runtime.
"""

from __future__ import annotations

import os
from typing import Any, Optional

from ._arguments import PathLike
from ._chain import Chain
from ._containers import MODEL_MAX, importing
from ._errors import DigitError, Status
from ._files import name_of, read_whole, write_whole
from ._kinds import refuse_foreign
from ._library import VERSION
from ._modelfile import take_apart
from ._onnx_in import largest_of, walk
from ._onnx_out import model_proto
from ._onnx_size import check_size
from .model import Model

__all__ = ["load", "save"]

_OPSET_LEAST = 7


def load(path: PathLike, *, largest: Optional[float] = None) -> Model:
    """Read a network from an ONNX file.

    Chains of Conv, Relu, MaxPool, AveragePool, GlobalAveragePool, Flatten,
    Reshape, Squeeze, Gemm, MatMul and Add, Softmax or LogSoftmax,
    BatchNormalization, Dropout, Identity, Transpose, and arithmetic with one
    number at the input, as PyTorch, tf2onnx and Keras write them.

    Parameters
    ----------
    path : str, bytes or os.PathLike
        A file of opset 7 or later with one input, (n, 1, 28, 28),
        (n, 28, 28, 1), (n, 28, 28) or (n, 784), and one output of ten numbers,
        or of eleven if the last stands for what is no digit.
        All weights have to be in the file itself.
    largest : float, optional
        What ink was in the network's training, 1 or 255. By default 255 if the
        first thing done is to scale bytes down, else 1.

    Returns
    -------
    Model
        Predicts as the network does. Expects samples as MNIST has them, and
        prepares pictures (`Model.normalize`) as this release does.

    Raises
    ------
    DigitError
        The file can't be read (``status`` is ``Status.IO``), is damaged or
        contradicts itself (``FORMAT``), or has something that libdigit can't
        express (``UNSUPPORTED``), or is too large (``LIMIT``); the sentence
        names the node.
    ImportError
        onnx is not installed.
    """
    _require_onnx()
    name = name_of(path)
    source = f"unknown; imported from ONNX ({os.path.basename(name)})"
    content = read_whole(path, most=MODEL_MAX)
    with importing(name, "ONNX file"):
        refuse_foreign(content, name, "onnx")
        check_size(content)
        graph = _parse(content).graph
        del content
        chain = Chain(largest_of(graph) if largest is None else largest, source)
        walk(graph, chain)
        return chain.model()


def save(model: Model, path: PathLike, *, other: Optional[str] = None) -> None:
    """Write a model as an ONNX file of opset 13 and IR version 8.

    The graph takes ``samples``, float (n, 1, 28, 28), 0 = background, 1 = ink,
    and gives ``probabilities``, (n, 10).

    Parameters
    ----------
    model : Model
        What to write. The temperature that calibrates its confidence is worked
        into the last layer; dropout, which does nothing in a prediction, is
        left out.
    path : str, bytes or os.PathLike
        Where to. Written whole or not at all.
    other : {'drop', 'keep'}, optional
        What becomes of the output `other` (how likely it is no digit) of a
        model that has one. 'drop' leaves it out: ten classes, which are right
        given that it is a digit. 'keep' makes it an eleventh class, the last;
        the ten are then probabilities of being that digit at all. By default
        such a model is refused, for readers of the file can't tell.

    Raises
    ------
    DigitError
        The model has an output `other` (``Status.UNSUPPORTED``), or the file
        can't be written (``Status.IO``).
    TypeError
        `model` is no model.
    ImportError
        onnx is not installed.
    """
    _require_onnx()
    proto = model_proto(take_apart(model, other=other), VERSION)
    write_whole(path, proto.SerializeToString(deterministic=True))


def _require_onnx() -> None:
    try:
        import onnx  # noqa: F401
    except ImportError as error:
        raise ImportError("ONNX files need onnx: pip install 'libdigit[onnx]'") from error


def _parse(content: bytes) -> Any:
    import onnx

    proto = onnx.load_model_from_string(content)
    versions = [one.version for one in proto.opset_import if one.domain in ("", "ai.onnx")]
    if not versions or not proto.graph.node:
        raise DigitError(Status.FORMAT, "no ONNX graph")
    if min(versions) < _OPSET_LEAST:
        raise DigitError(
            Status.UNSUPPORTED, f"opset {min(versions)}; {_OPSET_LEAST} is the oldest known"
        )
    return proto
