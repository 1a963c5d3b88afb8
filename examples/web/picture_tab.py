"""Tab Picture: whatever digits a picture holds."""

from __future__ import annotations

from typing import Any

import gradio as gr

import answers
import libdigit
import readings
from limits import QUEUE_MAX
from pictures import opened, undecoded

LAYOUTS = {"A page of lines": "page", "One line": "line", "One digit": "single"}
_IDLE = (
    '<p class="hint">Choose a picture, paste one, or take one. Digits are boxed in green; in blue '
    "where ink was cut or joined to make one, in red where that is not sure.</p>"
)


def picture_tab(model: libdigit.Model) -> None:
    """Builds the tab; to be called inside of it."""

    def read_picture(
        source: str | bytes | None, layout: str, request: gr.Request
    ) -> tuple[str, str, Any]:
        if source is None:
            return _IDLE, "", None
        with readings.turn(request), opened(source) as picture:
            reading = model.read(picture, LAYOUTS[layout], time_limit=readings.TIME_LIMIT)
            shown = readings.shown(picture, reading)
            size = picture.size
        return shown, reading.text or answers.NO_DIGIT, readings.as_json(reading, "picture", size)

    with gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            picture = undecoded(
                gr.Image(
                    sources=["upload", "clipboard", "webcam"],
                    type="filepath",
                    image_mode=None,
                    label="Picture",
                    webcam_options=gr.WebcamOptions(mirror=False),
                    elem_id="picture",
                )
            )
            layout = gr.Radio(list(LAYOUTS), value=next(iter(LAYOUTS)), label="It shows")
        with gr.Column(min_width=320):
            shown = gr.HTML(_IDLE, elem_id="overlay")
            text = gr.Textbox(label="Text", lines=3, buttons=["copy"], elem_id="read-text")
            with gr.Accordion("JSON", open=False):
                facts = gr.JSON(show_label=False, elem_id="read-json")
    gr.on(
        [picture.change, layout.change],
        read_picture,
        [picture, layout],
        [shown, text, facts],
        concurrency_id="pictures",
        concurrency_limit=QUEUE_MAX,
        api_visibility="private",
    )
