"""A citation opened: the paragraph with its sentence marked, what is known of the article, the way to the original."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote as percent

from bot import markup
from bot.markup import Line, Span
from bot.messages import Say, join, say
from bot.outgoing import Button, OutgoingFile, OutgoingMessage, telegram_lines
from retrieval.types import Article, Citation, Script

_CLAUSE = re.compile(r"[\s，。！？；：、,!?;:“”‘’\"'（）()《》【】\[\]]+")
_LEAST_CLAUSE, _MOST_CLAUSE = 4, 48
_NAME = re.compile(r"[^\w\u4e00-\u9fff-]+")
_NAME_CHARS = 40
_CAPTION_CHARS = 200
_ALSO_SHOWN = 4


@dataclass(frozen=True, slots=True)
class CitationView:
    """All that a press on a citation's button shows, as it was when the answer was given.

    ``start`` and ``end`` are the quote's span in ``passage``, end exclusive. ``also`` names who else published
    the article, ``replaced_by`` is a title, and ``full`` is the key of the whole text in the bot's memory.
    """

    number: int
    passage: str
    start: int
    end: int
    heading: tuple[str, ...]
    title: str
    publisher: str | None
    published: str | None
    url: str | None
    counties: tuple[str, ...]
    source: str
    damaged: bool
    generation: str
    also: str = ""
    expires: str | None = None
    replaced_by: str | None = None
    full: str = ""

    @property
    def quote(self) -> str:
        """The words that were cited."""
        return self.passage[self.start : self.end]


def same(title: str) -> str:
    """The title itself."""
    return title


def view(citation: Citation, generation: str, full: str = "", title_of: Callable[[str], str] = same) -> CitationView:
    """What the citation's button will show. ``title_of`` turns the id of an article into its title."""
    article, passage = citation.article, citation.passage
    return CitationView(
        number=citation.number,
        passage=markup.whole(passage.text),
        start=citation.start - passage.start,
        end=citation.end - passage.start,
        heading=tuple(markup.whole(part) for part in passage.heading),
        title=markup.whole(article.title),
        publisher=article.publisher and markup.whole(article.publisher),
        published=article.published,
        url=article.url,
        counties=tuple(markup.whole(name) for name in citation.counties),
        source=article.source,
        damaged=citation.damaged,
        generation=generation,
        also=markup.whole(reprints(article)),
        expires=article.expires,
        replaced_by=article.replaced_by and markup.whole(title_of(article.replaced_by)),
        full=full,
    )


def reprints(article: Article) -> str:
    """Who else published the article, in a row; empty when nobody is known."""
    names = dict.fromkeys(one.publisher or one.source for one in article.also)
    return "、".join(markup.shorten(markup.clean(name), 40) for name in list(names)[:_ALSO_SHOWN])


def standing(expires: str | None, replaced_by: str | None, script: Script, today: datetime.date) -> list[str]:
    """Why an article may no longer hold, in words; empty when it does."""
    said = []
    if replaced_by:
        said.append(say(Say.REPLACED, script, title=f"《{markup.shorten(markup.clean(replaced_by), 80)}》"))
    if expires and expires < today.isoformat():
        said.append(say(Say.EXPIRED, script, day=expires))
    return [f"⚠️ {words}" for words in said]


def source_line(marks: str, shown: CitationView | Article, script: Script, quoted: bool = True) -> Line:
    """Numbers, title, publisher and date of an article."""
    name = f"《{markup.shorten(one_line(shown.title), 160)}》"
    facts = [markup.shorten(one_line(shown.publisher), 60)] if shown.publisher else []
    facts.append(shown.published or say(Say.NO_DATE, script))
    spans = (Span(marks), Span(name, href=markup.safe_link(shown.url)), Span(" " + " ".join(facts)))
    return Line(tuple(span for span in spans if span.text), quoted=quoted)


