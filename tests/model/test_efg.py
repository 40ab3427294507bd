"""Trees in Gambit's files: solutions are compared with backward induction by hand, in exact fractions on random trees, and with what Gambit finds."""

import itertools
import pickle
import random

import numpy as np
import pygambit
import pytest
from commands import run_here
from conftest import compiled_only, sized
from trees import CENTIPEDE, CRISIS, ENTRY, SHARING, TABLES, by_python, induced, random_tree, written

import foedus


@pytest.fixture
def made(tmp_path):
    """A function that returns the model of a tree, with tables beside it if there are any."""

    def make(text, tables=None):
        (tmp_path / "game.efg").write_text(text)
        if tables is not None:
            (tmp_path / "game.toml").write_text(tables)
        return foedus.model_from_efg(tmp_path / "game.efg")

    return make


class TestTextbooks:
    def test_entry(self, made):
        """The challenger enters and is not fought; it stays out once fighting pays the incumbent more than 1."""
        model = made(ENTRY)
        assert [*model.found] == ["end", "challenger_payoff", "incumbent_payoff", "enter", "respond"]
        found = foedus.solve(model=model)
        assert (found.end.words, found.challenger_payoff, found.incumbent_payoff) == ("shared", 2.0, 1.0)
        assert (found.enter.words, found.respond.words) == ("in", "acquiesce")
        deterred = foedus.solve(model=model, war_incumbent=1.5)
        assert (deterred.end.words, deterred.enter.words, deterred.respond.words) == (
            "monopoly",
            "out",
            "fight",
        )
        cuts = foedus.cutpoints("war_incumbent", within=(0, 5), model=model)
        assert cuts.value.values == pytest.approx([1.0], abs=1e-9)
        player, decision = cuts.player.item(), cuts.decision.item()
        assert model.deciding.player(player).words == "incumbent"
        assert model.deciding.decision(decision).words == "acquiesce or fight"

    def test_sharing(self, made):
        """She is indifferent between no and yes if she gets nothing, and then says what he prefers: yes."""
        found = by_python(made(SHARING))
        assert (found["brother_payoff"], found["sister_payoff"]) == (2.0, 0.0)
        chosen = [found[name] for name in ("brother", *(f"sister_after_{s}" for s in ("2_0", "1_1", "0_2")))]
        assert chosen == [0, 1, 1, 1]
        assert made(SHARING).codes(found["end"]).name == "END_2_0_YES"

    def test_centipede(self, made):
        """Everybody would stop at once, at every node; so the first does."""
        model = made(CENTIPEDE)
        found = by_python(model)
        nodes = [name for name in model.found if model.found[name].codes and name != "end"]
        assert len(nodes) == 5
        assert [found[name] for name in nodes] == [1] * 5
        assert (found["player_1_payoff"], found["player_2_payoff"], found["end"]) == (1.0, 0.0, 5)
        # if going on to the end pays the first more than 4, he goes on there, and so does everybody
        assert by_python(model, a_a_a_a_a_player_1=4.5)["player_1"] == 0

    def test_crisis(self, made):
        """By hand: the defender fights if 1 - p - c > 0, and then the challenger threatens if p - c > 0."""
        model = made(CRISIS, TABLES)
        assert [*model.found][:2] == ["end", "end_probability"]
        for p, cost in itertools.product((0.1, 0.35, 0.6, 0.9), (0.05, 0.25, 0.5)):
            found = by_python(model, p=p, cost=cost)
            fights, threatens = 1 - p - cost > 0, p - cost > 0
            assert (found["answer"], found["threaten"]) == (fights, threatens if fights else True)
            war = fights and threatens
            names = ("victory" if p >= 0.5 else "defeat") if war else "peace" if fights else "concession"
            assert model.codes(found["end"]).words == names
            assert found["end_probability"] == (max(p, 1 - p) if war else 1.0)
            payoffs = (p - cost, 1 - p - cost) if war else (0, 1) if fights else (1, 0)
            assert [found["challenger_payoff"], found["defender_payoff"]] == pytest.approx(payoffs, abs=1e-15)


@pytest.mark.parametrize("players", [1, 2, 3])
def test_random_trees_are_solved_as_by_exact_backward_induction(made, players):
    """50 trees for each number of players, with ties, chances of zero, payoffs on the way and single options."""
    rng = random.Random(players)
    solved = 0
    while solved < 50:
        tree = random_tree(rng, players, rng.randint(2, 20))
        payoffs, chosen = induced(tree, players)
        if not chosen:
            continue
        model = made(written(tree, players))
        found = by_python(model)
        nodes = [found[name] for name, one in model.found.items() if one.codes and name != "end"]
        assert nodes == chosen
        assert [found[f"p{i}_payoff"] for i in range(players)] == pytest.approx(
            [*map(float, payoffs)], abs=1e-12
        )
        solved += 1


