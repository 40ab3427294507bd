"""Trees of games: their ends follow from the definition, and Gambit finds the equilibrium in them."""

import dataclasses
import functools
import itertools
import math
import os
import re
import warnings
from pathlib import Path

import pygambit
import pytest
import twin
from conftest import compiled_only
from games import NAMES, random_games

import foedus
from foedus import Regime
from foedus.alliance import gambit as trees
from foedus.alliance.model import CONTESTS
from foedus.cli.app import run
from foedus.kernels import alliance as kernels

FORMS = {
    "ratio": {"contest": 0.0, "decisiveness": (1.0, 1.0)},
    "ratio, any decisiveness": {"contest": 0.0, "decisiveness": (0.3, 4.0)},
    "difference": {"contest": 1.0, "decisiveness": (0.3, 4.0)},
}
REGIMES = [regime for regime in Regime if regime != Regime.UNSOLVED]
SIZES = [(1, 2), (2, 3), (3, 4)]
GAP = 1e-4  # payoffs that differ by less are no test of a numerical solver
PRECISION = 1e5  # at which moves that cost GAP are made once in 20,000 times
RAISED = 0.102  # the largest part by which arms are raised, including rounding

pytestmark = compiled_only


@functools.cache
def games_of(form, each):
    """Return so many random games of every regime, solved."""
    found = {regime: [] for regime in REGIMES}
    for g in random_games(1500, 5, spread=0.5, **FORMS[form]):
        regime = Regime(int(kernels.solve_any_game(g)[0].regime))
        if regime in found and len(found[regime]) < each:
            named = dict(zip(NAMES, g, strict=False))
            found[regime].append(foedus.solve(**named, contest=CONTESTS[int(g[-1])]))
    assert all(len(games) == each for games in found.values())
    return list(itertools.chain(*found.values()))


def definition(eq):
    """Return a game as the twin takes it."""
    values = dataclasses.asdict(eq.game)
    return (*(values[name] for name in NAMES), float(CONTESTS.index(eq.game.contest)))


def written(eq, folder, pledges, arms):
    """Return the tree of a game as Gambit reads it, and the warning, if there is one."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        eq.to_efg(folder / "game.efg", pledges=pledges, arms=arms)
    assert len(caught) <= 1
    return pygambit.read_efg(folder / "game.efg"), "".join(str(warning.message) for warning in caught)


def number(label):
    """Return the arms of a move, from its label."""
    return float(label.split()[-1]) if re.search(r"\d", label) else 0.0


# As in Gambit, a node is known by the labels of the moves that lead to it; `at` says so to Gambit.
ROOT = ()
at = pygambit.H.path


def nodes(tree, which):
    """Return the nodes of a tree that a selector of Gambit names, in the order of the file."""
    return [history.actions for history in tree.get_histories(which)]


def moves(tree, node):
    """Return the labels of the moves at a node, in order; an end has none."""
    return tree.get_actions(at(*node))


def child(tree, node, k):
    """Return the node after move `k` at a node."""
    return (*node, moves(tree, node)[k])


def infosets(tree, player):
    """Return a node of each information set of a player."""
    return [history.actions for history in tree.get_infosets(player)]


def names(tree):
    """Return the label of the information set of every decision, which Gambit keeps and writes, but does not
    give in Python."""
    labels = re.findall(r'^p "" \d+ \d+ "([^"]*)"', tree.to_efg(), re.MULTILINE)
    decisions = [node for node in nodes(tree, pygambit.H.after()) if moves(tree, node)]
    return dict(zip(decisions, labels, strict=True))


def forces_at(end):
    """Return the pledge of the alliance, A's arms and C's, that lead to an end."""
    pledge, *signing, ally, challenger = end
    return number(pledge) if signing == ["sign"] else 0.0, number(ally), number(challenger)


class Induction:
    """Backward induction in a tree of Gambit, with its exact numbers: the best move at each node."""

    def __init__(self, tree):
        self.tree = tree
        self.players = list(tree.players)
        self.best = {}  # by the node
        self.indifferent = []  # the pledges that A may as well refuse
        self.gap = math.inf  # by how much the closest of all other decisions matters
        self.payoffs(ROOT)
        self.end = self.end_from(ROOT)
        self.alone = self.end_from(child(tree, ROOT, 0))

    def payoffs(self, node):
        """Return every player's payoff from a node."""
        labels = moves(self.tree, node)
        if not labels:
            paid = self.tree.get_outcome_payoffs(self.tree.get_outcome(at(*node)))
            return [paid[player] for player in self.players]
        after = [self.payoffs((*node, label)) for label in labels]
        mover = self.players.index(self.tree.get_player(at(*node)))
        best = max(range(len(after)), key=lambda k: after[k][mover])
        gaps = [float(after[best][mover] - other[mover]) for other in after if other != after[best]]
        gap = min(gaps, default=math.inf)
        if labels[0] == "sign" and gap <= GAP:
            best = 0  # indifferent, A signs
            self.indifferent.append(number(node[-1]))
        else:
            self.gap = min(self.gap, gap)
        self.best[node] = best
        return after[best]

    def end_from(self, node):
        """Return the end that the best moves lead to."""
        while node in self.best:
            node = child(self.tree, node, self.best[node])
        return node


