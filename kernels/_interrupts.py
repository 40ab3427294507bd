"""Ctrl-C while kernels are compiled.

LLVM calls Python back. What is raised there is lost, and with it the code of the function: an interrupt would
end in an error of the compiler, or in nothing. So it waits until the compiler has finished a step.
"""

import signal
import threading

from numba.core import event

LOCK, STEP = "numba:compiler_lock", "numba:run_pass"  # held all the time, also to read and keep code; a step


class _Patience(event.Listener):
    """Holds back interrupts of the main thread from each event `LOCK` to its end, but for the start of a
    `STEP`."""

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
    """Have interrupts wait for the compiler from now on."""
    patience = _Patience()
    for kind in (LOCK, STEP):
        event.register(kind, patience)
