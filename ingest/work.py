"""The two looks at a document, as work that any process can do: plain values in, plain values out."""

import pickle
import traceback
from dataclasses import dataclass

from ingest.document import RawDocument
from ingest.gist import Gist, facts_of
from ingest.kept import Kept, There
from ingest.likeness import Said
from ingest.official import standing_of
from ingest.packing import pack
from ingest.prepare import Nothing, Prepared, prepare
from ingest.reprints import Text
from ingest.ruled import by_rules
from ingest.site import SiteFurniture, looked_at
from ingest.store import shaped_by


@dataclass(frozen=True, slots=True)
class Look:
    """A pickled document whose page is to be looked at."""

    document: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """A page's site and lines; both empty where it cannot be looked at, which preparing it will tell.

    ``ruled`` is the pickle of what the rules made of it, which need not be done again; empty as well.
    """

    source: str
    digest: str
    site: str
    page: bytes
    ruled: bytes = b""


@dataclass(frozen=True, slots=True)
class Prepare:
    """A pickled document to be prepared, knowing its site, and ``Seen.ruled`` if it was looked at in this run."""

    document: bytes
    site: str
    furniture: SiteFurniture
    max_passage_chars: int
    ruled: bytes = b""


@dataclass(frozen=True, slots=True)
class Failure:
    """A fault of ours over one document: what happened, in short and with the traceback."""

    source: str
    told: str
    trace: str


def do(task: Look | Prepare) -> Seen | Kept | Failure:
    """Do one piece of work. Never raises."""
    raw: RawDocument = pickle.loads(task.document)  # noqa: S301 - from our own process, through a pipe or a spool
    try:
        return _seen(raw) if isinstance(task, Look) else _kept(raw, task)
    except Exception as error:  # noqa: BLE001 - one strange file must not stop the others; the caller logs it
        if isinstance(task, Look):
            return Seen(raw.source, raw.digest, "", b"")
        return Failure(raw.source, f"{type(error).__name__}: {error}", traceback.format_exc())


def _seen(raw: RawDocument) -> Seen:
    ruled = by_rules(raw)
    return Seen(raw.source, raw.digest, *looked_at(raw, ruled), pickle.dumps(ruled, pickle.HIGHEST_PROTOCOL))


def _kept(raw: RawDocument, task: Prepare) -> Kept:
    sidecar = raw.correction.digest if raw.correction else ""
    shaped = shaped_by(raw.digest, sidecar, task.site, task.furniture.digest())
    ruled = pickle.loads(task.ruled) if task.ruled else None  # noqa: S301 - as above
    prepared = prepare(raw, task.max_passage_chars, task.furniture, ruled)
    canonical = raw.correction.canonical if raw.correction else ""
    return kept(prepared, raw.source, raw.digest, sidecar, shaped, canonical)


def kept(
    prepared: Prepared | Nothing, source: str, digest: str, sidecar: str, shaped: str, canonical: str = ""
) -> Kept:
    """The entry of a prepared document."""
    if isinstance(prepared, Nothing):
        return Kept(source, digest, sidecar, shaped, pack(prepared))
    there = There(_text(prepared, canonical), facts_of(prepared).dump(), Gist.of(prepared))
    return Kept(source, digest, sidecar, shaped, pack(prepared), there)


def _text(prepared: Prepared, canonical: str) -> Text:
    article = prepared.article
    said = Said(article.text)
    return Text(
        source=article.source,
        digest=said.digest,
        size=len(said.grams),
        sketch=said.sketch,
        counties=tuple(sorted(article.counties)),
        standing=standing_of(article),
        published=article.published,
        url=article.url,
        canonical=canonical,
    )
