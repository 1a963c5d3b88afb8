"""Other frameworks' networks, told layer by layer, become a `Model`.

An importer walks its file and calls a method of `Chain` for each layer, with
the weights in PyTorch's shapes. `Chain` keeps book of the shape at hand,
writes the architecture, and works into the weights what libdigit has no layer
for: another range of the input, a picture flattened channels last, a batch
normalisation of flattened pictures.
"""

from __future__ import annotations

from typing import Any, Union

import numpy as np
import numpy.typing as npt

from ._architecture import INPUT_SHAPE, Shape, side_after
from ._containers import WEIGHTS_MAX, Budget
from ._errors import DigitError, Status
from ._modelfile import assemble
from ._prototypes import DIGIT_CLASSES
from ._safetensors import Tensors
from .model import Model

__all__ = ["BYTES_SCALE", "Chain", "Padding", "Weights", "bad", "same_padding", "unsupported"]

Weights = npt.NDArray[Any]

#: Zeros around a picture: (top, bottom, left, right).
Padding = tuple[int, int, int, int]

#: A network whose input is scaled by less than this takes bytes.
BYTES_SCALE = 1 / 64

_EPSILON = 1e-5  # of libdigit's batchnorm
_NONE: Padding = (0, 0, 0, 0)


def same_padding(height: int, width: int, window: int, stride: int) -> Padding:
    """The zeros that ``same`` puts around a picture: Keras' and libdigit's rule."""

    def along(side: int) -> tuple[int, int]:
        windows = side_after(side, window, stride, True)
        zeros = max(0, (windows - 1) * stride + window - side)
        return zeros // 2, zeros - zeros // 2

    return (*along(height), *along(width))