def one_line(text: str) -> str:
    """The text without line breaks, its bracketed numbers written so that they are no citations."""
    return markup.unbracketed(" ".join(markup.clean(text).split("\n"))).strip()


def telegram_citation(
    shown: CitationView, script: Script, key: str = "", today: datetime.date | None = None
) -> list[OutgoingMessage]:
    """The paragraph with its quote in bold, under its headings, followed by its source and the way there."""
    lines: list[Line] = []
    if shown.heading:
        path = " › ".join(markup.clean(part) for part in shown.heading)
        lines.append(Line((Span(f"[{shown.number}] "), Span(path, "i"))))
    before, after = shown.passage[: shown.start], shown.passage[shown.end :]
    spans = [Span(markup.clean(before)), Span(markup.clean(shown.quote), "b"), Span(markup.clean(after))]
    if shown.damaged:
        spans.append(Span(say(Say.DAMAGED, script)))
    lines.append(Line(tuple(span for span in spans if span.text)))
    now = today or datetime.datetime.now(datetime.UTC).date()
    lines += [Line((Span(words, "b"),)) for words in standing(shown.expires, shown.replaced_by, script, now)]
    lines.append(source_line(f"[{shown.number}] ", shown, script))
    lines += [Line((Span(words),), quoted=True) for words in _facts(shown, script, now)]
    return telegram_lines(lines, _way(shown, script, key))


def _facts(shown: CitationView, script: Script, today: datetime.date) -> list[str]:
    facts = []
    if shown.expires and shown.expires >= today.isoformat():
        facts.append(say(Say.EXPIRES, script, day=shown.expires))
    if shown.also:
        facts.append(markup.clean(say(Say.ALSO_PUBLISHED, script, places=shown.also)))
    if shown.counties:
        facts.append(markup.clean(say(Say.ABOUT, script, places=join(shown.counties, script))))
    return facts


def _way(shown: CitationView, script: Script, key: str) -> tuple[tuple[Button, ...], ...]:
    """To the sentence on its web page, or else the whole article as a file."""
    link = landing(shown.url, shown.quote)
    if link:
        return ((Button(say(Say.OPEN_PAGE, script), url=link),),)
    return ((Button(say(Say.FULL_TEXT, script), f"d1:{key}:{shown.number}"),),) if key and shown.full else ()


def landing(url: str | None, quote: str) -> str:
    """The address of a page, landing on the quote as a text fragment; empty for an address that is no safe link.

    A browser looks for the words between its word boundaries and inside one block, so that the fragment is
    made of whole clauses: the first, and the last as its end. Where none is fit, the page itself.
    """
    page = markup.safe_link(url)
    clauses = [part for part in _CLAUSE.split(markup.clean(quote)) if _LEAST_CLAUSE <= len(part) <= _MOST_CLAUSE]
    if not page or not clauses:
        return page
    ends = [clauses[0]] if clauses[0] == clauses[-1] else [clauses[0], clauses[-1]]
    words = ",".join(percent(part, safe="").replace("-", "%2D") for part in ends)  # - and , mean something here
    return markup.safe_link(f"{page}{'' if '#' in page else '#'}:~:text={words}") or page


def article_file(article: Article | CitationView, text: str, script: Script) -> OutgoingFile:
    """The cleaned article with what is known of it above; a Markdown source stays Markdown."""
    marked = article.source.lower().endswith((".md", ".markdown"))
    title = " ".join(markup.whole(article.title).split())
    facts = [article.publisher or "", article.published or say(Say.NO_DATE, script), article.url or ""]
    head = ("# " if marked else "") + title
    stem = _NAME.sub("-", title).strip("-")[:_NAME_CHARS].strip("-") or "article"
    body = f"{head}\n{markup.whole('  '.join(filter(None, facts)))}\n\n{markup.whole(text)}\n"
    caption = markup.shorten(markup.clean(f"《{title}》"), _CAPTION_CHARS)
    return OutgoingFile(stem + (".md" if marked else ".txt"), body, caption)
