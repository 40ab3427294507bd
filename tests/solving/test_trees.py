"""Tools on trees from Gambit's files: held against backward induction by hand and in exact fractions, and against
pygambit, which reads what is written back."""

import dataclasses
import random
import warnings
from fractions import Fraction

import numpy as np
import pygambit
import pytest
from commands import run_here
from conftest import compiled_only, sized
from trees import CENTIPEDE, CRISIS, ENTRY, SHARING, TABLES, by_python, induced, random_tree, written

import foedus
from foedus import Solution
from foedus.model.gametree import exact_odds
from foedus.solving.trees import decisions

pytestmark = compiled_only
TREES = {"entry": ENTRY, "sharing": SHARING, "centipede": CENTIPEDE}
# After left B may stop, which pays A 3, or go on, which pays A 0; after right C may stop or go on, and A gets 1
# either way. Going on pays B and C 1 - c. So both turn at c = 1, and A, too; but only B's turn matters to A.
TWO_TURNS = """EFG 2 R "Two turns" { "A" "B" "C" }
p "" 1 1 "way" { "left" "right" } 0
p "" 2 1 "left answer" { "stop" "go" } 0
t "" 1 "left stop" { 3 0 0 }
t "" 2 "left go" { 0 0 0 }
p "" 3 1 "right answer" { "stop" "go" } 0
t "" 3 "right stop" { 1 0 0 }
t "" 4 "right go" { 1 0 0 }
"""
COSTS = """
[parameters]
c = { default = 0.5, usual = [0, 2] }
[payoffs]
left_go = [0, "1 - c", 0]
right_go = [1, 0, "1 - c"]
"""


@pytest.fixture
def made(tmp_path):
    """A function that returns the model of a tree, with tables beside it if there are any."""

    def make(text, tables=None, name="game"):
        (tmp_path / f"{name}.efg").write_text(text)
        if tables is not None:
            (tmp_path / f"{name}.toml").write_text(tables)
        return foedus.model_from_efg(tmp_path / f"{name}.efg")

    return make


def solved(model, **given):
    """Return a game, solved by the kernel in plain Python: compiling it is another test's matter."""
    found = by_python(model, **given)
    game = {name: float(given.get(name, one.default)) for name, one in model.by_name.items()}
    codes = {name: outcome.codes for name, outcome in model.found.items() if outcome.codes}
    return Solution(model, game, {k: codes[k](int(v)) if k in codes else v for k, v in found.items()})


def in_gambit(game, node, chosen, history=()):
    """Return the exact payoffs in a game of Gambit's if these options are chosen; its nodes must be those of a tree."""
    place = pygambit.H.path(*history)
    outcome = game.get_outcome(place)
    payoffs = game.get_outcome_payoffs(outcome) if outcome else dict.fromkeys(game.players, 0)
    paid = [Fraction(str(payoffs[player])) for player in game.players]
    labels = game.get_actions(place)
    assert labels == [*node.options]
    if not labels:
        return paid
    after = [
        in_gambit(game, one, chosen, (*history, label)) for label, one in zip(labels, node.after, strict=True)
    ]
    odds = [Fraction(str(one)) for one in game.get_action_probs(place).values()]
    assert bool(odds) == (node.player < 0)
    if not odds:
        assert game.get_player(place) == [*game.players][node.player]
        odds = [int(k == chosen[node.name]) for k in range(len(labels))]
    assert sum(odds) == 1
    return [
        one + sum(q * payoffs[i] for q, payoffs in zip(odds, after, strict=True))
        for i, one in enumerate(paid)
    ]


