"""One version everywhere: header, project, library, soname, symbol node, pkg-config.

usage: check_versions.py HEADER PROJECT_VERSION LIBRARY MAP PKG_CONFIG_FILE SANITIZE
"""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path
from typing import Iterator

from common import finish, run


def header_version(header: str) -> str:
    text = Path(header).read_text(encoding='ascii')
    parts = [re.search(rf'#define DIGIT_VERSION_{part} (\d+)', text)
             for part in ('MAJOR', 'MINOR', 'PATCH')]
    return '.'.join(match[1] for match in parts if match)


def library_version(library: str) -> str:
    function = ctypes.CDLL(library).digit_version
    function.restype = ctypes.c_char_p
    return function().decode('ascii')


def complaints(header: str, project: str, library: str, symbol_map: str,
               pkg_config: str, sanitize: str) -> Iterator[str]:
    version = header_version(header)
    major = version.split('.')[0]
    if project != version:
        yield f'the project is {project}, the header {version}'
    # A sanitizer's run-time must come first in a process, and Python's does not have it.
    if sanitize == 'none' and library_version(library) != version:
        yield f'digit_version() is {library_version(library)}, the header {version}'
    if f'[libdigit.so.{major}]' not in run('readelf', '-dW', library):
        yield f'the soname is not libdigit.so.{major}'
    if f'libdigit.so.{version}' != Path(library).resolve().name:
        yield f'the file is {Path(library).resolve().name}, not libdigit.so.{version}'
    if f'Version: {version}\n' not in Path(pkg_config).read_text(encoding='utf-8'):
        yield 'libdigit.pc has another version'
    if f'DIGIT_{major}.0 ' not in Path(symbol_map).read_text(encoding='ascii'):
        yield f'libdigit.map has no node DIGIT_{major}.0'


finish('versions', complaints(*sys.argv[1:7]))
