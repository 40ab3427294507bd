"""Make every figure and table of the docs again, with a manifest of what made them.

    python examples/replication/replicate.py FOLDER                      make them in FOLDER
    python examples/replication/replicate.py FOLDER --against MANIFEST   list what in FOLDER differs from it

The commands are in commands.txt next to this script. They run in FOLDER, next to a copy of their inputs.
FOLDER/manifest.json then has for each output the command that made it, and a hash. For tables and pictures
this is the hash of the file. For NetCDF there is a hash of each array, because HDF5 may store the same array
in different ways. A FOLDER that an earlier run made is replaced, and the script lists the outputs that are
different now.
"""

import argparse
import contextlib
import hashlib
import importlib.metadata
import io
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import llvmlite.binding

import foedus
from foedus.cli import app as cli
from foedus.io.files import file_time

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MANIFEST = "manifest.json"
INTERRUPTED = 130  # the exit code of foedus, too
PACKAGES = ("foedus", "numpy", "numba", "xarray", "netCDF4", "h5py", "matplotlib", "SALib", "scipy")


def main() -> int:
    """Run the command line and return its exit code: 0 done, 1 not as MANIFEST says, 2 bad input, 130
    interrupted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--against", type=Path, metavar="MANIFEST", help="run nothing; compare with this")
    given = parser.parse_args()
    try:
        if not given.against:
            replicate(given.folder)
            return 0
        return 0 if compare(given.folder, given.against) else 1
    except (OSError, ValueError) as error:
        print(f"replicate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("replicate: interrupted; no half-made folder is left", file=sys.stderr)
        return INTERRUPTED


def compare(folder: Path, manifest: Path) -> bool:
    """List what in a folder differs from a manifest; return whether all outputs are the same."""
    earlier = read_manifest(manifest)
    said = read_manifest(folder / MANIFEST) if (folder / MANIFEST).is_file() else {}
    return tell(said | {"outputs": fingerprints(folder, earlier["outputs"])}, earlier, manifest)


def replicate(folder: Path) -> None:
    """Run all commands in a new folder, replace the old one with it, and list what has changed."""
    created = file_time()
    earlier = check_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        inputs = copy_inputs(draft)
        made, seconds = run_commands(draft)
        outputs = {name: {"command": made[name]} | found for name, found in fingerprints(draft, made).items()}
        manifest = {
            "created": created,
            "commit": commit(),
            "versions": {"python": platform.python_version()}
            | {package: importlib.metadata.version(package) for package in PACKAGES},
            "machine": {
                "system": platform.platform(),
                "processor": llvmlite.binding.get_host_cpu_name(),
            },
            "inputs": inputs,
            "outputs": outputs,
            "seconds": seconds,
        }
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")
        draft.chmod(0o755)  # mkdtemp lets only the owner read the folder
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    print(f"{len(outputs)} outputs in {sum(seconds.values()):.0f} s; {folder / MANIFEST}")
    if earlier:
        tell(manifest, earlier, "the earlier run")


def check_folder(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of the run that made a folder, or None if there is none.

    Raises ValueError if the folder has something that no run has made, because it would be lost.
    """
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; name a folder")
    earlier = read_manifest(folder / MANIFEST) if (folder / MANIFEST).is_file() else None
    known = {MANIFEST, *earlier["outputs"], *earlier["inputs"]} if earlier else set()
    for name in files_in(folder):
        if name not in known:
            raise ValueError(f"{folder} holds {name}, which no earlier run made; name another folder")
    return earlier


def copy_inputs(folder: Path) -> dict[str, str]:
    """Copy the inputs of the commands into the folder, and return the hash of each file."""
    no_code = shutil.ignore_patterns("*.py", "*.ipynb", "__pycache__")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=no_code)
    shutil.copy(ROOT / "docs" / "speed.json", folder)
    return {name: file_hash(folder / name) for name in files_in(folder)}