@pytest.mark.parametrize("form", FORMS)
def test_every_end_pays_what_the_definition_says(form, tmp_path):
    """By the moves that its labels name, without S and with it, at 60 games of every form."""
    for eq, size in zip(games_of(form, 10), itertools.cycle(SIZES), strict=False):
        (tree, _), g = written(eq, tmp_path, *size), definition(eq)
        c_a, c_c, c_s, q = g[:4]
        stake, kappa, f = g[9], g[12], g[13]
        ends = nodes(tree, pygambit.H.plays)
        assert len(ends) == len(tree.get_outcomes()) == (1 + 2 * size[0]) * size[1] ** 2
        for end in ends:
            s, a, b = forces_at(end)
            x, who = twin.crisis(g, s, a, b)
            signed = "sign" in end
            paid = c_s * s + f if signed else 0.0
            expected = [-stake * abs(x - q) - paid, x - c_a * a - signed * kappa, 1 - x - c_c * b]
            outcome = tree.get_outcome(at(*end))
            gains = tree.get_outcome_payoffs(outcome)
            assert [float(gains[p]) for p in tree.players] == pytest.approx(expected, abs=1e-12)
            assert outcome.split(": ")[1] == f"{foedus.Crisis(who).words}, x = {x:.6g}"


@pytest.mark.parametrize("form", FORMS)
def test_backward_induction_finds_the_equilibrium_of_the_game(form, tmp_path):
    """On and off its path, at 60 games of every form, less one at most whose decisions do not all matter."""
    passed_over = 0
    for eq, size in zip(games_of(form, 10), itertools.cycle(SIZES), strict=False):
        tree, warning = written(eq, tmp_path, *size)
        if warning and "err" not in warning:
            passed_over += 1
            continue
        found, g = Induction(tree), definition(eq)
        assert found.gap > GAP
        (s, a, b), (_, a_alone, b_alone) = forces_at(found.end), forces_at(found.alone)
        assert (s > 0.0) == (eq.pledge > 0.0) == ("sign" in found.end)
        assert s not in found.indifferent
        # the regime, by the definition
        assert twin.crisis(g, s, a, b)[1] == eq.crisis
        assert twin.crisis(g, 0.0, a_alone, b_alone)[1] == eq.without.crisis
        # S's move is the closest to the game's, A's and C's a little more than the best replies to it
        offers = [number(label) for label in moves(tree, ROOT)]
        assert s == min(offers, key=lambda offer: abs(offer - eq.pledge))
        after = eq.after_pledges(offers)
        for pledge, own, other in ((s, a, b), (0.0, a_alone, b_alone)):
            reply = after[offers.index(pledge)]
            assert reply.ally_arms - 1e-12 <= own <= reply.ally_arms * (1 + RAISED) + 1e-12
            best = twin.challenger(g, pledge, own)[0]
            assert best - 1e-6 <= other <= best * 1.0011 + 1e-6
        # who signs which pledge
        for offered, reply in list(zip(moves(tree, ROOT), after, strict=True))[1:]:
            if reply.pledge in found.indifferent:
                assert reply.ally_payoff == pytest.approx(eq.without.ally_payoff, abs=1e-8)
            else:
                assert (found.best[(offered,)] == 0) == reply.signed
    assert passed_over <= 1


def limit(tree):
    """Return the limit of logit equilibria as Gambit follows them: one in which no decision, on the path or
    off it, is regretted by more than 1e-8 of the payoffs' range.

    `logit_solve` ends where no player regrets its plan. Those off the path may then still err so often that
    others keep away from it.
    """
    (found,) = pygambit.qre.logit_solve_lambda(tree, PRECISION)
    assert found.profile.agent_max_regret() <= 1e-8 * float(tree.max_payoff - tree.min_payoff)
    return found.profile


