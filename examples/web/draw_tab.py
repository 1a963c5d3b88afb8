"""Tab Draw: an answer to each stroke, and a place to put it right."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

import answers
import libdigit
from corrections import Corrections
from pictures import problem
from sketchpad import SIDE, sketchpad

PEN_RADIUS = 10  # pixels, of a canvas of 280


def draw_tab(model: libdigit.Model, corrections: Corrections) -> None:
    """Builds the tab; to be called inside of it."""

    def watch_drawing(drawing: dict[str, Any] | None) -> tuple[Any, str, str]:
        answer = answers.recognise(model, _pixels(drawing))
        return answers.label(answer), answers.card(answer), ""

    def keep_drawing(drawing: dict[str, Any] | None, digit: str | None) -> str:
        pixels = _pixels(drawing)
        if digit is None:
            raise problem("Which digit is it? Choose one first.")
        if answers.recognise(model, pixels).blank:
            raise problem("There is nothing to keep: the canvas is blank.")
        try:
            corrections.keep(pixels, int(digit))
        except (OSError, ValueError) as error:
            raise problem(f"It could not be kept: {error}") from error
        return f"Kept as a {digit}. Thank you!"

    with gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            pad = sketchpad(PEN_RADIUS)
        with gr.Column(min_width=300):
            blank = answers.recognise(model, _pixels(None))
            label = gr.Label(
                answers.NO_DIGIT, num_top_classes=3, label="Predicted Digit", elem_id="drawn-label"
            )
            card = gr.HTML(answers.card(blank), elem_id="drawn-card")
            with gr.Accordion("Wrong? Say what it is", open=False):
                right = gr.Radio(list("0123456789"), label="It is a", elem_id="right-digit")
                keep = gr.Button("Keep for training", size="sm")
                kept = gr.Markdown(elem_id="kept")
    pad.change(
        watch_drawing,
        pad,
        [label, card, kept],
        show_progress="hidden",
        trigger_mode="always_last",
        api_visibility="private",
    )
    keep.click(keep_drawing, [pad, right], kept, api_visibility="private")


def _pixels(drawing: dict[str, Any] | None) -> np.ndarray:
    """Pixels [height][width][4] of what the Sketchpad holds, which at first is nothing."""
    composite = drawing and drawing["composite"]
    return np.full((SIDE, SIDE, 4), 255, np.uint8) if composite is None else composite
