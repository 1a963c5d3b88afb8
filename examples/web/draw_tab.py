"""Tab Draw: an answer to each stroke."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

import answers
import libdigit
from sketchpad import SIDE, sketchpad

PEN_RADIUS = 10  # pixels, of a canvas of 280


def draw_tab(model: libdigit.Model) -> None:
    """Builds the tab; to be called inside of it."""

    def watch_drawing(drawing: dict[str, Any] | None) -> tuple[Any, str]:
        answer = answers.recognise(model, _pixels(drawing))
        return answers.label(answer), answers.card(answer)

    blank = answers.recognise(model, _pixels(None))
    with gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            pad = sketchpad(PEN_RADIUS)
        with gr.Column(min_width=300):
            label = gr.Label(
                answers.NO_DIGIT, num_top_classes=3, label="Predicted Digit", elem_id="drawn-label"
            )
            card = gr.HTML(answers.card(blank), elem_id="drawn-card")
    pad.change(
        watch_drawing,
        pad,
        [label, card],
        show_progress="hidden",
        trigger_mode="always_last",
        api_visibility="private",
    )


def _pixels(drawing: dict[str, Any] | None) -> np.ndarray:
    """Pixels [height][width][4] of what the Sketchpad holds, which at first is nothing."""
    composite = drawing and drawing["composite"]
    return np.full((SIDE, SIDE, 4), 255, np.uint8) if composite is None else composite
