"""Many games side by side: each move of `equilibrium` is made in all games of a block before the next move.

Each move has two functions here. One makes the move in one game, in *lane* n of a block; it calls the same
function as `equilibrium` does. The other calls the first for each lane, through `each_lane`, which turns the
loop into vector instructions. These compute both sides of each `if` and select one. So a lane writes what it
found, needed or not. It writes only floats, also for codes and truth values. So all values have the same
size, and a vector that holds eight payoffs holds eight codes, too. A value that may stay as it was is written
to another place than it was read from (`held` and `offer`, `backing` and `nearest`). Otherwise the compiler
would write only the changes, under a mask, and that may take as long as ten plain writes.

A branch in one game becomes a branch of the whole block: a move that no lane needs is left out, and an
iteration goes on until no lane moves. So a lane may be given a move that it does not need. It then keeps what
it had.

The results are the same as those of `equilibrium` to the bit, and do not depend on the other lanes.
"""

import math

import numpy as np

from .._jit import jit, jit_apart
from .._vectors import each_lane
from .ally import Act, ally_alone, concession_defence
from .challenger import Levels, levels
from .equilibrium import Path, Solution, path_alone, path_behind, regime, solution, unsolved
from .superpower import (
    NO_PLEDGE,
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
FIRST = 2.0
MANY = 16  # so many lanes take a step faster together than one by one

# what is known about the games of a block: the fields of each tuple, for each lane
BLOCK = np.dtype(
    (
        np.record,
        [
            ("parameters", "f8", (len(Parameters._fields), LANES)),
            ("costs", "f8", (len(Costs._fields), LANES)),
            ("levels", "f8", (len(Levels._fields), LANES)),
            ("alone", "f8", (len(Act._fields), LANES)),  # what A does without S
            ("held", "f8", (len(Offer._fields), LANES)),  # S's best offer if A holds, or no alliance
            ("offer", "f8", (len(Offer._fields), LANES)),  # S's best offer of all
            ("pays", "f8", LANES),  # whether S may gain by a pledge
            ("refusal", "f8", LANES),  # the backing with which A does not refuse
            ("backing", "f8", LANES),  # the backing with which A holds, as far as it is known
            ("nearest", "f8", LANES),  # the same, one step further
            ("more", "f8", LANES),  # whether more backing may be needed: FIRST before the first step, then 1
            ("buys", "f8", LANES),  # whether S may gain by buying less
            ("without", "f8", (len(Path._fields), LANES)),  # the path without S
            ("behind", "f8", (len(Path._fields), LANES)),  # the path with S's offer
            ("variables", "f8", (len(Solution._fields), LANES)),
        ],
    )
)


@jit
def costs_at(block, n):
    """Return the `Costs` of lane n."""
    c = block.costs
    return Costs(c[0, n], c[1, n], c[2, n], c[3, n], c[4, n], c[5, n])


@jit
def terms_at(block, n):
    """Return the `Terms` of lane n. Those that take divisions and roots are stored."""
    return terms(parameters(block.parameters[:, n]), costs_at(block, n))


@jit
def levels_at(block, n):
    """Return the `Levels` of lane n."""
    v = block.levels
    return Levels(v[0, n], v[1, n], v[2, n], v[3, n], v[4, n], v[5, n], v[6, n], v[7, n], v[8, n])


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
def offer_at(offers, n):
    """Return the offer of lane n."""
    return Offer(offers[0, n], offers[1, n], offers[2, n], offers[3, n], offers[4, n])


@jit
def put_offer(offers, n, offer):
    """Store the offer of lane n."""
    offers[0, n], offers[1, n], offers[2, n], offers[3, n], offers[4, n] = offer


@jit
def put_costs(block, n, known):
    """Store the `Costs` of lane n."""
    c = block.costs
    c[0, n], c[1, n], c[2, n], c[3, n], c[4, n], c[5, n] = known


@jit
def costs_lane(block, n):
    """Compute the `Costs` of lane n; return whether they are out of the range of floats."""
    known = costs(parameters(block.parameters[:, n]))
    put_costs(block, n, known)
    return math.isnan(known.solvable)


@jit_apart
def set_costs(block, alike):
    """Compute the `Costs` of all lanes, once if all have the same parameters for them (`alike`).

    Return in how many lanes they are out of the range of floats.
    """
    if alike:
        known = costs(parameters(block.parameters[:, 0]))
        for n in range(LANES):
            put_costs(block, n, known)
        return LANES if math.isnan(known.solvable) else 0
    return each_lane(costs_lane, block)


@jit
def put_levels(block, n, known):
    """Store the `Levels` of lane n."""
    v = block.levels
    v[0, n], v[1, n], v[2, n], v[3, n], v[4, n], v[5, n], v[6, n], v[7, n], v[8, n] = known


@jit
def levels_lane(block, n):
    """Compute the `Levels` of lane n."""
    put_levels(block, n, levels(terms_at(block, n)))


@jit_apart
def set_levels(block, alike):
    """Compute the `Levels` of all lanes, once if all have the same parameters for them (`alike`)."""
    if alike:
        known = levels(terms_at(block, 0))
        for n in range(LANES):
            put_levels(block, n, known)
    else:
        each_lane(levels_lane, block)


@jit
def alone_lane(block, n):
    """Let A act without S in lane n; return whether S could gain by a pledge."""
    t, lv = terms_at(block, n), levels_at(block, n)
    alone = ally_alone(t, lv)
    nothing = no_alliance(t, alone)
    pays = may_pay(t, lv, alone, nothing)
    put_alone(block, n, alone)
    put_offer(block.offer, n, nothing)
    block.pays[n] = 1.0 if pays else 0.0
    return pays


@jit_apart
def act_alone(block):
    """Let A act without S; return in how many lanes S could gain by a pledge."""
    return each_lane(alone_lane, block)


@jit
def refusal_lane(block, n):
    """Find what keeps A from refusing in lane n, if S may pay; return whether A might arm and concede."""
    t, lv, pays = terms_at(block, n), levels_at(block, n), block.pays[n]
    refusal = math.inf  # no step needed
    if pays:
        refusal = backing_against_refusal(t, lv, alone_at(block, n))
    block.refusal[n], block.backing[n], block.more[n] = refusal, refusal, FIRST * pays
    return t.ally_forces + refusal < concession_defence(t, lv)[0]


@jit_apart
def refuse(block):
    """Find what keeps A from refusing, in the lanes where S may pay; return in how many A might then arm and
    concede."""
    return each_lane(refusal_lane, block)


@jit
def arming_lane(block, n):
    """Find what keeps A from arming and conceding in lane n."""
    t, lv, alone = terms_at(block, n), levels_at(block, n), alone_at(block, n)
    backing, more = backing_where_arming(t, lv, alone, block.refusal[n])
    block.backing[n], block.more[n] = backing, FIRST * block.pays[n] if more else 0.0


@jit_apart
def arm(block):
    """Find what keeps A from arming and conceding."""
    each_lane(arming_lane, block)


@jit
def moves(block, n):
    """Tell whether lane n may need more backing."""
    return block.more[n] > 0.0


@jit
def step_lane(block, n):
    """Take a step towards what keeps A from adding nothing and conceding in lane n, if it may need more;
    return whether it still does."""
    backing, more = block.backing[n], False
    if moves(block, n):
        backing, more = nearer(terms_at(block, n), levels_at(block, n), backing, block.more[n] == FIRST)
    block.nearest[n], block.more[n] = backing, 1.0 if more else 0.0
    return more


@jit_apart
def step(block):
    """Take a step towards what keeps A from adding nothing and conceding, in each lane that may need more;
    return how many still do."""
    moving = each_lane(step_lane, block)
    for n in range(LANES):
        block.backing[n] = block.nearest[n]
    return moving


@jit_apart
def concede(block):
    """Find what keeps A from adding nothing and conceding. All lanes take steps together while many of them
    move, then one by one. Return in how many lanes it was not found."""
    moving, steps, lost = each_lane(moves, block), 0, 0
    while moving > MANY and steps < STEPS:
        moving = step(block)
        steps += 1
    if moving > 0:
        for n in range(LANES):
            if moves(block, n):
                t, lv = terms_at(block, n), levels_at(block, n)
                block.backing[n] = backing_against_conceding(t, lv, block.backing[n], True, steps)
                lost += 1 if math.isnan(block.backing[n]) else 0
    return lost


@jit
def holding_lane(block, n):
    """Make S's offer with which A holds, or arms and concedes, in lane n, if S may pay; return whether it may
    be better to buy less."""
    t, lv, alone = terms_at(block, n), levels_at(block, n), alone_at(block, n)
    offer, buys = no_alliance(t, alone), False
    if block.pays[n]:
        offer = offer_to_make_hold(t, lv, alone, offer, block.refusal[n], block.backing[n])
        buys = buying_may_pay(t, lv, offer)
    put_offer(block.held, n, offer)
    put_offer(block.offer, n, offer)
    block.buys[n] = 1.0 if buys else 0.0
    return buys


@jit_apart
def offer_to_hold(block):
    """Make S's offers with which A holds, or arms and concedes, in the lanes where S may pay; return in how
    many it may be better to buy less."""
    return each_lane(holding_lane, block)


@jit
def buying_lane(block, n):
    """Make S's offer that does not make A hold but buys a better settlement, in lane n, if it may pay."""
    offer = offer_at(block.held, n)
    if block.buys[n]:
        offer = buying_offer(terms_at(block, n), levels_at(block, n), alone_at(block, n), offer)
    put_offer(block.offer, n, offer)


@jit_apart
def offer_to_buy(block):
    """Make S's offers that do not make A hold but buy a better settlement."""
    each_lane(buying_lane, block)


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


@jit
def codes_lane(block, n):
    """Write the codes of lane n: the regime and both crises."""
    v, alone, offer = block.variables, alone_at(block, n), offer_at(block.offer, n)
    v[0, n] = regime(offer.limit != NO_PLEDGE, offer.crisis, alone.crisis)
    v[5, n], v[12, n] = offer.crisis, alone.crisis


@jit_apart
def set_codes(block):
    """Write the codes alone: the regime and both crises."""
    each_lane(codes_lane, block)


@jit
def path_at(paths, n):
    """Return the `Path` of lane n."""
    return Path(paths[0, n], paths[1, n], paths[2, n], paths[3, n])


@jit
def put_path(paths, n, path):
    """Store the `Path` of lane n."""
    paths[0, n], paths[1, n], paths[2, n], paths[3, n] = path


@jit
def path_alone_lane(block, n):
    """Find A's forces and C's arms without S in lane n; return whether S offers something."""
    put_path(block.without, n, path_alone(terms_at(block, n), levels_at(block, n), alone_at(block, n)))
    return offer_at(block.offer, n).limit != NO_PLEDGE


@jit
def path_behind_lane(block, n):
    """Find A's forces and C's arms with S's offer in lane n."""
    t, lv, alone = terms_at(block, n), levels_at(block, n), alone_at(block, n)
    put_path(block.behind, n, path_behind(t, lv, alone, offer_at(block.offer, n)))


@jit_apart
def follow_paths(block):
    """Find A's forces and C's arms on the path without S and on the path with its offer."""
    if each_lane(path_alone_lane, block):
        each_lane(path_behind_lane, block)
    else:  # S offers nothing in any lane, so both paths are the same
        for n in range(LANES):
            put_path(block.behind, n, path_at(block.without, n))


@jit
def settlement_lane(block, n):
    """Write the settlement and the crisis of both paths of lane n; forces and arms stay NaN."""
    alone, offer = alone_at(block, n), offer_at(block.offer, n)
    put_path(block.without, n, Path(math.nan, math.nan, alone.settlement, alone.crisis))
    put_path(block.behind, n, Path(math.nan, math.nan, offer.settlement, offer.crisis))


@jit_apart
def leave_paths(block):
    """Write the parts of both paths that are known without following them."""
    each_lane(settlement_lane, block)


@jit
def variables_lane(block, n):
    """Write all variables of lane n, as far as the paths are known."""
    without, behind, offer = path_at(block.without, n), path_at(block.behind, n), offer_at(block.offer, n)
    found = solution(terms_at(block, n), without, behind, offer.backing, offer.limit != NO_PLEDGE)
    put_solution(block.variables, n, found)


@jit_apart
def set_variables(block):
    """Write all variables, as far as the paths are known."""
    each_lane(variables_lane, block)


@jit
def strike_unsolved(block):
    """Mark the games as unsolved in the lanes where S's offer was not found."""
    for n in range(LANES):
        if math.isnan(offer_at(block.offer, n).backing):
            put_solution(block.variables, n, unsolved())
