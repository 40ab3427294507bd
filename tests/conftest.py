"""What all tests share."""

import os

import pytest

pytest.register_assert_rewrite("checks")

COMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")

compiled_only = pytest.mark.skipif(
    not COMPILED, reason="takes minutes as pure Python; run without NUMBA_DISABLE_JIT"
)
pure_only = pytest.mark.skipif(
    COMPILED, reason="changes a constant that is compiled in; run with NUMBA_DISABLE_JIT=1"
)


def sized(count):
    """Return how many games a test takes: `count`, or a tenth as pure Python."""
    return count if COMPILED else max(1, count // 10)