def test_gambit_finds_what_is_chosen_among_the_equilibria(made):
    """Among the pure equilibria of 25 random trees, in which each node is a player of its own."""
    rng = random.Random(7)
    for _ in range(25):
        tree = random_tree(rng, 2, rng.randint(3, 8))
        text = written(tree, 2)
        if not any(line.startswith("p") for line in text.splitlines()):
            continue
        model, game = made(text), pygambit.read_efg(made(text).file)
        found = by_python(model)
        nodes = iter([found[name] for name, one in model.found.items() if one.codes and name != "end"])
        # Gambit lists the information sets of a player in the order of the tree
        chosen = {"p0": [], "p1": []}
        for line in text.splitlines():
            if line.startswith("p"):
                chosen[f"p{int(line.split()[2]) - 1}"].append(next(nodes))
        profiles = [
            {
                player: [[one for _, one in odds].index(1) for _, odds in equilibrium[player]]
                for player in chosen
            }
            for equilibrium in pygambit.nash.enumpure_agent_solve(game).equilibria
        ]
        assert chosen in profiles


@pytest.mark.parametrize("name", ["fig5_1", "fig5_2", "fig5_9"])
def test_trees_of_gambits_own_catalog(made, name):
    """What they are in the book: the first is shared 2-0, the second is (A, G), (C, F), the third stops at once."""
    model = made(pygambit.catalog.load(f"books/shohamleytonbrown2008/{name}").to_efg())
    found = by_python(model)
    expected = {"fig5_1": (2.0, 0.0), "fig5_2": (3.0, 8.0), "fig5_9": (1.0, 0.0)}
    assert (found["player_1_payoff"], found["player_2_payoff"]) == expected[name]
    if name == "fig5_2":
        chosen = [model.found[node].codes(found[node]).name for node in [*model.found][3:]]
        assert chosen == ["A", "C", "F", "G"]


