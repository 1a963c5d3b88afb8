"""The REST interface: `/predict` and `/read`, by Gradio's API."""

from __future__ import annotations

import os
from typing import Any

import gradio as gr

import answers
import libdigit
import readings
from limits import QUEUE_MAX
from pictures import opened, problem, undecoded


def add_api(model: libdigit.Model) -> None:
    """Adds both to the page that is being built; they show nothing on it."""

    def predict(picture: Any, request: gr.Request) -> dict[str, Any]:
        """Which digit a picture shows: digit (null: none), confidence, ten probabilities."""
        source = _given(picture)
        with readings.turn(request), opened(source) as image:
            return answers.as_json(answers.recognise(model, image))

    def read(picture: Any, request: gr.Request) -> dict[str, Any]:
        """The digits of a page, a line, a form: what `digit-read --json` prints."""
        source = _given(picture)
        name = "picture" if isinstance(source, bytes) else os.path.basename(source)
        with readings.turn(request), opened(source) as image:
            reading = model.read(image, time_limit=readings.TIME_LIMIT)
            return readings.as_json(reading, name, image.size)

    for function in (predict, read):
        picture = undecoded(gr.Image(type="filepath", image_mode=None, visible=False))
        asked = gr.Button(visible=False)
        asked.click(
            function,
            picture,
            gr.JSON(visible=False),
            concurrency_id="pictures",
            concurrency_limit=QUEUE_MAX,
        )


def _given(source: str | bytes | None) -> str | bytes:
    if source is None:
        raise problem("No picture was sent.")
    return source
