"""How a search is compiled once for all games, and still asks functions that are compiled for one.

Compiled code carries a copy of each function that it calls, and a search that is copied into each move
of each game would take minutes to compile. So a game calls the search by its place in memory. The search
in turn calls by its place the function that tells what follows upon a move. Arrays are passed by their
places, too. In plain Python all of these are the functions and arrays themselves.
"""

import llvmlite.binding
import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from ._jit import SOURCES, plain

WORD = ir.IntType(64)


def place_of(array):
    """Return the place of an array."""
    return array


@overload(place_of, inline="always")
def _place_of(array):
    return lambda array: array.ctypes.data


@intrinsic
def _pointer(typingctx, place):
    def codegen(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], ir.DoubleType().as_pointer())

    return types.CPointer(types.float64)(place), codegen


def row_at(place, size):
    """Return the row of floats at a place."""
    return place


@overload(row_at, inline="always")
def _row_at(place, size):
    return lambda place, size: numba.carray(_pointer(place), (size,))


def _called(context, builder, function, gives, takes, arguments):
    """Call a compiled function, and raise what it raises."""
    status, found = context.call_conv.call_function(builder, function, gives, takes, arguments)
    with builder.if_then(status.is_error, likely=False):
        context.call_conv.return_status_propagate(builder, status)
    return found


FOLLOWS = types.int64, types.float64, types.int64  # what a function of what follows takes


def call(follow, given, x, answer):
    """Call a function at a place: of the place of what is given, a move, and the place of the answer."""
    return follow(given, x, answer)


@intrinsic
def _call(typingctx, follow, given, x, answer):
    def codegen(context, builder, signature, arguments):
        kind = context.call_conv.get_function_type(types.int64, FOLLOWS)
        function = builder.inttoptr(arguments[0], kind.as_pointer())
        return _called(context, builder, function, types.int64, FOLLOWS, arguments[1:])

    return types.int64(types.int64, *FOLLOWS), codegen


@overload(call, inline="always")
def _call_compiled(follow, given, x, answer):
    return lambda follow, given, x, answer: _call(follow, given, x, answer)


def address_of(follow):
    """Return a function that gives the place of a compiled function of `FOLLOWS`.

    That function returns a whole number.
    """
    if plain:
        return lambda: follow
    follow.compile(FOLLOWS)
    found = follow.overloads[FOLLOWS]

    @intrinsic
    def address(typingctx):
        def codegen(context, builder, signature, arguments):
            context.active_code_library.add_linking_library(found.library)
            return builder.ptrtoint(context.declare_function(builder.module, found.fndesc), WORD)

        return types.int64(), codegen

    return address


def by_name(function, takes):
    """Return what calls, without a copy of it, a compiled function that takes `takes` and returns a whole
    number."""
    if plain:
        return lambda arguments: function(*arguments)
    function.compile(takes)
    found = function.overloads[takes]
    name = f"foedus_{SOURCES}_{function.__name__}"
    llvmlite.binding.add_symbol(name, found.library.get_pointer_to_function(found.fndesc.llvm_func_name))

    @intrinsic
    def caller(typingctx, arguments):
        def codegen(context, builder, signature, given):
            kind = context.call_conv.get_function_type(types.int64, takes)
            symbol = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
            items = [builder.extract_value(given[0], i) for i in range(len(takes))]
            return _called(context, builder, symbol, types.int64, takes, items)

        return types.int64(types.Tuple(takes)), codegen

    return caller
