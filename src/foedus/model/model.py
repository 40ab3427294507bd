"""What a game is to the tools: parameters in, codes and numbers out."""

import dataclasses
import functools
import hashlib
import importlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .claim import Claim
from .defining import check_definition
from .moves import AnyMove, completed, definition, own_outcomes
from .outcomes import UNSOLVED, Code, Outcome
from .parameters import Parameter
from .rules import check_kinds, check_model

if TYPE_CHECKING:
    import numpy as np

BUILT_IN = {"alliance": "foedus.alliance.model"}  # by name, the module in which a model stands as `model`
DEFAULT = "alliance"


class Loop(NamedTuple):
    """A compiled loop over the games of a tile, as `kernels.loop` makes; and how large its tiles are."""

    solve_games: Callable[..., tuple[int, int]]
    tile: tuple[int, int]  # rows and columns of games
    quick: bool = True  # whether a game takes less than a microsecond


class Search(NamedTuple):
    """How an outcome is found that takes thousands of times as long as a game takes to be solved."""

    needs: tuple[str, ...]  # the outcomes that it starts from
    search: Callable[..., None]  # as `kernels.alliance.deviations.deviation_gains`


class Deciding(NamedTuple):
    """How it is told whose decision flips where the regime changes, and between what."""

    needs: tuple[str, ...]  # the outcomes that tell, of games on both sides
    decide: (
        Callable[[Mapping[str, "np.ndarray"], Mapping[str, "np.ndarray"]], tuple["np.ndarray", "np.ndarray"]]
        | None
    )  # of these below and above, the codes of players and decisions; None: by the definition of the game
    player: type[Code]  # -1: nobody
    decision: type[Code]


class Limits(NamedTuple):
    """Cutpoints that are known in closed form, to be drawn over those that were found."""

    words: str
    find: Callable[[Any], Sequence[float]]  # of a Dataset of cutpoints along one line


