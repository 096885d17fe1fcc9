"""How well paragraphs are given to counties, on a set of labelled pages. See ``county_pages.txt`` for its form."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.bodies import voice_of_article
from ingest.counties import attribute
from ingest.describe import Description
from ingest.document import Line
from ingest.outline import outline
from retrieval.gazetteer import Gazetteer

PAGES = Path(__file__).with_name("county_pages.txt")


@dataclass(frozen=True)
class Page:
    """``paragraphs`` are (counties or None where it is not judged, text)."""

    name: str
    title: str
    publisher: str | None
    source: str
    paragraphs: tuple[tuple[frozenset[str] | None, str], ...]


def pages() -> Iterator[Page]:
    for block in PAGES.read_text(encoding="utf-8").split("\n== ")[1:]:
        first, title, *rest = [line for line in block.split("\n") if line.strip()]
        name, *facts = [part.strip() for part in first.split("|")]
        told = dict(fact.split("=", 1) for fact in facts)
        paragraphs = []
        for line in rest:
            label, text = (part.strip() for part in line.split("|", 1))
            counties = None if label == "?" else frozenset(set(label.split("、")) - {"-"})
            paragraphs.append((counties, text))
        yield Page(
            name, title.removeprefix("# "), told.get("publisher"), told.get("source", "a.txt"), tuple(paragraphs)
        )


def judged(page: Page) -> list[tuple[frozenset[str], frozenset[str], str]]:
    """(expected, found, text) of every passage with a judged paragraph; rows of a list are one passage."""
    lines = [Line(text, number=at) for at, (_, text) in enumerate(page.paragraphs, 2)]
    outlined = outline(lines, page.title, 600)
    voice, _ = voice_of_article(None, page.title, page.publisher)
    _, per_passage = attribute(Description(page.title, page.publisher, voice=voice), outlined, page.source)
    names = Gazetteer.load().by_code
    found = []
    for draft, codes in zip(outlined.passages, per_passage, strict=True):
        text = outlined.text[draft.start : draft.end]
        shown = frozenset(names(code).short for code in codes)
        within = [counties for counties, paragraph in page.paragraphs if paragraph in text]
        if any(counties is not None for counties in within):
            found.append((frozenset().union(*filter(None, within)), shown, text))
    return found


def figures() -> tuple[float, float, int, list[str]]:
    """Precision and recall over (paragraph, county) pairs, the number of paragraphs, and what went wrong."""
    right = told = wanted = count = 0
    wrong = []
    for page in pages():
        for expected, found, text in judged(page):
            right, told, wanted = right + len(expected & found), told + len(found), wanted + len(expected)
            count += 1
            if expected != found:
                wrong.append(f"{page.name}: {'、'.join(expected) or '-'} / {'、'.join(found) or '-'}: {text[:30]}")
    return right / told, right / wanted, count, wrong


def test_the_labels_are_those_of_real_counties():
    gazetteer = Gazetteer.load()
    shorts = {division.short for division in gazetteer.divisions}
    found = list(pages())
    assert len(found) >= 40
    assert len({page.name for page in found}) == len(found)
    for page in found:
        for counties, _ in page.paragraphs:
            assert (counties or frozenset()) <= shorts, page.name


@pytest.mark.parametrize("page", list(pages()), ids=lambda page: page.name)
def test_every_judged_paragraph_is_a_passage(page):
    passages = "\n".join(text for _, _, text in judged(page))
    assert all(text in passages for counties, text in page.paragraphs if counties is not None)


def test_paragraphs_are_given_to_their_counties():
    precision, recall, count, wrong = figures()
    assert count >= 200
    assert precision >= 0.98, wrong
    assert recall >= 0.99, wrong