def gambit_agrees(tree):
    """Assert that the limit of logit equilibria that Gambit finds is the result of backward induction."""
    found = Induction(tree)
    assert found.gap > GAP
    profile = limit(tree)
    node, labels = ROOT, list(found.end)
    if labels[0] == "no alliance":  # a refused pledge gives S the same
        refused = [label for label in moves(tree, ROOT)[1:] if found.best[(label,)] == 1]
        assert sum(profile[at()][label] for label in (labels[0], *refused)) > 0.99
        node, labels = child(tree, ROOT, 0), labels[1:]
    for label in labels:
        assert profile[at(*node)][label] > 0.99, node
        node = (*node, label)
    assert node == found.end


@pytest.mark.parametrize("form", FORMS)
def test_gambit_finds_the_equilibrium_of_the_game(form, tmp_path):
    """Logit equilibria followed to their limit, at 12 games of every form, two of each regime, less one at
    most of which there is a warning."""
    found = [written(eq, tmp_path, 1, 2) for eq in games_of(form, 2)]
    clear = [tree for tree, warning in found if not warning]
    assert len(clear) >= 11
    for tree in clear:
        gambit_agrees(tree)


@pytest.mark.parametrize("ally_cost", [0.3, 1.0])
def test_gambit_finds_restraint_and_deterrence_in_trees_of_the_usual_size(ally_cost, tmp_path):
    foedus.solve(ally_cost=ally_cost).to_efg(tmp_path / "game.efg")
    gambit_agrees(pygambit.read_efg(tmp_path / "game.efg"))


class TestTheFile:
    @pytest.fixture
    def tree(self, tmp_path):
        foedus.solve(ally_cost=0.3).to_efg(tmp_path / "game.efg", pledges=4, arms=5)
        return pygambit.read_efg(tmp_path / "game.efg")

    def test_names_players_information_sets_and_moves(self, tree):
        assert list(tree.players) == ["superpower", "ally", "challenger"]
        named = names(tree)
        for player in tree.players:
            labels = [named[node] for node in infosets(tree, player)]
            assert len(set(labels)) == len(labels)
            assert all(len(tree.get_members(at(*node))) == 1 for node in infosets(tree, player))
        for node, name in named.items():
            for label in node:  # an information set is known by what came before
                assert (label in name) or label in ("sign", "refuse")

    def test_has_distinct_moves_in_order(self, tree):
        for player in tree.players:
            for node in infosets(tree, player):
                labels = moves(tree, node)
                forces = [number(label) for label in labels]
                if labels != ["sign", "refuse"]:
                    assert len(labels) == 5
                    assert forces == sorted(set(forces))

    def test_says_which_game_and_which_grid(self, tree):
        eq = foedus.solve(ally_cost=0.3)
        assert tree.title == "Restraint: Game(ally_cost=0.3)"
        said = tree.description
        for words in ("c_A = 0.3, ", "f = 0.0, ratio contest", "not a replication", eq.explain(), "Grid: "):
            assert words in said
        pledge = number(moves(tree, ROOT)[1])  # the ally does nothing with it
        assert f"pledge {pledge:.4g} offered" in said

    def test_has_moves_on_both_sides_of_the_equilibrium(self, tree):
        eq = foedus.solve(ally_cost=0.3)
        offers = [number(label) for label in moves(tree, ROOT)]
        assert sum(offer < eq.pledge for offer in offers) >= 2
        assert sum(offer > eq.pledge for offer in offers) >= 2
        (alone,) = (node for node, name in names(tree).items() if name == "ally: no alliance")
        arms = [number(label) for label in moves(tree, alone)]
        for own in (eq.ally_arms, eq.without.ally_arms):
            assert any(own < move < own * (1 + RAISED) for move in arms)

    def test_replaces_a_file_and_leaves_nothing_beside_it(self, tmp_path):
        for ally_cost in (0.3, 1.0):
            foedus.solve(ally_cost=ally_cost).to_efg(tmp_path / "game.efg")
        assert "Deterrence" in (tmp_path / "game.efg").read_text()
        assert os.listdir(tmp_path) == ["game.efg"]


