"""What the tests of packages share. Nothing here looks at the tree's own build."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]


def run(*command: object, cwd: Path | None = None, timeout: int = 1800,
        **variables: str) -> subprocess.CompletedProcess[str]:
    """Run, as a user without any variable of libdigit's; gives what came of it."""
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith(("LIBDIGIT", "DIGIT", "LD_", "PYTHONPATH", "PKG_CONFIG"))}
    return subprocess.run([str(one) for one in command], cwd=cwd, env=environment | variables,
                          text=True, timeout=timeout, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


def must(*command: object, **options: object) -> str:
    """Run what has to succeed; gives its output."""
    done = run(*command, **options)  # type: ignore[arg-type]
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout[-4000:]}"
    return done.stdout


def unneeded(folder: str, names: list[str]) -> list[str]:
    at_top = ("build", "data", ".git") if Path(folder) == SOURCE else ()
    return [n for n in names if n == "__pycache__" or at_top and n.startswith(at_top)]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """The tree as a tarball would unpack it, alone in a folder of its own."""
    folder = tmp_path / "sources" / "libdigit"
    shutil.copytree(SOURCE, folder, ignore=unneeded, symlinks=True)
    return folder
