"""A model as an ONNX graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._architecture import Layer
from ._chain import same_padding
from ._modelfile import Parts
from ._prototypes import DIGIT_SAMPLE_SIDE

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

__all__ = ["model_proto"]

# What every runtime of the last years reads.
_OPSET = 13
_IR_VERSION = 8
_EPSILON = 1e-5


def model_proto(parts: Parts, producer_version: str) -> ModelProto:
    """The graph: float [n, 1, 28, 28], 0..1, to [n, 10] probabilities."""
    from onnx import TensorProto, helper, numpy_helper

    side, classes = DIGIT_SAMPLE_SIDE, parts.layers[-1].size
    graph = helper.make_graph(
        _nodes(parts, helper),
        "libdigit",
        [helper.make_tensor_value_info("samples", TensorProto.FLOAT, ["n", 1, side, side])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", classes])],
        [numpy_helper.from_array(array.copy(), name) for name, array in parts.tensors.items()],
    )
    return helper.make_model(
        graph,
        producer_name="libdigit",
        producer_version=producer_version,
        ir_version=_IR_VERSION,
        opset_imports=[helper.make_opsetid("", _OPSET)],
    )


def _nodes(parts: Parts, helper: Any) -> list[NodeProto]:
    nodes: list[NodeProto] = []
    at_hand = "samples"

    def append(operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    for layer in parts.layers:
        if layer.word == "dense" and len(layer.inputs) == 3:
            at_hand = append("Flatten", [at_hand], f"{layer.number}.flatten", axis=1)
        if layer.word != "dropout":  # does nothing in a prediction
            operator, names, attributes = _translate(layer)
            tensors = [f"{layer.number}.{name}" for name in names]
            output = f"{layer.number}.{layer.word}"
            at_hand = append(operator, [at_hand, *tensors], output, **attributes)
    append("Softmax", [at_hand], "probabilities", axis=1)
    return nodes


def _translate(layer: Layer) -> tuple[str, list[str], dict[str, Any]]:
    """Operator, names of its tensors, attributes."""
    if layer.word == "conv":
        return "Conv", ["weight", "bias"], _conv_attributes(layer)
    if layer.word == "dense":
        return "Gemm", ["weight", "bias"], {"transB": 1}
    if layer.word == "batchnorm":
        names = ["weight", "bias", "running_mean", "running_var"]
        return "BatchNormalization", names, {"epsilon": _EPSILON}
    if layer.word == "relu":
        return "Relu", [], {}
    sides = [layer.size, layer.size]
    operator = {"maxpool": "MaxPool", "avgpool": "AveragePool"}[layer.word]
    return operator, [], {"kernel_shape": sides, "strides": sides}


def _conv_attributes(layer: Layer) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "kernel_shape": [layer.side, layer.side],
        "strides": [layer.stride, layer.stride],
    }
    if layer.same and len(layer.inputs) == 3:
        _, height, width = layer.inputs
        top, bottom, left, right = same_padding(height, width, layer.side, layer.stride)
        attributes["pads"] = [top, left, bottom, right]
    return attributes
