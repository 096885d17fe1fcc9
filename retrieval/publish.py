"""Writing a generation: fill a hidden folder, check it as a reader would, and make it current."""

import contextlib
import functools
import hashlib
import os
import secrets
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval import generations
from retrieval.columns import Document, Rows, context_of, embedded_key
from retrieval.corpus import Entry, SourceEntry, SourceRecord
from retrieval.corpus_writer import CorpusWriter, Former
from retrieval.digests import canonical, said_in, said_of
from retrieval.errors import EmbeddingError, IndexProblem
from retrieval.generations import MANIFEST, Manifest
from retrieval.index import CORPUS, LEXICAL, VECTORS, Generation
from retrieval.lexical import LexicalIndex
from retrieval.provenance import Reprint
from retrieval.types import Article, Division, Passage
from retrieval.vectors import VectorIndex

_READ = 16_384  # passages that are gone, looked at at a time: after another cleaning it is all of them


@dataclass(frozen=True, slots=True)
class Settings:
    """What a generation depends on besides its sources."""

    embedder_fingerprint: str
    dim: int
    cleaning_version: int
    parameters: Mapping[str, int | str] = field(default_factory=dict)


@contextlib.contextmanager
def publication(index_dir: Path, settings: Settings) -> Iterator["Publication"]:
    """A new generation in the making; without ``publish`` it leaves nothing behind.

    Holds the writer's lock. Raises IndexBusy when another process holds it, IndexProblem when the disk
    is full or the folder cannot be written.
    """
    with generations.writing(index_dir):
        folder = index_dir / f"{generations.BUILDING}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            folder.mkdir()
            made = Publication(index_dir, folder, settings)
            try:
                yield made
            finally:
                made.abandon()
        except BrokenPipeError:  # whoever watches the progress is gone: no matter of the disk
            raise
        except (OSError, sqlite3.Error) as error:
            raise generations.unwritable(error, index_dir) from error


