"""The outcomes of a game: numbers and codes, and what they mean."""

from dataclasses import dataclass
from enum import IntEnum
from numbers import Integral
from typing import Any, Self

UNSOLVED = -1  # in every `Code`
NOT_SOLVED = "the game could not be solved"  # what it means


class Code(IntEnum):
    """A code in the results: a number with a name. After the number you may write what the code means.

    The code -1, unsolved, marks a game that could not be solved.

    Examples
    --------
    >>> class Peace(Code):
    ...     DETERRED = 0, "the rival's arms make an attack too dear"
    ...     WAR = 1
    >>> Peace.DETERRED.meaning, Peace.WAR.meaning, Peace(-1).meaning
    ("the rival's arms make an attack too dear", '', 'the game could not be solved')
    """

    meaning: str

    def __new__(cls, value: Any, meaning: Any = "") -> Self:
        """Make a code from a whole number; `IntEnum` would round any other number down."""
        if not isinstance(value, Integral):
            raise ValueError(f"{cls.__name__}: {value!r} is not a code; a code is a whole number")
        if not isinstance(meaning, str):
            raise ValueError(f"{cls.__name__}: the meaning {meaning!r} of code {value} is not a text")
        code = int.__new__(cls, value)
        code._value_, code.meaning = int(value), meaning
        return code

    @classmethod
    def _missing_(cls, value: object) -> Any:
        if value != UNSOLVED:
            return None
        code = int.__new__(cls, UNSOLVED)
        code._name_, code._value_, code.meaning = "UNSOLVED", UNSOLVED, NOT_SOLVED
        cls._value2member_map_[UNSOLVED] = code  # the same every time
        return code

    @classmethod
    def everything(cls) -> list[Self]:
        """Return all codes, -1 first."""
        return sorted({cls(UNSOLVED), *cls})

    @classmethod
    def named(cls, name: str) -> Self:
        """Return a code by its name in lower case, as in files."""
        return next(code for code in cls.everything() if code.name.lower() == name)

    @property
    def words(self) -> str:
        """The name as people write it."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Label:
    """What an array of results means, and its codes if it does not hold numbers."""

    name: str
    symbol: str = ""
    units: str = "1"
    long_name: str = ""
    codes: type[Code] | None = None

    @property
    def words(self) -> str:
        """What it is, in words: its long name, or its name if it has none."""
        return self.long_name or self.name.replace("_", " ")

    @property
    def dtype(self) -> str:
        """The type of its values; numbers may be asked for in another type."""
        return "int8" if self.codes else "float64"

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes of every labelled array of it."""
        attributes: dict[str, Any] = {"long_name": self.long_name, "units": self.units, "symbol": self.symbol}
        if self.codes:
            attributes["flag_values"] = [int(code) for code in self._flags]
            attributes["flag_meanings"] = " ".join(code.name.lower() for code in self._flags)
        return attributes

    @property
    def _flags(self) -> list[Code]:
        """The codes that an array may hold."""
        return [*self.codes] if self.codes else []


class Outcome(Label):
    """One outcome of a game, a number or a code. A code may be -1 if the game could not be solved."""

    @property
    def _flags(self) -> list[Code]:
        return self.codes.everything() if self.codes else []


def table(*labels: Label) -> dict[str, Label]:
    """Return labels by name."""
    return {label.name: label for label in labels}
