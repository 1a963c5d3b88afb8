"""Where things lie, and making them: virtual environments, builds of libdigit, models, MNIST."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from .plan import WORKERS

BENCH = Path(__file__).absolute().parents[1]
ROOT = BENCH.parents[1]

# Virtual environment: what pip puts into it. TensorFlow wants versions of its own.
PACKAGES = {
    "tensorflow": ["tensorflow-cpu", "safetensors"],
    "peers": ["numpy", "torch==2.13.0", "onnx", "onnxruntime", "openvino", "ai-edge-litert",
              "opencv-python-headless", "scikit-learn", "safetensors"],
}
PROGRAMS = ["predict-one", "predict-bulk", "train", "normalize", "file", "denormal", "share",
            "scale", "start", "first-answer", "answers", "reach", "keras"]
BUILDS = {"libdigit": [], "libdigit-v3": ["-Ddispatch=v3"]}


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


@dataclass
class Places:
    work: Path
    mnist: Path
    skipped: dict[str, str] = field(default_factory=dict)  # peer: why

    @property
    def models(self) -> Path:
        return self.work / "models"

    @property
    def model(self) -> Path:
        return self.models / "keras.safetensors"

    def python(self, environment: str) -> str:
        return str(self.work / f"venv-{environment}" / "bin" / "python")

    def program(self, name: str, build: str = "libdigit") -> str:
        return str(self.work / build / "tests/bench" / f"bench-{name}")

    def skip(self, peer: str, why: str) -> None:
        say(f"SKIPPED {peer}: {why}")
        self.skipped[peer] = why

    def environment(self) -> dict[str, str]:
        own = {"BENCH_MODEL": str(self.model)} if self.model.exists() else {}
        return {**os.environ, **own, "MNIST_DIR": str(self.mnist),
                "BENCH_MODELS": str(self.models),
                "TORCHINDUCTOR_CACHE_DIR": str(self.work / "torch-cache"),
                "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "rror" in line]
    return (errors or lines or ["no message"])[-1][:200]


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise RuntimeError(last_line(done.stderr or done.stdout))


def install(places: Places, environment: str) -> None:
    """Package by package, so that one that is not to be had costs only itself."""
    python = places.python(environment)
    if not Path(python).exists():
        run([sys.executable, "-m", "venv", str(places.work / f"venv-{environment}")])
    for package in PACKAGES[environment]:
        name = package.split("==")[0]
        try:
            listed = subprocess.run([python, "-m", "pip", "show", "-q", name],
                                    capture_output=True, check=False)
            if listed.returncode != 0:
                say(f"installing {package}")
                run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", package])
        except RuntimeError as error:
            peers = [peer for peer, (_, _, pip) in WORKERS.items() if pip == name]
            places.skip(peers[0] if peers else name, f"pip install failed: {error}")


def build(places: Places, name: str) -> None:
    folder = places.work / name
    if not (folder / "build.ninja").exists():
        run(["meson", "setup", str(folder), str(ROOT), "-Dprograms=disabled", *BUILDS[name]])
    say(f"building {name}")
    run(["ninja", "-C", str(folder), *(f"tests/bench/bench-{p}" for p in PROGRAMS)])


def find_mnist(places: Places) -> None:
    if not (places.mnist / "t10k-images-idx3-ubyte").exists():
        say(f"fetching MNIST into {places.mnist}")
        run(["sh", str(ROOT / "examples/fetch-mnist.sh"), str(places.mnist)])


def write_models(places: Places) -> None:
    """A form that cannot be written stops only those who read it: they give no answers then."""
    places.models.mkdir(exist_ok=True)
    places.model.unlink(missing_ok=True)
    say("training the network to compare")
    run([places.program("keras"), str(places.model)], places.environment())
    workers = BENCH / "workers"
    for form in ("state", "onnx", "torch", "picture"):
        try:
            run([places.python("peers"), str(workers / "write_models.py"), str(places.model),
                 form],
                places.environment())
        except RuntimeError as error:
            say(f"no model as {form}: {error}")
    try:
        run([places.python("tensorflow"), str(workers / "run_tensorflow.py"), "convert"],
            places.environment())
    except (RuntimeError, OSError) as error:
        places.skip("tensorflow", f"cannot write its model: {error}")
        places.skip("litert", "its model is written by TensorFlow")


def prepare(work: Path) -> Places:
    work.mkdir(parents=True, exist_ok=True)
    mnist = Path(os.environ.get("MNIST_DIR", work / "mnist")).absolute()
    places = Places(work, mnist)
    find_mnist(places)
    for name in BUILDS:
        try:
            build(places, name)
        except RuntimeError as error:
            if name == "libdigit":
                raise
            places.skip(name, f"cannot be built: {error}")
    for environment in PACKAGES:
        install(places, environment)
    write_models(places)
    if not shutil.which("tesseract"):
        places.skip("tesseract", "not installed (apt-get install tesseract-ocr)")
    return places
