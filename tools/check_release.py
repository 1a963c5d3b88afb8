#!/usr/bin/env python3
"""Is this tree the release it says it is? One version and one soname everywhere, a date in the
change log, nothing left uncommitted.

usage: check_release.py VERSION
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]


def read(name: str) -> str:
    return (SOURCE / name).read_text(encoding="utf-8")


def found(pattern: str, name: str) -> str:
    match = re.search(pattern, read(name), flags=re.M)
    return match[1] if match else f"nothing like {pattern}"


def versions() -> dict[str, str]:
    header = re.findall(r"#define DIGIT_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)",
                        read("include/digit/digit.h"))
    return {
        "meson.build": found(r"^  version: '([\d.]+)'", "meson.build"),
        "include/digit/digit.h": ".".join(header),
        "debian/changelog": found(r"\Alibdigit \(([\d.]+)-\d+\)", "debian/changelog"),
        "CHANGELOG.md": found(r"^## ([\d.]+) ", "CHANGELOG.md"),
    }


def sonames() -> dict[str, str]:
    return {
        "meson.build": found(r"^soversion = '(\d+)'", "meson.build"),
        "libdigit/libdigit.map": found(r"\bDIGIT_(\d+)\.0 \{", "libdigit/libdigit.map"),
        "debian/control": found(r"^Package: libdigit(\d+)$", "debian/control"),
    }


def uncommitted() -> str:
    return subprocess.run(["git", "status", "--porcelain"], cwd=SOURCE, capture_output=True,
                          text=True, check=True).stdout


def complaints(version: str) -> Iterator[str]:
    for name, there in versions().items():
        if there != version:
            yield f"{name} says {there}, not {version}"
    for name, there in sonames().items():
        if there != version.partition(".")[0]:
            yield f"{name} has the soname {there}"
    for name in ("install", "symbols"):
        if not (SOURCE / f"debian/libdigit{version.partition('.')[0]}.{name}").exists():
            yield f"debian/libdigit{version.partition('.')[0]}.{name} is missing"
    if not re.search(rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$", read("CHANGELOG.md"),
                     flags=re.M):
        yield f"CHANGELOG.md has no date for {version}"
    if uncommitted():
        yield "there are changes that are not committed"


def main() -> int:
    if len(sys.argv) != 2 or not re.fullmatch(r"\d+\.\d+\.\d+", sys.argv[1]):
        print("usage: check_release.py VERSION", file=sys.stderr)
        return 2
    bad = list(complaints(sys.argv[1]))
    for complaint in bad:
        print(f"release: {complaint}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
