"""Fields of a form: what is known of a number, and the C structs that say so."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Optional, Union

from . import _prototypes as c
from ._arguments import bits_of, pair
from ._library import lib

__all__ = ["Check", "Field", "FieldText", "fields_of"]

Check = Literal["luhn", "isbn10", "isbn13", "ean", "iban", "mod11,10", "mod97,10"]

_CHECKS = {
    None: c.DIGIT_CHECK_NONE,
    "luhn": c.DIGIT_CHECK_LUHN,
    "isbn10": c.DIGIT_CHECK_ISBN10,
    "isbn13": c.DIGIT_CHECK_ISBN13,
    "ean": c.DIGIT_CHECK_EAN,
    "iban": c.DIGIT_CHECK_IBAN,
    "mod11,10": c.DIGIT_CHECK_MOD11_10,
    "mod97,10": c.DIGIT_CHECK_MOD97_10,
}


@dataclass(frozen=True)
class Field:
    """One number on a form, and what is known of it.

    Attributes
    ----------
    box : (int, int, int, int), optional
        x, y, width, height in pixels: what has its centre in there. By default all of
        the picture.
    pattern : str, optional
        "dd/dd/dddd", "d+[.,]dd", "-?d+": d is a digit, ``\\+`` a plus sign, [..] one of
        several, other characters are themselves; ? + * as in regular expressions. By
        default digits, without the signs between.
    digits : int or (int, int), optional
        Number of digits of the whole field, or the least and the greatest number (0: no
        limit), without a pattern; 0..63. By default at least one.
    allowed : iterable of int, optional
        The digits that may be read, as integers or as a string such as "0123".
    check : str, optional
        "luhn", "isbn10", "isbn13", "ean", "iban", "mod11,10" or "mod97,10": the check
        digits hold.
    country : str, optional
        Of an IBAN: the two capital letters in front of its digits.
    accept : callable, optional
        ``accept(text) -> bool``: may the field have this text (digits and signs)?
        Called with the most probable text first.
    """

    box: Optional[tuple[int, int, int, int]] = None
    pattern: Optional[str] = None
    digits: Union[int, tuple[int, int], None] = None
    allowed: Optional[Iterable[int]] = None
    check: Optional[Check] = None
    country: Optional[str] = None
    accept: Optional[Callable[[str], object]] = None


@dataclass(frozen=True)
class FieldText:
    """What `Model.read_fields` found in a field.

    Attributes
    ----------
    text : str
        Digits and signs.
    valid : bool
        Pattern, number of digits, check digits and `accept` hold, and the confidence is
        at least `min_confidence`, and 0.5 with check digits, 0.9 without.
    empty : bool
        There is no digit.
    confidence : float
        Probability that the text is right, given what is known of the field, 0..1.
    digits : range
        Indices of its digits in `Reading.digits`.
    """

    text: str
    valid: bool
    empty: bool
    confidence: float
    digits: range


class Accepter:
    """A field's `accept` as a C function; an exception is raised after the call."""

    def __init__(self, accept: Callable[[str], object]) -> None:
        self.error: Optional[BaseException] = None
        self.function = c.digit_accept_fn(self._call)
        self._accept = accept

    def _call(self, text: bytes, _user_data: Any) -> int:
        try:
            return int(self.error is None and bool(self._accept(text.decode())))
        except BaseException as error:  # none may cross C
            self.error = error
            return 0


def fields_of(fields: Iterable[Field]) -> tuple[Any, list[Accepter]]:
    """An array of C digit_field, and the functions that must live as long."""
    wanted = list(fields)
    array = (c.digit_field * len(wanted))()
    accepters: list[Accepter] = []
    for index, field in enumerate(wanted):
        if not isinstance(field, Field):
            raise TypeError(f"fields[{index}]: expected a Field, got {type(field).__name__}")
        _fill(array[index], field, accepters)
    return array, accepters


def _fill(struct: c.digit_field, field: Field, accepters: list[Accepter]) -> None:
    lib.digit_field_init(ctypes.byref(struct), ctypes.sizeof(struct))
    if field.box is not None:
        x, y, width, height = field.box
        if width <= 0 or height <= 0:
            raise ValueError(f"box: expected a width and a height over 0, got {width} x {height}")
        struct.box = c.digit_box(x, y, width, height)
    if field.check not in _CHECKS:
        known = sorted(filter(None, _CHECKS))
        raise ValueError(f"check: expected one of {known}, got {field.check!r}")
    struct.check = _CHECKS[field.check]
    struct.pattern = None if field.pattern is None else field.pattern.encode()
    struct.country = None if field.country is None else field.country.encode()
    if field.digits is not None:
        counts = field.digits if isinstance(field.digits, tuple) else (field.digits, field.digits)
        struct.min_digits, struct.max_digits = pair(counts, "digits")
    if field.allowed is not None:
        struct.allowed = bits_of(field.allowed)
    if field.accept is not None:
        accepters.append(Accepter(field.accept))
        struct.accept = accepters[-1].function
