"""Loops that the compiler must turn into vector instructions, whatever the processor.

LLVM vectorises a loop if its cost model for the processor expects a gain. The model assumes that a division
under an `if` is rare. So it left half of the solver's loops as they were on processors without the masks of
AVX-512. In C, a pragma overrides the model; it becomes a mark on the loop. Numba has no such pragma, so this
module writes the loop itself, with the mark.
"""

import numba
from llvmlite import ir
from numba.extending import intrinsic

from ._jit import plain


def _demand_vectors(latch):
    """Mark the loop that ends with the branch `latch`: vectorise it even if the cost model is against it."""
    module = latch.module
    name = ir.MetaDataString(module, f"loop {len(module.metadata)}")  # no other loop has the same mark
    enable = ir.MetaDataString(module, "llvm.loop.vectorize.enable"), ir.Constant(ir.IntType(1), 1)
    mark = module.add_metadata([name, module.add_metadata(enable)])
    mark.operands = (mark, *mark.operands)  # LLVM knows the mark of a loop by this: it begins with itself
    latch.set_metadata("llvm.loop", mark)


def _each_lane(typing_context, lane, block):
    """See `each_lane`."""
    number = numba.types.int64
    signature = typing_context.resolve_function_type(lane, (block, number), {})
    lanes = block.fields["parameters"].type.shape[-1]

    def code(context, builder, _, arguments):
        # On many processors LLVM uses only half of each vector, because full ones may lower the clock. That
        # made loops over lanes a fifth slower. llvmlite cannot `add` such an attribute, but writes it.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        call, integer = context.get_function(lane, signature), context.get_value_type(number)
        before = builder.basic_block
        loop, after = builder.append_basic_block("lane"), builder.append_basic_block("after")
        builder.branch(loop)
        builder.position_at_end(loop)
        n, count = builder.phi(integer), builder.phi(integer)
        found = call(builder, (arguments[1], n))
        counted = count
        if signature.return_type != numba.types.none:
            counted = builder.add(count, context.cast(builder, found, signature.return_type, number))
        following = builder.add(n, integer(1))
        end = builder.basic_block
        latch = builder.cbranch(builder.icmp_signed("<", following, integer(lanes)), loop, after)
        for phi, value in ((n, following), (count, counted)):
            phi.add_incoming(integer(0), before)
            phi.add_incoming(value, end)
        _demand_vectors(latch)
        builder.position_at_end(after)
        return counted

    return number(lane, block), code


def _each_lane_plain(lane, block):
    """See `each_lane`."""
    return sum(lane(block, n) or 0 for n in range(block["parameters"].shape[-1]))


# each_lane(lane, block) calls lane(block, n) for every lane n of the kernel's argument `block`, in vectors,
# and returns in how many it was true; `lane` returns a truth value or nothing
each_lane = _each_lane_plain if plain else intrinsic(_each_lane)