def test_a_tree_that_is_no_test_says_so(tmp_path):
    """A pledge of next to nothing: no move of S's near it matters."""
    eq = foedus.solve(stake=1e-6, superpower_cost=1e-6)
    assert eq.regime == Regime.DETERRENCE
    with pytest.warns(
        RuntimeWarning, match=r"game\.efg: At one node the best move gives the player only .*e-"
    ):
        eq.to_efg(tmp_path / "game.efg")
    assert "At one node the best move gives the player only" in (tmp_path / "game.efg").read_text()


@pytest.mark.parametrize("parameters", [{"stake": 2e16}, {"ally_war_cost": 1e20}, {"stake": 1e-6}])
def test_payoffs_are_written_out(tmp_path, parameters):
    """Not every Gambit reads 5e+16."""
    eq = foedus.solve(**parameters)
    tree, _ = written(eq, tmp_path, 1, 2)
    ends = re.findall(r"^t .* { (.*) }$", (tmp_path / "game.efg").read_text(), re.MULTILINE)
    assert not [end for end in ends if "e" in end]

    def paid(node):
        return (
            [node.payoffs]
            if isinstance(node, trees.End)
            else [p for after in node.after for p in paid(after)]
        )

    around, _ = trees.tree_around(eq, 1, 2)
    outcomes = [tree.get_outcome_payoffs(tree.get_outcome(at(*end))) for end in nodes(tree, pygambit.H.plays)]
    assert [tuple(float(gains[p]) for p in tree.players) for gains in outcomes] == paid(around)


@pytest.mark.parametrize(
    ("parameters", "cost"),
    [
        ({"ally_cost": 1e-320, "decisiveness": 2.0}, "1e-320"),
        ({"superpower_cost": 1e-320, "contest": "difference"}, "1e-320"),
        ({"challenger_cost": 1e16}, "1e+16"),
    ],
)
def test_where_moves_cannot_be_told_apart_there_is_no_tree(tmp_path, parameters, cost):
    words = f"there is no tree of this game: a unit of arms costs {cost}, so the amounts of arms"
    with pytest.raises(ValueError, match=re.escape(words)):
        foedus.solve(**parameters).to_efg(tmp_path / "game.efg")
    assert os.listdir(tmp_path) == []


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "sizes", "error", "words"),
        [
            ("game.gbt", {}, ValueError, "the name must end in .efg"),
            ("nowhere/game.efg", {}, FileNotFoundError, "nowhere does not exist"),
            (
                "game.efg",
                {"pledges": 0},
                ValueError,
                "pledges = 0 is not allowed; it must be a whole number, from 1 to 100",
            ),
            (
                "game.efg",
                {"arms": 101},
                ValueError,
                "arms = 101 is not allowed; it must be a whole number, from 1 to 100",
            ),
            ("game.efg", {"arms": 2.0}, ValueError, "arms = 2.0 is not allowed; it must be a whole number"),
            (
                "game.efg",
                {"pledges": 1, "arms": 60},
                ValueError,
                "make 10,800 ends; a tree may have at most 5,000",
            ),
        ],
    )
    def test_in_python(self, tmp_path, name, sizes, error, words):
        with pytest.raises(error, match=re.escape(words)):
            foedus.solve().to_efg(tmp_path / name, **sizes)
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize("attempt", ["to_efg", "after_pledges", "after_arms"])
    def test_of_an_unsolved_game(self, tmp_path, attempt):
        eq = dataclasses.replace(foedus.solve(), regime=Regime.UNSOLVED)
        with pytest.raises(ValueError, match=r"^Game\(\) could not be solved"):
            getattr(eq, attempt)(*([tmp_path / "game.efg"] if attempt == "to_efg" else []))

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--efg", "game.txt"], "game.txt: the name must end in .efg"),
            (["--efg", "nowhere/game.efg"], "nowhere/game.efg: the folder nowhere does not exist"),
            (["--efg", "there.efg"], "there.efg exists already; --overwrite replaces it"),
            (
                ["--efg", "game.efg", "--arms", "0"],
                "arms = 0 is not allowed; it must be a whole number, from 1 to 100",
            ),
            (["--pledges", "3"], "--pledges is for the file that --efg writes; give --efg, too"),
        ],
    )
    def test_on_the_command_line(self, tmp_path, monkeypatch, capsys, arguments, words):
        monkeypatch.chdir(tmp_path)
        Path("there.efg").write_text("mine")
        assert run(["solve", *arguments]) == 2
        said = capsys.readouterr()
        assert (said.out, said.err) == ("", f"foedus: {words}\n")
        assert os.listdir() == ["there.efg"]
        assert Path("there.efg").read_text() == "mine"


