"""BM25 over character unigrams, bigrams and whole words. The only file that imports tantivy.

Score of a passage: the sum over the unique terms ``t`` of the query of ``idf(t) * tf * (k1 + 1) / (tf + k1 *
(1 - b + b * length / average))`` with ``idf = ln(1 + (N - n + 0.5) / (n + 0.5))``, ``k1`` 0.6 and ``b`` 0.4: short
passages of official prose repeat little and differ little in length. tantivy knows only ``k1`` 1.2 and ``b`` 0.75;
indexing every term twice halves its ``k1``, and padding every passage alike flattens its ``b``. Lengths are
quantised to one byte, exact up to 40 terms and within an eighth above.
"""

import contextlib
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, Self

from retrieval.errors import IndexCorrupt
from retrieval.text import grams

Weigh = Callable[[str], float]  # a term to a factor above 0

_ANALYZER = "xianwen_blanks"
_MAX_TERM_CHARS = 64  # a longer run is no word; tantivy drops terms of 64 KB
_HEAP_BYTES = 128_000_000
_TRIES = 50
_REPEATS = 2  # k1 = 1.2 / 2
_PADDING = 0.75 / 0.4 - 1  # of the average length, for b = 0.4
_SAMPLE = 4096  # passages whose average stands for all: the terms of a million do not fit in memory
_PAD = "\x01"  # a term that no text has
_SCALE = (0.6 + 1) / (1.2 + 1)  # from tantivy's (k1 + 1) to ours
_DECIMALS = 5  # scores are float32 sums; what is equal up to here is a tie


