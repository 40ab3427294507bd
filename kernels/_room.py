"""Room for numbers on the stack, so that a search allocates nothing per game.

Each function here makes a function that a kernel calls for its room. The room lasts until the kernel returns.
"""

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload


def _pointer(size, dtype, word):
    """Return an intrinsic that gives a pointer to room for so many numbers in the caller's frame."""

    @intrinsic
    def pointer(typingctx):
        def codegen(context, builder, signature, arguments):
            place = cgutils.alloca_once(builder, ir.ArrayType(word, size))
            return builder.bitcast(place, word.as_pointer())

        return types.CPointer(dtype)(), codegen

    return pointer


def _row(size, dtype, word):
    def row():
        return np.empty(size, dtype.name)

    pointer = _pointer(size, dtype, word)
    overload(row, inline="always")(lambda: lambda: numba.carray(pointer(), (size,)))
    return row


def floats(size):
    """Return a function that gives room for so many floats."""
    return _row(size, types.float64, ir.DoubleType())


def wholes(size):
    """Return a function that gives room for so many whole numbers."""
    return _row(size, types.int64, ir.IntType(64))