class TestOffPath:
    def test_entry(self, made):
        """By hand: after `in` the incumbent acquiesces, so 2, 1; `out` is 1, 2; fighting would make 0, 0."""
        enter, respond = solved(made(ENTRY)).off_path()
        assert enter == (
            "after each option of enter by challenger (equilibrium: in)",
            ["enter", "then", "end", "payoff of challenger", "payoff of incumbent"],
            [["in", "respond: acquiesce", "shared", 2.0, 1.0], ["out", "", "monopoly", 1.0, 2.0]],
        )
        assert respond[1:] == (
            ["respond", "end", "payoff of challenger", "payoff of incumbent"],
            [["acquiesce", "shared", 2.0, 1.0], ["fight", "war", 0.0, 0.0]],
        )

    def test_sharing(self, made):
        """She says yes to every offer; so he gets 2, 1, 0, and she 0, 1, 2."""
        offer, answer = solved(made(SHARING)).off_path()
        assert [row[0] for row in offer[2]] == ["option 2 0", "option 1 1", "option 0 2"]
        assert [row[1] for row in offer[2]] == [f"sister after {s}: yes" for s in ("2 0", "1 1", "0 2")]
        assert [row[3:] for row in offer[2]] == [[2.0, 0.0], [1.0, 1.0], [0.0, 2.0]]
        assert [row[2:] for row in answer[2]] == [[0.0, 0.0], [2.0, 0.0]]

    def test_centipede(self, made):
        """The second would stop at once, too, which makes 0, 2; what comes after that is not on the path."""
        (first,) = solved(made(CENTIPEDE)).off_path()
        assert first[2] == [["a", "player 2 after a: d", "a d", 0.0, 2.0], ["d", "", "d", 1.0, 0.0]]

    def test_crisis(self, made):
        """With p = 0.6 and c = 0.1, war is worth 0.5 and 0.3; a war that is won 0.9 and -0.1."""
        threaten, answer, war = solved(made(CRISIS, TABLES), p=0.6, cost=0.1).off_path()
        assert threaten[2] == [
            ["no", "", "peace", 0.0, 1.0],
            ["yes", "answer: fight; war by chance", "victory", 0.5, 0.3],
        ]
        assert answer[2] == [
            ["yield", "", "concession", 1.0, 0.0],
            ["fight", "war by chance", "victory", 0.5, 0.3],
        ]
        assert war[0] == "after each option of war (likeliest: won)"
        assert war[2] == [["won", "victory", 0.9, -0.1], ["lost", "defeat", -0.1, 0.9]]

    def test_an_unsolved_game_has_none(self, made):
        model = made(CRISIS, TABLES.replace("1 - p", "0.5"))
        with pytest.warns(RuntimeWarning, match="could not be solved"):
            unsolved = foedus.solve(model=model, p=0.6)
        with pytest.raises(ValueError, match=r"Game\(p=0.6\) could not be solved"):
            unsolved.off_path()


