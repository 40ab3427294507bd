"""Drafts: unfinished maps, solved slab by slab in a folder beside the final file.

The draft of ``map.nc`` is the folder ``map.nc.part``. It has the file itself, complete except for the values
of its variables, and a record for each slab that is done. A record gets its name when it is complete, and the
file its final name when all records are in it. So a run may end at any moment, and another run can continue
from the records.
"""

import contextlib
import functools
import json
import os
import shutil
import zlib
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from .dataset import model_of, version_change
from .files import failing_to_write, format_of, opened, put_in_place, stamped, writable
from .layout import Chunk, Layout

try:
    import fcntl
except ImportError:  # Windows; there, nothing stops two runs from using the same draft
    fcntl = None  # type: ignore[assignment]

LOCK, SLABS = "lock", "slabs"  # in the folder of a draft
PIECE = 2**20  # bytes of a record that are read at a time


class Record(NamedTuple):
    """What is kept of a slab: how many games it has, how many of them could not be solved, and the number of
    the first of these in the map, or -1; how many games have each regime, by code, if that is known; and its
    chunks, if the format collects them."""

    games: int
    unsolved: int
    first: int
    regimes: dict[int, int]
    chunks: Iterable[Chunk] = ()

    def write(self, path: Path) -> None:
        """Write it to `path`, completely or not at all."""
        chunks = list(self.chunks)
        head = {
            **self._asdict(),
            "regimes": list(self.regimes.items()),
            "chunks": [(chunk.variable, chunk.start, len(chunk.data)) for chunk in chunks],
        }
        parts = [json.dumps(head).encode() + b"\n", *(chunk.data for chunk in chunks)]
        draft = path.with_suffix(".tmp")
        with draft.open("wb") as stream:
            stream.write(b"%d\n" % _checksum(parts))
            stream.writelines(parts)
        os.replace(draft, path)


def _checksum(parts: Iterable[bytes]) -> int:
    """Return the checksum of all parts together."""
    return functools.reduce(lambda checksum, part: zlib.crc32(part, checksum), parts, 0)


def read_record(path: Path) -> Record:
    """Return the record at `path`. Its chunks are read one by one when they are needed.

    Raises ValueError if it is damaged, for example after a power failure.
    """
    with path.open("rb") as stream:
        checksum = int(stream.readline())
        start = stream.tell()
        if _checksum(iter(lambda: stream.read(PIECE), b"")) != checksum:
            raise ValueError(f"{path} is damaged")
        stream.seek(start)
        head = json.loads(stream.readline())
        places, start = head["chunks"], stream.tell()

    def chunks() -> Iterator[Chunk]:
        with path.open("rb") as stream:
            stream.seek(start)
            for variable, place, length in places:
                yield Chunk(variable, tuple(place), stream.read(length))

    return Record(head["games"], head["unsolved"], head["first"], dict(head["regimes"]), chunks())