class Chain:
    """A network under way.

    Parameters
    ----------
    largest : float
        What ink, 1 in libdigit, is at the foreign network's input: 255 for
        one that was trained on bytes.
    source : str
        Where it comes from, for `ModelInfo.trained_on`.
    """

    def __init__(self, largest: float, source: str) -> None:
        self.shape: Shape = INPUT_SHAPE
        self._source = source
        self._budget = Budget("the network's weights", WEIGHTS_MAX)
        self._words: list[str] = []
        self._tensors: Tensors = {}
        self._order: npt.NDArray[np.intp] | None = None  # [i]: where our input i is in theirs
        # What the next layer with weights has to take in: its input is
        # scale * x + offset, numbers or, behind a flattening, [inputs].
        self._scale: Union[float, Weights] = float(largest)
        self._offset: Union[float, Weights] = 0.0
        self._ended = False

    # -- Layers --------------------------------------------------------------

    def conv(
        self, name: str, weight: Weights, bias: Weights | None, padding: Padding, stride: int
    ) -> None:
        """Convolution; `weight` is [filters, channels, side, side]."""
        channels, height, width = self._picture(name)
        weight = _numbers(name, weight)
        if weight.ndim != 4 or weight.shape[1] != channels:
            raise bad(name, f"weights of the shape {weight.shape} for {channels} channels")
        filters, _, side, other_side = weight.shape
        if side != other_side:
            raise unsupported(name, f"windows of {side}x{other_side}; only squares are known")
        self._check_window(name, side, stride, padding)
        same = padding != _NONE
        if same and np.any(self._offset):
            raise unsupported(name, "zeros around a picture whose background is not zero")
        bias = _bias(name, bias, filters) + weight.sum((1, 2, 3)) * self._offset
        self._emit_tensors(weight=weight * self._scale, bias=bias)
        self._settle()
        word = f"conv {filters}x{side}" + " same" * same + f" stride {stride}" * (stride > 1)
        self._words.append(word)
        self.shape = (
            filters,
            side_after(height, side, stride, same),
            side_after(width, side, stride, same),
        )

    def dense(self, name: str, weight: Weights, bias: Weights | None) -> None:
        """Fully connected layer; `weight` is [units, inputs]."""
        self._open(name)
        if len(self.shape) != 1:
            raise unsupported(name, "a dense layer on a picture that is not flattened")
        weight = _numbers(name, weight)
        if weight.ndim != 2 or weight.shape[1] != self.shape[0]:
            raise bad(name, f"weights of the shape {weight.shape} for {self.shape[0]} inputs")
        units = weight.shape[0]
        bias = _bias(name, bias, units) + (weight * self._offset).sum(1)
        weight = weight * self._scale
        if self._order is not None:
            weight = weight[:, self._order]
        self._emit_tensors(weight=weight, bias=bias)
        self._settle()
        self._order = None
        self._words.append(f"dense {units}")
        self.shape = (units,)

    def batchnorm(
        self,
        name: str,
        gamma: Weights | None,
        beta: Weights | None,
        mean: Weights,
        variance: Weights,
        epsilon: float,
    ) -> None:
        """Batch normalisation with fixed statistics, one number a channel."""
        self._open(name)
        count = self.shape[0]
        gain = np.ones(count) if gamma is None else _bias(name, gamma, count)
        shift = _bias(name, beta, count)
        mean, variance = _bias(name, mean, count), _bias(name, variance, count)
        if not (variance >= 0).all() or not 0 <= epsilon <= 1:
            raise bad(name, "a negative variance")
        if self._is_plain():
            gain = gain * np.sqrt((variance + _EPSILON) / np.maximum(variance + epsilon, 1e-30))
            self._emit_tensors(weight=gain, bias=shift, running_mean=mean, running_var=variance)
            self._words.append("batchnorm")
            return
        factor = gain / np.sqrt(np.maximum(variance + epsilon, 1e-30))
        if len(self.shape) == 3 and count == 1:
            self.affine(name, float(factor[0]), float((shift - mean * factor)[0]))
        else:
            self.affine(name, factor, shift - mean * factor)

    def affine(self, name: str, scale: float | Weights, offset: float | Weights) -> None:
        """Numbers times `scale` plus `offset`: what the next weights take in."""
        self._open(name)
        if not (np.isfinite(scale).all() and np.isfinite(offset).all()):
            raise bad(name, "a number that is not finite")
        if len(self.shape) == 3 and np.ndim(scale) > 0:
            raise unsupported(name, "numbers of each channel here")
        self._scale = self._scale * scale
        self._offset = self._offset * scale + offset

    def relu(self, name: str) -> None:
        """max(x, 0)."""
        self._nothing_pending(name)
        self._words.append("relu")

    def pool(self, name: str, word: str, window: int, stride: int) -> None:
        """``maxpool`` or ``avgpool``, windows side by side."""
        channels, height, width = self._picture(name)
        self._nothing_pending(name, linear=word == "avgpool")
        if window != stride and (window < height or window < width):
            raise unsupported(name, f"windows of {window} every {stride}; only side by side")
        if not 1 <= window <= min(height, width):
            raise bad(name, f"windows of {window} in {height}x{width}")
        if window > 1:
            self._words.append(f"{word} {window}")
        self.shape = (channels, height // window, width // window)

    def global_pool(self, name: str, word: str) -> None:
        """A pool over the whole picture, which is flat then."""
        _, height, width = self._picture(name)
        if height != width:
            raise unsupported(name, f"a pool over {height}x{width}; only squares are known")
        self.pool(name, word, height, height)
        self.flatten(name, channels_last=False)

    def dropout(self, name: str, rate: float) -> None:
        """Does nothing in a prediction; kept for training on."""
        if not 0 <= rate < 1:
            raise bad(name, f"a rate of {rate:g}")
        self._open(name)
        percent = round(100 * rate)
        if percent > 0:
            self._words.append(f"dropout {min(percent, 99)}")

    def flatten(self, name: str, channels_last: bool) -> None:
        """A picture as one row of numbers; rows stay as they are."""
        if len(self.shape) == 1:
            return
        channels, height, width = self.shape
        count = channels * height * width
        if channels_last and channels > 1 and height * width > 1:
            theirs = np.arange(count).reshape(height, width, channels)
            self._order = theirs.transpose(2, 0, 1).ravel()
        self.shape = (count,)

    def softmax(self, name: str) -> None:
        """The end; libdigit has it after the last layer anyway."""
        self._open(name)
        self._ended = True

    def model(self) -> Model:
        """The network as a model."""
        self._refuse_pending("the last layer")
        words = list(self._words)
        while words and words[-1].startswith("dropout"):
            words.pop()
        last = words[-1] if words else "nothing"
        if last == f"dense {DIGIT_CLASSES + 1}":
            words[-1] = f"dense {DIGIT_CLASSES} other 1"
        elif last != f"dense {DIGIT_CLASSES}":
            raise DigitError(
                Status.UNSUPPORTED,
                f"the network ends in '{last}'; libdigit's end in 'dense {DIGIT_CLASSES}' and "
                "softmax, an output for each digit; or one more for what is no digit",
            )
        return assemble(" ".join(words), self._tensors, self._source)

    # -- Book-keeping --------------------------------------------------------

    def _open(self, name: str) -> None:
        if self._ended:
            raise unsupported(name, "a layer behind softmax")

    def _picture(self, name: str) -> tuple[int, int, int]:
        if len(self.shape) != 3:
            raise bad(name, "its input is flat, not a picture")
        return self.shape

    def _is_plain(self) -> bool:
        """Nothing pending, and channels are what libdigit takes for channels."""
        flat_picture = len(self.shape) == 1 and not any(w.startswith("dense") for w in self._words)
        pending = np.any(np.not_equal(self._scale, 1)) or np.any(self._offset)
        return not (flat_picture or pending)

    def _nothing_pending(self, name: str, linear: bool = False) -> None:
        self._open(name)
        if not linear or np.ndim(self._scale) > 0:  # a mean of what is scaled is a scaled mean
            self._refuse_pending(name)

    def _refuse_pending(self, name: str) -> None:
        if np.any(np.not_equal(self._scale, 1)) or np.any(self._offset):
            raise unsupported(name, "scaled numbers (rescaling, batch normalisation) before it")

    def _settle(self) -> None:
        self._scale, self._offset = 1.0, 0.0

    def _check_window(self, name: str, side: int, stride: int, padding: Padding) -> None:
        _, height, width = self._picture(name)
        self._open(name)
        if side < 1 or stride < 1:
            raise bad(name, f"windows of {side} every {stride}")
        if padding not in (_NONE, same_padding(height, width, side, stride)):
            raise unsupported(name, f"padding {padding}; only 'valid' and 'same' are known")
        if padding == _NONE and side > min(height, width):
            raise bad(name, f"windows of {side} in {height}x{width}")

    def _emit_tensors(self, **tensors: Weights) -> None:
        number = len(self._words)
        for part, array in tensors.items():
            self._budget.take(4 * array.size)
            with np.errstate(over="ignore"):  # infinite then; the library refuses it
                self._tensors[f"{number}.{part}"] = array.astype(np.float32)


def bad(name: str, what: str) -> DigitError:
    """The error for a layer that contradicts itself or its neighbours."""
    return DigitError(Status.FORMAT, f"{name}: {what}")


def unsupported(name: str, what: str) -> DigitError:
    """The error for a layer that libdigit can't express."""
    return DigitError(Status.UNSUPPORTED, f"{name}: {what}")


def _numbers(name: str, array: Weights) -> Weights:
    """Weights in double precision, in which they are worked upon."""
    if array.dtype.kind != "f":
        raise bad(name, f"weights of {array.dtype}, not floats")
    numbers = array.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise bad(name, "a weight that is not finite")
    return numbers


def _bias(name: str, array: Weights | None, count: int) -> Weights:
    if array is None:
        return np.zeros(count)
    numbers = _numbers(name, array)
    if numbers.shape != (count,):
        raise bad(name, f"{numbers.shape} numbers for {count} channels or units")
    return numbers
