"""What the tests of the documentation share.

DIGIT_BUILD names the build folder, MNIST_DIR (if set) the folder with MNIST's raw files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
DOCS = SOURCE / "docs"


@pytest.fixture(scope="session")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the build is installed: nothing of the tree is in reach from there."""
    build = os.environ.get("DIGIT_BUILD")
    assert build, "set DIGIT_BUILD to the build folder"
    root = tmp_path_factory.mktemp("installed")
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", root],
                   check=True, capture_output=True)
    return next(root.rglob("include/digit/digit.h")).parents[2]


@pytest.fixture(scope="session")
def environment(prefix: Path) -> dict[str, str]:
    """That of a user who has installed libdigit and its Python package."""
    library = next(prefix.rglob("libdigit.so"))
    sysroot = prefix.parents[1] if prefix.name == "local" else prefix.parent
    return dict(
        os.environ,
        PATH=f"{prefix / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        LD_LIBRARY_PATH=str(library.parent),
        PKG_CONFIG_PATH=str(library.parent / "pkgconfig"),
        PKG_CONFIG_SYSROOT_DIR=str(sysroot),
        CMAKE_PREFIX_PATH=str(prefix),
        PYTHONPATH=str(SOURCE / "bindings" / "python"),
        LIBDIGIT_LIBRARY=str(library),
        LC_ALL="C.UTF-8",
    )


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder to work in, as the pages assume it: the examples, MNIST, a model, a page to read."""
    (tmp_path / "examples").symlink_to(SOURCE / "examples")
    shutil.copy(SOURCE / "libdigit" / "io" / "pretrained.safetensors",
                tmp_path / "mine.safetensors")
    if "MNIST_DIR" in os.environ:
        (tmp_path / "data").symlink_to(Path(os.environ["MNIST_DIR"]).resolve())
    from PIL import Image

    numbers = SOURCE / "examples" / "pictures" / "numbers"
    with Image.open(numbers / "ruled-notebook.jpg") as picture:
        picture.convert("L").save(tmp_path / "page.pgm")
        picture.save(tmp_path / "page.png")
    return tmp_path
