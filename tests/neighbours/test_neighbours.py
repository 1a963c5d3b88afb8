"""libdigit beside other libraries with a BLAS of their own: neither changes the other."""

import importlib.util
import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

BESIDE = Path(__file__).with_name('beside.py')
NEIGHBOURS = ['numpy', 'scipy', 'cv2', 'torch']


@lru_cache
def run(neighbour, order, everywhere):
    command = [sys.executable, str(BESIDE), neighbour, order, everywhere]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize('everywhere', ['no', 'yes'])
@pytest.mark.parametrize('order', ['before', 'after'])
@pytest.mark.parametrize('neighbour', NEIGHBOURS)
def test_neighbour(neighbour, order, everywhere):
    if importlib.util.find_spec(neighbour) is None:
        pytest.skip(f'{neighbour} is not installed')
    alone, beside = run('none', 'before', 'no'), run(neighbour, order, everywhere)
    assert beside['answers'] == alone['answers']
    assert beside['build'] == alone['build']
    assert beside['same_product'] and beside['same_threads']
    assert beside['pools'] > 0, 'nothing was compared'
