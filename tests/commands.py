"""Commands, run in this process: it has loaded all that each of a process of its own would load again."""

import contextlib
import io
from types import SimpleNamespace

from foedus.cli.app import run


def run_here(arguments, folder):
    """Run a command in a folder; return its `returncode`, and what it prints: `stdout` and `stderr`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())
