"""No two modules of the Python package import each other, be it over others.

An import inside a function counts too: it hides a circle, it does not open it. The modules that
``libdigit.__getattr__`` loads by name stand above the package's front and are no circle.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from check_text import SOURCE

PACKAGE = SOURCE / "bindings" / "python" / "libdigit"


def modules(package: Path) -> dict[str, Path]:
    """Full name -> file."""
    named = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package.parent).with_suffix("").parts
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return named


def origin(node: ast.ImportFrom, name: str, path: Path) -> str:
    """Full name of what stands behind ``from``, dots resolved from the module `name`."""
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    up = node.level - (path.name == "__init__.py")
    return ".".join(parts[: len(parts) - up] + ([node.module] if node.module else []))


def imports(name: str, path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of the package that one of them imports anywhere in its file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            base = origin(node, name, path)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                if inner in known or base in known:
                    yield inner if inner in known else base


def graph(package: Path) -> dict[str, set[str]]:
    known = modules(package)
    return {name: set(imports(name, path, known)) for name, path in known.items()}


def circle(edges: dict[str, set[str]]) -> str:
    """One circle, as text; '' if there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return " -> ".join(reversed(error.args[1]))  # of the sorter: from the imported on
    return ""


def test_no_circle() -> None:
    edges = graph(PACKAGE)
    assert len(edges) > 50 and "libdigit._library" in edges["libdigit.model"]
    assert circle(edges) == ""


@pytest.mark.parametrize("line", [
    "from .inner import leaf",
    "import top.inner.leaf",
    "from top.inner.leaf import x",
    "def late():\n    from .inner.leaf import x",
    "from . import inner",
])
def test_every_way_to_import_is_seen(tmp_path: Path, line: str) -> None:
    package = tmp_path / "top"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "front.py").write_text(line + "\n")
    (package / "inner" / "__init__.py").write_text("from . import leaf\n")
    leaf = package / "inner" / "leaf.py"
    leaf.touch()
    assert circle(graph(package)) == ""
    leaf.write_text("from ..front import y\n")
    assert "top.front" in circle(graph(package))
