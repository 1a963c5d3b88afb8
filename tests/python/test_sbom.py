"""The list of what a wheel holds, made of an unpacked wheel."""

import hashlib
import importlib.util
import json
import os
import shutil

import pytest
from conftest import ROOT

import libdigit
from libdigit._library import lib

SOURCE = ROOT / "bindings" / "python" / "wheel_sbom.py"


def load_sbom():
    spec = importlib.util.spec_from_file_location("wheel_sbom", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def unpacked(tmp_path):
    """An unpacked wheel as auditwheel leaves it: the library, and jansson beside it."""
    for name in ("libdigit", "libdigit.libs", "libdigit-1.2.3.dist-info"):
        (tmp_path / name).mkdir()
    shutil.copy(os.path.realpath(lib._name), tmp_path / "libdigit" / "libdigit.so")
    loaded = [line.split()[-1] for line in open("/proc/self/maps") if "libjansson" in line]
    shutil.copy(loaded[0], tmp_path / "libdigit.libs" / "libjansson-0123abcd.so.4.14.0")
    return tmp_path


def test_document(unpacked):
    load_sbom().add(unpacked)
    path = unpacked / "libdigit-1.2.3.dist-info" / "sboms" / "libdigit.cdx.json"
    document = json.loads(path.read_text())
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["component"]["purl"] == "pkg:pypi/libdigit@1.2.3"
    parts = {part["name"]: part for part in document["components"]}
    assert parts["libdigit.so"]["version"] == libdigit.__version__
    assert {"jansson", "zlib", "pretrained.safetensors", "lines.safetensors"} <= set(parts)
    assert ("OpenBLAS" in parts) == ("private OpenBLAS" in libdigit.build_info())
    assert document["dependencies"] == [{"ref": "libdigit", "dependsOn": list(parts)}]


def test_parts_are_told_apart_from_others(unpacked):
    """Each has a version, a licence and a place; what is a file of its own, its checksum."""
    (unpacked / "libdigit.libs" / "libother-1.so").touch()
    for part in load_sbom().document(unpacked)["components"]:
        assert part["version"] and part["version"][0].isdigit()
        (licence,) = part["licenses"]
        assert licence.get("expression") or licence["license"]["id"]
        (place,) = part["properties"]
        file = unpacked / place["value"]
        checksums = [entry["content"] for entry in part.get("hashes", [])]
        found = [hashlib.sha256(file.read_bytes()).hexdigest()] if file.is_file() else []
        assert checksums == found


def test_versions_are_those_of_the_notice(unpacked):
    """NOTICE has the licences' texts: of the versions that are built with."""
    notice = (ROOT / "NOTICE").read_text()
    for part in load_sbom().document(unpacked)["components"]:
        if part["name"] in ("OpenBLAS", "jansson", "zlib"):
            assert f"| {part['name']} {part['version']}" in notice
