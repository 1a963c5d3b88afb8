"""The commands: ``digit predict``, ``digit train`` and so on.

``predict``, ``read``, ``eval`` and ``train`` have the options and the output of the
programs digit-predict, digit-read, digit-eval and digit-train (docs/programs.md);
the package alone has the other commands. Exit status: 0 done, 1 something failed,
2 wrong command line, 130 or 143 stopped by a signal.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Optional

from .. import DigitError, __version__, build_info, version
from ._common import UsageError, message

__all__ = ["main"]

COMMANDS = {
    "predict": "say which digit each picture shows",
    "read": "read the digits in pictures: where they are and what they say",
    "bulk": "read millions of pictures into Parquet files",
    "eval": "judge a model on labelled pictures",
    "train": "train a model and save it",
    "convert": "turn models and data into other formats",
    "info": "tell the facts about a model",
    "show": "draw a sheet of samples",
    "bench": "measure how fast predictions are here",
}


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run one command and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    chosen = words[0] if words and words[0] in COMMANDS else None
    parser = _parser_of(chosen)
    options = parser.parse_args(words)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except UsageError as error:
        options.parser.error(str(error))
    except BrokenPipeError:
        # The reader of our output has gone: nothing more to print, nor to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except (DigitError, ImportError, OSError, TypeError, ValueError) as error:
        message(str(error))
        return 1
    raise AssertionError("error() does not return")


def _parser_of(chosen: Optional[str]) -> argparse.ArgumentParser:
    """A parser of all commands' names and the chosen one's options; only its module is imported."""
    parser = argparse.ArgumentParser(
        prog="digit", description="Recognise handwritten digits.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"libdigit {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(
            name, help=purpose, description=purpose.capitalize() + ".", allow_abbrev=False
        )
        if name == chosen:
            module = import_module(f".{name}", __name__)
            module.add_arguments(command)
            command.set_defaults(run=module.run, parser=command)
            text = f"digit {name} {__version__} (library {version()}; {build_info()})"
            command.add_argument("--version", action="version", version=text)
    return parser
