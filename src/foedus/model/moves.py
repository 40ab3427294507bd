"""The moves of a game that is given by its definition: numbers, options and chance, in order."""

import math
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from .checks import check_function
from .outcomes import Outcome
from .parameters import NUMBER

MOST_MOVES = 6
LIKELIER = 1e-12  # by how much a code must be likelier than those before it to be the likeliest
ERROR = "search_error"  # the outcome that says how exact a search was
CARE = {
    "quick": 12,
    "usual": 20,
    "careful": 64,
}  # by name of a search, into how many parts it cuts an interval
GAIN = Outcome("deviation_gain", "epsilon", NUMBER, "largest gain of a player by another move")
TAKES = "p, m"  # what the functions of a definition take: the parameters and the moves, by name
When = Callable[..., Any] | None
End = float | Callable[..., float]


@dataclass(frozen=True)
class Move:
    """A player's choice of a number.

    Parameters
    ----------
    player, name, symbol : str
        who moves, and what the number is called
    low, high : float or callable
        the ends of its interval: numbers, ``math.inf``, or functions ``(p, m)`` of the parameters and the
        earlier moves
    when : callable, optional
        ``(p, m)`` -> bool: the move is made only if this is true; otherwise it is 0 in the functions of the
        model, and NaN in results
    units, long_name : str
        the same as for an `Outcome`

    Examples
    --------
    >>> import foedus
    >>> entered = lambda p, m: m.enter == 1
    >>> foedus.Move("rival", "output", "q_2", high=lambda p, m: p.demand, when=entered).ends[0]
    0.0
    """

    player: str
    name: str
    symbol: str = ""
    low: End = 0.0
    high: End = math.inf
    when: When = None
    units: str = NUMBER
    long_name: str = ""

    def __post_init__(self) -> None:
        _check_player(self.name, self.player)
        _check_when(self.name, self.when)
        for side, end, wrong, than in (
            ("low", self.low, math.inf, "less"),
            ("high", self.high, -math.inf, "more"),
        ):
            if callable(end):
                check_function(f"{self.name}: {side}", end, TAKES)
            elif not _is_number(end):
                raise TypeError(
                    f"{self.name}: {side} = {end!r} is not allowed; "
                    f"it must be a number or a function of ({TAKES})"
                )
            elif end == wrong:
                raise ValueError(
                    f"{self.name}: {side} = {end!r} is not allowed; it must be {than} than {wrong}"
                )
        if not callable(self.low) and not callable(self.high) and self.low > self.high:
            raise ValueError(f"{self.name}: low = {self.low!r} is above high = {self.high!r}")

    @property
    def ends(self) -> tuple[End, End]:
        """Its ends."""
        return self.low, self.high


@dataclass(frozen=True)
class Choice:
    """A player's choice of one of several named options. The options are numbered from 0.

    Examples
    --------
    >>> import foedus
    >>> foedus.Choice("rival", "enter", options=("stay out", "enter")).options[1]
    'enter'
    """

    player: str
    name: str
    options: Sequence[str] = ()
    when: When = None
    symbol: str = ""
    long_name: str = ""

    def __post_init__(self) -> None:
        _check_player(self.name, self.player)
        _check_when(self.name, self.when)
        _check_options(self.name, self.options)


@dataclass(frozen=True)
class Chance:
    """A move of nature: one of several named options, with probabilities that everybody knows.

    probabilities : a number for each option, or a function ``(p, m)`` that returns them

    Examples
    --------
    >>> import foedus
    >>> foedus.Chance("weather", options=("fair", "foul"), probabilities=(0.75, 0.25)).player
    ''
    """

    name: str
    options: Sequence[str] = ()
    probabilities: Sequence[float] | Callable[..., Sequence[float]] = ()
    when: When = None
    symbol: str = ""
    long_name: str = ""
    player: str = ""  # nobody

    def __post_init__(self) -> None:
        if self.player:
            raise ValueError(
                f"{self.name}: player = {self.player!r} is not allowed; everybody sees a move of chance, and "
                "games with private information are not solved"
            )
        _check_when(self.name, self.when)
        _check_options(self.name, self.options)
        given = self.probabilities
        if callable(given):
            check_function(f"{self.name}: probabilities", given, TAKES)
            return
        if not isinstance(given, (list, tuple)) or not all(map(_is_number, given)):
            raise TypeError(
                f"{self.name}: probabilities = {given!r} is not allowed; it must be a list of numbers, "
                f"one for each option, or a function of ({TAKES})"
            )
        if len(given) != len(self.options):
            raise ValueError(
                f"{self.name}: it has {len(given)} probabilities and {len(self.options)} options; "
                "give one probability for each option"
            )
        if min(given) < 0 or abs(sum(given) - 1) > 1e-9:
            raise ValueError(
                f"{self.name}: probabilities = {given!r} is not allowed; "
                "probabilities must not be negative and must add up to 1"
            )


