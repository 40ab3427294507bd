"""Which moves play after an option depends on; what it does not depend on is solved once, with the same results."""

import math

import numpy as np
import pytest
from conftest import compiled_only

import foedus
from foedus import Choice, Code, Model, Move, Outcome, Parameter
from foedus.model.reads import reads
from foedus.solving import backward


class Deal(Code):
    REFUSED, TAKEN = range(2)


def outcome(p, m):
    return (Deal.TAKEN if m.reply == 0 else Deal.REFUSED,)


@foedus.jit
def helped(p, m):
    return 0.1 * m.offer


def alone(p, m):
    if m.reply == 0:
        return 1.0 - m.offer, m.offer
    return p.worth * m.arms - m.arms**2, max(0.2, p.worth - m.arms)


def felt(p, m):
    if m.reply == 0:
        return 1.0 - m.offer, m.offer
    return p.worth * m.arms - m.arms**2 - 0.1 * m.offer, p.worth - m.arms


def compared(p, m):
    if m.reply == 0:
        return 1.0 - m.offer, m.offer
    much = p.worth > 2.0 and m.arms > 0.5 and m.offer > 0.5
    return p.worth * m.arms - m.arms**2 - (0.1 if much else 0.0), p.worth - m.arms


def by_a_helper(p, m):
    one, other = alone(p, m)
    return one - helped(p, m), other


def by_math(p, m):
    one, other = alone(p, m)
    return one + math.exp(-m.arms), other


def at_a_place(p, m):
    one, other = alone(p, m)
    return one - m[0], other


def known(payoffs=alone, outcome=outcome, high=2.0, when=lambda p, m: m.reply == 1):
    """Return a game in which an offer is taken or refused, and the proposer then arms."""
    return Model(
        "known", "A game that is known",
        parameters=[Parameter("worth", "", 1.0)], outcomes=[Outcome("deal", codes=Deal)],
        players=["first", "second"],
        moves=[
            Move("first", "offer", high=1.0),
            Choice("second", "reply", ("take", "refuse")),
            Move("first", "arms", high=high, when=when),
        ],
        payoffs=payoffs, outcome=outcome,
    )  # fmt: skip


READ = {
    "payoffs": (known(), {"reply", "arms"}),
    "a term": (known(felt), {"reply", "arms", "offer"}),
    "a comparison behind others": (known(compared), {"reply", "arms", "offer"}),
    "a helper": (known(by_a_helper), None),
    "a function of math": (known(by_math), None),
    "a move by its place": (known(at_a_place), None),
    "the code": (known(outcome=lambda p, m: (Deal.TAKEN if m.offer > 0.5 else Deal.REFUSED,)), {"reply", "arms", "offer"}),
    "a later end": (known(high=lambda p, m: 1.0 + m.offer), {"reply", "arms", "offer"}),
    "a later condition": (known(when=lambda p, m: m.offer < 0.5), {"reply", "arms", "offer"}),
}  # fmt: skip


@pytest.mark.parametrize(("model", "read"), READ.values(), ids=READ)
def test_what_play_after_a_refusal_depends_on(model, read):
    assert reads(model, 1, 1) == read
    assert backward._apart(model, 0)[1] == ([1] if read == {"reply", "arms"} else [])


def test_after_what_is_taken_play_depends_on_the_offer():
    assert reads(known(), 1, 0) == {"reply", "offer"}


def test_of_too_many_paths_nothing_is_known():
    def payoffs(p, m):
        total = 0.0
        for k in range(9):
            total += m.arms if p.worth > k else 0.0
        return total, m.offer

    assert reads(known(payoffs), 1, 1) is None


@compiled_only
@pytest.mark.parametrize("payoffs", [alone, felt, compared])
def test_solving_it_once_changes_nothing(monkeypatch, payoffs):
    games = {"worth": np.linspace(0.0, 3.0, 50)}
    found = foedus.solve_points(games, model=known(payoffs))
    monkeypatch.setattr(backward, "_apart", lambda model, k: (None, []))
    again = foedus.solve_points(games, model=known(payoffs))
    assert (found.deal != -1).all()
    assert found.reply.min() < found.reply.max()
    for name in again.data_vars:
        assert found[name].values.tobytes() == again[name].values.tobytes()
