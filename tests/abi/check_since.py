"""docs/symbols.md has every public name of digit.h, once, with a release the change log knows.

usage: check_since.py HEADER SYMBOLS_MD CHANGELOG
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Iterator

from common import finish

INTERNAL = {'DIGIT_DIGIT_H', 'DIGIT_API', 'DIGIT_BUILDING', 'DIGIT_STATIC'}


def public_names(header: str) -> set[str]:
    """Functions, types, constants and macros. Members and parameters are not names of their own."""
    code = re.sub(r'/\*.*?\*/', ' ', header, flags=re.S)
    names = set(re.findall(r'\bDIGIT_[A-Z0-9_]+\b', code)) - INTERNAL
    names |= set(re.findall(r'\b(digit_\w+)\s*\(', code))
    names |= set(re.findall(r'\}\s*(digit_\w+);', code))
    names |= set(re.findall(r'typedef struct (digit_\w+) digit_\w+;', code))
    names |= set(re.findall(r'typedef \w+ (digit_\w+);', code))
    names |= set(re.findall(r'\(\*(digit_\w+)\)', code))
    return names


def listed_names(page: str) -> list[tuple[str, str]]:
    return re.findall(r'^\| `(\w+)` \| (\S+) \|$', page, flags=re.M)


def complaints(header: str, page: str, changelog: str) -> Iterator[str]:
    listed = listed_names(page)
    names = [name for name, _ in listed]
    releases = set(re.findall(r'^## (\d+\.\d+\.\d+)', changelog, flags=re.M))
    wanted = public_names(header)
    if len(wanted) < 50 or not releases:
        yield 'the header or the change log could not be understood'
    for name in sorted(wanted - set(names)):
        yield f'{name} is in the header, not in docs/symbols.md'
    for name in sorted(set(names) - wanted):
        yield f'{name} is in docs/symbols.md, not in the header'
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f'{name} stands twice in docs/symbols.md'
    for name, release in listed:
        if release not in releases:
            yield f'{name}: the change log has no release {release}'


finish('since', complaints(*(Path(a).read_text(encoding='utf-8') for a in sys.argv[1:4])))
