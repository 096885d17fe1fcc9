"""Generations on disk: their names, their manifests, and the one line that says which is current.

A generation is an immutable folder. It becomes visible by one rename, and current by another, so that
a crash at any moment leaves the old one or the new one. The format is told in docs/index-format.md.
"""

import contextlib
import dataclasses
import hashlib
import json
import logging
import mmap
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.errors import IndexBusy, IndexCorrupt, IndexMismatch, IndexMissing, IndexProblem

FORMAT = 5
MANIFEST = "manifest.json"
CURRENT = "CURRENT"
BUILDING, TRASH, POINTER = ".building-", ".trash-", ".CURRENT-"

_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
_STAMP = "%Y%m%dT%H%M%SZ"
_STEP_BYTES = 1 << 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of.

    ``content`` digests everything that was put in (articles, passages, repairs, removals, parameters);
    ``sources`` digests the names and raw bytes of the files. ``counties`` counts divisions of any level
    that passages are about. ``previous`` was current when this one was published. ``files`` has the
    SHA-256 (hex) of every other file in the folder, by its path with ``/``.
    """

    id: str
    created: str
    embedder_fingerprint: str
    dim: int
    cleaning_version: int
    parameters: Mapping[str, int | str]
    articles: int
    passages: int
    counties: int
    content: str
    sources: str
    previous: str | None = None
    format: int = FORMAT
    files: Mapping[str, str] = field(default_factory=dict)

    def dump(self) -> str:
        """The file's text: JSON that carries a digest of itself."""
        values = dataclasses.asdict(self)
        return json.dumps({**values, "digest": _digest(values)}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """The manifest of ``folder``. Raises FileNotFoundError, IndexCorrupt or IndexMismatch (another format)."""
        file = folder / MANIFEST
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
            if values["format"] != FORMAT:
                raise IndexMismatch(
                    f"index format {values['format']}, not {FORMAT}, {folder}, run: xianwen ingest PATH again"
                )
            if values.pop("digest") != _digest(values):
                raise ValueError("its digest does not hold")
            return cls(**values)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexCorrupt(f"unreadable manifest ({error}), {file}, {repair(folder)}") from error


@dataclass(frozen=True, slots=True)
class Entry:
    """A generation in the list of them."""

    id: str
    manifest: Manifest
    current: bool


def unreadable(error: OSError, path: Path) -> IndexProblem:
    """The index cannot be read for a reason that is not in the index."""
    return IndexProblem(f"cannot read the index ({error.strerror}), {error.filename or path}, check its permissions")


def unwritable(error: object, path: Path) -> IndexProblem:
    """The index cannot be written for a reason that is not in the index."""
    return IndexProblem(f"cannot write the index ({error}), {path}, check its permissions and the free space")


def repair(folder: Path) -> str:
    """What an operator does about a broken generation."""
    return f"run: xianwen rollback [ID] (or: xianwen ingest PATH again), index {folder.parent}"


def _digest(values: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def current_id(index_dir: Path) -> str:
    """The name in CURRENT. Raises IndexMissing when nothing was published, IndexCorrupt when it is no name."""
    file = index_dir / CURRENT
    try:
        name = file.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        raise IndexMissing(f"no index yet, {index_dir}, run: xianwen ingest PATH") from None
    except OSError as error:
        raise unreadable(error, file) from error
    if not _ID.fullmatch(name):
        raise IndexCorrupt(f"CURRENT names no generation ({name[:40]!r}), {file}, run: xianwen rollback ID")
    return name


def ids(index_dir: Path) -> list[str]:
    """Names of the generations on disk, oldest first."""
    if not index_dir.is_dir():
        return []
    return sorted(path.name for path in index_dir.iterdir() if _ID.fullmatch(path.name) and path.is_dir())


def list_generations(index_dir: Path) -> list[Entry]:
    """The generations, newest first; one whose manifest cannot be read is left out and logged.

    Raises IndexMissing when there is none at all.
    """
    try:
        current = current_id(index_dir)
    except IndexCorrupt as error:
        _log.warning("%s", error)
        current = ""
    entries = []
    for name in reversed(ids(index_dir)):
        try:
            entries.append(Entry(name, Manifest.read(index_dir / name), name == current))
        except (IndexCorrupt, IndexMismatch, FileNotFoundError) as error:
            _log.warning("left out of the list: %s", error)
    return entries


@contextlib.contextmanager
def writing(index_dir: Path) -> Iterator[None]:
    """Hold the writer's lock, which a dead process loses by itself.

    Raises IndexBusy when another holds it, IndexProblem when nothing can be written there.
    """
    lock = FileLock(index_dir / ".lock")
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise IndexBusy(f"another ingest is writing, {index_dir}, wait until it is done") from None
    except OSError as error:
        raise unwritable(error.strerror, index_dir) from error
    try:
        sweep(index_dir)
        yield
    finally:
        lock.release()


def sweep(index_dir: Path) -> None:
    """Remove what dead writers left. Only under the lock: nothing that it finds is in use."""
    for path in index_dir.iterdir():
        if path.name.startswith((BUILDING, TRASH)):
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(POINTER):
            path.unlink(missing_ok=True)


def next_id(index_dir: Path, content: str) -> str:
    """A new name, later than all others even when the clock went back."""
    now = datetime.now(UTC)
    if existing := ids(index_dir):
        latest = datetime.strptime(existing[-1].partition("-")[0], _STAMP).replace(tzinfo=UTC)
        now = max(now, latest + timedelta(seconds=1))
    return f"{now.strftime(_STAMP)}-{content[:8]}"


def hash_file(file: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_files(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in ``folder`` but the manifest, by its path with ``/``."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    files.pop(MANIFEST, None)
    with ThreadPoolExecutor(2) as pool:  # one for the articles, one for all the others
        return dict(zip(files, pool.map(hash_file, files.values()), strict=True))


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raises IndexCorrupt naming the first file that is missing or not as it was written."""
    for name, digest in manifest.files.items():
        file = folder / name
        if not file.is_file():
            if not folder.is_dir():  # pruned under the reader
                raise FileNotFoundError(folder)
            raise IndexCorrupt(f"a file is missing, {file}, {repair(folder)}")
        if hash_file(file) != digest:
            raise IndexCorrupt(f"a file is not as it was written, {file}, {repair(folder)}")


def flush(path: Path) -> None:
    """Make a file's bytes, or a folder's names, survive a power cut.

    A large file goes in steps: the bot, which waits for the disk with every question, then waits for one of them.
    """
    if path.is_file() and path.stat().st_size > _STEP_BYTES:
        with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as pages:
            for start in range(0, len(pages), _STEP_BYTES):
                pages.flush(start, min(_STEP_BYTES, len(pages) - start))
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_tree(folder: Path) -> None:
    """Flush every file and folder below ``folder``, and itself."""
    for path in [*folder.rglob("*"), folder]:
        flush(path)


def point_to(index_dir: Path, name: str) -> None:
    """Make ``name`` current, at once and for good."""
    temporary = index_dir / f"{POINTER}{os.getpid()}"
    temporary.write_text(f"{name}\n", encoding="utf-8")
    flush(temporary)
    temporary.replace(index_dir / CURRENT)
    flush(index_dir)


def predecessor(index_dir: Path, name: str) -> str | None:
    """What was current before ``name`` was published, else the next older one on disk, else None."""
    existing = ids(index_dir)
    with contextlib.suppress(FileNotFoundError, IndexCorrupt, IndexMismatch):
        previous = Manifest.read(index_dir / name).previous
        if previous in existing:
            return previous
    return max((other for other in existing if other < name), default=None)


def prune(index_dir: Path, keep: int) -> None:
    """Delete the oldest generations but ``keep``; never the current one nor its predecessor."""
    current = current_id(index_dir)
    safe = {current, predecessor(index_dir, current)}
    others = [name for name in ids(index_dir) if name not in safe]
    room = max(keep - len(safe - {None}), 0)
    for name in others[: len(others) - room]:
        trash = index_dir / f"{TRASH}{name}"
        (index_dir / name).rename(trash)  # so that a half-deleted folder never has a generation's name
        shutil.rmtree(trash, ignore_errors=True)
