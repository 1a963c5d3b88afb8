"""meson-python's build backend, with wheels for every Python 3 at once.

The package is plain Python and one C library that it loads with ctypes, so one
wheel a platform is enough. meson-python would tag it for the Python at work
only. The tag is corrected here, and auditwheel puts beside the library what it
needs and not every Linux has. What is inside then is listed in the wheel itself: wheel_sbom.py.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import mesonpy
import wheel_sbom
from mesonpy import (  # noqa: F401  what pip and build look for
    build_editable,
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel into `wheel_directory`; gives its name."""
    with tempfile.TemporaryDirectory() as folder:
        raw, repaired = pathlib.Path(folder, "raw"), pathlib.Path(folder, "repaired")
        raw.mkdir()
        mesonpy.build_wheel(raw, config_settings, metadata_directory)
        _run("wheel", "tags", "--remove", "--python-tag=py3", "--abi-tag=none", _only(raw))
        if sys.platform == "linux":
            _run("auditwheel", "repair", "--wheel-dir", repaired, _only(raw))
            raw = repaired
        _add_sbom(raw)
        return shutil.copy(_only(raw), wheel_directory).rpartition("/")[2]


def _add_sbom(folder):
    """Into the one wheel in `folder`, which is packed anew under its name."""
    with tempfile.TemporaryDirectory() as unpacked:
        _run("wheel", "unpack", "--dest", unpacked, _only(folder))
        (root,) = pathlib.Path(unpacked).iterdir()
        wheel_sbom.add(root)
        _run("wheel", "pack", "--dest-dir", folder, root)


def _run(module, *arguments):
    subprocess.run([sys.executable, "-m", module, *map(str, arguments)], check=True)


def _only(folder):
    (path,) = folder.glob("*.whl")
    return path