def test_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("game.efg").write_text("old")
    options = ["--efg", "game.efg", "--pledges", "1", "--arms", "2", "--overwrite", "--off-path"]
    assert run(["solve", "--ally-cost", "0.3", *options]) == 0
    assert len(pygambit.read_efg("game.efg").get_outcomes()) == 12
    said = capsys.readouterr().out
    for title in (
        "after some pledges of S (equilibrium: 0.2225)",
        "after some arms of A, with a pledge of 0.2225",
    ):
        assert title in said
    assert "…" not in said


@pytest.mark.parametrize("options", [["--efg", "game.efg"], ["--off-path"]])
def test_of_an_unsolved_game_is_refused_on_the_command_line(tmp_path, monkeypatch, capsys, options):
    def unsolved():
        warnings.warn("Game() could not be solved: an iteration did not end", RuntimeWarning, stacklevel=1)
        return dataclasses.replace(foedus.solve(), regime=Regime.UNSOLVED)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("foedus.cli.solve.solve_game", unsolved)
    assert run(["solve", *options]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("foedus: Game() could not be solved, so there is no equilibrium")
    assert os.listdir() == []


class TestReplies:
    @pytest.mark.parametrize("form", FORMS)
    def test_are_those_of_a_search_from_the_definition(self, form):
        """To other pledges, and to other arms; A's payoff tells whether it signs."""
        for eq in games_of(form, 1):
            g = definition(eq)
            without, _ = twin.path(g, 0.0, False)
            for reply in eq.after_pledges():
                path, gap = twin.path(g, reply.pledge, True)
                if reply.signed:
                    assert reply.ally_payoff == pytest.approx(path[6], abs=1e-6)
                    if gap > 1e-5:
                        found = reply.settlement, reply.superpower_payoff, reply.challenger_payoff
                        assert found == pytest.approx((path[3], path[5], path[7]), abs=3e-4)
                        assert reply.crisis == path[4]
                else:
                    assert reply.pledge == 0.0 or path[6] <= without[6] + 1e-6
                    assert reply.ally_payoff == eq.without.ally_payoff
            for reply in eq.after_arms():
                _, _, _, _, best = twin.challenger(g, eq.pledge, reply.ally_arms)
                assert reply.challenger_payoff == pytest.approx(best.max(), abs=1e-8)

    def test_to_the_moves_of_the_equilibrium_are_the_equilibrium(self):
        for eq in games_of("ratio", 10):
            (reply,), (own,) = eq.after_pledges([eq.pledge]), eq.after_arms([eq.ally_arms])
            assert own == reply
            for name in ("pledge", "ally_arms", "challenger_arms", "settlement", "crisis"):
                assert getattr(reply, name) == getattr(eq, name)
            for name in ("superpower_payoff", "ally_payoff", "challenger_payoff"):
                assert getattr(reply, name) == pytest.approx(getattr(eq, name), abs=1e-12)
            assert eq.after_pledges()[2].pledge >= eq.pledge

    @pytest.mark.parametrize(
        ("moves", "error", "words"),
        [
            ([-0.1], ValueError, "-0.1 is not allowed; it must be a finite number >= 0"),
            ([math.inf], ValueError, "inf is not allowed; it must be a finite number >= 0"),
            ([math.nan], ValueError, "nan is not allowed; it must be a finite number >= 0"),
            (["much"], TypeError, "'much' is not a number; it must be >= 0"),
        ],
    )
    def test_refuse(self, moves, error, words):
        eq = foedus.solve()
        for name, after in (("pledges", eq.after_pledges), ("arms", eq.after_arms)):
            with pytest.raises(error, match=re.escape(f"{name}: {words}")):
                after(moves)

    def test_refuse_a_number_alone(self):
        eq = foedus.solve()
        for name, after in (("pledges", eq.after_pledges), ("arms", eq.after_arms)):
            with pytest.raises(TypeError, match=f"^{name} = 0.1 is not a list of numbers$"):
                after(0.1)


def test_arms_are_rounded_up():
    assert [trees._up(value) for value in (0.0, 0.12345, 0.25, 123456.0)] == [0.0, 0.1235, 0.2501, 123500.0]
