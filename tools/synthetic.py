"""A made-up corpus of any size, for measuring only: real counties, sentences that nobody wrote.

Clauses of the demo corpus are joined anew, with other numbers and with words of the language put into them, so
that hardly two sentences are the same and caches earn no more than they would over real articles.
"""

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluation.score import read_questions
from retrieval.columns import context_of, embedded_text
from retrieval.embed import BUNDLED_FOLDER, Embedder
from retrieval.gazetteer import Gazetteer
from retrieval.places import understand_places
from retrieval.publish import Settings, publication
from retrieval.static import VOCABULARY_FILE
from retrieval.text import HAN, sentence_spans, word_frequency
from retrieval.types import Article, Division, Level, Passage

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "articles"
QUESTIONS = Path(__file__).resolve().parent.parent / "evaluation" / "questions.jsonl"
SEED = 20260801
COUNTIES = 2000
PER_ARTICLE = 25
_CLAUSE = re.compile(rf"[{HAN}0-9%.]{{6,40}}")
_NUMBER = re.compile(r"\d+")
_WIDE = {"aggregate", "compare"}


@dataclass(frozen=True, slots=True)
class Made:
    """A published generation and its questions, by what they name: ``one county``, ``none`` or ``many counties``."""

    passages: int
    counties: int
    questions: dict[str, list[str]]


def publish(index_dir: Path, embedder: Embedder, passages: int, edition: str = "", different: int = 0) -> Made:
    """Publish a generation of about ``passages`` passages over up to 2,000 counties, and make its questions.

    ``edition`` stands at the end of every title, so that an answer shows which generation it is from. Unless 0,
    ``different`` is how many questions there are at least, no two the same.
    """
    source = random.Random(SEED)
    everywhere = [one for one in Gazetteer.load().divisions if one.level is Level.COUNTY and one.code.isdigit()]
    counties = sorted(source.sample(everywhere, min(COUNTIES, passages // PER_ARTICLE)), key=lambda one: one.code)
    count = passages // PER_ARTICLE
    written = _Writer(source, edition)
    with publication(index_dir, Settings(embedder.fingerprint, embedder.dim, 0)) as made:
        embedded = []
        for number in range(count):
            county = counties[number % len(counties)]
            article, parts = written.article(county, number)
            made.add_article(article, parts, [county])
            texts = [embedded_text(context_of(article.title, part.heading), part.text) for part in parts]
            embedded.append(embedder.embed_passages(texts))
        total = made.passages
        vectors = made.vectors()
        vectors.put(range(total), np.concatenate(embedded))
        made.publish(vectors, keep=2)
    asked = many_questions(counties, source, different) if different else questions(counties, source)
    return Made(total, len(counties), asked)


def questions(counties: Sequence[Division], source: random.Random) -> dict[str, list[str]]:
    """The project's golden questions without a history, each with counties of this corpus put in for its own."""
    demo = [Gazetteer.load().named(name)[0] for name in _named_in_golden()]
    found: dict[str, list[str]] = {"one county": [], "none": [], "many counties": []}
    for golden in read_questions(QUESTIONS):
        if golden.history or golden.kind.startswith(("refuse", "smalltalk", "injection")):
            continue
        text = golden.question
        places = understand_places(text, demo)
        for start, end in reversed(places.spans) if places.counties else ():
            text = text[:start] + source.choice(counties).short + text[end:]
        group = "many counties" if golden.kind in _WIDE else "one county" if places.counties else "none"
        found[group].append(text)
        if group == "one county":  # most people name no county only when the conversation already did
            bare = "".join(golden.question[at] for at in _outside(golden.question, places.spans))
            found["none"].append(bare)
    return found


def many_questions(counties: Sequence[Division], source: random.Random, least: int) -> dict[str, list[str]]:
    """At least so many questions, all different: those of ``questions``, drawn again until they are enough."""
    found: dict[str, dict[str, None]] = {}
    while sum(map(len, found.values())) < least:
        for group, texts in questions(counties, source).items():
            found.setdefault(group, {}).update(dict.fromkeys(texts))
    return {group: list(texts) for group, texts in found.items()}


def _outside(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    return (at for at in range(len(text)) if not any(start <= at < end for start, end in spans))


def _named_in_golden() -> list[str]:
    return sorted({name for golden in read_questions(QUESTIONS) for name in golden.counties})


class _Writer:
    """Writes articles, the same ones for the same seed."""

    def __init__(self, source: random.Random, edition: str) -> None:
        self._source = source
        self._edition = edition
        text = "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in sorted(EXAMPLES.rglob("*.txt")))
        self._clauses = list(dict.fromkeys(_CLAUSE.findall(text)))
        self._headings = sorted({text[a:b] for a, b in sentence_spans(text) if 4 < b - a < 16 and text[b - 1] != "。"})
        vocabulary = (BUNDLED_FOLDER / VOCABULARY_FILE).read_text(encoding="utf-8").split("\n")
        self._words = [word for word in vocabulary if 2 <= len(word) <= 4 and word_frequency(word) > 20]

    def article(self, county: Division, number: int) -> tuple[Article, list[Passage]]:
        """An article of 25 passages about one county."""
        title = f"{county.name}卫生健康工作要点 第{number}号{self._edition}"
        lines = [self._paragraph(county) for _ in range(PER_ARTICLE)]
        text = "\n".join([title, *lines])
        digest = hashlib.sha256(text.encode()).hexdigest()
        year = 2018 + number % 8
        name = f"made/{number:06d}.txt"
        article = Article(digest[:16], name, title, text, digest, years=(year,), counties=(county.code,))
        passages, at = [], len(title) + 1
        for order, line in enumerate(lines):
            heading = (self._headings[order // 5 % len(self._headings)],)
            passages.append(Passage(article.id, at, at + len(line), line, order, heading, (county.code,), (year,)))
            at += len(line) + 1
        return article, passages

    def _paragraph(self, county: Division) -> str:
        source = self._source
        sizes = [source.randint(1, 4) for _ in range(source.choice((1, 2, 2, 3, 4)))]
        said = "".join("，".join(self._clause() for _ in range(size)) + "。" for size in sizes)
        return county.short + said if source.random() < 0.2 else said

    def _clause(self) -> str:
        clause = _NUMBER.sub(lambda _: str(self._source.randint(2, 999)), self._source.choice(self._clauses))
        at = self._source.randint(0, len(clause))
        return clause[:at] + self._source.choice(self._words) + clause[at:]
