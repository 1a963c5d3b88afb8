"""The OpenCV programs, as their users have them: a window, a mouse, a video.

DIGIT_BUILD names the build folder (its examples/ holds the programs); LIBDIGIT_LIBRARY
and PYTHONPATH say where draw.py finds libdigit.
"""
from __future__ import annotations

from typing import Iterator

import pytest

from desk import Display


@pytest.fixture(scope="session", name="display")
def fixture_display() -> Iterator[Display]:
    display = Display()
    yield display
    display.close()
