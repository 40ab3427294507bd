"""Cutpoints that are known in closed form, in the limit where the challenger's arms are fixed."""

import math
from typing import Any

# if C's existing forces would have cost it more than this, in goods, its arms count as fixed
FIXED = 1e3


def fixed_arms_cutpoints(
    status_quo: float,
    ally_war_cost: float,
    challenger_war_cost: float,
    bargaining_power: float,
    challenger_forces: float,
) -> tuple[float, float]:
    """Return the two cutpoints in `ally_cost` of the game without S if C's arms are fixed, in closed form.

    They are the limit of `cutpoints` as `challenger_cost` grows without bound, in the ratio contest with
    decisiveness 1 and no existing forces of A. Below the first, A overturns the status quo alone. Between the
    two, A holds it alone. Above the second, A concedes. With K = k_A + k_C and B = 1 - q + k_C::

        (B - sqrt((1 - pi) B K))^2 / e_C                        if pi <= 1 - K/B
        min(pi, (1 - q)/K) B (B - K) / e_C                      else

        min((B + sqrt(pi B K))^2 / e_C, q B / (e_C (q - k_C)))  if B + sqrt(pi B K) <= 1
        B (q - max(0, k_C - pi K)) / (e_C (q - k_C))            else

    Raises ValueError unless K > 0, q > k_C and q + k_A < 1.

    Examples
    --------
    >>> low, high = fixed_arms_cutpoints(0.5, 0.1, 0.1, 0.0, 1.0)
    >>> round(low, 6), round(high, 6)
    (0.064308, 0.36)
    """
    q, pi, forces = status_quo, bargaining_power, challenger_forces
    war_costs = ally_war_cost + challenger_war_cost
    if not (war_costs > 0 and q > challenger_war_cost and q + ally_war_cost < 1):
        raise ValueError(
            f"K = {war_costs:g}, q - k_C = {q - challenger_war_cost:g}, "
            f"1 - q - k_A = {1 - q - ally_war_cost:g}: all must be > 0 for the cutpoints with fixed arms"
        )
    odds = 1 - q + challenger_war_cost
    if pi <= 1 - war_costs / odds:
        low = (odds - math.sqrt((1 - pi) * odds * war_costs)) ** 2 / forces
    else:
        low = min(pi, (1 - q) / war_costs) * odds * (odds - war_costs) / forces
    reach = odds + math.sqrt(pi * odds * war_costs)
    edge = forces * (q - challenger_war_cost)
    if reach <= 1:
        high = min(reach**2 / forces, q * odds / edge)
    else:
        high = odds * (q - max(0.0, challenger_war_cost - pi * war_costs)) / edge
    return low, high


def known_cutpoints(line: Any) -> tuple[float, ...]:
    """Return the closed forms for a Dataset of cutpoints in `ally_cost` along one line, if they hold up to
    the small difference from the limit."""
    if line.attrs["parameter"] != "ally_cost" or line.contest != "ratio":
        return ()
    fixed = line.challenger_cost * line.challenger_forces >= FIXED
    if not (fixed and line.stake == 0 and line.ally_forces == 0 and line.decisiveness == 1):
        return ()
    names = "status_quo", "ally_war_cost", "challenger_war_cost", "bargaining_power", "challenger_forces"
    try:
        return fixed_arms_cutpoints(*(line[name].item() for name in names))
    except ValueError:  # they do not exist
        return ()