@compiled_only
class TestTools:
    def test_a_map_is_what_plain_python_finds(self, made):
        model = made(CRISIS, TABLES)
        ds = foedus.sweep({"p": np.linspace(0, 1, 31), "cost": np.linspace(0, 1, 29)}, model=model)
        for i, j in random.Random(1).sample([*itertools.product(range(31), range(29))], sized(200)):
            here = ds.isel(p=i, cost=j)
            expected = by_python(model, p=here.p.item(), cost=here.cost.item())
            assert {name: here[name].item() for name in model.found} == expected
        assert ds.foedus.shares().sel(regime_name="concession").item() > 0.4

    def test_statics_and_points(self, made):
        model = made(CRISIS, TABLES)
        points = foedus.solve_points({"p": [0.6, 0.6], "cost": [0.1, 0.5]}, model=model)
        assert points.challenger_payoff.values == pytest.approx([0.5, 1.0])
        found = foedus.statics(model=model, p=0.6, cost=0.1)
        slope = found.response.sel(parameter="p", variable="challenger_payoff").values
        assert slope == pytest.approx(1.0)

    def test_a_chance_that_does_not_add_up_somewhere_is_unsolved_there(self, made):
        model = made(CRISIS, TABLES.replace("1 - p", "0.5"))
        with pytest.warns(RuntimeWarning, match="1 of 2 games"):
            found = foedus.solve_points({"p": [0.5, 0.6]}, model=model)
        assert found.end.values.tolist() == [model.codes.VICTORY, -1]
        assert found.threaten.values.tolist() == [1, -1]
        assert np.isnan(found.defender_payoff.values).tolist() == [False, True]

    def test_a_payoff_that_is_no_number_somewhere_is_unsolved_there(self, made):
        model = made(CRISIS, TABLES.replace('"-cost", "-cost"', '"-cost", "log(1 - cost)"'))
        with pytest.warns(RuntimeWarning, match="1 of 2 games"):
            found = foedus.solve_points({"cost": [0.5, 1.5]}, model=model)
        assert (found.end.values == -1).tolist() == [False, True]

    def test_on_the_command_line_and_in_a_run_file(self, made, tmp_path):
        made(CRISIS, TABLES)
        done = run_here(["solve", "--model", "game.efg", "--p", "0.6", "--cost", "0.1"], tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert [line for line in done.stdout.splitlines() if "end_probability" in line and "0.6" in line]
        (tmp_path / "map.toml").write_text(
            'model = "game.efg"\naxes.p = { from = 0, to = 1, points = 11 }\naxes.cost = [0.1, 0.2]\n'
            'output.file = "map.nc"\n'
        )
        done = run_here(["map", "map.toml", "--no-picture"], tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert foedus.load(tmp_path / "map.nc").end.shape == (11, 2)

    def test_other_tables_are_named_after_a_colon(self, made, tmp_path):
        made(CRISIS)
        (tmp_path / "other.toml").write_text(TABLES.replace("default = 0.2", "default = 0.3"))
        model = foedus.load_model(tmp_path / "game.efg:other.toml")
        assert model.by_name["cost"].default == 0.3
        assert foedus.model_from_efg(tmp_path / "game.efg", "other.toml") is model
        again = pickle.loads(pickle.dumps(model))
        assert again.hash == model.hash


class TestFiles:
    def test_names_come_from_labels_or_from_moves(self, made):
        model = made(
            'EFG 2 R "" { "Player 1" "2" }\n'
            'p "" 1 1 "class" { "left" "right!" } 0\n'
            't "unsolved" 1 { 1 1/3 }\n'
            'p "" 2 1 "class 1" { "left" "right" } 0\n'
            't "" 0\n'
            't "Both (\\"right\\")" 2 "" { -.5 1e-1 }\n'
        )
        assert [code.name for code in model.codes] == ["UNSOLVED_2", "RIGHT_LEFT", "BOTH_RIGHT"]
        assert [*model.found][1:] == ["player_1_payoff", "player_2_payoff", "player_1", "class_1"]
        defaults = {name: parameter.default for name, parameter in model.by_name.items()}
        assert defaults["unsolved_2_player_2"] == 1 / 3
        assert (defaults["right_left_player_1"], defaults["both_right_player_2"]) == (0.0, 0.1)
        assert [code.name for code in model.found["player_1"].codes] == ["LEFT", "RIGHT"]

    def test_ends_of_one_outcome_are_one_end(self, made):
        text = ENTRY.replace('t "" 3 "monopoly" { 1, 2 }', 't "" 2')
        assert [code.name for code in made(text).codes] == ["SHARED", "WAR"]

    def test_expressions_are_read_as_arithmetic(self, made):
        tables = '[parameters.x]\ndefault = 2\n[payoffs]\nshared = ["x ** 2 / 3 - max(-x, 1)", "-sqrt(abs(x)) * 1e0"]\n'
        found = by_python(made(ENTRY, tables))
        assert found["challenger_payoff"] == 1.0  # the incumbent fights: 0 is more than -sqrt(2)
        model = made(ENTRY, tables.replace("-sqrt(abs(x)) * 1e0", "exp(log(x)) + +1"))
        found = by_python(model, x=3)
        assert (found["challenger_payoff"], found["incumbent_payoff"]) == (2.0, pytest.approx(4.0, rel=1e-15))


def changed(old, new, text=ENTRY):
    assert old in text
    return text.replace(old, new, 1)


TREES = {
    "empty": ("", "game.efg, line 1: this is no .efg file of Gambit's; such a file begins with EFG 2 R"),
    "another file": ("<gambit:document>", "game.efg, line 1: this is no .efg file of Gambit's; such a file begins with EFG 2 R"),
    "normal form": (
        'NFG 1 R "PD" { "a" "b" }',
        "game.efg, line 1: this is a game in normal form (NFG); a tree of moves (EFG) is needed",
    ),
    "old": (changed("EFG 2", "EFG 1"), "game.efg, line 1: the format is EFG 1; save the game with a newer Gambit, as EFG 2"),
    "cut off": (ENTRY[: ENTRY.index("t ")], "game.efg, line 5: the file ends where a node (p, c or t) is expected"),
    "quote": (changed('"monopoly"', '"monopoly'), "game.efg, line 8: the quotes that begin here do not end"),
    "node": (changed('t "" 2', 'x "" 2'), "game.efg, line 7: a node is expected, which begins with p, c or t, not 'x'"),
    "too much": (ENTRY + 't "" 3', "game.efg, line 9: the tree has ended, and 't' follows"),
    "player": (changed('p "" 2 1', 'p "" 3 1'), "game.efg, line 5: there is no player 3; there are 2"),
    "number": (changed("0, 0", "0, much"), "game.efg, line 7: a number is expected, not 'much'"),
    "zero below": (changed("0, 0", "0, 1/0"), "game.efg, line 7: a number is expected, not '1/0'"),
    "huge": (changed("0, 0", "0, 1e9999"), "game.efg, line 7: the number 1e9999 is too large or too small"),
    "large": (changed("0, 0", "0, 1e999"), "game.efg, line 7: a number is expected, not '1e999'"),
    "whole": (changed('t "" 2', 't "" -2'), "game.efg, line 7: a whole number is expected, not '-2'"),
    "payoffs": (changed("{ 0, 0 }", "{ 0 }"), "game.efg, line 7: outcome 2 has 1 payoffs for 2 players"),
    "no payoffs": (changed('"war" { 0, 0 }', ""), "game.efg, line 7: the payoffs of outcome 2 are missing"),
    "other payoffs": (changed('t "" 3', 't "" 2'), "game.efg, line 8: outcome 2 has other payoffs here than before"),
    "no options": (changed('{ "acquiesce" "fight" }', "{ }"), "game.efg, line 5: no options are given at a node of incumbent"),
    "information set": (
        changed('t "" 3 "monopoly" { 1, 2 }', 'p "" 2 1\nt "" 3 "monopoly" { 1, 2 }\nt "" 1'),
        "game.efg, line 8: information set 1 of incumbent has several nodes: incumbent does not know there what was done before (private information or simultaneous moves); the game must have perfect information",
    ),
    "chance": (
        changed("1/2 }", "1/3 }", CRISIS),
        "game.efg, line 6: the probabilities of war are negative or do not add up to 1",
    ),
    "nobody decides": ('EFG 2 R "" { "a" }\nt "" 1 { 1 }', "nobody decides anything in this tree (from game.efg)"),
    "deep": (
        'EFG 2 R "" { "a" }\n' + "".join(f'p "" 1 {k} "" {{ "on" }} 0\n' for k in range(1, 250)) + 't "" 0',
        "game.efg, line 203: the tree is too deep; at most 200 moves in a row are allowed",
    ),
    "many ends": (
        'EFG 2 R "" { "a" }\np "" 1 1 "" { ' + " ".join(f'"{k}"' for k in range(64)) + " } 0\n" + 't "" 0\n' * 64,
        "the tree has 64 different ends, but at most 63 are allowed; in Gambit, give one outcome to all ends with the same meaning (from game.efg)",
    ),
    "our name": (
        changed('"enter"', '"player"'),
        "the outcome 'player' has the name of a variable of foedus; give it another name (from game.efg)",
    ),
}  # fmt: skip
TOMLS = {
    "not TOML": ("[parameters", "this is no TOML: Expected ']' at the end of a table declaration (at end of document) (from game.toml)"),
    "a run file": (
        'model = "game.efg"\n' + TABLES,
        "model: extra inputs are not permitted; there are [parameters], [payoffs], [chances] (from game.toml)",
    ),
    "no parameters": ("[payoffs]", "parameters: field required; there are [parameters], [payoffs], [chances] (from game.toml)"),
    "no default": (changed("default = 0.5, ", "", TABLES), "parameters.p.default: field required (from game.toml)"),
    "default": (
        changed("default = 0.5", "default = 1.5", TABLES),
        "the probabilities of war are 1.5, -0.5 at the defaults; they must not be negative and must add up to 1 (from game.toml)",
    ),
    "domain": (
        changed("default = 0.2", "default = -0.2", TABLES),
        "the default of a parameter: cost = -0.2 is not allowed; it must be >= 0 (from game.toml)",
    ),
    "no domain": (
        changed('">= 0"', '"positive"', TABLES),
        "'positive' is not a domain; write one such as '> 0 and <= 1', or 'any' (from [parameters] cost) (from game.toml)",
    ),
    "unknown outcome": (
        changed("costs =", "cost =", TABLES),
        "[payoffs] has 'cost', which is not in this tree; there are peace, concession, costs, victory, defeat (from game.toml)",
    ),
    "unknown chance": (changed("war =", "wars =", TABLES), "[chances] has 'wars', which is not in this tree; there are war (from game.toml)"),
    "length": (changed(', "-cost"', "", TABLES), "[payoffs] costs has 1 entries; 2 are needed (from game.toml)"),
    "unknown parameter": (
        changed('"-cost", "-cost"', '"-cost", "-costs"', TABLES),
        "'-costs': there is no parameter 'costs'; there are p, cost (from [payoffs] costs) (from game.toml)",
    ),
    "adds up": (
        changed("1 - p", "1.2 - p", TABLES),
        "the probabilities of war are 0.5, 0.7 at the defaults; they must not be negative and must add up to 1 (from game.toml)",
    ),
    "infinite": (changed('"-cost", "-cost"', "1, inf", TABLES), "inf is not a finite number (from [payoffs] costs) (from game.toml)"),
    "no value": (
        changed('"-cost", "-cost"', '"1 / (cost - 0.2)", 1', TABLES),
        "costs: '1 / (cost - 0.2)' has no value at the defaults: float division by zero (from game.toml)",
    ),
    "complex": (
        changed('"-cost", "-cost"', '"(-cost) ** p", 1', TABLES),
        "costs: '(-cost) ** p' is 2.73839e-17+0.447214j at the defaults; it must be a finite number (from game.toml)",
    ),
}  # fmt: skip
EXPRESSIONS = {
    "__import__('os').system('ls')": "there is no function __import__('os').system; there are sqrt, exp, log, abs, min, max",
    "open(p)": "there is no function open; there are sqrt, exp, log, abs, min, max",
    "p.real": "may have numbers, parameters, + - * / **, brackets and sqrt, exp, log, abs, min, max only",
    "[p][0]": "may have numbers, parameters, + - * / **, brackets and sqrt, exp, log, abs, min, max only",
    "p if p else 1": "may have numbers, parameters, + - * / **, brackets and sqrt, exp, log, abs, min, max only",
    "(lambda: p)()": "there is no function lambda: p; there are sqrt, exp, log, abs, min, max",
    "p = 1": "is not an expression",
    "True": "True is not a number",
    "'p' * 9": "'p' is not a number",
    "sqrt(p, 1)": "sqrt takes one number",
    "max(p)": "max takes two numbers or more",
    "min(*p, 1)": "may have numbers, parameters, + - * / **, brackets and sqrt, exp, log, abs, min, max only",
    "sqrt": "there is no parameter 'sqrt'; there are p, cost",
    "9 ** 9 ** 9": "has no value at the defaults: (34, 'Numerical result out of range')",
    "1e999": "is inf at the defaults; it must be a finite number",
}


class TestRefusals:
    """One line, with the file, at the command line; nothing is written."""

    def refused(self, folder):
        before = sorted(folder.iterdir())
        done = run_here(["solve", "--model", "game.efg"], folder)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done
        assert sorted(folder.iterdir()) == before
        return done.stderr.removeprefix("foedus: ").removesuffix(" (from --model game.efg)\n")

    @pytest.mark.parametrize(("text", "words"), TREES.values(), ids=TREES)
    def test_of_trees(self, tmp_path, text, words):
        (tmp_path / "game.efg").write_text(text)
        assert self.refused(tmp_path) == words

    @pytest.mark.parametrize(("tables", "words"), TOMLS.values(), ids=TOMLS)
    def test_of_tables(self, tmp_path, tables, words):
        (tmp_path / "game.efg").write_text(CRISIS)
        (tmp_path / "game.toml").write_text(tables)
        assert self.refused(tmp_path) == words

    @pytest.mark.parametrize(("expression", "words"), EXPRESSIONS.items(), ids=EXPRESSIONS)
    def test_of_expressions(self, tmp_path, expression, words):
        (tmp_path / "game.efg").write_text(CRISIS)
        (tmp_path / "game.toml").write_text(changed('"-cost", "-cost"', f'"{expression}", 1', TABLES))
        assert words in self.refused(tmp_path)

    @pytest.mark.parametrize(
        ("place", "tables", "error", "words"),
        [
            ("game.nfg", None, ValueError, "game.nfg: a game of Gambit's is expected, in a file that ends in .efg"),
            ("missing.efg", None, FileNotFoundError, "missing.efg"),
            ("game.efg", "missing.toml", FileNotFoundError, "missing.toml"),
            ("latin.efg", None, ValueError, "latin.efg is not a text in UTF-8"),
        ],
    )  # fmt: skip
    def test_of_files(self, tmp_path, place, tables, error, words):
        (tmp_path / "game.efg").write_text(ENTRY)
        (tmp_path / "latin.efg").write_bytes(ENTRY.replace("war", "Krieg für").encode("latin-1"))
        with pytest.raises(error, match=words):
            foedus.model_from_efg(tmp_path / place, tables)
