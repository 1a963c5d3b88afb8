"""digit.hpp compiles on its own in every C++ its users may have, and calls all of digit.h; what
its guide shows compiles, too.

usage: check_wrapper.py INCLUDE_FOLDER GUIDE COMPILER...    (g++, clang++, ...: those there are)
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from common import finish

STANDARDS = ('c++17', 'c++20', 'c++2b')
STRICT = ('-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wconversion', '-Wold-style-cast',
          '-Werror')
LINES_MOST = 600

HEAD = """
#include <digit/digit.hpp>
#include <digit/digit.hpp>
"""
THROWING = HEAD + """
bool learn(digit::Model &model, const digit::Dataset &dataset);
bool learn(digit::Model &model, const digit::Dataset &dataset)
{
    return model.train(dataset, {}, [](const digit_progress &so_far) { return so_far.epoch > 3; });
}
int main() { return digit::Model::pretrained().predict(digit::Sample{}).digit; }
"""
# The owners, and nothing that could throw: this must do without exceptions ...
QUIET = HEAD + """
int main() { digit::Model model; return digit_model_load("x", model.out()) != DIGIT_OK; }
"""
# ... and this must not, and say why.
LOUD = HEAD + 'int main() { digit::Model::load("x"); }\n'
WHY = 'without exceptions call'
# What the pieces of code in the guide take for granted.
AROUND = HEAD + """
#include <cstdio>
#include <iostream>
void piece(const digit::Model &model, const digit::Image &picture);
void piece(const digit::Model &model, const digit::Image &picture)
{
    static_cast<void>(model);
    static_cast<void>(picture);
    %s
}
"""


def compile_source(include: str, compiler: str, source: str, *flags: str) -> str:
    """What the compiler has to say; '' if nothing."""
    result = subprocess.run([compiler, *STRICT, *flags, f'-I{include}', '-x', 'c++', '-c',
                             '-o', '/dev/null', '-'], input=source, capture_output=True, text=True)
    return result.stderr if result.returncode or result.stderr else ''


def complaints_of(include: str, compiler: str) -> Iterator[str]:
    for standard in (f'-std={name}' for name in STANDARDS):
        for source, flags in ((THROWING, ()), (QUIET, ('-fno-exceptions',)),
                              (QUIET, ('-fno-exceptions', '-fno-rtti', '-O2'))):
            said = compile_source(include, compiler, source, standard, *flags)
            if said:
                yield f'{compiler} {standard} {flags}:\n{said}'
        if WHY not in compile_source(include, compiler, LOUD, standard, '-fno-exceptions'):
            yield f'{compiler} {standard}: a call that throws compiles without exceptions'


def complaints_of_guide(include: str, guide: str, compiler: str) -> Iterator[str]:
    """OpenCV need not be there: the pieces that use it are for the programs' own tests."""
    pieces = re.findall(r'```cpp\n(.*?)```', Path(guide).read_text(encoding='utf-8'), re.DOTALL)
    plain = [piece for piece in pieces if 'cv::' not in piece]
    if len(plain) < 4 or len(plain) == len(pieces):
        yield f'{guide}: {len(pieces)} pieces of code, {len(plain)} of them without OpenCV'
    for piece in plain:
        said = compile_source(include, compiler, AROUND % piece, '-std=c++17')
        if said:
            yield f'{guide}: {said}'


def complaints(include: str, guide: str, compilers: list[str]) -> Iterator[str]:
    header, wrapper = (Path(include, 'digit', name).read_text(encoding='ascii')
                       for name in ('digit.h', 'digit.hpp'))
    if wrapper.count('\n') >= LINES_MOST:
        yield f'digit.hpp has {LINES_MOST} lines or more'
    functions = re.findall(r'^DIGIT_API\b[^;]*?\b(digit_\w+)\(', header, re.MULTILINE)
    if len(functions) < 30:
        yield f'only {len(functions)} functions were found in digit.h'
    for function in functions:
        if not re.search(rf'\b{function}\b', wrapper):
            yield f'digit.hpp has no place for {function}()'
    # By their files: clang++ and clang++-14 may be one.
    found = {os.path.realpath(path): compiler for compiler in compilers
             if '++' in compiler and (path := shutil.which(compiler))}
    for compiler in found.values():
        yield from complaints_of(include, compiler)
        yield from complaints_of_guide(include, guide, compiler)
    if not found:
        print('no C++ compiler was found')


finish('wrapper', complaints(sys.argv[1], sys.argv[2], sys.argv[3:]))
