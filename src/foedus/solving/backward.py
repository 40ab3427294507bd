"""A kernel made of a game's definition: backward induction by compiled search.

For each move there is a function of the parameters and the moves before it. It returns what follows if
everybody plays their best from there on: the payoffs, the end of the game (all moves, and what `outcome`
returns), and further facts (`Told`). `kernels.search` finds the best number for a move; it calls the function
of the next move. The function after the last move calls `payoffs` and `outcome`.
"""

import dataclasses
import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from numba import types
from numba.extending import overload

from ..kernels._calls import address_of, place_of, row_at
from ..kernels._jit import jit
from ..kernels._room import floats
from ..kernels.loop import compiled, number, parameters_type, values
from ..kernels.loop import jit as jit_anew
from ..kernels.search import (
    ANSWER,
    BITS,
    ENDLESS,
    ENDS,
    KIND,
    LARGEST,
    MARGIN,
    NOT_A_NUMBER,
    ODDS,
    RIVAL,
    SCALE,
    STATUS,
    ahead,
    mixed,
    prefers,
    searcher,
)  # fmt: skip
from ..kernels.search import ERROR as FOUND_ERROR
from ..model import UNSOLVED, Model, Search
from ..model.moves import (
    CARE,
    ERROR,
    LIKELIER,
    Chance,
    Choice,
    Move,
    moves_type,
    own_outcomes,
    payoff_of,
    probability_of,
)
from ..model.reads import reads

NOT_MADE, OPTION, BY_CHANCE = 6, 7, 8  # kinds of play, besides those of `kernels.search`
EXACT = 1e-6  # of the largest payoff: a game whose payoffs are less exact is unsolved
SLIP = 1e-9  # of a stated move: rounding may have moved it so far across an indifference or an end
WHY = {
    NOT_A_NUMBER: "payoffs returns NaN or infinity",
    ENDS: "the low end of {move} is above its high end, or one of them is NaN",
    ENDLESS: "the payoff of {player} rises without end in {move}; limit {move} with low= or high=",
    ODDS: "the probabilities of {move} are negative or do not add up to 1",
}  # by the bits of a status


class Told(NamedTuple):
    """Facts about play from a move on, besides payoffs and moves."""

    kind: int
    error: float
    status: int
    margin: float  # by how much a later player prefers this kind of play to its `rival`
    rival: int
    scale: float  # the largest payoff that was computed


@jit
def made(move):
    """Return a move as the functions of a definition see it: 0 if it is not made."""
    return 0.0 if math.isnan(move) else move


def own_code(value, codes):
    """Return a code that `outcome` returns as a float; raise TypeError if it is a code of another class."""
    if isinstance(value, IntEnum) and not isinstance(value, codes):
        raise TypeError(f"{type(value).__name__}.{value.name} is not a code of {codes.__name__}")
    return number(value)


@overload(own_code)
def _own_code(value, codes):
    if isinstance(value, types.IntEnumMember) and value.instance_class is not codes.instance_class:
        return None
    return lambda value, codes: number(value)


def tuple_of(items: Any) -> str:
    """Return the text of a tuple."""
    return f"({''.join(f'{item}, ' for item in items)})"


def deciders(model: Model, place: int) -> list[int]:
    """Return the numbers of the players whose payoffs decide a move: its player; if that one is indifferent,
    those who moved before, the last of them first. Each is there once."""
    movers = [move.player for move in reversed(model.moves[: place + 1]) if move.player]
    return [model.players.index(player) for player in dict.fromkeys(movers)]


def _seen(model: Model, place: int) -> str:
    """Return the text of the moves before move `place`, as the functions of a definition take them."""
    return f"Moves{tuple_of([f'made(m{k})' for k in range(place)] + ['0.0'] * (len(model.moves) - place))}"


