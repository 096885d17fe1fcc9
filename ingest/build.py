"""Articles → a published generation. What did not change is not read, cleaned, embedded nor published again.

The outcome depends on the files, their names below the folders given, their corrections and the settings; not on the
order of reading, on where the folder lies, nor on what was ingested before.
"""

import functools
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from ingest.clean import CLEANING_VERSION
from ingest.document import Rejected, Removal
from ingest.intake import Intake, Taken
from ingest.likeness import Said, Verdict, compare
from ingest.packing import text_of, unpack
from ingest.prepare import Prepared
from ingest.progress import Progress
from ingest.relations import Standing, superseded
from ingest.report import FileReport, Report, State
from ingest.reprints import Clusters, Text, cluster
from ingest.store import Store, shape_of
from ingest.warnings import of_article, of_clusters
from ingest.workshop import Workshop
from retrieval.config import Config
from retrieval.corpus import SourceRecord
from retrieval.embed import Embedder
from retrieval.errors import IndexMissing, IndexProblem, SourceError
from retrieval.index import CurrentIndex, Generation
from retrieval.provenance import Reprint
from retrieval.publish import Publication, Settings, Vectors, embedded_text, publication

__all__ = ["Progress", "build", "open_store"]

_BATCH = 512  # passages embedded between two signs of progress
_REASONS = 3  # told when nothing could be used
_TEXTS = 512  # whose forms for comparing are remembered
_log = logging.getLogger(__name__)

Document = tuple[int, str, str, tuple[str, ...], bytes]


def build(
    paths: Sequence[str], config: Config, embedder: Embedder, progress: Callable[[Progress], None] = lambda _: None
) -> Report:
    """Publish exactly the articles found under ``paths``; when they and all that shapes them are as before, nothing.

    A file that cannot be used is rejected with its reason and the others go on. Raises SourceError when
    no file can be used, IndexBusy while another ingest runs, EmbeddingError, or IndexCorrupt when the
    new generation fails its own check; the current generation stays then.
    """
    started = time.monotonic()
    settings = Settings(
        embedder.fingerprint, embedder.dim, CLEANING_VERSION, {"max_passage_chars": config.ingest.max_passage_chars}
    )
    with publication(config.index_dir, settings) as made, open_store(config) as store:
        previous = _previous(config)
        with Workshop(config.ingest.processes) as shop:
            taken = Intake(paths, config, store, shop, progress).take(previous)
        if not taken.sources:
            raise SourceError(_nothing(paths, taken.rejected))
        assembly = _Assembly(made, store, taken, previous)
        assembly.add_all()
        identity, embedded, reused = _published(made, config, embedder, previous, progress)
        store.keep_only(taken.sources | taken.empty)
        here = {*taken.kept, *taken.sources}
        return Report(
            generation=identity or (previous.id if previous else ""),
            published=identity is not None,
            files=tuple(assembly.files),
            rejected=tuple(taken.rejected),
            gone=tuple(sorted(source for source in assembly.before if source not in here)),
            articles=made.articles,
            passages=made.passages,
            counties=tuple(name for _, name in sorted(assembly.names.items())),
            embedded=embedded,
            reused=reused,
            cleaned=taken.worked,
            seconds=time.monotonic() - started,
            explained={source: _removals(store, source) for source in sorted(taken.empty)},
        )


def open_store(config: Config) -> Store:
    """What is remembered between two ingests of this configuration."""
    return Store(config.data_dir / "cache" / "articles.sqlite", shape_of(config.ingest, CLEANING_VERSION))


def _previous(config: Config) -> Generation | None:
    """The current generation, whatever made it; None when there is none that can be read."""
    try:
        return CurrentIndex(config.index_dir, None).get()
    except IndexMissing:
        return None
    except IndexProblem as error:
        _log.warning("building without what was there: %s", error)
        return None


def _published(
    made: Publication,
    config: Config,
    embedder: Embedder,
    previous: Generation | None,
    progress: Callable[[Progress], None],
) -> tuple[str | None, int, int]:
    """The new generation's id, and how many passages were embedded and reused; None where it would say the same."""
    if previous and previous.manifest.content == made.content:
        return None, 0, 0
    vectors, reused = _embed(made, embedder, previous, progress)
    progress(Progress("index", 0, made.passages))
    identity = made.publish(vectors, config.index.keep_generations)
    progress(Progress("publish", 1, 1))
    return identity, made.passages - reused, reused


def _removals(store: Store, source: str) -> tuple[Removal, ...]:
    entry = store.get(source)
    return unpack(entry.body).cleaned.removals if entry else ()


