"""The replication pack: it makes the same files twice, reports differences, and made the pictures of the docs."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr
from conftest import compiled_only

import foedus

ROOT = Path(__file__).parents[2]
EPOCH = "1700000000"  # 2023-11-14T22:13:20+00:00
SMALLER = [(r"points = \d+", "points = 9"), (r"samples = \d+", "samples = 256"), (r":\d{3}\b", ":5")]
PACK = ("examples", "benchmarks/peers", "docs/speed.json")


def replicate(checkout, *arguments):
    """Run the script of a checkout, and return its exit code and what it prints."""
    script = checkout / "examples" / "replication" / "replicate.py"
    done = subprocess.run(
        [sys.executable, str(script), *map(str, arguments)],
        env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A checkout of the pack alone, with few points of everything."""
    root = tmp_path_factory.mktemp("checkout")
    for part in PACK:
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, root / part)
    (root / "benchmarks" / "__init__.py").touch()
    for file in [*root.glob("examples/**/*.toml"), root / "examples" / "replication" / "commands.txt"]:
        text = file.read_text(encoding="utf-8")
        for pattern, smaller in SMALLER:
            text = re.sub(pattern, smaller, text)
        file.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def pack(checkout):
    folder = checkout / "pack"
    assert replicate(checkout, folder)[0] == 0
    return folder


@compiled_only
def test_a_second_run_makes_the_same(checkout, pack, tmp_path):
    """Arrays to the bit, tables and pictures to the byte, and the times that files carry; differences from an earlier run are reported."""
    folder = tmp_path / "again"
    shutil.copytree(pack, folder)
    earlier = manifest_of(pack)
    earlier["outputs"]["slices.nc"]["arrays"]["pledge"] = "another"
    earlier["outputs"]["forms.png"]["file"] = "another"
    earlier["outputs"]["older.png"] = {"file": "another"}
    earlier["versions"]["numpy"] = "another"
    (folder / "manifest.json").write_text(json.dumps(earlier))
    code, said = replicate(checkout, folder)
    assert code == 0
    count = len(earlier["outputs"])
    assert said.splitlines()[-5:] == [
        "forms.png: differs",
        "older.png: is gone",
        "slices.nc: pledge differs",
        f"{count - 3} of {count} outputs are the same as in the earlier run",
        "other versions: numpy",
    ]
    one, other = manifest_of(pack), manifest_of(folder)
    assert one.pop("seconds").keys() == other.pop("seconds").keys()
    assert one == other
    assert one["created"] == "2023-11-14T22:13:20+00:00"
    for name in one["outputs"]:
        if name.endswith(".nc"):
            first, second = foedus.load(pack / name), foedus.load(folder / name)
            xr.testing.assert_identical(first, second)
            assert first.attrs["created"] == one["created"]
        else:
            assert (pack / name).read_bytes() == (folder / name).read_bytes(), name


@compiled_only
def test_the_manifest_says_what_made_each_output(checkout, pack):
    manifest = manifest_of(pack)
    commands = (
        (checkout / "examples" / "replication" / "commands.txt").read_text(encoding="utf-8").splitlines()
    )
    assert {output["command"] for output in manifest["outputs"].values()} == manifest["seconds"].keys()
    assert list(manifest["seconds"]) == [line for line in commands if line and line[0] != "#"]
    kept = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    assert kept == {*manifest["outputs"], *manifest["inputs"], "manifest.json"}
    assert manifest["versions"]["foedus"] == foedus.__version__
    assert manifest["commit"] is None
    for name, said in manifest["inputs"].items():
        assert said == hashlib.sha256((pack / name).read_bytes()).hexdigest()


