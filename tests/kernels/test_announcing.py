"""Whoever waits for the compiler is told so, in a pipe as on a screen."""

import importlib
import sys
from types import SimpleNamespace

import pytest
from conftest import compiled_only

import foedus
from foedus.cli.progress import compile_kernels
from foedus.kernels import _announcing as announcing
from foedus.kernels import alliance as kernels

pytestmark = compiled_only


def of(dispatcher):
    return SimpleNamespace(data={"dispatcher": dispatcher})


@pytest.fixture
def listener(monkeypatch):
    """A listener, and a clock that it reads."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(announcing, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return announcing.Announcing(), clock


@pytest.mark.parametrize("total", [0, 42, 43])
@pytest.mark.parametrize("kernel", ["solve_game", "solve_games", "solve_any_game", "solve_any_games"])
def test_a_large_kernel_is_announced_once_and_again_while_it_lasts(
    listener, capsys, monkeypatch, kernel, total
):
    """With about how many functions there are, as long as no more than these are done."""
    monkeypatch.setattr(announcing, "about", lambda *_: total)
    told, clock = listener
    large = of(getattr(kernels, kernel))
    told.on_start(large)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("foedus: compiling what is used for the first time, which takes 10 seconds")
    assert said.err.count("\n") == 1
    for second in range(1, 60):
        clock.now = float(second)
        told.on_start(large)  # a function that it calls
        told.on_end(large)
    told.on_end(large)
    assert capsys.readouterr().err == (
        f"foedus: still compiling: 21{f' of about {total}' if total else ''} functions are done in 21 s\n"
        f"foedus: still compiling: 42{' of about 43' if total == 43 else ''} functions are done in 42 s\n"
    )


@pytest.mark.parametrize("kernel", announcing.FUNCTIONS)
def test_what_is_there_does_not_count(monkeypatch, kernel):
    module, _, name = kernel.rpartition(".")
    function = getattr(importlib.import_module(f"foedus.kernels.{module}"), name)
    called = announcing.called_by(function)
    monkeypatch.setattr(announcing, "is_there", lambda other: False)
    whole = announcing.about(function, called)
    assert len(called) <= whole  # numba compiles each at least once, and others
    monkeypatch.setattr(announcing, "is_there", lambda other: other is not function)
    assert announcing.about(function, called) == whole - len(called) + 1


def test_of_a_kernel_that_nobody_has_counted_nothing_is_said():
    @foedus.jit
    def own(x):
        return x

    assert not announcing.is_there(own)
    assert own(1.0) == 1.0
    assert announcing.is_there(own)
    assert announcing.about(own, [own]) == 0


def test_a_notebook_tells_it_as_other_output(capsys, monkeypatch):
    """What is on the error stream is red there."""
    from ipykernel.iostream import OutStream

    class Page(OutStream):
        def __init__(self):
            self.text = []

        def write(self, text):
            self.text.append(text)

        def flush(self):
            pass

        def __del__(self):
            pass

    page = Page()
    Page.__module__ = OutStream.__module__
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", page)
        announcing.say("compiling")
    assert "".join(page.text) == "foedus: compiling\n"
    assert capsys.readouterr().err == ""


def test_small_functions_and_those_of_others_are_not_announced(listener, capsys):
    told, clock = listener

    @foedus.jit
    def small(x):
        return x

    def of_others():
        return kernels.solve_any_games

    of_others.__module__ = "theirs"
    for function in (small, SimpleNamespace(py_func=of_others)):
        told.on_start(of(function))
        clock.now += 60
        told.on_start(of(function))
        told.on_end(of(function))
        told.on_end(of(function))
    assert capsys.readouterr().err == ""


def test_nothing_is_announced_silently_or_where_nobody_can_be_told(listener, capsys, monkeypatch):
    def full(*_):
        raise OSError("no space is left")

    told, _ = listener
    monkeypatch.setattr(announcing, "ANNOUNCING", told)
    large = of(kernels.solve_games)
    with announcing.silently():
        told.on_start(large)
        told.on_end(large)
    assert capsys.readouterr().err == ""
    for stream in (None, SimpleNamespace(write=full, flush=full)):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", stream)
            told.on_start(large)
            told.on_end(large)
    assert told.depth == 0
    for quiet in (True, False):
        heard = []
        compile_kernels(lambda heard=heard: heard.append(told.silent), quiet)
        assert heard == [quiet]


def test_numba_tells_of_what_it_compiles_and_not_of_what_is_there(monkeypatch):
    heard = []
    monkeypatch.setattr(
        announcing.ANNOUNCING, "on_start", lambda event: heard.append(event.data["dispatcher"])
    )
    monkeypatch.setattr(announcing.ANNOUNCING, "on_end", lambda event: None)

    @foedus.jit
    def doubled(x):
        return 2.0 * x

    assert doubled(2.0) == doubled(2.0) == 4.0
    assert heard == [doubled]
    foedus.solve()
    heard.clear()
    foedus.solve()
    assert heard == []
