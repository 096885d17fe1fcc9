"""Overviews and lists: what an article sets out, read off its outline."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retrieval import compose
from retrieval.bearing import after_another, names, of_others, tells
from retrieval.compose import without_ordinal
from retrieval.sentences import Judged, Sentence, sentences_of, squeezed
from retrieval.shape import as_path, body, brief, items_of, paths_of, points_of, telling
from retrieval.terms import only_generic
from retrieval.text import fold
from retrieval.types import Division, Hit

if TYPE_CHECKING:
    from retrieval.reader import Reader

_YEAR = re.compile(r"(?:^|[。!?\n])\s*((?:19|20)[0-9]{2})年(?:,|以来|度|全[县区市])")
FEW_PASSAGES, FEW_SENTENCES = 3, 12  # a county with so few is told sentence by sentence
MOST_POINTS = 14
WIDE_CHARS = 1600
MOST_READ = 400  # passages that are looked through
SECTION_COVERS = 0.45  # and this share is enough to narrow an overview to a section
HEADING_IS_ASKED = 0.9  # a heading that carries this share is what is asked for, whatever the kind
HEADING_COVERS = 0.6  # a heading that carries this share of the question names the list


def overview(reader: "Reader", county: Division) -> list[compose.Chosen]:
    """The points of a county's own and newest article: all of a short text, else what its outline says.

    Where the question names a section ("the key tasks"), only that section.
    """
    told = _of_years(reader, _own_first(reader, _hits(reader, county.code)))
    whole = [hit for hit in told if reader.in_years(hit)]
    ordered = _section(reader, whole)
    return _outline(reader, county, ordered, len(ordered) < len(whole))


def survey(reader: "Reader", county: Division, sure: Sequence[Judged], whole: bool) -> list[compose.Chosen]:
    """All that is told of a matter in one article, that of the surest sentence which tells what the county itself does:
    what stands under the heading or title that the question names; all of it where most of it, or (asked for as a
    ``whole``) the article, is about the matter; else the section of that sentence and what carries the question
    elsewhere. Empty if nothing of that is found."""
    best = _own(reader, county, sure).sentence.hit
    hits = _hits(reader, county.code, best.passage.article_id)
    path = _named_by(reader, best, hits, HEADING_COVERS)
    about = [hit for hit in body(hits) if reader.coverage_of(hit.passage.text) >= SECTION_COVERS]
    mostly = 2 * len(about) > len(body(hits))
    if path is not None:
        return _outline_below(reader, county, hits, path if path or mostly else _inner(reader, best))
    if mostly or (whole and not about and _only_about(reader, best, county)):
        return _outline(reader, county, hits, False)
    path = best.passage.heading
    if not path:
        return []
    told = _outline_below(reader, county, hits, path)
    told += [_best_of(reader, hit) for hit in about if hit.passage.heading[: len(path)] != path]
    return compose.apart(sorted(told, key=lambda choice: choice.start))


def _own(reader: "Reader", county: Division, sure: Sequence[Judged]) -> Judged:
    """The surest that says something and not of others; the surest of all if there is none."""
    beside = tuple(reader.names.values())
    for one in sure:
        text = one.sentence.text
        if tells(text) and not of_others(one.sentence, county) and not after_another(text, county, beside):
            return one
    return sure[0]


def _inner(reader: "Reader", best: Hit) -> tuple[str, ...]:
    """The outermost heading above it that says of the question all that the title does; the empty path if none."""
    title = reader.announces(reader.generation.article(best.passage.article_id).title)
    saying = [path for path in paths_of([best]) if reader.announces(path[-1]) >= title]
    return min(saying, key=len, default=())


def _outline_below(
    reader: "Reader", county: Division, hits: Sequence[Hit], path: tuple[str, ...]
) -> list[compose.Chosen]:
    """The points of what stands under a heading; of everything under the empty path."""
    return _outline(reader, county, [hit for hit in hits if hit.passage.heading[: len(path)] == path], bool(path))


def _only_about(reader: "Reader", hit: Hit, county: Division) -> bool:
    """Whether the article is about this county alone."""
    return reader.generation.article(hit.passage.article_id).counties == (county.code,)


def _best_of(reader: "Reader", hit: Hit) -> compose.Chosen:
    """The sentence of a passage that carries most of the question."""
    sentences = [sentence for sentence in sentences_of(hit) if compose.sayable(sentence)] or sentences_of(hit)
    return reader.choose(max(sentences, key=lambda sentence: reader.coverage_of(sentence.text)), item=True)


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
    passages, short = body(hits), brief(hits)
    every = [sentence for hit in passages for sentence in telling(hit)]
    if narrowed and len(short) > 1:
        points = short
    elif len(passages) <= FEW_PASSAGES or len(every) <= FEW_SENTENCES:
        points = every
    else:
        points = [sentence for hit in passages for sentence in points_of(hit)]
        if len(points) > MOST_POINTS:
            points = short or points
    about = [point for point in points if compose.sayable(point) and _concerns(point, county)]
    about = [point for point in about if not of_others(point, county)] or about
    told = _told(reader, compose.distinct(about, MOST_POINTS))
    return [choice for choice in told if tells(choice.text)] or told


def _concerns(sentence: Sentence, county: Division) -> bool:
    """Whether a sentence of a passage on several counties names this one."""
    return len(sentence.hit.passage.counties) < 2 or names(sentence.text, county)


def _section(reader: "Reader", hits: Sequence[Hit]) -> list[Hit]:
    """The passages under the heading that the question is about, or all."""
    paths = paths_of(hits)
    if not reader.terms or not paths:
        return list(hits)
    covered = {path: reader.coverage_of(path[-1]) for path in paths}
    if only_generic(reader.terms):  # 卫生健康情况 is no 健康管理
        topic = squeezed(reader.question.topic)
        covered = {path: share if _alike(topic, path[-1]) else 0.0 for path, share in covered.items()}
    path = min(paths, key=lambda path: (-round(covered[path], 2), len(path), path))
    if covered[path] < SECTION_COVERS:
        return list(hits)
    return [hit for hit in hits if hit.passage.heading[: len(path)] == path]


def _alike(topic: str, heading: str) -> bool:
    """Whether one of them holds the other."""
    said = squeezed(without_ordinal(heading))
    return topic in said or said in topic


def outline_group(reader: "Reader", county: str, sure: Sequence[Judged]) -> list[compose.Chosen]:
    """The whole enumeration that the question asks for, in its order; empty when no outline names it.

    Looked for in the best sentence's own passage (a lead and its items), under the heading that the
    question is about, and, where the title itself announces the list, in the whole article.
    """
    best = sure[0].sentence
    items = items_of(best.hit) or _shared_list(sure)
    if items:
        return [] if _tells_all(sure[0], items, sure) else _told(reader, items)
    return _below(reader, county, best.hit, HEADING_COVERS)


def _shared_list(sure: Sequence[Judged]) -> list[Sentence]:
    """The entries of a list of which most are sure to answer; none if there is no such list."""
    for hit in dict.fromkeys(one.sentence.hit for one in sure):
        items = items_of(hit)
        answering = {one.sentence.start for one in sure if one.sentence.hit.row == hit.row}
        if len(items) > 1 and 2 * sum(item.start in answering for item in items) > len(items):
            return items
    return []


def _tells_all(best: Judged, items: Sequence[Sentence], sure: Sequence[Judged]) -> bool:
    """Whether the best entry of a list is by itself the list asked for, and no other entry is sure to answer."""
    return best.fit == 1.0 and not any(
        one.sentence.start == item.start for one in sure[1:] for item in items if one.sentence.hit == item.hit
    )


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
    said = (point for hit in _of_years(reader, below) for point in points_of(hit) if compose.sayable(point))
    points = compose.distinct(said, MOST_POINTS)
    points = [point for point in points if tells(point.text)] or points
    return _told(reader, points) if len(points) > 1 else []


def _told(reader: "Reader", points: Sequence[Sentence]) -> list[compose.Chosen]:
    told = compose.apart(reader.choose(point, item=True, whole=True) for point in points)
    return reader.within_length(told, WIDE_CHARS)


def _named_by(reader: "Reader", best: Hit, hits: Sequence[Hit], least: float) -> tuple[str, ...] | None:
    """The heading path (or, as the empty path, the title) that the question is about; None if there is none.

    Headings on the way to the best passage count, and the passage itself where it is a heading that
    others stand under. Of those that cover the question best, the title wins, else one that says no more than the
    question, else the outermost.
    """
    paths = paths_of([best])
    if as_path(best) in paths_of(hits):
        paths.add(as_path(best))
    title = reader.generation.article(best.passage.article_id).title
    topic = squeezed(reader.question.topic)
    ranked = [(reader.announces(title), True, 0, ())] + [
        (reader.announces(path[-1]), squeezed(without_ordinal(path[-1])) in topic, -len(path), path) for path in paths
    ]
    covered, _, _, path = max(ranked, key=lambda entry: (round(entry[0], 2), *entry[1:3]))
    return path if covered >= least else None


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