class Draft:
    """A map on its way to its final name, `target`."""

    def __init__(self, target: Path, variables: Iterable[Hashable], layout: Layout):
        self.target = target
        self.variables = {*variables}
        self.layout = layout
        self.folder = draft_folder(target)
        self.file = self.folder / target.name
        self.records = self.folder / SLABS

    def begin(self, template: xr.Dataset) -> None:
        """Write the file without the values of its variables. An earlier draft is removed."""
        _clear(self.folder)
        self.records.mkdir()
        fresh = self.folder / f"new{self.target.suffix}"
        maps = {str(name): self.layout for name in template.data_vars}
        with failing_to_write(self.target):
            format_of(self.target).define(fresh, stamped(template), maps)
        os.replace(fresh, self.file)

    def done(self) -> dict[int, Record]:
        """Return the records of the slabs that are done, by number. Incomplete ones are removed."""
        missing = format_of(self.target).missing(self.file)
        lost = {self.layout.slab_at(place) for name, place in missing if name in self.variables}
        found = {}
        for path in _record_files(self.folder):
            try:
                found[int(path.name)] = read_record(path)
            except ValueError:
                path.unlink()
        for slab in lost & found.keys():
            del found[slab]
            (self.records / str(slab)).unlink()
        return found

    def keep(self, slab: int, record: Record) -> None:
        """Keep the record of a slab."""
        with failing_to_write(self.target):
            record.write(self.records / str(slab))

    def started(self) -> bool:
        """Tell whether a slab is done."""
        return self.file.exists() and any(_record_files(self.folder))

    def finish(self) -> list[Record]:
        """Give the map its final name, remove the draft, and return the records of its slabs."""
        done = self.done()
        if len(done) < self.layout.slabs:
            raise OSError(f"{self.target} could not be written: some parts of the solved map are lost")
        chunks = (chunk for slab in sorted(done) for chunk in done[slab].chunks)
        with failing_to_write(self.target):
            put_in_place(format_of(self.target).finish(self.file, chunks), self.target)
        with contextlib.suppress(OSError):  # someone may have a file open; the map is complete
            self.file.unlink(missing_ok=True)  # first, because a draft without it is never resumed
            _clear(self.folder)
        return [done[slab] for slab in sorted(done)]


def draft_folder(target: Path) -> Path:
    """Return the folder of the draft of a map."""
    return target.with_name(f"{target.name}.part")


def drafted_file(folder: Path) -> Path | None:
    """Return the unfinished file in the folder of a draft, or None if this is not the folder of a draft."""
    file = folder / folder.stem
    return file if folder.suffix == ".part" and (folder / LOCK).is_file() and file.exists() else None


def games_done(folder: Path) -> int:
    """Return how many games of a draft are solved."""
    return sum(read_record(path).games for path in _record_files(folder))


def _record_files(folder: Path) -> Iterator[Path]:
    """Give the records in the folder of a draft, except those that are being written."""
    return (path for path in (folder / SLABS).glob("*") if path.name.isdecimal())


def check_target(path: str | os.PathLike, overwrite: bool, resume: bool) -> Path:
    """Return `path` if a map can be written there, or its draft resumed.

    Raises ValueError if it has the wrong ending, FileExistsError if there is a file or a draft that may be
    neither replaced nor resumed, and the errors of `writable`.
    """
    format_of(Path(path))
    target = writable(path, overwrite or resume)
    folder = draft_folder(target.resolve() if target.is_symlink() else target)
    if folder.exists() and not (folder.is_dir() and (LOCK in os.listdir(folder) or not _held(folder))):
        raise FileExistsError(
            f"{folder} is needed for the draft of {target}, but another file or folder has this name; "
            "rename it"
        )
    if (folder / target.name).exists() and not (overwrite or resume):
        raise FileExistsError(
            f"{folder} holds an unfinished map; use resume to continue with it, or overwrite to start again"
        )
    return target


