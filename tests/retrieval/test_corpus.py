import dataclasses
import hashlib
import random
import sqlite3

import numpy as np
import pytest

from retrieval.columns import context_of, embedded_key, rows_in
from retrieval.corpus import Corpus, SourceRecord
from retrieval.corpus_writer import CorpusWriter, Former
from retrieval.errors import IndexCorrupt
from retrieval.provenance import Reprint
from retrieval.types import Article, Division, Level, Passage

CODES = ("900001", "900002", "900003")
REGIONS = ("", "910000", "920000")
# one and two units of UTF-16, and what SQLite would take for the end of a text
LETTERS = "县医共体𠀀😀\0a．\r\ufeff"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def article(source: random.Random, name: str, letters: str = LETTERS) -> tuple[Article, list[Passage]]:
    """An article with gaps between its passages, some of which say more or less about counties than it does."""
    text, spans = "标题\n", []
    for _ in range(source.choice((0, 1, 3, 3, 8))):
        start = len(text)
        text += "".join(source.choices(letters, k=source.randint(1, 40)))
        spans.append((start, len(text)))
        text += "\n"
    counties = tuple(source.sample(CODES, source.randint(0, 2)))
    told = Article(
        f"id-{name}-{digest(text)[:6]}", name, f"《{name}》", text, digest(text), counties=counties,
        region=source.choice(REGIONS), also=tuple(Reprint(f"{name}{at}") for at in range(source.randint(0, 2))),
    )  # fmt: skip
    headings = [(), ("一、“总”则",), ("一、“总”则", "（一）\n目标")]
    passages = [
        Passage(
            *(told.id, start, end, text[start:end], order, source.choice(headings)),
            source.choice((counties, counties, (), tuple(source.sample(CODES, 2)))),
            tuple(range(2020, 2020 + source.randint(0, 2))),
            ((start, end),) if source.random() < 0.2 else (),
        )
        for order, (start, end) in enumerate(spans)
    ]
    return told, passages


def keys_of(told: Article, passages: list[Passage]) -> list[bytes]:
    return [embedded_key(context_of(told.title, one.heading), one.text) for one in passages]


def record_of(told: Article) -> SourceRecord:
    removals = tuple(("nav", at, f"首页 > {told.source}") for at in range(len(told.text) % 3))
    return SourceRecord(told.source, told.id, told.digest, repairs={"pinyin": 1}, removals=removals)


def write(path, articles, former: Corpus | None = None) -> CorpusWriter:
    """The file of articles by name; what ``former`` has of them is taken over."""
    entries, sources = (former.entries(), former.source_entries()) if former else ({}, {})
    writer = CorpusWriter(path, Former(former.path, entries, sources) if former else None)
    for position, (told, passages) in enumerate(articles.values()):
        said = digest(repr([dataclasses.replace(told, also=()), passages]))
        if told.id in entries and entries[told.id].said == said:
            writer.take_article(told.id, entries[told.id], told.also)
        else:
            writer.add_article(told, passages, keys_of(told, passages), said)
        if told.source in sources and sources[told.source].digest == told.digest:
            writer.take_source(position, told.source, told.id)
        else:
            writer.add_source(position, record_of(told), digest(told.source))
    for told, _ in [*articles.values()][::3]:
        writer.mark_replaced(told.id, "新办法")
    for code in sorted({code for _, passages in articles.values() for one in passages for code in one.counties}):
        writer.add_division(Division(code, Level.COUNTY, f"{code}县", code))
    return writer


def made(path, articles, former: Corpus | None = None) -> Corpus:
    writer = write(path, articles, former)
    writer.finish()
    corpus = Corpus(path)
    corpus.path = path
    corpus.check(writer.added)
    corpus.check()
    return corpus


def everything(corpus: Corpus) -> list[object]:
    """All that a corpus says, whatever the slots."""
    entries = corpus.entries()
    passages = sum(one.passages for one in entries.values())
    return [
        [(name, one.row, one.passages, one.said) for name, one in entries.items()],
        [corpus.article(name) for name in entries],
        corpus.articles(),
        corpus.passages(range(passages)),
        corpus.documents(np.arange(passages)),
        [corpus.rows_of_article(name).tolist() for name in entries],
        [corpus.rows_of_counties(codes).tolist() for codes in ([], *([code] for code in CODES), CODES)],
        [corpus.rows_of_regions(codes).tolist() for codes in ([], *([code] for code in REGIONS), REGIONS)],
        [(one, corpus.removals(one.source)) for one in corpus.sources()],
        corpus.source_entries(),
        corpus.divisions(),
    ]


