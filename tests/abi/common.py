"""What the checks of this folder share: run a tool, collect complaints, end."""

from __future__ import annotations

import subprocess
import sys
from typing import Iterable, NoReturn


def run(*command: str) -> str:
    """The standard output of a tool that must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def finish(name: str, complaints: Iterable[str]) -> NoReturn:
    """Print what is wrong and leave with the status a test runner understands."""
    found = list(complaints)
    for complaint in found:
        print(f'{name}: {complaint}', file=sys.stderr)
    if not found:
        print(f'{name}: fine')
    sys.exit(1 if found else 0)
