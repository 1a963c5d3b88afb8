"""The shortest program to a first answer with each library; bench-start times it from outside.

    first_answer.py LIBRARY
"""
# Imports stay inside: only what a library itself needs is loaded.
import os
import sys
from pathlib import Path

MODELS = Path(os.environ["BENCH_MODELS"])


def onnxruntime() -> int:
    import numpy
    import onnxruntime as ort
    session = ort.InferenceSession(str(MODELS / "net.onnx"), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": numpy.zeros((1, 1, 28, 28), "f")})[0].argmax()


def openvino() -> int:
    import numpy
    import openvino as ov
    model = ov.Core().compile_model(str(MODELS / "net.onnx"), "CPU")
    return model(numpy.zeros((1, 1, 28, 28), "f"))[0].argmax()


def litert() -> int:
    import numpy
    from ai_edge_litert.interpreter import Interpreter
    made = Interpreter(str(MODELS / "net.tflite"))
    made.allocate_tensors()
    made.set_tensor(made.get_input_details()[0]["index"], numpy.zeros((1, 28, 28, 1), "f"))
    made.invoke()
    return made.get_tensor(made.get_output_details()[0]["index"]).argmax()


def opencv() -> int:
    import cv2
    import numpy
    network = cv2.dnn.readNetFromONNX(str(MODELS / "net.onnx"))
    network.setInput(numpy.zeros((1, 1, 28, 28), "f"))
    return network.forward().argmax()


def torch() -> int:
    import torch as t
    from torch import nn
    network = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
                            nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                            nn.Linear(1600, 100), nn.ReLU(), nn.Linear(100, 10)).eval()
    network.load_state_dict(t.load(MODELS / "net.pt"))
    with t.inference_mode():
        return int(network(t.zeros(1, 1, 28, 28)).argmax())


def tensorflow() -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import numpy
    import tensorflow as tf
    network = tf.keras.models.load_model(MODELS / "net.keras", compile=False)
    return network(numpy.zeros((1, 28, 28, 1), "f")).numpy().argmax()


if __name__ == "__main__":
    print(int(globals()[sys.argv[1]]()), flush=True)
    os._exit(0)
