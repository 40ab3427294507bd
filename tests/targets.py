"""What becomes of the loops over lanes on a processor, and what they find there.

    NUMBA_CPU_NAME=haswell NUMBA_CPU_FEATURES= python targets.py        compiled for that processor by numba
    NUMBA_LOOP_VECTORIZE=0 python targets.py aarch64                    compiled on by LLVM for one of another kind

print as JSON how many instructions each loop has for vectors and for single numbers. With `bits`, the first
also prints digests of what the lanes find in some games, and of what the solver of one game finds in them.
"""

import hashlib
import json
import re
import sys

import llvmlite.binding as llvm
import numba
import numpy as np
from games import EDGE_GAMES, random_games

from foedus import kernels
from foedus.kernels import lanes

# instructions on vectors of floats; and on single floats, or that write under a mask, which may take as long. On ARM
# LLVM takes roots one by one all the same.
X86 = r"\tv?\w+p[ds]\t", r"\t(?!vbroadcast)\w+sd\t|\tvmaskmovpd\t%ymm\d+, %ymm\d+, -?\d*\("
AARCH64 = r"\t(?:q|v)\d+\b", r"\tf(?:add|sub|mul|div)\td"
LOOPS = [
    function
    for function in vars(lanes).values()
    if function.__class__.__name__ == "CPUDispatcher"
    and function.__module__ == lanes.__name__
    and not function.targetoptions.get("forceinline")
]


def compile_all():
    """Compile every function of lanes that has code of its own, and return them."""
    block = numba.from_dtype(lanes.BLOCK)
    for function in LOOPS:
        function.compile((block, numba.boolean)[: function.py_func.__code__.co_argcount])
    return LOOPS


def counts(assembly, patterns):
    """Return how many instructions there are for vectors and for single numbers."""
    return [len(re.findall(pattern, assembly)) for pattern in patterns]


def for_other(function, machine):
    """Return a function's code for another machine, from what numba made of it but for vectors."""
    (text,) = function.inspect_llvm().values()
    text = re.sub(r'target triple = ".*"', f'target triple = "{machine.triple}"', text)
    text = re.sub(r'target datalayout = ".*"', f'target datalayout = "{machine.target_data}"', text)
    module = llvm.parse_assembly(text)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_assembly(module)


def aarch64():
    """Return LLVM's machine for 64-bit ARM."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple("aarch64-unknown-linux-gnu")
    return target.create_target_machine(cpu="generic", opt=3, reloc="pic")


def digests():
    """Return digests of what the lanes find in some games, and of what the solver of one game finds."""
    games = np.array(random_games(6400, seed=12, spread=1.5) + EDGE_GAMES)
    games = games[: len(games) // lanes.LANES * lanes.LANES]
    (block,) = np.zeros(1, lanes.BLOCK)
    side_by_side = np.empty((len(games), len(kernels.VARIABLES)))
    for start in range(0, len(games), lanes.LANES):
        block.parameters[:] = games[start : start + lanes.LANES].T
        lanes.set_costs(block, False)
        lanes.set_levels(block, False)
        lanes.solve_lanes(block)
        lanes.follow_paths(block)
        lanes.set_variables(block)
        side_by_side[start : start + lanes.LANES] = block.variables.T
    alone = np.array([kernels.solve_game(game)[0] for game in games])
    return [hashlib.sha256(found.tobytes()).hexdigest() for found in (side_by_side, alone)]


if __name__ == "__main__":
    if "aarch64" in sys.argv:
        arm = aarch64()
        loops = {f.__name__: counts(for_other(f, arm), AARCH64) for f in compile_all()}
    else:
        loops = {f.__name__: counts(next(iter(f.inspect_asm().values())), X86) for f in compile_all()}
    print(json.dumps({"loops": loops, "digests": digests() if "bits" in sys.argv else []}))
