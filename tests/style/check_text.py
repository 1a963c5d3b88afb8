#!/usr/bin/env python3
"""What has one right answer in every text file of the tree: lines of at most 100 columns in code,
no tabs, no blanks at ends of lines, one newline at the end.

usage: check_text.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
COLUMNS = 100
CODE = {".c", ".h", ".hpp", ".cpp", ".py", ".sh", ".bash", ".js", ".css", ".build", ".in", ".yml"}
TEXT = CODE | {".md", ".txt", ".toml", ".json", ".csv", ".scd", ".map", ""}
TABS = {".scd"}  # scdoc's paragraphs begin with one
TABBED = {"debian/rules"}


def files() -> list[Path]:
    """What git has or would have; of an unpacked tarball all but what a build leaves there."""
    if (SOURCE / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=True)
        paths = [SOURCE / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for path in SOURCE.rglob("*")
                 if not path.relative_to(SOURCE).parts[0].startswith(("build", "data", "."))]
    return [path for path in paths if path.suffix in TEXT and path.is_file()]


def complaints(path: Path) -> Iterator[str]:
    name = str(path.relative_to(SOURCE))
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if path.suffix in CODE and len(line) > COLUMNS:
            yield f"{name}:{number}: {len(line)} columns"
        if "\t" in line and path.suffix not in TABS and name not in TABBED:
            yield f"{name}:{number}: a tab"
        if line != line.rstrip():
            yield f"{name}:{number}: blanks at its end"
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        yield f"{name}: does not end in one newline"


def main() -> int:
    checked = files()
    found = [complaint for path in checked for complaint in complaints(path)]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(checked)} files, {len(found)} complaints")
    return 1 if found or len(checked) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
