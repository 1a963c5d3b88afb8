"""Tab Train: a model of one's own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from typing import Any

import gradio as gr

import curve
from limits import UPLOAD_MAX
from training import Training

ARCHITECTURES = {"Tutorials' network (fast)": "keras", "The built-in model's (better)": "default"}
EPOCHS_MAX = 20


def train_tab() -> None:
    """Builds the tab; to be called inside of it."""
    with gr.Row(equal_height=False):
        with gr.Column(min_width=300):
            gr.Markdown(
                "Two IDX files, images and labels, or a zip with pictures in folders 0 to 9; "
                f"{UPLOAD_MAX >> 20} MB at most."
            )
            files = gr.File(
                label="Samples",
                file_count="multiple",
                type="filepath",
                height=140,
                elem_id="train-files",
            )
            architecture = gr.Radio(
                list(ARCHITECTURES), value=next(iter(ARCHITECTURES)), label="Network"
            )
            epochs = gr.Slider(1, EPOCHS_MAX, 5, step=1, label="Epochs")
            with gr.Row():
                begin = gr.Button("Train", variant="primary")
                stop = gr.Button("Stop")
        with gr.Column(min_width=300):
            said = gr.Markdown("Nothing is being trained.", elem_id="train-state")
            chart = gr.HTML(curve.svg([]), elem_id="train-curve")
            model = gr.DownloadButton("Download the model", interactive=False, elem_id="model-file")
    running = gr.State(None)
    begin.click(
        train,
        [files, architecture, epochs],
        [running, said, chart, model],
        show_progress="hidden",
        api_visibility="private",
    )
    stop.click(stop_training, running, None, queue=False, api_visibility="private")


def stop_training(training: Training | None) -> None:
    if training is not None:
        training.stop()


def train(paths: list[str] | None, architecture: str, epochs: float) -> Iterator[tuple[Any, ...]]:
    training = Training(paths or [], ARCHITECTURES[architecture], min(int(epochs), EPOCHS_MAX))
    path = os.path.join(tempfile.mkdtemp(), "digits.safetensors")
    none_yet = gr.DownloadButton(interactive=False)
    yield training, "The samples are being read.", curve.svg([]), none_yet
    try:
        for progress in training.run(path):
            yield gr.skip(), curve.sentence(progress), curve.svg(training.points), none_yet
    except gr.Error:
        yield gr.skip(), "Nothing was trained.", curve.svg([]), none_yet
        raise
    ready = gr.DownloadButton(value=path, interactive=True)
    yield gr.skip(), training.summary(), curve.svg(training.points), ready
