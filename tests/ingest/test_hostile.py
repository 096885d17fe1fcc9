"""Over two hundred hostile files in one folder: none hangs, crashes or stops the good ones beside them."""

import random
import re
from collections import defaultdict
from pathlib import Path

import pytest

from ingest.document import RawDocument, Rejected, printable
from ingest.reading import Reader
from ingest.sources import read_sources
from retrieval.config import Config, IngestConfig
from tests.ingest import hostile, hostile_packed, hostile_pdf
from tests.ingest.hostile import ARTICLE, PROSE, Hostile

LIMITS = IngestConfig(max_seconds=2, max_expanded_mb=30, max_memory_mb=768)
GOOD = {
    "a-good.txt": ARTICLE.encode(),
    "m-good.md": b"# " + ARTICLE.encode(),
    "n-good.html": f"<html><body><p>{PROSE}</p></body></html>".encode(),
    "p-good.pdf": hostile_pdf.printed([PROSE.strip()]),
    "q-good.docx": hostile_packed.word(hostile_packed.paragraph(PROSE.strip())),
    "z-good.zip": hostile_packed.packed({"文章.txt": ARTICLE}),
}


@pytest.fixture(scope="module")
def corpus() -> list[Hostile]:
    made = [hostile.texts(), hostile.pages(), hostile.foreign(), hostile_packed.archives(), hostile_packed.words()]
    return [file for files in (*made, hostile_pdf.pdfs()) for file in files]


@pytest.fixture(scope="module")
def found(corpus: list[Hostile], tmp_path_factory: pytest.TempPathFactory):
    """What was made of every file, by its name, archives with all that is in them; and what the specials must say."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in [*((file.name, file.data) for file in corpus), *GOOD.items()]:
        (folder / name).write_bytes(data)
    specials = hostile.specials(folder)
    outcome = defaultdict(list)
    for item in read_sources([str(folder)], Config(ingest=LIMITS)):
        outcome[item.source.split("!")[0]].append(item)
    return outcome, specials


def test_there_are_many_of_them(corpus: list[Hostile]) -> None:
    names = [file.name for file in corpus]
    assert len(names) == len(set(names)) > 200


def test_every_file_is_read_or_rejected(corpus: list[Hostile], found) -> None:
    outcome, specials = found
    said = {printable(name) for name in [*(file.name for file in corpus), *GOOD, *specials]}
    assert said == set(outcome)


@pytest.mark.parametrize("name", GOOD)
def test_good_files_beside_them_are_read(found, name: str) -> None:
    (document,) = found[0][name]
    assert isinstance(document, RawDocument)
    assert PROSE.strip() in document.text


def test_each_is_rejected_for_its_own_reason(corpus: list[Hostile], found) -> None:
    outcome, specials = found
    wrong = []
    for name, says in [*((file.name, file.says) for file in corpus), *specials.items()]:
        items = outcome[printable(name)]
        reasons = [item.why for item in items if isinstance(item, Rejected)]
        if says is not None and not any(re.search(says, reason) for reason in reasons):
            wrong.append((name, says, reasons))
    assert wrong == []


def test_every_rejection_says_what_and_what_to_do_in_one_line(found) -> None:
    for items in found[0].values():
        for item in items:
            if isinstance(item, Rejected):
                said = f"{item.source}: {item.why}; {item.what_to_do}"
                assert len(item.why) > 8 and len(item.what_to_do) > 8
                assert not re.search(r"[\x00-\x1f]|Traceback|internal error|None", said), said
                assert len(item.why + item.what_to_do) < 300


def test_names_are_one_line_that_reads_from_left_to_right(found) -> None:
    for items in found[0].values():
        for item in items:
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", item.source), item.source


def test_what_was_read_is_within_bounds_and_can_be_stored(found) -> None:
    for items in found[0].values():
        for item in items:
            if isinstance(item, RawDocument):
                lines = [block.text for block in item.blocks] or item.text.split("\n")
                assert max(map(len, lines)) <= 10_000, item.source
                assert sum(map(len, lines)) <= LIMITS.max_article_chars * 3
                item.source.encode()
                "".join(lines).encode()


def test_nothing_was_written_outside(found, tmp_path: Path) -> None:
    assert not Path("/etc/evil.txt").exists()
    assert not (tmp_path.parent / "evil.txt").exists()


def damaged(data: bytes, dice: random.Random) -> bytes:
    """The file with some of its bytes changed, lost or doubled."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 2, 5, 20))):
        at = dice.randrange(len(changed))
        end = at + dice.randrange(1, 60)
        places = {"change": changed[at:end][::-1], "lose": b"", "double": changed[at:end] * 2, "insert": b"9999999"}
        changed[at:end] = places[dice.choice(list(places))]
        changed = changed or bytearray(b"x")
    return bytes(changed)


@pytest.mark.parametrize("name", ["p-good.pdf", "q-good.docx", "z-good.zip", "n-good.html"])
def test_damage_of_any_kind_is_borne(name: str) -> None:
    dice = random.Random(name)
    with Reader(LIMITS) as reader:
        for _ in range(60):
            items = list(reader.read(damaged(GOOD[name], dice), name, name))
            assert items
            for item in items:
                assert not isinstance(item, Rejected) or "internal" not in item.why, item


@pytest.mark.parametrize("part", ["word/document.xml", "word/numbering.xml", "word/styles.xml"])
def test_damage_within_the_parts_of_a_word_file_is_borne(part: str) -> None:
    dice = random.Random(part)
    whole = {
        "[Content_Types].xml": hostile_packed.TYPES.encode(),
        "word/document.xml": b"<d><body><p><pPr><pStyle val='a'/></pPr><r><t>some words</t></r></p></body></d>",
        "word/numbering.xml": b"<n><abstractNum abstractNumId='1'><lvl ilvl='0'><lvlText val='%1.'/></lvl>"
        b"</abstractNum><num numId='1'><abstractNumId val='1'/></num></n>",
        "word/styles.xml": b"<s><style styleId='a'><pPr><numPr><numId val='1'/></numPr></pPr></style></s>",
    }
    read = 0
    with Reader(LIMITS) as reader:
        for _ in range(120):
            text = bytearray(whole[part])
            at = dice.randrange(len(text))
            text[at] = dice.choice(b"0123456789-%abcxyz")  # mostly sound XML that says something strange
            (item,) = reader.read(hostile_packed.packed(whole | {part: bytes(text)}), "a.docx", "a.docx")
            read += isinstance(item, RawDocument)
            assert not isinstance(item, Rejected) or "internal" not in item.why, item
    assert read > 15
