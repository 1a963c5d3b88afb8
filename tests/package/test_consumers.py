"""Programs of somebody else's, built against an installation: pkg-config, static, CMake; and
against the sources: Meson's subproject, CMake's external project. What docs/embed.md prints is
taken from there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tarfile
from pathlib import Path

import pytest
from conftest import SOURCE, must, run

PAGE = (SOURCE / "docs" / "embed.md").read_text(encoding="utf-8")
HELLO = SOURCE / "examples" / "hello.c"
CMAKE = """
cmake_minimum_required(VERSION 3.16)
project(consumer {language})
find_package(libdigit {version} CONFIG REQUIRED)
add_executable(consumer hello.{ending})
target_link_libraries(consumer libdigit::libdigit)
"""
def printed(name: str) -> str:
    """The file that the page says to save as `name`."""
    found = re.search(rf"ave this as\s`{re.escape(name)}`:\n\n```\w+\n(.*?)```", PAGE, re.S)
    assert found, name
    return found[1]


def printed_command(start: str) -> str:
    [command] = re.findall(rf"^    ({re.escape(start)}.*)$", PAGE, re.M)
    return str(command)


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


@pytest.fixture
def parent(sources: Path, tmp_path: Path) -> Path:
    """A project of Meson's with libdigit as a subproject, as the page says."""
    project = tmp_path / "project"
    (project / "subprojects").mkdir(parents=True)
    shutil.move(sources, project / "subprojects" / "libdigit")
    for name in ("meson.build", "subprojects/libdigit.wrap"):
        (project / name).write_text(printed(name))
    shutil.copy(HELLO, project)
    return project


def configure(project: Path, *options: str) -> list[str]:
    """Gives the files that a build makes by default."""
    must("meson", "setup", "build", "--force-fallback-for=libdigit", *options, cwd=project)
    targets = json.loads(must("meson", "introspect", "--targets", "build", cwd=project))
    return [Path(one).name for target in targets if target["build_by_default"]
            for one in target["filename"]]


def test_meson_subproject(parent: Path) -> None:
    built = configure(parent)
    assert {name for name in built if not name.startswith(("libdigit", "pretrained"))} == {"mine"}
    commands = json.loads((parent / "build" / "compile_commands.json").read_text())
    ours = [one["command"] for one in commands if "subprojects" in one["file"]]
    assert len(ours) > 100
    for command in ours:
        assert " -O3" in command and " -O0" not in command and " -DNDEBUG" in command, command
    must("ninja", "-C", "build", "-j", "1", cwd=parent)
    assert says_seven(must(parent / "build" / "mine"))


def test_meson_subproject_builds_what_is_asked_for(parent: Path) -> None:
    built = configure(parent, "-Dlibdigit:tests=enabled", "-Dlibdigit:programs=enabled")
    assert {"digit-train", "bench-read", "test_api_predict"} <= set(built)


def test_static_meson_subproject(parent: Path) -> None:
    page = (parent / "meson.build").read_text()
    static = printed_command("libdigit = dependency(")
    (parent / "meson.build").write_text(page.replace("libdigit = dependency('libdigit')", static))
    built = configure(parent, "-Dlibdigit:blas=reference")
    assert "libdigit.a" in built and not any(".so" in name for name in built)
    must("ninja", "-C", "build", "-j", "1", cwd=parent)
    assert "libdigit" not in must("ldd", parent / "build" / "mine")
    assert says_seven(must(parent / "build" / "mine"))


def test_meson_wrap_of_a_tarball(parent: Path) -> None:
    packages = parent / "subprojects" / "packagefiles"
    packages.mkdir()
    with tarfile.open(packages / "libdigit-1.0.0.tar.xz", "w:xz", preset=0) as tarball:
        tarball.add(parent / "subprojects" / "libdigit", "libdigit-1.0.0")
    shutil.rmtree(parent / "subprojects" / "libdigit")
    digest = hashlib.sha256((packages / "libdigit-1.0.0.tar.xz").read_bytes()).hexdigest()
    start = re.search(r"^    \[wrap-file\]\n(?:    .+\n)+", PAGE, re.M)
    assert start
    folder = printed("subprojects/libdigit.wrap")
    (parent / "subprojects" / "libdigit.wrap").write_text(
        re.sub("^    ", "", start[0], flags=re.M).replace("(what sha256sum prints)", digest)
        + folder[folder.index("[provide]"):])
    assert "mine" in configure(parent)


def test_cmake_external_project(sources: Path, tmp_path: Path) -> None:
    shutil.move(sources, tmp_path / "libdigit")
    (tmp_path / "CMakeLists.txt").write_text(printed("external/CMakeLists.txt"))
    shutil.copy(HELLO, tmp_path)
    must("cmake", "-B", "build", ".", cwd=tmp_path)
    must("cmake", "--build", "build", cwd=tmp_path)
    assert says_seven(must(tmp_path / "build" / "mine"))


@pytest.fixture(scope="module", params=["static", "both"])
def archive(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """An installation with the archive, alone or beside the shared library."""
    root = tmp_path_factory.mktemp(request.param)
    must("meson", "setup", root / "build", SOURCE, "-Dtests=disabled", "-Dprograms=disabled",
         "-Dblas=reference", f"-Ddefault_library={request.param}", f"--prefix={root}/usr")
    must("ninja", "-C", root / "build", "-j", "1", "install")
    assert any(root.glob("usr/**/libdigit.so")) == (request.param == "both")
    return root / "usr"


def link(archive: Path, command: str, folder: Path) -> Path:
    shutil.copy(HELLO, folder)
    must("sh", "-c", command, cwd=folder,
         PKG_CONFIG_PATH=str(next(archive.rglob("libdigit.pc")).parent))
    assert says_seven(must(folder / "hello"))
    return folder / "hello"


def test_static(archive: Path, tmp_path: Path) -> None:
    """The command for an archive beside the shared library; one alone needs nothing special."""
    program = link(archive, printed_command("cc hello.c"), tmp_path)
    assert "libdigit" not in must("ldd", program)
    if not any(archive.rglob("libdigit.so")):
        link(archive, "cc hello.c -o hello $(pkg-config --cflags --libs libdigit)", tmp_path)


def test_static_altogether(archive: Path, tmp_path: Path) -> None:
    program = link(archive, printed_command("cc -static"), tmp_path)
    assert "not a dynamic executable" in run("ldd", program).stdout


def test_static_cmake(archive: Path, tmp_path: Path) -> None:
    shutil.copy(HELLO, tmp_path)
    text = CMAKE.format(language="C", ending="c", version="1.0")
    assert "`libdigit::libdigit_static`" in PAGE
    (tmp_path / "CMakeLists.txt").write_text(
        text.replace("libdigit::libdigit", "libdigit::libdigit_static"))
    must("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={archive}", ".", cwd=tmp_path)
    must("cmake", "--build", "build", cwd=tmp_path)
    assert "libdigit" not in must("ldd", tmp_path / "build" / "consumer")
    assert says_seven(must(tmp_path / "build" / "consumer"))


def test_static_with_openblas_inside_is_refused(sources: Path, tmp_path: Path) -> None:
    done = run("meson", "setup", "build", sources, "-Dtests=disabled", "-Dblas=private",
               "-Ddefault_library=static", cwd=tmp_path)
    assert done.returncode != 0 and "docs/embed.md" in done.stdout