@functools.cache
def names_of(model: Model) -> dict[str, Any]:
    """Return what the text of a definition's kernel refers to, by name; its functions are compiled."""
    names: dict[str, Any] = {
        "__name__": __name__, "Moves": moves_type(model.moves), "made": made, "mixed": mixed,
        "prefers": prefers, "ahead": ahead,
        "search": searcher(), "Told": Told,
        "answers": floats(ANSWER), "jit": jit_anew,
        "Parameters": parameters_type(tuple(model.by_name)), "place_of": place_of, "row_at": row_at,
        "number": number, "values": values, "isfinite": math.isfinite, "nan": math.nan, "inf": math.inf,
        "payoffs": compiled(model.payoffs), "outcome": compiled(model.outcome), "own_code": own_code,
        "codes": own_outcomes(model)[0].codes,
    }  # fmt: skip
    most = len(model.by_name) + len(model.moves)
    for k, move in enumerate(model.moves):
        if isinstance(move, Move):
            names[f"given{k}"] = floats(most + len(_apart(model, k)[1]) * len(_flat(model, "", "")))
        for part in ("low", "high", "when", "probabilities"):
            value = getattr(move, part, None)
            if part in ("low", "high") and value is not None and not callable(value):
                value = float(value)  # numba does not know all numbers of Python
            names[f"{part}{k}"] = compiled(value) if callable(value) else value
    return names


def _after_all(model: Model) -> str:
    """Return the text of the function after the last move."""
    count = len(model.moves)
    codes, *own = own_outcomes(model)
    found = [f"f{k}" for k in range(1 + len(own))]
    ends = [f"m{k}" for k in range(count)]
    if _by_chance(model):
        ends += [f"(1.0 if code == {int(code)}.0 else 0.0)" for code in codes.codes or ()]
    ends += ["code", *(f"number({name})" for name in found[1:])]
    us = [f"u{k}" for k in range(len(model.players))]
    return f"""
def level{count}(p{"".join(f", m{k}" for k in range(count))}):
    moves = {_seen(model, count)}
    {tuple_of(us)} = values(payoffs(p, moves))
    {tuple_of(found)} = values(outcome(p, moves{", moves" if model.without else ""}))
    u, code = {tuple_of(f"number({name})" for name in us)}, own_code(f0, codes)
    status = {" + ".join(f"(0 if isfinite(u[{k}]) else 1)" for k in range(len(us)))}
    status = {NOT_A_NUMBER << BITS * (count + 1)} if status else 0
    return u, {tuple_of(ends)}, Told(int(code), 0.0, status, inf, -1, {_largest(us)})
"""


def part_of(model: Model, p: Any, part: Any, before: Iterable[float]) -> Any:
    """Return an end, the condition or the probabilities of a move, given the moves before it."""
    if not callable(part):
        return part
    seen = [*map(made, before)]
    return part(p, moves_type(model.moves)(*seen, *[0.0] * (len(model.moves) - len(seen))))


def _largest(items: Iterable[str]) -> str:
    """Return the text of the largest absolute value."""
    return f"max({', '.join(f'abs({item})' for item in items)}, 0.0)"


def _by_chance(model: Model) -> bool:
    """Tell whether chance has a move."""
    return any(isinstance(move, Chance) for move in model.moves)


def _level(model: Model, k: int) -> str:
    """Return the text of the function of move k."""
    move = model.moves[k]
    before = "".join(f", m{i}" for i in range(k))
    text = f"\ndef level{k}(p{before}):\n" + _not_made(model, k)
    if isinstance(move, Move):
        return _move(model, k, move, text)
    if isinstance(move, Choice):
        return text + _choice(model, k, move)
    return text + _chance(model, k, move)


def _not_made(model: Model, k: int) -> str:
    """Return the text of what follows if move k is not made."""
    if model.moves[k].when is None:
        return ""
    before = "".join(f", m{i}" for i in range(k))
    return f"""
    if not when{k}(p, {_seen(model, k)}):
        u, end, t = level{k + 1}(p{before}, nan)
        kind, rival = mixed({NOT_MADE}, t.kind, 0), mixed({NOT_MADE}, t.rival, 0)
        return u, end, Told(kind, t.error, t.status, t.margin, rival, t.scale)
"""


