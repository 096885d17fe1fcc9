"""What is in the store, put together: which article stands for which, what replaces what, what is reported.

All of it depends on all articles, so it is done for all of them, but from what is remembered of each: only those that
the generation before does not have are unpacked.
"""

import functools
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace

from ingest.gist import Gist, read
from ingest.intake import Taken
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

_TEXTS = 512  # whose forms for comparing are remembered


@dataclass(slots=True)
class Assembly:
    """Fills ``made`` from the store, and tells of every file."""

    made: Publication
    store: Store
    taken: Taken
    before: Mapping[str, SourceEntry]
    files: list[FileReport] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def add_all(self) -> None:
        """Add every article by the name of its source, and what holds between them."""
        texts = {text.source: text for text in self.store.texts() if text.source in self.taken.sources}
        clusters = self._clusters(texts)
        told = of_clusters(clusters)
        also = _also(texts, clusters)
        standings = []
        for source, gist_of in self.store.gists():
            if source not in texts:
                continue
            gist = read(gist_of)
            original = clusters.original[source]
            standings.append(gist.standing)
            if original == source:
                self._add_article(texts[source].id, gist, also.get(source, ()), source)
            self._add_source(source, gist, texts[original].id)
            self.files.append(
                gist.report(
                    self._state(source, gist, texts[original].id),
                    None if original == source else original,
                    tuple(one.source for one in also.get(source, ())),
                    told.get(source, ()),
                )
            )
        ids = {text.id: texts[clusters.original[source]].id for source, text in texts.items()}
        replaced = {ids[older]: ids[newer] for older, newer in sorted(superseded(standings).items())}
        for older, newer in sorted(replaced.items()):
            if older != newer:
                self.made.mark_replaced(older, newer)

    def _clusters(self, texts: Mapping[str, Text]) -> Clusters:
        """Which texts say the same: as it was where the texts are."""
        these = self.store.texts_digest(texts)
        if (known := self.store.clusters(these)) is not None:
            return _loaded(known)
        found = cluster(texts.values(), _Judge(self.store).judge)
        self.store.put_clusters(these, json.dumps(astuple(found), ensure_ascii=False))
        return found

    def _add_article(self, article_id: str, gist: Gist, also: tuple[Reprint, ...], source: str) -> None:
        gazetteer = Gazetteer.load()
        divisions = [gazetteer.by_code(code) for code in gist.divisions]
        if not self.made.take_article(article_id, gist.said, also, divisions):
            prepared = self._prepared(source)
            self.made.add_article(replace(prepared.article, also=also), prepared.passages, prepared.divisions)
        self.names.update((division.code, division.short) for division in divisions)

    def _add_source(self, source: str, gist: Gist, article_id: str) -> None:
        if not self.made.take_source(source, gist.digest, gist.done, article_id):
            self.made.add_source(replace(self._prepared(source).record, article=article_id))

    def _prepared(self, source: str) -> Prepared:
        entry = self.store.get(source)
        prepared = unpack(entry.body) if entry else None
        if not isinstance(prepared, Prepared):
            raise KeyError(source)
        return prepared

    def _state(self, source: str, gist: Gist, article_id: str) -> State:
        before = self.before.get(source)
        if before is None:
            return State.ADDED
        same = (gist.digest, article_id, gist.sidecar) == (before.digest, before.article, before.sidecar)
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


def _loaded(clusters: str) -> Clusters:
    original, contradictions, astray = json.loads(clusters)
    found = (
        Contradiction(source, other, tuple(Spot(What(what), here, there) for what, here, there in spots))
        for source, other, spots in contradictions
    )
    return Clusters(original, tuple(found), tuple(astray))


def _also(texts: Mapping[str, Text], clusters: Clusters) -> dict[str, tuple[Reprint, ...]]:
    """Where else an article was published, by the sources of the originals."""
    found: defaultdict[str, list[Reprint]] = defaultdict(list)
    for source in sorted(texts):
        if (original := clusters.original[source]) != source:
            one = texts[source]
            found[original].append(Reprint(source, one.publisher, one.url, one.published))
    return {original: tuple(reprints) for original, reprints in found.items()}
