"""What a model is for the tools: its parameters, its outcomes, and how to solve it."""

from .claim import Claim
from .model import Deciding, Limits, Loop, Model, Search, chosen, find
from .outcomes import NOT_SOLVED, UNSOLVED, Code, Label, Outcome, table
from .parameters import NUMBER, Parameter, tex

__all__ = [
    "NOT_SOLVED",
    "NUMBER",
    "UNSOLVED",
    "Claim",
    "Code",
    "Deciding",
    "Label",
    "Limits",
    "Loop",
    "Model",
    "Outcome",
    "Parameter",
    "Search",
    "chosen",
    "find",
    "table",
    "tex",
]