class LexicalIndex:
    """An immutable full-text index; rows are those that were given. Safe for several threads."""

    def __init__(self, index: Any) -> None:
        index.config_reader(reload_policy="manual")  # else a thread polls meta.json
        index.reload()
        self._schema = index.schema
        self._searcher = index.searcher()  # one snapshot for good: a generation never changes

    @classmethod
    def build(cls, path: Path, rows: Iterable[tuple[int, str, str, Sequence[str]]]) -> Self:
        """Write an index to the new folder ``path``.

        ``rows`` gives (row, context, text, county codes): ``context`` is title and headings, searched
        together with ``text``; the codes are what ``search`` can filter by. Raises OSError when the disk
        is full.
        """
        path.mkdir(parents=True)
        try:
            cls._fill(path, rows)
        except ValueError as error:  # tantivy has no other type
            raise OSError(f"tantivy: {error}") from error
        return cls.open(path)

    @staticmethod
    def _fill(path: Path, rows: Iterable[tuple[int, str, str, Sequence[str]]]) -> None:
        import tantivy

        index = tantivy.Index(_schema(), path=str(path))
        _register(index)
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        entries = ((row, _terms(f"{context}\n{text}"), counties) for row, context, text, counties in rows)
        first = list(islice(entries, _SAMPLE))
        average = sum(len(terms) for _, terms, _ in first) / max(1, len(first))
        padding = [_PAD] * round(_PADDING * _REPEATS * average)
        for row, terms, counties in chain(first, entries):
            document = tantivy.Document()
            document.add_unsigned("row", row)
            document.add_text("body", " ".join([*terms * _REPEATS, *padding]))
            for code in counties:
                document.add_text("county", code)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        for lock in path.glob(".tantivy-*.lock"):
            lock.unlink()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map the folder ``path``. Raises FileNotFoundError, and IndexCorrupt when tantivy cannot read it."""
        import tantivy

        if not (path / "meta.json").exists():
            raise FileNotFoundError(path / "meta.json")
        try:
            with _links_to(path) as links:
                return cls(tantivy.Index.open(str(links)))
        except (ValueError, OSError) as error:
            raise IndexCorrupt(
                f"tantivy cannot read the full text ({error}), {path}, run: xianwen ingest PATH again"
            ) from error

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def rarity(self, word: str) -> float:
        """How rare a word is here: its BM25 ``idf`` over that of a word that never occurs, 0..1.

        A word of several Han characters is as rare as its rarest bigram.
        """
        total = len(self)
        pairs = [gram for gram in _terms(word) if len(gram) > 1] or _terms(word)
        if not pairs or not total:
            return 1.0
        return max(self._idf(gram) for gram in pairs) / math.log(1 + (total + 0.5) / 0.5)

    def _idf(self, term: str) -> float:
        found = self._searcher.doc_freq("body", term)
        return math.log(1 + (len(self) - found + 0.5) / (found + 0.5))

    def attainable(self, text: str, weigh: Weigh | None = None) -> float:
        """The score of a passage of average length that has every term of ``text`` once; 0 for no terms."""
        return sum(self._idf(term) * (weigh(term) if weigh else 1.0) for term in set(_terms(text)))

    def search(
        self, text: str, k: int, counties: Sequence[str] | None = None, weigh: Weigh | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` best passages as (row, BM25 score), ordered by (-score, row).

        ``text`` is any text at all; its features are looked up, nothing in it is an operator. A passage
        with none of them is not found. ``counties`` (codes) keeps passages about at least one of them;
        None keeps all, an empty sequence none. ``weigh`` multiplies a term's share of the score.
        """
        terms = sorted(set(_terms(text)))
        total = len(self)
        if k <= 0 or not terms or not total or (counties is not None and not counties):
            return []
        query = self._query(terms, counties, weigh)
        fetch = min(k + 8, total)
        while True:  # ties are cut anywhere: fetch until the last is worse than the k-th
            hits = self._searcher.search(query, limit=fetch, count=False).hits
            rows = self._searcher.fast_field_values("row", [address for _, address in hits])
            found = [
                (int(row), round(float(score) * _SCALE, _DECIMALS)) for row, (score, _) in zip(rows, hits, strict=True)
            ]
            found.sort(key=lambda item: (-item[1], item[0]))
            if fetch >= total or len(found) < fetch or found[-1][1] < found[k - 1][1]:
                return found[:k]
            fetch = min(fetch * 4, total)

    def _query(self, terms: Sequence[str], counties: Sequence[str] | None, weigh: Weigh | None) -> Any:
        from tantivy import Occur, Query

        words = [Query.term_query(self._schema, "body", term, "freq") for term in terms]
        if weigh is not None:
            words = [Query.boost_query(word, weigh(term)) for word, term in zip(words, terms, strict=True)]
        query = Query.boolean_query([(Occur.Should, word) for word in words])
        if counties is None:
            return query
        codes = [(Occur.Should, Query.term_query(self._schema, "county", code, "basic")) for code in counties]
        allowed = Query.const_score_query(Query.boolean_query(codes), 0.0)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, allowed)])


@contextlib.contextmanager
def _links_to(path: Path) -> Iterator[Path]:
    """A folder of links to what is in ``path``: tantivy writes a lock file beside what it opens."""
    links = Path(tempfile.mkdtemp(prefix="xianwen-"))
    try:
        for file in path.iterdir():
            (links / file.name).symlink_to(file.absolute())
        yield links
    finally:
        for _ in range(_TRIES):  # a thread of tantivy's looks at a new folder once, and locks it for that
            shutil.rmtree(links, ignore_errors=True)
            if not links.exists():
                break
            time.sleep(0.005)


def _terms(text: str) -> list[str]:
    found = grams(text)
    if max(map(len, found), default=0) <= _MAX_TERM_CHARS:  # nearly always
        return found
    return [gram for gram in found if len(gram) <= _MAX_TERM_CHARS]


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=False, indexed=False, fast=True)
    builder.add_text_field("body", tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("county", tokenizer_name="raw", index_option="basic")
    return builder.build()


def _register(index: Any) -> None:
    import tantivy

    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_ANALYZER, analyzer)
