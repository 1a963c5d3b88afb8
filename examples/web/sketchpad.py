"""Gradio's Sketchpad, with bounds to what its server function keeps."""

from __future__ import annotations

from typing import Any

import gradio as gr

SIDE = 280  # pixels of the canvas

# The Sketchpad begins with no tool in hand; this takes the first one once it is there.
TAKE_BRUSH = """() => {
    const take = () => {
        const brush = document.querySelector("#pad .toolbar-wrap button");
        if (brush) brush.click(); else setTimeout(take, 50);
    };
    take();
}"""

_BLOB_MAX = 1 << 20
_BLOBS_KEPT = 64


def sketchpad(radius: int) -> gr.Sketchpad:
    """A white square to draw on in black, with a round pen."""
    pad = gr.Sketchpad(
        label="Draw a digit",
        canvas_size=(SIDE, SIDE),
        fixed_canvas=True,
        layers=False,
        transforms=(),
        brush=gr.Brush(default_size=radius, colors=["#000000"], color_mode="fixed"),
        buttons=[],
        elem_id="pad",
    )
    _bound(pad)
    return pad


def _bound(pad: gr.Sketchpad) -> None:
    """The page sends each change as pictures, then asks for the answer.

    Gradio keeps them until then: for ever, if nobody asks, and in a list as long as the sender
    says. Here are room for a few and no list.
    """
    accept = pad.accept_blobs

    def accept_blobs(data: Any) -> None:
        index = str(data.data["index"])
        if index not in ("", "None", "null", "0") or len(data.files) != 1:
            raise gr.Error("The drawing has one layer.", print_exception=False)
        if len(data.files[0][1]) > _BLOB_MAX:
            raise gr.Error("The drawing is too large.", print_exception=False)
        while len(pad.blob_storage) >= _BLOBS_KEPT and data.data["id"] not in pad.blob_storage:
            pad.blob_storage.pop(next(iter(pad.blob_storage)), None)
        accept(data)

    accept_blobs._is_server_fn = True  # type: ignore[attr-defined]
    pad.accept_blobs = accept_blobs  # type: ignore[method-assign]