def _move(model: Model, k: int, move: Move, text: str) -> str:
    """Return the text that searches for move k, and of the function that tells the search what follows."""
    size, bits = len(model.by_name) + k, BITS * (k + 1)
    before = "".join(f", m{i}" for i in range(k))
    picked = [f"u[{player}]" for player in deciders(model, k)]
    low, high = (
        f"float({name}{k}(p, {_seen(model, k)}))" if callable(end) else f"float({name}{k})"
        for name, end in (("low", move.low), ("high", move.high))
    )
    packed = [f"p.{name}" for name in model.by_name] + [f"m{i}" for i in range(k)]
    unpacked = [f"Parameters{tuple_of(f'g[{i}]' for i in range(len(model.by_name)))}"]
    unpacked += [f"g[{len(model.by_name) + i}]" for i in range(k)]
    follows, once, brief = f"level{k + 1}({', '.join(unpacked)}, x)", "", ""
    known = {}
    choice, apart = _apart(model, k)
    for option in apart:
        once += f"    v, _, t = level{k + 2}(p{before}, 0.0, {float(option)})\n"
        once += "".join(f"    g[{size + i}] = {item}\n" for i, item in enumerate(_flat(model, "v", "t")))
        u, t = _unflat(model, size)
        known[option] = f"{u}, {tuple_of(['nan'] * _size(model))}, {t}"
        size += len(_flat(model, "v", "t"))
    if choice and known:
        follows = follows.replace("level", "brief", 1).replace(", x)", ", x, g)")
        brief = f"\ndef brief{k + 1}(p{before}, m{k}, g):\n" + _not_made(model, k + 1)
        brief += _choice(model, k + 1, choice, known) + f"\nbrief{k + 1} = jit(brief{k + 1})\n"
    return f"""{brief}
def follow{k}(place, x, answer):
    g, a = row_at(place, {size}), row_at(answer, {ANSWER})
    u, end, t = {follows}
    {"; ".join(f"a[{i}] = {payoff}" for i, payoff in enumerate(picked))}
    a[{KIND}], a[{FOUND_ERROR}], a[{STATUS}] = t.kind, t.error, t.status
    a[{MARGIN}], a[{RIVAL}] = t.margin, t.rival
    return 0
{text}
    g, a = given{k}(), answers()
    {"; ".join(f"g[{i}] = {item}" for i, item in enumerate(packed))}
{once}
    search((address{k}(), place_of(g), {low}, {high}, {CARE[model.search]}, {len(picked)}, place_of(a)))
    u, end, t = level{k + 1}(p{before}, a[0])
    status = int(a[{STATUS}])
    status = (status >> {BITS} << {BITS}) | ((status & {2**BITS - 1}) << {bits})
    scale = max(a[{SCALE}], t.scale)
    return u, end, Told(int(a[{KIND}]), a[{FOUND_ERROR}], status, a[{MARGIN}], int(a[{RIVAL}]), scale)
"""


@functools.cache
def _apart(model: Model, k: int) -> tuple[Choice | None, list[int]]:
    """Return the choice after move k, if there is one, and its options after which play does not depend on
    that move, if later moves are searched for. What follows upon such an option is found once, before the
    search for move k."""
    after = model.moves[k + 1 :]
    choice = after[0] if after else None
    if not isinstance(choice, Choice) or not any(isinstance(one, Move) for one in after):
        return None, []
    read = {option: reads(model, k + 1, option) for option in range(len(choice.options))}
    name = model.moves[k].name
    return choice, [option for option, names in read.items() if names is not None and name not in names]


def _flat(model: Model, u: str, t: str) -> list[str]:
    """Return the texts of all payoffs in `u`, and of what is told in `t`."""
    return [f"{u}[{i}]" for i in range(len(model.players))] + [f"{t}.{field}" for field in Told._fields]


def _unflat(model: Model, first: int) -> tuple[str, str]:
    """Return the texts of payoffs and of what is told, if all of these are in `g` from place `first` on."""
    places = [f"g[{first + i}]" for i in range(len(_flat(model, "", "")))]
    told = dict(zip(Told._fields, places[len(model.players) :], strict=True))
    kinds = Told.__annotations__
    fields = [f"int({place})" if kinds[name] is int else place for name, place in told.items()]
    return tuple_of(places[: len(model.players)]), f"Told({', '.join(fields)})"