class TestAfter:
    def test_options_by_label_name_and_number(self, made):
        eq = solved(made(SHARING))
        for offer in ("1-1", "option 1 1", 1, np.int64(1), eq.found["brother"].__class__(1)):
            found = eq.after(brother=offer)
            assert (found.end.words, found.brother_payoff, found.sister_payoff) == ("end 1 1 yes", 1.0, 1.0)
        refused = eq.after(brother="1-1").after(sister_after_1_1="no")
        assert (refused.end.words, refused.sister_payoff) == ("end 1 1 no", 0.0)
        assert refused.sister_after_2_0.words == "yes"  # as in the equilibrium
        assert repr(refused).startswith("Game().after(brother='1-1', sister_after_1_1='no'): end=end 1 1 no")

    def test_chance_is_given_like_a_move(self, made):
        eq = solved(made(CRISIS, TABLES), p=0.6, cost=0.1)
        found = eq.after(war="lost")
        assert (found.end.words, found.end_probability) == ("defeat", 1.0)
        assert (found.challenger_payoff, found.defender_payoff) == pytest.approx((-0.1, 0.9))
        assert eq.after(answer="fight").defender_payoff == pytest.approx(0.3)

    def test_what_is_no_option_is_told(self, made):
        eq = solved(made(CRISIS, TABLES), p=0.6, cost=0.5)  # the defender yields
        for moves, error, words in (
            ({}, TypeError, "no option is given; give an option of one of these nodes: threaten, answer, war"),
            ({"threat": 1}, TypeError, "'threat' is not a node; there are threaten, answer, war"),
            ({"answer": "flee"}, TypeError, r"answer = 'flee' is not allowed; it must be 'yield' \(0\) or 'fight' \(1\)"),
            ({"answer": 2}, ValueError, "answer = 2 is not allowed"),
            ({"answer": True}, TypeError, "answer = True is not allowed"),
            ({"war": "won"}, ValueError, "war is not reached after answer yield; give answer='fight', too"),
            ({"answer": 0, "threaten": "no"}, ValueError, "answer is not reached after threaten no; give threaten='yes', too"),
        ):  # fmt: skip
            with pytest.raises(error, match=words):
                eq.after(**moves)

    def test_a_move_of_chance_before_it_must_be_given(self, made):
        """Fair weather or foul, and then a walk: it is worth 1 in fair and -1 in foul weather."""
        model = made(
            'EFG 2 R "Walk" { "a" }\nc "" 1 "weather" { "fair" 3/4 "foul" 1/4 } 0\n'
            'p "" 1 1 "in fair" { "stay" "walk" } 0\nt "" 1 "" { 0 }\nt "" 2 "" { 1 }\n'
            'p "" 1 2 "in foul" { "stay" "walk" } 0\nt "" 3 "" { 0 }\nt "" 4 "" { -1 }\n'
        )
        eq = solved(model)
        assert eq.a_payoff == 0.75
        with pytest.raises(
            ValueError, match="weather is a move of chance before in_foul; give it, too, as in weather='foul'"
        ):
            eq.after(in_foul="walk")
        with pytest.raises(
            ValueError, match="in_foul is not reached after weather fair; give weather='foul', too"
        ):
            eq.after(weather="fair", in_foul="walk")
        assert eq.after(weather="foul", in_foul="walk").a_payoff == -1.0

    @pytest.mark.parametrize("players", [2, 3])
    def test_after_each_option_of_a_random_tree_play_is_that_of_exact_backward_induction(self, made, players):
        rng = random.Random(20 + players)
        checked = 0
        while checked < sized(100):
            tree = random_tree(rng, players, rng.randint(4, 9))
            if tree[0] != "p" or len(tree[2]) < 2:
                continue
            model = made(written(tree, players))
            root = model.tree.root.name
            _, mover, options, paid = tree
            for k, option in enumerate(options):
                # who moves later breaks ties as the player of the first move likes it
                wanted, _ = induced(option, players, (mover,), paid or [Fraction(0)] * players)
                found = solved(model).after(**{root: k}).found
                payoffs = [found[f"p{i}_payoff"] for i in range(players)]
                assert payoffs == pytest.approx([*map(float, wanted)], abs=1e-12)
                checked += 1


