"""The page: its tabs, its looks, and how it is served."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import gradio as gr

import libdigit
import limits
from about_tab import about_tab
from api import add_api
from camera_tab import camera_tab
from connections import guard_server
from corrections import Corrections
from draw_tab import draw_tab
from picture_tab import picture_tab
from train_tab import train_tab

_STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def build(model: libdigit.Model, corrections: Corrections) -> gr.Blocks:
    """The page, not yet served."""
    limits.restrict_decoders()
    limits.fetch_nothing()
    limits.give_memory_back()
    page = gr.Blocks(
        title="libdigit",
        analytics_enabled=False,
        delete_cache=(limits.KEPT_SECONDS // 6, limits.KEPT_SECONDS),
    )
    with page:
        gr.Markdown("# libdigit\nHandwritten digits: draw one, or show a picture of some.")
        with gr.Tab("Draw"):
            draw_tab(model, corrections)
        with gr.Tab("Picture"):
            picture_tab(model)
        with gr.Tab("Camera"):
            camera_tab(model)
        with gr.Tab("Train"):
            train_tab()
        with gr.Tab("About"):
            about_tab(model)
        add_api(model)
    page.queue(api_open=False, max_size=limits.QUEUE_MAX, default_concurrency_limit=limits.AT_ONCE)
    return page


def serve(page: gr.Blocks, host: str, port: int, names: Iterable[str]) -> None:
    """Serves until interrupted; requests must be for `host`, this machine or one of `names`."""
    known = {"localhost", "127.0.0.1", "::1", host.strip("[]"), *names}
    guard_server(known, limits.CONNECTIONS_MAX)
    page.launch(
        server_name=host,
        server_port=port,
        share=False,
        max_file_size=limits.UPLOAD_MAX,
        state_session_capacity=limits.SESSIONS_MAX,
        allowed_paths=[],
        footer_links=[],
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        run_history=False,
        theme=gr.themes.Default(
            primary_hue="blue",
            font=["system-ui", "sans-serif"],
            font_mono=["ui-monospace", "monospace"],
        ).set(
            button_primary_background_fill="*primary_700",
            button_primary_background_fill_dark="*primary_700",
        ),
        css=_STYLE,
    )