def _choice(model: Model, k: int, move: Choice, known: Mapping[int, str] = MappingProxyType({})) -> str:
    """Return the text that finds the best option of choice k. Of some options it may be `known` already what
    follows."""
    before = "".join(f", m{i}" for i in range(k))
    options = range(len(move.options))
    follows = [known.get(option, f"level{k + 1}(p{before}, {float(option)})") for option in options]
    picked = [f"u[{player}]" for player in deciders(model, k)]
    mine, others = picked[0], [item.replace("u[", "v[") for item in picked]
    text = f"""
    u, end, t = {follows[0]}
    kind, error, status, scale = mixed({OPTION}, t.kind, 0), t.error, t.status, t.scale
    margin, rival, within, nested = inf, -1, t.margin, mixed({OPTION}, t.rival, 0)
"""
    for option in options[1:]:
        text += f"""
    v, other, t = {follows[option]}
    status, error, scale = status | t.status, max(error, t.error), max(scale, t.scale)
    own, lead = mixed({OPTION}, t.kind, {option}), ahead({others[0]}, {mine}, {_largest(picked + others)})
    if prefers({tuple_of(others)}, {tuple_of(picked)}, 2.0 * error + {LARGEST} * scale) > 0:
        margin, rival, within, nested = 1.0 + lead, kind, t.margin, mixed({OPTION}, t.rival, {option})
        u, end, kind = v, other, own
    elif 1.0 - lead < margin:
        margin, rival = 1.0 - lead, own
"""
    return f"""{text}
    rival = rival if margin <= within else nested
    return u, end, Told(kind, error, status, min(margin, within), rival, scale)
"""


def _chance(model: Model, k: int, move: Chance) -> str:
    """Return the text of what follows upon move k of chance."""
    bits = BITS * (k + 1)
    before, moves = "".join(f", m{i}" for i in range(k)), _seen(model, k)
    players, ends, options = range(len(model.players)), range(_size(model)), range(len(move.options))
    odds = (
        f"values(probabilities{k}(p, {moves}))"
        if callable(move.probabilities)
        else tuple_of(float(one) for one in move.probabilities)
    )
    lines = [
        f"    {tuple_of(f'q{i}' for i in options)} = {odds}",
        f"    total = {' + '.join(f'q{i}' for i in options)}",
        f"    odd = {' or '.join(f'not q{i} >= 0.0' for i in options)} or not abs(total - 1.0) <= 1e-9",
        f"    kind, error, status, scale = 0, 0.0, {ODDS << bits} if odd else 0, 0.0",
        *(f"    s{i} = 0.0" for i in players),
        *(f"    e{i} = w{i} = 0.0" for i in ends),
    ]
    for i in options:
        lines += [
            f"    u, end, t = level{k + 1}(p{before}, {float(i)})",
            f"    kind = mixed({BY_CHANCE}, kind, t.kind)",
            f"    if q{i} > 0.0:",
            "        error, status, scale = max(error, t.error), status | t.status, max(scale, t.scale)",
            *(f"        s{j} += q{i} * u[{j}]" for j in players),
            *(
                line
                for j in ends
                for line in (
                    f"        if end[{j}] == end[{j}]:",
                    f"            e{j} += q{i} * end[{j}]; w{j} += q{i}",
                )
            ),
        ]
    mean = tuple_of(f"(e{j} / w{j} if w{j} > 0.0 else nan)" for j in ends)
    return (
        "\n".join(lines)
        + f"\n    u = {tuple_of(f's{j}' for j in players)}"
        + f"\n    return u, {mean}, Told(kind, error, status, inf, -1, scale)\n"
    )


def _size(model: Model) -> int:
    """Return how many numbers the end of a game has."""
    codes, *own = own_outcomes(model)
    return len(model.moves) + (len(codes.codes or ()) if _by_chance(model) else 0) + 1 + len(own)


