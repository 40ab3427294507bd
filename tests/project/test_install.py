"""What `make` does before foedus runs: on systems that lack something, and with users who have told pip
much."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHOUT_ENSUREPIP = f"""#!/bin/sh
if [ "$2" = venv ]; then
    {sys.executable} -m venv --without-pip "$3"
    echo "ensurepip is not available" >&2
    exit 1
fi
exec {sys.executable} "$@"
"""
WITHOUT_WHEELS = f"""#!/bin/sh
if [ "$2" = venv ]; then
    mkdir -p "$3/bin"
    printf '#!/bin/sh\\nenv | grep ^PIP_\\nexit 1\\n' > "$3/bin/python"
    chmod +x "$3/bin/python"
    touch "$3/bin/pip"
    exit
fi
exec {sys.executable} "$@"
"""


@pytest.fixture
def make(tmp_path):
    """Make the map with a Python that is a script."""
    if not shutil.which("make"):
        pytest.skip("takes make")
    for name in ("Makefile", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)

    def make(script, **environment):
        python = tmp_path / "python"
        python.write_text(script)
        python.chmod(0o755)
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PIP_"))
        }
        command = ["make", "map", f"PYTHON={python}"]
        return subprocess.run(
            command, cwd=tmp_path, env=inherited | environment, capture_output=True, text=True, check=False, timeout=300
        )  # fmt: skip

    return make


def test_without_ensurepip_the_cause_is_told_every_time(make):
    for _ in range(2):
        done = make(WITHOUT_ENSUREPIP)
        assert done.returncode == 2
        assert "ensurepip is not available" in done.stderr
        assert "bin/pip" not in done.stderr.replace(".venv/bin/pip] Error 1", "")  # make's own line


def test_what_cannot_be_installed_is_told_with_what_can(make):
    done = make(WITHOUT_WHEELS)
    assert done.returncode == 2
    words = "foedus could not be installed, for the reason above. It works with Python (.*); to use one of these: "
    said = re.search(words, done.stderr)
    assert said
    classifiers = " ".join(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"])
    assert said[1].split() == re.findall(r"Python :: (3\.\d+)", classifiers)
    page = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
    assert f"Python {said[1].replace(' ', ', ')} " in page


def test_pip_installs_into_the_environment_whatever_it_was_told(make):
    elsewhere = {"PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1"}
    elsewhere |= dict.fromkeys(("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"), "/nowhere")
    done = make(WITHOUT_WHEELS, **elsewhere, PIP_INDEX_URL="https://mirror.example/simple")
    told = [line for line in done.stdout.splitlines() if line.startswith("PIP_")]
    assert sorted(told) == ["PIP_INDEX_URL=https://mirror.example/simple", "PIP_USER=0"]