@contextlib.contextmanager
def drafted(
    path: str | os.PathLike, template: xr.Dataset, layout: Layout, *, overwrite: bool, resume: bool
) -> Iterator[Draft | None]:
    """Give the draft of a map, new or resumed; or None if `resume` is set and the map is complete already.

    If something goes wrong later, the draft stays if one of its slabs is done. Else it leaves no trace.
    """
    target = check_target(path, overwrite, resume).resolve()  # through a link, so that the link stays one
    draft = Draft(target, template.data_vars, layout)
    if resume and target.exists():
        changed = _difference(target, template, whole=True)
        if changed and not overwrite:
            raise FileExistsError(f"{path} exists already and cannot be resumed: {changed}")
        if not changed:  # the earlier run ended after the map had its final name
            if draft.folder.exists():
                with _locked(draft.folder):
                    _clear(draft.folder)
            yield None
            return
    with _locked(draft.folder):
        begun = draft.file.exists() and draft.records.is_dir() and resume
        if begun and (changed := _difference(draft.file, template, whole=False)):
            raise ValueError(f"{draft.folder} cannot be resumed: {changed}; use overwrite to start again")
        try:
            if not begun:
                draft.begin(template)
            yield draft
        except OSError as error:
            kept = (
                f"; the solved part is kept in {draft.folder} and can be resumed" if draft.started() else ""
            )
            raise OSError(f"{error}{kept}") from error
        except ValueError as error:  # of the model's kernel
            if draft.started():
                kept = (
                    f"the solved part is kept in {draft.folder} and can be resumed with the same model only"
                )
                error.args = (f"{error}; {kept}",)
            raise
        finally:
            if not draft.started():
                _clear(draft.folder)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock the draft in a folder. The folder is made if it does not exist, and removed if it is empty at the
    end.

    Raises BlockingIOError if another run has locked it.
    """
    folder.mkdir(exist_ok=True)
    lock = folder / LOCK
    try:
        with lock.open("wb") as held:
            if fcntl:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise BlockingIOError(f"{folder} is being written by another run") from None
                except OSError:  # a file system that cannot lock
                    pass
            try:
                yield
            finally:
                if fcntl and _held(folder) == [lock]:  # while no other run can have the lock
                    lock.unlink()
    finally:
        with contextlib.suppress(OSError):  # the draft stays, or someone has a file open
            if not fcntl and _held(folder) == [lock]:  # Windows cannot remove an open file
                lock.unlink()
            folder.rmdir()  # only now: NFS keeps removed files, renamed, until they are closed


def _clear(folder: Path) -> None:
    """Remove everything in the folder of a draft that can be removed, except its lock."""
    for path in _held(folder):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != LOCK:
            path.unlink()


def _held(folder: Path) -> list[Path]:
    """Return what is in the folder of a draft, without the removed files that NFS still keeps."""
    return [path for path in folder.iterdir() if not path.name.startswith(".nfs")]


def _difference(path: Path, asked: xr.Dataset, whole: bool) -> str:
    """Say the first difference between the map at `path`, `whole` or a draft, and the requested one; or
    nothing."""
    try:
        with opened(path, whole) as found:
            for what, one, other in _things(found, asked):
                if one != other:
                    return f"its {what} is {one}, not {other}"
                if what == "model" and (changed := version_change(found, asked.attrs)):
                    return f"it was {changed}"
    except (ValueError, FileNotFoundError) as error:
        return str(error)
    return ""


def _things(found: xr.Dataset, asked: xr.Dataset) -> Iterator[tuple[str, object, object]]:
    """Give the properties of two maps: the name, and the value in each."""
    yield "foedus_version", found.attrs.get("foedus_version"), asked.attrs["foedus_version"]
    yield "model", model_of(found).name, model_of(asked).name
    yield "list of axes", _names(_axes(found)), _names(_axes(asked))
    for name in model_of(asked).by_name:
        if name not in found.coords:
            yield name, "unknown", asked[name].values.tolist()
        one, other = found[name].values, asked[name].values
        if name in _axes(asked):
            yield f"number of values of {name}", one.size, other.size
            differ = np.flatnonzero(one != other)[:1]
            yield f"{name}{differ.tolist()}", one[differ].tolist(), other[differ].tolist()
        else:
            yield name, one.tolist(), other.tolist()
    yield "list of variables", _names(found.data_vars), _names(asked.data_vars)
    for variable in asked.data_vars:
        yield f"type of {variable}", str(found[variable].dtype), str(asked[variable].dtype)


def _axes(dataset: xr.Dataset) -> tuple[Hashable, ...]:
    """Return the axes of a map in order; the dimensions of a dataset have no order."""
    return next(iter(dataset.data_vars.values())).dims


def _names(names: Iterable[Hashable]) -> str:
    """Return names as one text."""
    return ", ".join(map(str, names))
