"""An ONNX graph, walked from its input to its output, into a `Chain`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._chain import BYTES_SCALE, Chain, Padding, bad, same_padding, unsupported
from ._errors import DigitError, Status
from ._prototypes import DIGIT_SAMPLE_BYTES, DIGIT_SAMPLE_SIDE

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto, TensorProto

__all__ = ["largest_of", "walk"]

_SIDE = DIGIT_SAMPLE_SIDE
# What the numbers of an input stand for: N samples, Channels, Height, Width, K of all these.
_INPUTS = {
    (1, _SIDE, _SIDE): "NCHW",
    (_SIDE, _SIDE, 1): "NHWC",
    (_SIDE, _SIDE): "NHW",
    (DIGIT_SAMPLE_BYTES,): "NK",
}
_ALWAYS_FLAT = "NK"
_DOMAINS = ("", "ai.onnx")


def walk(graph: GraphProto, chain: Chain) -> None:
    """Tell `chain` the layers of `graph`."""
    walker = _Walker(graph, chain)
    while not walker.at_end():
        walker.step()


def largest_of(graph: GraphProto) -> float:
    """What ink is at the input: 255 if the first thing done is to scale bytes down."""
    walker = _Walker(graph, Chain(1.0, ""))
    node = walker.next_node()
    if node is None or node.op_type not in ("Mul", "Div"):
        return 1.0
    scale, _ = _rescaling(walker, node, _label(node))
    return 255.0 if abs(scale) < BYTES_SCALE else 1.0


class _Walker:
    """Where one is in a graph: the tensor at hand, and what its axes are."""

    def __init__(self, graph: GraphProto, chain: Chain) -> None:
        self.chain = chain
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        self._consumers: dict[str, list[NodeProto]] = {}
        self._steps_left = len(graph.node)
        for node in graph.node:
            self._note(node)
        inputs = [value for value in graph.input if value.name not in self._constants]
        if len(inputs) != 1 or len(graph.output) != 1:
            raise DigitError(
                Status.UNSUPPORTED,
                f"the graph has {len(inputs)} inputs and {len(graph.output)} outputs, not one",
            )
        self._at_hand = inputs[0].name
        self._output = graph.output[0].name
        self.axes = _axes_of(inputs[0])

    def _note(self, node: NodeProto) -> None:
        """Keep a constant by its name, or a node by what it takes."""
        if node.op_type == "Constant":
            values = [a.t for a in node.attribute if a.name == "value"]
            if values and node.output:
                self._constants[node.output[0]] = values[0]
        elif node.op_type == "Identity" and node.input and node.input[0] in self._constants:
            self._constants[node.output[0]] = self._constants[node.input[0]]
        elif node.op_type != "Shape":  # PyTorch asks for shapes to compute others with
            for name in set(node.input):
                self._consumers.setdefault(name, []).append(node)

    # -- Walking -------------------------------------------------------------

    def at_end(self) -> bool:
        return bool(self._at_hand == self._output)

    def next_node(self) -> NodeProto | None:
        consumers = self._consumers.get(self._at_hand, [])
        return consumers[0] if len(consumers) == 1 else None

    def step(self) -> None:
        node = self.next_node()
        self._steps_left -= 1
        if node is None or self._steps_left < 0 or not node.output:
            count = len(self._consumers.get(self._at_hand, []))
            raise DigitError(
                Status.UNSUPPORTED, f"the graph is no chain: {self._at_hand!r} has {count} users"
            )
        handler = _HANDLERS.get(node.op_type)
        if handler is None or node.domain not in _DOMAINS:
            raise unsupported(_label(node), f"an operator beyond {', '.join(_HANDLERS)}")
        handler(self, node, _label(node))
        self._at_hand = node.output[0]

    def take_bias(self, node: NodeProto, count: int, ending: tuple[int, ...]) -> Any:
        """The numbers that an Add behind `node` adds, if it does; it is passed then."""
        follower = self._consumers.get(node.output[0], [])
        if len(follower) != 1 or follower[0].op_type != "Add":
            return None
        others = [name for name in follower[0].input if name != node.output[0]]
        array = self.constant(others[0]) if len(others) == 1 else None
        if array is None or array.size != count or array.shape[-1 - len(ending) :] != (
            count,
            *ending,
        ):
            return None
        node.output[0] = follower[0].output[0]
        return array.reshape(count)

    # -- What nodes say ------------------------------------------------------

    def constant(self, name: str) -> npt.NDArray[Any] | None:
        tensor = self._constants.get(name)
        return None if tensor is None else _array_of(tensor)

    def weights(self, node: NodeProto, index: int) -> npt.NDArray[Any]:
        """The constant that is an input of a node."""
        array = self.optional(node, index)
        if array is None:
            raise unsupported(_label(node), f"its input {index} is no constant")
        return array

    def optional(self, node: NodeProto, index: int) -> npt.NDArray[Any] | None:
        name = node.input[index] if index < len(node.input) else ""
        array = self.constant(name) if name else None
        if name and array is None:
            raise unsupported(_label(node), f"its input {index} is no constant")
        return array

    def flat(self, name: str) -> None:
        """The tensor at hand is to be rows of numbers."""
        if self.axes != _ALWAYS_FLAT:
            raise unsupported(name, "its input is not flattened")
        self.chain.flatten(name, channels_last=False)  # an input that came flat

    def picture(self, name: str) -> tuple[int, int, int]:
        """The tensor at hand is to be pictures, channels first."""
        shape = self.chain.shape
        if self.axes != "NCHW" or len(shape) != 3:
            raise unsupported(name, f"its input has the axes {self.axes}, not NCHW")
        return shape


def _label(node: NodeProto) -> str:
    return f"node {(node.name or node.output[0] if node.output else '?')[:60]!r} ({node.op_type})"


def _axes_of(value: Any) -> str:
    shape = value.type.tensor_type.shape.dim
    sides = tuple(dim.dim_value if dim.HasField("dim_value") else 0 for dim in shape)
    for known, axes in _INPUTS.items():
        if len(known) == len(sides) - 1 and all(a in (0, b) for a, b in zip(sides[1:], known)):
            return axes
    raise DigitError(Status.UNSUPPORTED, f"an input of the shape {sides}, not 28 x 28")


def _array_of(tensor: TensorProto) -> npt.NDArray[Any]:
    from onnx import numpy_helper

    if tensor.data_location or tensor.external_data:
        raise DigitError(
            Status.UNSUPPORTED, f"tensor {tensor.name[:60]!r}: its numbers lie in another file"
        )
    array: npt.NDArray[Any] = numpy_helper.to_array(tensor)
    return array


def _attributes(node: NodeProto) -> dict[str, Any]:
    from onnx import helper

    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def _square(name: str, what: str, values: Any, default: int) -> int:
    values = list(values or [default, default])
    if len(values) != 2 or values[0] != values[1]:
        raise unsupported(name, f"{what} {values}; only squares are known")
    return int(values[0])


# -- Operators -----------------------------------------------------------------


def _conv(walker: _Walker, node: NodeProto, name: str) -> None:
    walker.picture(name)
    known = _attributes(node)
    if known.get("group", 1) != 1 or any(d != 1 for d in known.get("dilations", [])):
        raise unsupported(name, "groups or dilations")
    weight, bias = walker.weights(node, 1), walker.optional(node, 2)
    if weight.ndim != 4:
        raise bad(name, f"weights of the shape {weight.shape}")
    if bias is None:
        bias = walker.take_bias(node, weight.shape[0], (1, 1))
    stride = _square(name, "strides", known.get("strides"), 1)
    padding = _padding(walker, name, known, weight.shape[2], stride)
    walker.chain.conv(name, weight, bias, padding, stride)


def _padding(
    walker: _Walker, name: str, known: dict[str, Any], window: int, stride: int
) -> Padding:
    automatic = known.get("auto_pad", b"NOTSET")
    if automatic == b"SAME_UPPER":
        _, height, width = walker.picture(name)
        return same_padding(height, width, window, stride)
    if automatic not in (b"NOTSET", b"VALID"):
        raise unsupported(name, f"auto_pad {automatic!r:.40}")
    pads = [int(zeros) for zeros in known.get("pads", [])] or [0, 0, 0, 0]
    if len(pads) != 4:
        raise bad(name, f"pads {pads}")
    return pads[0], pads[2], pads[1], pads[3]


def _pool(word: str) -> Callable[[_Walker, NodeProto, str], None]:
    def handler(walker: _Walker, node: NodeProto, name: str) -> None:
        _, height, width = walker.picture(name)
        known = _attributes(node)
        window = _square(name, "windows of", known.get("kernel_shape"), 0)
        stride = _square(name, "strides", known.get("strides"), 1)
        if window < 1 or stride < 1:
            raise bad(name, f"windows of {window} every {stride}")
        divides = height % window == 0 and width % window == 0
        if known.get("auto_pad", b"NOTSET") in (b"SAME_UPPER", b"SAME_LOWER") and divides:
            known.pop("auto_pad")  # nothing to pad
        if _padding(walker, name, known, window, stride) != (0, 0, 0, 0):
            raise unsupported(name, "zeros around the picture")
        if known.get("ceil_mode", 0) and not divides:
            raise unsupported(name, f"ceil_mode, and {window} does not divide {height}x{width}")
        if any(d != 1 for d in known.get("dilations", [])):
            raise unsupported(name, "dilations")
        walker.chain.pool(name, word, window, stride)

    return handler


def _global_average_pool(walker: _Walker, node: NodeProto, name: str) -> None:
    walker.picture(name)
    walker.chain.global_pool(name, "avgpool")


def _gemm(walker: _Walker, node: NodeProto, name: str) -> None:
    walker.flat(name)
    known = _attributes(node)
    if known.get("transA", 0):
        raise unsupported(name, "transA")
    weight, bias = walker.weights(node, 1), walker.optional(node, 2)
    if not known.get("transB", 0):
        weight = weight.T
    if bias is not None and bias.size != weight.shape[0]:
        bias = np.broadcast_to(bias, (1, weight.shape[0]))
    alpha, beta = known.get("alpha", 1.0), known.get("beta", 1.0)
    walker.chain.dense(name, weight * alpha, None if bias is None else bias.reshape(-1) * beta)


def _matmul(walker: _Walker, node: NodeProto, name: str) -> None:
    walker.flat(name)
    weight = walker.weights(node, 1)
    if weight.ndim != 2:
        raise bad(name, f"weights of the shape {weight.shape}")
    walker.chain.dense(name, weight.T, walker.take_bias(node, weight.shape[1], ()))


def _batchnorm(walker: _Walker, node: NodeProto, name: str) -> None:
    known = _attributes(node)
    if known.get("training_mode", 0) or len(node.output) > 1:
        raise unsupported(name, "a normalisation that is still training")
    if walker.axes == _ALWAYS_FLAT:
        walker.flat(name)
    else:
        walker.picture(name)
    gamma, beta, mean, variance = (walker.weights(node, index) for index in range(1, 5))
    walker.chain.batchnorm(name, gamma, beta, mean, variance, known.get("epsilon", 1e-5))


def _relu(walker: _Walker, node: NodeProto, name: str) -> None:
    walker.chain.relu(name)


def _softmax(walker: _Walker, node: NodeProto, name: str) -> None:
    walker.flat(name)
    if _attributes(node).get("axis", -1) not in (1, -1):
        raise unsupported(name, "an axis that is not the last")
    walker.chain.softmax(name)


def _identity(walker: _Walker, node: NodeProto, name: str) -> None:
    pass


def _dropout(walker: _Walker, node: NodeProto, name: str) -> None:
    ratio = walker.optional(node, 1)
    rate = _attributes(node).get("ratio", 0.5) if ratio is None else ratio.reshape(-1)[:1].sum()
    walker.chain.dropout(name, float(rate))


def _flatten(walker: _Walker, node: NodeProto, name: str) -> None:
    if _attributes(node).get("axis", 1) not in (1, 1 - len(walker.axes)):
        raise unsupported(name, "an axis that is not 1")
    _make_flat(walker, name)


def _make_flat(walker: _Walker, name: str) -> None:
    if walker.axes not in ("NCHW", "NHWC", "NHW", _ALWAYS_FLAT):
        raise unsupported(name, f"flattening of the axes {walker.axes}")
    walker.chain.flatten(name, channels_last=walker.axes == "NHWC")
    walker.axes = _ALWAYS_FLAT


def _reshape(walker: _Walker, node: NodeProto, name: str) -> None:
    """To rows of numbers, or between the ways to write pictures of one channel."""
    target = walker.constant(node.input[1]) if len(node.input) > 1 else None
    if target is None:
        _make_flat(walker, name)  # computed from shapes: PyTorch's x.view(x.size(0), -1)
        return
    sides = [int(side) for side in target.reshape(-1)]
    if len(sides) == 2:
        _make_flat(walker, name)
        if sides[1] not in (-1, 0, walker.chain.shape[0]):
            raise bad(name, f"a shape {sides} for {walker.chain.shape[0]} numbers")
        return
    axes = _INPUTS.get(tuple(sides[1:]))
    if axes is None or walker.chain.shape != (1, _SIDE, _SIDE):
        raise unsupported(name, f"a shape {sides}")
    walker.axes = axes


def _squeeze(walker: _Walker, node: NodeProto, name: str) -> None:
    """Axes of one number away: what a global pool leaves."""
    if len(walker.chain.shape) != 1 and walker.chain.shape[1:] != (1, 1):
        raise unsupported(name, "a picture's axes taken away")
    _make_flat(walker, name)


def _transpose(walker: _Walker, node: NodeProto, name: str) -> None:
    order = [int(axis) for axis in _attributes(node).get("perm", [])]
    if sorted(order) != list(range(len(walker.axes))):
        raise bad(name, f"the order {order} for the axes {walker.axes}")
    walker.axes = "".join(walker.axes[axis] for axis in order)


def _scale(walker: _Walker, node: NodeProto, name: str) -> None:
    """Arithmetic with one number."""
    walker.chain.affine(name, *_rescaling(walker, node, name))


def _rescaling(walker: _Walker, node: NodeProto, name: str) -> tuple[float, float]:
    """By what a node multiplies, and what it adds."""
    arrays = [walker.constant(one) for one in node.input]
    values = [array for array in arrays if array is not None]
    if len(values) != 1 or values[0].size != 1 or arrays[0] is not None and _ordered(node):
        raise unsupported(name, "arithmetic but with one number, or a bias behind weights")
    value = float(values[0].reshape(-1)[0])
    if node.op_type == "Div" and value == 0:
        raise bad(name, "a division by zero")
    scale = {"Mul": value, "Div": 1 / (value or 1)}.get(node.op_type, 1.0)
    offset = {"Add": value, "Sub": -value}.get(node.op_type, 0.0)
    return scale, offset


def _ordered(node: NodeProto) -> bool:
    return node.op_type in ("Sub", "Div")


_HANDLERS: dict[str, Callable[[_Walker, Any, str], None]] = {
    "Conv": _conv,
    "Relu": _relu,
    "MaxPool": _pool("maxpool"),
    "AveragePool": _pool("avgpool"),
    "GlobalAveragePool": _global_average_pool,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "BatchNormalization": _batchnorm,
    "Dropout": _dropout,
    "Identity": _identity,
    "Transpose": _transpose,
    "Add": _scale,
    "Sub": _scale,
    "Mul": _scale,
    "Div": _scale,
}
