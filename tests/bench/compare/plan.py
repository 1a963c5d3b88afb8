"""What is measured: groups of tasks; the peers of a group take turns."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

WORKERS = {  # peer: (virtual environment, script, pip's name)
    "tensorflow": ("tensorflow", "run_tensorflow.py", "tensorflow-cpu"),
    "torch": ("peers", "run_torch.py", "torch"),
    "onnxruntime": ("peers", "run_onnxruntime.py", "onnxruntime"),
    "openvino": ("peers", "run_openvino.py", "openvino"),
    "litert": ("peers", "run_litert.py", "ai-edge-litert"),
    "opencv": ("peers", "run_opencv.py", "opencv-python-headless"),
    "sklearn": ("peers", "run_sklearn.py", "scikit-learn"),
}
NAMES = {
    "libdigit": "libdigit", "libdigit-v3": "libdigit, kernels without AVX-512",
    "tensorflow": "TensorFlow / Keras", "torch": "PyTorch", "onnxruntime": "ONNX Runtime",
    "openvino": "OpenVINO", "litert": "LiteRT", "opencv": "OpenCV dnn",
    "sklearn": "scikit-learn MLPClassifier (its own, smaller network)",
    "tesseract": "Tesseract (whole process, one digit)",
}
UNITS = {"train": "s", "one": "us", "bulk": "images/s", "start": "ms", "memory": "MiB"}
OURS = ["libdigit", "libdigit-v3"]
TORCH_TRAIN = ["torch:eager", "torch:channels_last", "torch:compile"]
TORCH_PREDICT = [*TORCH_TRAIN, "torch:script"]
PREDICT = [*OURS, "onnxruntime", "openvino", "openvino:bf16", "litert", "opencv",
           *TORCH_PREDICT, "tensorflow", "sklearn"]
START = ["libdigit", "onnxruntime", "openvino", "litert", "opencv", "torch", "tensorflow",
         "tesseract"]


@dataclass(frozen=True)
class Task:
    peer: str  # key of NAMES
    variant: str
    work: str  # train, one, bulk, start; or a program of libdigit's own
    threads: int = 1
    batch: int = 0
    extra: tuple[str, ...] = ()

    @property
    def who(self) -> str:
        return f"{self.peer}:{self.variant}" if self.variant else self.peer

    @property
    def key(self) -> str:
        """Same for all peers that do the same work."""
        batch = f" {self.batch}" if self.batch else ""
        return f"{self.work}{batch} @{self.threads}"


def split(who: str) -> tuple[str, str]:
    """Peer and variant."""
    peer, _, variant = who.partition(":")
    return peer, variant


def group(whos: list[str], work: str, threads: int, batch: int = 0) -> list[Task]:
    return [Task(*split(who), work, threads, batch) for who in whos]


def compared() -> Iterator[list[Task]]:
    for batch in (128, 32):
        yield group([*OURS, "tensorflow", *TORCH_TRAIN, "sklearn"], "train", 2, batch)
        yield group(OURS, "train", 1, batch)
    for threads in (1, 2):
        yield group(PREDICT, "bulk", threads)
    yield group(PREDICT, "one", 1)
    yield group(["onnxruntime", "openvino", "litert", "opencv"], "one", 2)
    yield group(START, "start", 2)


def alone(round_number: int, seeds: int, short: bool) -> Iterator[list[Task]]:
    """libdigit's own figures. One seed of the schedules a round."""
    for program in ("share", "file", "normalize", "denormal"):
        yield [Task("libdigit", "", program)]
    yield [Task("libdigit-v3", "", "share")]
    yield [Task("libdigit", "", "scale", 2)]
    for threads in (1, 2):
        yield [Task("libdigit", "", "predict-bulk", threads)]
    if round_number <= seeds:
        for goal in ("98",) if short else ("98", "99"):
            yield [Task("libdigit", "", "reach", 2, 0, (goal, f"seed={round_number}"))]


def tasks(round_number: int, seeds: int, short: bool) -> Iterator[Task]:
    """One round. Peers of a group alternate; every second round goes through them backwards."""
    for members in [*compared(), *alone(round_number, seeds, short)]:
        yield from members if round_number % 2 else reversed(members)
