"""A folder of libdigit/ includes only what the table of docs/architecture.md allows.

usage: check_layers.py ARCHITECTURE_MD LIBDIGIT_FOLDER
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Iterator

from common import finish


def read_table(page: Path) -> dict[str, set[str]]:
    """Folder -> folders it may include. Rows look like `| math | base | ... |`."""
    table: dict[str, set[str]] = {}
    inside = False
    for line in page.read_text(encoding='utf-8').splitlines():
        cells = [cell.strip(' `') for cell in line.strip().strip('|').split('|')]
        if cells[:2] == ['folder', 'may include']:
            inside = True
        elif inside and not line.startswith('|'):
            break
        elif inside and not set(cells[0]) <= set('-: '):
            allowed = set(re.findall(r'[a-z/]+', cells[1]))
            table[cells[0]] = allowed
    for folder, allowed in table.items():
        if allowed == {'all'}:
            table[folder] = set(table) - {folder}
    return table


def check_table(table: dict[str, set[str]], root: Path) -> Iterator[str]:
    folders = {folder_of(path, root) for path in root.rglob('*.[ch]')}
    for folder in sorted(folders ^ set(table)):
        yield f'{folder} is in the table or in libdigit/, but not both'
    done: set[str] = set()
    while ready := {f for f, allowed in table.items() if f not in done and allowed <= done}:
        done |= ready
    if done != set(table):
        yield f'the table goes round in circles: {sorted(set(table) - done)}'


def folder_of(path: Path, root: Path) -> str:
    """'vision/ink' of libdigit/vision/ink/page.c."""
    return path.parent.relative_to(root).as_posix()


def check_file(path: Path, folder: str, allowed: set[str]) -> Iterator[str]:
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+"([^"]*)"', line)
        if not match:
            continue
        where = f'{folder}/{path.name}:{number}'
        if '/' not in match[1] or '..' in match[1]:
            yield f'{where}: "{match[1]}" should be named from libdigit/ on'
        elif match[1].rsplit('/', 1)[0] not in allowed | {folder}:
            yield f'{where}: {folder} may not include {match[1]}'


def check_header_of(path: Path, folder: str) -> Iterator[str]:
    """Every header stands on its own and is guarded."""
    text = path.read_text(encoding='utf-8')
    guard = f'DG_{folder}_{path.stem}_H'.replace('/', '_').upper()
    if f'#ifndef {guard}\n#define {guard}\n' not in text:
        yield f'{folder}/{path.name}: its guard is not {guard}'


def complaints(page: Path, root: Path) -> Iterator[str]:
    table = read_table(page)
    if not table:
        yield f'{page} has no table of folders'
        return
    yield from check_table(table, root)
    for path in sorted(root.rglob('*.[ch]')):
        folder = folder_of(path, root)
        yield from check_file(path, folder, table.get(folder, set()))
        if path.suffix == '.h':
            yield from check_header_of(path, folder)


if __name__ == '__main__':  # docs/pictures/render_house.py reads the same table
    finish('layers', complaints(Path(sys.argv[1]), Path(sys.argv[2])))
