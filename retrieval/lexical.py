"""BM25 over character unigrams, bigrams and whole words. Only this file and ``lexical_writer`` import tantivy.

Score of a passage: the sum over the unique terms ``t`` of the query of ``idf(t) * tf * (k1 + 1) / (tf + k1 *
(1 - b + b * length / average))`` with ``idf = ln(1 + (N - n + 0.5) / (n + 0.5))``, ``k1`` 0.6 and ``b`` 0.4: short
passages of official prose repeat little and differ little in length. tantivy knows only ``k1`` 1.2 and ``b`` 0.75;
indexing every term twice halves its ``k1``, and padding every passage alike flattens its ``b``. Lengths are
quantised to one byte, exact up to 40 terms and within an eighth above.

An index can be made of the one before: of what was built from nothing, passages that are gone are marked, and all that
came since stands in a small part beside it. tantivy goes on counting what is only marked, in ``N``, ``n`` and
``average``. So the terms of marked passages stand in an index of their own (``gone``), by which ``idf`` is put right,
and a passage of nothing but padding that nobody can find keeps the average where it would be without them: the scores
are those of an index made from nothing.
"""

import contextlib
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from retrieval.errors import IndexCorrupt
from retrieval.lexical_parts import GONE, Parts, segments_of
from retrieval.lexical_writer import (
    Entry,
    bury,
    code,
    filled,
    first_copied,
    first_kept,
    guessed,
    padding_for,
    terms_of,
    told,
)

Weigh = Callable[[str], float]  # a term to a factor above 0
Rows = npt.NDArray[np.int64]
Passages = Callable[[Rows], Iterable[Entry]]

_TRIES = 50
_REMEMBERED = 50_000  # terms; asking tantivy twice for each took a third of a search
_SCALE = (0.6 + 1) / (1.2 + 1)  # from tantivy's (k1 + 1) to ours
_DECIMALS = 5  # scores are float32 sums; what is equal up to here is a tie


