"""Articles → a published generation. What did not change is not read, cleaned, embedded nor published again.

The outcome depends on the files, their names below the folders given, their corrections and the settings; not on the
order of reading, on where the folder lies, nor on what was ingested before.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np

from ingest.assembly import Assembly
from ingest.clean import CLEANING_VERSION
from ingest.document import Rejected, Removal
from ingest.intake import Intake
from ingest.packing import unpack
from ingest.progress import Progress
from ingest.report import Report
from ingest.store import Store, shape_of
from ingest.workshop import Workshop
from retrieval.columns import Document, embedded_text
from retrieval.config import Config
from retrieval.embed import Embedder
from retrieval.errors import IndexMissing, IndexProblem, SourceError
from retrieval.index import CurrentIndex, Generation
from retrieval.publish import Publication, Settings, publication
from retrieval.vectors import VectorIndex

__all__ = ["Progress", "build", "open_store"]

_BATCH = 512  # passages embedded between two signs of progress
_REASONS = 3  # told when nothing could be used
_log = logging.getLogger(__name__)


def build(
    paths: Sequence[str],
    config: Config,
    embedder: Embedder,
    progress: Callable[[Progress], None] = lambda _: None,
    *,
    explain: bool = False,
) -> Report:
    """Publish exactly the articles found under ``paths``; when they and all that shapes them are as before, nothing.

    With ``explain`` the report has all that was removed from every file.

    A file that cannot be used is rejected with its reason and the others go on. Raises SourceError when
    no file can be used, IndexBusy while another ingest runs, EmbeddingError, or IndexCorrupt when the
    new generation fails its own check; the current generation stays then.
    """
    started = time.monotonic()
    settings = Settings(
        embedder.fingerprint, embedder.dim, CLEANING_VERSION, {"max_passage_chars": config.ingest.max_passage_chars}
    )
    with (
        publication(config.index_dir, settings) as made,
        open_store(config) as store,
        ThreadPoolExecutor(1) as beside,
    ):
        opening = beside.submit(_previous, config)  # hashes its files, meanwhile the articles are looked at
        with Workshop(config.ingest.processes) as shop:
            taken = Intake(paths, config, store, shop, progress).take(opening.result)
        if not taken.sources:
            raise SourceError(_nothing(paths, taken.rejected))
        previous = opening.result()
        before = previous.source_entries() if previous else {}
        if previous and previous.embedder_fingerprint == embedder.fingerprint:
            made.build_on(previous, before)
        assembly = Assembly(made, store, taken, before)
        assembly.add_all()
        identity, embedded, reused = _published(made, config, embedder, previous, progress)
        store.keep_only(taken.sources | taken.empty)
        here = {*taken.kept, *taken.sources}
        return Report(
            generation=identity or (previous.id if previous else ""),
            published=identity is not None,
            files=tuple(assembly.files),
            rejected=tuple(taken.rejected),
            gone=tuple(sorted(source for source in before if source not in here)),
            articles=made.articles,
            passages=made.passages,
            counties=assembly.counties,
            embedded=embedded,
            reused=reused,
            cleaned=taken.worked,
            seconds=time.monotonic() - started,
            explained={
                source: _removals(store, source)
                for source in sorted(taken.empty | (taken.sources if explain else set()))
            },
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
    vectors, embedded = _embed(made, embedder, previous, progress)
    progress(Progress("index", 0, made.passages))
    identity = made.publish(vectors, config.index.keep_generations)
    progress(Progress("publish", 1, 1))
    return identity, embedded, made.passages - embedded


def _removals(store: Store, source: str) -> tuple[Removal, ...]:
    entry = store.get(source)
    return unpack(entry.body).cleaned.removals if entry else ()


def _embed(
    made: Publication, embedder: Embedder, previous: Generation | None, progress: Callable[[Progress], None]
) -> tuple[VectorIndex, int]:
    """Vectors by row, and how many were made; ``previous`` lends those it has when its embedder was the same."""
    lender = previous if previous and previous.embedder_fingerprint == embedder.fingerprint else None
    vectors = made.vectors()
    embedded = 0
    for batch in _batches(made.documents()):
        known = lender.rows_embedded([key for *_, key in batch]) if lender else {}
        old = [(row, known[key]) for row, _, _, _, key in batch if key in known]
        new = [(row, embedded_text(context, text)) for row, context, text, _, key in batch if key not in known]
        if lender and old:
            vectors.put([row for row, _ in old], lender.vectors.vectors(np.array([row for _, row in old])))
        if new:
            vectors.put([row for row, _ in new], embedder.embed_passages([text for _, text in new]))
        embedded += len(new)
        progress(Progress("embed", batch[-1][0] + 1, made.passages))
    return vectors, embedded


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