def test_what_goes_in_comes_out(tmp_path):
    source = random.Random(1)
    articles = {name: article(source, name) for name in map(str, range(40))}
    corpus = made(tmp_path / "a.sqlite", articles)
    told = [
        dataclasses.replace(one, replaced_by=None if at % 3 else "新办法")
        for at, (one, _) in enumerate(articles.values())
    ]
    passages = [one for _, some in articles.values() for one in some]
    assert [corpus.article(one.id) for one in told] == told
    assert corpus.articles() == [dataclasses.replace(one, text="") for one in told]
    assert corpus.passages(range(len(passages))) == passages
    for code in CODES:
        assert corpus.rows_of_counties([code, code]).tolist() == [
            row for row, one in enumerate(passages) if code in one.counties
        ]
    region = {one.id: one.region for one in told}
    for code in REGIONS[1:]:
        assert corpus.rows_of_regions([code]).tolist() == [
            row for row, one in enumerate(passages) if not one.counties and region[one.article_id] == code
        ]
    assert corpus.rows_of_regions([""]).tolist() == []
    keys = [key for one, some in articles.values() for key in keys_of(one, some)]
    assert {keys[row] for row in corpus.rows_embedded([*keys, bytes(16)]).values()} == set(keys)
    for one, _ in articles.values():
        assert corpus.removals(one.source) == list(record_of(one).removals)


@pytest.mark.parametrize("seed", range(4))
def test_a_file_made_of_the_one_before_says_the_same_as_one_from_nothing(tmp_path, seed):
    source = random.Random(seed)
    articles = {name: article(source, name) for name in sorted(map(str, range(60)))}
    corpus = made(tmp_path / "0.sqlite", articles)
    for at in range(1, 6):
        for name in source.sample(sorted(articles), 8):
            del articles[name]
        for name in [
            *source.sample(sorted(articles), 8),
            *(f"{at}x{number}" for number in range(source.randint(0, 12))),
        ]:
            articles[name] = article(source, name)
        for name in source.sample(sorted(articles), 4):  # the same text under the same id, but described otherwise
            told, passages = articles[name]
            told = dataclasses.replace(told, region=source.choice(REGIONS), counties=CODES[:1])
            articles[name] = told, [dataclasses.replace(one, counties=CODES[1:]) for one in passages[:2]]
        for name in source.sample(sorted(articles), 4):  # the same article, but printed elsewhere
            told, passages = articles[name]
            articles[name] = dataclasses.replace(told, also=(Reprint("else"),)), passages
        articles = dict(sorted(articles.items()))
        corpus = made(tmp_path / f"{at}.sqlite", articles, corpus)
        assert everything(corpus) == everything(made(tmp_path / f"{at}-anew.sqlite", articles))


def test_documents_are_told_before_and_after_the_older_file_is_taken_over(tmp_path):
    source = random.Random(2)
    articles = {name: article(source, name) for name in map(str, range(20))}
    before = made(tmp_path / "before.sqlite", articles)
    articles = {**{name: article(source, name) for name in ("3", "7", "99")}, "1": articles["1"]}
    writer = write(tmp_path / "after.sqlite", articles, before)
    added, again, all_of_them = (
        [*writer.documents(rows)] for rows in (None, rows_in(writer.added), np.arange(writer.passages))
    )
    writer.finish()
    after = Corpus(tmp_path / "after.sqlite")
    assert added == again == [*after.documents(rows_in(writer.added))]
    assert all_of_them == after.documents(np.arange(writer.passages))


def test_an_older_file_of_which_nothing_or_everything_is_taken(tmp_path):
    source = random.Random(3)
    articles = {name: article(source, name) for name in map(str, range(10))}
    before = made(tmp_path / "before.sqlite", articles)
    assert everything(made(tmp_path / "same.sqlite", articles, before)) == everything(before)
    others = {name: article(source, name) for name in map(str, range(5))}
    anew = made(tmp_path / "anew.sqlite", others)
    assert everything(made(tmp_path / "others.sqlite", others, before)) == everything(anew)
    empty = made(tmp_path / "empty.sqlite", {}, before)
    assert everything(empty) == everything(made(tmp_path / "nothing.sqlite", {}))
    assert everything(made(tmp_path / "filled.sqlite", others, empty)) == everything(anew)


