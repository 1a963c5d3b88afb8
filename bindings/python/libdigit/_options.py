"""Keyword arguments as the library's structs of options.

A struct is the table of what may be set: its members' types say how a value is
checked and converted. Only what C spells as a number or a string and Python
otherwise is listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ctypes import Structure, byref, c_char_p, c_float, sizeof
from typing import Any, TypeVar

from . import _prototypes as c
from ._arguments import Layout, Schedule, integer, path_of, real, text_of, word

__all__ = ["options_of"]

_LAYOUTS: dict[Layout, int] = {
    "page": c.DIGIT_LAYOUT_PAGE,
    "line": c.DIGIT_LAYOUT_LINE,
    "single": c.DIGIT_LAYOUT_SINGLE,
    "grid": c.DIGIT_LAYOUT_GRID,
}
_SCHEDULES: dict[Schedule, int] = {
    "constant": c.DIGIT_SCHEDULE_CONSTANT,
    "cosine": c.DIGIT_SCHEDULE_COSINE,
}

_WORDS: dict[str, Mapping[Any, int]] = {"layout": _LAYOUTS, "schedule": _SCHEDULES}
_PATHS = ("checkpoint",)

_S = TypeVar("_S", bound=Structure)


def options_of(kind: type[_S], init: Callable[..., None], given: Mapping[str, Any]) -> _S:
    """The defaults that `init` sets, changed by the members in `given` that are not None."""
    options = kind()
    init(byref(options), sizeof(options))
    types: dict[str, Any] = {name: rest[0] for name, *rest in kind._fields_}
    for name, value in given.items():
        if value is not None:
            setattr(options, name, _converted(name, value, types[name]))
    return options


def _converted(name: str, value: Any, member: Any) -> Any:
    """A checked value for a member of this type."""
    if name in _WORDS:
        return word(value, name, _WORDS[name])
    if name in _PATHS:
        return path_of(value, name)
    if member is c_char_p:
        return text_of(value, name)
    if member is c_float:
        return real(value, name)
    return integer(value, name, 8 * sizeof(member))
