"""Web addresses in, raw documents out: the pages that a crawl had, read like files."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ingest.crawl import Crawl
from ingest.document import RawDocument, Rejected, Unread, Unreadable
from ingest.formats import check_text, recognise
from ingest.reading import Known, Reader
from ingest.roots import read_roots
from ingest.webcache import Copy, WebCache, read_object
from retrieval.config import Config

Watch = Callable[[int, str], None]
FOLDER = "web"  # below the data
_log = logging.getLogger(__name__)


def read_web(
    paths: Sequence[str],
    config: Config,
    reader: Reader,
    known: Known | None,
    *,
    again: bool = False,
    watch: Watch = lambda *_: None,
) -> Iterator[RawDocument | Rejected | Unread]:
    """The articles that addresses, and files of addresses, stand for; by address.

    ``source`` is the address in its one form. With ``again`` nobody is asked: the copies of this run are read once
    more. A page whose server fails comes from its copy, and is told besides. ``watch`` is as in ``Crawl``.
    """
    roots, refused = read_roots(paths, config.web.depth)
    yield from refused
    if not roots:
        return
    try:
        with WebCache(config.data_dir / FOLDER) as cache:
            harvest = Crawl(config, cache, offline=again, watch=watch).run(roots)
    except (OSError, sqlite3.Error) as error:
        _log.warning("the copies of web pages cannot be used", exc_info=True)
        why = f"copies cannot be kept in {config.data_dir / FOLDER} ({error})"
        yield from (Rejected(root.url, why, "check the disk, or move that folder away", passing=True) for root in roots)
        return
    for copy in harvest.copies:
        yield from _documents(copy, config, reader, known)
    yield from harvest.told


def _documents(
    copy: Copy, config: Config, reader: Reader, known: Known | None
) -> Iterator[RawDocument | Rejected | Unread]:
    data = read_object(config.data_dir / FOLDER, copy.digest)
    if data is None:
        yield Rejected(copy.url, "its copy is damaged", "run it again, and it is fetched anew", passing=True)
        return
    try:
        kind = recognise(f"page.{copy.kind}", data)
        if kind not in ("html", "txt", "md"):
            for document in reader.read(data, copy.url, f"page.{copy.kind}"):
                yield _placed(document, copy)
            return
        check_text(data, kind)
        if known and known(copy.url, copy.digest):
            yield Unread(copy.url, copy.digest)
        else:
            yield _placed(reader.parse(data, copy.url, kind, copy.charset), copy)
    except Unreadable as refusal:
        yield refusal.of(copy.url)


def _placed(document: RawDocument | Rejected | Unread, copy: Copy) -> RawDocument | Rejected | Unread:
    return replace(document, url=document.url or copy.final) if isinstance(document, RawDocument) else document
