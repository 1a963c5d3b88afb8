"""Tab Draw: an answer while the pen moves, and a place to put it right."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

import answers
import libdigit
from corrections import Corrections
from pictures import bytes_of, opened, problem
from sketchpad import SIDE, sketchpad

INK = "dark"


def draw_tab(model: libdigit.Model, corrections: Corrections) -> None:
    """Builds the tab; to be called inside of it."""

    def watch_drawing(drawing: str | None) -> tuple[Any, str, str]:
        answer = answers.recognise(model, _picture(drawing), INK)
        return answers.label(answer), answers.card(answer), ""

    def keep_drawing(drawing: str | None, digit: str | None) -> str:
        picture = _picture(drawing)
        if digit is None:
            raise problem("Which digit is it? Choose one first.")
        if answers.recognise(model, picture, INK).blank:
            raise problem("There is nothing to keep: the sketchpad is blank.")
        try:
            corrections.keep(np.asarray(picture), int(digit))
        except (OSError, ValueError) as error:
            raise problem(f"It could not be kept: {error}") from error
        return f"Kept as a {digit}. Thank you!"

    with gr.Row(equal_height=False):
        with gr.Column(min_width=300):
            pad = sketchpad()
        with gr.Column(min_width=300):
            blank = answers.recognise(model, _picture(None), INK)
            label = gr.Label(
                answers.NO_DIGIT, num_top_classes=3, label="Predicted Digit", elem_id="drawn-label"
            )
            card = gr.HTML(answers.card(blank), elem_id="drawn-card")
            with gr.Accordion("Wrong? Say what it is", open=False):
                right = gr.Radio(list("0123456789"), label="It is a", elem_id="right-digit")
                keep = gr.Button("Keep for training", size="sm")
                kept = gr.Markdown(elem_id="kept")
    pad.input(
        watch_drawing,
        pad,
        [label, card, kept],
        show_progress="hidden",
        trigger_mode="multiple",  # "always_last" forgets the last one when much else goes on
        concurrency_limit=1,  # so that answers come in the order of the drawings
        api_visibility="private",
    )
    keep.click(keep_drawing, [pad, right], kept, api_visibility="private")


def _picture(drawing: str | None) -> Image.Image:
    """What the sketchpad holds; at first that is nothing."""
    if drawing is None:
        return Image.new("RGB", (SIDE, SIDE), "white")
    with opened(bytes_of(drawing)) as picture:
        if picture.size != (SIDE, SIDE):
            raise problem("That is no drawing.")
        return picture.convert("RGB")
