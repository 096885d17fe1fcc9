"""The bytes of one file to a raw document, in whichever process this runs."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ingest.document import Block, Format, Page, RawDocument, Unreadable
from ingest.encoding import Decoded, decode
from retrieval.config import IngestConfig
from retrieval.text import sentence_spans

LONGEST_BLOCK = 10_000  # characters; rules that look twice at a line must not meet one of a million
_UNREAD = 0.2  # share of characters that could not be decoded
_DEFAULTS = IngestConfig()


def parse(
    data: bytes, source: str, kind: Format, limits: IngestConfig = _DEFAULTS, charset: str | None = None
) -> RawDocument:
    """A raw document from a file's bytes; blocks and meta come from the format's own parser.

    ``charset`` is what the server said, where there was one. Blocks and lines longer than
    ``LONGEST_BLOCK`` are cut between sentences. Raises Unreadable.
    """
    decoded, page = _read(data, kind, limits, charset)
    blocks = tuple(_cut(page.blocks))
    chars = sum(len(block.text) for block in blocks if not block.verdict) if kind != "txt" else len(decoded.text)
    if chars > limits.max_article_chars:
        raise Unreadable(
            f"{chars:,} characters are more than one article has",
            f"split it, or raise [ingest] max_article_chars ({limits.max_article_chars:,})",
        )
    return RawDocument(
        source=source,
        text=decoded.text,
        digest=hashlib.sha256(data).hexdigest(),
        format=kind,
        encoding=decoded.encoding,
        replaced=decoded.replaced,
        url=page.meta.get("url"),
        meta=page.meta,
        blocks=blocks,
    )


def _read(data: bytes, kind: Format, limits: IngestConfig, charset: str | None) -> tuple[Decoded, Page]:
    if kind in ("pdf", "docx"):
        page = _binary_parser(kind)(data, limits)
        return Decoded("\n".join(block.text for block in page.blocks), "unicode"), page
    decoded = decode(data, charset)
    if decoded.replaced > _UNREAD * len(decoded.text):
        raise Unreadable("it is in no encoding that is known here", "save it as UTF-8, or fetch it again")
    if kind == "txt":
        return replace(decoded, text="\n".join(_short_lines(decoded.text))), Page(())
    page = _text_parser(kind)(decoded.text)
    return decoded, page


def _binary_parser(kind: Format) -> Callable[[bytes, IngestConfig], Page]:
    if kind == "pdf":
        from ingest.pdf import parse as parse_pdf

        return parse_pdf
    from ingest.docx import parse as parse_docx

    return parse_docx


def _text_parser(kind: Format) -> Callable[[str], Page]:
    if kind == "html":
        from ingest.html import parse as parse_page  # lxml and trafilatura take a second to import

        return parse_page
    from ingest.markdown import parse as parse_markdown

    return parse_markdown


def _cut(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if len(block.text) <= LONGEST_BLOCK:
            yield block
        else:
            yield from (replace(block, text=part) for part in _parts(block.text))


def _short_lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from (line,) if len(line) <= LONGEST_BLOCK else _parts(line)


def _parts(text: str) -> Iterator[str]:
    """The text in pieces of at most LONGEST_BLOCK characters, whole sentences where there are any."""
    start = end = 0
    for _, stop in sentence_spans(text):
        if stop - start > LONGEST_BLOCK and end > start:
            yield text[start:end]
            start = end
        end = stop
        while end - start > LONGEST_BLOCK:
            yield text[start : start + LONGEST_BLOCK]
            start += LONGEST_BLOCK
    if text[start:].strip():
        yield from (text[at : at + LONGEST_BLOCK] for at in range(start, len(text), LONGEST_BLOCK))
