"""How kernels are compiled, and where the compiled code is kept. Only loops over lanes are made elsewhere, in
`_vectors`.

There is no fastmath, because ties decide equilibria. `error_model="numpy"`, because a kernel never raises.
`nogil`, because the loops run on threads. `forceinline` for all but the largest functions, because a call
that passes a game's terms often costs as much as the function itself. Numba's cache does not notice an edit
in a called function in another file, so the cache folder is named by a hash of all kernel sources. Damaged
code is compiled again. If code cannot be kept, games are solved all the same.
"""

import contextlib
import functools
import hashlib
import itertools
import os
import pickle
import secrets
import shutil
import sys
import time
import warnings
import zlib
from pathlib import Path

import numba
from numba.core import event
from numba.core.bytecode import FunctionIdentity
from numba.core.caching import CompileResultCacheImpl, FunctionCache, NullCache
from numba.core.serialize import dumps

from ._announcing import ANNOUNCING
from ._interrupts import wait_for_the_compiler

KEEP_DAYS = 30  # how long the compiled code of other versions is kept
REMEDY = "set NUMBA_CACHE_DIR to a folder that can be written"


def cache_root():
    """Return NUMBA_CACHE_DIR if it is set, else the folder of foedus in the user's cache."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "foedus"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "foedus"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "foedus"


def _source_hash(folder):
    """Return a short hash of all source files in `folder` and of the name of this package, which is also in
    the compiled code."""
    digest = hashlib.sha256(__package__.encode())
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _prune(root, current):
    """Remove the compiled code of other versions that nobody has used for `KEEP_DAYS`."""
    for folder in (*root.glob("kernels-*"), *root.glob("model-*")):
        if folder != current and time.time() - folder.stat().st_mtime > KEEP_DAYS * 86400:
            shutil.rmtree(folder, ignore_errors=True)


def _cache_folder(name):
    """Make a folder for compiled code, mark it as used and return it; None if that is not possible."""
    try:
        root = cache_root()
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        _prune(root, folder)
    except (OSError, RuntimeError):  # the folder cannot be made, or the user has no home folder
        return None
    return folder if os.access(folder, os.W_OK) else None


SOURCES = _source_hash(Path(__file__).parent)
CACHE_FOLDER = _cache_folder(f"kernels-{SOURCES}")
plain = numba.config.DISABLE_JIT  # type: ignore[attr-defined]


def no_cache():
    """Return why there is no folder for compiled code."""
    try:
        return f"{cache_root()} cannot be written"
    except RuntimeError:
        return "there is no home folder for compiled code"


@functools.cache
def _warn(reason):
    """Warn, once, that compiled code is not kept."""
    warnings.warn(f"kernels are compiled again in every run: {reason}; {REMEDY}", stacklevel=2)


class _Code(CompileResultCacheImpl):
    """The code of a function, kept only in the folder that `numba.config` names, with a checksum. Without it,
    a wrong bit would go unnoticed, or end the process."""

    _locator_classes = CompileResultCacheImpl._locator_classes[:1]

    def reduce(self, data):
        code = dumps(super().reduce(data))
        return zlib.crc32(code), code

    def rebuild(self, target_context, payload):
        checksum, code = payload
        if zlib.crc32(code) != checksum:
            raise ValueError("the code is damaged")
        return super().rebuild(target_context, pickle.loads(code))


class _Kept(FunctionCache):
    """Numba's cache of a function, which does not raise if something fails."""

    _impl_class = _Code

    def __init__(self, function, key):
        super().__init__(function)
        self._key = key
        # numba numbers the files from 1 on, so two processes at the same time would write the same file
        file = self._cache_file
        file._data_name_pattern = file._data_name_pattern.replace("{", f"{secrets.token_hex(8)}.{{")

    def _index_key(self, sig, codegen):
        """Return the key under which the code is kept. Numba uses what a function encloses, which may be
        another object in every process."""
        return (sig, codegen.magic_tuple(), self._key) if self._key else super()._index_key(sig, codegen)

    def load_overload(self, sig, target_context):
        """Return the code that is kept, or None if there is none. Damaged code is removed."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # pickle may raise anything
            with contextlib.suppress(OSError):  # the code is compiled all the same
                self.flush()
            return None

    def save_overload(self, sig, data):
        """Keep the compiled code, if possible."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _warn(f"{CACHE_FOLDER} cannot be written: {error.strerror}")


class _NotKept(NullCache):
    """The cache of a function if nothing can be kept."""

    def save_overload(self, sig, data):
        _warn(no_cache())


def _cache_of(function, folder, key=None):
    """Return where the compiled code of a function is kept."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder or "")
    try:
        return _Kept(function, key)
    except RuntimeError:  # numba found no folder
        return _NotKept()
    finally:
        numba.config.CACHE_DIR = before


def _compile(function, **options):
    """Compile `function` for the CPU at its first call. With NUMBA_DISABLE_JIT=1, leave it as it is."""
    compiled = numba.njit(error_model="numpy", nogil=True, **options)(function)
    if not plain:
        compiled._cache = _cache_of(function, CACHE_FOLDER)
    return compiled


def keep(compiled, meaning, key):
    """Keep the code of a compiled function in a folder named by a hash of its `meaning`. The `key` says what
    else the code was made of."""
    if not plain:
        digest = hashlib.sha256(f"{SOURCES} {meaning}".encode()).hexdigest()[:16]
        compiled._cache = _cache_of(compiled.py_func, _cache_folder(f"model-{digest}"), key)
    return compiled


def jit(function):
    """Compile `function` and inline it wherever it is called."""
    return _compile(function, forceinline=True)


def jit_apart(function):
    """Compile `function` as a separate function: for large ones, which would take long to compile if they
    were copied to every call."""
    return _compile(function)


if not plain:
    wait_for_the_compiler()
    event.register("numba:compile", ANNOUNCING)
    # Numba numbers functions from 1 on in every process. If two functions have the same name and number (such
    # as `solve` of two models), one that is loaded from the cache runs the code of the other. So the numbers
    # begin at a random place in every process.
    FunctionIdentity._unique_ids = itertools.count(secrets.randbits(60))
