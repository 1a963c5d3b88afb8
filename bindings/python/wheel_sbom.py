"""What a wheel of libdigit holds beside our own code, for tools that look for known defects.

A software bill of materials in the format CycloneDX 1.6, at the place that PEP 770 gives it:
`.dist-info/sboms/`. Versions are asked of the libraries themselves, in the wheel.
"""

import ctypes
import hashlib
import json
import pathlib
import re
import subprocess
import sys

NAME = "libdigit.cdx.json"

_OPENBLAS = re.compile(r"OpenBLAS (\d[\w.]*)")

# Asked in a process of its own: the libraries stay loaded.
_ASK = """
import ctypes, sys
ask = getattr(ctypes.CDLL(sys.argv[1]), sys.argv[2])
ask.restype = ctypes.c_char_p
print(ask().decode())
"""


def add(folder):
    """Write the document into an unpacked wheel."""
    folder = pathlib.Path(folder)
    (info,) = folder.glob("*.dist-info")
    target = info / "sboms" / NAME
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(document(folder), indent=2) + "\n")


def document(folder):
    """The document as a dict, of an unpacked wheel."""
    (info,) = folder.glob("*.dist-info")
    version = info.name[: -len(".dist-info")].rpartition("-")[2]
    package = {
        "type": "library",
        "bom-ref": "libdigit",
        "name": "libdigit",
        "version": version,
        "purl": f"pkg:pypi/libdigit@{version}",
        "licenses": _licence("MIT"),
    }
    parts = [_library(folder), *_blas(folder), *_jansson(folder), _zlib(), *_weights()]
    needed = [part["bom-ref"] for part in parts]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": package},
        "components": parts,
        "dependencies": [{"ref": "libdigit", "dependsOn": needed}],
    }


def _licence(identifier):
    if " " in identifier:
        return [{"expression": identifier}]
    return [{"license": {"id": identifier}}]


def _part(name, version, licence, place, kind="library", **more):
    return {
        "type": kind,
        "bom-ref": name,
        "name": name,
        "version": version,
        "licenses": _licence(licence),
        "properties": [{"name": "libdigit:place", "value": place}],
        **more,
    }


def _ask(library, function):
    command = [sys.executable, "-c", _ASK, str(library), function]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _hashes(path):
    return [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}]


def _library(folder):
    path = folder / "libdigit" / "libdigit.so"
    version = _ask(path, "digit_version")
    return _part("libdigit.so", version, "MIT", str(path.relative_to(folder)), hashes=_hashes(path))


def _blas(folder):
    """None with -Dblas=reference, which is our own code."""
    said = _OPENBLAS.search(_ask(folder / "libdigit" / "libdigit.so", "digit_build_info"))
    if not said or any(_grafted(folder, "libopenblas")):
        return []
    version = said.group(1)
    licence = "BSD-3-Clause AND BSD-2-Clause"
    purl = f"pkg:github/OpenMathLib/OpenBLAS@v{version}"
    return [_part("OpenBLAS", version, licence, "inside libdigit/libdigit.so", purl=purl)]


def _grafted(folder, name):
    """What auditwheel put beside the library."""
    return sorted((folder / "libdigit.libs").glob(f"{name}[-.]*so*"))


def _jansson(folder):
    for path in _grafted(folder, "libjansson"):
        version = _ask(path, "jansson_version_str")
        place = str(path.relative_to(folder))
        purl = f"pkg:github/akheron/jansson@v{version}"
        yield _part("jansson", version, "MIT", place, purl=purl, hashes=_hashes(path))


def _zlib():
    """Not in the wheel: manylinux takes it for a part of the system. The builder's version."""
    ask = ctypes.CDLL("libz.so.1").zlibVersion
    ask.restype = ctypes.c_char_p
    version = ask().decode()
    place = "of the system, at run time; built with this version"
    return _part("zlib", version, "Zlib", place, purl=f"pkg:github/madler/zlib@v{version}")


def _weights():
    for name in ("pretrained", "lines"):
        place = "inside libdigit/libdigit.so"
        yield _part(f"{name}.safetensors", "1", "CC-BY-SA-3.0", place, "machine-learning-model")
