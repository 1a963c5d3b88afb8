"""`meson install`, then programs that know only pkg-config.

usage: check_install.py BUILD_FOLDER SOURCE_OF_CONSUMER COMPILER...
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterator

from common import finish

SKIPPED = 77
STARTUP_MILLISECONDS_MOST = 300  # generous: a machine that runs other tests; the aim is 30


def install(build: str, root: Path) -> Path:
    """Installs below root; returns the prefix there."""
    subprocess.run(['meson', 'install', '-C', build, '--no-rebuild', '--destdir', str(root)],
                   check=True, capture_output=True)
    return next(root.rglob('include/digit/digit.h')).parents[2]


def pkg_config(prefix: Path, *arguments: str) -> list[str]:
    """What pkg-config says when the prefix is where the files are."""
    folder = next(prefix.rglob('libdigit.pc')).parent
    environment = dict(os.environ, PKG_CONFIG_PATH=str(folder))
    result = subprocess.run(['pkg-config', f'--define-variable=prefix={prefix}', *arguments,
                             'libdigit'], env=environment, check=True, capture_output=True,
                            text=True)
    return result.stdout.split()


def build_consumer(compiler: str, source: str, prefix: Path, program: Path) -> None:
    language = 'c++' if '++' in Path(compiler).name else 'c'
    subprocess.run([compiler, '-x', language, '-Wall', '-Wextra', '-Werror', '-pedantic', source,
                    '-x', 'none', *pkg_config(prefix, '--cflags', '--libs'), '-o', str(program)],
                   check=True)


def run_consumer(program: Path, prefix: Path) -> tuple[subprocess.CompletedProcess[str], float]:
    """The best of five starts: the first ones warm the page cache."""
    folder = next(prefix.rglob('libdigit.so')).parent
    environment = dict(os.environ, LD_LIBRARY_PATH=str(folder))
    best = float('inf')
    for _ in range(5):
        start = time.monotonic()
        result = subprocess.run([str(program)], env=environment, capture_output=True, text=True)
        best = min(best, 1e3 * (time.monotonic() - start))
    return result, best


def complaints(build: str, source: str, compilers: list[str]) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=build) as folder:
        root = Path(folder)
        prefix = install(build, root / 'installed')
        links = sorted(path.name for path in prefix.rglob('libdigit.so*'))
        if len(links) != 3:
            yield f'installed are {links}, not libdigit.so and its two versioned names'
        if not (prefix / 'include/digit/digit.hpp').exists():
            yield 'digit.hpp is not installed'
        for name in ('LICENSE', 'NOTICE'):
            if not (prefix / 'share/doc/libdigit' / name).exists():
                yield f'{name} is not installed'
        pages = {path.stem for path in prefix.rglob('man1/*.1')}
        programs = {path.name for path in prefix.glob('bin/*')}
        if not pages <= programs:
            yield f'manual pages of programs that are not there: {sorted(pages - programs)}'
        for compiler in filter(shutil.which, compilers):
            program = root / f'consumer-{Path(compiler).name}'
            build_consumer(compiler, source, prefix, program)
            result, milliseconds = run_consumer(program, prefix)
            print(f'{compiler}: {milliseconds:.1f} ms from start to exit: {result.stdout.strip()}')
            if result.returncode == SKIPPED:
                print('the library was built without a model in it')
            elif result.returncode != 0:
                yield f'{compiler}: exit status {result.returncode}: {result.stderr}'
            elif milliseconds > STARTUP_MILLISECONDS_MOST:
                yield f'{compiler}: {milliseconds:.0f} ms from start to exit'


finish('install', complaints(sys.argv[1], sys.argv[2], sys.argv[3:]))
