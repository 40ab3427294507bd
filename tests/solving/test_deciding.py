"""Whose decision flips at a cutpoint, found from the definition of a game: games whose cutpoints are known."""

import dataclasses
import math

import numpy as np
import pytest
from conftest import compiled_only
from dixit import BLOCKADE, DETERRING, DIXIT, Entry

import foedus
from foedus import Chance, Choice, Code, Model, Outcome, Parameter
from foedus.maps.cutpoints import cutpoint_rows
from foedus.model.turns import turns

pytestmark = compiled_only


def closed_form(p):
    limit = 1.0 - 2.0 * math.sqrt(p.sunk_cost)
    if limit <= 0.5:
        return Entry.BLOCKADED, 0.5
    deterred = limit * (1.0 - limit) >= 0.125
    return (Entry.DETERRED, limit) if deterred else (Entry.ACCOMMODATED, 0.5)


@pytest.fixture(scope="module")
def found():
    return foedus.cutpoints("sunk_cost", (0.001, 0.1), model=DIXIT, points=8)


def test_a_leader_is_indifferent_between_deterring_and_not(found):
    headings, rows = cutpoint_rows(found)
    assert headings == ["F", "below", "above", "player", "between"]
    (first, *deterring), (second, *blockade) = rows
    assert first == pytest.approx(DETERRING, rel=1e-9)
    assert deterring == ["accommodated", "deterred", "incumbent", "lower or higher output"]
    assert second == pytest.approx(BLOCKADE, rel=1e-6)
    assert blockade == ["deterred", "blockaded", "nobody", "moves change without a jump"]


def test_files_pictures_and_margins_tell_it(found, tmp_path):
    foedus.save(found, tmp_path / "found.nc")
    again = foedus.load(tmp_path / "found.nc")
    assert cutpoint_rows(again) == cutpoint_rows(found)
    assert again.decision.attrs["flag_meanings"].split()[2] == "lower_or_higher_output"
    (legend,) = foedus.plot(again).legends
    assert "incumbent: lower or higher output" in [
        text.get_text().replace("\n", " ") for text in legend.texts
    ]
    near = foedus.statics(model=DIXIT, parameters=["sunk_cost"], sunk_cost=0.9 * DETERRING).sel(side="above")
    assert DIXIT.decides.player(near.player.item()).name == "INCUMBENT"


def test_a_kernel_may_turn_a_little_beside_the_definition():
    both = dataclasses.replace(
        DIXIT, solve=closed_form, outcomes=[Outcome("entry", codes=Entry), Outcome("output")]
    )
    rows = cutpoint_rows(foedus.cutpoints("sunk_cost", (0.001, 0.05), model=both, points=8))[1]
    assert [row[1:] for row in rows] == [
        ["accommodated", "deterred", "incumbent", "lower or higher output"],
    ]


class End(Code):
    LEFT, WON, LOST = range(3)


def stakes(p, m):
    """After `right` the follower's choice between `up` and `down` turns at t = 0; up is worth 3 to the leader."""
    if m.go == 0.0:
        return 1.0, 0.0
    return (3.0 if m.reply == 0.0 else 0.0), (0.0 if m.reply == 0.0 else p.t)


def ended(p, m):
    return (End.LEFT if m.go == 0.0 else End.WON if m.reply == 0.0 else End.LOST,)


T = Parameter("t", "t", 0.5, "any", usual=(-1, 1))
GO = Choice("leader", "go", ("left", "right"))
REPLY = Choice("follower", "reply", ("up", "down"), when=lambda p, m: m.go == 1.0)


def game(name, payoffs, *moves, outcome=ended):
    return Model(
        name, name.title(), [T], [Outcome("end", codes=End)],
        players=["leader", "follower"], moves=moves, payoffs=payoffs, outcome=outcome,
    )  # fmt: skip


def told(model):
    """Return the rows of cutpoints of a model along t."""
    return cutpoint_rows(foedus.cutpoints("t", (-1.0, 1.0), model=model, points=4))[1]


def test_a_later_player_turns_in_its_reply_off_the_path():
    (row,) = told(game("replies", stakes, GO, REPLY))
    assert abs(row[0]) < 1e-12
    assert row[1:] == ["won", "left", "follower", "up or down"]


def by_weather(p, m):
    return (p.t if m.go == 1.0 else 0.0) * (m.weather == 0.0), 0.0


def test_a_player_decides_after_chance():
    weather = Chance("weather", ("fair", "foul"), (0.75, 0.25))
    model = game(
        "weathers", by_weather, weather, GO,
        outcome=lambda p, m: (End.WON if m.go == 1.0 else End.LEFT,),
    )  # fmt: skip
    assert [row[1:] for row in told(model)] == [["left", "won", "leader", "left or right"]]


def test_nobody_decides_where_a_condition_turns():
    model = game(
        "conditions", lambda p, m: (m.go, 0.0),
        Choice("leader", "go", ("left", "right"), when=lambda p, m: p.t > 0.25),
        outcome=lambda p, m: (End.WON if m.go == 1.0 else End.LEFT,),
    )  # fmt: skip
    ((value, *words),) = told(model)
    assert value == pytest.approx(0.25)
    assert words == ["left", "won", "nobody", "none"]


def test_beside_unsolved_games_nobody_decides():
    model = game(
        "broken", lambda p, m: (m.go if p.t < 0.25 else math.nan, 0.0), GO,
        outcome=lambda p, m: (End.WON if m.go == 1.0 else End.LEFT,),
    )  # fmt: skip
    with np.errstate(invalid="ignore"):
        ((_, *words),) = told(model)
    assert words == ["won", "unsolved", "nobody", "none"]


def names_of(*moves):
    return [*turns(game("names", stakes, *moves)).values()]


def test_names_of_decisions_are_told_apart():
    assert names_of(GO, REPLY) == ["LEFT_OR_RIGHT", "UP_OR_DOWN"]
    three = Choice("leader", "go", ("stay put", "go (now)", "both"))
    assert names_of(three) == ["STAY_PUT_OR_GO_NOW", "STAY_PUT_OR_BOTH", "GO_NOW_OR_BOTH"]
    again = Choice("follower", "next", ("left", "right"))
    assert names_of(GO, again) == ["GO_LEFT_OR_RIGHT", "NEXT_LEFT_OR_RIGHT"]
    many = Choice("leader", "target", [f"city {k}" for k in range(12)])  # 66 pairs
    assert names_of(many, again) == ["ANOTHER_TARGET", "ANOTHER_NEXT"]
