"""The site builds without a warning, its references are whole, its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import DOCS, SOURCE

import libdigit

NETWORK_PROBE = "https://github.com/"


def sphinx(builder: str, folder: Path, environment: dict[str, str],
           *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "-q", "-b", builder, *options, DOCS, folder]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600,
                          check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """The built site. DIGIT_SITE names a folder to keep it in."""
    folder = Path(os.environ.get("DIGIT_SITE") or tmp_path_factory.mktemp("site"))
    done = sphinx("html", folder, environment, "-W", "--keep-going", "-E")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_in_the_site(site: Path) -> None:
    for page in DOCS.rglob("*.md"):
        assert (site / page.relative_to(DOCS)).with_suffix(".html").exists(), page


def test_reference_has_all_of_the_header(site: Path) -> None:
    shown = set(re.findall(r'id="c\.(digit_\w+)"', (site / "reference-c.html").read_text()))
    functions = (SOURCE / "tests" / "abi" / "symbols.txt").read_text().split()
    header = (SOURCE / "include" / "digit" / "digit.h").read_text()
    types = re.findall(r"^(?:typedef struct (\w+) \w+;|\} (\w+);)", header, flags=re.M)
    assert len(functions) > 20 and len(types) > 10
    assert set(functions) | {a or b for a, b in types} <= shown


def test_reference_has_all_of_the_package(site: Path) -> None:
    page = (site / "reference-python.html").read_text()
    names = {f"libdigit.{name}" for name in libdigit.__all__ if name != "__version__"}
    modules = {f"libdigit.{module}" for module in ("keras", "onnx", "torch", "plot", "sklearn")}
    shown = set(re.findall(r'id="(?:module-)?(libdigit[\w.]*)"', page))
    missing = names - shown - modules
    assert not missing, missing


def is_there_a_network() -> bool:
    try:
        with urllib.request.urlopen(NETWORK_PROBE, timeout=10):
            return True
    except (urllib.error.URLError, TimeoutError):
        return False


def test_addresses_elsewhere(site: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    if not is_there_a_network():
        print("SKIPPED: no network, so addresses elsewhere were not tried")
        pytest.skip(f"{NETWORK_PROBE} does not answer")
    done = sphinx("linkcheck", tmp_path, environment)
    assert done.returncode == 0, (tmp_path / "output.txt").read_text()


def test_house_is_drawn_from_its_table(tmp_path: Path) -> None:
    subprocess.run([sys.executable, DOCS / "pictures" / "render_house.py", tmp_path / "house.svg"],
                   check=True)
    assert (tmp_path / "house.svg").read_text() == (DOCS / "pictures" / "house.svg").read_text()


def test_reference_has_the_rules_of_the_header() -> None:
    """In the same order; their wording is the header's business."""
    header = (SOURCE / "include" / "digit" / "digit.h").read_text()
    rules = re.findall(r"^ \* \d\. (\w+)\.", header, flags=re.M)
    page = (DOCS / "reference-c.md").read_text()
    assert len(rules) == 5 and re.findall(r"^\d\. \*\*(\w+)\.\*\*", page, flags=re.M) == rules
