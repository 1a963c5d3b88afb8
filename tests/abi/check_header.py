"""digit.h compiles on its own in every C and C++ its users may have, without a word.

usage: check_header.py INCLUDE_FOLDER COMPILER...    (gcc, clang, g++, ...: those that are there)
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from common import finish

STANDARDS = {
    'c': ('c89', 'c99', 'c11', 'c17', 'c2x', 'gnu89', 'gnu17'),
    'c++': ('c++98', 'c++11', 'c++14', 'c++17', 'c++20', 'c++2b'),
}
STRICT = ('-pedantic-errors', '-Wall', '-Wextra', '-Wshadow', '-Wundef', '-Werror', '-fsyntax-only')
LINES_MOST = 700

# Twice, because a guard that fails shows only then; and used, not only seen.
SOURCE = """
#include <digit/digit.h>
#include <digit/digit.h>
int use(const digit_model *model, const uint8_t *sample, digit_prediction *out);
int use(const digit_model *model, const uint8_t *sample, digit_prediction *out)
{
    return digit_model_predict(model, sample, 1, out) == DIGIT_OK ? out->digit : -1;
}
"""


def language_of(compiler: str) -> str:
    return 'c++' if '++' in Path(compiler).name else 'c'


def compile_header(include: str, compiler: str, standard: str) -> str:
    """What the compiler has to say; '' if nothing."""
    language = language_of(compiler)
    extra = [f'-std={standard}', '-x', language]
    if language == 'c':
        extra.append('-Wstrict-prototypes')
    if standard in ('c89', 'gnu89', 'c++98'):
        extra.append('-Wno-long-long')  # 64 bits are older than the standards that have them
    result = subprocess.run([compiler, *STRICT, *extra, f'-I{include}', '-'], input=SOURCE,
                            capture_output=True, text=True)
    return result.stderr if result.returncode or result.stderr else ''


def complaints(include: str, compilers: list[str]) -> Iterator[str]:
    lines = Path(include, 'digit', 'digit.h').read_text(encoding='ascii').count('\n')
    if lines >= LINES_MOST:
        yield f'digit.h has {lines} lines; promised are fewer than {LINES_MOST}'
    tried = 0
    for compiler in filter(shutil.which, compilers):
        for standard in STANDARDS[language_of(compiler)]:
            said = compile_header(include, compiler, standard)
            tried += 1
            if said:
                yield f'{compiler} -std={standard}:\n{said}'
    if tried == 0:
        yield 'no compiler was found'


finish('header', complaints(sys.argv[1], sys.argv[2:]))
