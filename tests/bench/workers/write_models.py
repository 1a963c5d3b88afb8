"""The network to compare in the peers' forms: net.onnx, net.pt, state.safetensors, digit.png.

The temperature that calibrates libdigit's confidence is folded into the last layer, so that all
networks give the same probabilities.

    write_models.py MODEL.safetensors state|onnx|torch|picture
"""
# Imports stay inside: a library that is missing stops one form only.
from __future__ import annotations

import sys

import numpy as np
from safetensors.numpy import load_file, save_file

from common import model_file, read_idx

State = dict[str, np.ndarray]


def load_state(path: str) -> State:
    state = dict(load_file(path))
    temperature = state.pop("calibration")[0]
    for name in ("8.weight", "8.bias"):
        state[name] = (state[name].astype(np.float64) / temperature).astype(np.float32)
    return state


def write_state(state: State) -> None:
    save_file(state, model_file("state.safetensors"))


def write_onnx(state: State) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    node = helper.make_node
    nodes = [
        node("Conv", ["x", "0.weight", "0.bias"], ["a"], kernel_shape=[3, 3]),
        node("Relu", ["a"], ["b"]),
        node("MaxPool", ["b"], ["c"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", ["c", "3.weight", "3.bias"], ["d"], kernel_shape=[3, 3]),
        node("Relu", ["d"], ["e"]),
        node("MaxPool", ["e"], ["f"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", ["f"], ["g"], axis=1),
        node("Gemm", ["g", "6.weight", "6.bias"], ["h"], transB=1),
        node("Relu", ["h"], ["i"]),
        node("Gemm", ["i", "8.weight", "8.bias"], ["j"], transB=1),
        node("Softmax", ["j"], ["p"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 28, 28])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(value, name) for name, value in state.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, model_file("net.onnx"))


def torch_name(name: str) -> str:
    """nn.Sequential counts Flatten as a layer; an architecture has no word for it."""
    number, role = name.split(".")
    return f"{int(number) + (int(number) >= 6)}.{role}"


def write_torch(state: State) -> None:
    import torch

    torch.save({torch_name(name): torch.from_numpy(value) for name, value in state.items()},
               model_file("net.pt"))


def write_picture(_: State) -> None:
    """One digit, dark on paper, 200 pixels a side, as a picture for Tesseract."""
    import cv2

    digit = cv2.resize(read_idx("t10k-images-idx3-ubyte")[0], (200, 200),
                       interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(model_file("digit.png"), 255 - digit)


def main() -> None:
    forms = {"state": write_state, "onnx": write_onnx, "torch": write_torch,
             "picture": write_picture}
    forms[sys.argv[2]](load_state(sys.argv[1]))


if __name__ == "__main__":
    main()
