"""Tests end wherever they run: what they wait for is limited, and what they start can be interrupted."""

import os
import signal
import subprocess
import sys

import pytest
from conftest import limited


def test_what_takes_too_long_is_ended_with_all_that_it_started():
    with subprocess.Popen(["bash", "-c", "sleep 1000 & echo; wait"], stdout=subprocess.PIPE) as shell:
        shell.stdout.readline()
        with pytest.raises(TimeoutError), limited(0.1):
            shell.wait()
        assert shell.stdout.read() == b""  # what sleeps has ended, too, or this would wait for it
    assert shell.returncode == -signal.SIGKILL


def test_interrupts_reach_what_children_start():
    done = subprocess.run(["bash", "-c", "bash -c 'kill -INT $$; exit 0'; exit $?"], check=False)
    assert done.returncode in (-signal.SIGINT, 128 + signal.SIGINT)


@pytest.mark.parametrize("shared", [[], ["-n", "1"]], ids=["alone", "shared"])
def test_interrupts_reach_them_behind_a_shell_that_ignores_them(shared):
    """As for programs that a script runs in the background, or that nohup runs."""
    test = f"{__file__}::{test_interrupts_reach_what_children_start.__name__}"
    command = [
        "bash",
        "-c",
        'trap "" INT; exec "$@"',
        "bash",
        sys.executable,
        "-m",
        "pytest",
        "-q",
        test,
        *shared,
    ]
    done = subprocess.run(
        command, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
