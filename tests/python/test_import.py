"""Finding the C library, and what is said when there is none."""

import _ctypes
import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT, run_python

import libdigit

IMPORT = "import libdigit; print(libdigit.version())"


def test_version_is_that_of_the_package():
    assert libdigit.version() == libdigit.__version__


def test_build_info_is_a_sentence_or_more():
    assert len(libdigit.build_info()) > 10


def test_the_variable_is_the_only_place_looked_at(tmp_path):
    missing = tmp_path / "missing.so"
    done = run_python(IMPORT, LIBDIGIT_LIBRARY=str(missing))
    assert done.returncode == 1
    last = done.stderr[done.stderr.index("ImportError:") :]
    assert str(missing) in last and "LIBDIGIT_LIBRARY" in last
    assert "libdigit.so.1" not in last


def test_the_variable_names_a_file_not_a_library_to_search_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run_python(IMPORT, LIBDIGIT_LIBRARY="libc.so.6")
    assert done.returncode == 1
    assert f"  {tmp_path / 'libc.so.6'}: " in done.stderr


@pytest.mark.parametrize("content", [b"", b"no library", b"\x7fELF" + bytes(100)])
def test_a_file_that_is_no_library(tmp_path, content):
    path = tmp_path / "libdigit.so"
    path.write_bytes(content)
    done = run_python(IMPORT, LIBDIGIT_LIBRARY=str(path))
    assert done.returncode == 1
    assert "ImportError" in done.stderr and f"{path}: " in done.stderr


def test_a_library_that_is_not_libdigit():
    done = run_python(IMPORT, LIBDIGIT_LIBRARY=_ctypes.__file__)
    assert done.returncode == 1
    assert "ImportError" in done.stderr and "is no libdigit" in done.stderr


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
@pytest.mark.parametrize("version", ["0.9.0", "2.0.0"])
def test_a_library_of_another_series(tmp_path, version):
    source, library = tmp_path / "other.c", tmp_path / "libdigit.so"
    source.write_text(
        "const char *digit_version(void);\n"
        f'const char *digit_version(void) {{ return "{version}"; }}\n'
    )
    subprocess.run(["cc", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
    done = run_python(IMPORT, LIBDIGIT_LIBRARY=str(library))
    assert done.returncode == 1
    assert f"is version {version}, but this package needs 1.0.0 or a later 1.x" in done.stderr


@pytest.fixture
def bare_package(tmp_path):
    """A copy of the package without a library in it."""
    source = ROOT / "bindings" / "python" / "libdigit"
    shutil.copytree(source, tmp_path / "libdigit", ignore=shutil.ignore_patterns("*.so"))
    return tmp_path


def test_all_that_was_tried_is_listed(bare_package):
    done = run_python(
        IMPORT, LIBDIGIT_LIBRARY=None, LD_LIBRARY_PATH=None, PYTHONPATH=str(bare_package)
    )
    if done.returncode == 0:
        pytest.skip("libdigit is installed on this system")
    assert str(bare_package / "libdigit" / "libdigit.so") in done.stderr
    assert "  libdigit.so.1: " in done.stderr


def test_the_library_in_the_package_is_found(bare_package, library_path):
    packaged = bare_package / "libdigit" / "libdigit.so"
    shutil.copy(library_path, packaged)
    code = "import libdigit._library as l; print(l.lib._name)"
    done = run_python(code, LIBDIGIT_LIBRARY=None, PYTHONPATH=str(bare_package))
    assert done.stdout.strip() == str(packaged), done.stderr


def test_the_librarys_own_name_is_the_last_resort(bare_package, library_path):
    (bare_package / "libdigit.so.1").symlink_to(library_path.resolve())
    code = "import libdigit._library as l; print(l.lib._name)"
    done = run_python(
        code,
        LIBDIGIT_LIBRARY=None,
        LD_LIBRARY_PATH=str(bare_package),
        PYTHONPATH=str(bare_package),
    )
    assert done.stdout.strip() == "libdigit.so.1", done.stderr


def test_import_says_nothing_and_changes_no_environment():
    code = (
        "import os; before = dict(os.environ); import numpy, libdigit; "
        "libdigit.Model('dense 10'); assert before == dict(os.environ)"
    )
    done = run_python(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_names_of_the_library_stay_its_own():
    code = (
        "import ctypes, libdigit\n"
        "process = ctypes.CDLL(None)\n"
        "assert not hasattr(process, 'digit_version')\n"
        "assert not hasattr(process, 'cblas_sgemm')\n"
    )
    done = run_python(code)
    if os.environ.get("LD_PRELOAD"):
        pytest.skip("a preloaded library may bring a BLAS")
    assert done.returncode == 0, done.stderr


def test_help_is_enough_to_start():
    done = subprocess.run(
        [sys.executable, "-m", "pydoc", "libdigit"], capture_output=True, text=True, check=True
    )
    for word in ("Model.pretrained()", "normalize", "load_idx", "fit(", "DigitError"):
        assert word in done.stdout


def test_a_second_sub_interpreter_is_told_why():
    pytest.importorskip("_xxsubinterpreters")
    done = run_python(
        "import _xxsubinterpreters as interpreters\n"
        "import libdigit\n"
        "interpreters.run_string(interpreters.create(), 'import libdigit')"
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert "ImportError" in last and "NumPy" in last and "sub-interpreters" in last
