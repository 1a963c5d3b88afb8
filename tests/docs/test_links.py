"""Links from page to page of the repository, as GitHub follows them: the file is there, and the
heading. (Sphinx checks those of the site.)"""

from __future__ import annotations

import re
import subprocess
import urllib.parse
from pathlib import Path

import pytest
from conftest import SOURCE

LINK = re.compile(r"(?<!`)!?\[[^\]\n]*\]\(([^)\s]+)\)")


def pages_of_git() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard",
                             "*.md"], cwd=SOURCE, capture_output=True, text=True, check=False)
    names = listed.stdout.split()
    return [SOURCE / n for n in names] or sorted((SOURCE / "docs").rglob("*.md"))


def anchors(page: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", pages_of_git(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_links_inside(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = urllib.parse.unquote(target).partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), f"{target} is not there"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{target}: no such heading"


def test_there_are_links() -> None:
    assert sum(len(LINK.findall(p.read_text(encoding="utf-8"))) for p in pages_of_git()) > 50
