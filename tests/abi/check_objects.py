"""What libdigit's own code never calls, and what of it may be written to.

usage: check_objects.py ARCHIVE ASSERTS    (ASSERTS: yes if they are compiled in)
"""

from __future__ import annotations

import re
import sys
from typing import Iterator

from common import finish, run

# A library does not end its host, print, ask the environment or the locale, or install handlers.
FORBIDDEN = set("""
    abort exit _exit _Exit quick_exit atexit on_exit __cxa_atexit assert perror
    printf vprintf fprintf vfprintf dprintf vdprintf puts fputs putchar putc fputc fwrite
    fopen fdopen freopen tmpfile tmpnam tempnam mktemp stdin stdout stderr syslog
    setlocale localeconv strtod strtof strtold atof strtol atoi sscanf fscanf scanf strerror
    rand srand random srandom drand48 time
    signal sigaction raise kill alarm longjmp setjmp
    getenv secure_getenv setenv putenv unsetenv system popen execve execvp fork
    strcat gets alloca dlopen
""".split()) | {'__assert_fail', '__assert_perror_fail', '__isoc99_sscanf', '_IO_putc'}

# Name of the object file -> what in it may change while the library runs, and why.
WRITABLE = {
    'base_error.c.o': {'error_text'},  # of each thread
    'api_build_info.c.o': {'text'},  # composed once
    'math_vec.c.o': {'dg_vec_loops'},  # chosen once
    # Opened once; the lock of the serial flavour; of each thread, for the OpenMP flavour.
    'math_blas.c.o': {'blas', 'serial_lock', 'openmp_threads'},
    'math_slots.c.o': {'gate', 'slots'},  # who is inside BLAS
}
ANYWHERE = {'once'}  # a pthread_once_t
WRITABLE_SECTION = re.compile(r'\.(data|bss|tbss|tdata)(?!\.rel\.ro)|\*COM\*')


def plain(symbol: str) -> str:
    """'printf' of '__printf_chk@GLIBC_2.3.4', 'once' of gcc's 'once.0' and clang's 'fill.once'."""
    name = symbol.split('@')[0]
    if name.endswith('.once'):
        return 'once'
    checked = re.fullmatch(r'__(\w+)_chk', name)
    return checked[1] if checked else name.split('.')[0]


def undefined(archive: str) -> Iterator[tuple[str, str]]:
    """Object file and name of all that it takes from elsewhere."""
    for row in run('nm', '-A', '--undefined-only', archive).splitlines():
        where, name = row.rsplit(maxsplit=2)[0], row.split()[-1]
        yield where.split('/')[-1].rstrip(':'), name


def writable(archive: str) -> Iterator[tuple[str, str]]:
    """Object file and name of every variable that is not read-only after loading."""
    member = ''
    for row in run('objdump', '-t', archive).splitlines():
        if match := re.match(r'(.*):\s+file format', row):
            member = match[1].split('/')[-1]
        elif match := re.match(r'[0-9a-f]{8,} (.{7}) (\S+)\s+[0-9a-f]+\s+(.*)', row):
            flags, section, name = match[1], match[2], match[3].split()[-1]
            if WRITABLE_SECTION.match(section) and 'd' not in flags:
                yield member, plain(name)


def complaints(archive: str, asserts: str) -> Iterator[str]:
    forbidden = FORBIDDEN - ({'__assert_fail'} if asserts == 'yes' else set())
    taken = list(undefined(archive))
    if len({where for where, _ in taken}) < 40:
        yield 'fewer objects than the library has: is this check looking at the right archive?'
    for where, name in taken:
        if plain(name) in forbidden:
            yield f'{where} uses {plain(name)}'
    for where, name in writable(archive):
        if name not in WRITABLE.get(where, set()) | ANYWHERE:
            yield f'{where} has a writable variable, {name}'


finish('objects', complaints(*sys.argv[1:3]))
