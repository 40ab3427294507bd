"""What a model is for the tools: it takes parameters and gives codes and numbers."""

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
from .moves import GAIN, AnyMove, Chance, completed, definition
from .names import resolve
from .outcomes import UNSOLVED, Code, Outcome
from .parameters import Parameter
from .rules import check_kinds, check_model

if TYPE_CHECKING:
    import numpy as np

    from .gametree import Tree

BUILT_IN = {"alliance": "foedus.alliance.model"}  # for each name, the module whose `model` is the model
DEFAULT = "alliance"


class Loop(NamedTuple):
    """A compiled loop over the games of a tile, as `kernels.loop` makes it; and the size of its tiles."""

    solve_games: Callable[..., tuple[int, int]]
    tile: tuple[int, int]  # rows and columns of games
    quick: bool = True  # whether a game takes less than a microsecond


class Search(NamedTuple):
    """How to find an outcome that takes thousands of times as long as solving the game."""

    needs: tuple[str, ...]  # the outcomes from which the search starts
    search: Callable[..., None]  # like `kernels.alliance.deviations.deviation_gains`


class Deciding(NamedTuple):
    """How to tell whose decision flips where the regime changes, and between which moves."""

    needs: tuple[str, ...]  # the outcomes that this takes, for games on both sides of the change
    decide: (
        Callable[[Mapping[str, "np.ndarray"], Mapping[str, "np.ndarray"]], tuple["np.ndarray", "np.ndarray"]]
        | None
    )  # takes these outcomes below and above, gives the codes of players and decisions; None: by the moves
    player: type[Code]  # -1: nobody
    decision: type[Code]


class Limits(NamedTuple):
    """Cutpoints that are known in closed form; figures draw them over those that were found."""

    words: str
    find: Callable[[Any], Sequence[float]]  # takes a Dataset of cutpoints along one line


