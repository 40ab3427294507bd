"""Trees in Gambit's format: of textbooks and at random, and their exact backward induction."""

import itertools
from fractions import Fraction

from foedus.kernels.loop import parameters_type

# The challenger enters or stays out, the incumbent fights or not: Osborne (2004), An Introduction to Game
# Theory, Example 154.1. Fighting pays it 0, and accommodating 1.
ENTRY = """EFG 2 R "Entry" { "challenger" "incumbent" }
"after Osborne (2004)"

p "" 1 1 "enter" { "in" "out" } 0
p "" 2 1 "respond" { "acquiesce" "fight" } 0
t "" 1 "shared" { 2, 1 }
t "" 2 "war" { 0, 0 }
t "" 3 "monopoly" { 1, 2 }
"""
# A brother proposes how to share two presents, and his sister says no or yes: Shoham and Leyton-Brown (2008),
# Multiagent Systems, Figure 5.1.
SHARING = """EFG 2 R "Sharing" { "brother" "sister" }
p "" 1 1 "" { "2-0" "1-1" "0-2" } 0
p "" 2 1 "" { "no" "yes" } 0
t "" 1 "" { 0 0 }
t "" 2 "" { 2 0 }
p "" 2 2 "" { "no" "yes" } 0
t "" 3 "" { 0 0 }
t "" 4 "" { 1 1 }
p "" 2 3 "" { "no" "yes" } 0
t "" 5 "" { 0 0 }
t "" 6 "" { 0 2 }
"""
# Each player in turn stops (down) or goes on (across): the same book, Figure 5.9, after Rosenthal (1981),
# Journal of Economic Theory 25.
CENTIPEDE = """EFG 2 R "Centipede" { "1" "2" }
p "" 1 1 "" { "A" "D" } 0
p "" 2 1 "" { "A" "D" } 0
p "" 1 2 "" { "A" "D" } 0
p "" 2 2 "" { "A" "D" } 0
p "" 1 3 "" { "A" "D" } 0
t "" 1 "" { 3.0, 5.0 }
t "" 2 "" { 4.0, 3.0 }
t "" 3 "" { 2.0, 4.0 }
t "" 4 "" { 3.0, 1.0 }
t "" 5 "" { 0.0, 2.0 }
t "" 6 "" { 1.0, 0.0 }
"""
# A challenger threatens, a defender yields or fights, and chance says who wins a war.
CRISIS = """EFG 2 R "Crisis" { "challenger" "defender" }
p "" 1 1 "threaten" { "no" "yes" } 0
t "" 1 "peace" { 0 1 }
p "" 2 1 "answer" { "yield" "fight" } 0
t "" 2 "concession" { 1 0 }
c "" 1 "war" { "won" 1/2 "lost" 1/2 } 4 "costs" { -1/5 -1/5 }
t "" 3 "victory" { 1 0 }
t "" 5 "defeat" { 0 1 }
"""
TABLES = """
[parameters]
p = { default = 0.5, domain = ">= 0 and <= 1", usual = [0, 1], long_name = "chance that the challenger wins" }
cost = { default = 0.2, symbol = "c", domain = ">= 0", usual = [0, 1] }
[payoffs]
costs = ["-cost", "-cost"]
[chances]
war = ["p", "1 - p"]
"""


def by_python(model, **given):
    """Return what the kernel finds, by name, without compiling it into a loop."""
    values = [float(given.get(name, parameter.default)) for name, parameter in model.by_name.items()]
    return dict(zip(model.found, model.solve(parameters_type(tuple(model.by_name))(*values)), strict=True))


# trees of nested tuples: ("p", player, [...]), ("c", odds, [...]) and ("t", payoffs), and what is paid there


def random_tree(rng, players, ends, moves=0):
    """Return a random tree: payoffs of few values, so that there are many ties."""

    def payoffs():
        return [Fraction(rng.randint(-3, 3), rng.choice((1, 1, 2, 3))) for _ in range(players)]

    count = 0 if ends == 1 or moves > 6 else min(ends, rng.choice((1, 2, 2, 3)))
    if not count:
        return ("t", payoffs() if rng.random() < 0.9 else None)
    cuts = sorted(rng.sample(range(1, ends), count - 1))
    sizes = [high - low for low, high in itertools.pairwise([0, *cuts, ends])]
    after = [random_tree(rng, players, size, moves + 1) for size in sizes]
    paid = payoffs() if rng.random() < 0.2 else None
    if rng.random() < 0.2:
        weights = [rng.randint(0, 3) for _ in range(count - 1)] + [1]
        return ("c", [Fraction(weight, sum(weights)) for weight in weights], after, paid)
    return ("p", rng.randrange(players), after, paid)


def written(tree, players):
    """Return the text of a tree, with numbers for information sets and outcomes as they come."""
    names = " ".join(f'"p{i}"' for i in range(players))
    lines = [f'EFG 2 R "random" {{ {names} }}', '""', ""]
    sets, outcomes = itertools.count(1), itertools.count(1)

    def outcome(paid):
        return f'{next(outcomes)} "" {{ {", ".join(map(str, paid))} }}' if paid else "0"

    def write(node):
        if node[0] == "t":
            lines.append(f't "" {outcome(node[1])}')
            return
        kind, what, after, paid = node
        odds = [f" {one}" for one in what] if kind == "c" else [""] * len(after)
        options = " ".join(f'"o{k}"{one}' for k, one in enumerate(odds))
        head = 'c ""' if kind == "c" else f'p "" {what + 1}'
        lines.append(f'{head} {next(sets)} "" {{ {options} }} {outcome(paid)}')
        for one in after:
            write(one)

    write(tree)
    return "\n".join(lines) + "\n"


def induced(tree, players, movers=(), paid=None):
    """Return the expected payoffs and what is chosen at each decision node, in the order of the tree."""
    paid = paid or [Fraction(0)] * players
    paid = [sum(pair) for pair in zip(paid, tree[-1] or [0] * players, strict=True)]
    if tree[0] == "t":
        return paid, []
    kind, what, after, _ = tree
    order = (what, *(one for one in movers if one != what)) if kind == "p" else movers
    found = [induced(one, players, order, paid) for one in after]
    below = [choice for _, chosen in found for choice in chosen]
    if kind == "c":
        mean = [sum(q * one[i] for q, (one, _) in zip(what, found, strict=True)) for i in range(players)]
        return mean, below
    best = max(range(len(after)), key=lambda k: ([found[k][0][i] for i in order], -k))
    return found[best][0], [best, *below]
