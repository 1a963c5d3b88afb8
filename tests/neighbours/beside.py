"""One process with libdigit and a neighbour in it: says what both answer.

usage: beside.py NEIGHBOUR ORDER GLOBAL
    NEIGHBOUR: none, numpy, scipy, cv2, torch    ORDER: before, after (libdigit)
    GLOBAL: yes if the neighbour's libraries answer for everybody's symbols

Prints JSON. The model is made from a seed, so its answers need no file.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
import json
import os
import sys

import numpy as np


def load(name: str, everywhere: bool):
    if name == 'none':
        return None
    flags = sys.getdlopenflags()
    if everywhere:
        sys.setdlopenflags(os.RTLD_NOW | ctypes.RTLD_GLOBAL)
    try:
        return importlib.import_module(name)
    finally:
        sys.setdlopenflags(flags)


def work(name: str, module) -> list[float]:
    """A product, as the neighbour makes it."""
    a = np.linspace(-1, 1, 120 * 130, dtype=np.float32).reshape(120, 130)
    if name == 'torch':
        made = (module.from_numpy(a) @ module.from_numpy(a.T.copy())).numpy()
    elif name == 'cv2':
        made = module.gemm(a, a, 1.0, None, 0.0, flags=module.GEMM_2_T)
    elif name == 'scipy':
        blas = importlib.import_module('scipy.linalg.blas')
        made = blas.sgemm(1.0, a, a, trans_b=True)
    else:
        made = a @ a.T
    return np.asarray(made, np.float64).ravel().tolist()


def threads(name: str, module) -> dict[str, int]:
    """How many threads everybody's pools have, libdigit's copy of OpenBLAS not among them."""
    from threadpoolctl import threadpool_info

    counts = {
        pool['filepath']: pool['num_threads']
        for pool in threadpool_info() if 'libdigit' not in pool['filepath']
    }
    if name == 'torch':
        counts['torch'] = module.get_num_threads()
    if name == 'cv2':
        counts['cv2'] = module.getNumThreads()
    return counts


def answers(libdigit) -> str:
    model = libdigit.Model('keras', seed=3)
    model.threads = 2
    images = (np.arange(300 * 784, dtype=np.uint32) * 2654435761 >> 24).astype(np.uint8)
    found = model.predict_full(images.reshape(300, 28, 28)).tobytes()
    model.fit(images.reshape(300, 28, 28), np.arange(300) % 10, epochs=1)
    return hashlib.sha256(found + model.to_bytes()).hexdigest()


def main(name: str, order: str, everywhere: str) -> None:
    neighbour = load(name, everywhere == 'yes') if order == 'before' else None
    if neighbour:
        work(name, neighbour)  # its threads exist by now
    import libdigit

    if order == 'after':
        first = answers(libdigit)
        neighbour = load(name, everywhere == 'yes')
    product = work(name, neighbour)  # what it loads late is there by now
    pools = threads(name, neighbour)
    found = answers(libdigit)
    assert order == 'before' or found == first, 'the neighbour changed our answers'
    print(json.dumps({
        'answers': found,
        'build': libdigit.build_info(),
        'same_product': work(name, neighbour) == product,
        'same_threads': threads(name, neighbour) == pools,
        'pools': len(pools),
    }))


main(*sys.argv[1:4])
