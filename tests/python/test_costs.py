"""What may not cost much: importing, and calling again and again.

Times are measured by tests/bench/python_costs.py; here is what holds on any machine.
"""

import gc
import resource

import numpy as np
from conftest import run_python

from libdigit import Model

HEAVY = ("PIL", "h5py", "onnx", "sklearn", "scipy", "matplotlib", "tqdm", "torch", "argparse")


def test_import_is_light():
    """Nothing is loaded that the package alone does not need."""
    code = "import sys, numpy; before = set(sys.modules); import libdigit; "
    code += "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    done = run_python(code)
    assert not set(done.stdout.split()) & set(HEAVY), done.stdout + done.stderr


def peak():
    """Bytes that this process has had at most."""
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_models_are_freed():
    """10,000 of them; each has 31 kB of weights."""

    def make(count):
        for seed in range(count):
            with Model("dense 10", seed=seed):
                pass
            Model.from_bytes(data)

    data = Model("dense 10").to_bytes()
    make(200)
    before = peak()
    make(5_000)
    assert peak() - before < 8 << 20


def test_predictions_leave_nothing():
    """100,000 calls."""
    model = Model("dense 10")
    one, floats = np.zeros((1, 28, 28), np.uint8), np.zeros((1, 784))
    many = np.zeros((20, 28, 28), np.uint8)

    def ask(count):
        for _ in range(count):
            model.predict(one)
            model.predict_full(many)
            model.predict_proba(floats)
            model.confidence(one)

    ask(500)
    before = peak()
    ask(25_000)
    assert peak() - before < 4 << 20


def test_pictures_leave_nothing():
    model, picture = Model("dense 10"), np.full((60, 40), 255, np.uint8)
    picture[10:50, 18:24] = 0

    def ask(count):
        for _ in range(count):
            model.normalize(picture)

    ask(200)
    before = peak()
    ask(5_000)
    assert peak() - before < 4 << 20