@compiled_only
def test_what_is_damaged_is_told(checkout, pack, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(pack, folder)
    manifest = pack / "manifest.json"
    assert replicate(checkout, folder, "--against", manifest)[0] == 0
    with (folder / "regimes.png").open("ab") as stream:
        stream.write(b"\0")
    ds = foedus.load(folder / "forms.nc")
    ds.pledge[0, 0, 0, 0, 0] += 2.0**-52
    foedus.save(ds, folder / "forms.nc")
    (folder / "cutpoints.nc").write_bytes(b"nothing")
    (folder / "statics.tex").unlink()
    code, said = replicate(checkout, folder, "--against", manifest)
    count = len(manifest_of(pack)["outputs"])
    assert code == 1
    assert said.splitlines() == [
        "cutpoints.nc: cannot be read",
        "forms.nc: pledge differs",
        "regimes.png: differs",
        "statics.tex: is gone",
        f"{count - 4} of {count} outputs are the same as in {manifest}",
    ]


@compiled_only
def test_a_command_that_fails_is_named_and_leaves_what_was_there(checkout, pack, tmp_path):
    root, folder = tmp_path / "root", tmp_path / "root" / "pack"
    shutil.copytree(checkout, root)
    bad = "foedus map examples/regimes.toml -o regimes.jpg"
    (root / "examples" / "replication" / "commands.txt").write_text(f"# bad\n{bad}\n")
    code, said = replicate(root, folder)
    assert (code, said) == (
        2,
        f"replicate: '{bad}' failed: foedus: regimes.jpg: the name must end in .nc or .zarr\n",
    )
    assert manifest_of(folder) == manifest_of(pack)
    assert [path.name for path in root.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "script",
    ["import os, signal; os.kill(os.getppid(), signal.SIGINT); signal.pause()", "raise SystemExit(130)"],
    ids=["while a command runs", "by a command"],
)
def test_an_interrupted_run_says_so_in_a_line_and_leaves_nothing(checkout, tmp_path, script):
    root = tmp_path / "root"
    shutil.copytree(checkout, root, ignore=lambda *_: ["pack"])
    (root / "examples" / "replication" / "commands.txt").write_text(f'python -c "{script}"\n')
    said = replicate(root, root / "pack")
    assert said == (130, "replicate: interrupted; no half-made folder is left\n")
    assert [path.name for path in root.iterdir() if "pack" in path.name] == []


PAGES = {
    page: page.read_text(encoding="utf-8") for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
}


def test_the_pictures_of_the_docs_are_those_of_the_pack():
    """Each that a page shows is one that the pack made, from the run files and by the list that are there
    now.

    Two are not: the photograph of the explorer, which its tests make, and the game tree, which is drawn by hand.
    """
    manifest = manifest_of(ROOT / "docs")
    outputs = manifest["outputs"]
    shown = {
        Path(name).name for text in PAGES.values() for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
    }
    assert len(shown) > 10
    by_hand = {"explorer.jpg", "game-tree.svg"}
    assert by_hand <= shown
    shown -= by_hand
    assert shown == {name for name in outputs if name.endswith(".png")}
    assert shown == {path.name for path in (ROOT / "docs").glob("*.png")}
    for name in (*shown, "speed-table.md"):
        assert outputs[name]["file"] == hashlib.sha256((ROOT / "docs" / name).read_bytes()).hexdigest(), name
    for name, said in manifest["inputs"].items():
        source = ROOT / ("docs/speed.json" if name == "speed.json" else name)
        assert said == hashlib.sha256(source.read_bytes()).hexdigest(), f"{name} has changed: make figures"


def test_the_commands_on_the_pages_that_make_pictures_are_on_the_list():
    outputs = manifest_of(ROOT / "docs")["outputs"]
    lines = [line for text in PAGES.values() for line in re.findall(r"^    (foedus .*)$", text, re.MULTILINE)]
    making = [
        line
        for line in lines
        for name in re.findall(r"(?:-o|--figure) (\S+)\.(?:nc|png)", line)
        if f"{name}.png" in outputs
    ]
    assert len(making) > 2
    assert {*making} <= {output["command"] for output in outputs.values()}


def test_only_a_folder_of_its_own_is_replaced(checkout, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    code, said = replicate(checkout, tmp_path)
    assert (code, said) == (
        2,
        f"replicate: {tmp_path} holds mine.txt, which no earlier run made; name another folder\n",
    )
    for path, words in [("nothing.json", "there is no such file"), ("mine.txt", "is not a manifest")]:
        code, said = replicate(checkout, tmp_path, "--against", tmp_path / path)
        assert code == 2
        assert said.startswith(f"replicate: {tmp_path / path}")
        assert words in said
    assert (tmp_path / "mine.txt").read_text() == "mine"


@compiled_only
def test_nothing_in_a_folder_of_an_earlier_run_is_lost(checkout, pack, tmp_path):
    folder = tmp_path / "pack"
    shutil.copytree(pack, folder)
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text("mine")
    code, said = replicate(checkout, folder)
    assert (code, said) == (
        2,
        f"replicate: {folder} holds notes/mine.txt, which no earlier run made; name another folder\n",
    )
    assert (folder / "notes" / "mine.txt").read_text() == "mine"
