"""What the README promises, run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_example(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("RESTRAINT ")
    assert (tmp_path / "map.nc").exists()
    assert (tmp_path / "pledge.png").exists()


def test_command_lines(tmp_path):
    """Every `foedus` line of the README, in order, on small maps and a small table."""
    (tmp_path / "examples").mkdir()
    for name, points in (("regimes.toml", "2048"), ("coarse.toml", "256")):
        run_file = (ROOT / "examples" / name).read_text().replace(f"points = {points}", "points = 48")
        (tmp_path / "examples" / name).write_text(run_file)
    (tmp_path / "games.csv").write_text("ally_cost,stake\n0.3,1\n")
    lines = re.findall(r"^    foedus (.*?)(?:   .*)?$", README, re.MULTILINE)
    assert len(lines) == 7
    for line in lines:
        done = subprocess.run(
            [sys.executable, "-m", "foedus", *shlex.split(line)],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (line, done.stderr)
    for name in ("map.nc", "map.png", "again.nc", "line.pdf", "games.nc", "forms.png", "slice.png"):
        assert (tmp_path / name).exists(), name


def test_links_lead_somewhere():
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), (page, target)


@pytest.mark.parametrize("target", re.findall(r"make ([a-z]+)", README))
def test_targets_exist(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
