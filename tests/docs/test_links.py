"""Links from page to page of the repository, as GitHub follows them: the file is there, and the
heading. (Sphinx checks those of the site.)"""

from __future__ import annotations

import re
import urllib.parse
from pathlib import Path

import pytest
from conftest import SOURCE

LINK = re.compile(r"(?<!`)!?\[[^\]\n]*\]\(([^)\s]+)\)")


FOLDERS = (".github", "bindings", "docs", "examples", "tests")


def all_pages() -> list[Path]:
    """Without asking git, which a tarball has not."""
    below = (page for name in FOLDERS for page in (SOURCE / name).rglob("*.md"))
    return sorted([*SOURCE.glob("*.md"), *below])


def anchors(page: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", all_pages(), ids=lambda p: str(p.relative_to(SOURCE)))
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
    assert sum(len(LINK.findall(p.read_text(encoding="utf-8"))) for p in all_pages()) > 50