class LexicalIndex:
    """An immutable full-text index; rows are those that were given. Safe for several threads."""

    def __init__(self, index: Any, gone: Any, parts: Parts) -> None:
        for one in (index, gone):
            if one is not None:
                one.config_reader(reload_policy="manual")  # else a thread polls meta.json
                one.reload()
        self._schema = index.schema
        self._searcher = index.searcher()  # one snapshot for good: a generation never changes
        self._gone = gone.searcher() if gone is not None else None
        self._parts = parts
        self._factors: dict[str, float] = {}

    @classmethod
    def build(cls, path: Path, rows: Iterable[Entry]) -> Self:
        """Write an index to the new folder ``path``.

        ``rows`` gives (row, context, text, county codes), rows from 0 on: ``context`` is title and headings, searched
        together with ``text``; the codes are what ``search`` can filter by. They are gone
        through more than once. Raises OSError when the disk is full.
        """
        padding = padding_for(*guessed(rows))
        while True:
            path.mkdir(parents=True)
            parts = Parts(padding, code())
            with told():
                parts = filled(path, parts, rows, ())
            if (right := padding_for(parts.terms, parts.passages)) == padding:
                break
            shutil.rmtree(path)  # the guess was near a step: rare
            padding = right
        parts.write(path)
        first_kept(path)
        return cls.open(path)

    @classmethod
    def extend(cls, path: Path, former: Path, moved: Rows, count: int, added: Passages, gone: Passages) -> Self | None:
        """Write an index of ``count`` rows to the new folder ``path`` out of ``former``; None where building is better.

        ``moved`` has for every row there the row that it has here, -1 for those that are gone. ``added`` gives
        passages of this index by their rows, ascending, ``gone`` those of the former one.
        Nothing is left at ``path`` when it is None. Raises OSError when the disk is full.
        """
        before = Parts.read(former)
        kept = before.first_part(moved)
        new = np.ones(count, dtype=np.bool_)
        new[kept.rows[kept.rows >= 0]] = False
        if before.made_by != code() or not kept.bears(int(new.sum())):
            return None
        lost = np.sort(before.rows[: before.first][(before.rows[: before.first] >= 0) & (kept.rows < 0)])
        first_copied(former, path)
        with told():
            after = kept.without(bury(path / GONE, gone(lost.astype(np.int64))) if len(lost) else 0)
            after = filled(path, after, added(np.flatnonzero(new)), np.flatnonzero(kept.rows < 0).tolist())
        if padding_for(after.terms, after.passages) != after.padding or segments_of(path) != after.segments:
            shutil.rmtree(path)
            return None
        after.write(path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map the folder ``path``. Raises FileNotFoundError, and IndexCorrupt when tantivy cannot read it."""
        import tantivy

        if not (path / "meta.json").exists():
            raise FileNotFoundError(path / "meta.json")
        try:
            with _links_to(path) as links, _links_to(path / GONE) as buried:
                gone = tantivy.Index.open(str(buried)) if (buried / "meta.json").exists() else None
                return cls(tantivy.Index.open(str(links)), gone, Parts.read(path))
        except (ValueError, KeyError, OSError) as error:
            raise IndexCorrupt(
                f"tantivy cannot read the full text ({error}), {path}, run: xianwen ingest PATH again"
            ) from error

    def __len__(self) -> int:
        return self._parts.passages

    def rarity(self, word: str) -> float:
        """How rare a word is here: its BM25 ``idf`` over that of a word that never occurs, 0..1.

        A word of several Han characters is as rare as its rarest bigram.
        """
        total = len(self)
        pairs = [gram for gram in terms_of(word) if len(gram) > 1] or terms_of(word)
        if not pairs or not total:
            return 1.0
        return max(self._idf(gram) for gram in pairs) / math.log(1 + (total + 0.5) / 0.5)

    def _idf(self, term: str) -> float:
        return _idf(len(self), self._searcher.doc_freq("body", term) - self._lost(term))

    def _lost(self, term: str) -> int:
        return self._gone.doc_freq("body", term) if self._gone is not None else 0

    def _put_right(self, term: str) -> float:
        """What tantivy's ``idf`` of a term must be multiplied by; 1 where it counts nothing that is gone."""
        if not self._parts.extended:
            return 1.0
        if (known := self._factors.get(term)) is not None:
            return known
        if len(self._factors) >= _REMEMBERED:
            self._factors.clear()
        counted = self._searcher.doc_freq("body", term)
        factor = _idf(len(self), counted - self._lost(term)) / _idf(self._parts.documents, counted)
        self._factors[term] = factor
        return factor

    def attainable(self, text: str, weigh: Weigh | None = None) -> float:
        """The score of a passage of average length that has every term of ``text`` once; 0 for no terms."""
        return sum(self._idf(term) * (weigh(term) if weigh else 1.0) for term in set(terms_of(text)))

    def search(
        self, text: str, k: int, counties: Sequence[str] | None = None, weigh: Weigh | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` best passages as (row, BM25 score), ordered by (-score, row).

        ``text`` is any text at all; its features are looked up, nothing in it is an operator. A passage
        with none of them is not found. ``counties`` (codes) keeps passages about at least one of them;
        None keeps all, an empty sequence none. ``weigh`` multiplies a term's share of the score.
        """
        terms = sorted(set(terms_of(text)))
        total = len(self)
        if k <= 0 or not terms or not total or (counties is not None and not counties):
            return []
        query = self._query(terms, counties, weigh)
        fetch = min(k + 8, total)
        while True:  # ties are cut anywhere: fetch until the last is worse than the k-th
            hits = self._searcher.search(query, limit=fetch, count=False).hits
            slots = self._searcher.fast_field_values("slot", [address for _, address in hits])
            rows = self._parts.rows[np.array(slots, dtype=np.int64)].tolist()
            found = [(row, round(float(score) * _SCALE, _DECIMALS)) for row, (score, _) in zip(rows, hits, strict=True)]
            found.sort(key=lambda item: (-item[1], item[0]))
            if fetch >= total or len(found) < fetch or found[-1][1] < found[k - 1][1]:
                return found[:k]
            fetch = min(fetch * 4, total)

    def _query(self, terms: Sequence[str], counties: Sequence[str] | None, weigh: Weigh | None) -> Any:
        from tantivy import Occur, Query

        words = [Query.term_query(self._schema, "body", term, "freq") for term in terms]
        factors = [(weigh(term) if weigh else 1.0) * self._put_right(term) for term in terms]
        if weigh is not None or self._parts.extended:
            words = [Query.boost_query(word, factor) for word, factor in zip(words, factors, strict=True)]
        query = Query.boolean_query([(Occur.Should, word) for word in words])
        if counties is None:
            return query
        codes = [(Occur.Should, Query.term_query(self._schema, "county", code, "basic")) for code in counties]
        allowed = Query.const_score_query(Query.boolean_query(codes), 0.0)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, allowed)])


@contextlib.contextmanager
def _links_to(path: Path) -> Iterator[Path]:
    """A folder of links to the files in ``path``, if there are any: tantivy writes a lock file beside what it opens."""
    links = Path(tempfile.mkdtemp(prefix="xianwen-"))
    try:
        for file in (one for one in path.glob("*") if one.is_file()):
            (links / file.name).symlink_to(file.absolute())
        yield links
    finally:
        for _ in range(_TRIES):  # a thread of tantivy's looks at a new folder once, and locks it for that
            shutil.rmtree(links, ignore_errors=True)
            if not links.exists():
                break
            time.sleep(0.005)


def _idf(total: int, having: int) -> float:
    return math.log(1 + (total - having + 0.5) / (having + 0.5))
