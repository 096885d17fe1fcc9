"""A generation opened for reading, and the current one for those who serve.

Engine limits: everything in one folder, exact search, one machine. See docs/index-format.md.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from retrieval import generations
from retrieval.columns import Document, Rows
from retrieval.corpus import Corpus, Entry, SourceEntry, SourceRecord
from retrieval.errors import IndexCorrupt, IndexMismatch, IndexMissing, IndexProblem
from retrieval.generations import Manifest, list_generations
from retrieval.lexical import LexicalIndex
from retrieval.types import Article, Passage
from retrieval.vectors import VectorIndex

__all__ = ["CurrentIndex", "Generation", "Manifest", "list_generations", "rollback", "verify"]

CORPUS, VECTORS, LEXICAL = "corpus.sqlite", "vectors.faiss", "lexical"
_ATTEMPTS = 5
_RETRY_AFTER_S = 30.0
_SAMPLES = 5
_FIRST = 100  # among which a passage's own words find it, if there are not many like it
_log = logging.getLogger(__name__)
_hashed: set[tuple[Path, int, str]] = set()  # folders whose files this process has checked


class Generation:
    """An immutable snapshot: passages, their vectors and their words, row for row. Safe for several threads.

    It goes on answering after its folder was deleted, for as long as somebody holds it.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._corpus = Corpus(folder / CORPUS)
        self.vectors = VectorIndex.open(folder / VECTORS)
        self.lexical = LexicalIndex.open(folder / LEXICAL)
        self.counties = self._corpus.divisions()

    @classmethod
    def open(cls, folder: Path, fingerprint: str | None = None, *, trust: bool = False) -> "Generation":
        """Open ``folder``, whose files are hashed once in the life of a process unless ``trust``.

        Raises FileNotFoundError when the folder is gone, IndexCorrupt naming the file that does not
        hold, and IndexMismatch when it was built with another format or, if ``fingerprint`` is given,
        with another embedder.
        """
        manifest = Manifest.read(folder)
        if fingerprint is not None and manifest.embedder_fingerprint != fingerprint:
            raise IndexMismatch(
                f"the index was built with model {manifest.embedder_fingerprint} and {fingerprint} is configured, "
                f"{folder}, run: xianwen ingest PATH again"
            )
        key = (folder.absolute(), folder.stat().st_ino, manifest.content)
        if not trust and key not in _hashed:
            generations.check_files(folder, manifest)
        try:
            generation = cls(folder, manifest)
        except sqlite3.DatabaseError as error:
            raise IndexCorrupt(
                f"SQLite cannot read the articles ({error}), {folder / CORPUS}, {generations.repair(folder)}"
            ) from error
        sizes = (len(generation.vectors), len(generation.lexical))
        if sizes != (manifest.passages, manifest.passages) or generation.vectors.dim != manifest.dim:
            raise IndexCorrupt(f"the counts do not agree, {folder}, {generations.repair(folder)}")
        if not trust:
            _hashed.add(key)
        return generation

    @property
    def id(self) -> str:
        """Its name, which starts with the time it was made (UTC)."""
        return self.manifest.id

    @property
    def embedder_fingerprint(self) -> str:
        """Which embedder made the vectors, and so must make those of questions."""
        return self.manifest.embedder_fingerprint

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """The passages of ``rows``, in the same order. Raises KeyError for an unknown row."""
        return self._corpus.passages(rows)

    def article(self, article_id: str) -> Article:
        """The article. Raises KeyError when there is none."""
        return self._corpus.article(article_id)

    def articles(self) -> list[Article]:
        """Every article in the order of reading, each with an empty ``text``, which ``article`` has."""
        return self._corpus.articles()

    def sources(self) -> list[SourceRecord]:
        """Every file that was read and what was repaired in it, in order, without its removals."""
        return self._corpus.sources()

    def removals(self, source: str) -> list[tuple[str, int, str]]:
        """What was taken out of a file: (rule, line number, text)."""
        return self._corpus.removals(source)

    def rows_of_counties(self, codes: Sequence[str]) -> Rows:
        """Rows of passages about at least one of the divisions, ascending, each once."""
        return self._corpus.rows_of_counties(codes)

    def rows_of_regions(self, codes: Sequence[str]) -> Rows:
        """Rows of passages about no county, in articles of one of these provinces or cities, ascending."""
        return self._corpus.rows_of_regions(codes)

    def rows_of_article(self, article_id: str) -> Rows:
        """Rows of the article's passages, ascending, which is their order in the text."""
        return self._corpus.rows_of_article(article_id)

    def rows_embedded(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """For each key of an embedded text that is known here, a row that has its vector."""
        return self._corpus.rows_embedded(keys)

    def documents(self, rows: Rows) -> list[Document]:
        """(row, context, text, codes, key of the embedded text) of the passages of ``rows``, in the same order."""
        return self._corpus.documents(rows)

    def entries(self) -> dict[str, Entry]:
        """Where every article stands, in the order of reading."""
        return self._corpus.entries()

    def source_entries(self) -> dict[str, SourceEntry]:
        """What is known of every file without its record, in the order of reading."""
        return self._corpus.source_entries()

    def check(self, spans: Iterable[tuple[int, int]] | None = None) -> None:
        """Check every count and span, and ask both indexes for passages that they hold. Raises IndexCorrupt.

        ``spans`` of rows are looked at closely, by default all.
        """
        try:
            counts = self._corpus.check(spans)
            manifest = self.manifest
            if counts != (manifest.articles, manifest.passages, manifest.counties):
                raise ValueError("the counts do not agree with the manifest")
            for row in np.unique(np.linspace(0, manifest.passages - 1, _SAMPLES).astype(np.int64)):
                self._ask(int(row))
        except (ValueError, sqlite3.DatabaseError) as error:
            raise IndexCorrupt(f"{error}, {self.folder / CORPUS}, {generations.repair(self.folder)}") from error

    def _ask(self, row: int) -> None:
        """Raises ValueError when a passage's own words or its own vector do not find it."""
        text = self.passages([row])[0].text
        everything = self.manifest.passages
        words = dict(self.lexical.search(text, min(_FIRST, everything)))
        if words and row not in words and row not in dict(self.lexical.search(text, everything)):
            raise ValueError(f"the full text does not find passage {row}")
        vector = self.vectors.vectors(np.array([row]))
        found = self.vectors.search(vector, 1)
        if found and found[0][1] + 1e-3 < float((vector @ vector.T)[0, 0]):
            raise ValueError(f"the vectors do not find passage {row}")


def verify(index_dir: Path, identity: str | None = None) -> str:
    """Check every checksum, count and span of a generation (None: the current one); its id.

    Raises IndexMissing when there is none, IndexCorrupt naming the file that does not hold.
    """
    name = identity or generations.current_id(index_dir)
    folder = index_dir / name
    try:
        manifest = Manifest.read(folder)
        generations.check_files(folder, manifest)
        Generation.open(folder, trust=True).check()
    except FileNotFoundError as error:
        if name in generations.ids(index_dir):
            raise IndexCorrupt(f"a file is missing, {error}, {generations.repair(folder)}") from error
        raise _no_such(index_dir, name) from error
    except OSError as error:
        raise generations.unreadable(error, folder) from error
    return name


def rollback(index_dir: Path, identity: str | None = None) -> str:
    """Make a generation current again (None: the predecessor of the current one) after verifying it; its id.

    Raises IndexMissing when there is no such generation, IndexCorrupt when it does not verify, and
    IndexBusy while an ingest is writing.
    """
    with generations.writing(index_dir):
        name = identity or generations.predecessor(index_dir, generations.current_id(index_dir))
        if name is None:
            raise IndexMissing(f"nothing to go back to, {index_dir}, name one of: xianwen generations")
        if name not in generations.ids(index_dir):
            raise _no_such(index_dir, name)
        verify(index_dir, name)
        generations.point_to(index_dir, name)
        return name


def _no_such(index_dir: Path, name: str) -> IndexMissing:
    return IndexMissing(f"no generation {name[:40]!r}, {index_dir}, see: xianwen generations")


class CurrentIndex:
    """The current generation, followed as it changes. One per process; safe for several threads."""

    def __init__(self, index_dir: Path, embedder_fingerprint: str | None) -> None:
        self._index_dir = index_dir
        self._fingerprint = embedder_fingerprint
        self._lock = threading.Lock()
        self._generation: Generation | None = None
        self._seen: tuple[int, int, int] | None = None  # CURRENT as of the last load, or attempt at it
        self._retry_at = float("inf")
        self.problem: str | None = None

    def get(self) -> Generation:
        """The snapshot to use for one question, search and citations both.

        Costs one ``stat`` unless CURRENT changed; then the first thread to notice loads the new
        generation while the others go on with the old one. If that fails, the old one stays,
        ``problem`` says why, and it is tried again half a minute later. Raises IndexProblem (missing,
        corrupt, mismatched or unreadable) only when there is no old one.
        """
        generation = self._generation
        if generation is not None and (self._stamp() == self._seen and time.monotonic() < self._retry_at):
            return generation
        if not self._lock.acquire(blocking=generation is None):
            assert generation is not None
            return generation
        try:
            return self._follow()
        finally:
            self._lock.release()

    def _follow(self) -> Generation:
        stamp = self._stamp()
        if self._generation is not None and stamp == self._seen and time.monotonic() < self._retry_at:
            return self._generation  # another thread was faster
        try:
            self._generation = self._load()
            self.problem, self._retry_at = None, float("inf")
        except IndexProblem as error:
            if self._generation is None:
                raise
            self.problem, self._retry_at = str(error), time.monotonic() + _RETRY_AFTER_S
            _log.error("still serving %s: %s", self._generation.id, error)
        self._seen = stamp
        return self._generation

    def _load(self) -> Generation:
        for _ in range(_ATTEMPTS):
            name = generations.current_id(self._index_dir)
            if self._generation is not None and self._generation.id == name:
                return self._generation
            try:
                return Generation.open(self._index_dir / name, self._fingerprint)
            except (FileNotFoundError, IndexCorrupt) as error:
                if generations.current_id(self._index_dir) != name:
                    continue  # pruned between reading CURRENT and opening: read it again
                if isinstance(error, IndexCorrupt):
                    raise
                folder = self._index_dir / name
                raise IndexCorrupt(f"a file is missing, {error}, {generations.repair(folder)}") from error
            except OSError as error:
                raise generations.unreadable(error, self._index_dir / name) from error
        raise IndexCorrupt(f"the index keeps changing, {self._index_dir}, is more than one ingest running?")

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = (self._index_dir / generations.CURRENT).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size
