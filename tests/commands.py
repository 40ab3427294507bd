"""Runs commands in this process, which has already loaded what each new process would load again."""

import contextlib
import io
import re
from types import SimpleNamespace

from foedus.cli.app import run


def without_compiling(done):
    """Return a process without the lines on its standard error stream that say that kernels are compiled, where
    no test before has caused them to be kept."""
    done.stderr = re.sub(r"foedus: (still )?compiling.*\n", "", done.stderr)
    return done


def run_here(arguments, folder):
    """Run a command in a folder; return its `returncode`, and what it prints: `stdout` and `stderr`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return without_compiling(SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue()))
