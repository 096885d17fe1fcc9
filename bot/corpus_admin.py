"""The corpus in the chat: list, search, show, take out (kept aside), put back; a reload follows each change."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import admin_messages, outgoing, reloading
from bot import article_messages as words
from bot.bans import day_of
from bot.context import Services
from bot.desk import Desk, OldButton, Press, number_in, text_in
from bot.ledger import Aside
from bot.outgoing import Button
from bot.preview_text import facts
from bot.shelf import file_of, shelf_of
from retrieval.corpus import SourceRecord
from retrieval.errors import SourceError
from retrieval.text import fold
from retrieval.types import Article

_PAGE = 8
_FACT_CHARS = 24
_SAME_SHOWN = 3
_SEARCH = "corpus"  # the kind of draft that holds what was searched for


async def order_corpus(desk: Desk, rest: str) -> None:
    """``/corpus [words]``."""
    await _list(desk, desk.services.ledger.draft(_SEARCH, desk.admin, rest), rest, 0)


async def press_page(desk: Desk, values: Sequence[str]) -> None:
    """Another page."""
    key = text_in(values, 0)
    text = desk.services.ledger.drafted(_SEARCH, key)
    if text is None:
        raise OldButton
    await _list(desk, key, text, number_in(values, 1))


async def press_show(desk: Desk, values: Sequence[str]) -> None:
    """One article."""
    held = await desk.services.off_loop(lambda: _held(desk.services, text_in(values, 0)))
    article = held.article
    text = desk.word(
        words.CORPUS_SHOW, title=article.title, source=article.source, format=held.sources[0].format,
        encoding=held.sources[0].encoding,
        **facts(desk, {
            "publisher": article.publisher, "published": article.published, "counties": held.counties,
            "passages": held.passages, "chars": len(article.text),
        }),
    )  # fmt: skip
    if article.url:
        text += "\n" + desk.word(words.CORPUS_URL, url=article.url)
    others = [record.source for record in held.sources if record.source != article.source]
    if others:
        text += "\n" + desk.word(words.CORPUS_SAME, sources="、".join(others[:_SAME_SHOWN]))
    if held.removed:
        rules = "、".join(f"{rule} {count}" for rule, count in held.removed.items())
        text += "\n" + desk.word(words.UPLOAD_REMOVED, rules=rules)
    row = (
        desk.button(words.CORPUS_TEXT, "arttext", article.id),
        desk.button(words.CORPUS_TAKE_OUT, "artout", article.id),
    )
    await desk.say(text, (row,))


async def press_text(desk: Desk, values: Sequence[str]) -> None:
    """Its text, as it is answered from."""
    held = await desk.services.off_loop(lambda: _held(desk.services, text_in(values, 0)))
    await desk.say(f"{held.article.title}\n\n{held.article.text}")


async def press_out(desk: Desk, values: Sequence[str]) -> None:
    """Really take it out?"""
    held = await desk.services.off_loop(lambda: _held(desk.services, text_in(values, 0)))
    row = (
        desk.button(words.CORPUS_TAKE_OUT, "artgone", held.article.id),
        desk.button(admin_messages.CANCEL, "artstay"),
    )
    await desk.turn(desk.word(words.CORPUS_SURE, title=held.article.title), (row,))


async def press_gone(desk: Desk, values: Sequence[str]) -> None:
    """Yes: every file that says it."""
    services = desk.services
    held = await services.off_loop(lambda: _held(services, text_in(values, 0)))

    def put_aside() -> None:
        files = [_file(services, record.source, record.digest) for record in held.sources]
        for file in files:
            _put_aside(services, desk.admin, held.article.title, file)

    await services.off_loop(put_aside)
    desk.note("article taken out", held.article.source)
    await desk.turn(desk.word(words.CORPUS_OUT, title=held.article.title))
    reloading.begin(desk)


async def press_stay(desk: Desk, _: Sequence[str]) -> None:
    """No."""
    await desk.turn(desk.word(admin_messages.CANCELLED))


async def press_aside(desk: Desk, _: Sequence[str]) -> None:
    """What was taken out."""
    lines, buttons = [desk.word(words.ASIDE_TITLE)], []
    asides = await desk.services.off_loop(lambda: _asides(desk.services))
    for number, aside in enumerate(asides[:_PAGE], start=1):
        lines.append(desk.word(words.ASIDE_LINE, number=number, title=aside.title, at=day_of(aside.at)))
        buttons.append(desk.button(words.ASIDE_BACK, "artback", aside.key, number=number))
    if not asides:
        lines.append(desk.word(admin_messages.NOTHING))
    await desk.say("\n".join(lines), outgoing.rows(buttons, 2))


async def press_back(desk: Desk, values: Sequence[str]) -> None:
    """Put one back where it stood."""
    services, key = desk.services, text_in(values, 0)
    aside = next((aside for aside in services.ledger.asides() if aside.key == key), None)
    if aside is None:
        raise OldButton
    await services.off_loop(lambda: shelf_of(services.config).put_back(Path(aside.kept), Path(aside.origin)))
    services.ledger.no_longer_aside(key)
    desk.note("article put back", Path(aside.origin).name)
    await desk.turn(desk.word(words.ASIDE_RETURNED, title=aside.title))
    reloading.begin(desk)


ACTIONS: dict[str, Press] = {
    "corpus": press_page,
    "art": press_show,
    "arttext": press_text,
    "artout": press_out,
    "artgone": press_gone,
    "artstay": press_stay,
    "aside": press_aside,
    "artback": press_back,
}


def take_out(services: Services, admin: int, source: str) -> None:
    """Put the file of a source aside. Blocks. Raises SourceError when it is no file of ours, XianwenError."""
    generation = services.engine.current()
    record = next((record for record in generation.sources() if record.source == source), None)
    if record is None:
        return  # it has gone meanwhile
    title = generation.article(record.article).title
    _put_aside(services, admin, title, _file(services, source, record.digest))


def _put_aside(services: Services, admin: int, title: str, file: Path) -> None:
    """The entry comes first: a crash in between leaves an entry without a file, which is not shown."""
    shelf = shelf_of(services.config)
    kept = shelf.place_aside(file)
    key = services.ledger.put_aside(admin, title, str(file), str(kept))
    try:
        shelf.put_aside(file, kept)
    except Exception:
        services.ledger.no_longer_aside(key)
        raise


def _file(services: Services, source: str, digest: str) -> Path:
    file = file_of(services.config, source, digest)
    if file is None:
        raise SourceError(f"its file cannot be found, {source}, change it where it comes from and /reload")
    return file


def _asides(services: Services) -> list[Aside]:
    return [aside for aside in services.ledger.asides() if Path(aside.kept).is_file()]


@dataclass(frozen=True, slots=True)
class _Held:
    article: Article
    sources: tuple[SourceRecord, ...]
    counties: list[str]
    passages: int
    removed: dict[str, int]


def _held(services: Services, article_id: str) -> _Held:
    """All about one article. Blocks. Raises OldButton when it has gone."""
    generation = services.engine.current()
    try:
        article = generation.article(article_id)
    except KeyError:
        raise OldButton from None
    sources = tuple(record for record in generation.sources() if record.article == article_id)
    passages = generation.passages(generation.rows_of_article(article_id))
    codes = {code for passage in passages for code in passage.counties}
    names = [division.short for division in generation.counties if division.code in codes]
    removed: dict[str, int] = {}
    for record in sources[:1]:
        for rule, _, _ in generation.removals(record.source):
            removed[rule] = removed.get(rule, 0) + 1
    return _Held(article, sources, names, len(passages), removed)


async def _list(desk: Desk, key: str, text: str, page: int) -> None:
    articles = await desk.services.off_loop(lambda: _found(desk.services, text))
    what = desk.word(words.CORPUS_MATCHING, text=text) if text else ""
    lines, buttons = [desk.word(words.CORPUS_TITLE, count=len(articles), what=what)], []
    for number, article in enumerate(articles[page * _PAGE : (page + 1) * _PAGE], start=page * _PAGE + 1):
        told = [(article.publisher or "")[:_FACT_CHARS], article.published or desk.word(words.UNKNOWN_DATE)]
        lines.append(
            desk.word(words.CORPUS_LINE, number=number, title=article.title, facts=" · ".join(filter(None, told)))
        )
        buttons.append(Button(str(number), f"a:art:{article.id}"))
    turns = []
    if page > 0:
        turns.append(desk.button(admin_messages.EARLIER, "corpus", key, page - 1))
    if (page + 1) * _PAGE < len(articles):
        turns.append(desk.button(admin_messages.LATER, "corpus", key, page + 1))
    asides = await desk.services.off_loop(lambda: _asides(desk.services))
    if asides:
        turns.append(desk.button(words.CORPUS_ASIDE, "aside", count=len(asides)))
    await desk.turn("\n".join(lines), (*outgoing.rows(buttons, _PAGE), *([tuple(turns)] if turns else [])))


def _found(services: Services, text: str) -> list[Article]:
    """Articles whose title, source, publisher or county holds every word, by title. Blocks."""
    corpus, wanted = services.engine.current(), [fold(word) for word in text.split()]
    names = {division.code: f"{division.name} {division.short}" for division in corpus.counties}
    found = []
    for article in corpus.articles():
        places = " ".join(names.get(code, "") for code in article.counties)
        told = fold(" ".join([article.title, article.source, article.publisher or "", places]))
        if all(word in told for word in wanted):
            found.append(article)
    return sorted(found, key=lambda article: (article.title, article.id))
