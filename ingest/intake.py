"""Files to prepared articles in the store: what is known of unchanged ones is used again, the others are worked on."""

import hashlib
import logging
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ingest.document import Cleaned, RawDocument, Rejected, Removal, Unread
from ingest.kept import Kept
from ingest.prepare import Prepared
from ingest.progress import Progress
from ingest.sidecar import corrected
from ingest.site import FEWEST, Learner, SiteFurniture
from ingest.sources import read_anew
from ingest.spool import Spool
from ingest.store import Store, shaped_by
from ingest.work import Failure, Look, Prepare, Seen, kept
from ingest.workshop import Workshop
from retrieval.config import Config
from retrieval.corpus import SourceRecord
from retrieval.index import Generation

_log = logging.getLogger(__name__)


class _Note(NamedTuple):
    """What this run knows of a document.

    ``place`` is where its text lies in the spool, if it was parsed; ``ruled`` where what the rules made of it lies.
    """

    digest: str
    sidecar: str
    place: tuple[int, int] | None
    ruled: tuple[int, int] | None = None


@dataclass(slots=True)
class Taken:
    """What is in the store for this run: ``sources`` have articles there.

    ``kept`` are those of them whose former version stays, ``empty`` sources of which cleaning left nothing;
    ``worked`` counts documents that were cleaned in this run.
    """

    sources: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    rejected: list[Rejected] = field(default_factory=list)
    worked: int = 0


class Intake:
    """One run over some paths."""

    def __init__(
        self, paths: Sequence[str], config: Config, store: Store, shop: Workshop, progress: Callable[[Progress], None]
    ) -> None:
        self._paths = paths
        self._config = config
        self._store = store
        self._shop = shop
        self._progress = progress
        self._notes: dict[str, _Note] = {}
        self._refused: list[Rejected] = []
        self._sites: dict[str, str] = {}
        self._furniture: dict[str, tuple[str, str]] = {}

    def take(self, previous: Callable[[], Generation | None]) -> Taken:
        """Bring the store up to date with the files. Each file that cannot be used is rejected with its reason.

        ``previous`` is asked for at the end.
        """
        taken = Taken()
        with Spool() as spool:
            self._look(spool)
            self._learn()
            self._prepare(spool, taken)
        for source in self._notes:
            (taken.sources if self._store.is_article(source) else taken.empty).add(source)
        former = _Former(previous(), self._store)
        for refused in sorted(self._refused, key=lambda one: one.source):
            if refused.source in taken.sources:  # a page whose server failed was read from its copy, and told besides
                taken.kept.add(refused.source)
            elif former.stays(refused):
                taken.sources.add(refused.source)
                taken.kept.add(refused.source)
                refused = replace(refused, why=f"{refused.why}; its former version stays")
            taken.rejected.append(refused)
        for source in sorted(taken.empty):
            why = "no article is left after cleaning"
            taken.rejected.append(Rejected(source, why, "see what was removed with --explain"))
        return taken

    def _look(self, spool: Spool) -> None:
        """Read everything once, and note what the pages look like."""
        for seen in self._shop.results(self._unseen(spool)):
            if isinstance(seen, Seen):
                self._store.put_page(seen.source, seen.digest, seen.site, seen.page)
                note = self._notes[seen.source]
                if seen.ruled and note.digest == seen.digest:
                    self._notes[seen.source] = note._replace(ruled=spool.keep(seen.ruled))

    def _unseen(self, spool: Spool) -> Iterator[Look]:
        def fetched(done: int, url: str) -> None:
            self._progress(Progress("read", done, done, url))

        found = read_anew(self._paths, self._config, self._store.knows, self._store, watch=fetched)
        for done, document in enumerate(corrected(found, self._paths), start=1):
            self._progress(Progress("read", done, done, document.source))
            if isinstance(document, Rejected):
                self._refused.append(document)
                continue
            place = spool.add(document) if isinstance(document, RawDocument) else None
            self._notes[document.source] = _Note(document.digest, _sidecar(document), place)
            if place is not None and not self._store.knows(document.source, document.digest):
                yield Look(spool.pickled(place))

    def _learn(self) -> None:
        """Learn what the pages of each site have in common, or remember it of those whose pages are as before."""
        pages: dict[str, dict[bytes, str]] = {}  # of each site, a source for each page that is not the same
        for source in self._notes:
            site, mark = self._store.mark(source)
            self._sites[source] = site
            pages.setdefault(site, {})[mark] = source
        for site, sources in pages.items():
            if len(sources) < FEWEST:
                continue
            these = hashlib.sha256(b"".join(sorted(sources))).hexdigest()
            told = self._store.learned(site, these)
            if told is None:
                told = self._learned(site, sources.values())
                self._store.put_learned(site, these, told)
            if told:
                self._furniture[site] = told, SiteFurniture.digest_of(told)

    def _learned(self, site: str, sources: Iterable[str]) -> str:
        learner = Learner()
        for source in sources:
            learner.note(*self._store.page(source))
        return learner.learned().of(site).told()

    def _prepare(self, spool: Spool, taken: Taken) -> None:
        todo = [
            source for source, note in self._notes.items() if self._store.shaped(source) != self._shaped(source, note)
        ]
        for result in self._shop.results(self._tasks(todo, spool)):
            if isinstance(result, Seen):
                continue
            taken.worked += 1
            self._progress(Progress("clean", taken.worked, len(todo), result.source))
            if isinstance(result, Kept):
                self._store.put(result)
            else:
                self._refuse(result)
        for source in [source for source in todo if source in self._notes and not self._store.shaped(source)]:
            del self._notes[source]  # it went between two looks at it
            self._refused.append(Rejected(source, "it changed while it was read", "run it again", passing=True))

    def _refuse(self, failure: Failure) -> None:
        _log.error("cannot prepare %s\n%s", failure.source, failure.trace)
        why = f"internal error ({failure.told})"
        self._refused.append(Rejected(failure.source, why, "report this with the file"))
        self._notes.pop(failure.source, None)

    def _shaped(self, source: str, note: _Note) -> str:
        """What shapes the entry that preparing the document would make."""
        site = self._sites[source]
        return shaped_by(note.digest, note.sidecar, site, self._furniture.get(site, ("", ""))[1])

    def _tasks(self, todo: Sequence[str], spool: Spool) -> Iterator[Prepare]:
        """Those that were parsed, then those that must be after all: of a site that looks different now."""
        unparsed = set()
        for source in todo:
            self._store.forget(source)
            note = self._notes[source]
            if note.place is None:
                unparsed.add(source)
            else:
                ruled = spool.pickled(note.ruled) if note.ruled else b""
                yield self._task(source, spool.pickled(note.place), ruled)
        if not unparsed:
            return
        again = read_anew(self._paths, self._config, lambda source, _: source not in unparsed, again=True)
        for document in corrected(again, self._paths):
            if isinstance(document, RawDocument) and document.source in unparsed:
                yield self._task(document.source, pickle.dumps(document))

    def _task(self, source: str, document: bytes, ruled: bytes = b"") -> Prepare:
        site = self._sites[source]
        furniture = SiteFurniture.read(self._furniture.get(site, ("", ""))[0])
        return Prepare(document, site, furniture, self._config.ingest.max_passage_chars, ruled)


