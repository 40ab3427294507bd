"""Checks that every solver must pass: the twin and the certificate.

`solve` is a function that takes a game and returns its solution and what fixes the pledge.
"""

import numpy as np
import pytest
from conftest import sized

from foedus import Crisis, Regime
from foedus.kernels import alliance as kernels


def regime(signed, crisis, crisis_without):
    """Return the regime, by the table of regimes."""
    alone = {0: Regime.REVISION, 1: Regime.SELF_RELIANCE, 2: Regime.CONCESSION}[crisis_without]
    if not signed:
        return alone
    if crisis != Crisis.QUIET:
        return Regime.PARTIAL
    return Regime.RESTRAINT if alone == Regime.REVISION else Regime.DETERRENCE


def agree_with_twin(solve, games):
    """Assert that grid search from the definition finds the same payoffs, settlements, crises and regimes.

    The search closes in on every local best until its cells are about 1e-8 of the grid. But a smooth best
    reply of A or S is only found as exactly as payoffs can be distinguished. Numbers that change with it at
    first order have errors of about 1e-5. So A's own payoff must agree to 1e-6, the other payoffs and the
    settlement to 1e-4, and to 3e-4 with a pledge. Who challenges, and so the regime, is compared if the
    payoff gap that decides it exceeds these errors.
    """
    import twin

    settled = 0
    for g in games:
        without, path, ally_gap, superpower_gap = twin.solve(g, 40)
        v, _ = solve(g)
        scale = max(1.0, g[9])
        assert v.ally_payoff_without == pytest.approx(without[6], abs=1e-6), g
        if ally_gap > 1e-5:
            assert v.crisis_without == without[4], g
            assert v.settlement_without == pytest.approx(without[3], abs=1e-4), g
            assert v.superpower_payoff_without == pytest.approx(without[5], abs=1e-4 * scale), g
            assert v.challenger_payoff_without == pytest.approx(without[7], abs=1e-4), g
            assert v.superpower_payoff == pytest.approx(path[5], abs=1e-4 * scale), g
            if superpower_gap > 1e-3 * scale:
                settled += 1
                assert v.regime == regime(path[0] > 0, path[4], without[4]), g
                assert v.crisis == path[4], g
                assert v.settlement == pytest.approx(path[3], abs=3e-4), g
                assert v.ally_payoff == pytest.approx(path[6], abs=3e-4), g
                assert v.challenger_payoff == pytest.approx(path[7], abs=3e-4), g
    assert settled > 0.7 * len(games)  # the others, mostly edge cases, are ties or nearly ties


def nobody_gains(solver, solve, games, most):
    """Assert that no deviation gains more than `most`, at each of the four moves, on the path and at random
    nodes off it. `solver` is a solver of `certificate`."""
    import certificate

    rng = np.random.default_rng(4)
    for g in games[:: len(games) // sized(len(games))]:
        v, limit = solve(g)
        c_a, c_s, stake = g[0], g[2], max(1.0, g[9])
        # moves 3 and 4, on the path, without S and with it
        for s, a, b, x in (
            (0.0, v.ally_arms_without, v.challenger_arms_without, v.settlement_without),
            (v.pledge, v.ally_arms, v.challenger_arms, v.settlement),
        ):
            assert certificate.ally_gain(solver, g, s, a, x) <= most, g
            gain, wrong = certificate.challenger_gain(g, s, a, b, x)
            assert gain <= most, g
            assert wrong <= most, g
        # move 2: A signs only if it gains; move 1: S
        if limit != kernels.PledgeLimit.NONE:
            assert v.ally_payoff >= v.ally_payoff_without - most, g
        gain = certificate.superpower_gain(solver, g, v.pledge, v.superpower_payoff, v.ally_payoff_without)
        assert gain <= most * stake, g
        # moves 3 and 4, off the path
        for _ in range(3):
            s, a = rng.random() ** 3 / c_s, rng.random() ** 3 / c_a
            assert max(certificate.ally_reply_gain(solver, g, s)) <= most, (g, s)
            assert max(certificate.challenger_reply_gain(solver, g, s, a)) <= most, (g, s, a)


def certificate_objects(solver, v, g):
    """Assert that the certificate objects to paths that are not the solution `v` of the game."""
    import certificate

    assert certificate.ally_gain(solver, g, v.pledge, v.ally_arms + 0.01, v.settlement) > 0.005
    gain, _ = certificate.challenger_gain(g, v.pledge, v.ally_arms, v.challenger_arms + 0.01, v.settlement)
    assert gain > 0.004
    _, wrong = certificate.challenger_gain(g, v.pledge, v.ally_arms, v.challenger_arms, v.settlement + 0.01)
    assert wrong > 0.009
    worse = v.superpower_payoff - 0.01
    assert certificate.superpower_gain(solver, g, v.pledge, worse, v.ally_payoff_without) > 0.005
