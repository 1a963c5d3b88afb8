"""A sketchpad: a white square to draw on, which says what is on it while the pen moves.

Gradio has one of its own. It was measured first: it tells of a stroke when that has ended, makes
nine requests to do so, and the answer came after a second. This one sends a small PNG file.
"""

from __future__ import annotations

from pathlib import Path

import gradio as gr

SIDE = 280  # pixels

_HERE = Path(__file__).parent
_HTML = f"""
<div class="pad">
  <canvas width="{SIDE}" height="{SIDE}" role="img" aria-label="Sketchpad: draw a digit here">
  </canvas>
  <div class="tools">
    <label>Pen <input type="range" min="6" max="36" value="20" aria-label="Pen’s width"></label>
    <button type="button" class="undo" disabled>Undo</button>
    <button type="button" class="clear" disabled>Clear</button>
  </div>
</div>
"""


def sketchpad() -> gr.HTML:
    """Its value is the address `data:image/png;base64,...` of a drawing, or None: nothing there.

    It has the event `input`, some times a second while somebody draws and at a stroke's end.
    """
    return gr.HTML(
        None,
        html_template=_HTML,
        css_template=(_HERE / "sketchpad.css").read_text(encoding="utf-8"),
        js_on_load=(_HERE / "sketchpad.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="pad",
    )
