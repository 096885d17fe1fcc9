"""Overviews and lists: what an article sets out, read off its outline."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retrieval import compose
from retrieval.bearing import names, of_others, tells
from retrieval.compose import without_ordinal
from retrieval.sentences import Judged, Sentence, sentences_of, squeezed
from retrieval.text import fold
from retrieval.types import Division, Hit

if TYPE_CHECKING:
    from retrieval.reader import Reader

_YEAR = re.compile(r"(?:^|[。!?\n])\s*((?:19|20)[0-9]{2})年(?:,|以来|度|全[县区市])")
FEW_PASSAGES = 3  # a county with so few passages is told sentence by sentence
MOST_POINTS = 14
WIDE_CHARS = 1600
MOST_READ = 400  # passages that are looked through
SECTION_COVERS = 0.45  # and this share is enough to narrow an overview to a section
HEADING_IS_ASKED = 0.9  # a heading that carries this share is what is asked for, whatever the kind
THIN = 16  # characters under which the first sentence of a paragraph only announces the next
NAMES = 20  # characters under which the items of a list are mostly names
HEADING_COVERS = 0.6  # a heading that carries this share of the question names the list


def overview(reader: "Reader", county: Division) -> list[compose.Chosen]:
    """The points of a county's own and newest article: all of a short text, else what its outline says.

    Where the question names a section ("the key tasks"), only that section.
    """
    told = _of_years(reader, _own_first(reader, _hits(reader, county.code)))
    whole = [hit for hit in told if reader.in_years(hit)]
    ordered = _section(reader, whole)
    return _outline(reader, county, ordered, len(ordered) < len(whole))


def survey(reader: "Reader", county: Division, best: Hit) -> list[compose.Chosen]:
    """The points of what ``best`` stands in: of all under the heading or title that the question names, else of its
    own section; empty if it stands under no heading."""
    hits = _hits(reader, county.code, best.passage.article_id)
    path = _named_by(reader, best, hits, HEADING_COVERS)
    if path is None:
        path = best.passage.heading or None
    if path is None:
        return []
    return _outline(reader, county, [hit for hit in hits if hit.passage.heading[: len(path)] == path], bool(path))


def _of_years(reader: "Reader", hits: Sequence[Hit]) -> list[Hit]:
    """Of passages in their order those that tell of a year asked about, as far as that is said; all if hardly any do.

    A report first looks back on one year and then ahead to the next: "In 2023, ..." holds until "In 2024, ...".
    """
    asked = set(reader.question.years)
    kept: list[Hit] = []
    told = article = None
    for hit in hits if asked else ():
        began = _YEAR.search(fold(hit.passage.text))
        if began is not None or hit.passage.article_id != article:
            told = int(began[1]) if began else None
        article = hit.passage.article_id
        if told is None or told in asked:
            kept.append(hit)
    return kept if len(kept) > 1 else list(hits)


def _outline(reader: "Reader", county: Division, hits: Sequence[Hit], narrowed: bool) -> list[compose.Chosen]:
    """The points of these passages, in their order: all sentences of a few, else what begins or heads each."""
    paths = _paths(hits)
    body = [hit for hit in hits if _as_path(hit) not in paths]
    brief = _brief(hits)
    if narrowed and len(brief) > 1:
        points = brief
    elif len(body) <= FEW_PASSAGES:
        points = [sentence for hit in body for sentence in sentences_of(hit)]
    else:
        points = [sentence for hit in body for sentence in _points(hit)]
        if len(points) > MOST_POINTS:
            points = brief
    about = [point for point in points if compose.sayable(point) and _concerns(point, county)]
    about = [point for point in about if not of_others(point, county)] or about
    told = _told(reader, compose.distinct(about, MOST_POINTS))
    return [choice for choice in told if tells(choice.text)] or told


def _concerns(sentence: Sentence, county: Division) -> bool:
    """Whether a sentence of a passage on several counties names this one."""
    return len(sentence.hit.passage.counties) < 2 or names(sentence.text, county)


def _section(reader: "Reader", hits: Sequence[Hit]) -> list[Hit]:
    """The passages under the heading that the question is about, or all."""
    paths = _paths(hits)
    if not reader.terms or not paths:
        return list(hits)
    covered = {path: reader.coverage_of(path[-1]) for path in paths}
    path = min(paths, key=lambda path: (-round(covered[path], 2), len(path), path))
    if covered[path] < SECTION_COVERS:
        return list(hits)
    return [hit for hit in hits if hit.passage.heading[: len(path)] == path]


def _brief(hits: Sequence[Hit]) -> list[Sentence]:
    """One point for each section of a long text: of a list its heading where that can be cited, else its beginning."""
    paths = _paths(hits)
    headings = {_as_path(hit): hit for hit in hits if _as_path(hit) in paths}
    points, sections = [], set()
    for hit in hits:
        path = hit.passage.heading
        if path and path not in sections and _as_path(hit) not in headings:
            sections.add(path)
            told = headings[path] if path in headings and is_list(hit) else hit
            points += _opening(told)
    return points


def _paths(hits: Sequence[Hit]) -> set[tuple[str, ...]]:
    """Every heading path above the passages, and every beginning of one."""
    return {hit.passage.heading[:depth] for hit in hits for depth in range(1, len(hit.passage.heading) + 1)}


def _as_path(hit: Hit) -> tuple[str, ...]:
    """The path under which others stand if the passage is but a heading."""
    return (*hit.passage.heading, hit.passage.text.strip())


def outline_group(reader: "Reader", county: str, sure: Sequence[Judged]) -> list[compose.Chosen]:
    """The whole enumeration that the question asks for, in its order; empty when no outline names it.

    Looked for in the best sentence's own passage (a lead and its items), under the heading that the
    question is about, and, where the title itself announces the list, in the whole article.
    """
    best = sure[0].sentence
    items = _items(best.hit)
    if items:
        return _told(reader, items)
    return _below(reader, county, best.hit, HEADING_COVERS)


def named_section(reader: "Reader", county: str, best: Hit) -> list[compose.Chosen]:
    """What stands under the heading that the question repeats; empty when it repeats none."""
    return _below(reader, county, best, HEADING_IS_ASKED)


def _below(reader: "Reader", county: str, best: Hit, least: float) -> list[compose.Chosen]:
    """The points under the heading that covers at least that much of the question."""
    hits = _hits(reader, county, best.passage.article_id)
    path = _named_by(reader, best, hits, least)
    if path is None:
        return []
    below = [hit for hit in hits if hit.passage.heading[: len(path)] == path and hit.passage.heading]
    said = (point for hit in _of_years(reader, below) for point in _points(hit) if compose.sayable(point))
    points = compose.distinct(said, MOST_POINTS)
    points = [point for point in points if tells(point.text)] or points
    return _told(reader, points) if len(points) > 1 else []


def _told(reader: "Reader", points: Sequence[Sentence]) -> list[compose.Chosen]:
    return reader.within_length([reader.choose(point, item=True, whole=True) for point in points], WIDE_CHARS)


def _named_by(reader: "Reader", best: Hit, hits: Sequence[Hit], least: float) -> tuple[str, ...] | None:
    """The heading path (or, as the empty path, the title) that the question is about; None if there is none.

    Headings on the way to the best passage count, and the passage itself where it is a heading that
    others stand under. The outermost of those that cover the question best wins.
    """
    paths = _paths([best])
    if _as_path(best) in _paths(hits):
        paths.add(_as_path(best))
    title = reader.generation.article(best.passage.article_id).title
    ranked = [(reader.announces(title), 0, ())] + [(reader.announces(path[-1]), len(path), path) for path in paths]
    covered, _, path = max(ranked, key=lambda entry: (round(entry[0], 2), -entry[1]))
    return path if covered >= least else None


def _items(hit: Hit) -> list[Sentence]:
    """The entries of a list passage, without the lead that announces them."""
    sentences = [sentence for sentence in sentences_of(hit) if compose.sayable(sentence)]
    lines = hit.passage.text.count("\n") + 1
    if lines < 2:
        return []
    lead = hit.passage.text.split("\n", 1)[0].rstrip()
    if lead.endswith(("：", ":")) or not lead[:1].strip("（(0123456789一二三四五六七八九十①②③④⑤⑥⑦⑧⑨"):
        body = hit.passage.start + (len(lead) if lead.endswith(("：", ":")) else 0)
        return [sentence for sentence in sentences if sentence.start >= body]
    return sentences


def is_list(hit: Hit) -> bool:
    """Whether the passage is an enumeration of several lines."""
    return len(_items(hit)) > 1


def _points(hit: Hit) -> list[Sentence]:
    """What a passage contributes to an outline: the items of a list, or what a paragraph begins with.

    Items that are but names ("the county hospital") say nothing without what announces them: such a list stays whole.
    """
    items = _items(hit)
    if not items:
        return _opening(hit)
    every = sentences_of(hit)
    names = np.mean([len(squeezed(item.text)) for item in items]) < NAMES
    if names and len(items) < len(every) and hit.passage.end - hit.passage.start <= compose.MOST_WITH_ITEMS:
        return [Sentence(hit, hit.passage.start, hit.passage.end, hit.passage.text)]
    return items


def _opening(hit: Hit) -> list[Sentence]:
    """The first sentence of a passage, with the next one where it only announces it ("third: steady funding.")."""
    every = sentences_of(hit)
    sentences = [sentence for sentence in every if tells(sentence.text)] or every
    if len(sentences) < 2 or len(squeezed(without_ordinal(sentences[0].text))) >= THIN:
        return sentences[:1]
    start, end = sentences[0].start, sentences[1].end
    return [Sentence(hit, start, end, hit.passage.text[start - hit.passage.start : end - hit.passage.start])]


def _hits(reader: "Reader", county: str, article: str = "") -> list[Hit]:
    """The first passages about the county, of one article if that is given."""
    generation = reader.generation
    found = generation.rows_of_counties((county,))
    if article:
        found = np.intersect1d(found, generation.rows_of_article(article), assume_unique=True)
    rows = [int(row) for row in found[:MOST_READ]]
    return [Hit(row, passage, 0.0) for row, passage in zip(rows, generation.passages(rows), strict=True)]


def _own_first(reader: "Reader", hits: Sequence[Hit]) -> list[Hit]:
    """Passages of articles about few counties first, of those the newest; within an article in its order."""
    articles = {name: reader.generation.article(name) for name in {hit.passage.article_id for hit in hits}}

    def when(hit: Hit) -> str:
        article = articles[hit.passage.article_id]
        return article.published or (str(article.years[-1]) if article.years else "")

    ordered = sorted(hits, key=lambda hit: (hit.passage.article_id, hit.passage.order))
    ordered.sort(key=when, reverse=True)
    ordered.sort(key=lambda hit: len(articles[hit.passage.article_id].counties))
    return ordered
