"""What the explorer's thread does while the reader goes on, with maps and slices that take as long as asked."""

import dataclasses
import threading
import time

import pytest

pytest.importorskip("panel")

from foedus.explorer import page as explorer
from foedus.explorer.view import DEFAULT, StaleError

LONG = 30.0  # seconds


class Worker(explorer.Page):
    """A page without a browser: it keeps what it would show."""

    def __init__(self):
        self.view, self.model = DEFAULT, DEFAULT.model
        self.moved, self.left, self.drawn, self.state = 0.0, False, None, ""
        self.chart = object()
        self.changed = threading.Event()
        self.steps_shown = []

    def later(self, show):
        self.steps_shown.append((show.func.__name__, show.args))

    def go(self, view):
        self.view, self.moved = view, time.perf_counter()
        self.changed.set()

    def pin(self, cost):
        self.go(self.view._replace(game=dataclasses.replace(self.view.game, ally_cost=cost)))

    def told(self, step):
        """Return the costs of the pinned games for which a step was shown."""
        return [arguments[0].game.ally_cost for name, arguments in self.steps_shown if name == step]

    def maps(self):
        return [arguments[1:3] for name, arguments in self.steps_shown if name == "show_map"]


@pytest.fixture
def working(monkeypatch):
    """A page whose map has a first frame, and a last one that is not there before `finish`."""
    page, begun = Worker(), []
    page.finish, page.sliced, page.slow = threading.Event(), [], threading.Event()

    def frames(view, stale, told):
        begun.append(view)
        yield "first"
        while not page.finish.wait(0.01):
            if stale():
                raise StaleError
        yield "last"

    def slices(view, stale):
        page.sliced.append(view.game.ally_cost)
        while page.slow.is_set():
            if stale():
                raise StaleError
            time.sleep(0.01)
        if view.game.ally_cost > 100:
            raise ValueError("the kernel raised")
        return {}

    class Frame(str):
        array = None

    monkeypatch.setattr(explorer, "frames", lambda *given: map(Frame, frames(*given)))
    monkeypatch.setattr(explorer, "slices", slices)
    monkeypatch.setattr(explorer, "claims_at", lambda *_: {})
    page.begun = begun
    thread = threading.Thread(target=page.work)
    thread.start()
    yield page
    page.slow.clear()
    page.finish.set()
    page.leave(None)
    thread.join(LONG)
    assert not thread.is_alive()


def wait(found):
    end = time.monotonic() + LONG
    while not found():
        assert time.monotonic() < end
        time.sleep(0.005)


def drawn(page):
    return page.drawn is not None and page.drawn[0] is page.chart


def test_a_pinned_game_is_shown_and_the_map_goes_on(working):
    working.changed.set()
    wait(lambda: working.told("show_game"))
    working.pin(2.0)
    wait(lambda: working.told("show_game")[-1] == 2.0)
    assert not drawn(working)
    working.finish.set()
    wait(lambda: drawn(working))
    assert len(working.begun) == 1
    assert [frame for _, frame in working.maps()] == ["first", "last"]


def test_a_game_pinned_while_slices_are_solved_takes_their_place(working):
    working.slow.set()
    working.changed.set()
    wait(lambda: working.sliced)
    working.pin(2.0)
    wait(lambda: working.sliced[-1] == 2.0)
    working.slow.clear()
    wait(lambda: working.told("show_game") and working.told("show_game")[-1] == 2.0)
    working.finish.set()
    wait(lambda: drawn(working))
    assert len(working.begun) == 1


def test_a_figure_made_anew_for_the_same_axes_gets_its_map(working):
    """As when an axis is changed and changed back: all is as before but the figure."""
    working.changed.set()
    wait(lambda: working.told("show_game"))
    working.chart = object()
    working.go(working.view._replace())
    wait(lambda: len(working.begun) == 2)
    working.finish.set()
    wait(lambda: drawn(working))
    assert working.maps()[-1] == (working.chart, "last")


def test_an_error_in_a_pinned_game_is_told_and_the_map_goes_on(working):
    working.changed.set()
    wait(lambda: working.told("show_game"))
    working.pin(1000.0)
    wait(lambda: working.told("show_failure"))
    assert working.told("show_failure") == [1000.0]
    working.finish.set()
    wait(lambda: drawn(working))
    assert len(working.begun) == 1


def test_while_a_pin_is_dragged_only_its_rest_is_shown(working, monkeypatch):
    monkeypatch.setattr(explorer, "PAUSE", 1.0)
    working.changed.set()
    wait(lambda: working.told("show_game"))
    for cost in (2.0, 3.0, 4.0, 5.0):
        working.pin(cost)
        time.sleep(0.02)
    wait(lambda: working.told("write_down")[-1] == 5.0)
    assert working.told("write_down")[1:] == [5.0]
