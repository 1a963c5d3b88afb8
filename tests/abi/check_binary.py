"""What the library file asks of the loader: few libraries, nothing writable that need not be.

usage: check_binary.py LIBRARY BLAS SANITIZE FORTIFIED

BLAS: private, system or reference. FORTIFIED: yes where it was built with -D_FORTIFY_SOURCE.
"""

from __future__ import annotations

import re
import sys
from typing import Iterator

from common import finish, run

ALWAYS = {'libc', 'libm', 'libz', 'libjansson'}


def stem(file_name: str) -> str:
    """'libc' of 'libc.so.6'."""
    return file_name.split('.so')[0]


def dynamic(library: str, tag: str) -> list[str]:
    return re.findall(rf'\({tag}\).*\[(.*)\]', run('readelf', '-dW', library))


def check_needed(library: str, blas: str) -> Iterator[str]:
    needed = {stem(name) for name in dynamic(library, 'NEEDED')}
    if 'libc' not in needed:
        yield 'it needs no libc: is this check reading the right file?'
    allowed = ALWAYS | ({'libopenblas', 'libblas'} if blas == 'system' else set())
    # The loader itself is listed where thread-local storage asks it for an address.
    for name in sorted(needed - allowed):
        if not name.startswith('ld-linux'):
            yield f'NEEDED {name}, which the {blas} build should do without'
    if blas == 'system' and 'libopenblas' not in needed:
        yield 'the system build does not use libopenblas'


def check_flags(library: str) -> Iterator[str]:
    head = run('readelf', '-dW', library)
    if 'TEXTREL' in head:
        yield 'TEXTREL: its code would be written to'
    if '(RUNPATH)' in head or '(RPATH)' in head:
        yield 'it has a run path'
    if 'NODELETE' not in head:
        yield 'it may be unloaded while its threads run: no NODELETE'
    if not re.search(r'BIND_NOW|Flags:.*\bNOW\b', head):
        yield 'it is bound lazily: no BIND_NOW'


def check_segments(library: str) -> Iterator[str]:
    segments = run('readelf', '-lW', library)
    stack = re.search(r'GNU_STACK.*?\s(\w{2,3}|R W|RWE)\s+0x', segments)
    if not stack or 'E' in stack[1]:
        yield 'its stack is executable'
    if 'GNU_RELRO' not in segments:
        yield 'no RELRO'
    for row in segments.splitlines():
        if row.split()[:1] == ['LOAD'] and 'RWE' in row:
            yield 'a segment is writable and executable'


def check_hardening(library: str, fortified: str) -> Iterator[str]:
    """What the compiler's checks at run time call when they are in."""
    taken = {row.split()[-1].split('@')[0]
             for row in run('nm', '-D', '--undefined-only', library).splitlines()}
    if '__stack_chk_fail' not in taken:
        yield 'no stack protector'
    if fortified == 'yes' and '__vsnprintf_chk' not in taken:  # dg_fail()'s
        yield 'built without _FORTIFY_SOURCE'


def complaints(library: str, blas: str, sanitize: str, fortified: str) -> Iterator[str]:
    if sanitize == 'none':
        yield from check_needed(library, blas)
        yield from check_hardening(library, fortified)
    yield from check_flags(library)
    yield from check_segments(library)


finish('binary', complaints(*sys.argv[1:5]))
