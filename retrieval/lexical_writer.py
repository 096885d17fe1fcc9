"""Writing an index of words: passages to tantivy's documents, doubled and padded as ``lexical`` tells."""

import contextlib
import functools
import hashlib
import json
import math
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from retrieval.lexical_parts import FIRST, GONE, Parts
from retrieval.text import grams

Entry = tuple[int, str, str, Sequence[str]]  # row, context, text, county codes

_ANALYZER = "xianwen_blanks"
_MAX_TERM_CHARS = 64  # a longer run is no word; tantivy drops terms of 64 KB
_HEAP_BYTES = 128_000_000
_REPEATS = 2  # k1 = 1.2 / 2
_PADDING = 0.75 / 0.4 - 1  # of the average length, for b = 0.4
_SAMPLE = 512  # passages, and ever fewer of those behind, whose terms are counted for a first guess
_STEP = 1.02  # paddings differ by so much at least, so that few changes of the average change them
_PAD = "\x01"  # a term that no text has


@functools.cache
def code() -> str:
    """Digest of all that makes terms of a text: what another one has made cannot be added to."""
    here = Path(__file__)
    digest = hashlib.sha256(here.read_bytes() + here.with_name("text.py").read_bytes())
    for name in ("tantivy", "OpenCC"):
        digest.update(version(name).encode())
    digest.update(unicodedata.unidata_version.encode())
    return digest.hexdigest()


def filled(path: Path, parts: Parts, added: Iterable[Entry], lost: Iterable[int]) -> Parts:
    """Add passages to the index at ``path``, or begin it, and mark those in the slots ``lost``; what it has then."""
    import tantivy

    made = schema()
    index = tantivy.Index(made, path=str(path))
    _register(index)
    writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    for slot in lost:
        writer.delete_documents_by_query(tantivy.Query.term_query(made, "slot", slot))
    padding = [_PAD] * parts.padding
    rows: list[int] = []
    terms = 0
    for row, context, text, counties in added:
        found = terms_of(f"{context}\n{text}")
        document = tantivy.Document()
        document.add_unsigned("slot", len(parts.rows) + len(rows))
        document.add_text("body", " ".join([*found * _REPEATS, *padding]))
        for code in counties:
            document.add_text("county", code)
        writer.add_document(document)
        rows.append(row)
        terms += len(found)
    after = parts.with_rows(rows, terms, _REPEATS)
    for tokens in after.balance:
        document = tantivy.Document()
        document.add_unsigned("slot", len(after.rows))
        document.add_text("body", " ".join([_PAD] * tokens))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    _unlock(path)
    return after


_METAS = ("meta.json", ".managed.json")  # which files make up an index, as tantivy has it


def first_kept(path: Path) -> None:
    """Note what the index at ``path`` consists of before anything is added to it."""
    (path / FIRST).mkdir()
    for name in _METAS:
        shutil.copyfile(path / name, path / FIRST / name)


def first_copied(former: Path, path: Path) -> None:
    """Make the new folder ``path`` what ``former`` was before anything was added to it; with what is buried."""
    shutil.copytree(former / FIRST, path)
    shutil.copytree(former / FIRST, path / FIRST)
    segments = json.loads((path / "meta.json").read_text(encoding="utf-8"))["segments"]
    names = {segment["segment_id"].replace("-", "") for segment in segments}
    for file in former.iterdir():
        if file.name.partition(".")[0] in names and file.suffix != ".del":
            shutil.copyfile(file, path / file.name)
    if (former / GONE).exists():
        shutil.copytree(former / GONE, path / GONE)


def bury(path: Path, lost: Iterable[Entry]) -> int:
    """Add the terms of passages that are gone to the index of such, or begin it; how many terms they have in all."""
    import tantivy

    path.mkdir(exist_ok=True)
    index = tantivy.Index(schema(), path=str(path))
    _register(index)
    writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    terms = 0
    for _, context, text, _ in lost:
        found = terms_of(f"{context}\n{text}")
        document = tantivy.Document()
        document.add_text("body", " ".join(set(found)))
        writer.add_document(document)
        terms += len(found)
    writer.commit()
    writer.wait_merging_threads()
    _unlock(path)
    return terms


def _unlock(path: Path) -> None:
    for lock in path.glob(".tantivy-*.lock"):
        lock.unlink()


@contextlib.contextmanager
def told() -> Iterator[None]:
    """What tantivy complains of as an OSError."""
    try:
        yield
    except ValueError as error:  # tantivy has no other type
        raise OSError(f"tantivy: {error}") from error


def guessed(rows: Iterable[Entry]) -> tuple[float, int]:
    """How many terms all rows have, from those of some, and how many rows there are."""
    chars = sampled = found = count = 0
    for count, (_, context, text, _) in enumerate(rows, start=1):
        size = len(context) + len(text)
        chars += size
        if count <= _SAMPLE or count % (count // _SAMPLE + 1) == 0:
            sampled += size
            found += len(terms_of(f"{context}\n{text}"))
    return (chars * found / sampled if sampled else 0.0), count


def padding_for(terms: float, count: int) -> int:
    """Tokens that pad each of ``count`` passages; it stays the same while their average changes little."""
    exact = _PADDING * _REPEATS * terms / max(1, count)
    return round(_STEP ** round(math.log(exact, _STEP))) if exact >= 1 else round(exact)


def terms_of(text: str) -> list[str]:
    """The terms of a text: ``retrieval.text.grams``, but for runs that are no words."""
    found = grams(text)
    if max(map(len, found), default=0) <= _MAX_TERM_CHARS:  # nearly always
        return found
    return [gram for gram in found if len(gram) <= _MAX_TERM_CHARS]


def schema() -> Any:
    """The fields of an index: a slot, terms and county codes."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("slot", stored=False, indexed=True, fast=True)
    builder.add_text_field("body", tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("county", tokenizer_name="raw", index_option="basic")
    return builder.build()


def _register(index: Any) -> None:
    import tantivy

    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_ANALYZER, analyzer)
