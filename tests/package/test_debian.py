"""The Debian packages: built from clean, judged by lintian, used where nothing else is."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from conftest import SOURCE, must, run, unneeded

PACKAGES = {"libdigit1", "libdigit-dev", "digit-tools", "python3-libdigit"}
NOT_HERE = 77
FRESH_ROOT = SOURCE / "tests" / "package" / "fresh_root.sh"


@pytest.fixture(scope="module")
def debs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("dpkg-buildpackage") is None:
        pytest.skip("dpkg-buildpackage is not installed")
    folder = tmp_path_factory.mktemp("debian")
    shutil.copytree(SOURCE, folder / "libdigit", ignore=unneeded, symlinks=True)
    # -d: the compilers and libraries are there; OpenBLAS may be so under another package's name.
    must("dpkg-buildpackage", "-us", "-uc", "-b", "-d", "-j1", cwd=folder / "libdigit",
         DEB_BUILD_OPTIONS="noddebs")
    shutil.rmtree(folder / "libdigit")
    return folder


def test_there_are_four(debs: Path) -> None:
    assert {path.name.partition("_")[0] for path in debs.glob("*.deb")} == PACKAGES


def test_lintian_has_no_errors(debs: Path) -> None:
    [changes] = debs.glob("*.changes")
    must("lintian", "--allow-root", "--fail-on", "error", changes)


def test_symbols_are_those_of_the_library() -> None:
    listed = (SOURCE / "debian" / "libdigit1.symbols").read_text().splitlines()[1:]
    names = {line.split("@")[0].strip() for line in listed}
    assert names - {"DIGIT_1.0"} == set((SOURCE / "tests/abi/symbols.txt").read_text().split())


def test_page_names_what_a_build_needs() -> None:
    """docs/embed.md against debian/control."""
    control = (SOURCE / "debian" / "control").read_text()
    [needed] = re.findall(r"^Build-Depends:\n((?: .+\n)+)", control, flags=re.M)
    wanted = {line.split()[0].strip(",") for line in needed.splitlines()}
    [line] = re.findall(r"apt-get install (build-essential(?:.*\\\n)*.*)",
                        (SOURCE / "docs" / "embed.md").read_text())
    # debhelper is debhelper-compat.
    assert {w.removesuffix("-compat") for w in wanted} <= set(line.replace("\\", " ").split())


def fresh_root(*arguments: object) -> str:
    kept = {name: os.environ[name] for name in ("DIGIT_TEST_BUILD",) if name in os.environ}
    done = run("sh", FRESH_ROOT, *arguments, timeout=3600, **kept)
    if done.returncode == NOT_HERE:
        print(done.stdout)
        pytest.skip(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def test_packages_in_a_fresh_root(debs: Path) -> None:
    assert "go without a trace" in fresh_root("debs", debs)


def test_quickstart_in_a_fresh_root() -> None:
    said = fresh_root("quickstart")
    assert "seven-blue-pen.png: 7" in said and "4408 1172" in said
