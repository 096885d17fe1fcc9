"""Corpora to a flat table of clauses: the one form that pairs of any kind are cut from.

Every text becomes a run of clauses (split at punctuation, where features never cross), so a passage, a sentence,
or a passage without one of its sentences is a slice or two of one array of feature numbers.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.static import features_of_folded
from retrieval.text import fold

Integers = npt.NDArray[np.int64]

ARTICLES = ("laws", "reports", "papers", "broadcast")
QUESTIONS = ("cmrc-train", "cmrc-trial", "drcd-dev", "drcd-test", "xquad-zh", "toyhom-title-answer")
TITLES = (
    "law-heading-article",
    "chinaxiv-title-abstract",
    "csl-title-abstract",
    "dxy-title-summary",
    "cctv-title-lead",
)

PASSAGE_CHARACTERS = (120, 320)
LONGEST_PASSAGE = 600  # a pair's passage is cut here
_SENTENCE_END = re.compile(r"(?<=[。！？!?；;\n])")
_CLAUSE_END = re.compile(r"(?<=[，,、：:。！？!?；;\n])")
_DATELINE = re.compile(r"^央视网消息\s*[（(][^）)]*[）)]\s*[:：]?")
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Article:
    """A title and the paragraphs under it; a heading starts with ``#``."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """A query and the passage that people put with it."""

    query: str
    passage: str
    source: str


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _is_prose(paragraph: str) -> bool:
    """Whether a paragraph is Chinese prose rather than an author line, a reference or a formula."""
    return len(paragraph) >= 12 and len(_HAN.findall(paragraph)) >= 0.6 * len(paragraph)


def read_articles(folder: Path) -> Iterator[Article]:
    """The articles of the files named in ARTICLES, cleaned of datelines, references and formulas."""
    for name in ARTICLES:
        for row in rows(folder / f"{name}.jsonl.gz"):
            paragraphs = [line.strip() for line in _DATELINE.sub("", row["text"]).splitlines()]
            yield Article(row["title"], tuple(line for line in paragraphs if line.startswith("#") or _is_prose(line)))


def read_pairs(folder: Path) -> Iterator[Pair]:
    """The pairs of the files named in QUESTIONS and TITLES."""
    for name in (*QUESTIONS, *TITLES):
        for row in rows(folder / "pairs" / f"{name}.jsonl.gz"):
            if row["query"].strip() and row["pos"].strip():
                yield Pair(row["query"], row["pos"][:LONGEST_PASSAGE], name)


def passages(article: Article) -> Iterator[tuple[str, list[str]]]:
    """Groups of whole sentences, each with the heading they stand under; a short last group from 40 characters on."""
    heading, group, size = "", list[str](), 0
    shortest, longest = PASSAGE_CHARACTERS
    for paragraph in article.paragraphs:
        if paragraph.startswith("#"):
            if size >= 40:
                yield heading, group
            heading, group, size = paragraph.lstrip("# ").strip(), [], 0
            continue
        for sentence in filter(str.strip, _SENTENCE_END.split(paragraph)):
            if size >= shortest and size + len(sentence) > longest:
                yield heading, group
                group, size = [], 0
            group.append(sentence[:LONGEST_PASSAGE])
            size += len(sentence)
        if size >= shortest:  # a paragraph of sufficient length stands by itself
            yield heading, group
            group, size = [], 0
    if size >= 40:
        yield heading, group


def clauses(text: str) -> list[str]:
    """The clauses of a text, without empty ones."""
    return [clause for clause in _CLAUSE_END.split(text) if clause.strip()]


def count_features(folder: Path, longest: int, rarest: int = 8) -> Counter[str]:
    """How often every feature occurs in the articles and pairs, counted once per clause."""
    counts: Counter[str] = Counter()
    pending = 0
    for text in _all_texts(folder):
        for clause in clauses(fold(text)):
            counts.update(set(features_of_folded(clause, longest)))
        pending += len(text)
        if longest > 2 and pending > 5_000_000:  # long runs are mostly unique: forget the rarest on the way
            counts = Counter({name: count for name, count in counts.items() if len(name) < 3 or count > 1})
            pending = 0
    return Counter({name: count for name, count in counts.items() if count >= rarest})


def _all_texts(folder: Path) -> Iterator[str]:
    for article in read_articles(folder):
        yield article.title
        yield from article.paragraphs
    for pair in read_pairs(folder):
        yield pair.query
        yield pair.passage


def choose_vocabulary(counts: Counter[str], size: int, longest: int) -> list[str]:
    """The features that get a row: by frequency, longer runs at a discount, most frequent first.

    A run of three or more characters is dropped where it hardly ever occurs without its longer neighbour.
    """
    discount = {1: 1.0, 2: 1.0, 3: 0.5, 4: 0.5}
    ranked = sorted(
        (
            (count * discount.get(len(name), 1.0) if _HAN.match(name) else count * 0.5, name)
            for name, count in counts.items()
            if not _HAN.match(name) or len(name) <= longest
        ),
        key=lambda item: (-item[0], item[1]),
    )
    return [name for _, name in ranked[:size]]


@dataclass
class Table:
    """Clauses as slices of one array of feature numbers."""

    number: dict[str, int]
    longest: int
    tokens: list[npt.NDArray[np.int32]] = field(default_factory=list)
    ends: list[int] = field(default_factory=lambda: [0])

    def add(self, parts: Iterable[str]) -> tuple[int, int]:
        """Appends clauses; returns the numbers of the first and of the one after the last."""
        first = len(self.ends) - 1
        known = self.number
        for part in parts:
            found = [known[name] for name in features_of_folded(part, self.longest) if name in known]
            self.tokens.append(np.array(found, dtype=np.int32))
            self.ends.append(self.ends[-1] + len(found))
        return first, len(self.ends) - 1
