"""Tab About: the model's card, and what runs here."""

from __future__ import annotations

from html import escape

import gradio as gr

import libdigit


def about_tab(model: libdigit.Model) -> None:
    """Builds the tab; to be called inside of it."""
    info = model.info
    rows = {
        "Network": info.architecture,
        "Weights": f"{info.parameters:,}",
        "Trained on": info.trained_on or "not said",
        "Licence of the weights": info.licence or "not said",
        "Tells what is no digit": "yes" if info.rejects else "no",
        "Preparation of samples": f"version {info.preparation}",
        "libdigit": libdigit.version(),
        "Build": libdigit.build_info(),
        "Gradio": gr.__version__,
    }
    facts = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())
    gr.HTML(f'<dl class="facts">{facts}</dl>', elem_id="about")
    gr.Markdown(
        "Confidence is calibrated: of answers given with 90 %, about nine in ten are right. "
        "What you draw and show is read by this server and forgotten, unless you press *Keep*."
    )
