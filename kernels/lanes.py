"""Many games side by side: the moves of `equilibrium`, each made in all games of a block before the next.

Every loop here calls a function of one game for each game, one *lane*, of a block. Such a loop without a
branch that matters, over arrays of constant shape in one piece of memory, is what the compiler turns into
vector instructions: it computes both sides of each `if` and selects. What would be a branch in one game is
one of the whole block here: a move that no lane asks for is left out, and what takes steps takes them until
no lane moves. So a lane may be given a move that it did not ask for, and then keeps what it had.

The results are those of `equilibrium` to the bit, whatever stands in the other lanes.
"""

import math

import numpy as np

from ._jit import jit, jit_apart, whole_vectors
from .ally import Act, ally_alone, concession_defence
from .challenger import Levels, levels
from .equilibrium import Path, Solution, codes, path_alone, path_behind, solved
from .superpower import (
    STEPS,
    Offer,
    backing_against_conceding,
    backing_against_refusal,
    backing_where_arming,
    buying_may_pay,
    buying_offer,
    may_pay,
    nearer,
    no_alliance,
    offer_to_make_hold,
)
from .terms import Costs, Parameters, costs, parameters, terms

LANES = 64
MANY = 16  # lanes that take a step faster together than one by one

# what is known of the games of a block: the fields of each tuple by lane
BLOCK = np.dtype(
    (
        np.record,
        [
            ("parameters", "f8", (len(Parameters._fields), LANES)),
            ("costs", "f8", (len(Costs._fields), LANES)),
            ("levels", "f8", (len(Levels._fields), LANES)),
            ("alone", "f8", (len(Act._fields), LANES)),  # what A does without S
            ("offer", "f8", (len(Offer._fields) - 1, LANES)),  # S's best so far, without what fixes it
            ("limit", "i8", LANES),  # what fixes it
            ("pays", "i8", LANES),  # whether S may gain by a pledge
            ("refusal", "f8", LANES),  # the backing with which A does not refuse
            ("backing", "f8", LANES),  # the one with which it holds, as far as it is known
            ("more", "i8", LANES),  # whether more than that may be needed
            ("buys", "i8", LANES),  # whether S may gain by buying less
            ("without", "f8", (len(Path._fields), LANES)),  # the path without S
            ("behind", "f8", (len(Path._fields), LANES)),  # the one behind its offer
            ("variables", "f8", (len(Solution._fields), LANES)),
        ],
    )
)


@jit
def costs_at(block, n):
    """Return the `Costs` of lane n."""
    c = block.costs
    return Costs(c[0, n], c[1, n], c[2, n], c[3, n], c[4, n])


@jit
def terms_at(block, n):
    """Return the `Terms` of lane n, of which what costs divisions and roots is stored."""
    return terms(parameters(block.parameters[:, n]), costs_at(block, n))


@jit
def levels_at(block, n):
    """Return the `Levels` of lane n."""
    v = block.levels
    return Levels(v[0, n], v[1, n], v[2, n], v[3, n], v[4, n], v[5, n], v[6, n], v[7, n])


@jit
def alone_at(block, n):
    """Return what A does without S in lane n."""
    v = block.alone
    return Act(v[0, n], v[1, n], v[2, n], v[3, n])


@jit
def put_alone(block, n, alone):
    """Store what A does without S in lane n."""
    v = block.alone
    v[0, n], v[1, n], v[2, n], v[3, n] = alone


@jit
def offer_at(block, n):
    """Return S's best offer so far in lane n."""
    v = block.offer
    return Offer(v[0, n], v[1, n], v[2, n], v[3, n], block.limit[n])


@jit
def put_offer(block, n, offer):
    """Make this S's best offer so far in lane n."""
    v = block.offer
    v[0, n], v[1, n], v[2, n], v[3, n], block.limit[n] = offer


@jit
def put_costs(block, n, known):
    """Store the `Costs` of lane n."""
    c = block.costs
    c[0, n], c[1, n], c[2, n], c[3, n], c[4, n] = known


@jit_apart
def set_costs(block, alike):
    """Compute the `Costs` of all lanes, once if the parameters that decide them are `alike` in all."""
    whole_vectors()
    if alike:
        known = costs(parameters(block.parameters[:, 0]))
        for n in range(LANES):
            put_costs(block, n, known)
    else:
        for n in range(LANES):
            put_costs(block, n, costs(parameters(block.parameters[:, n])))


@jit
def put_levels(block, n, known):
    """Store the `Levels` of lane n."""
    v = block.levels
    v[0, n], v[1, n], v[2, n], v[3, n], v[4, n], v[5, n], v[6, n], v[7, n] = known


@jit_apart
def set_levels(block, alike):
    """Compute the `Levels` of all lanes, once if the parameters that decide them are `alike` in all."""
    whole_vectors()
    if alike:
        known = levels(terms_at(block, 0))
        for n in range(LANES):
            put_levels(block, n, known)
    else:
        for n in range(LANES):
            put_levels(block, n, levels(terms_at(block, n)))


@jit_apart
def act_alone(block):
    """Let A act without S; return whether S could gain by a pledge in some lane."""
    whole_vectors()
    some = 0
    for n in range(LANES):
        t, lv = terms_at(block, n), levels_at(block, n)
        alone = ally_alone(t, lv)
        nothing = no_alliance(t, alone)
        pays = 1 if may_pay(t, lv, alone, nothing) else 0
        put_alone(block, n, alone)
        put_offer(block, n, nothing)
        block.pays[n] = pays
        some |= pays
    return some


