"""What can go wrong, as exceptions."""

from __future__ import annotations

import enum

__all__ = ["DigitError", "DigitValueError", "Status", "error_from"]


class Status(enum.IntEnum):
    """Outcome of a call into the library: the values of ``digit_status``.

    ``DigitError.status`` holds one of these numbers, so that
    ``error.status == libdigit.Status.FORMAT`` tells a damaged file.
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
        The number of the failure, one of `Status`.
    message : str
        What went wrong, with names and numbers.

    Attributes
    ----------
    status : int
        As given.
    message : str
        As given; also what ``str()`` of the error is.

    Notes
    -----
    Where an argument is at fault (``Status.ARGUMENT``) or something is larger
    than the library accepts (``Status.LIMIT``) the error is a `ValueError` too.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = int(status)
        self.message = message

    def __str__(self) -> str:
        return self.message


class DigitValueError(DigitError, ValueError):
    """A `DigitError` that a value of the caller's is to blame for."""


def error_from(status: int, message: str) -> DigitError:
    """The exception for a status and its sentence."""
    if status in (Status.ARGUMENT, Status.LIMIT):
        return DigitValueError(status, message)
    return DigitError(status, message)
