"""What is in the store, put together: which article stands for which, what replaces what, what is reported.

All of it depends on all articles, so it is done for all of them, but from what is remembered of each: only those that
the generation before does not have are unpacked.
"""

import functools
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace

from ingest.intake import Taken
from ingest.kept import Row
from ingest.likeness import Said, Spot, Verdict, What, compare
from ingest.packing import text_of, unpack
from ingest.prepare import Prepared
from ingest.relations import superseded
from ingest.report import FileReport, State
from ingest.reprints import Clusters, Contradiction, Text, cluster
from ingest.store import Store
from ingest.warnings import of_clusters
from retrieval.corpus import SourceEntry
from retrieval.gazetteer import Gazetteer
from retrieval.provenance import Reprint
from retrieval.publish import Publication
from retrieval.types import Division

_TEXTS = 512  # whose forms for comparing are remembered


@dataclass(slots=True)
class Assembly:
    """Fills ``made`` from the store, and tells of every file."""

    made: Publication
    store: Store
    taken: Taken
    before: Mapping[str, SourceEntry]
    files: list[FileReport] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)

    def add_all(self) -> None:
        """Add every article by the name of its source, and what holds between them."""
        rows = {row.source: row for row in self.store.rows() if row.source in self.taken.sources}
        clusters = self._clusters(rows)
        ids = {source: rows[clusters.original[source]].gist.id for source in rows}
        told = of_clusters(clusters)
        also = _also(rows, clusters)
        for source, row in rows.items():
            others, original = also.get(source, ()), clusters.original[source]
            if original == source:
                self._add_article(row, others)
            if not self.made.take_source(source, row.digest, row.gist.done, ids[source]):
                self.made.add_source(replace(self._prepared(source).record, article=ids[source]))
            self.files.append(
                FileReport(
                    source,
                    self._state(row, ids[source]),
                    row.facts,
                    None if original == source else original,
                    tuple(one.source for one in others),
                    (*row.gist.warnings, *told.get(source, ())),
                )
            )
        cited = {row.gist.id: ids[source] for source, row in rows.items()}
        replaced = superseded(row.gist.standing for row in rows.values())
        for older, newer in sorted({cited[older]: cited[newer] for older, newer in sorted(replaced.items())}.items()):
            if older != newer:
                self.made.mark_replaced(older, newer)

    @property
    def counties(self) -> tuple[str, ...]:
        """Short names of what the articles are about, by code."""
        gazetteer = Gazetteer.load()
        return tuple(gazetteer.by_code(code).short for code in sorted(self.codes))

    def _clusters(self, rows: Mapping[str, Row]) -> Clusters:
        """Which texts say the same: as it was where the texts are."""
        these = hashlib.sha256(b"".join(f"{source}\0".encode() + row.mark for source, row in rows.items())).hexdigest()
        if (known := self.store.clusters(these)) is not None:
            return _loaded(known)
        texts = [text for text in self.store.texts() if text.source in rows]
        found = cluster(texts, _Judge(self.store).judge)
        self.store.put_clusters(these, json.dumps(astuple(found), ensure_ascii=False))
        return found

    def _add_article(self, row: Row, also: tuple[Reprint, ...]) -> None:
        divisions = _divisions(row.gist.divisions)
        self.codes.update(division.code for division in divisions)
        if not self.made.take_article(row.gist.id, row.gist.said, also, divisions):
            prepared = self._prepared(row.source)
            self.made.add_article(replace(prepared.article, also=also), prepared.passages, prepared.divisions)

    def _prepared(self, source: str) -> Prepared:
        entry = self.store.get(source)
        prepared = unpack(entry.body) if entry else None
        if not isinstance(prepared, Prepared):
            raise KeyError(source)
        return prepared

    def _state(self, row: Row, article_id: str) -> State:
        before = self.before.get(row.source)
        if before is None:
            return State.ADDED
        same = (row.digest, article_id, row.sidecar) == (before.digest, before.article, before.sidecar)
        return State.UNCHANGED if same else State.CHANGED


@functools.lru_cache(maxsize=4096)
def _divisions(codes: str) -> tuple[Division, ...]:
    gazetteer = Gazetteer.load()
    return tuple(gazetteer.by_code(code) for code in codes.split())


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


def _loaded(clusters: str) -> Clusters:
    original, contradictions, astray = json.loads(clusters)
    found = (
        Contradiction(source, other, tuple(Spot(What(what), here, there) for what, here, there in spots))
        for source, other, spots in contradictions
    )
    return Clusters(original, tuple(found), tuple(astray))


def _also(rows: Mapping[str, Row], clusters: Clusters) -> dict[str, tuple[Reprint, ...]]:
    """Where else an article was published, by the sources of the originals."""
    found: defaultdict[str, list[Reprint]] = defaultdict(list)
    for source, row in rows.items():
        if (original := clusters.original[source]) != source:
            found[original].append(Reprint(source, row.gist.publisher, row.gist.url, row.gist.published or None))
    return {original: tuple(reprints) for original, reprints in found.items()}
