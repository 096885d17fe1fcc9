import contextlib
import dataclasses
import gc
import hashlib
import itertools
import mmap
import resource
import shutil
import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest

from retrieval import generations
from retrieval.columns import context_of, embedded_key, embedded_text
from retrieval.corpus import SourceRecord
from retrieval.errors import EmbeddingError, IndexBusy, IndexCorrupt, IndexMismatch, IndexMissing, IndexProblem
from retrieval.index import CurrentIndex, Generation, list_generations, rollback, verify
from retrieval.provenance import Relation, Replaced, Reprint
from retrieval.publish import Settings, publication
from retrieval.text import grams
from retrieval.types import Article, Division, Level, Passage
from retrieval.vectors import VectorIndex

DIM = 16
SETTINGS = Settings("hash-16", DIM, 1, {"max_passage_chars": 600})
QINGSHI = Division("900001", Level.COUNTY, "青石县", "青石县", "某省", "某市")
BAIHE = Division("900002", Level.COUNTY, "白河县", "白河县", "某省", "某市")
DIVISIONS = {division.code: division for division in (QINGSHI, BAIHE)}


def embed(text: str) -> np.ndarray:
    """A unit vector of the text's features: the same everywhere, and near for texts that share words."""
    vector = np.zeros(DIM, dtype=np.float32)
    for gram in grams(text):
        digest = hashlib.blake2b(gram.encode(), digest_size=2).digest()
        vector[digest[0] % DIM] += 1 if digest[1] % 2 else -1
    length = np.linalg.norm(vector)
    return vector / length if length else vector


def article(name: str, *paragraphs: tuple[str, tuple[str, ...]], title: str = "卫生工作要点"):
    """An article of (paragraph, county codes), one passage each; its text separates them by line breaks."""
    text = "\n".join(paragraph for paragraph, _ in paragraphs)
    made = Article(f"id-{name}", name, title, text, hashlib.sha256(text.encode()).hexdigest(), "县卫健局", "2024-03-05")
    passages, start = [], 0
    for order, (paragraph, codes) in enumerate(paragraphs):
        end = start + len(paragraph)
        passages.append(
            Passage(made.id, start, end, paragraph, order, ("重点工作",), codes, (2024,), ((start, start + 1),))
        )
        start = end + 1
    return dataclasses.replace(made, counties=("900001",), years=(2023, 2024)), passages


ONE = article(
    "one.txt", ("县医院牵头建设医共体,药品统一配送。", ("900001",)), ("每村一名乡村医生。", ("900001", "900002"))
)
TWO = article("two.txt", ("妇幼保健院新建住院楼。", ("900002",)), title="白河县 2024 年计划")


def publish(index_dir: Path, *articles, settings: Settings = SETTINGS, keep: int = 3) -> str:
    with publication(index_dir, settings) as made:
        for item, passages in articles:
            codes = sorted({code for passage in passages for code in passage.counties})
            made.add_article(item, passages, [DIVISIONS[code] for code in codes])
            made.add_source(SourceRecord(item.source, item.id, item.digest, removals=(("nav", 3, "首页"),)))
        texts = [embedded_text(context, text) for _, context, text, _, _ in made.documents()]
        vectors = made.vectors()
        vectors.put(range(len(texts)), np.array([embed(text) for text in texts], dtype=np.float32).reshape(-1, DIM))
        return made.publish(vectors, keep)


def current(index_dir: Path) -> Generation:
    return CurrentIndex(index_dir, SETTINGS.embedder_fingerprint).get()


def test_what_goes_in_comes_out(tmp_path):
    name = publish(tmp_path, ONE, TWO)
    generation = current(tmp_path)
    assert generation.id == name == verify(tmp_path)
    assert generation.counties == (QINGSHI, BAIHE)
    assert generation.passages([2, 0, 1, 0]) == [TWO[1][0], *ONE[1], ONE[1][0]]
    assert generation.article("id-one.txt") == ONE[0]
    assert generation.articles() == [dataclasses.replace(item, text="") for item, _ in (ONE, TWO)]
    assert generation.rows_of_counties(["900002"]).tolist() == [1, 2]
    assert generation.rows_of_counties(["900002", "900001", "900001"]).tolist() == [0, 1, 2]
    assert generation.rows_of_counties([]).tolist() == generation.rows_of_counties(["no"]).tolist() == []
    assert generation.rows_of_article("id-one.txt").tolist() == [0, 1]
    assert [record.source for record in generation.sources()] == ["one.txt", "two.txt"]
    assert generation.removals("two.txt") == [("nav", 3, "首页")]
    manifest = generation.manifest
    assert (manifest.articles, manifest.passages, manifest.counties) == (2, 3, 2)
    assert (manifest.embedder_fingerprint, manifest.dim, manifest.previous) == ("hash-16", DIM, None)


