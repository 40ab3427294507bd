"""A parameter of a game: what it means, and which values it may take."""

import math
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """One parameter of the game: what it means and which values it may take."""

    name: str
    symbol: str
    default: float
    domain: str
    units: str
    long_name: str

    def allows(self, value: float) -> bool:
        """Tell whether `value` lies in the domain."""
        return math.isfinite(value) and _DOMAINS[self.domain](value)

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of the domain, which it may or may not allow."""
        return 0.0, 1.0 if self.domain.endswith("1") else math.inf


_DOMAINS = {
    "> 0": lambda v: v > 0,
    ">= 0": lambda v: v >= 0,
    "> 0 and < 1": lambda v: 0 < v < 1,
    "> 0 and <= 1": lambda v: 0 < v <= 1,
    ">= 0 and <= 1": lambda v: 0 <= v <= 1,
}


def tex(symbol: str) -> str:
    """Return a symbol of the table as TeX for the inside of dollars."""
    greek = re.sub(
        r"(?<![A-Za-z])(alpha|beta|gamma|delta|epsilon|kappa|lambda|mu|phi|pi|sigma)(?![A-Za-z])",
        r"\\\1",
        symbol,
    )
    return re.sub(r"([_^])([A-Za-z0-9]+)", r"\1{\2}", greek)


NUMBER = "1"
