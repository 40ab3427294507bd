"""The names of parameters and outcomes, as people write them."""

import difflib
import re
from collections.abc import Mapping
from typing import Protocol


class Named(Protocol):
    """A parameter or an outcome."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def symbol(self) -> str:
        """Its symbol, empty if it has none."""


def resolve(given: str, entries: Mapping[str, Named], what: str, there: str = "there are") -> str:
    """Return the name of the entry that is given by its name, with ``-`` or ``_``, or by its symbol.

    Parameters
    ----------
    given : str
        what was written
    entries : mapping of str to Parameter or Outcome
        the entries to choose from, by name
    what, there : str
        what an entry is, and how the list of them begins, for the error

    Raises
    ------
    ValueError
        if no entry, or more than one, is written so; it suggests the nearest name, or else lists them all.

    Examples
    --------
    >>> from foedus.model import chosen
    >>> parameters = chosen(None).by_name
    >>> resolve("c_A", parameters, "a parameter"), resolve("ally-cost", parameters, "a parameter")
    ('ally_cost', 'ally_cost')
    >>> resolve("ally_csot", parameters, "a parameter")
    Traceback (most recent call last):
    ValueError: 'ally_csot' is not a parameter; did you mean ally_cost?
    """
    if found := known(given, entries):
        return found
    meant = nearest(given, entries) if isinstance(given, str) else None
    hint = f"did you mean {meant}?" if meant else f"{there} {', '.join(entries) or 'none'}"
    raise ValueError(f"{given!r} is not {what}; {hint}")


def known(given: str, entries: Mapping[str, Named]) -> str | None:
    """Return the name of the entry that is given, as `resolve` does; None if there is none.

    Raises ValueError if more than one has this symbol.
    """
    written = given.replace("-", "_") if isinstance(given, str) else ""
    if written in entries:
        return written
    alike = [name for name, entry in entries.items() if entry.symbol and entry.symbol == given]
    if len(alike) > 1:
        raise ValueError(f"{given!r} is the symbol of {' and of '.join(alike)}; name one of them")
    return alike[0] if alike else None


def nearest(given: str, entries: Mapping[str, Named]) -> str | None:
    """Return the name that was probably meant by a misspelt name or symbol, or by one with its words in
    another order; None if none is near.

    Examples
    --------
    >>> from foedus.model import chosen
    >>> parameters = chosen(None).by_name
    >>> nearest("c_a", parameters), nearest("cost of ally", parameters), nearest("Cost.Ally", parameters)
    ('ally_cost', None, 'ally_cost')
    """
    there = {entry.symbol.lower(): name for name, entry in entries.items() if entry.symbol}
    there |= {name.lower(): name for name in entries}
    written = given.lower().replace("-", "_")
    found = difflib.get_close_matches(written, there, n=1, cutoff=0.7)
    found = found or [text for text in there if _words(text) == _words(written)]
    return there[found[0]] if found else None


def _words(text: str) -> list[str]:
    """Return the words of a name, in alphabetical order."""
    return sorted(re.findall(r"[^\W_]+", text))