AnyMove = Move | Choice | Chance


def _is_number(value: Any) -> bool:
    """Tell whether a value is a number that a float may be, also infinite."""
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and not math.isnan(value)
    except OverflowError:
        return False


def _check_player(name: str, player: Any) -> None:
    """Raise if who moves is not one player."""
    if not isinstance(player, str):
        raise TypeError(
            f"{name}: player = {player!r} is not a name; one player makes each move, players move one after "
            "another, and simultaneous moves are not solved"
        )


def _check_when(name: str, when: Any) -> None:
    """Raise if the condition of a move is neither a function nor absent."""
    if when is not None:
        check_function(f"{name}: when", when, TAKES)


def _check_options(name: str, options: Any) -> None:
    """Raise if the options of a choice are not two names or more, each of them once."""
    if not isinstance(options, (list, tuple)) or not all(
        isinstance(option, str) and option for option in options
    ):
        raise TypeError(f"{name}: options = {options!r} is not allowed; it must be a list of names")
    if len(options) < 2 or len({option.strip() for option in options}) < len(options):
        raise ValueError(
            f"{name}: options = {options!r} is not allowed; it must be two different names or more"
        )


def payoff_of(player: str) -> str:
    """Return the name of a player's payoff among the outcomes."""
    return f"{player}_payoff"


def probability_of(code: Outcome) -> str:
    """Return the name of the probability of a code among the outcomes."""
    return f"{code.name}_probability"


def moves_type(moves: Sequence[AnyMove]) -> Any:
    """Return the type of what the functions of a definition take as ``m``: the moves by name."""
    return namedtuple("Moves", [move.name for move in moves])  # made of names


def completed(players: Sequence[str], moves: Sequence[AnyMove], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes of a definition: those that are given, then the moves, the payoffs, the probability
    of the code where there is chance, and the error of the search, as far as they are not given."""
    found = [
        Outcome(move.name, move.symbol, getattr(move, "units", NUMBER), _in_words(move)) for move in moves
    ]
    found += [
        Outcome(payoff_of(player), long_name=f"payoff of {player}".replace("_", " ")) for player in players
    ]
    code = next((outcome for outcome in outcomes if outcome.codes), None)
    if code and any(isinstance(move, Chance) for move in moves):
        found.append(Outcome(probability_of(code), long_name=f"probability of {code.words}"))
    found.append(Outcome(ERROR, long_name="estimated error of the payoffs"))
    given = {outcome.name for outcome in outcomes}
    return [*outcomes, *(outcome for outcome in found if outcome.name not in given)]


def _in_words(move: AnyMove) -> str:
    """Return what a move is, with the numbers of its options."""
    words = move.long_name or f"{move.name} of {move.player or 'chance'}".replace("_", " ")
    if isinstance(move, Move):
        return words
    return f"{words}: {', '.join(f'{number} {option}' for number, option in enumerate(move.options))}"


def own_outcomes(model: Any) -> list[Outcome]:
    """Return the outcomes that a definition's `outcome` gives, in order: all but moves, payoffs and ours."""
    ours = {move.name for move in model.moves} | {payoff_of(player) for player in model.players} | {ERROR}
    ours |= {probability_of(outcome) for outcome in model.outcomes if outcome.codes}
    return [outcome for outcome in model.outcomes if outcome.name not in ours]


PARTS = "low", "high", "when", "probabilities"  # what of a move may be a function


def definition(model: Any) -> dict[str, Callable]:
    """Return the functions of a definition, by what errors call them."""
    found = {"payoffs": model.payoffs, "outcome": model.outcome}
    found |= {f"{move.name}: {part}": getattr(move, part, None) for move in model.moves for part in PARTS}
    return {what: function for what, function in found.items() if callable(function)}


def in_words(moves: Sequence[AnyMove], name: str, number: float) -> str:
    """Return what was done in a move of a solved game, as people read it.

    Examples
    --------
    >>> import foedus
    >>> in_words([foedus.Choice("rival", "enter", ("stay out", "enter"))], "enter", 1.0)
    '1 enter'
    """
    place = [move.name for move in moves].index(name)
    move = moves[place]
    if math.isnan(number):
        return "not made"
    # from the first move of chance on, it is a mean
    if isinstance(move, Move) or any(isinstance(one, Chance) for one in moves[: place + 1]):
        return f"{number + 0.0:.6g}"  # 0.0 of -0.0
    return f"{number:.0f} {move.options[int(number)]}"
