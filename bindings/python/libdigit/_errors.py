"""Failures of the library as exceptions."""

from __future__ import annotations

import enum

__all__ = ["DigitError", "DigitValueError", "Status", "error_from"]


class Status(enum.IntEnum):
    """Why a call into the library failed: the values of C's ``digit_status``.

    ``DigitError.status`` is one of these numbers: compare it as in
    ``error.status == libdigit.Status.FORMAT``, which means a damaged file.
    """

    OK = 0
    ARGUMENT = -1
    MEMORY = -2
    IO = -3
    FORMAT = -4
    UNSUPPORTED = -5
    CANCELLED = -6
    DIVERGED = -7
    LIMIT = -8
    TIMEOUT = -9
    BLAS = -10


class DigitError(Exception):
    """A call into the library failed.

    Parameters
    ----------
    status : int
        One of the numbers of `Status`.
    message : str
        A sentence with names and numbers.

    Attributes
    ----------
    status : int
        One of the numbers of `Status`.
    message : str
        The sentence, which is also ``str()`` of the error.

    Notes
    -----
    If an argument is wrong (``Status.ARGUMENT``) or something is larger than the
    library accepts (``Status.LIMIT``), the error is a `ValueError` too.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = int(status)
        self.message = message

    def __str__(self) -> str:
        return self.message


class DigitValueError(DigitError, ValueError):
    """A `DigitError` for a wrong argument of the caller's."""


def error_from(status: int, message: str) -> DigitError:
    """The exception for a status and its sentence."""
    if status in (Status.ARGUMENT, Status.LIMIT):
        return DigitValueError(status, message)
    return DigitError(status, message)
