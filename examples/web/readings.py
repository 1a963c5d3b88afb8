"""What the model reads in a whole picture: as text, as boxes over it, as JSON."""

from __future__ import annotations

import base64
import io
from contextlib import AbstractContextManager
from typing import Any

import gradio as gr
from PIL import Image, ImageDraw, ImageFont

import libdigit
from limits import AT_ONCE, WAITING_MAX
from turns import Turns

SHOWN_MAX = 1600  # pixels a side
TIME_LIMIT = 5.0  # seconds
FRAME_LIMIT = 1.0
_TURNS = Turns(AT_ONCE, WAITING_MAX)

_SURE, _MADE, _UNSURE = (0, 120, 60), (0, 90, 200), (200, 40, 30)
_ALTERNATIVE_LEAST = 0.0005  # probabilities below this are no alternative


def turn(request: gr.Request) -> AbstractContextManager[None]:
    """The turn of a request's client, by its address: it can call itself what it likes."""
    return _TURNS.turn(request.client.host)


def shown(picture: Image.Image, reading: libdigit.Reading) -> str:
    """HTML with the overlay itself inside: it is not kept as a file."""
    file = io.BytesIO()
    overlay(picture, reading).save(file, "JPEG", quality=85)
    source = base64.b64encode(file.getvalue()).decode()
    return (
        '<img class="frame" alt="The picture with a box around each digit"'
        f' src="data:image/jpeg;base64,{source}">'
    )


def overlay(picture: Image.Image, reading: libdigit.Reading) -> Image.Image:
    """The picture, small enough to show, with boxes and answers drawn over it."""
    shown = picture.convert("RGB")
    shown.thumbnail((SHOWN_MAX, SHOWN_MAX))
    scale = shown.width / picture.width
    pen = ImageDraw.Draw(shown)
    width = max(1, round(max(shown.size) / 400))
    for digit in reading.digits:
        if digit.digit is not None:
            _draw(pen, digit, scale, width)
    return shown


def _draw(pen: ImageDraw.ImageDraw, digit: libdigit.Digit, scale: float, width: int) -> None:
    x, y, w, h = (side * scale for side in digit.box)
    unsure = digit.rejected or digit.confidence < 0.5
    colour = _UNSURE if unsure else _MADE if digit.cut or digit.joined else _SURE
    pen.rectangle((x - width, y - width, x + w + width, y + h + width), None, colour, width)
    text = "?" if digit.rejected else str(digit.digit)
    font = ImageFont.load_default(max(11, min(36, 0.4 * h)))
    _, _, right, bottom = font.getbbox(text)
    corner = (x - width, max(0, y - width - bottom - 4))
    pen.rectangle((*corner, corner[0] + right + 5, corner[1] + bottom + 3), fill=colour)
    pen.text((corner[0] + 3, corner[1]), text, fill="white", font=font)


def as_json(reading: libdigit.Reading, name: str, size: tuple[int, int]) -> dict[str, Any]:
    """What `/read` returns, and `digit-read --json` prints."""
    return {
        "file": name,
        "page": 0,
        "width": size[0],
        "height": size[1],
        "text": reading.text,
        "digits": [_digit_as_json(digit) for digit in reading.digits],
        "signs": [_mark_as_json(mark) for mark in reading.marks],
    }


def _digit_as_json(digit: libdigit.Digit) -> dict[str, Any]:
    likely = digit.alternatives(3) if digit.digit is not None else []
    kept = likely[:1] + [one for one in likely[1:] if one[1] >= _ALTERNATIVE_LEAST]
    return {
        "digit": digit.digit,
        "confidence": float(f"{digit.confidence:.6g}"),
        "box": list(digit.box),
        "line": digit.line,
        "group": digit.group,
        "alternatives": [[which, float(f"{share:.6g}")] for which, share in kept],
    }


def _mark_as_json(mark: libdigit.Mark) -> dict[str, Any]:
    return {
        "sign": mark.sign,
        "confidence": float(f"{mark.confidence:.6g}"),
        "box": list(mark.box),
        "line": mark.line,
        "before": mark.before,
    }
