"""The library exports what symbols.txt lists, and digit.h declares the same.

usage: check_symbols.py LIBRARY SYMBOLS_TXT HEADER
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Iterator

from common import finish, run

FUNCTIONS_MOST = 46  # docs/decisions/three-objects.md


def exported(library: str) -> set[str]:
    """Names of the dynamic symbol table; the version node itself is absolute ('A')."""
    rows = (line.split() for line in run('nm', '-D', '--defined-only', library).splitlines())
    return {row[2].split('@')[0] for row in rows if len(row) == 3 and row[1] != 'A'}


def declared(header: str) -> set[str]:
    text = Path(header).read_text(encoding='ascii')
    return set(re.findall(r'^DIGIT_API[^;(]*?(digit_\w+)\(', text, re.MULTILINE))


def complaints(library: str, symbols: str, header: str) -> Iterator[str]:
    names, wanted = exported(library), Path(symbols).read_text(encoding='ascii').split()
    if wanted != sorted(set(wanted)):
        yield 'symbols.txt is not sorted, or says something twice'
    for name in sorted(names - set(wanted)):
        yield f'{name} is exported but not in symbols.txt'
    for name in sorted(set(wanted) - names):
        yield f'{name} is in symbols.txt but not exported'
    for name in sorted(declared(header) ^ names):
        yield f'{name} is exported or declared, but not both'
    for name in sorted(n for n in names if not n.startswith('digit_')):
        yield f'{name} does not begin with digit_'
    if len(names) > FUNCTIONS_MOST:
        yield f'{len(names)} functions; promised are at most {FUNCTIONS_MOST}'


finish('symbols', complaints(*sys.argv[1:4]))
