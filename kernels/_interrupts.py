"""Ctrl-C while kernels are compiled.

LLVM calls back into Python. An exception raised there is lost, and the code of the function with it: an
interrupt would become an error of the compiler, or nothing. So it waits until the compiler has finished a
step.
"""

import signal
import threading

from numba.core import event

# events of numba: the lock is held while it compiles, reads or keeps code; a pass is one step of compiling
LOCK, STEP = "numba:compiler_lock", "numba:run_pass"


class _Patience(event.Listener):
    """Holds back interrupts of the main thread from the start of each `LOCK` to its end. At the start of each
    `STEP` they are let through."""

    def __init__(self):
        self.depth, self.holding, self.interrupted = 0, False, False

    def on_start(self, event):
        if threading.current_thread() is not threading.main_thread():
            return
        if event.kind == STEP:
            self._let_through()
            return
        self.depth += 1
        if self.depth == 1 and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._hold)
            self.holding = True

    def on_end(self, event):
        if event.kind == STEP or threading.current_thread() is not threading.main_thread():
            return
        self.depth -= 1
        if self.depth == 0 and self.holding:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.holding = False
            self._let_through()

    def _hold(self, *_):
        self.interrupted = True

    def _let_through(self):
        if self.interrupted:
            self.interrupted = False
            raise KeyboardInterrupt


def wait_for_the_compiler():
    """Make interrupts wait for the compiler from now on."""
    patience = _Patience()
    for kind in (LOCK, STEP):
        event.register(kind, patience)
