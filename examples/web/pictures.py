"""Pictures that strangers send: opened with care, and with little memory."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image, ImageOps, UnidentifiedImageError

import libdigit
from libdigit._pillow import check_cost
from limits import FORMATS, PIXELS_MAX

# Reading takes eight bytes a pixel and more with colours: larger pictures are read in grey,
# and one at a time.
_LARGE = 12_000_000
_large_one = threading.Lock()


def undecoded(component: gr.Image) -> gr.Image:
    """Have an input give a picture's file, or its bytes, in place of what Gradio decodes."""
    component.preprocess = _source_of  # type: ignore[method-assign]
    return component


def _source_of(payload: Any) -> str | bytes | None:
    if payload is None:
        return None
    if payload.url and payload.url.startswith("data:"):
        return bytes_of(payload.url)
    if not payload.path or not _was_uploaded(payload.path):
        raise problem("That file was not uploaded.")
    return str(payload.path)


def _was_uploaded(path: str) -> bool:
    """Gradio looks after this only where the sender says that it is a file."""
    uploads = os.path.realpath(os.environ["GRADIO_TEMP_DIR"])
    real = os.path.realpath(path)
    return real.startswith(uploads + os.sep) and os.path.isfile(real)


def bytes_of(url: str) -> bytes:
    """The content of an address `data:...;base64,...`."""
    try:
        return base64.b64decode(url.partition(";base64,")[2], validate=True)
    except (AttributeError, ValueError):
        raise problem("That is no base64.") from None


def problem(text: str) -> gr.Error:
    """An error for whoever sent the request, not for the log."""
    return gr.Error(text, print_exception=False)


@contextlib.contextmanager
def opened(source: str | bytes) -> Iterator[Image.Image]:
    """The picture in a file, upright; what then fails in reading it is told its sender."""
    try:
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        with _open(content) as image:
            large = image.width * image.height > _LARGE
            check_cost(image, content, "The picture")
        with _large_one if large else contextlib.nullcontext():
            yield _decoded(content, large)
    except libdigit.DigitError as error:
        raise problem(str(error)) from error
    except UnidentifiedImageError as error:
        raise problem(f"That is no picture of {', '.join(FORMATS)}.") from error
    except Image.DecompressionBombError as error:
        raise problem(f"The picture has more than {PIXELS_MAX:,} pixels.") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise problem("The picture file is damaged.") from error


def _open(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=FORMATS)


def _decoded(content: bytes, large: bool) -> Image.Image:
    with _open(content) as image:
        if large and not image.mode.startswith("I"):
            image.draft("L", image.size)
            return ImageOps.exif_transpose(_grey(image))
        image.load()
        return ImageOps.exif_transpose(image)


def _grey(image: Image.Image) -> Image.Image:
    """In a byte a pixel, what is transparent on white."""
    if not image.has_transparency_data:
        return image.convert("L")
    if image.mode != "RGBA":
        image = image.convert("RGBA")
    paper = Image.new("L", image.size, 255)
    paper.paste(image.convert("L"), mask=image.getchannel("A"))
    return paper
