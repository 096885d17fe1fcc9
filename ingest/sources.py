"""Files, folders and web addresses in, raw documents out; what cannot be read is rejected, never skipped in silence."""

import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.document import Format, Page, RawDocument, Rejected
from ingest.encoding import decode, is_binary
from retrieval.config import Config

FORMATS: dict[str, Format] = {".txt": "txt", ".md": "md", ".markdown": "md", ".html": "html", ".htm": "html"}
_LOG = logging.getLogger(__name__)


def read_sources(paths: Sequence[str], config: Config) -> Iterator[RawDocument | Rejected]:
    """Every article below the paths: paths in their order, files below a folder by name.

    ``source`` is the path below the folder given, or the file's name. A second one of that name keeps
    its folder's name before it, and is rejected where that is taken too. Hidden files are left out, and
    a file named twice is read once. A single file never raises.
    """
    taken: set[str] = set()
    seen: set[Path] = set()
    for path in paths:
        if "://" in path:
            if path not in taken:
                taken.add(path)
                yield _fetched(path, config)
            continue
        for file, folder in _files(Path(path)):
            if file.resolve() in seen:
                continue
            seen.add(file.resolve())
            source = _free_name(file, folder, taken)
            if source is None:
                yield Rejected(str(file), "another file has this name", "rename it, or ingest the folder above both")
                continue
            taken.add(source)
            yield _read(file, source, config.ingest.max_file_mb)


def _fetched(url: str, config: Config) -> RawDocument | Rejected:
    from ingest.fetch import fetch  # httpx takes a moment to import

    page = fetch(url, config.ingest)
    if isinstance(page, Rejected):
        return page
    if not page.data.strip() or is_binary(page.data):
        return Rejected(url, "the page is empty or no text", "open it in a browser and save it as .html")
    document = parse(page.data, url, page.kind)
    return replace(document, url=document.url or page.url)


def parse(data: bytes, source: str, kind: Format) -> RawDocument:
    """A raw document from a file's bytes; blocks and meta come from the format's own parser."""
    decoded = decode(data)
    page = _parser(kind)(decoded.text)
    return RawDocument(
        source=source,
        text=decoded.text,
        digest=hashlib.sha256(data).hexdigest(),
        format=kind,
        encoding=decoded.encoding,
        replaced=decoded.replaced,
        url=page.meta.get("url"),
        meta=page.meta,
        blocks=page.blocks,
    )


def _parser(kind: Format) -> Callable[[str], Page]:
    if kind == "html":
        from ingest import html  # lxml and trafilatura take a second to import

        return html.parse
    if kind == "md":
        from ingest import markdown

        return markdown.parse
    return lambda text: Page(())


def _files(root: Path) -> Iterator[tuple[Path, Path]]:
    """Files with the folder that their names are counted from."""
    if not root.is_dir():
        yield root, root.parent
        return
    found: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    for file in sorted(found, key=lambda file: file.relative_to(root).as_posix()):
        yield file, root


def _free_name(file: Path, folder: Path, taken: set[str]) -> str | None:
    name = file.relative_to(folder).as_posix()
    for candidate in (name, f"{folder.resolve().name}/{name}"):
        if candidate not in taken:
            return candidate
    return None


def _read(file: Path, source: str, max_mb: int) -> RawDocument | Rejected:
    kind = FORMATS.get(file.suffix.lower())
    if kind is None:
        known = ", ".join(FORMATS)
        return Rejected(
            source, f"{file.suffix or 'no extension'} is not a known format", f"convert it to one of {known}"
        )
    try:
        size = file.stat().st_size
        if size > max_mb * 2**20:
            return Rejected(source, f"{size / 2**20:.1f} MB is too large", f"split it, or raise max_file_mb ({max_mb})")
        data = file.read_bytes()
    except FileNotFoundError:
        why = "the link points nowhere" if file.is_symlink() else "there is no such file"
        return Rejected(source, why, "check the path")
    except OSError as error:
        return Rejected(source, f"cannot be read ({error.strerror})", "check its permissions")
    if not data.strip(b"\xef\xbb\xbf \t\r\n\0"):
        return Rejected(source, "the file is empty", "remove it, or fetch it again")
    if is_binary(data):
        return Rejected(source, "this is no text", "export it as text or .html")
    document = parse(data, source, kind)
    _LOG.debug("read %s as %s, %d characters replaced", source, document.encoding, document.replaced)
    return document
