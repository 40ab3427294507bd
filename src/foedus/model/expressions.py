"""Arithmetic of numbers and parameters, as people write it in a file: read, never run as a program."""

import ast
import functools
import math
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

FUNCTIONS = {"sqrt": math.sqrt, "exp": math.exp, "log": math.log, "abs": abs, "min": min, "max": max}
SYNTAX = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.UAdd, ast.USub,
)  # fmt: skip


def checked(text: str, parameters: Collection[str]) -> str:
    """Return an expression if it is arithmetic of numbers and parameters; else raise ValueError.

    Examples
    --------
    >>> checked("p * prize - max(cost, 1)", {"p", "prize", "cost"})
    'p * prize - max(cost, 1)'
    >>> checked("open('file')", {"p"})
    Traceback (most recent call last):
    ValueError: "open('file')": there is no function open; there are sqrt, exp, log, abs, min, max
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{text!r} is not an expression") from None
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
            if function not in FUNCTIONS:
                raise ValueError(
                    f"{text!r}: there is no function {function}; there are {', '.join(FUNCTIONS)}"
                )
            least = 2 if function in ("min", "max") else 1
            if node.keywords or len(node.args) < least or (least == 1 and len(node.args) > 1):
                raise ValueError(
                    f"{text!r}: {function} takes {'two numbers or more' if least > 1 else 'one number'}"
                )
        elif isinstance(node, ast.Name):
            if node not in called and node.id not in parameters:
                raise ValueError(
                    f"{text!r}: there is no parameter {node.id!r}; there are {', '.join(parameters)}"
                )
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
                raise ValueError(f"{text!r}: {node.value!r} is not a number")
        elif not isinstance(node, SYNTAX):
            raise ValueError(
                f"{text!r} may have numbers, parameters, + - * / **, brackets and {', '.join(FUNCTIONS)} only"
            )
    return ast.unparse(tree)


def in_kernel(number: Fraction | str, given: str = "p.") -> str:
    """Return a number or an expression as the text of a kernel, in floats."""
    if not isinstance(number, str):
        return repr(float(number))

    class InKernel(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> Any:
            return node if node.id in FUNCTIONS else ast.Name(f"{given}{node.id}")

        def visit_Constant(self, node: ast.Constant) -> Any:
            return ast.Constant(float(node.value))  # type: ignore[arg-type]  # checked

        def visit_Call(self, node: ast.Call) -> Any:
            node.args = [self.visit(argument) for argument in node.args]
            return node

    return ast.unparse(InKernel().visit(ast.parse(number, mode="eval")))


def number_in(number: Fraction | str, game: Mapping[str, Any]) -> Any:
    """Return what a number is in a game, or in several, whose parameters are arrays: as the kernel finds it,
    infinite or NaN where it is no number.

    Examples
    --------
    >>> number_in("max(1 - cost, 0)", {"cost": 0.25}).item()
    0.75
    """
    if not isinstance(number, str):
        return float(number)
    import numpy as np  # which reading a file does without

    names = {name: getattr(np, name) for name in ("sqrt", "exp", "log", "abs")}
    names |= {"min": lambda *of: functools.reduce(np.minimum, of)}
    names |= {"max": lambda *of: functools.reduce(np.maximum, of)}
    given = {name: np.asarray(one, np.float64)[()] for name, one in game.items()}
    with np.errstate(all="ignore"):
        return eval(in_kernel(number, ""), {"__builtins__": {}, **names}, given)  # checked: arithmetic


def value(name: str, number: Fraction | str, defaults: Mapping[str, Any]) -> float:
    """Return what a number is at the defaults."""
    try:
        found = eval(
            in_kernel(number, ""), {"__builtins__": {}, **FUNCTIONS}, dict(defaults)
        )  # checked: arithmetic
    except (ArithmeticError, ValueError, RecursionError) as error:
        raise ValueError(f"{name}: {number!r} has no value at the defaults: {error}") from None
    if isinstance(found, complex) or not math.isfinite(found):
        raise ValueError(f"{name}: {number!r} is {found:.6g} at the defaults; it must be a finite number")
    return found
