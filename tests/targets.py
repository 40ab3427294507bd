"""How the loops over lanes are compiled for a processor, and the results that they give there.

    NUMBA_CPU_NAME=haswell NUMBA_CPU_FEATURES= python targets.py bits
    python targets.py znver3 aarch64

print as JSON how many instructions each loop has for vectors and for single numbers. With the first, numba
compiles for one processor; it adds digests of the results of some games, from the lanes and from the solver
of one game. With the second, numba compiles once, and LLVM makes code for each of these processors.
"""

import hashlib
import json
import re
import sys

import llvmlite.binding as llvm
import numba
import numpy as np
from games import EDGE_GAMES, random_games
from numba.core import codegen

from foedus.kernels import alliance as kernels
from foedus.kernels.alliance import lanes

# instructions on vectors of floats; and on single floats, or that write under a mask, which may take as long. On ARM
# LLVM still takes roots one by one.
X86 = r"\tv?\w+p[ds]\t", r"\t(?!vbroadcast)\w+sd\t|\tvmaskmovpd\t%ymm\d+, %ymm\d+, -?\d*\("
AARCH64 = r"\t(?:q|v)\d+\b", r"\tf(?:add|sub|mul|div)\td"
ARM = "aarch64"
LOOPS = [
    function
    for function in vars(lanes).values()
    if function.__class__.__name__ == "CPUDispatcher"
    and function.__module__ == lanes.__name__
    and not function.targetoptions.get("forceinline")
]


def compile_all():
    """Compile every separate function of the lanes; return by name the code that LLVM was given."""
    block = numba.from_dtype(lanes.BLOCK)
    given, optimize = {}, codegen.CPUCodeLibrary._optimize_final_module

    def note_and_optimize(library):
        given[library.name] = str(library._final_module)
        optimize(library)

    codegen.CPUCodeLibrary._optimize_final_module = note_and_optimize
    for function in LOOPS:
        function.compile((block, numba.boolean)[: function.py_func.__code__.co_argcount])
    return given


def counts(assembly, patterns):
    """Return how many instructions there are for vectors and for single numbers."""
    return [len(re.findall(pattern, assembly)) for pattern in patterns]


def machine_for(processor):
    """Return LLVM's machine for a processor, by its name, or for 64-bit ARM."""
    triple = "aarch64-unknown-linux-gnu" if processor == ARM else "x86_64-unknown-linux-gnu"
    cpu = "generic" if processor == ARM else processor
    return llvm.Target.from_triple(triple).create_target_machine(cpu=cpu, opt=3, reloc="pic")


def code_for(text, machine):
    """Return the code that LLVM makes for a machine."""
    text = re.sub(r'target triple = ".*"', f'target triple = "{machine.triple}"', text)
    text = re.sub(r'target datalayout = ".*"', f'target datalayout = "{machine.target_data}"', text)
    module = llvm.parse_assembly(text)
    for level in (0, 3):  # as numba does
        options = llvm.create_pipeline_tuning_options(speed_level=level)
        options.loop_vectorization = level > 0
        builder = llvm.create_pass_builder(machine, options)
        passes = builder.getModulePassManager()
        if level == 0:
            passes.add_loop_rotate_pass()
            passes.add_instruction_combine_pass()
            passes.add_jump_threading_pass()
        passes.run(module, builder)
    return machine.emit_assembly(module)


def digests():
    """Return digests of the results of some games, from the lanes and from the solver of one game."""
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
        lanes.strike_unsolved(block)
        side_by_side[start : start + lanes.LANES] = block.variables.T
    alone = np.array([kernels.solve_game(game)[0] for game in games])
    return [hashlib.sha256(found.tobytes()).hexdigest() for found in (side_by_side, alone)]


if __name__ == "__main__":
    given, found = compile_all(), {}
    if "bits" in sys.argv:
        loops = {f.__name__: counts(next(iter(f.inspect_asm().values())), X86) for f in LOOPS}
        found = {"loops": loops, "digests": digests()}
    else:
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        for processor in sys.argv[1:]:
            machine, patterns = machine_for(processor), AARCH64 if processor == ARM else X86
            found[processor] = {
                f.__name__: counts(code_for(given[f.__name__], machine), patterns) for f in LOOPS
            }
    print(json.dumps(found))
