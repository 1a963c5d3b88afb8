"""Tab Camera: whatever digits are held before it."""

from __future__ import annotations

import gradio as gr

import answers
import libdigit
import readings
from limits import QUEUE_MAX
from pictures import opened, undecoded

EVERY = 0.2  # seconds between frames
AT_MOST = 600  # seconds, then the camera is to be started again
_IDLE = '<p class="hint">Start the camera, and hold a number before it.</p>'


def camera_tab(model: libdigit.Model) -> None:
    """Builds the tab; to be called inside of it."""

    def watch_camera(frame: str | bytes | None, request: gr.Request) -> tuple[str, str]:
        if frame is None:
            return _IDLE, ""
        with readings.turn(request), opened(frame) as picture:
            reading = model.read(picture, time_limit=readings.FRAME_LIMIT)
            shown = readings.shown(picture, reading)
        return shown, reading.text or answers.NO_DIGIT

    with gr.Row(equal_height=False):
        with gr.Column(min_width=300):
            camera = undecoded(
                gr.Image(
                    sources=["webcam"],
                    streaming=True,
                    type="filepath",
                    label="Camera",
                    webcam_options=gr.WebcamOptions(mirror=False),
                    elem_id="camera",
                )
            )
        with gr.Column(min_width=300):
            shown = gr.HTML(_IDLE, elem_id="camera-overlay")
            text = gr.Textbox(label="Text", lines=2, buttons=["copy"], elem_id="camera-text")
    camera.stream(
        watch_camera,
        camera,
        [shown, text],
        stream_every=EVERY,
        time_limit=AT_MOST,
        # A stream holds its place for all of its time: two cameras would keep a third waiting for
        # ten minutes. Frames take turns instead, as pictures do.
        concurrency_limit=QUEUE_MAX,
        show_progress="hidden",
        api_visibility="private",
    )
