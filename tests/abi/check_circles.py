"""No two source files of the library call each other, be it over others.

usage: check_circles.py ARCHIVE
"""

from __future__ import annotations

import sys
from typing import Iterator

from common import finish, run

Graph = dict[str, set[str]]


def symbols(archive: str, which: str) -> Iterator[tuple[str, str]]:
    """Object file and symbol: those it defines, or those it takes from others."""
    for row in run('nm', '-A', which, '--extern-only', archive).splitlines():
        where, name = row.rsplit(maxsplit=2)[0], row.split()[-1]
        yield where.rsplit(':', 1)[0].split('/')[-1].split(':')[-1].split('.c.o')[0], name


def calls(archive: str) -> Graph:
    """Object file -> object files that define what it uses."""
    home = {name: where for where, name in symbols(archive, '--defined-only')}
    graph: Graph = {where: set() for where in home.values()}
    for where, name in symbols(archive, '--undefined-only'):
        if name in home:
            graph.setdefault(where, set()).add(home[name])
    return graph


def reachable(graph: Graph, start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for below in graph.get(waiting.pop(), set()) - found:
            found.add(below)
            waiting.append(below)
    return found


def complaints(archive: str) -> Iterator[str]:
    graph = calls(archive)
    if len(graph) < 40:
        yield 'fewer objects than the library has: is this check looking at the right archive?'
    below = {where: reachable(graph, where) for where in graph}
    circles = {frozenset(other for other in below[where] if where in below[other])
               for where in graph if where in below[where]}
    for circle in sorted(map(sorted, circles)):
        yield f'these go round in a circle: {", ".join(circle)}'


if __name__ == '__main__':
    finish('circles', complaints(sys.argv[1]))