@dataclass(frozen=True, eq=False)
class Model:
    """A game: its parameters, its outcomes, and how to solve it.

    Parameters
    ----------
    name, title : str
        one word, and one line that says what the game is
    parameters : sequence of Parameter
        in the order in which compiled loops over games take their numbers
    outcomes : sequence of Outcome
        in the order in which the kernel returns them. Maps show the first outcome that is a code. A game is
        unsolved if this code is -1.
    solve : callable, optional
        the kernel: it takes the parameters by name and returns a value for each outcome. Numba compiles it.
    players, moves, payoffs, outcome : optional
        the definition of the game: the players; the moves in order, each a `Move`, a `Choice` or a `Chance`;
        ``payoffs(p, m)``, which takes the parameters and the moves by name and returns a payoff for each
        player; and ``outcome(p, m)``, which returns the code, then a number for each further outcome of
        yours. A model without `solve` is solved by backward induction. Its outcomes then also have each move,
        each payoff (``<player>_payoff``) and ``search_error``.
    without : mapping of str to float, optional
        the first move and a number for it: `outcome` then takes a third argument, the moves that would follow
        this number
    search : str, optional
        how each interval is searched: ``"quick"``, ``"usual"`` or ``"careful"``
    loop : callable, optional
        your own loop over games, instead of a loop over `solve`: a function that takes the numbers of each
        parameter and returns the `Loop` over the games with these numbers
    searched : Outcome, optional
        an outcome that is computed only on request, by `gains`; default: `deviation_gain`, the largest gain
        of a player by another move, if the model has a definition without moves of chance
    gains : callable, optional
        it takes nothing and returns the `Search` for this outcome
    deciding : Deciding, optional
        whose decision flips where the regime changes; a model with a definition does not need it
    drawn : sequence of str, optional
        outcomes (numbers) that the page of ``foedus explore`` draws as lines in its slices, at most four;
        default: the first four numbers
    answers : sequence of str, optional
        numbers whose responses to parameters `statics` shows by default; default: all
    explain : callable, optional
        it takes a solved game and returns it in words
    pairs : mapping of str to str, optional
        if the outcomes include those of a second game: the name of an outcome, and the name of the same
        outcome in the second game, as in ``{"arms": "arms_without"}``. A picture of several variables along
        one axis then shows both. `pair_words` are the words for the two games
    limits : Limits, optional
        cutpoints that are known in closed form
    colours : mapping of types of codes to mappings of codes to colours, optional
    claims : sequence of Claim, optional
        claims about the game, to be tested
    examples : mapping of str to mapping, optional
        example games by name: for each game, the parameters that are not at their default
    references : str, optional
        where the game comes from
    tree : Tree, optional
        the finite tree from which `model_from_efg` made the model
    source, file : str, optional
        the text of the file that the model came from, and its path, as `load_model` takes it

    Raises
    ------
    TypeError, ValueError
        if something is wrong with the model: a name is given twice or is taken by foedus, no outcome is a
        code, a code is not from 0 to 62, a default or a usual range is not allowed, a part of a definition is
        missing, or it has a move that cannot be solved.
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
    examples: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    references: str = ""
    tree: "Tree | None" = dataclasses.field(default=None, repr=False)
    source: str = ""
    file: str = ""

    def __post_init__(self) -> None:
        check_kinds(self)
        check_definition(self)
        if self.by_search:
            object.__setattr__(self, "outcomes", completed(self.players, self.moves, self.outcomes))
        if self.searched is None and self.moves and not any(isinstance(move, Chance) for move in self.moves):
            object.__setattr__(self, "searched", GAIN)
        check_model(self)

    def __reduce__(self) -> Any:
        """Send a model to other processes: a built-in one by its name, one from a file by the file."""
        if self.file:
            from .loading import load_again  # which makes models

            return load_again, (self.file, self.hash, self.by_search)
        return (find, (self.name,)) if self.built_in else super().__reduce__()

    @property
    def built_in(self) -> bool:
        """Whether this is a built-in model of foedus, and not another one of the same name."""
        # no import here, because this may run during the import of that module
        module = sys.modules.get(BUILT_IN.get(self.name, ""))
        return getattr(module, "model", None) is self

    @property
    def solvable(self) -> bool:
        """Whether it says how its games are solved; one that was read from a file of results does not."""
        return self.solve is not None or self.loop is not None or bool(self.moves)

    @property
    def by_search(self) -> bool:
        """Whether it is solved by backward induction from its definition."""
        return bool(self.moves) and self.solve is None and self.loop is None

    @functools.cached_property
    def defined(self) -> "Model":
        """The same game by its definition alone; raise ValueError if it has none."""
        if self.tree:
            raise ValueError(
                f"the model {self.name} is a tree, which backward induction solves exactly; there is no "
                "separate definition to solve or to compare with"
            )
        if not self.moves:
            raise ValueError(
                f"the model {self.name} has no definition; give it players=, moves=, payoffs= and outcome="
            )
        if self.by_search:
            return self
        parts: dict[str, Any] = {"drawn": (), "answers": (), "pairs": {}, "claims": ()}
        return dataclasses.replace(
            self, solve=None, loop=None, searched=None, gains=None, deciding=None, **parts
        )

    @property
    def decides(self) -> Deciding | None:
        """How to tell whose decision flips: as the model says, or else by its definition."""
        if self.deciding or not self.moves:
            return self.deciding
        from .turns import turn_codes  # which most runs do without

        return Deciding((), None, *turn_codes(self)[:2])

    @functools.cached_property
    def hash(self) -> str:
        """A text that differs between models, and between versions of a model."""
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
        """All variables that can be kept, by name: the outcomes and the one that is searched for."""
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
        """The codes that maps show, by name, without the one for unsolved games."""
        return {code.name.lower(): code for code in self.codes if code != UNSOLVED}

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of this name or symbol (`names.resolve`); raise TypeError if there is none."""
        try:
            return self.by_name[resolve(name, self.by_name, "a parameter")]
        except ValueError as error:
            raise TypeError(str(error)) from None

    def named(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is given for parameters by their names.

        Raises TypeError if one is not a parameter, ValueError if one is given twice, as by name and symbol.
        """
        found: dict[str, Any] = {}
        first: dict[str, str] = {}
        for written, value in given.items():
            name = self.parameter(written).name
            if name in found:
                other = first[name] if written == name else written
                raise ValueError(f"{name} is given twice, also as {other!r}")
            found[name], first[name] = value, written
        return found

    def units(self, name: str, choices: Mapping[str, str]) -> str:
        """Return the units of a parameter, given the choices that are known."""
        parameter = self.by_name[name]
        choice, by_form = parameter.units_by or ("", {})
        return by_form.get(choices.get(choice, ""), parameter.units)

    def game(self, numbers: Mapping[str, float]) -> dict[str, Any]:
        """Return the values of a game's parameters from the numbers that kernels use for them."""
        return {name: parameter.value(numbers[name]) for name, parameter in self.by_name.items()}

    def written(self, game: Mapping[str, Any]) -> str:
        """Return a game as Python code, with the parameters that are not at their default."""
        changed = (f"{k}={v!r}" for k, v in game.items() if v != self.by_name[k].default)
        return f"Game({', '.join(changed)})"

    def in_order(self, of_parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return a mapping of parameters in the order of the model's parameters."""
        return {name: of_parameters[name] for name in self.by_name if name in of_parameters}

    def check_names(self, names: Iterable[str] | None, of: Mapping[str, Outcome]) -> list[str]:
        """Return the names of the variables to keep, in the order of `of`, the possible ones. Default: the
        outcomes.

        Raises TypeError if a single string is given, ValueError if a name is unknown or there is no name.
        """
        if names is None:
            return list(self.found)
        if isinstance(names, str):
            raise TypeError(f"variables = {names!r} is not a list of names")
        wanted = [resolve(name, of, "a variable") for name in names]
        if not wanted:
            raise ValueError("variables is empty; at least one is needed")
        return [name for name in of if name in wanted]


@functools.cache
def find(name: str) -> Model:
    """Return the built-in model of this name; raise ValueError if there is none."""
    if name not in BUILT_IN:
        raise ValueError(f"{name!r} is not a model; there are {', '.join(BUILT_IN)}")
    return importlib.import_module(BUILT_IN[name]).model


def chosen(model: Model | None) -> Model:
    """Return a model, by default the alliance game. Raise TypeError if it is no `Model`, ValueError if it
    cannot be solved, or has the name of a built-in model."""
    if model is None:
        return find(DEFAULT)
    if not isinstance(model, Model):
        raise TypeError(f"model must be a Model, not {model!r}")
    if model.name in BUILT_IN and not model.built_in:
        raise ValueError(f"foedus has a model with the name {model.name}; give yours another name")
    if not model.solvable:
        raise ValueError(
            f"the model {model.name} cannot be solved: it has neither solve= nor moves=; "
            "if it was read from a file of results, give the model itself with model="
        )
    return model
