"""Checks of input, with messages that say what is allowed and where the value came from."""

import contextlib
import inspect
import keyword
from collections.abc import Iterator
from numbers import Integral
from typing import Any

# what a name must do
WORD = "begin with a letter, have only letters, digits and _, and not be a keyword of Python"


def number_of(text: str) -> float:
    """Return the number that was typed."""
    try:
        return float(text)
    except ValueError:
        hint = "; use a point for decimals" if "," in text else ""
        raise ValueError(f"{text!r} is not a number{hint}") from None


def check_whole(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return a whole number if it is allowed; raise ValueError if it is not.

    Examples
    --------
    >>> check_whole("threads", 0.5, 1)
    Traceback (most recent call last):
    ValueError: threads = 0.5 is not allowed; it must be a whole number, 1 or more
    """
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        allowed = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} = {value!r} is not allowed; it must be a whole number, {allowed}")
    return int(value)


def is_word(name: Any) -> bool:
    """Tell whether a name may be one of Python, in public."""
    return isinstance(name, str) and name.isidentifier() and name[0] != "_" and not keyword.iskeyword(name)


def check_function(what: str, function: Any, takes: str) -> None:
    """Raise TypeError if something is not a function that can be called with such arguments.

    Examples
    --------
    >>> check_function("payoffs", lambda p: 1.0, "p, m")
    Traceback (most recent call last):
    TypeError: payoffs takes p; it must take p, m
    """
    own = getattr(function, "py_func", function)  # of one that is compiled
    if not inspect.isfunction(own):
        raise TypeError(f"{what} = {function!r} is not a function; it must be a function of ({takes})")
    try:
        inspect.signature(own).bind(*takes.split(", "))
    except TypeError:
        taken = ", ".join(inspect.signature(own).parameters) or "nothing"
        raise TypeError(f"{what} takes {taken}; it must take {takes}") from None


@contextlib.contextmanager
def naming(source: str) -> Iterator[None]:
    """Add to a ValueError or TypeError where the value came from."""
    try:
        yield
    except UnicodeError:  # it is about the bytes of a file, and the reader of the file says which
        raise
    except (ValueError, TypeError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{error} (from {source})") from None