@dataclass(slots=True)
class _Assembly:
    """Puts what is in the store together: which article stands for which, what replaces what, what is reported."""

    made: Publication
    store: Store
    taken: Taken
    previous: Generation | None
    before: dict[str, SourceRecord] = field(default_factory=dict)
    files: list[FileReport] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def add_all(self) -> None:
        """Add every article by the name of its source, and what holds between them."""
        if self.previous is not None:
            self.before = {record.source: record for record in self.previous.sources()}
        texts = {text.source: text for text in self.store.texts() if text.source in self.taken.sources}
        clusters = cluster(texts.values(), _Judge(self.store).judge)
        told = of_clusters(clusters)
        also = _also(texts, clusters)
        standings: list[Standing] = []
        shared: dict[str, str] = {}
        for source in sorted(texts):
            prepared = self._prepared(source)
            original = clusters.original[source]
            standings.append(Standing.of(prepared.article))
            record = replace(prepared.record, article=texts[original].id)
            if original == source:
                article = replace(prepared.article, also=also.get(source, ()))
                self.made.add_article(article, prepared.passages, prepared.divisions)
                self.names.update((division.code, division.short) for division in prepared.divisions)
            self.made.add_source(record)
            self.files.append(
                replace(
                    FileReport.of(prepared, shared),
                    state=self._state(record),
                    same_as=None if original == source else original,
                    also=tuple(one.source for one in also.get(source, ())),
                    warnings=(*of_article(prepared), *told.get(source, ())),
                )
            )
        ids = {text.id: texts[clusters.original[source]].id for source, text in texts.items()}
        replaced = {ids[older]: ids[newer] for older, newer in sorted(superseded(standings).items())}
        for older, newer in sorted(replaced.items()):
            if older != newer:
                self.made.mark_replaced(older, newer)

    def _prepared(self, source: str) -> Prepared:
        entry = self.store.get(source)
        prepared = unpack(entry.body) if entry else None
        if not isinstance(prepared, Prepared):
            raise KeyError(source)
        return prepared

    def _state(self, now: SourceRecord) -> State:
        before = self.before.get(now.source)
        if before is None:
            return State.ADDED
        same = (now.digest, now.article, now.sidecar) == (before.digest, before.article, before.sidecar)
        return State.UNCHANGED if same else State.CHANGED


class _Judge:
    """Compares texts, and remembers what came out: for the same two texts it is always the same."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._said = functools.lru_cache(maxsize=_TEXTS)(self._read)

    def judge(self, inner: Text, outer: Text) -> Verdict:
        """``likeness.compare`` of two articles in the store."""
        known = self._store.verdict(inner.digest, outer.digest)
        if known is None:
            known = compare(self._said(inner.source), self._said(outer.source))
            self._store.put_verdict(inner.digest, outer.digest, known)
        return known

    def _read(self, source: str) -> Said:
        entry = self._store.get(source)
        return Said(text_of(entry.body) if entry else "")


def _also(texts: Mapping[str, Text], clusters: Clusters) -> dict[str, tuple[Reprint, ...]]:
    """Where else an article was published, by the sources of the originals."""
    found: defaultdict[str, list[Reprint]] = defaultdict(list)
    for source in sorted(texts):
        if (original := clusters.original[source]) != source:
            one = texts[source]
            found[original].append(Reprint(source, one.publisher, one.url, one.published))
    return {original: tuple(reprints) for original, reprints in found.items()}


def _embed(
    made: Publication, embedder: Embedder, previous: Generation | None, progress: Callable[[Progress], None]
) -> tuple[Vectors, int]:
    """Vectors by row, and how many came from ``previous``, which lends them when its embedder was the same."""
    lender = previous if previous and previous.embedder_fingerprint == embedder.fingerprint else None
    vectors = np.zeros((made.passages, embedder.dim), dtype=np.float32)
    reused = 0
    for batch in _batches(made.documents()):
        known = lender.rows_embedded([key for *_, key in batch]) if lender else {}
        old = [(row, known[key]) for row, _, _, _, key in batch if key in known]
        new = [(row, embedded_text(context, text)) for row, context, text, _, key in batch if key not in known]
        if lender and old:
            vectors[[row for row, _ in old]] = lender.vectors.vectors(np.array([row for _, row in old]))
        if new:
            vectors[[row for row, _ in new]] = embedder.embed_passages([text for _, text in new])
        reused += len(old)
        progress(Progress("embed", batch[-1][0] + 1, made.passages))
    return vectors, reused


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(documents, _BATCH)):
        yield batch


def _nothing(paths: Sequence[str], rejected: Sequence[Rejected]) -> str:
    where = ", ".join(paths)
    if not rejected:
        return f"no article found, {where}, name .txt, .md or .html files or a folder of them"
    reasons = " | ".join(f"{file.source}: {file.why}; {file.what_to_do}" for file in rejected[:_REASONS])
    more = f" | and {len(rejected) - _REASONS} more" if len(rejected) > _REASONS else ""
    return f"no file can be used, {where}, {reasons}{more}"