DESCRIBED = {
    "level": Level.CITY,
    "region": "900000",
    "doc_number": "某卫发〔2024〕5号",
    "issuer": "某市卫生健康委员会",
    "period": (2021, 2025),
    "effective": "2024-05-01",
    "expires": "2029-04-30",
    "replaces": (Replaced(Relation.REPEALS, "旧办法", "某卫发〔2019〕3号"), Replaced(Relation.AMENDS, "规定")),
    "replaced_by": "id-two.txt",
    "also": (Reprint("b.txt", "某某日报", "https://example.org/b", "2024-03-07"), Reprint("c.txt")),
    "facts": {"doc_number": "line below title", "published": "html meta pubdate"},
}


@pytest.mark.parametrize("names", [*[[name] for name in DESCRIBED], list(DESCRIBED), []])
def test_every_part_of_a_description_comes_out_as_it_went_in(tmp_path, names):
    item = dataclasses.replace(ONE[0], **{name: DESCRIBED[name] for name in names})
    publish(tmp_path, (item, ONE[1]))
    generation = current(tmp_path)
    assert generation.article(item.id) == item
    assert generation.articles() == [dataclasses.replace(item, text="")]
    for name in names:
        assert type(getattr(generation.article(item.id), name)) is type(DESCRIBED[name])
    hash(generation.article(item.id))


def test_a_description_is_part_of_the_content(tmp_path):
    plain = publish(tmp_path / "plain", ONE)
    for name, value in DESCRIBED.items():
        other = publish(tmp_path / name, (dataclasses.replace(ONE[0], **{name: value}), ONE[1]))
        assert other.partition("-")[2] != plain.partition("-")[2], name


def test_rows_of_a_region_are_those_about_no_county(tmp_path):
    regional = [
        (dataclasses.replace(item, counties=(), region=region), passages)
        for region, (item, passages) in {
            "900000": article("city.txt", ("全市新建三家医院。", ()), ("青石县建成医共体。", ("900001",))),
            "910000": article("other.txt", ("全市培训乡村医生。", ())),
            "": article("nobody.txt", ("各地要抓好落实。", ())),
        }.items()
    ]
    publish(tmp_path, *regional)
    generation = current(tmp_path)
    assert generation.rows_of_regions(["900000"]).tolist() == [0]
    assert generation.rows_of_regions(["910000", "900000", "900000"]).tolist() == [0, 2]
    assert generation.rows_of_regions([]).tolist() == generation.rows_of_regions(["920000"]).tolist() == []


@pytest.mark.parametrize(
    "change", ["level = 'village'", "period = '[2025, 2021]'", "effective = '2024-5-1'", "replaces = '[[\"x\"]]'"]
)
def test_a_description_that_cannot_be_is_found_by_verify(tmp_path, change):
    with publication(tmp_path, SETTINGS) as made:
        made.add_article(*ONE, list(DIVISIONS.values()))
        made._corpus._connection.execute(f"UPDATE articles SET {change}")  # as a faulty writer would
        with pytest.raises(IndexCorrupt, match="description does not hold"):
            made.publish(made.vectors(), 3)
    with pytest.raises(IndexMissing):
        current(tmp_path)


def test_an_article_can_be_marked_as_replaced(tmp_path):
    plain = publish(tmp_path / "plain", ONE, TWO)
    with publication(tmp_path, SETTINGS) as made:
        for item, passages in (ONE, TWO):
            made.add_article(item, passages, list(DIVISIONS.values()))
            made.add_source(SourceRecord(item.source, item.id, item.digest, removals=(("nav", 3, "首页"),)))
        made.mark_replaced(ONE[0].id, TWO[0].id)
        marked = made.publish(made.vectors(), 3)
    assert [item.replaced_by for item in current(tmp_path).articles()] == [TWO[0].id, None]
    assert marked.partition("-")[2] != plain.partition("-")[2]


def test_corrections_by_hand_are_remembered_with_their_source(tmp_path):
    with publication(tmp_path, SETTINGS) as made:
        made.add_article(*ONE, list(DIVISIONS.values()))
        record = SourceRecord("one.txt", ONE[0].id, ONE[0].digest, repairs={"pinyin": 2}, sidecar="ab" * 32)
        made.add_source(record)
        made.publish(made.vectors(), 3)
    assert current(tmp_path).sources() == [record]


