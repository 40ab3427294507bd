"""A library that cannot be loaded is reported in one line, with a likely remedy."""

import os
import re
import subprocess
import sys

import pytest

AGAIN = re.escape(
    f"install it again, with everything that it needs: {sys.executable} -m pip install --force-reinstall "
)


def started(script, *arguments, folder=None, path=None):
    """Run a script that ends with the command line in a process of its own; return its code and its words."""
    done = subprocess.run(
        [sys.executable, "-c", f"{script}\nfrom foedus.__main__ import main\nmain()", *arguments],
        env=os.environ | ({"PYTHONPATH": os.pathsep.join([str(path), *sys.path])} if path else {}),
        cwd=folder, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("script", "command", "words"),
    [
        ("import numpy; numpy.__version__ = '9.9.0'", "solve", "numba cannot be loaded: Numba needs NumPy "),
        ("import sys; sys.modules['numpy'] = None", "solve", "numpy cannot be loaded: import of numpy halted"),
        ("import sys; sys.modules['numpy'] = None", "doctor", "numpy cannot be loaded: import of numpy halted"),
        ("import sys; sys.modules['rich'] = None", "--help", "rich cannot be loaded: "),
        ("import numba; del numba.njit", "solve", "numba cannot be loaded: module 'numba' has no attribute 'njit'"),
    ],
)  # fmt: skip
def test_the_cause_and_the_fix_are_one_line(script, command, words):
    code, out, said = started(script, command)
    assert (code, out) == (1, "")
    assert re.fullmatch(f"foedus: {words}.*; {AGAIN}{words.split()[0]}\n", said)


@pytest.mark.parametrize("content", ["", "raise ImportError('for another Python')"])
@pytest.mark.parametrize("library", ["numpy", "numba", "random"])
def test_a_module_in_place_of_a_library_is_named(tmp_path, library, content):
    early = f"import sys; sys.exit({library!r} in sys.modules)"
    if subprocess.run([sys.executable, "-c", early], check=False).returncode:
        pytest.skip(f"what is installed here loads {library} before any program: install no foedus[cuda]")
    module = tmp_path / f"{library}.py"
    module.write_text(content)
    told = f"foedus: {module} is loaded in place of the library {library}; rename it, or "
    code, _, said = started("", "solve", folder=tmp_path)
    assert (code, said) == (1, f"{told}start foedus in another folder\n")
    code, _, said = started("", "solve", path=tmp_path)
    assert (code, said) == (1, f"{told}take {tmp_path} out of PYTHONPATH\n")


def test_the_doctor_tells_what_there_is_and_what_is_wrong():
    code, out, said = started("import numpy; numpy.__version__ = '9.9.0'", "doctor")
    assert (code, said) == (1, "")
    assert re.search(r"\nkernels +none, because a library cannot be loaded\nnumba +\d", out)
    assert "\n✗ libraries can be loaded: numba cannot be loaded: Numba needs NumPy " in out
    assert re.search(f"\n1 check failed. What to do: {AGAIN}numba\n$", out)


@pytest.mark.parametrize("library", ["netCDF4", "matplotlib", "zarr"])
def test_what_is_loaded_late_is_told_alike(tmp_path, library):
    """By a check of the doctor, where a picture fails, and of an extra that is installed."""
    module = tmp_path / f"{library}.py"
    module.write_text("")
    (tmp_path / "run.toml").write_text("axes.stake = [0.5, 1.0]")
    command = ["doctor"] if library == "netCDF4" else ["map", "run.toml", "-o", "map.zarr", "--quiet"]
    code, out, said = started("", *command, folder=tmp_path)
    assert code == 1
    assert f"{module} is loaded in place of the library {library}" in out + said
    assert (out + said).endswith("rename it, or start foedus in another folder\n")


def test_python_is_told_when_something_is_asked_for():
    script = "import sys; sys.modules['numpy'] = None; import foedus; print('here'); foedus.sweep"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "here\n"
    last = done.stderr.splitlines()[-1]
    assert re.fullmatch(
        f"ImportError: numpy cannot be loaded: import of numpy halted; .*; {AGAIN}numpy", last
    )
