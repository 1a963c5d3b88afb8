"""Pages of docs/ as programs: what they save, what they type, what they promise to see.

A fenced block after "Save this as `NAME`" is a file. In a block of `console`, a line that
begins with "$ " is typed, what follows is its output; "..." stands for anything.
"""

from __future__ import annotations

import doctest
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<language>[a-z+{}]*)[^\n]*\n(?P<text>.*?)^(?P=fence)$",
                   re.M | re.S)
NAMED = re.compile(r"[Ss]ave this as `([\w./-]+)`[^\n]*(\n[^\n]+)*?:?\s*\Z")


@dataclass
class Block:
    language: str
    text: str
    file: str | None  # the name it is to be saved as
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in BLOCK.finditer(text):
        paragraph = text[:match.start()].rstrip().rpartition("\n\n")[2]
        named = NAMED.search(paragraph)
        found.append(Block(match["language"], match["text"], named[1] if named else None,
                           text.count("\n", 0, match.start()) + 1))
    return found


def commands(block: Block) -> list[tuple[str, str]]:
    """What is typed, and what should be seen."""
    assert block.text.startswith("$ "), f"line {block.line}: begins with output"
    typed = re.split(r"^\$ ", block.text, flags=re.M)[1:]
    return [(one.partition("\n")[0], one.partition("\n")[2]) for one in typed]


def type_in(command: str, expected: str, folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, text=True,
                          capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
    same = doctest.OutputChecker().check_output(expected, done.stdout, doctest.ELLIPSIS)
    assert same, f"$ {command}\nprinted:\n{done.stdout}instead of:\n{expected}"


def run(page: Path, folder: Path, environment: dict[str, str]) -> int:
    """Do in `folder` what the page says; gives the number of commands."""
    count = 0
    for block in blocks(page):
        if block.file:
            (folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.file).write_text(block.text, encoding="utf-8")
        if block.language == "console":
            for command, expected in commands(block):
                type_in(command, expected, folder, environment)
                count += 1
    return count