def _solve(model: Model, after: int = 0) -> str:
    """Return the text of the kernel if the first `after` moves are given."""
    count = len(model.moves)
    code, *own = own_outcomes(model)
    first = count + (len(code.codes or ()) if _by_chance(model) else 0)
    given = {code.name: "code", ERROR: "error"}
    given |= {outcome.name: f"end[{first + 1 + i}]" for i, outcome in enumerate(own)}
    given |= {move.name: f"end[{k}]" for k, move in enumerate(model.moves)}
    given |= {payoff_of(player): f"u[{i}]" for i, player in enumerate(model.players)}
    given |= {probability_of(code): "probability"}
    likeliest = f"code = end[{first}]; probability = 1.0"
    if _by_chance(model):
        lines = [f"code = {float(min(code.codes or ()))}; probability = -1.0"]
        for place, one in enumerate(code.codes or (), count):
            lines += [
                f"if end[{place}] > probability + {LIKELIER}:",
                f"    code = {float(one)}; probability = end[{place}]",
            ]
        total = " + ".join(f"end[{count + i}]" for i in range(len(code.codes or ())))
        lines += [f"if {total} < 1.0 - 1e-9:", "    code = -2.0  # one of them was not a code"]
        likeliest = "\n    ".join(lines)
    if model.without:
        value = float(*model.without.values())
        found = [f"f{k}" for k in range(1 + len(own))]
        likeliest = f"""_, other, told = level1(p, {float(value)!r})
    error, status = max(error, told.error), status | told.status
    {tuple_of(found)} = values(outcome(p, {_path(model, "end")}, {_path(model, "other")}))
    code = own_code(f0, codes)"""
        given |= {outcome.name: f"number(f{i})" for i, outcome in enumerate(own, 1)}
    before = "".join(f", m{i}" for i in range(after))
    return f"""
def solve(p{before}):
    u, end, told = level{after}(p{before})
    error, status = told.error, told.status
    {likeliest}
    if status or error > {EXACT} * told.scale:
        return {tuple_of("-1.0" if outcome.codes else "nan" for outcome in model.outcomes)}
    return {", ".join(given[outcome.name] for outcome in model.outcomes)},


def status_of(p):
    return level0(p)[2].status{f" | level1(p, {value!r})[2].status" if model.without else ""}
"""


def _path(model: Model, end: str) -> str:
    """Return the text of the moves at an end of the game."""
    return f"Moves{tuple_of(f'made({end}[{k}])' for k in range(len(model.moves)))}"


@functools.cache
def texts(model: Model) -> list[str]:
    """Return the texts of a definition's functions: those of the moves, the last move first, and `solve`."""
    levels = (_level(model, place) for place in reversed(range(len(model.moves))))
    return [_after_all(model), *levels, _solve(model)]


@functools.cache
def functions(model: Model) -> dict[str, Any]:
    """Return the compiled functions of a definition: ``level0`` and so on, ``solve``, ``status_of``."""
    names = {**names_of(model)}
    *levels, solve = texts(model)
    for place, text in zip(range(len(model.moves), -1, -1), levels, strict=True):
        exec(text, names)
        if f"follow{place}" in names:
            names[f"address{place}"] = address_of(jit_anew(names[f"follow{place}"]))
        names[f"level{place}"] = jit_anew(names[f"level{place}"])
    exec(solve, names)
    names["solve"], names["status_of"] = jit_anew(names["solve"]), jit_anew(names["status_of"])
    return names


def solve_after(model: Model, p: Any, moves: Sequence[float]) -> dict[str, Any]:
    """Return the outcomes of a game by name, solved by its definition, if its first moves are these."""
    names = {**functions(model)}
    exec(_solve(model, len(moves)), names)
    found = map(float, names["solve"](p, *moves))
    return {
        name: outcome.codes(int(value)) if outcome.codes else value
        for (name, outcome), value in zip(model.found.items(), found, strict=True)
    }


def kernel(model: Model) -> Any:
    """Return the function that solves one game: a model's own kernel, or the one made of its definition."""
    return functions(model)["solve"] if model.by_search else model.solve


class Deviation(NamedTuple):
    """What the player of a move could gain by another move, if everybody plays their best from then on."""

    place: int  # of the move
    gain: float
    error: float  # of the gain, as the search estimates it
    stated: float
    better: float


def deviations(model: Model, numbers: Iterable[float], stated: Iterable[float]) -> list[Deviation] | None:
    """Return, for each move, what its player could gain by another move after the stated moves before it.

    If nobody can gain, play is an equilibrium (the one-deviation principle). A stated move that is NaN counts
    as the best move. Returns None if the search is not sure.
    """
    found = functions(model)
    p = parameters_type(tuple(model.by_name))(*map(float, numbers))
    before: tuple[float, ...] = ()
    gains = []
    for place, (move, given) in enumerate(zip(model.moves, stated, strict=True)):
        u, end, told = found[f"level{place}"](p, *before)
        better = float(end[place])
        one = better if math.isnan(given) or math.isnan(better) else float(given)
        player = model.players.index(move.player)
        replies = [found[f"level{place + 1}"](p, *before, x) for x in near(move, one)]
        if told.status or any(reply.status for _, _, reply in replies):
            return None
        gain = u[player] - max(reached[player] for reached, _, _ in replies)
        error = told.error + max(reply.error for _, _, reply in replies)
        gains.append(Deviation(place, gain, error, one, better))
        before = *before, one
    return gains