@pytest.mark.parametrize("change", [{"text": "别的字"}, {"order": 1}, {"article_id": "other"}])
def test_a_passage_that_does_not_stand_in_its_article_is_refused(tmp_path, change):
    told = Article("a", "a.txt", "标题", "一二三", digest("一二三"))
    passage = dataclasses.replace(Passage("a", 0, 3, "一二三", 0), **change)
    with pytest.raises(IndexCorrupt, match="does not stand in its article"):
        CorpusWriter(tmp_path / "a.sqlite").add_article(told, [passage], [bytes(16)])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE passages SET start = start + 1, end = end + 1 WHERE slot = 2", "does not stand in its article"),
        ("UPDATE passages SET end = 9999 WHERE slot = 2", "does not fit its text"),
        ("UPDATE passages SET heading = 1 - heading WHERE slot = 2", "does not stand in its article"),
        ("UPDATE passages SET heading = 7 WHERE slot = 2", "no heading 7"),
        ("UPDATE passages SET position = position + 1 WHERE slot = 2", "missing"),
        ("UPDATE passages SET counties = '[\"900003\"]' WHERE slot = 2", "are not found by the divisions"),
        ("UPDATE passages SET damaged = '[[0,9]]' WHERE slot = 2", "damage outside itself"),
        ("DELETE FROM passages WHERE slot = 2", "do not stand where they should"),
        ("UPDATE passages SET slot = 99 WHERE slot = 2", "missing"),
        ("UPDATE articles SET title = 'x'", "does not stand in its article"),
        ("UPDATE articles SET text = zeroblob(length(text))", "does not stand in its article"),
        ("UPDATE articles SET width = 4", "can't decode"),
        ("UPDATE articles SET width = 3", "no character has 3 bytes"),
        ("UPDATE articles SET id = 'x' WHERE slot = 0", "missing"),
        ("UPDATE articles SET region = '920000'", "are not found by the divisions"),
        ("UPDATE articles SET level = 'village'", "description does not hold"),
        ("DELETE FROM articles WHERE slot = 0", "do not stand where they should"),
        ("UPDATE entries SET slot = slot + 1", "do not stand where they should"),
        ("UPDATE entries SET passages = passages + 1", "do not stand where they should"),
        ("UPDATE layout SET slots = x'0200000000000000'", "does not stand in its"),
        ("UPDATE layout SET passages = x'0300000002000000'", "do not stand where they should"),
        ("UPDATE layout SET embedded = zeroblob(64)", "does not stand in its article"),
        ("UPDATE layout SET embedded = zeroblob(48)", "do not stand where they should"),
        ("DELETE FROM about WHERE regional", "are not found by the divisions"),
        ("UPDATE about SET slots = zeroblob(12) WHERE NOT regional", "are not found by the divisions"),
        ("INSERT INTO about VALUES ('900002', 0, x'00000000')", "unknown division"),
        ("INSERT INTO about VALUES ('900001', 1, x'00000000')", "are not found by the divisions"),
        ("DELETE FROM divisions", "unknown division"),
    ],
)
def test_damage_that_sqlite_does_not_see_is_found(tmp_path, change, told):
    path = tmp_path / "a.sqlite"
    writer = CorpusWriter(path)
    for name in ("a", "b"):
        item = Article(name, name, f"标题{name}", "卓一二三四\n卓五六七八", "00", counties=("900001",), region="910000")
        passages = [
            Passage(name, 0, 5, "卓一二三四", 0, ("一",), ("900001",)),
            Passage(name, 6, 11, "卓五六七八", 1, ("二",)),
        ]
        writer.add_article(item, passages, keys_of(item, passages))
    writer.add_division(Division("900001", Level.COUNTY, "青石县", "青石县"))
    writer.finish()
    assert Corpus(path).check() == (2, 4, 1)
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(ValueError, match=told):
        Corpus(path).check()
