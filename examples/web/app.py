"""Draw a digit in the browser, or show a picture, and see what libdigit makes of it.

    pip install '.[web]'
    python examples/web/app.py [--host 127.0.0.1] [--port 7860] [--model FILE]
                               [--corrections FOLDER] [--allow-host NAME]

It is safe by default: it listens to this machine only, fetches nothing, and keeps nothing but
what "Keep" is pressed for. docs/web.md has the rest.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys

import libdigit
from corrections import Corrections
from limits import confine


def main() -> int:
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that uploads are cleared away
    try:
        model = _model(options.model)
        corrections = Corrections(options.corrections)
        with confine():
            import page  # and with it Gradio, which looks around when it is imported

            page.serve(page.build(model, corrections), options.host, options.port,
                       options.allow_host)
    except (libdigit.DigitError, OSError) as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Recognise handwritten digits in the browser.")
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen at (127.0.0.1: this machine only)")
    add("--port", type=_port, default=7860, help="port to listen at (7860)")
    add("--model", metavar="FILE", help="a model file (the built-in model)")
    add(
        "--corrections",
        metavar="FOLDER",
        default=_default_folder(),
        help="where drawings go that were put right (%(default)s)",
    )
    add(
        "--allow-host",
        metavar="NAME",
        action="append",
        default=[],
        help="a further name that browsers may know this server by; may be repeated",
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port 1 to 65535")
    return int(text)


def _default_folder() -> str:
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(data, "libdigit", "corrections")


def _model(path: str | None) -> libdigit.Model:
    return libdigit.Model.load(path) if path else libdigit.Model.pretrained()


if __name__ == "__main__":
    sys.exit(main())