def near(move: Any, value: float) -> tuple[float, ...]:
    """Return a value of a move, and a value on each side of it that differs only by rounding; 0 is exact."""
    if not isinstance(move, Move) or not value or math.isnan(value):
        return (value,)
    return value, value * (1.0 - SLIP), value * (1.0 + SLIP)


def forbidden(model: Model, numbers: Iterable[float], moves: Iterable[float]) -> list[int]:
    """Return the places of the moves that are not allowed after the moves before them: numbers beyond their
    ends, and options that do not exist."""
    found = functions(model)
    p = parameters_type(tuple(model.by_name))(*map(float, numbers))
    seen: tuple[float, ...] = (0.0,) * len(model.moves)
    wrong = []
    for place, (move, value) in enumerate(zip(model.moves, moves, strict=True)):
        before = found["Moves"](*seen)
        if isinstance(move, Move):
            ends = (found[f"{end}{place}"] for end in ("low", "high"))
            low, high = (end(p, before) if callable(end) else end for end in ends)
            slip = SLIP * max(1.0, abs(value))
            allowed = low - slip <= value <= high + slip
        else:
            allowed = value in range(len(move.options))
        when = found[f"when{place}"]
        if not allowed and (when is None or when(p, before)):
            wrong.append(place)
        seen = *seen[:place], made(float(value)), *seen[place + 1 :]
    return wrong


def follows(
    model: Model, numbers: Iterable[float], moves: Iterable[float]
) -> Iterator[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Yield the payoffs, and the code and numbers, of play by these moves, and by moves that differ from them
    only by rounding. A move is often exactly where another player is indifferent."""
    found = functions(model)
    p = parameters_type(tuple(model.by_name))(*map(float, numbers))
    against: tuple[Any, ...] = ()
    if model.without:
        _, end, _ = found["level1"](p, float(*model.without.values()))
        against = (found["Moves"](*map(made, end[: len(model.moves)])),)
    sides = itertools.starmap(near, zip(model.moves, moves, strict=True))
    for each in itertools.product(*sides):
        seen = found["Moves"](*map(made, each))
        yield found["payoffs"](p, seen), tuple(map(float, found["outcome"](p, seen, *against)))


def own_gains(model: Model) -> Search:
    """Return the search for the largest gain by another move, for a model with a definition.

    If the model is itself solved by search, the search for gains is the more careful one.
    """
    names = [move.name for move in model.moves]
    needs = tuple(name for name in names if name in model.found)
    judge = dataclasses.replace(model, search="careful") if model.by_search else model.defined

    def search(
        first: int, last: int, fixed: Any, varying: Any, layout: Any, values: Any, stated: Any, gains: Any
    ) -> None:
        for game in range(first, last):
            numbers = fixed.copy()
            for place, (offset, size, stride) in zip(varying, layout, strict=True):
                numbers[place] = values[offset + game // stride % size]
            told = dict(zip(needs, stated[:, game], strict=True))
            found = deviations(judge, numbers, [told.get(name, math.nan) for name in names])
            if not found:
                gains[game] = math.nan
                continue
            odd = forbidden(judge, numbers, [one.stated for one in found])
            gains[game] = math.inf if odd else max(0.0, *(one.gain for one in found))

    return Search(needs, search)


def why_unsolved(model: Model, numbers: Mapping[str, float]) -> str:
    """Say why a game could not be solved by its definition."""
    p = parameters_type(tuple(model.by_name))(*map(float, numbers.values()))
    status = functions(model)["status_of"](p)
    places = range(len(model.moves), -1, -1)
    found = [(place, bit) for place in places for bit in WHY if status >> BITS * (place + 1) & bit]
    if not found:
        levels = functions(model)
        ends = [levels["level0"](p), *(levels["level1"](p, float(one)) for one in model.without.values())]
        if max(told.error for _, _, told in ends) <= EXACT * ends[0][2].scale:
            return f"outcome returns {UNSOLVED}, which stands for unsolved"
        hint = "; try search='careful'" if model.search != "careful" else ""
        return "the search does not find the payoffs to enough digits" + hint
    place, bit = found[0]
    move = model.moves[min(place, len(model.moves) - 1)]
    return WHY[bit].format(move=move.name, player=move.player)
