"""What keeps strangers' requests harmless: sizes, places, formats, nothing fetched.

Gradio reads its settings when it is imported, so `confine` comes before that.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import tempfile
import urllib.parse
from collections.abc import Iterator
from typing import Any

from PIL import Image

UPLOAD_MAX = 8 << 20
PIXELS_MAX = 40_000_000
PATH_MAX = 2048
FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP")
QUEUE_MAX = 32
AT_ONCE = 2
SESSIONS_MAX = 100  # whose trained models are remembered
KEPT_SECONDS = 3600

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of <malloc.h>

# Gradio's page runs scripts of its own inside the page and makes others from text (its
# canvas and its plots do), but none of them has to come, or may go, anywhere else.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "frame-ancestors 'self'; base-uri 'self'; form-action 'self'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]


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


class Gate:
    """ASGI middleware: bounded requests in, and out a page that stays on this server."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = _refusal(scope)
        if refusal:
            await _answer(send, *refusal)
            return
        await self.app(scope, _counted(receive), _marked(send))


def _refusal(scope: Any) -> tuple[int, str] | None:
    """Why a request is not even looked at: a status of HTTP and a sentence."""
    if len(scope["path"]) > PATH_MAX:
        return 414, "The address is too long."
    if any(f"/{way}=http" in urllib.parse.unquote(scope["path"]) for way in ("file", "proxy")):
        return 403, "Addresses are not fetched."
    headers = dict(scope["headers"])
    if scope["method"] != "GET" and headers.get(b"sec-fetch-site") == b"cross-site":
        return 403, "Other sites' pages can't send anything here."
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared) > UPLOAD_MAX:
        return 413, f"At most {UPLOAD_MAX >> 20} MB can be sent."
    return None


def _counted(receive: Any) -> Any:
    """`receive` that ends a body which grows beyond what was declared, or was not."""
    from starlette.exceptions import HTTPException

    size = 0

    async def counted() -> Any:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > UPLOAD_MAX:
            raise HTTPException(413, f"At most {UPLOAD_MAX >> 20} MB can be sent.")
        return message

    return counted


def _marked(send: Any) -> Any:
    async def marked(message: Any) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *_HEADERS]
        await send(message)

    return marked


async def _answer(send: Any, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