class Publication:
    """Filled by ``add_article`` and ``add_source``, then published once. Not for several threads.

    After ``build_on``, what that generation says in the very same way may be taken over with ``take_article`` and
    ``take_source``.
    """

    def __init__(self, index_dir: Path, folder: Path, settings: Settings) -> None:
        self._index_dir = index_dir
        self._folder = folder
        self._settings = settings
        self._former: Generation | None = None
        self._entries: dict[str, Entry] = {}
        self._before: Mapping[str, SourceEntry] = {}
        self._corpus = CorpusWriter(folder / CORPUS)
        self._taken = np.empty(0, dtype=np.int64)  # the new row of every row there, by articles
        self._content = hashlib.sha256(canonical([generations.FORMAT, settings]))
        self._divisions: dict[str, Division] = {}
        self._sources: list[tuple[str, str]] = []

    def build_on(self, former: Generation, sources: Mapping[str, SourceEntry]) -> None:
        """Let articles be taken over from a generation of the same embedder, which knows these ``sources``.

        Before anything is added.
        """
        self._former = former
        self._entries = former.entries()
        self._before = sources
        self._corpus.discard()
        self._corpus = CorpusWriter(self._folder / CORPUS, Former(former.folder / CORPUS, self._entries, self._before))
        self._taken = np.full(former.manifest.passages, -1, dtype=np.int64)

    @property
    def articles(self) -> int:
        """How many articles were added."""
        return self._corpus.articles

    @property
    def passages(self) -> int:
        """How many passages were added."""
        return self._corpus.passages

    @property
    def counties(self) -> int:
        """How many divisions the passages are about."""
        return len(self._divisions)

    @property
    def content(self) -> str:
        """Digest of all that was added so far, hex."""
        return self._content.hexdigest()

    def add_article(self, article: Article, passages: Sequence[Passage], divisions: Sequence[Division]) -> None:
        """Add an article, its passages in order, and the divisions that they are about."""
        keys = [embedded_key(context_of(article.title, passage.heading), passage.text) for passage in passages]
        said = said_in(article, passages, divisions)
        self._corpus.add_article(article, passages, keys, said)
        self._note_article(article.id, said, article.also, article.replaced_by, divisions)

    def take_article(self, article_id: str, said: str, also: Sequence[Reprint], divisions: Sequence[Division]) -> bool:
        """Add an article by taking it over; False, and nothing is done, where it does not say the same there."""
        there = self._entries.get(article_id)
        if there is None or there.said != said:
            return False
        self._taken[there.row : there.row + there.passages] = np.arange(self.passages, self.passages + there.passages)
        self._corpus.take_article(article_id, there, also)
        self._note_article(article_id, said, also, None, divisions)
        return True

    def _note_article(
        self,
        article_id: str,
        said: str,
        also: Sequence[Reprint],
        replaced_by: str | None,
        divisions: Sequence[Division],
    ) -> None:
        for division in divisions:
            self._divisions[division.code] = division
        others = canonical([also, replaced_by]) if also or replaced_by else b"\n"
        self._content.update(f"{article_id}\0{said}\0".encode() + others)

    def mark_replaced(self, article_id: str, by: str) -> None:
        """Tell that the article ``by`` says it replaces an article that was added; after the last one was."""
        self._corpus.mark_replaced(article_id, by)
        self._content.update(canonical(["replaced", article_id, by]))

    def add_source(self, record: SourceRecord) -> None:
        """Add what was done to one file, in the order of reading."""
        said = said_of(record)
        self._corpus.add_source(len(self._sources), record, said)
        self._note_source(record.source, record.digest, said, record.article)

    def take_source(self, source: str, digest: str, said: str, article_id: str) -> bool:
        """Add what was done to a file by taking it over; False where the former generation does not say the same."""
        there = self._before.get(source)
        if there is None or there.said != said:
            return False
        self._corpus.take_source(len(self._sources), source, article_id)
        self._note_source(source, digest, said, article_id)
        return True

    def _note_source(self, source: str, digest: str, said: str, article_id: str) -> None:
        self._sources.append((source, digest))
        self._content.update(f"{source}\0{said}\0{article_id}\n".encode())

    @functools.cached_property
    def moved(self) -> Rows:
        """The new row of every row of the former generation, -1 for those that are gone; after all was added.

        An article that changed says most of what it said: its passages move too where words, vector and counties
        are the same.
        """
        moved = self._taken.copy()
        gone: defaultdict[tuple[bytes, tuple[str, ...]], list[int]] = defaultdict(list)
        for row, _, _, codes, key in self._left():
            gone[key, codes].append(row)
        for row, _, _, codes, key in self._corpus.documents() if gone else ():
            if same := gone.get((key, codes)):
                moved[same.pop()] = row
        return moved

    def _left(self) -> Iterator[Document]:
        """The passages of articles that were not taken over."""
        if self._former is None:
            return
        rows = np.flatnonzero(self._taken < 0)
        for some in np.array_split(rows, len(rows) // _READ + 1):
            yield from self._former.documents(some)

    def _new(self) -> npt.NDArray[np.bool_]:
        """For every row whether no passage of the former generation moved to it."""
        new = np.ones(self.passages, dtype=np.bool_)
        new[self.moved[self.moved >= 0]] = False
        return new

    def documents(self) -> Iterator[Document]:
        """The passages that are new, by row."""
        new = self._new().tolist()
        return (entry for entry in self._corpus.documents() if new[entry[0]])

    def vectors(self) -> VectorIndex:
        """Vectors of all passages by row, after all was added; those of new passages are zero, to be put."""
        made = VectorIndex.blank(self.passages, self._settings.dim)
        if self._former:
            made.take(self._former.vectors, self.moved)
        return made

    def publish(self, vectors: VectorIndex, keep: int) -> str:
        """Build, check and make current; the new id. ``vectors`` are those of all passages, by row.

        ``keep`` generations stay. Raises EmbeddingError or IndexCorrupt, and then nothing has changed.
        """
        given, expected = (len(vectors), vectors.dim), (self.passages, self._settings.dim)
        if given != expected:
            raise EmbeddingError(f"vectors of shape {given}, not {expected}, the model, check the model")
        name = generations.next_id(self._index_dir, self.content)
        self._write(name, vectors)
        made = Generation.open(self._folder, self._settings.embedder_fingerprint, trust=True)  # hashed a moment ago
        made.check(self._corpus.added if self._former else None)
        self._folder.rename(self._index_dir / name)
        generations.flush(self._index_dir)
        generations.point_to(self._index_dir, name)
        generations.prune(self._index_dir, keep)
        return name

    def abandon(self) -> None:
        """Remove the folder unless it was published."""
        self._corpus.discard()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, name: str, vectors: VectorIndex) -> None:
        for division in self._divisions.values():
            self._corpus.add_division(division)
        vectors.write(self._folder / VECTORS)
        if not self._extended():
            LexicalIndex.build(self._folder / LEXICAL, _Passages(self._corpus, np.arange(self.passages)))
        self._corpus.finish()
        manifest = self._manifest(name)
        (self._folder / MANIFEST).write_text(manifest.dump(), encoding="utf-8")
        generations.flush_tree(self._folder)

    def _extended(self) -> bool:
        """Whether the full text could be made of that of the former generation."""
        if self._former is None:
            return False
        there, here = self._former.folder / LEXICAL, self._folder / LEXICAL
        added, gone = (functools.partial(_Passages, corpus) for corpus in (self._corpus, self._former))
        return LexicalIndex.extend(here, there, self.moved, self.passages, added, gone) is not None

    def _manifest(self, name: str) -> Manifest:
        previous = None
        with contextlib.suppress(IndexProblem):
            previous = generations.current_id(self._index_dir)
        settings = self._settings
        return Manifest(
            id=name,
            created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            embedder_fingerprint=settings.embedder_fingerprint,
            dim=settings.dim,
            cleaning_version=settings.cleaning_version,
            parameters=dict(settings.parameters),
            articles=self.articles,
            passages=self.passages,
            counties=self.counties,
            content=self.content,
            sources=hashlib.sha256(canonical(sorted(self._sources))).hexdigest(),
            previous=previous,
            files=generations.hash_files(self._folder),
        )


@dataclass(frozen=True, slots=True)
class _Passages:
    """Passages as the full text takes them, as often as they are asked for."""

    corpus: CorpusWriter | Generation
    rows: Rows

    def __iter__(self) -> Iterator[tuple[int, str, str, tuple[str, ...]]]:
        return (entry[:4] for entry in self.corpus.documents(self.rows))
