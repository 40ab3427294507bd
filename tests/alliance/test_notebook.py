"""How notebooks show an equilibrium, read back as a browser reads it."""

import dataclasses
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from games import EDGE_GAMES, NAMES

import foedus
from foedus import Regime
from foedus.alliance import notebook
from foedus.alliance.game import game_vector
from foedus.alliance.model import CONTESTS, NUMBERS, REGIME_COLOURS
from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.kernels import alliance as kernels

GAMES = {
    Regime.REVISION: {"ally_cost": 0.1},
    Regime.RESTRAINT: {"ally_cost": 0.3},
    Regime.SELF_RELIANCE: {"ally_cost": 0.5},
    Regime.DETERRENCE: {},
    Regime.PARTIAL: {"ally_cost": 3.0, "stake": 0.1},
    Regime.CONCESSION: {"superpower_cost": 1.0, "status_quo": 0.7},
}


class Page(HTMLParser):
    """What a page says, by paragraph and by row of its table; refuses tags that are not closed in order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.paragraphs, self.rows, self.tags = [], [], [], set()
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.add(tag)
        assert {name for name, _ in attrs} <= {"style", "scope"}
        if tag == "p":
            self.paragraphs.append("")
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "p" in self.open:
            self.paragraphs[-1] += data
        elif {"td", "th"} & {*self.open}:
            self.rows[-1][-1] += data
        else:
            assert not data.strip(), data


@pytest.mark.parametrize("regime", GAMES)
def test_says_all_there_is_to_say(regime):
    eq = foedus.solve(**GAMES[regime])
    assert eq.regime == regime
    html = eq._repr_html_()
    page = Page(html)
    first, *sentences = eq.explain().splitlines()
    assert page.paragraphs[0].lower() == first.lower()
    assert page.paragraphs[2:] == sentences
    assert f"background: {REGIME_COLOURS[regime]}" in html
    for name, value in GAMES[regime].items():
        assert re.search(rf"{NUMBERS[name].long_name} \w+ = {value:g}( |;)", page.paragraphs[1])
    assert page.paragraphs[1].count(" = ") == len(GAMES[regime])
    assert page.rows[0] == ["", "with S", "without S"]
    shown = [name for name in VARIABLES if hasattr(eq, name) and name != "regime"]
    assert len(page.rows) == 1 + len(shown)
    for name, (head, value, without) in zip(shown, page.rows[1:], strict=True):
        assert head.startswith(VARIABLES[name].long_name)
        assert VARIABLES[name].units == "1" or head.endswith(f" ({VARIABLES[name].units})")
        for text, outcome in ((value, eq), (without, eq.without)):
            found = getattr(outcome, name, None)
            if found is None:
                assert text == ""
            elif name == "crisis":
                assert text == found.words
            else:
                assert float(text) == pytest.approx(found, rel=1e-5, nan_ok=True)


def test_symbols_are_those_of_print():
    html = foedus.solve(decisiveness=2.0, contest="difference")._repr_html_()
    assert "decisiveness of the contest &gamma; = 2" in html
    assert "(1/arms)" in html
    assert "U<sub>S</sub>" in html
    assert "a + &phi; s - a<sup>0</sup>" in html


def test_what_means_something_in_html_is_escaped(monkeypatch):
    eq = foedus.solve(ally_cost=4.0, stake=0.1)
    assert " < " in eq.explain()
    evil = dataclasses.replace(NUMBERS["stake"], long_name="<script>&", symbol="<b>", units='"<i>"')
    for table in (notebook.NUMBERS, notebook.model.by_name):
        monkeypatch.setitem(table, "stake", evil)
    assert Page(eq._repr_html_()).tags <= {
        "div",
        "p",
        "span",
        "strong",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "sub",
        "sup",
    }
    assert '<script>& <b> = 0.1 ("<i>")' in Page(eq._repr_html_()).paragraphs[1]


def test_it_needs_nothing_beside_it():
    """No colour of text or page is its own, so that it can be read on dark and on light ones."""
    html = foedus.solve()._repr_html_()
    assert not re.search(r"url|http|class=|<style|<script|<img", html)
    assert {*re.findall(r"(?<![-\w])color: (\w+)", html)} == {"inherit"}
    assert {*re.findall(r"background: ([^;\"]+)", html)} == {"transparent", REGIME_COLOURS[Regime.DETERRENCE]}


def test_a_game_that_could_not_be_solved(monkeypatch):
    solution, limit, _ = kernels.solve_game(game_vector(foedus.Game()))
    nothing = solution._replace(**dict.fromkeys(solution._fields, float("nan")))
    nothing = nothing._replace(regime=Regime.UNSOLVED, crisis=1, crisis_without=1)
    monkeypatch.setattr(kernels, "solve_game", lambda _: (nothing, limit, kernels.Status.NOT_CONVERGED))
    with pytest.warns(RuntimeWarning, match="could not be solved"):
        html = foedus.solve(ally_cost=0.4)._repr_html_()
    page = Page(html)
    assert page.paragraphs[0] == "unsolved: the game could not be solved."
    assert len(page.paragraphs) == 2
    assert "ally's cost of arms" in page.paragraphs[1]
    assert page.rows == []
    assert "repeating-linear-gradient" in html


def test_edges_are_shown():
    for g in EDGE_GAMES[::20]:
        parameters = dict(zip(NAMES, g, strict=False))
        Page(foedus.solve(**parameters, contest=CONTESTS[int(g[-1])])._repr_html_())


def test_it_loads_nothing_that_draws():
    script = (
        "import sys, foedus; foedus.solve()._repr_html_();"
        "print([m for m in ('xarray', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
