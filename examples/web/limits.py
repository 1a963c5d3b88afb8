"""What keeps the app small and in its place: sizes, folders, formats, nothing fetched.

Gradio reads its settings when it is imported, so `confine` comes before that.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import tempfile
from collections.abc import Iterator
from typing import Any

from PIL import Image

UPLOAD_MAX = 8 << 20
PIXELS_MAX = 40_000_000
FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP")
QUEUE_MAX = 32
AT_ONCE = 2
WAITING_MAX = 8  # pictures of one client
CONNECTIONS_MAX = 256
SESSIONS_MAX = 100
KEPT_SECONDS = 3600

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of <malloc.h>


@contextlib.contextmanager
def confine() -> Iterator[str]:
    """Work in an empty folder of our own, which goes away at the end.

    Gradio would serve files of the folder it runs in; in here are only uploads.
    """
    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="digit-web-") as folder:
        os.environ.update(
            GRADIO_TEMP_DIR=os.path.join(folder, "uploads"),
            GRADIO_ANALYTICS_ENABLED="False",
            HF_HUB_OFFLINE="1",
        )
        tempfile.tempdir = folder  # where bodies of requests lie until they are read
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)
            tempfile.tempdir = None


def restrict_decoders() -> None:
    """Leave Pillow the formats that people have, and pictures of `PIXELS_MAX` at most."""
    Image.init()
    Image.ID[:] = [name for name in Image.ID if name in FORMATS]
    Image.MAX_IMAGE_PIXELS = PIXELS_MAX // 2  # warns above it, refuses what is over twice


def fetch_nothing() -> None:
    """Have Gradio refuse addresses in place of files; all its downloads go through this."""
    import gradio as gr
    import safehttpx

    async def refuse(*_: Any, **__: Any) -> Any:
        raise gr.Error("Addresses are not fetched: send the picture itself.", print_exception=False)

    safehttpx.get = refuse


def give_memory_back() -> None:
    """Have glibc return what a large picture took, as soon as it is done with.

    Left alone it raises the size from which it does so with each such piece that is freed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_M_MMAP_THRESHOLD, 1 << 20)
        mallopt(_M_ARENA_MAX, 2)
