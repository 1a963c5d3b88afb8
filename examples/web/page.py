"""The page: its tabs, its looks, and how it is served."""

from __future__ import annotations

from typing import Any

import gradio as gr
from starlette.middleware import Middleware

import libdigit
import limits
from about_tab import about_tab
from api import add_api
from corrections import Corrections
from draw_tab import draw_tab
from picture_tab import picture_tab

_CSS = """
.gradio-container { width: 100%; max-width: 960px !important; margin: auto; }
.sample { display: flex; gap: 1rem; align-items: center; margin: 0; }
.sample img { image-rendering: pixelated; border-radius: 6px; width: 140px; height: 140px; }
.facts { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: 0.5rem 1.5rem; }
.facts dt { font-weight: 600; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
"""


def build(model: libdigit.Model, corrections: Corrections) -> gr.Blocks:
    """The page, not yet served."""
    limits.restrict_decoders()
    limits.fetch_nothing()
    limits.give_memory_back()
    with gr.Blocks(
        title="libdigit",
        analytics_enabled=False,
        delete_cache=(limits.KEPT_SECONDS // 6, limits.KEPT_SECONDS),
    ) as page:
        gr.Markdown("# libdigit\nHandwritten digits: draw one, or show a picture of some.")
        with gr.Tab("Draw"):
            draw_tab(model, corrections)
        with gr.Tab("Picture"):
            picture_tab(model)
        with gr.Tab("About"):
            about_tab(model)
        add_api(model)
    return page.queue(
        api_open=False, max_size=limits.QUEUE_MAX, default_concurrency_limit=limits.AT_ONCE
    )


def serve(page: gr.Blocks, host: str, port: int, **options: Any) -> Any:
    """Serves until interrupted; `options` are those of `launch`."""
    return page.launch(
        server_name=host,
        server_port=port,
        share=False,
        max_file_size=limits.UPLOAD_MAX,
        allowed_paths=[],
        app_kwargs={"middleware": [Middleware(limits.Gate)]},
        footer_links=[],
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        run_history=False,
        theme=gr.themes.Default(
            primary_hue="blue",
            font=["system-ui", "sans-serif"],
            font_mono=["ui-monospace", "monospace"],
        ),
        css=_CSS,
        **options,
    )
