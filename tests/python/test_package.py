"""`pip install .` gives a package that works on its own.

Slow (it builds the library) and in need of pip's packages: run where
LIBDIGIT_TEST_PACKAGE=1, as `sh tests/run.sh --all` does.
"""

import os
import shutil
import subprocess
import sys
import venv

import pytest
from conftest import ROOT

pytestmark = pytest.mark.skipif(
    os.environ.get("LIBDIGIT_TEST_PACKAGE") != "1", reason="needs LIBDIGIT_TEST_PACKAGE=1"
)

USE = """
import pathlib, pickle, numpy, libdigit
from libdigit._library import lib
package = pathlib.Path(libdigit.__file__).parent
assert "site-packages" in package.parts, package
assert pathlib.Path(lib._name) == package / "libdigit.so", lib._name
assert (package / "py.typed").exists()
model = libdigit.Model.pretrained()
images = numpy.zeros((3, 28, 28), numpy.uint8)
assert model.predict_proba(images).shape == (3, 10)
assert pickle.loads(pickle.dumps(model)).to_bytes() == model.to_bytes()
print(libdigit.version())
"""


def clean_environment():
    environment = dict(os.environ)
    for name in ("LIBDIGIT_LIBRARY", "PYTHONPATH", "LD_LIBRARY_PATH", "LD_PRELOAD"):
        environment.pop(name, None)
    return environment


def unneeded(folder, names):
    """What git does not keep: build folders and fetched data at the top, caches anywhere."""
    top = os.path.samefile(folder, ROOT)
    at_top = (".git", "build", "data")
    return [n for n in names if n == "__pycache__" or top and n.startswith(at_top)]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """An interpreter into which the top of the tree was installed with pip."""
    folder = tmp_path_factory.mktemp("pip")
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=unneeded)
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "."],
        cwd=source,
        env=clean_environment(),
        check=True,
    )
    return python


def test_installed_package(python, tmp_path):
    done = subprocess.run(
        [python, "-c", USE], cwd=tmp_path, env=clean_environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_nothing_else_is_installed(python):
    code = (
        "import importlib.metadata as m; d = m.distribution('libdigit'); "
        "print('\\n'.join(str(f) for f in d.files)); print(d.version, d.requires)"
    )
    listing = subprocess.run(
        [python, "-c", code], env=clean_environment(), capture_output=True, text=True, check=True
    ).stdout.splitlines()
    files = [line for line in listing[:-1] if not line.endswith(".pyc")]
    assert {line.split("/")[0].split("-")[0] for line in files} == {"libdigit"}
    assert [line for line in files if ".so" in line] == ["libdigit/libdigit.so"]
    assert not [line for line in files if line.endswith((".h", ".a", ".pc"))]
    assert "numpy" in listing[-1] and sys.version_info >= (3, 9)
