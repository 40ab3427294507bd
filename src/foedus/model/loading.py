"""Models in files: a Python file that makes a `Model`, such as ``entry.py``, or ``entry.py:name`` if it makes
several.

A game in a file of Gambit's, ``game.efg``, is a model, too; `efg` reads it.
"""

import ast
import contextlib
import dataclasses
import functools
import hashlib
import importlib
import os
import platform
import sys
import traceback
import types
from collections.abc import Iterator
from pathlib import Path

from .efg import model_from_efg
from .model import BUILT_IN, Model, chosen, find

KNOWN = ValueError, TypeError, ImportError  # errors that say what is wrong without their name


def load_model(place: str | os.PathLike) -> Model:
    """Return the model that a file makes. This runs the file as a program: load only files that you trust.

    Parameters
    ----------
    place : str or path
        the file, or ``file.py:name`` if it makes several models; a game of Gambit's, ``game.efg`` or
        ``game.efg:other.toml``, as `model_from_efg` takes it; or the name of a built-in model

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError
        if the file cannot be read.
    ValueError
        if the file is not Python, raises an error, makes no model, or makes several and none is named. If
        the error is in a line of the file, the message names this line.

    Examples
    --------
    >>> import foedus
    >>> foedus.load_model("alliance").title
    'The alliance game of a superpower, its ally and a challenger'
    """
    named = os.fspath(place)
    if named in BUILT_IN:
        return find(named)
    game, efg, tables = named.partition(".efg")
    if efg and (not tables or tables.startswith(":")):
        return model_from_efg(game + efg, tables[1:] or None)
    file, _, name = named.rpartition(":") if not named.endswith(".py") else (named, "", "")
    if not file.endswith(".py"):
        raise ValueError(
            f"{named!r} is not a model; give a file that ends in .py, such as entry.py or entry.py:name, "
            f"a file of Gambit's that ends in .efg, or a built-in model: {', '.join(BUILT_IN)}"
        )
    path = Path(file).absolute()
    return _loaded(path, name, tuple(_sources(path, path.parent, set())))


def load_again(place: str, digest: str, by_search: bool = False) -> Model:
    """Return the model of a file that another process has loaded; raise ValueError if it is not the same.

    by_search : whether it is the one by its definition alone
    """
    try:
        model = load_model(place)
        if by_search:
            model = model.defined
    except FileNotFoundError as error:
        raise ValueError(
            f"there is no {error.filename} on {platform.node()}, where games are to be solved"
        ) from None
    if model.hash != digest:
        raise ValueError(f"{place} differs on {platform.node()}, where games are to be solved")
    return model


def _sources(path: Path, folder: Path, seen: set[Path]) -> Iterator[tuple[Path, str]]:
    """Give a file and the files of its folder that it imports, directly or not, each once with its text."""
    seen.add(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not a text file in UTF-8") from None
    yield path, text
    with _telling(path):
        tree = ast.parse(text, str(path))
    for node in ast.walk(tree):
        for place in _imported(node, path, folder):
            for beside in (place.with_suffix(".py"), place / "__init__.py"):
                if beside not in seen and folder in beside.parents and beside.is_file():
                    yield from _sources(beside, folder, seen)


def _imported(node: ast.AST, path: Path, folder: Path) -> Iterator[Path]:
    """Give the paths in a folder that a line of a file may import, and those of the packages around them."""
    level, names = 0, []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        level = node.level
        names = [f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names]
    for base in (folder, *path.parents)[level : level + 1]:
        for parts in (name.split(".") for name in names if _top(name) != OWN):
            yield from (base.joinpath(*parts[:end]) for end in range(1, len(parts) + 1))


def _top(name: str) -> str:
    """Return the outermost package that a module is in, or the module itself."""
    return name.partition(".")[0]


OWN = _top(__name__)  # a file always imports the installed foedus, never a folder beside the file


def code_hash(source: str) -> str:
    """Return a hash of what a program does. Comments do not change it.

    Examples
    --------
    >>> code_hash("x = 1") == code_hash("x = 1  # one") != code_hash("x = 2")
    True
    """
    return hashlib.sha256(ast.dump(ast.parse(source)).encode()).hexdigest()[:12]


@functools.lru_cache
def _loaded(path: Path, name: str, sources: tuple[tuple[Path, str], ...]) -> Model:
    """Return the model that a file makes. `sources` has its text and those of the files that it imports."""
    texts = [text if file == path else f"# {file.relative_to(path.parent)}\n{text}" for file, text in sources]
    source = "\n".join(texts)
    module = types.ModuleType(f"foedus_model_{code_hash(source)}")  # compiled code keeps this name: no path
    module.__file__ = str(path)
    with _telling(path), _beside(path.parent, [file for file, _ in sources[1:]]):
        sys.modules[module.__name__] = module  # enumerations and the like look for it here
        exec(compile(texts[0], str(path), "exec"), vars(module))
    made = {
        name: value for name, value in vars(module).items() if isinstance(value, Model) and not value.built_in
    }
    if not made:
        raise ValueError(f"{path.name} makes no Model; it needs a line: model = Model(...)")
    if name:
        if name not in made:
            raise ValueError(f"{path.name} has no model {name!r}; it has {', '.join(made)}")
    elif len({id(model) for model in made.values()}) > 1:
        raise ValueError(
            f"{path.name} has the models {', '.join(made)}; name one, such as {path.name}:{next(iter(made))}"
        )
    model = made[name or next(iter(made))]
    try:
        chosen(model)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    return dataclasses.replace(model, source=source, file=f"{path}:{name}" if name else str(path))


@contextlib.contextmanager
def _beside(folder: Path, files: list[Path]) -> Iterator[None]:
    """Let a file import these files beside it, as they are now. Other modules stay as they were."""
    names = {file.relative_to(folder).parts[0].removesuffix(".py") for file in files}
    before = {name: module for name, module in sys.modules.items() if _top(name) in names}
    path, writes = list(sys.path), sys.dont_write_bytecode
    for name in before:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True  # bytecode is out of date if a file was edited twice in a second
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, writes
        others = {name for name, module in before.items() if _file(module) not in files}
        for name in [name for name in sys.modules if _top(name) in {_top(other) for other in others}]:
            del sys.modules[name]
        for name, module in before.items():
            sys.modules.setdefault(name, module)


def _file(module: types.ModuleType) -> Path:
    """Return the file of a module, or an empty path."""
    return Path(getattr(module, "__file__", None) or "")


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Turn any error of a model's file into one line that names the line of the file."""
    try:
        yield
    except SyntaxError as error:
        raise ValueError(f"{Path(error.filename or path).name}, line {error.lineno}: {error.msg}") from None
    except (Exception, SystemExit) as error:
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
        ]
        where = f"{path.name}, line {lines[-1]}" if lines else path.name
        words = str(error) if isinstance(error, KNOWN) else f"{type(error).__name__}: {error}"
        if isinstance(error, SystemExit):
            words = "it ends the program; a model's file must not do that"
        raise ValueError(f"{where}: {words.removesuffix(': ') or type(error).__name__}") from error
