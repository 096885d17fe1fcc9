"""Articles → a published generation. What did not change is not embedded again, nor published again."""

import dataclasses
import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from ingest.clean import CLEANING_VERSION
from ingest.document import RawDocument, Rejected, Removal, Unread
from ingest.prepare import Nothing, Prepared, prepare
from ingest.relations import Standing, superseded
from ingest.report import FileReport, Report, State
from ingest.sidecar import corrected
from ingest.site import Learner, SiteFurniture
from ingest.sources import read_sources
from ingest.spool import Spool
from retrieval.config import Config
from retrieval.corpus import SourceRecord
from retrieval.embed import Embedder
from retrieval.errors import IndexMissing, IndexProblem, SourceError
from retrieval.index import CurrentIndex, Generation
from retrieval.publish import Publication, Settings, Vectors, embedded_text, publication
from retrieval.types import Article, Division, Passage

_BATCH = 512  # passages embedded between two signs of progress
_REASONS = 3  # told when nothing could be used
_log = logging.getLogger(__name__)

Document = tuple[int, str, str, tuple[str, ...], bytes]


@dataclass(frozen=True, slots=True)
class Progress:
    """A sign of life. ``stage`` is read, embed, index or publish; ``total`` grows with ``done`` while reading."""

    stage: str
    done: int
    total: int
    source: str = ""


@dataclass(slots=True)
class _Intake:
    """What reading has come to so far."""

    made: Publication
    previous: Generation | None
    before: dict[str, SourceRecord]
    files: list[FileReport] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    explained: dict[str, tuple[Removal, ...]] = field(default_factory=dict)
    known: dict[bytes, tuple[str, str]] = field(default_factory=dict)  # what an article says -> its id and source
    names: dict[str, str] = field(default_factory=dict)
    standings: list[Standing] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # sources whose former version stays


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
    with publication(config.index_dir, settings) as made:
        previous = _previous(config)
        before = {record.source: record for record in previous.sources()} if previous else {}
        intake = _Intake(made, previous, before)
        with Spool() as documents:
            site = _learnt(corrected(read_sources(paths, config), paths), documents, progress)
            for raw in documents:
                _take(raw, config.ingest.max_passage_chars, site, intake)
        for older, newer in sorted(superseded(intake.standings).items()):
            made.mark_replaced(older, newer)
        if not made.passages:
            raise SourceError(_nothing(paths, intake.rejected))
        embedded = reused = 0
        if previous and previous.manifest.content == made.content:
            identity, published = previous.id, False
        else:
            vectors, reused = _embed(made, embedder, previous, progress)
            embedded, published = made.passages - reused, True
            progress(Progress("index", 0, made.passages))
            identity = made.publish(vectors, config.index.keep_generations)
            progress(Progress("publish", 1, 1))
        here = {*intake.kept, *(file.source for file in intake.files)}
        return Report(
            generation=identity,
            published=published,
            files=tuple(intake.files),
            rejected=tuple(intake.rejected),
            gone=tuple(source for source in before if source not in here),
            articles=made.articles,
            passages=made.passages,
            counties=tuple(name for _, name in sorted(intake.names.items())),
            embedded=embedded,
            reused=reused,
            seconds=time.monotonic() - started,
            explained=intake.explained,
        )


def _previous(config: Config) -> Generation | None:
    """The current generation, whatever made it; None when there is none that can be read."""
    try:
        return CurrentIndex(config.index_dir, None).get()
    except IndexMissing:
        return None
    except IndexProblem as error:
        _log.warning("building without what was there: %s", error)
        return None


