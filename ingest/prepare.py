"""One raw document → an article, its passages, and the record of what was done to it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.bodies import Voice
from ingest.clean import clean
from ingest.counties import attribute
from ingest.dates import years_of
from ingest.describe import Description, describe, speaker
from ingest.document import Cleaned, RawDocument
from ingest.outline import Draft, outline
from ingest.ruled import Ruled
from ingest.site import SiteFurniture
from retrieval.corpus import SourceRecord
from retrieval.gazetteer import Gazetteer
from retrieval.types import Article, Division, Passage


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be stored. ``divisions`` are those that its passages are about, by code."""

    article: Article
    passages: tuple[Passage, ...]
    divisions: tuple[Division, ...]
    cleaned: Cleaned
    record: SourceRecord


@dataclass(frozen=True, slots=True)
class Nothing:
    """Cleaning left no passage."""

    cleaned: Cleaned


def prepare(
    raw: RawDocument, max_passage_chars: int, site: SiteFurniture | None = None, ruled: Ruled | None = None
) -> Prepared | Nothing:
    """Clean, describe, cut and attribute a document; ``site`` is what the pages of its site have in common.

    ``ruled`` is what the line rules made of it, where that is known already.

    Raises ValueError or KeyError where the steps contradict each other, which is a fault of theirs.
    """
    cleaned = clean(raw, site, ruled)
    description = describe(raw, cleaned)
    outlined = outline(cleaned.lines, description.page_title, max_passage_chars)
    if not outlined.passages:
        return Nothing(cleaned)
    given = raw.correction.counties if raw.correction else None
    article_counties, per_passage = attribute(description, outlined, raw.source, given)
    speaks = speaker(description, article_counties, per_passage)
    article = _article(raw, description, outlined.text, article_counties, speaks)
    passages = tuple(
        _passage(article, order, draft, codes)
        for order, (draft, codes) in enumerate(zip(outlined.passages, per_passage, strict=True))
    )
    gazetteer = Gazetteer.load()
    codes = sorted({code for passage in passages for code in passage.counties})
    prepared = Prepared(
        article, passages, tuple(gazetteer.by_code(code) for code in codes), cleaned, _record(raw, article, cleaned)
    )
    _check_storable(prepared)
    return prepared


def _article(
    raw: RawDocument,
    description: Description,
    text: str,
    counties: tuple[str, ...],
    speaks: tuple[Voice | None, Mapping[str, str]],
) -> Article:
    voice, facts = speaks
    return Article(
        id=article_id(raw.source, text),
        source=raw.source,
        title=description.title,
        text=text,
        digest=raw.digest,
        publisher=description.publisher,
        published=description.published,
        author=description.author,
        url=description.url,
        years=description.years,
        counties=counties,
        level=voice.level if voice else None,
        region=voice.division.code if voice and voice.division else "",
        doc_number=description.doc_number,
        issuer=description.issuer,
        period=description.period,
        effective=description.effective,
        expires=description.expires,
        replaces=description.replaces,
        facts={**description.facts, **facts},
    )


def article_id(source: str, text: str) -> str:
    """Stable as long as the source says the same, and different for every source."""
    return hashlib.sha256(f"{source}\0{text}".encode()).hexdigest()[:12]


def _passage(article: Article, order: int, draft: Draft, codes: tuple[str, ...]) -> Passage:
    text = article.text[draft.start : draft.end]
    years = set(years_of("\n".join((*draft.heading, text)), article.published))
    if years:  # a passage that compares with another year still speaks of the one in the title
        years.update(years_of(article.title, None, article.title))
    return Passage(
        article_id=article.id,
        start=draft.start,
        end=draft.end,
        text=text,
        order=order,
        heading=tuple(draft.heading),
        counties=tuple(codes),
        years=tuple(sorted(years)),
        damaged=tuple(draft.damaged),
    )


def _record(raw: RawDocument, article: Article, cleaned: Cleaned) -> SourceRecord:
    removals = tuple((removal.rule, removal.number, removal.text) for removal in cleaned.removals)
    by_hand = raw.correction.digest if raw.correction else ""
    return SourceRecord(
        *(raw.source, article.id, raw.digest, raw.format, raw.encoding, raw.replaced),
        repairs=dict(cleaned.repairs),
        removals=removals,
        sidecar=by_hand,
    )


def _check_storable(prepared: Prepared) -> None:
    """Raises UnicodeEncodeError for lone surrogates, which no file can hold."""
    article = prepared.article
    for text in (article.text, article.title, article.publisher, article.author, article.url, article.issuer):
        (text or "").encode()
    for old in article.replaces:
        (old.title + old.doc_number).encode()
    for _, _, removed in prepared.record.removals:
        removed.encode()
