"""What is found of a game: numbers and codes, and what they mean."""

from dataclasses import dataclass
from enum import IntEnum


class Code(IntEnum):
    """A code of the results, with a name for people."""

    @property
    def words(self) -> str:
        """Its name as people write it."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Label:
    """What an array of results means."""

    name: str
    symbol: str
    units: str
    long_name: str

    @property
    def attributes(self) -> dict:
        """What every array of it carries."""
        return {"long_name": self.long_name, "units": self.units, "symbol": self.symbol}


@dataclass(frozen=True)
class Variable(Label):
    """One variable of the solution; `codes` where it is a code and not a number."""

    codes: type[Code] | None = None

    @property
    def dtype(self) -> str:
        """The type of its values, unless numbers are asked for in another."""
        return "int8" if self.codes else "float64"

    @property
    def attributes(self) -> dict:
        """What every labelled array of it carries."""
        attributes = super().attributes
        if self.codes:
            attributes["flag_values"] = [int(code) for code in self.codes]
            attributes["flag_meanings"] = " ".join(code.name.lower() for code in self.codes)
        return attributes
