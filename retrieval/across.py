"""Which counties say it: one question asked of many, each county judged by its own best sentence."""

import dataclasses
from collections.abc import Sequence

from retrieval import compose
from retrieval.bearing import after_another, names, of_others, tells
from retrieval.reader import LITERAL, RIVAL, Reader
from retrieval.sentences import Judged, Sentence, squeezed
from retrieval.types import Division
from retrieval.wording import pattern

HARDLY = 0.3  # how sure one must be at least of a county whose words carry the question
NEARLY, SURE = 0.65, 0.5  # or if its words carry this share of the best's, and one is that sure
MEANT = 0.7  # how sure one must be where no county says it in so many words
MEANT_COUNTIES = 16  # that are then read for it
TITLE = 4  # characters of a title that a county may bear
SHORT_OTHER = 4  # characters from which the second of two alternatives stands by itself
READ = 32  # counties whose sentences are weighed, those that say most first
OWN_NAME = 0.1  # what naming its county adds to a sentence: it says whom it means
OWN_WORDS = 0.2  # what carrying all of the question by itself adds
OF_OTHERS = 0.2  # and what telling of others takes away


def plain(topic: str) -> str:
    """A topic without the verbs of having and doing at its head: who has a thing also founded or runs it."""
    rest = pattern("having").sub("", topic, count=1).strip()
    return rest if len(rest) > 1 else topic


def alternatives(topic: str) -> tuple[str, ...]:
    """The topic, and where it is "one or other" each by itself; a short other shares what stands before the one.

    中医药产业或人才 asks for 中医药产业, and also for 中医药人才.
    """
    one, either, other = topic.partition("或者") if "或者" in topic else topic.partition("或")
    one, other = one.strip(), other.strip().removeprefix("是").strip()
    if not either or min(len(one), len(other)) < 2:
        return (topic,)
    shared = one[: -len(other)] if len(other) < SHORT_OTHER and len(one) > len(other) + 1 else ""
    return (topic, one, f"{shared}{other}")


def across(
    reader: Reader, said: Sequence[Sentence], scope: Sequence[Division], mentioned: bool, literally: bool
) -> dict[str, compose.Chosen]:
    """What each county of the scope says, by its code, the surest first.

    ``said`` are the sentences found; where it is asked who so much as mentions a thing (``mentioned``), it counts
    also what a county's article says of others. ``literally`` leaves out what only means the same.
    """
    found = _by_county(_titled(reader.question.topic, said), scope)
    kept = {code: [one for one, others in every if mentioned or not others] for code, every in found.items()}
    own = {code: sentences for code, sentences in kept.items() if sentences}
    every = [sentence for sentences in own.values() for sentence in sentences]
    share = {(one.hit.row, one.start): worth for one, worth in zip(every, reader.carried(every), strict=True)}
    most = {code: max(share[(one.hit.row, one.start)] for one in sentences) for code, sentences in own.items()}
    ordered = sorted(own, key=lambda code: -most[code])
    best = most[ordered[0]] if ordered else 0.0
    worded = best >= LITERAL
    told: list[tuple[float, str, Sentence]] = []
    if literally and not worded:
        return {}
    near = [code for code in (ordered[:READ] if worded else own) if most[code] >= NEARLY * best]
    for code in near if worded else near[:MEANT_COUNTIES]:
        weighed = reader.weighed(own[code])
        if not weighed or not _says(most[code], best, weighed[0].probability, mentioned):
            continue
        county = next(one for one in scope if one.code == code)
        sentence = _telling(reader, county, found[code]) if worded else weighed[0].sentence
        told.append((round(most[code] + weighed[0].probability, 1), code, sentence))
    told.sort(key=lambda one: -one[0])
    return {code: _whole(reader, sentence, reader.names[code]) for _, code, sentence in told}


def _titled(topic: str, said: Sequence[Sentence]) -> Sequence[Sentence]:
    """Where a title is asked for, as a 健康养生县, the sentences that have it, if any has: keeping people in health
    is another matter."""
    title = squeezed(topic)
    if len(title) < TITLE or not pattern("title_of_place").search(title):
        return said
    return [sentence for sentence in said if title in squeezed(sentence.text)] or said


def _says(carried: float, best: float, sure: float, mentioned: bool) -> bool:
    """Whether a county says it, by how much of the question its words carry and how sure it is that they answer."""
    if best < LITERAL:
        return sure >= MEANT and carried >= NEARLY * best
    if carried >= max(LITERAL, RIVAL * best):
        return mentioned or sure >= HARDLY
    return carried >= NEARLY * best and sure >= SURE


def _telling(reader: Reader, county: Division, every: Sequence[tuple[Sentence, bool]]) -> Sentence:
    """Of a county's sentences the one to be quoted: its own before what it says of others, and what names it."""
    foreign = {(sentence.hit.row, sentence.start) for sentence, others in every if others}

    def rank(one: Judged) -> float:
        others = (one.sentence.hit.row, one.sentence.start) in foreign
        return one.score + OWN_WORDS * one.own + OWN_NAME * names(one.sentence.text, county) - OF_OTHERS * others

    return max(reader.judged([sentence for sentence, _ in every]), key=rank).sentence


def _by_county(said: Sequence[Sentence], scope: Sequence[Division]) -> dict[str, list[tuple[Sentence, bool]]]:
    """Of the sentences those that say something, by county in the order found, with whether they tell of others."""
    wanted = {division.code: division for division in scope}
    headings = {heading for sentence in said for heading in sentence.hit.passage.heading}
    spoken = {code for sentence in said for code in sentence.hit.passage.counties}
    beside = [wanted[code].short for code in wanted if code in spoken]
    found: dict[str, list[tuple[Sentence, bool]]] = {}
    for sentence in said:
        if sentence.hit.passage.text.strip() in headings or not tells(sentence.text):
            continue
        for code in sentence.hit.passage.counties:
            if code in wanted:
                others = _of_others(sentence, wanted[code], beside)
                found.setdefault(code, []).append((sentence, others))
    return found


def _of_others(sentence: Sentence, county: Division, beside: Sequence[str]) -> bool:
    """Whether it tells of others: of the nation, or of another county, which is named well before this one."""
    if of_others(sentence, county):
        return not _lists(sentence, county)
    return after_another(sentence.text, county, beside)


def _lists(sentence: Sentence, county: Division) -> bool:
    """Whether it announces a list that names the county, as in "seven passed:" and their names below."""
    below = sentence.hit.passage.text[sentence.end - sentence.hit.passage.start :]
    return "\n" in below and not names(sentence.text, county) and names(below.partition("\n")[2], county)


def _whole(reader: Reader, sentence: Sentence, label: str) -> compose.Chosen:
    """What is quoted of it: with the list that it announces, where that is what names the county."""
    chosen = reader.choose(sentence, label)
    passage = sentence.hit.passage
    listed = len(passage.counties) > 1 and label[:2] not in sentence.text and "\n" in passage.text
    if listed and passage.end - chosen.start <= compose.MOST_WITH_ITEMS:
        return dataclasses.replace(chosen, end=passage.end)
    return chosen
