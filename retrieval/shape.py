"""The shape of an article: headings and what stands under them, lists and their entries, how paragraphs begin."""

from collections.abc import Sequence

import numpy as np

from retrieval import compose
from retrieval.bearing import tells
from retrieval.compose import without_ordinal
from retrieval.sentences import Sentence, sentences_of, squeezed
from retrieval.types import Hit

THIN = 16  # characters under which the first sentence of a paragraph only announces the next
NAMES = 20  # characters under which the items of a list are mostly names


def paths_of(hits: Sequence[Hit]) -> set[tuple[str, ...]]:
    """Every heading path above the passages, and every beginning of one."""
    return {hit.passage.heading[:depth] for hit in hits for depth in range(1, len(hit.passage.heading) + 1)}


def as_path(hit: Hit) -> tuple[str, ...]:
    """The path under which others stand if the passage is but a heading."""
    return (*hit.passage.heading, hit.passage.text.strip())


def body(hits: Sequence[Hit]) -> list[Hit]:
    """The passages that are no headings of others."""
    paths = paths_of(hits)
    return [hit for hit in hits if as_path(hit) not in paths]


def items_of(hit: Hit) -> list[Sentence]:
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
    return len(items_of(hit)) > 1


def points_of(hit: Hit) -> list[Sentence]:
    """What a passage contributes to an outline: the items of a list, or what a paragraph begins with.

    Items that are but names ("the county hospital") say nothing without what announces them: such a list stays whole.
    """
    items = items_of(hit)
    if not items:
        return opening(hit)
    every = sentences_of(hit)
    names = np.mean([len(squeezed(item.text)) for item in items]) < NAMES
    if names and len(items) < len(every) and hit.passage.end - hit.passage.start <= compose.MOST_WITH_ITEMS:
        return [Sentence(hit, hit.passage.start, hit.passage.end, hit.passage.text)]
    return items


def opening(hit: Hit) -> list[Sentence]:
    """The first sentence of a passage that says something."""
    return telling(hit)[:1]


def telling(hit: Hit) -> list[Sentence]:
    """The sentences of a passage that say something, all if none does; the first with the next one where it only
    announces it ("third: steady funding.")."""
    every = sentences_of(hit)
    sentences = [sentence for sentence in every if tells(sentence.text)] or every
    if len(sentences) < 2 or is_list(hit) or len(squeezed(without_ordinal(sentences[0].text))) >= THIN:
        return sentences
    start, end = sentences[0].start, sentences[1].end
    text = hit.passage.text[start - hit.passage.start : end - hit.passage.start]
    return [Sentence(hit, start, end, text), *sentences[2:]]


def brief(hits: Sequence[Hit]) -> list[Sentence]:
    """One point for each section of a long text: of a list its heading where that can be cited, else its beginning."""
    paths = paths_of(hits)
    headings = {as_path(hit): hit for hit in hits if as_path(hit) in paths}
    points, sections = [], set()
    for hit in hits:
        path = hit.passage.heading
        if path and path not in sections and as_path(hit) not in headings:
            sections.add(path)
            told = headings[path] if path in headings and is_list(hit) else hit
            points += opening(told)
    return points
