"""Programs of somebody else's, built against an installation: pkg-config, static, CMake; and
against the sources: Meson's subproject."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from conftest import SOURCE, must, run

HELLO = SOURCE / "examples" / "hello.c"
CMAKE = """
cmake_minimum_required(VERSION 3.16)
project(consumer {language})
find_package(libdigit {version} CONFIG REQUIRED)
add_executable(consumer hello.{ending})
target_link_libraries(consumer libdigit::libdigit)
"""
MESON = """
project('consumer', 'c')
libdigit = dependency('libdigit', default_options: ['tests=disabled', 'programs=disabled'])
executable('consumer', 'hello.c', dependencies: libdigit)
"""
WRAP = "[wrap-file]\ndirectory = libdigit\n[provide]\ndependency_names = libdigit\n"


def says_seven(text: str) -> bool:
    return re.fullmatch(r"7 \(\d+%\)\n", text) is not None


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Installed in one place, then moved: files for CMake must not mind."""
    root = tmp_path_factory.mktemp("installed")
    must("meson", "install", "-C", os.environ["DIGIT_BUILD"], "--no-rebuild", "--destdir", root)
    moved = root / "moved"
    shutil.move(next(root.rglob("include/digit/digit.h")).parents[2], moved)
    return moved


def library_folder(prefix: Path) -> str:
    return str(next(prefix.rglob("libdigit.so")).parent)


@pytest.mark.parametrize(("language", "ending"), [("C", "c"), ("CXX", "cpp")])
@pytest.mark.parametrize("version", ["", "1", "1.0", "1.0.0"])
def test_cmake(prefix: Path, tmp_path: Path, language: str, ending: str, version: str) -> None:
    shutil.copy(HELLO, tmp_path / f"hello.{ending}")
    (tmp_path / "CMakeLists.txt").write_text(
        CMAKE.format(language=language, ending=ending, version=version))
    must("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", ".", cwd=tmp_path)
    must("cmake", "--build", "build", cwd=tmp_path)
    assert says_seven(must(tmp_path / "build" / "consumer"))


@pytest.mark.parametrize("version", ["0.9", "1.0.99", "1.1", "2"])
def test_cmake_wants_another(prefix: Path, tmp_path: Path, version: str) -> None:
    shutil.copy(HELLO, tmp_path)
    (tmp_path / "CMakeLists.txt").write_text(
        CMAKE.format(language="C", ending="c", version=version))
    done = run("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", ".", cwd=tmp_path)
    assert done.returncode != 0 and "version: 1.0.0" in done.stdout


def test_meson_subproject(sources: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "subprojects").mkdir(parents=True)
    shutil.move(sources, project / "subprojects" / "libdigit")
    (project / "subprojects" / "libdigit.wrap").write_text(WRAP)
    (project / "meson.build").write_text(MESON)
    shutil.copy(HELLO, project)
    must("meson", "setup", "build", "--force-fallback-for=libdigit", cwd=project)
    must("ninja", "-C", "build", "-j", "1", cwd=project)
    assert says_seven(must(project / "build" / "consumer"))


def test_static(sources: Path, tmp_path: Path) -> None:
    must("meson", "setup", "build", sources, "-Dtests=disabled", "-Dprograms=disabled",
         "-Dblas=reference", "-Ddefault_library=both", f"--prefix={tmp_path}/usr", cwd=tmp_path)
    must("ninja", "-C", "build", "-j", "1", "install", cwd=tmp_path)
    folder = next((tmp_path / "usr").rglob("libdigit.pc")).parent
    flags = must("pkg-config", "--static", "--cflags", "--libs", "libdigit",
                 PKG_CONFIG_PATH=str(folder)).split()
    must("cc", HELLO, "-static", "-o", "hello", *flags, cwd=tmp_path)
    assert "not a dynamic executable" in run("ldd", tmp_path / "hello").stdout
    assert says_seven(must(tmp_path / "hello"))


def test_static_with_openblas_inside_is_refused(sources: Path, tmp_path: Path) -> None:
    done = run("meson", "setup", "build", sources, "-Dtests=disabled", "-Dblas=private",
               "-Ddefault_library=static", cwd=tmp_path)
    assert done.returncode != 0 and "docs/embed.md" in done.stdout