def _learnt(
    found: Iterator[RawDocument | Rejected | Unread], documents: Spool, progress: Callable[[Progress], None]
) -> SiteFurniture:
    """Read everything once into ``documents``, and learn what the pages of each site have in common."""
    learner = Learner()
    for done, raw in enumerate(found, start=1):
        progress(Progress("read", done, done, raw.source))
        if isinstance(raw, Unread):
            continue
        documents.add(raw)
        if isinstance(raw, RawDocument):
            try:
                learner.add(raw)
            except Exception:  # noqa: BLE001 - preparing the file tells the same error, and the others go on
                _log.debug("nothing is learnt from %s", raw.source, exc_info=True)
    return learner.learned()


def _take(raw: RawDocument | Rejected, max_passage_chars: int, site: SiteFurniture, intake: _Intake) -> None:
    """Add a document to the publication, or its reason to the rejected."""
    if isinstance(raw, Rejected):
        intake.rejected.append(_keep(raw, intake))
        return
    try:
        prepared = prepare(raw, max_passage_chars, site)
    except Exception as error:  # noqa: BLE001 - one strange file must not stop the others; the log has the traceback
        _log.exception("cannot prepare %s", raw.source)
        intake.rejected.append(
            Rejected(raw.source, f"internal error ({type(error).__name__}: {error})", "report this with the file")
        )
        return
    if isinstance(prepared, Nothing):
        intake.explained[raw.source] = prepared.cleaned.removals
        intake.rejected.append(
            Rejected(raw.source, "no article is left after cleaning", "see what was removed with --explain")
        )
        return
    _add(raw, prepared, intake)


def _keep(raw: Rejected, intake: _Intake) -> Rejected:
    """A failure that may pass takes nothing away: what was published of the source goes on being published."""
    record = intake.before.get(raw.source)
    if not raw.passing or record is None or intake.previous is None:
        return raw
    article = intake.previous.article(record.article)
    rows = [int(row) for row in intake.previous.rows_of_article(article.id)]
    passages = intake.previous.passages(rows)
    codes = {*article.counties, *(code for passage in passages for code in passage.counties)}
    divisions = tuple(division for division in intake.previous.counties if division.code in codes)
    first_id, _ = _once(article, passages, divisions, intake)
    intake.made.add_source(dataclasses.replace(record, article=first_id))
    intake.kept.append(raw.source)
    return dataclasses.replace(raw, why=f"{raw.why}; its former version stays")


def _once(
    article: Article, passages: Sequence[Passage], divisions: Sequence[Division], intake: _Intake
) -> tuple[str, str]:
    """Add the article unless another source said the same; the id and source under which it is published."""
    says = hashlib.sha256("\0".join((article.text, *article.counties)).encode()).digest()
    first_id, first_source = intake.known.setdefault(says, (article.id, article.source))
    if first_id == article.id:
        intake.made.add_article(dataclasses.replace(article, replaced_by=None), passages, divisions)
        intake.standings.append(Standing.of(article))
    intake.names.update((division.code, division.short) for division in divisions)
    return first_id, first_source


def _add(raw: RawDocument, prepared: Prepared, intake: _Intake) -> None:
    article = prepared.article
    first_id, first_source = _once(article, prepared.passages, prepared.divisions, intake)
    record = dataclasses.replace(prepared.record, article=first_id)
    intake.made.add_source(record)
    intake.files.append(
        FileReport(
            source=raw.source,
            state=_state(record, intake.before.get(raw.source)),
            format=raw.format,
            encoding=raw.encoding,
            title=article.title,
            passages=len(prepared.passages),
            counties=tuple(division.short for division in prepared.divisions),
            published=article.published,
            replaced=raw.replaced,
            damaged=sum(len(passage.damaged) for passage in prepared.passages),
            repairs=prepared.cleaned.repairs,
            removals=prepared.cleaned.removals,
            same_as=None if first_id == article.id else first_source,
        )
    )


def _state(now: SourceRecord, before: SourceRecord | None) -> State:
    if before is None:
        return State.ADDED
    same = (now.digest, now.article, now.sidecar) == (before.digest, before.article, before.sidecar)
    return State.UNCHANGED if same else State.CHANGED


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
