"""Programs built against the baseline run with this library: abidiff finds nothing but additions,
of functions and at the end of structs that say their size.

usage: check_abidiff.py LIBRARY BASELINE INCLUDE [--update]

The baseline is what libabigail's abidw wrote of an earlier library, debug information and all.
--update writes it anew: when a release has added something, or with a new soname. Exit status
77: libabigail is missing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator

from common import finish, run


GROWING = Path(__file__).with_name('growing.suppr')


def describe(library: str, include: str, to: str) -> None:
    """What the header shows: of what a digit_model is made is nobody's business."""
    written = run(
        'abidw', '--drop-private-types', '--headers-dir', include, '--exported-interfaces-only',
        '--no-corpus-path', '--no-comp-dir-path', '--no-show-locs', library,
    )
    Path(to).write_text(written, encoding='utf-8')


def complaints(library: str, baseline: str, include: str) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(suffix='.abi') as now:
        describe(library, include, now.name)
        done = subprocess.run(
            ['abidiff', '--no-added-syms', '--suppressions', str(GROWING), baseline, now.name],
            capture_output=True, text=True,
        )
    if done.returncode != 0:
        yield f'abidiff says {done.returncode}\n{done.stdout}{done.stderr}'


if not shutil.which('abidiff'):
    print('SKIPPED: abidiff (Debian: abigail-tools) is missing')
    sys.exit(77)
if sys.argv[4:] == ['--update']:
    describe(sys.argv[1], sys.argv[3], sys.argv[2])
finish('abidiff', complaints(*sys.argv[1:4]))