def test_rows_agree_between_passages_words_and_vectors(tmp_path):
    publish(tmp_path, ONE, TWO)
    generation = current(tmp_path)
    for row, passage in enumerate(generation.passages(range(3))):
        context = context_of(generation.article(passage.article_id).title, passage.heading)
        assert generation.lexical.search(passage.text, 1)[0][0] == row
        assert generation.vectors.search(embed(embedded_text(context, passage.text)), 1)[0][0] == row
        assert generation.rows_embedded([embedded_key(context, passage.text), bytes(16)]) == {
            embedded_key(context, passage.text): row
        }


def test_unknown_rows_and_articles_are_key_errors(tmp_path):
    publish(tmp_path, ONE)
    generation = current(tmp_path)
    with pytest.raises(KeyError):
        generation.passages([0, 7])
    with pytest.raises(KeyError):
        generation.article("no")


def test_many_rows_at_once(tmp_path):
    many = article("many.txt", *((f"第{at}项工作。", ("900001",)) for at in range(1300)))
    publish(tmp_path, many)
    generation = current(tmp_path)
    assert generation.passages(range(1299, -1, -1)) == many[1][::-1]
    assert generation.rows_of_counties(["900001"]).tolist() == list(range(1300))


def test_nothing_published_says_what_to_do(tmp_path):
    for ask in (current, verify, rollback, list_generations):
        with pytest.raises(IndexMissing, match="xianwen ingest PATH"):
            ask(tmp_path / "index")


@pytest.mark.parametrize("content", ["", "../../etc", "20260101T000000Z-zzzzzzzz", "\x00\xff"])
def test_a_pointer_that_is_no_name_is_corrupt(tmp_path, content):
    publish(tmp_path, ONE)
    (tmp_path / "CURRENT").write_text(content)
    with pytest.raises(IndexCorrupt, match="CURRENT"):
        current(tmp_path)


def test_another_model_is_a_mismatch(tmp_path):
    publish(tmp_path, ONE)
    with pytest.raises(IndexMismatch, match="hash-16 and other is configured"):
        CurrentIndex(tmp_path, "other").get()


def test_another_format_is_a_mismatch(tmp_path, monkeypatch):
    publish(tmp_path, ONE)
    monkeypatch.setattr(generations, "FORMAT", generations.FORMAT + 1)
    with pytest.raises(IndexMismatch, match="index format"):
        current(tmp_path)


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at % len(content)] ^= 0x10
    file.write_bytes(content)


def test_every_flipped_byte_is_found_and_its_file_named(tmp_path):
    folder = tmp_path / publish(tmp_path, ONE, TWO)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"manifest.json", "corpus.sqlite", "vectors.faiss", "meta.json"} <= {path.name for path in files}
    for file, at in itertools.product(files, (0, 97, -1)):
        good = file.read_bytes()
        if not good:
            continue
        flip(file, at)
        with pytest.raises((IndexCorrupt, IndexMismatch)) as caught:
            verify(tmp_path)
        assert str(file) in str(caught.value) or file.name == "manifest.json"
        with pytest.raises((IndexCorrupt, IndexMismatch)):
            generations.check_files(folder, generations.Manifest.read(folder))
        file.write_bytes(good)
    assert verify(tmp_path) == folder.name


def test_opening_finds_a_flipped_byte_of_the_vectors(tmp_path):
    folder = tmp_path / publish(tmp_path, ONE, TWO)
    flip(folder / "vectors.faiss", -3)
    with pytest.raises(IndexCorrupt, match=r"vectors\.faiss"):
        current(tmp_path)


@pytest.mark.parametrize("name", ["corpus.sqlite", "vectors.faiss", "lexical/meta.json"])
def test_a_missing_file_is_named(tmp_path, name):
    folder = tmp_path / publish(tmp_path, ONE)
    (folder / name).unlink()
    for ask in (current, verify):
        with pytest.raises(IndexCorrupt, match=name):
            ask(tmp_path)


def test_wrong_spans_and_counts_are_found_even_with_right_checksums(tmp_path):
    folder = tmp_path / publish(tmp_path, ONE, TWO)
    for change in (
        "UPDATE passages SET start = start + 1, end = end + 1 WHERE slot = 1",
        "DELETE FROM passages WHERE slot = 1",
        "DELETE FROM articles WHERE id = 'id-two.txt'",
        "DELETE FROM divisions WHERE code = '900002'",
    ):
        good = (folder / "corpus.sqlite").read_bytes()
        with sqlite3.connect(folder / "corpus.sqlite") as connection:
            connection.execute(change)
        connection.close()
        manifest = generations.Manifest.read(folder)
        files = {**manifest.files, "corpus.sqlite": generations.hash_file(folder / "corpus.sqlite")}
        (folder / "manifest.json").write_text(dataclasses.replace(manifest, files=files).dump())
        with pytest.raises(IndexCorrupt):
            verify(tmp_path)
        (folder / "corpus.sqlite").write_bytes(good)
        (folder / "manifest.json").write_text(manifest.dump())
    assert verify(tmp_path) == folder.name