class TestBackToGambit:
    @pytest.mark.parametrize(
        ("name", "given"),
        [("entry", {"war_incumbent": 1.5}), ("sharing", {"end_2_0_yes_sister": 0.3}), ("centipede", {"a_d_player_2": 0.1})],
    )  # fmt: skip
    def test_of_a_textbook(self, made, tmp_path, name, given):
        model = made(TREES[name], name=name)
        eq = solved(model, **given)
        eq.to_efg(tmp_path / "back.efg")
        self.check(eq, tmp_path / "back.efg")
        text = (tmp_path / "back.efg").read_text()
        assert text.startswith(f'EFG 2 R "{model.title}: {model.written(eq.game)}"')
        # Gambit finds the same among the equilibria in which each node is a player
        game = pygambit.read_efg(tmp_path / "back.efg")
        chosen = {player: [] for player in game.players}
        for node in decisions(model):
            chosen[[*game.players][node.player]].append(int(eq.found[node.name]))
        assert chosen in [
            {player: [[one for _, one in odds].index(1) for _, odds in found[player]] for player in chosen}
            for found in pygambit.nash.enumpure_agent_solve(game).equilibria
        ]

    def check(self, eq, path):
        """The file has the same play for foedus and for Gambit."""
        again = solved(foedus.model_from_efg(path))
        assert [*again.found] == [*eq.found]
        for name, value in eq.found.items():
            assert again.found[name] == pytest.approx(value, abs=1e-12)
            if eq.model.found[name].codes:
                assert again.found[name].name == value.name
        chosen = {node.name: int(eq.found[node.name]) for node in decisions(eq.model)}
        payoffs = in_gambit(pygambit.read_efg(path), eq.model.tree.root, chosen)
        wanted = [eq.found[f"{player}_payoff"] for player in eq.model.tree.players]
        assert [*map(float, payoffs)] == pytest.approx(wanted, abs=1e-12)

    @pytest.mark.parametrize(("p", "cost"), [(0.6, 0.1), (0.3, 0.1), (0.9, 0.3), (1 / 3, 0.2), (1.0, 0.5)])
    def test_of_a_tree_with_chance_and_parameters(self, made, tmp_path, p, cost):
        """The costs of war are at a node on the way, and the probabilities add up exactly, or Gambit refuses them."""
        eq = solved(made(CRISIS, TABLES), p=p, cost=cost)
        eq.to_efg(tmp_path / "back.efg")
        self.check(eq, tmp_path / "back.efg")
        assert f"Parameters: p = {p!r}, cost = {cost!r}." in (tmp_path / "back.efg").read_text()

    @pytest.mark.parametrize("seed", range(sized(30)))
    def test_of_a_random_tree(self, made, tmp_path, seed):
        rng = random.Random(seed)
        tree = random_tree(rng, 2, rng.randint(4, 9))
        while tree[0] != "p":
            tree = random_tree(rng, 2, rng.randint(4, 9))
        model = made(written(tree, 2))
        eq = solved(model)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # ties are told, and are another test's matter
            eq.to_efg(tmp_path / "back.efg")
        self.check(eq, tmp_path / "back.efg")

    def test_a_move_of_chance_at_several_nodes_stays_one(self, made, tmp_path):
        """A draw after each of two options, with one information set, as some files have it."""
        model = made(
            'EFG 2 R "Draw" { "a" }\np "" 1 1 "bet" { "low" "high" } 0\n'
            'c "" 1 "draw" { "lost" 1/3 "won" 2/3 } 0\nt "" 1 "lost" { -1 }\nt "" 2 "low won" { 1 }\n'
            'c "" 1 0\nt "" 3 "lost more" { -3 }\nt "" 4 "high won" { 3 }\n'
        )
        eq = solved(model)
        assert (eq.bet.words, eq.a_payoff) == ("high", pytest.approx(1.0))
        assert eq.after(draw="lost").a_payoff == -3.0
        eq.to_efg(tmp_path / "back.efg")
        self.check(eq, tmp_path / "back.efg")

    def test_who_is_indifferent_is_told(self, made, tmp_path):
        with pytest.warns(RuntimeWarning, match="Players who err may leave the equilibrium path"):
            solved(made(SHARING)).to_efg(tmp_path / "back.efg")
        text = (tmp_path / "back.efg").read_text()
        assert "The path in this tree: brother 2-0; sister yes." in text
        assert "and does what the previous player prefers: sister after 2 0." in text

    def test_probabilities_add_up_exactly(self):
        rng = np.random.default_rng(1)
        for _ in range(200):
            odds = rng.dirichlet(np.full(rng.integers(2, 6), 0.3))
            found = exact_odds(odds)
            assert sum(found) == 1
            assert min(found) >= 0
            assert [*map(float, found)] == pytest.approx(odds, abs=1e-15)

    def test_a_tree_has_no_moves_that_are_numbers(self, made, tmp_path):
        with pytest.raises(ValueError, match="the model game has no move that is a number"):
            solved(made(ENTRY)).to_efg(tmp_path / "back.efg", values=3)


