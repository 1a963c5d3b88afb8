"""All code in docs/ runs, and prints what the page says it prints."""

from __future__ import annotations

import os
from pathlib import Path

import pages
import pytest
from conftest import DOCS, SOURCE

CODE = {"c", "cpp", "python", "cmake", "meson", "console"}

# Pages of fragments, each with a test of its own that completes and runs them.
ELSEWHERE = {
    "README.md": "tests/python/test_documentation.py",
    "docs/python.md": "tests/python/test_documentation.py",
    "docs/pipelines.md": "tests/python/test_documentation.py",
    "docs/cpp.md": "tests/abi/meson.build",
    "docs/reading.md": "tests/docs/test_fragments.py",
    "docs/web.md": "tests/web/test_api.py",
    "docs/bulk.md": "tests/python/test_bulk.py",
    "docs/distributed-training.md": "tests/docs/test_fragments.py",
}
ALL = [SOURCE / "README.md", *sorted(DOCS.rglob("*.md"))]
RUN = [page for page in ALL if any(b.language == "console" for b in pages.blocks(page))]


def name(page: Path) -> str:
    return str(page.relative_to(SOURCE))


@pytest.mark.parametrize("page", RUN, ids=name)
def test_page_does_what_it_says(page: Path, desk: Path, environment: dict[str, str]) -> None:
    if "data/t10k" in page.read_text(encoding="utf-8") and "MNIST_DIR" not in os.environ:
        pytest.skip("MNIST_DIR is not set")
    assert pages.run(page, desk, environment) > 0


@pytest.mark.parametrize("page", ALL, ids=name)
def test_no_code_is_left_unrun(page: Path) -> None:
    found = [block for block in pages.blocks(page) if block.language in CODE]
    if name(page) in ELSEWHERE:
        test = SOURCE / ELSEWHERE[name(page)]
        assert found and page.name in test.read_text(encoding="utf-8")
        return
    typed = "".join(block.text for block in found if block.language == "console")
    for block in found:
        if block.language != "console":
            assert block.file, f"{name(page)}:{block.line}: code that has no name to be saved as"
            assert block.file in typed or block.language in ("cmake", "meson"), block.file
