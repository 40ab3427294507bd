"""What is published: the source distribution, the wheel, their metadata, and the recipe for conda.

Takes the extra `package`, and the network for what setuptools builds with: `make package` runs it.
"""

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

import foedus

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCES = {"foedus": "src/foedus", "foedus/kernels": "kernels", "foedus/io": "io"}
CONDA = {"netCDF4": "netcdf4", "isal": "python-isal", "matplotlib": "matplotlib-base"}  # other names there


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """The wheel, built from the source distribution, and that."""
    pytest.importorskip("build", reason="build is not installed: pip install 'foedus[package]'")
    folder = tmp_path_factory.mktemp("dist")
    source = folder / "source"  # what building leaves beside its sources stays there
    shutil.copytree(
        ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "shared")
    )
    subprocess.run([sys.executable, "-m", "build", "-o", folder, source], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def wheel(dist):
    (path,) = dist.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    files = {
        f"{package}/{path.relative_to(ROOT / folder).as_posix()}"
        for package, folder in SOURCES.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == files
    assert "foedus/py.typed" in held
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel.namelist())


def test_the_wheel_is_for_any_machine(wheel, dist):
    assert [path.name for path in dist.glob("*.whl")] == [f"foedus-{foedus.__version__}-py3-none-any.whl"]
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "foedus = foedus.__main__:main" in wheel.read(name).decode()


def test_the_source_distribution_holds_what_the_wheel_is_built_from(dist):
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff"} <= held
    assert not {name for name in held if name.startswith(("tests", "benchmarks", ".venv", "shared"))}


def test_metadata_are_complete(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    said = message_from_bytes(wheel.read(name))
    assert said["Summary"] == PROJECT["description"]
    assert said["Author"] == PROJECT["authors"][0]["name"]
    assert said["License-Expression"] == "BSD-3-Clause"
    assert said["Requires-Python"] == PROJECT["requires-python"]
    assert said["Keywords"].split(",") == PROJECT["keywords"]
    assert said["Description-Content-Type"] == "text/markdown"
    assert said["Version"] == foedus.__version__


def test_classifiers_are_those_of_pypi():
    trove = pytest.importorskip("trove_classifiers", reason="takes 'foedus[package]'")
    assert not {*PROJECT["classifiers"]} - {*trove.classifiers}


def test_metadata_are_those_of_the_citation():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'name: "{PROJECT["authors"][0]["name"]}"' in citation
    assert f"license: {PROJECT['license']}" in citation
    assert f"version: {foedus.__version__}" in citation


def test_the_recipe_says_what_the_project_says():
    """As rattler-build reads it, which refuses what it does not know."""
    rattler = pytest.importorskip("rattler_build", reason="takes 'foedus[package]'")
    (rendered,) = rattler.Stage0Recipe.from_file(ROOT / "conda" / "recipe.yaml").render()
    recipe = rendered.recipe.to_dict()
    python = f"python {PROJECT['requires-python']}"
    assert recipe["package"] == {"name": PROJECT["name"], "version": foedus.__version__}
    packages = [requirement.replace(">=", " >=").split() for requirement in PROJECT["dependencies"]]
    assert recipe["requirements"]["run"] == [
        python,
        *(f"{CONDA.get(name, name)} {bound}" for name, bound in packages),
    ]
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert recipe["requirements"]["host"] == [python, "pip", *(one.replace(">=", " >=") for one in build)]
    assert recipe["build"]["python"]["entry_points"] == [
        f"{name} = {target}" for name, target in PROJECT["scripts"].items()
    ]
    assert recipe["about"]["summary"] == PROJECT["description"]
    assert recipe["about"]["license"] == PROJECT["license"]
    assert recipe["about"]["license_file"] == PROJECT["license-files"]
