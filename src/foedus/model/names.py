"""The names of parameters and outcomes, as people write them."""

import difflib
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
    written = given.replace("-", "_") if isinstance(given, str) else ""
    if written in entries:
        return written
    alike = [name for name, entry in entries.items() if entry.symbol and entry.symbol == given]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise ValueError(f"{given!r} is the symbol of {' and of '.join(alike)}; name one of them")
    meant = nearest(written, entries)
    hint = f"did you mean {meant}?" if meant else f"{there} {', '.join(entries) or 'none'}"
    raise ValueError(f"{given!r} is not {what}; {hint}")


def nearest(given: str, entries: Mapping[str, Named]) -> str | None:
    """Return the name that was probably meant by a misspelt name or symbol; None if none is near.

    Examples
    --------
    >>> from foedus.model import chosen
    >>> nearest("c_a", chosen(None).by_name), nearest("war", chosen(None).by_name)
    ('ally_cost', None)
    """
    known = {entry.symbol.lower(): name for name, entry in entries.items() if entry.symbol}
    known |= {name.lower(): name for name in entries}
    found = difflib.get_close_matches(given.lower(), known, n=1, cutoff=0.7)
    return known[found[0]] if found else None
