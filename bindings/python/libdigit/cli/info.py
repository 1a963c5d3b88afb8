"""``digit info``: the facts about a model, and about the library."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from .. import build_info, version
from ._common import plain, print_json
from ._models import open_model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "model", metavar="MODEL", nargs="?", help="file of any known kind (the built-in one)"
    )


def run(options: argparse.Namespace) -> int:
    facts = asdict(open_model(options.model).info)
    facts.update(version=version(), build=build_info())
    if options.json:
        print_json(facts, 17)
    else:
        width = max(map(len, facts))
        for name, value in facts.items():
            shown = f"{value:,}" if type(value) is int else plain(str(value))
            print(f"{name.replace('_', ' '):{width}}  {shown}".rstrip())
    return 0
