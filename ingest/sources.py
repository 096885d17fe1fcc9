"""Files, folders and web addresses in, raw documents out; what cannot be read is rejected, never skipped in silence."""

import hashlib
import logging
import os
import stat
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
    seen: set[str] = set()
    for path in paths:
        if "://" in path:
            if path not in taken:
                taken.add(path)
                yield _fetched(path, config)
            continue
        unread: list[Rejected] = []
        for file, folder in _files(Path(path), unread):
            real = os.path.realpath(file)  # unlike Path.resolve, it bears links that go round in a circle
            if real in seen:
                continue
            seen.add(real)
            source = _free_name(file, folder, taken)
            if source is None:
                yield Rejected(
                    _sayable(str(file)), "another file has this name", "rename it, or ingest the folder above both"
                )
                continue
            taken.add(source)
            yield _read(file, source, config.ingest.max_file_mb)
        yield from unread


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


def _files(root: Path, unread: list[Rejected]) -> Iterator[tuple[Path, Path]]:
    """Files with the folder that their names are counted from; folders that cannot be listed go to ``unread``."""
    if not root.is_dir():
        yield root, root.parent
        return

    def refuse(error: OSError) -> None:
        why = f"the folder cannot be read ({error.strerror})"
        unread.append(Rejected(_sayable(str(error.filename)), why, "check its permissions"))

    found: list[Path] = []
    for folder, folders, names in os.walk(root, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    for file in sorted(found, key=lambda file: file.relative_to(root).as_posix()):
        yield file, root


def _free_name(file: Path, folder: Path, taken: set[str]) -> str | None:
    name = _sayable(file.relative_to(folder).as_posix())
    for candidate in (name, _sayable(f"{Path(os.path.realpath(folder)).name}/{name}")):
        if candidate not in taken:
            return candidate
    return None


def _sayable(name: str) -> str:
    """A file's name as text: archives from China often unpack names in GBK, which are no UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = os.fsencode(name)
        return _strictly(raw) or raw.decode("utf-8", errors="replace")
    return name


def _strictly(raw: bytes) -> str:
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return ""


def _read(file: Path, source: str, max_mb: int) -> RawDocument | Rejected:
    kind = FORMATS.get(file.suffix.lower())
    try:
        status = file.stat()
        if kind is None:
            known = ", ".join(FORMATS)
            why = f"{file.suffix or 'no extension'} is not a known format"
            return Rejected(source, why, f"convert it to one of {known}")
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would wait for ever
            return Rejected(source, "this is no file", "name a file or a folder")
        size = status.st_size
        if size > max_mb * 2**20:
            return Rejected(source, f"{size / 2**20:.1f} MB is too large", f"split it, or raise max_file_mb ({max_mb})")
        data = file.read_bytes()
    except FileNotFoundError:
        why = "the link points nowhere" if file.is_symlink() else "there is no such file"
        return Rejected(source, why, "check the path")
    except OSError as error:
        return Rejected(source, f"cannot be read ({error.strerror})", "check its permissions", passing=True)
    if not data.strip(b"\xef\xbb\xbf \t\r\n\0"):
        return Rejected(source, "the file is empty", "remove it, or fetch it again")
    if is_binary(data):
        return Rejected(source, "this is no text", "export it as text or .html")
    document = parse(data, source, kind)
    _LOG.debug("read %s as %s, %d characters replaced", source, document.encoding, document.replaced)
    return document