@pytest.mark.parametrize("broken", [np.ones((2, DIM)), np.ones((3, DIM + 1)), np.full((3, DIM), np.nan)])
def test_unusable_vectors_change_nothing(tmp_path, broken):
    name = publish(tmp_path, ONE)
    with publication(tmp_path, SETTINGS) as made:
        for item, passages in (ONE, TWO):
            made.add_article(item, passages, [QINGSHI, BAIHE])
        with pytest.raises(EmbeddingError):
            made.vectors().put(range(3), broken.astype(np.float32))
        for rows, dim in ((2, DIM), (3, DIM + 1)):
            with pytest.raises(EmbeddingError):
                made.publish(VectorIndex.blank(rows, dim), 3)
    assert (current(tmp_path).id, generations.ids(tmp_path)) == (name, [name])
    assert not list(tmp_path.glob(".building-*"))


@contextlib.contextmanager
def room_for(size: int):
    """No file may grow beyond ``size`` bytes: what a full disk looks like."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [100, 3000, 9000, 30_000])
def test_a_full_disk_changes_nothing(tmp_path, size):
    many = article("many.txt", *((f"第{at}项工作,由第{at * 7}组负责。", ("900001",)) for at in range(200)))
    name = publish(tmp_path, ONE)
    with room_for(size), pytest.raises(IndexProblem, match="cannot write the index"):
        publish(tmp_path, many)
    assert (verify(tmp_path), generations.ids(tmp_path)) == (name, [name])
    assert publish(tmp_path, many) == verify(tmp_path)


def test_a_place_that_is_no_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    for ask in (current, verify, rollback, lambda place: publish(place, ONE)):
        with pytest.raises(IndexProblem, match="file"):
            ask(tmp_path / "file" / "index")


def test_a_failing_self_check_changes_nothing(tmp_path):
    name = publish(tmp_path, ONE)
    item, passages = TWO
    elsewhere = dataclasses.replace(item, text="别处" + item.text)
    with pytest.raises(IndexCorrupt, match="does not stand in its article"):
        publish(tmp_path, (elsewhere, passages))
    assert (current(tmp_path).id, generations.ids(tmp_path)) == (name, [name])


def test_only_one_writes_and_readers_go_on(tmp_path):
    name = publish(tmp_path, ONE)
    with publication(tmp_path, SETTINGS):
        with pytest.raises(IndexBusy, match="another ingest"):
            publish(tmp_path, TWO)
        with pytest.raises(IndexBusy):
            rollback(tmp_path)
        assert current(tmp_path).id == name
    assert publish(tmp_path, TWO) > name


def test_leftovers_of_the_dead_are_swept(tmp_path):
    publish(tmp_path, ONE)
    for name in (".building-1-aa", ".trash-20200101T000000Z-00000000"):
        (tmp_path / name / "lexical").mkdir(parents=True)
        (tmp_path / name / "lexical" / "x").write_text("x")
    (tmp_path / ".CURRENT-77").write_text("half")
    publish(tmp_path, TWO)
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "CURRENT", *generations.ids(tmp_path)}


def test_ids_rise_and_pruning_spares_current_and_predecessor(tmp_path):
    names = [publish(tmp_path, ONE, keep=3) for _ in range(5)]
    assert names == sorted(set(names))
    assert generations.ids(tmp_path) == names[2:]
    assert [(entry.id, entry.current) for entry in list_generations(tmp_path)] == [
        (names[4], True),
        (names[3], False),
        (names[2], False),
    ]


def test_rollback_goes_to_what_was_served_before(tmp_path):
    first, second, third = (publish(tmp_path, item, keep=4) for item in (ONE, TWO, ONE))
    index = CurrentIndex(tmp_path, "hash-16")
    assert index.get().id == third
    assert (rollback(tmp_path), index.get().id) == (second, second)
    assert (rollback(tmp_path, third), index.get().id) == (third, third)
    assert (rollback(tmp_path, first), index.get().id) == (first, first)
    with pytest.raises(IndexMissing, match="nothing to go back to"):
        rollback(tmp_path)
    fourth = publish(tmp_path, TWO, keep=2)
    assert generations.ids(tmp_path) == [first, fourth]
    assert rollback(tmp_path) == first


def test_rollback_refuses_the_broken_and_the_unknown(tmp_path):
    first, second = publish(tmp_path, ONE), publish(tmp_path, TWO)
    flip(tmp_path / first / "vectors.faiss", 60)
    with pytest.raises(IndexCorrupt):
        rollback(tmp_path)
    with pytest.raises(IndexMissing, match="no generation"):
        rollback(tmp_path, "20200101T000000Z-00000000")
    with pytest.raises(IndexMissing, match="no generation"):
        verify(tmp_path, "../../etc")
    assert current(tmp_path).id == second


def test_a_broken_manifest_leaves_the_list(tmp_path, caplog):
    first, second = publish(tmp_path, ONE), publish(tmp_path, TWO)
    (tmp_path / first / "manifest.json").write_text("{")
    assert [entry.id for entry in list_generations(tmp_path)] == [second]
    assert "manifest.json" in caplog.text


def test_current_index_follows_and_old_snapshots_stay_readable(tmp_path):
    index = CurrentIndex(tmp_path, "hash-16")
    first = publish(tmp_path, ONE)
    old = index.get()
    assert old is index.get()
    second = publish(tmp_path, TWO)
    assert (old.id, index.get().id) == (first, second)
    shutil.rmtree(tmp_path / first)
    gc.collect()
    assert old.passages([1]) == [ONE[1][1]]
    assert old.article("id-one.txt") == ONE[0]
    assert old.lexical.search("乡村医生", 1)[0][0] == 1
    assert old.vectors.search(embed("每村一名乡村医生。"), 9)


def test_a_failed_load_keeps_the_old_one_and_says_so(tmp_path, caplog):
    index = CurrentIndex(tmp_path, "hash-16")
    first = publish(tmp_path, ONE)
    assert (index.get().id, index.problem) == (first, None)
    second = publish(tmp_path, TWO)
    good = (tmp_path / second / "vectors.faiss").read_bytes()
    flip(tmp_path / second / "vectors.faiss", -1)
    assert index.get().id == first
    assert index.problem is not None
    assert "vectors.faiss" in index.problem
    assert "still serving" in caplog.text
    assert index.get().id == first
    (tmp_path / second / "vectors.faiss").write_bytes(good)
    (tmp_path / "CURRENT").unlink()
    assert index.get().id == first
    assert "no index yet" in index.problem
    generations.point_to(tmp_path, second)
    assert (index.get().id, index.problem) == (second, None)


def test_no_question_fails_while_generations_come_and_go(tmp_path):
    publish(tmp_path, ONE)
    index = CurrentIndex(tmp_path, "hash-16")
    errors: list[BaseException] = []
    seen: set[str] = set()
    done = threading.Event()

    def read() -> None:
        fresh = CurrentIndex(tmp_path, "hash-16")
        try:
            while not done.is_set():
                for generation in (index.get(), fresh.get(), CurrentIndex(tmp_path, "hash-16").get()):
                    rows = [row for row, _ in generation.lexical.search("医共体 住院楼", 5)]
                    rows += [row for row, _ in generation.vectors.search(embed("医共体"), 5)]
                    for passage in generation.passages(rows):
                        text = generation.article(passage.article_id).text
                        assert text[passage.start : passage.end] == passage.text
                    seen.add(generation.id)
        except BaseException as error:  # noqa: BLE001 - the test is that there are none
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    published = [publish(tmp_path, item, keep=2) for item in itertools.islice(itertools.cycle([TWO, ONE]), 12)]
    while published[-1] not in seen and not errors:
        pass
    done.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert len(seen) > 1
    assert index.problem is None


def test_large_file_goes_to_the_disk_in_steps_and_stays_as_it_is(tmp_path, monkeypatch):
    """In one go, whoever else waits for the disk waits for all of it."""
    steps, whole = [], bytes(range(256)) * 10_000

    class Pages(mmap.mmap):
        def flush(self, start=0, size=0):
            steps.append((start, size))
            super().flush(start, size)

    monkeypatch.setattr(generations.mmap, "mmap", Pages)
    (tmp_path / "large").write_bytes(whole)
    (tmp_path / "small").write_bytes(b"x")
    generations.flush_tree(tmp_path)
    step = 1 << 20
    assert steps == [(0, step), (step, step), (2 * step, len(whole) - 2 * step)]
    assert (tmp_path / "large").read_bytes() == whole and (tmp_path / "small").read_bytes() == b"x"