def _sidecar(document: RawDocument | Unread) -> str:
    return document.correction.digest if document.correction else ""


class _Former:
    """What was published of sources that cannot be read just now."""

    def __init__(self, previous: Generation | None, store: Store) -> None:
        self._previous = previous
        self._store = store
        self._records: dict[str, SourceRecord] | None = None

    def stays(self, refused: Rejected) -> bool:
        """Whether the failure may pass and the store now holds the version that is published."""
        if not refused.passing or self._previous is None:
            return False
        if self._records is None:
            self._records = {record.source: record for record in self._previous.sources()}
        record = self._records.get(refused.source)
        if record is None:
            return False
        entry = self._store.get(refused.source)
        if entry and entry.there and (entry.digest, entry.sidecar) == (record.digest, record.sidecar):
            return True
        return self._restored(record, self._previous)

    def _restored(self, record: SourceRecord, previous: Generation) -> bool:
        article = previous.article(record.article)
        if article.source != record.source:  # another's text stood for it
            return False
        passages = tuple(previous.passages(previous.rows_of_article(article.id)))
        codes = {code for passage in passages for code in passage.counties}
        divisions = tuple(division for division in previous.counties if division.code in codes)
        record = replace(record, removals=tuple(previous.removals(record.source)))
        article = replace(article, also=(), replaced_by=None)
        prepared = Prepared(article, passages, divisions, _cleaned(record), record)
        self._store.put(kept(prepared, record.source, record.digest, record.sidecar, ""))
        return True


def _cleaned(record: SourceRecord) -> Cleaned:
    removals = tuple(Removal(rule, text, number) for rule, number, text in record.removals)
    return Cleaned((), removals, record.repairs)
