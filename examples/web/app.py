"""Draw a digit in the browser, or show a picture, and see what libdigit makes of it.

    pip install '.[web]'
    python examples/web/app.py [--host 127.0.0.1] [--port 7860] [--model FILE]

It is safe by default: it listens to this machine only, fetches nothing, and keeps nothing but
what "Keep" is pressed for. docs/web.md has the rest.
"""

from __future__ import annotations

import argparse
import sys

import libdigit
from limits import confine


def main() -> int:
    options = _parser().parse_args()
    try:
        model = _model(options.model)
    except libdigit.DigitError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 1
    with confine():
        import page  # and with it Gradio, which looks around when it is imported

        page.serve(page.build(model), options.host, options.port)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Recognise handwritten digits in the browser.")
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen at (127.0.0.1: this machine only)")
    add("--port", type=int, default=7860, help="port to listen at (7860)")
    add("--model", metavar="FILE", help="a model file (the built-in model)")
    return parser


def _model(path: str | None) -> libdigit.Model:
    return libdigit.Model.load(path) if path else libdigit.Model.pretrained()


if __name__ == "__main__":
    sys.exit(main())