@dataclass(frozen=True, eq=False)
class Model:
    """A game: its parameters, what is found of it, and how it is solved.

    Parameters
    ----------
    name, title : str
        a word, and what it is in a line
    parameters : sequence of Parameter
        in the order in which the kernel takes them
    outcomes : sequence of Outcome
        in the order in which the kernel gives them; the first that is a code is what maps show, and a game
        in which it is -1 is unsolved
    solve : callable, optional
        the kernel: of the parameters by name, a value for each outcome. Numba compiles it.
    players, moves, payoffs, outcome : optional
        the definition of the game: who plays; the moves in order, each a `Move`, a `Choice` or a `Chance`;
        ``payoffs(p, m)``, of the parameters and the moves by name, a payoff for each player; and
        ``outcome(p, m)``, the code, then a number for each further outcome of one's own. A model without
        `solve` is solved by backward induction; its outcomes are then joined by each move, each payoff
        (``<player>_payoff``) and ``search_error``.
    without : mapping of str to float, optional
        the first move and a number: `outcome` then takes a third argument, the moves that would be made
        after that number
    search : str, optional
        how each interval is searched: ``"quick"``, ``"usual"`` or ``"careful"``
    loop : callable, optional
        of the numbers that each parameter takes, the `Loop` over such games, in place of one over `solve`
    searched : Outcome, optional
        what is found only where it is asked for, by `gains`
    gains : callable, optional
        of nothing, the `Search` of it
    deciding : Deciding, optional
        whose decision flips where the regime changes; a model with a definition tells without it
    drawn : sequence of str, optional
        outcomes that are drawn over the regimes along an axis
    answers : sequence of str, optional
        numbers whose responses to parameters are told unless others are asked for; default: all
    explain : callable, optional
        of a solved game, what it is in words
    pairs : mapping of str to str, optional
        outcomes and the same outcomes of another game that they are held against, with `pair_words` for both
    limits : Limits, optional
        cutpoints that are known in closed form
    colours : mapping of types of codes to mappings of codes to colours, optional
    claims : sequence of Claim, optional
        what is said of the game, to be tested
    references : str, optional
        where the game is from
    source, file : str, optional
        the text of the file that the model came from, and where it is, as `load_model` takes it

    Raises
    ------
    TypeError, ValueError
        if something is wrong with it: a name is given twice or is one that a tool needs, no outcome is a
        code, a code is not from 0 to 62, a default or a usual range is not allowed, a definition lacks a part
        or has a move that cannot be solved.
    """

    name: str
    title: str
    parameters: Sequence[Parameter]
    outcomes: Sequence[Outcome]
    solve: Callable[..., Any] | None = None
    _: dataclasses.KW_ONLY
    players: Sequence[str] = ()
    moves: Sequence[AnyMove] = ()
    payoffs: Callable[..., Any] | None = None
    outcome: Callable[..., Any] | None = None
    without: Mapping[str, float] = dataclasses.field(default_factory=dict)
    search: str = "usual"
    loop: Callable[[Callable[[str], "np.ndarray"]], Loop] | None = None
    searched: Outcome | None = None
    gains: Callable[[], Search] | None = None
    deciding: Deciding | None = None
    drawn: Sequence[str] = ()
    answers: Sequence[str] = ()
    explain: Callable[[Any], str] | None = None
    pairs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    pair_words: tuple[str, str] = ("", "")
    limits: Limits | None = None
    colours: Mapping[type[Code], Mapping[Code, str]] = dataclasses.field(default_factory=dict)
    claims: Sequence[Claim] = ()
    references: str = ""
    source: str = ""
    file: str = ""

    def __post_init__(self) -> None:
        check_kinds(self)
        check_definition(self)
        if self.by_search:
            object.__setattr__(self, "outcomes", completed(self.players, self.moves, self.outcomes))
        check_model(self)

    def __reduce__(self) -> Any:
        """A model that foedus has is sent to other processes by its name, one from a file by the file."""
        if self.file:
            from .loading import load_again  # which makes models

            return load_again, (self.file, self.hash, self.by_search)
        return (find, (self.name,)) if self.built_in else super().__reduce__()

    @property
    def built_in(self) -> bool:
        """Whether it is a model that foedus has, and not just one of the same name."""
        # without an import, which may be what is going on: before it there is no such model
        module = sys.modules.get(BUILT_IN.get(self.name, ""))
        return getattr(module, "model", None) is self

    @property
    def by_search(self) -> bool:
        """Whether it is solved by backward induction from its definition."""
        return bool(self.moves) and self.solve is None and self.loop is None

    @functools.cached_property
    def defined(self) -> "Model":
        """The same game by its definition alone; raise ValueError if it has none."""
        if not self.moves:
            raise ValueError(
                f"the model {self.name} has no definition; give it players=, moves=, payoffs= and outcome="
            )
        if self.by_search:
            return self
        own = own_outcomes(self)
        parts: dict[str, Any] = {"outcomes": own, "drawn": (), "answers": (), "pairs": {}, "claims": ()}
        return dataclasses.replace(
            self, solve=None, loop=None, searched=None, gains=None, deciding=None, **parts
        )

    @property
    def decides(self) -> Deciding | None:
        """How it is told whose decision flips: as the model says, or else by its definition."""
        if self.deciding or not self.moves:
            return self.deciding
        from .turns import turn_codes  # which most runs do without

        return Deciding((), None, *turn_codes(self)[:2])

    @functools.cached_property
    def hash(self) -> str:
        """What tells its games from those of another model, or of another version of this one."""
        from .described import described, source_of  # which make models, too
        from .referred import referred  # which most runs do without

        text = f"{described(self)}\n{source_of(self)}"
        for function in (self.solve, *definition(self).values()):
            if function is not None:
                text += f"\n{self.name}\n{referred(function)}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @functools.cached_property
    def by_name(self) -> dict[str, Parameter]:
        """The parameters by name."""
        return {parameter.name: parameter for parameter in self.parameters}

    @functools.cached_property
    def found(self) -> dict[str, Outcome]:
        """The outcomes by name."""
        return {outcome.name: outcome for outcome in self.outcomes}

    @functools.cached_property
    def kept(self) -> dict[str, Outcome]:
        """All that may be kept of a game, by name: outcomes and what is searched for."""
        return self.found | ({self.searched.name: self.searched} if self.searched else {})

    @functools.cached_property
    def mapped(self) -> Outcome:
        """The outcome that maps show."""
        return next(outcome for outcome in self.outcomes if outcome.codes)

    @property
    def codes(self) -> type[Code]:
        """The codes that maps show."""
        assert self.mapped.codes
        return self.mapped.codes

    @functools.cached_property
    def regimes(self) -> dict[str, Code]:
        """The codes that maps show, by name, but the one of games that could not be solved."""
        return {code.name.lower(): code for code in self.codes if code != UNSOLVED}

    def parameter(self, name: str) -> Parameter:
        """Return a parameter; raise TypeError if there is none of this name."""
        if name not in self.by_name:
            raise TypeError(f"{name!r} is not a parameter; there are {', '.join(self.by_name)}")
        return self.by_name[name]

    def units(self, name: str, choices: Mapping[str, str]) -> str:
        """Return the units of a parameter under these choices, as far as they are known."""
        parameter = self.by_name[name]
        choice, by_form = parameter.units_by or ("", {})
        return by_form.get(choices.get(choice, ""), parameter.units)

    def game(self, numbers: Mapping[str, float]) -> dict[str, Any]:
        """Return the values of a game's parameters of the numbers by which kernels know them."""
        return {name: parameter.value(numbers[name]) for name, parameter in self.by_name.items()}

    def written(self, game: Mapping[str, Any]) -> str:
        """Return a game as Python writes it, with what is not at default."""
        changed = (f"{k}={v!r}" for k, v in game.items() if v != self.by_name[k].default)
        return f"Game({', '.join(changed)})"

    def in_order(self, of_parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is given for parameters in the order of the parameters."""
        return {name: of_parameters[name] for name in self.by_name if name in of_parameters}

    def check_names(self, names: Iterable[str] | None, of: Mapping[str, Outcome]) -> list[str]:
        """Return the names of what is to be kept, in the order of `of`, all that may be; default: outcomes.

        Raises TypeError if a lone string is given, ValueError if a name is unknown or none is given.
        """
        if names is None:
            return list(self.found)
        if isinstance(names, str):
            raise TypeError(f"variables = {names!r} is not a list of names")
        wanted = list(names)
        for name in wanted:
            if name not in of:
                raise ValueError(f"{name!r} is not a variable; there are {', '.join(of)}")
        if not wanted:
            raise ValueError("variables is empty; at least one is needed")
        return [name for name in of if name in wanted]


@functools.cache
def find(name: str) -> Model:
    """Return the model that foedus has under a name; raise ValueError if there is none."""
    if name not in BUILT_IN:
        raise ValueError(f"{name!r} is not a model; there are {', '.join(BUILT_IN)}")
    return importlib.import_module(BUILT_IN[name]).model


def chosen(model: Model | None) -> Model:
    """Return a model, by default the alliance game; raise TypeError if it is none, ValueError if it cannot be
    solved, or has the name of another that foedus has."""
    if model is None:
        return find(DEFAULT)
    if not isinstance(model, Model):
        raise TypeError(f"model must be a Model, not {model!r}")
    if model.name in BUILT_IN and not model.built_in:
        raise ValueError(f"the name {model.name} is that of foedus' own model; give yours another name")
    if model.solve is None and model.loop is None and not model.moves:
        raise ValueError(
            f"the model {model.name} cannot be solved: it has neither solve= nor moves=; "
            "if it was read from a file of results, give the model itself with model="
        )
    return model
