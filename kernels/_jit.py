"""How kernels are compiled, and where the compiled code is kept: nowhere else is this decided, but for loops
over lanes, which `_vectors` writes.

No fastmath, because ties decide equilibria; `error_model="numpy"`, because a kernel never raises;
`nogil`, because the loops run on threads; `forceinline` for all but the largest functions, because a
call that passes a game's terms costs as much as many a function that uses them. Numba's cache does not
notice an edit in a callee that stands in another file, so that the cache folder is named by a hash over
all kernel sources.
"""

import hashlib
import os
import shutil
import sys
import time
from pathlib import Path

import numba

KEEP_DAYS = 30  # how long the compiled code of other versions is kept


def cache_root():
    """Return NUMBA_CACHE_DIR, or else foedus' folder in the user's cache."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "foedus"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "foedus"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "foedus"


def _source_hash(folder):
    """Return a short hash of every source file in `folder`, and of this package's name, which is in
    the compiled code as well."""
    digest = hashlib.sha256(__package__.encode())
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _prune(root, current):
    """Remove the compiled code of other versions that nobody has used for `KEEP_DAYS`."""
    for folder in root.glob("kernels-*"):
        if folder != current and time.time() - folder.stat().st_mtime > KEEP_DAYS * 86400:
            shutil.rmtree(folder, ignore_errors=True)


def _cache_folder():
    """Return the folder for these sources, made and marked as used, or None if it cannot be."""
    try:
        root = cache_root()
        folder = root / f"kernels-{_source_hash(Path(__file__).parent)}"
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        _prune(root, folder)
    except (OSError, RuntimeError):  # no folder, or no home to have one in
        return None
    return folder if os.access(folder, os.W_OK) else None


CACHE_FOLDER = _cache_folder()


def _compile(function, **options):
    """Compile `function` for the CPU when it is first called, or leave it as it is under
    NUMBA_DISABLE_JIT=1."""
    before = numba.config.CACHE_DIR
    cache = CACHE_FOLDER is not None
    try:
        numba.config.CACHE_DIR = str(CACHE_FOLDER or "")
        return numba.njit(error_model="numpy", nogil=True, cache=cache, **options)(function)
    finally:
        numba.config.CACHE_DIR = before


def jit(function):
    """Compile `function`, and put its code wherever it is called."""
    return _compile(function, forceinline=True)


def jit_apart(function):
    """Compile `function` as one of its own: for those so large that to copy them everywhere would only
    cost time to compile."""
    return _compile(function)


plain = numba.config.DISABLE_JIT  # type: ignore[attr-defined]
