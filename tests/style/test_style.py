"""How the tree looks, as far as a program can tell. Types are the `python` lane's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from check_text import SOURCE, complaints, files

WORDS = {".c", ".h", ".hpp", ".cpp", ".py", ".sh", ".bash", ".js", ".css", ".build", ".md", ".scd"}


def run(*command: object) -> None:
    done = subprocess.run([str(one) for one in command], cwd=SOURCE, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_text() -> None:
    checked = files()
    assert len(checked) > 100
    found = [complaint for path in checked for complaint in complaints(path)]
    assert not found, "\n".join(found)


def test_text_is_really_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("check_text.SOURCE", tmp_path)
    path = tmp_path / "bad.c"
    path.write_text("int x;\t\nint " + "y" * 97 + ";\n\n")
    assert len(list(complaints(path))) == 4


def test_python() -> None:
    run(sys.executable, "-m", "ruff", "check", "--quiet", ".")


def test_spelling() -> None:
    run(sys.executable, "-m", "codespell_lib", *(p for p in files() if p.suffix in WORDS))


@pytest.mark.parametrize("script", [p for p in files() if p.suffix in (".sh", ".bash")],
                         ids=lambda p: str(p.relative_to(SOURCE)))
def test_shell(script: Path) -> None:
    run("bash" if script.suffix == ".bash" else "sh", "-n", script)


def test_one_version_everywhere() -> None:
    """Also in debian/, which a build does not look at."""
    sys.path.insert(0, str(SOURCE / "tools"))
    import check_release

    assert len(set(check_release.versions().values())) == 1, check_release.versions()
    assert len(set(check_release.sonames().values())) == 1, check_release.sonames()
