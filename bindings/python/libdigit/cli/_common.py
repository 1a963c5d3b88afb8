"""What the commands share: strict numbers, messages, JSON, terminals."""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
from collections.abc import Callable
from typing import Any, TextIO

__all__ = [
    "UsageError",
    "has_colour",
    "has_utf8",
    "is_terminal",
    "message",
    "plain",
    "print_json",
    "real",
    "some_digits",
    "whole",
]


class UsageError(Exception):
    """The options contradict each other or one is missing; exit status 2."""


def message(text: str) -> None:
    """One line on standard error."""
    print(f"digit: {plain(text)}", file=sys.stderr)


# The characters that the C programs do not show as they are (examples/programs/visible.c):
# controls, bidirectional formatting, separators of lines; and what is no character in UTF-8.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufffe\uffff"
    "\ud800-\udfff]"
)


def plain(text: str) -> str:
    """A text from outside in which an escape sequence stands for each hidden character."""
    return _HIDDEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    if 0xDC80 <= code <= 0xDCFF:  # Python's stand-in for a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if 0xD800 <= code <= 0xDFFF:
        return "".join(f"\\x{byte:02x}" for byte in found.group().encode("utf-8", "surrogatepass"))
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"


def whole(least: int, most: int) -> Callable[[str], int]:
    """The type of an option that takes a whole number."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,20}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number {least} to {most}")
        return int(text)

    return parse


def real(least: float, most: float) -> Callable[[str], float]:
    """The type of an option that takes a number."""

    def parse(text: str) -> float:
        number = r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?|\.[0-9]+([eE][+-]?[0-9]+)?"
        if not re.fullmatch(number, text) or not least <= float(text) <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is no number {least:g} to {most:g}")
        return float(text)

    return parse


def some_digits(text: str) -> list[int]:
    """The type of an option that takes the digits that may be read."""
    if not re.fullmatch("[0-9]+", text):
        raise argparse.ArgumentTypeError(f"expected digits, not '{text}'")
    return [int(digit) for digit in text]


def print_json(value: Any, digits: int) -> None:
    """Print one JSON object on a line, in ASCII, with so many significant digits of reals."""
    print(json.dumps(_rounded(value, digits), separators=(",", ":")))


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one, digits) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(one, digits) for one in value]
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else None
    if isinstance(value, str):  # file names need not be UTF-8
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return value


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal that understands control sequences."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def has_colour(stream: TextIO) -> bool:
    """Whether a stream is such a terminal and colours are not turned off."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def has_utf8(stream: TextIO) -> bool:
    """Whether a stream can show block characters."""
    return (stream.encoding or "").lower().replace("-", "") == "utf8"