class TestGains:
    def test_nobody_gains_by_another_option(self, made):
        model = made(CRISIS, TABLES)
        axes = {"p": np.linspace(0, 1, 21), "cost": np.linspace(0, 1, 19)}
        found = foedus.sweep(axes, model=model, variables=["end", "deviation_gain"])
        assert found.deviation_gain.shape == (21, 19)
        assert 0.0 <= found.deviation_gain.min() <= found.deviation_gain.max() < 1e-12

    def test_an_equilibrium_that_is_not_subgame_perfect_is_found_out(self, made):
        """`out` and a threat to fight are a Nash equilibrium of entry; but fighting costs the incumbent 1."""

        def solve(p):
            return 2, 1.0, 2.0, 1, 1

        model = dataclasses.replace(made(ENTRY), solve=solve, source="", file="")
        found = foedus.solve_points(
            {"war_incumbent": [0.0, 0.75, 2.0]}, model=model, variables=["deviation_gain"]
        )
        # if it pays to fight, the challenger is right to stay out
        assert found.deviation_gain.values.tolist() == [1.0, 0.25, 0.0]

    def test_an_unsolved_game_has_none(self, made):
        model = made(CRISIS, TABLES.replace("1 - p", "0.5"))
        with pytest.warns(RuntimeWarning, match="1 of 2 games"):
            found = foedus.solve_points({"p": [0.5, 0.6]}, model=model, variables=["deviation_gain"])
        assert np.isnan(found.deviation_gain.values).tolist() == [False, True]


class TestWhoIsIndifferent:
    def told(self, parameter, within, model, **fixed):
        cuts = foedus.cutpoints(parameter, within, model=model, **fixed)
        return [
            (value, model.deciding.player(player).words, model.deciding.decision(decision).words)
            for value, player, decision in zip(
                cuts.value.values.round(9), cuts.player.values, cuts.decision.values, strict=True
            )
        ]

    def test_in_the_crisis(self, made):
        """By hand: the challenger threatens from p = c on, the defender yields from p = 1 - c on. At p = 1/2 only
        the likelier end of the war changes."""
        assert self.told("p", (0, 1), made(CRISIS, TABLES), cost=0.2) == [
            (0.2, "challenger", "no or yes"), (0.5, "nobody", "none"), (0.8, "defender", "yield or fight"),
        ]  # fmt: skip

    def test_where_options_have_the_same_names_the_node_is_told(self, made):
        """If the last node pays the first player more than 4, all go on; only that player is indifferent."""
        found = self.told("a_a_a_a_a_player_1", (0, 9), made(CENTIPEDE))
        assert found == [(4.0, "player 1", "a or d at player 1 after a a a a")]

    def test_of_two_who_turn_at_once_it_is_the_one_who_matters(self, made):
        assert self.told("c", (0, 2), made(TWO_TURNS, COSTS)) == [(1.0, "b", "stop or go at left answer")]


def test_on_the_command_line(made, tmp_path):
    made(CRISIS, TABLES)
    asked = [
        "solve",
        "--model",
        "game.efg",
        "--p",
        "0.6",
        "--off-path",
        "--deviation-gain",
        "--efg",
        "back.efg",
    ]
    done = run_here(asked, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "after each option of answer by defender (equilibrium: fight)" in done.stdout
    assert "deviation_gain" in done.stdout
    assert foedus.model_from_efg(tmp_path / "back.efg").tree.chances == {
        "war": [Fraction(3, 5), Fraction(2, 5)]
    }
    for command in (["check"], ["solve", "--defined"]):
        done = run_here([*command, "--model", "game.efg"], tmp_path)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert "the model game is a tree, which backward induction solves exactly" in done.stderr
