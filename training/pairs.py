"""The training set: which slices of the clause table are put together, fresh in every epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.text import fold
from training.colloquial import Everyday, Frames
from training.corpora import QUESTIONS, Integers, Pair, Table, clauses, passages, read_articles, read_pairs

Bag = npt.NDArray[np.int32]
Span = tuple[int, int]
EVERYDAY = "everyday"  # the source of our own pairs
NEIGHBOURS = 4  # passages of one article that stand in one batch, as hard negatives of each other


@dataclass(frozen=True)
class Passage:
    """A passage of an article: its sentences as spans of clauses, its title and heading as spans."""

    article: int
    title: Span
    heading: Span
    sentences: tuple[Span, ...]


@dataclass(frozen=True)
class Example:
    """A given pair, by spans of clauses. ``asked`` says that a person wrote the query as a question."""

    query: Span
    passage: Span
    source: str
    asked: bool


@dataclass(frozen=True)
class Data:
    """All that an epoch is drawn from."""

    tokens: Bag
    ends: Integers
    passages: list[Passage]
    examples: list[Example]
    everyday: dict[int, tuple[int, ...]]  # clause number to its versions in everyday words

    def bag(self, span: Span) -> Bag:
        """The feature numbers of a run of clauses."""
        return self.tokens[self.ends[span[0]] : self.ends[span[1]]]


@dataclass(frozen=True)
class Item:
    """One training pair. ``topic`` is the article where the query fits every passage of it, else -1."""

    query: Bag
    passage: Bag
    passage_key: int
    query_key: int
    topic: int
    article: int


def build(folder: Path, vocabulary: list[str], longest: int) -> Data:
    """Reads the corpora into the clause table."""
    table = Table({name: number for number, name in enumerate(vocabulary)}, longest)
    everyday = Everyday()
    versions: dict[int, list[str]] = {}
    found: list[Passage] = []
    for number, article in enumerate(read_articles(folder)):
        title = table.add(clauses(fold(article.title)))
        headings: dict[str, Span] = {"": (0, 0)}
        for heading, group in passages(article):
            if heading not in headings:
                headings[heading] = table.add(clauses(fold(heading)))
            spans = []
            for sentence in group:
                parts = clauses(fold(sentence))
                spans.append(table.add(parts))
                for clause, part in enumerate(parts, spans[-1][0]):
                    if said := everyday.versions(part):
                        versions[clause] = said
            found.append(Passage(number, title, headings[heading], tuple(span for span in spans if span[1] > span[0])))
    examples = _given_pairs(folder, everyday, table)
    spoken = {clause: tuple(table.add([one])[0] for one in ways) for clause, ways in versions.items()}
    return Data(np.concatenate(table.tokens), np.array(table.ends, dtype=np.int64), found, examples, spoken)


def _given_pairs(folder: Path, everyday: Everyday, table: Table) -> list[Example]:
    """The pairs of the corpora, and every official term with each everyday way to say it. Equal texts share a span."""
    given = list(read_pairs(folder))
    given.extend(Pair(said, official, EVERYDAY) for official, said in everyday.pairs())
    known: dict[str, Span] = {}
    examples = []
    for pair in given:
        for text in (pair.query, pair.passage):
            if text not in known:
                known[text] = table.add(clauses(fold(text)))
        asked = pair.source in QUESTIONS or pair.source == EVERYDAY
        examples.append(Example(known[pair.query], known[pair.passage], pair.source, asked))
    return examples


@dataclass(frozen=True)
class Mix:
    """How much of each kind one epoch holds, and how its queries are disturbed."""

    title_share: float = 0.25  # passages whose query is the title or heading instead of a piece of the text
    keep_share: float = 0.7  # pieces of text that stay in the passage, so that equal words count
    titled_share: float = 0.7  # passages that carry their article's title
    question_times: int = 3
    heading_share: float = 0.35  # of the heading-article pairs
    frame_share: float = 0.35  # queries that get the words of a question around them
    everyday_share: float = 0.3  # queries put into everyday words, where the passage has a term that can be


def epoch(data: Data, frames: Frames, mix: Mix, rng: np.random.Generator) -> Iterator[list[Item]]:
    """Groups of a few items each; the items of a group are put into one batch."""
    groups = [(at, False) for at in range(0, len(data.passages), NEIGHBOURS)]
    for at, example in enumerate(data.examples):
        if example.asked:
            groups.extend([(at, True)] * mix.question_times)
        elif example.source != "law-heading-article" or rng.random() < mix.heading_share:
            groups.append((at, True))
    for number in rng.permutation(len(groups)):
        at, is_given = groups[number]
        if is_given:
            yield [_given(data, at)]
        else:
            yield [
                _cut(data, which, frames, mix, rng)
                for which in range(at, min(at + NEIGHBOURS, len(data.passages)))
                if data.passages[which].sentences
            ]


def _given(data: Data, at: int) -> Item:
    example = data.examples[at]
    return Item(
        data.bag(example.query), data.bag(example.passage), -2 - example.passage[0], -2 - example.query[0], -1, -2
    )


def _cut(data: Data, at: int, frames: Frames, mix: Mix, rng: np.random.Generator) -> Item:
    """A query cut out of a passage, or the title over it, and what remains."""
    passage = data.passages[at]
    heads = [data.bag(passage.title)] if rng.random() < mix.titled_share else []
    if rng.random() < 0.5 and passage.heading[1] > passage.heading[0]:
        heads.append(data.bag(passage.heading))
    spans = passage.sentences
    if not heads and rng.random() < 2 * mix.title_share:
        query = data.bag(passage.title)
        if passage.heading[1] > passage.heading[0]:
            query = np.concatenate([query, data.bag(passage.heading)])
        body = data.bag((spans[0][0], spans[-1][1]))
        return Item(query, body, at, -1, passage.article, passage.article)
    piece = _piece(spans, rng)
    spoken = [clause for clause in range(spans[0][0], spans[-1][1]) if clause in data.everyday]
    if spoken and rng.random() < mix.everyday_share:
        at_clause = int(rng.choice(spoken))
        piece = (at_clause, at_clause + 1)
        version = int(rng.choice(data.everyday[at_clause]))
        query = data.bag((version, version + 1))
    else:
        query = data.bag(piece)
    whole = (spans[0][0], spans[-1][1])
    if rng.random() < mix.keep_share:
        body = data.bag(whole)
    else:
        body = np.concatenate([data.bag((whole[0], piece[0])), data.bag((piece[1], whole[1]))])
    if heads and rng.random() < 0.3:
        query = np.concatenate([heads[0], query])
    if rng.random() < mix.frame_share:
        query = np.concatenate([query, frames.draw(rng)])
    return Item(query, np.concatenate([*heads, body]), at, -1, -1, passage.article)


def _piece(sentences: tuple[Span, ...], rng: np.random.Generator) -> Span:
    """One to three clauses in a row of one sentence."""
    first, last = sentences[int(rng.integers(len(sentences)))]
    size = min(int(rng.integers(1, 4)), last - first)
    start = int(rng.integers(first, last - size + 1))
    return start, start + size