@jit_apart
def refuse(block):
    """Find what keeps A from refusing, where S may pay; return whether A might then arm and concede in some
    lane."""
    whole_vectors()
    some = 0
    for n in range(LANES):
        t, lv = terms_at(block, n), levels_at(block, n)
        refusal = math.inf  # which needs no more
        if block.pays[n]:
            refusal = backing_against_refusal(t, lv, alone_at(block, n))
        arms = 1 if t.ally_forces + refusal < concession_defence(t, lv)[0] else 0
        block.refusal[n], block.backing[n], block.more[n] = refusal, refusal, block.pays[n]
        some |= arms
    return some


@jit_apart
def arm(block):
    """Find what keeps A from arming and conceding."""
    whole_vectors()
    for n in range(LANES):
        t, lv = terms_at(block, n), levels_at(block, n)
        backing, more = backing_where_arming(t, lv, block.refusal[n])
        block.backing[n], block.more[n] = backing, 1 if more and block.pays[n] else 0


@jit_apart
def step(block):
    """Take a step towards what keeps A from adding nothing and conceding, in each lane that may need more;
    return how many still do."""
    whole_vectors()
    moving = 0
    for n in range(LANES):
        backing, more = block.backing[n], False
        if block.more[n]:
            backing, more = nearer(terms_at(block, n), levels_at(block, n), backing)
        block.backing[n], block.more[n] = backing, more
        moving += 1 if more else 0
    return moving


@jit_apart
def concede(block):
    """Find what keeps A from adding nothing and conceding: in all lanes at once while many of them move,
    then one by one; return in how many it was not found."""
    whole_vectors()
    moving = lost = 0
    for n in range(LANES):
        moving += block.more[n]
    steps = 0
    while moving > MANY and steps < STEPS:
        moving = step(block)
        steps += 1
    if moving > 0:
        for n in range(LANES):
            if block.more[n]:
                t, lv = terms_at(block, n), levels_at(block, n)
                block.backing[n] = backing_against_conceding(t, lv, block.backing[n], True, steps)
                lost += 1 if math.isnan(block.backing[n]) else 0
    return lost


@jit_apart
def offer_to_hold(block):
    """Make S's offers to an A that holds, or arms and concedes, in the lanes where S may pay; return whether
    in some lane it may be better to buy less."""
    whole_vectors()
    some = 0
    for n in range(LANES):
        offer, buys = offer_at(block, n), 0
        if block.pays[n]:
            t, lv, alone = terms_at(block, n), levels_at(block, n), alone_at(block, n)
            offer = offer_to_make_hold(t, lv, alone, offer, block.refusal[n], block.backing[n])
            buys = 1 if buying_may_pay(t, lv, offer) else 0
        put_offer(block, n, offer)
        block.buys[n] = buys
        some |= buys
    return some


@jit_apart
def offer_to_buy(block):
    """Make S's offers that stop short of making A hold."""
    whole_vectors()
    for n in range(LANES):
        offer = offer_at(block, n)
        if block.buys[n]:
            offer = buying_offer(terms_at(block, n), levels_at(block, n), alone_at(block, n), offer)
        put_offer(block, n, offer)


@jit
def solve_lanes(block):
    """Find what A does without S and S's best offer in every lane; return in how many it was not found."""
    lost = 0
    if act_alone(block):
        if refuse(block):
            arm(block)
        lost = concede(block)
        if offer_to_hold(block):
            offer_to_buy(block)
    return lost


@jit
def put_solution(v, n, solution):
    """Store the variables of lane n in `v`, one by one: a loop over a tuple is slower."""
    (
        v[0, n], v[1, n], v[2, n], v[3, n], v[4, n], v[5, n], v[6, n], v[7, n], v[8, n], v[9, n],
        v[10, n], v[11, n], v[12, n], v[13, n], v[14, n], v[15, n], v[16, n], v[17, n], v[18, n],
    ) = solution  # fmt: skip


@jit_apart
def set_codes(block):
    """Write the codes alone: the regime and both crises."""
    whole_vectors()
    v = block.variables
    for n in range(LANES):
        v[0, n], v[5, n], v[12, n] = codes(alone_at(block, n), offer_at(block, n))


@jit
def path_at(paths, n):
    """Return the `Path` of lane n."""
    return Path(paths[0, n], paths[1, n], paths[2, n], paths[3, n])


@jit
def put_path(paths, n, path):
    """Store the `Path` of lane n."""
    paths[0, n], paths[1, n], paths[2, n], paths[3, n] = path


@jit_apart
def follow_paths(block):
    """Find A's forces and C's arms on the path without S and on the one behind its offer."""
    whole_vectors()
    signed = 0
    for n in range(LANES):
        put_path(block.without, n, path_alone(terms_at(block, n), levels_at(block, n), alone_at(block, n)))
        signed |= block.limit[n]
    if signed:
        for n in range(LANES):
            t, lv, alone = terms_at(block, n), levels_at(block, n), alone_at(block, n)
            put_path(block.behind, n, path_behind(t, lv, alone, offer_at(block, n)))
    else:  # S offers nothing anywhere, and the two are one
        for n in range(LANES):
            put_path(block.behind, n, path_at(block.without, n))


@jit_apart
def leave_paths(block):
    """Write of both paths what is known without following them; forces and arms stay NaN."""
    whole_vectors()
    for n in range(LANES):
        alone, offer = alone_at(block, n), offer_at(block, n)
        put_path(block.without, n, Path(math.nan, math.nan, alone.settlement, alone.crisis))
        put_path(block.behind, n, Path(math.nan, math.nan, offer.settlement, offer.crisis))


@jit_apart
def set_variables(block):
    """Write all variables, as far as the paths are known."""
    whole_vectors()
    for n in range(LANES):
        without, behind = path_at(block.without, n), path_at(block.behind, n)
        found = solved(terms_at(block, n), without, behind, offer_at(block, n))
        put_solution(block.variables, n, found)
