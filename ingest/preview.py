"""What an article would become, told before it is taken in: ``python -m ingest.preview``.

Reads files and web addresses as an ingest would, compares them with the corpus that is served, publishes nothing, and
prints one JSON object. A page from the web is kept below ``--save``, so that what was shown is what is taken in.
"""

import argparse
import datetime
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ingest.document import RawDocument, Rejected
from ingest.likeness import Said, compare
from ingest.prepare import Nothing, Prepared, prepare
from ingest.sources import read_sources
from ingest.warnings import of_article
from retrieval.config import Config, load_config
from retrieval.errors import IndexProblem, XianwenError
from retrieval.index import CurrentIndex
from retrieval.text import fold
from retrieval.types import Article

_EXAMPLES = 6
_EXAMPLE_CHARS = 80
_BEGINNING_CHARS = 200
_NEAR = 0.5  # of a text's n-grams
_MOST_NEAR, _MOST_SPOTS = 3, 3
_HEAD = re.compile(rb"<head[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the corpus holds already: sources by digest, by what they say, and by title; articles with their sources."""

    digests: dict[str, list[str]]
    texts: dict[str, list[str]]
    titles: dict[str, list[str]]
    articles: list[tuple[Article, list[str]]] = field(default_factory=list)
    text: Callable[[str], str] = str


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``python -m ingest.preview``: 0 done, 1 a domain error in one line on stderr."""
    parser = argparse.ArgumentParser("python -m ingest.preview", description="what articles would become")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--config", required=True)
    parser.add_argument("--save", required=True, metavar="DIR")
    options = parser.parse_args(argv)
    try:
        found = preview(options.paths, load_config(options.config), Path(options.save))
    except XianwenError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"error: cannot be kept ({error.strerror}), {options.save}, check the disk\n")
        return 1
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return 0


def preview(paths: Sequence[str], config: Config, save: Path) -> dict[str, Any]:
    """``files``: for each path the ``name`` and ``path`` of its file, and its ``documents`` as ``_described`` or
    ``_rejected`` tell them. Raises OSError when ``save`` cannot be written."""
    known = _known(config)
    files = []
    for path in paths:
        kept = _kept(path, config, save) if "://" in path else Path(path)
        if isinstance(kept, Rejected):
            files.append({"name": path, "path": "", "documents": [_rejected(kept)]})
            continue
        documents = [_document(raw, config, known) for raw in read_sources([str(kept)], config)]
        files.append({"name": kept.name, "path": str(kept), "documents": documents})
    return {"files": files}


def _kept(url: str, config: Config, save: Path) -> Path | Rejected:
    """The page as a file that names its own address."""
    from ingest.fetch import fetch  # httpx takes a moment to import

    page = fetch(url, config)
    if isinstance(page, Rejected):
        return page
    parts = urlsplit(page.url)
    stem = f"{parts.hostname}{parts.path}".rstrip("/").replace("/", "-").removesuffix(f".{page.kind}")[:80]
    file = save / f"{stem}.{page.kind}"
    save.mkdir(parents=True, exist_ok=True)
    file.write_bytes(page.data)
    if page.kind == "html" and not _url_of(file, config):
        link = f'<link rel="canonical" href="{page.url.replace(chr(34), "%22")}">'.encode()
        file.write_bytes(_HEAD.sub(lambda head: head.group() + link, page.data, count=1))
        if _url_of(file, config) != page.url:  # no head, or an encoding in which this is no markup
            file.write_bytes(page.data)
    return file


def _url_of(file: Path, config: Config) -> str | None:
    document = next(iter(read_sources([str(file)], config)), None)
    return document.url if isinstance(document, RawDocument) else None


def _known(config: Config) -> _Known:
    try:
        generation = CurrentIndex(config.index_dir, None).get()
    except IndexProblem:  # nothing is served yet, or nothing that can be read: then nothing is known
        return _Known({}, {}, {})
    known = _Known({}, {}, {}, text=lambda article_id: generation.article(article_id).text)
    sources: dict[str, list[str]] = {}
    for record in generation.sources():
        sources.setdefault(record.article, []).append(record.source)
        known.digests.setdefault(record.digest, []).append(record.source)
    for listed in generation.articles():
        article = generation.article(listed.id)
        known.texts.setdefault(_says(article), []).extend(sources.get(article.id, [article.source]))
        known.titles.setdefault(fold(article.title), []).extend(sources.get(article.id, [article.source]))
        known.articles.append((listed, sources.get(article.id, [article.source])))
    return known


def _says(article: Article) -> str:
    """A digest of what an article says, however it is spaced and in whichever Chinese script."""
    return hashlib.sha256("".join(fold(article.text).split()).encode()).hexdigest()


def _document(raw: RawDocument | Rejected, config: Config, known: _Known) -> dict[str, Any]:
    if isinstance(raw, Rejected):
        return _rejected(raw)
    try:
        prepared = prepare(raw, config.ingest.max_passage_chars)
    except Exception as error:  # noqa: BLE001 - one strange file must not hide the others; it is told
        return _rejected(Rejected(raw.source, f"internal error ({type(error).__name__})", "report this with the file"))
    if isinstance(prepared, Nothing):
        told = _rejected(Rejected(raw.source, "no article is left after cleaning", "see what was removed"))
        return {**told, **_removed(prepared.cleaned.removals)}
    return _described(raw, prepared, known)


def _rejected(file: Rejected) -> dict[str, Any]:
    return {"source": file.source, "why": file.why, "what_to_do": file.what_to_do}


def _described(raw: RawDocument, prepared: Prepared, known: _Known) -> dict[str, Any]:
    article = prepared.article
    same_file = known.digests.get(raw.digest, [])
    same_text = [source for source in known.texts.get(_says(article), []) if source not in same_file]
    near = {*same_file, *same_text}
    described = {
        "source": raw.source,
        "format": raw.format,
        "encoding": raw.encoding,
        "title": article.title,
        "publisher": article.publisher,
        "published": article.published,
        "doc_number": article.doc_number,
        "url": article.url,
        "counties": [division.short for division in prepared.divisions],
        "passages": len(prepared.passages),
        "chars": len(article.text),
        "beginning": article.text[:_BEGINNING_CHARS],
        "repairs": dict(prepared.cleaned.repairs),
        "same_file": same_file,
        "same_text": same_text,
        "same_title": [source for source in known.titles.get(fold(article.title), []) if source not in near],
        **_removed(prepared.cleaned.removals),
    }
    told = {*same_file, *same_text}
    warnings = [{"matter": warned.matter.value, "detail": warned.detail} for warned in of_article(prepared, _today())]
    return {**described, "near": list(_near(article, told, known)), "warnings": warnings}


def _today() -> str:
    return datetime.datetime.now().astimezone().date().isoformat()


def _removed(removals: Sequence[Any]) -> dict[str, Any]:
    """How much each rule took away, and an example of each."""
    examples: dict[str, str] = {}
    for removal in removals:
        examples.setdefault(removal.rule, " ".join(removal.text.split())[:_EXAMPLE_CHARS])
    counts = Counter(removal.rule for removal in removals)
    return {
        "removed": dict(counts.most_common()),
        "removed_chars": sum(len(removal.text) for removal in removals),
        "examples": dict(list(examples.items())[:_EXAMPLES]),
    }


def _near(article: Article, told: set[str], known: _Known) -> Iterator[dict[str, Any]]:
    """Articles of its title or county that hold half of what it says, or it half of theirs; likest first."""
    said = Said(article.text, article.title)
    found = []
    for other, sources in known.articles:
        related = set(other.counties) & set(article.counties) or fold(other.title) == fold(article.title)
        if not related or told & set(sources):
            continue
        theirs = Said(known.text(other.id), other.title)
        verdict = max(compare(said, theirs), compare(theirs, said), key=lambda verdict: verdict.share)
        if verdict.share >= _NEAR:
            found.append((verdict.share, sources[0], verdict.spots))
    for share, source, spots in sorted(found, key=lambda one: (-one[0], one[1]))[:_MOST_NEAR]:
        shown = [[spot.here, spot.there] for spot in spots[:_MOST_SPOTS]]
        yield {"source": source, "share": round(share, 2), "spots": shown}


if __name__ == "__main__":
    sys.exit(main())