def commands() -> list[str]:
    """Return the commands of the list."""
    lines = (HERE / "commands.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def run_commands(folder: Path) -> tuple[dict[str, str], dict[str, float]]:
    """Run the commands in the folder, and return each output's command, and the seconds of each command."""
    made: dict[str, str] = {}
    seconds: dict[str, float] = {}
    for command in commands():
        before = files_in(folder)
        started = time.perf_counter()
        program, *arguments = shlex.split(command)
        run = run_foedus if program == "foedus" else run_python
        code, said = run(folder, arguments)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        if code:
            raise ValueError(f"{command!r} failed: {(said.splitlines() or [f'exit code {code}'])[-1]}")
        seconds[command] = round(time.perf_counter() - started, 2)
        new = [name for name in files_in(folder) if name not in before]
        made |= dict.fromkeys(new, command)
        print(f"{seconds[command]:7.1f} s  {', '.join(new)}", flush=True)
    return made, seconds


def run_foedus(folder: Path, arguments: list[str]) -> tuple[int, str]:
    """Run foedus in a folder, and return its exit code and its errors.

    It runs in this process, because starting another one takes longer than most commands."""
    errors = io.StringIO()
    mine, sys.argv = sys.argv, ["foedus", *arguments]  # files keep this as their command
    try:
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(errors),
        ):
            return cli.run(arguments), errors.getvalue()
    finally:
        sys.argv = mine


def run_python(folder: Path, arguments: list[str]) -> tuple[int, str]:
    """Run Python in a folder, with the modules of the checkout, and return its exit code and its errors."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def files_in(folder: Path) -> list[str]:
    """Return the paths of all files in a folder, relative to the folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def fingerprints(folder: Path, names: Any) -> dict[str, dict[str, Any]]:
    """Return the hashes of the named files that are in the folder, or say that one cannot be read."""
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        path = folder / name
        if path.suffix == ".nc" and path.is_file():
            try:
                found[name] = {"arrays": array_hashes(path)}
            except ValueError:
                found[name] = {"damaged": True}
        elif path.is_file():
            found[name] = {"file": file_hash(path)}
    return found


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def array_hashes(path: Path) -> dict[str, str]:
    """Return for each array in a NetCDF file the SHA-256 of its dimensions, type, shape and values."""
    found = {}
    for name, array in foedus.load(path).variables.items():
        text = array.dtype.kind in "OU"
        values = json.dumps(array.values.tolist()).encode() if text else array.values.tobytes()
        head = f"{array.dims} {'text' if text else array.dtype.str} {array.shape}\n"
        found[str(name)] = hashlib.sha256(head.encode() + values).hexdigest()
    return found


def commit() -> str | None:
    """Return the commit of the checkout, marked if files have changed since, or None without Git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def read_manifest(path: Path) -> dict[str, Any]:
    """Return what a manifest says."""
    try:
        manifest = json.loads(path.read_text("utf-8"))
        manifest["outputs"].items(), manifest["inputs"].items()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: there is no such file") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{path} is not a manifest") from None
    return manifest


def tell(now: dict[str, Any], earlier: dict[str, Any], where: Any) -> bool:
    """Print what differs from an earlier manifest, and possible reasons; return whether all outputs agree."""
    lines = differences(now["outputs"], earlier["outputs"])
    for name, what in lines.items():
        print(f"{name}: {what}")
    names = now["outputs"].keys() | earlier["outputs"].keys()
    print(f"{len(names) - len(lines)} of {len(names)} outputs are the same as in {where}")
    for what in ("inputs", "versions", "machine") if lines else ():
        ours, theirs = now.get(what, {}), earlier.get(what, {})
        others = [name for name in sorted(ours.keys() & theirs.keys()) if ours[name] != theirs[name]]
        if others:
            print(f"other {what}: {', '.join(others)}")
    return not lines


def differences(now: dict[str, Any], earlier: dict[str, Any]) -> dict[str, str]:
    """Return what differs, for each output that is not the same."""
    found = {}
    for name in sorted(now.keys() | earlier.keys()):
        one, other = now.get(name), earlier.get(name)
        if one is None or other is None:
            found[name] = "is new" if one else "is gone"
        elif "damaged" in one:
            found[name] = "cannot be read"
        elif one.get("file") != other.get("file"):
            found[name] = "differs"
        elif one.get("arrays") != other.get("arrays"):
            ours, theirs = one["arrays"], other["arrays"]
            arrays = [a for a in sorted(ours.keys() | theirs.keys()) if ours.get(a) != theirs.get(a)]
            found[name] = f"{', '.join(arrays)} {'differ' if len(arrays) > 1 else 'differs'}"
    return found


if __name__ == "__main__":
    sys.exit(main())
