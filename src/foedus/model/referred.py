"""What a function refers to outside its text. This distinguishes two functions with the same text."""

import hashlib
import types
from collections.abc import Iterator
from enum import Enum
from typing import Any

import numpy as np

PLAIN = (bool, int, float, complex, str, bytes, type(None))


def referred(function: Any, with_code: bool = False) -> str:
    """Return what a function and each function that it calls refer to, by name and value.

    with_code : whether the text also has the functions' bytecode, which differs between versions of Python

    Examples
    --------
    >>> def times(factor):
    ...     return lambda x: factor * x
    >>> referred(times(2.0)) == referred(times(2.0)) != referred(times(3.0))
    True
    """
    return "\n".join(_function(function, with_code, set()))


def _function(function: Any, with_code: bool, seen: set[int]) -> Iterator[str]:
    """Give what a function refers to; nothing if it was `seen` before."""
    function = getattr(function, "py_func", function)
    if id(function) in seen:
        return
    seen.add(id(function))
    code = function.__code__
    if with_code:
        yield from _code(code)
    closure = zip(code.co_freevars, function.__closure__ or (), strict=True)
    enclosed = {name: cell.cell_contents for name, cell in closure if cell != types.CellType()}
    named = [function.__globals__, enclosed, {"defaults": function.__defaults__}]
    names = sorted(_names(code))
    for values in named:
        for name in sorted(values) if values is not function.__globals__ else names:
            if name in values:
                for line in _value(values[name], names, with_code, seen):
                    yield f"{name} = {line}"


def _names(code: types.CodeType) -> set[str]:
    """Return the names that code takes from outside, and the attributes that it takes of these."""
    within = (const for const in code.co_consts if isinstance(const, types.CodeType))
    return {*code.co_names}.union(*map(_names, within))


def _code(code: types.CodeType) -> Iterator[str]:
    """Give what code does, without its line numbers and comments."""
    yield f"{code.co_code.hex()} {code.co_names} {code.co_varnames}"
    for const in code.co_consts:
        yield from _code(const) if isinstance(const, types.CodeType) else [repr(const)]


def _value(value: Any, names: list[str], with_code: bool, seen: set[int]) -> Iterator[str]:
    """Give what a value is, in lines; for a module, the values of these `names` in it."""
    if isinstance(value, PLAIN):
        yield repr(value)
    elif isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        yield f"{array.dtype}{array.shape} {hashlib.sha256(array.tobytes()).hexdigest()}"
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _value(item, names, with_code, seen)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (f"{key!r}: {line}" for line in _value(item, names, with_code, seen))
    elif isinstance(value, Enum):
        yield f"{value.name} {value.value!r}"
    elif isinstance(value, type) and issubclass(value, Enum):
        yield ", ".join(f"{name} {member.value!r}" for name, member in value.__members__.items())
    elif isinstance(value, types.ModuleType):
        for name in names:
            if name in vars(value):
                yield from (f"{name} = {line}" for line in _value(vars(value)[name], names, with_code, seen))
    elif isinstance(getattr(value, "py_func", value), types.FunctionType):
        yield from _function(value, with_code, seen)
    else:
        yield f"{type(value).__name__} {getattr(value, '__module__', '')} {getattr(value, '__name__', '')}"
