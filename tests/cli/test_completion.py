"""Shells complete commands, options and their values, once they have been told to; asked of real shells."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cyclopts.completion import detect

import foedus
from foedus.alliance.model import CONTESTS, KEPT, NUMBERS
from foedus.cli.app import COMMANDS, TASKS, run
from foedus.cli.models import option_of

LINES = {  # a line that is typed so far, and among what it may go on with
    "foedus so": {"solve"},
    "foedus cut": {"cutpoints"},
    "foedus solve --ally-c": {"--ally-cost"},
    "foedus solve --contest ": {*CONTESTS},
    "foedus plot map.nc --variable ": {*KEPT},
    "foedus statics --variable pled": {"pledge"},
    "foedus cutpoints ": {*NUMBERS},
    "foedus --inst": {"--install-completion"},
}
BASH = """
. "$HOME/.bashrc"
complete -p foedus > /dev/null || exit 1
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_foedus
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
zmodload zsh/zpty
zpty shell zsh -i
zpty -w shell "bindkey '^I' list-choices; unsetopt beep; PS1="
zpty -w -n shell $'foedus solve --contest \\t'
zpty -r shell seen '*difference*ratio*'
zpty -d shell
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with nothing in it, and foedus on the path."""
    for name in ("ZSH_CUSTOM", "ZSH", "ZDOTDIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    return tmp_path


def shell_says(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {line.split("\t")[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize(("typed", "expected"), LINES.items())
def test_bash(home, typed, expected):
    assert run(["--install-completion", "--shell", "bash"]) == 0
    said = shell_says("bash", "--norc", "-c", BASH, "bash", *typed.split(" "))
    assert expected <= said
    assert all(word.startswith(typed.split(" ")[-1]) for word in said)


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
@pytest.mark.parametrize(("typed", "expected"), LINES.items())
def test_fish(home, typed, expected):
    assert run(["--install-completion", "--shell", "fish"]) == 0
    assert expected <= shell_says("fish", "-c", 'complete -C "$argv"', typed)


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh(home):
    (home / ".zshrc").write_text("autoload -Uz compinit && compinit -u -D\n")
    assert run(["--install-completion", "--shell", "zsh"]) == 0
    shell_says("zsh", "-f", "-c", ZSH)  # which waits for the choices until they are seen


@pytest.mark.parametrize(("shell", "startup"), [("bash", ".bashrc"), ("zsh", ".zshrc")])
def test_says_what_was_written_and_writes_it_once(home, capsys, shell, startup):
    (home / startup).write_text("alias l=ls\n")
    for _ in range(2):
        assert run(["--install-completion", "--shell", shell]) == 0
        said = capsys.readouterr().out
        script = said.splitlines()[0].split(" installed to ")[1]
        assert Path(script).is_file()
        assert str(home / startup) in said
        lines = (home / startup).read_text().splitlines()
        assert len(lines) == 3
        assert "alias l=ls" in lines


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["solve", "--contest", "war"], "contest = 'war' is not allowed; it must be ratio or difference"),
        (["cutpoints", "war", "--within", "1:2"], "'war' is not a parameter; there are ally_cost, "),
        (["statics", "--variable", "war", "--variable", "pledge"], "'war' is not a variable; there are "),
        (["plot", "map.nc", "--variable", "war"], "map.nc: there is no such file"),
    ],
)
@pytest.mark.parametrize("loaded", ["sys", "pydantic"])  # where it is loaded the parser asks it, too
def test_words_that_are_not_offered_are_refused_in_our_words(arguments, words, loaded):
    script = f"import sys, {loaded}; from foedus.cli.app import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"foedus: {words}")


def test_takes_no_extra(home):
    """And a command that takes one says so in a line."""
    script = "import sys; sys.modules['scipy.stats'] = None; from foedus.cli.app import main; main()"
    for arguments, code in (["--install-completion", "--shell", "bash"], 0), (["sensitivity", "run.toml"], 2):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        assert done.stderr.count("\n") == bool(code)
    assert done.stderr.endswith("pip install 'foedus[sensitivity]'\n")


def test_refusals(monkeypatch, capsys):
    monkeypatch.setenv("HOME", "/dev/null")
    assert run(["--install-completion", "--shell", "bash"]) == 2
    assert capsys.readouterr().err.startswith("foedus: /dev/null/")
    assert run(["--install-completion", "--shell", "csh"]) == 2
    assert '"bash", "fish"' in capsys.readouterr().err


def test_a_shell_that_is_not_known_is_to_be_named(monkeypatch, capsys):
    def unknown():
        raise detect.ShellDetectionError

    monkeypatch.setattr(detect, "detect_shell", unknown)
    with pytest.raises(SystemExit, match="1"):
        run(["--install-completion"])
    assert capsys.readouterr().err == "Could not auto-detect shell. Please specify --shell explicitly.\n"


def test_version_loads_no_kernels():
    script = (
        "import sys; from foedus.cli.app import run; run(['--version']);"
        "print([m for m in ('numba', 'xarray', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [foedus.__version__, "[]"]


def test_help_lists_the_commands_by_task(capsys):
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    places = [text.index(f" {name} ") for name in COMMANDS]
    assert places == sorted(places)
    for task, names in TASKS.items():
        assert 0 < text.index(f" {task} ") < text.index(f" {names[0]} ")
    assert text.index(" --version ") > places[-1]


@pytest.mark.parametrize(
    "options",
    [["-m", "entry.py"], ["-m=entry.py"], ["-mentry.py"], ["-qm", "entry.py"], ["--model=entry.py"]],
)
def test_the_model_may_be_named_by_a_short_option(home, monkeypatch, options):
    monkeypatch.chdir(home)
    assert run(["new", "entry.py"]) == 0
    assert run(["statics", "-o", "statics.nc", *options]) == 0
    assert foedus.load("statics.nc").attrs["model"] != "alliance"
    assert option_of(["statics", *options])[1] == ["statics"]


def test_short_options(home, monkeypatch, capsys):
    monkeypatch.chdir(home)
    foedus.save(foedus.sweep({"ally_cost": [0.1, 0.3, 1.0]}), "map.nc")
    assert run(["plot", "map.nc", "-v", "pledge", "-o", "pledge.png"]) == 0
    assert capsys.readouterr().out == "drawn in pledge.png\n"
    assert run(["plot", "map.nc", "-o", "pledge.png"]) == 2
    assert run(["plot", "map.nc", "-fqo", "pledge.png"]) == 0
    assert capsys.readouterr().out == ""
