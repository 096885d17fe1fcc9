"""Files, folders and web addresses in, raw documents out; what cannot be read is rejected, never skipped in silence."""

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ingest.document import RawDocument, Rejected, Unread, Unreadable, printable
from ingest.formats import EXTENSIONS, HEAD, recognise
from ingest.reading import Known, Reader
from ingest.roots import LIST_SUFFIX, is_address
from ingest.stamps import Stamps, stamp_of, stamping
from retrieval.config import Config, IngestConfig

_NAMED_ALIKE = ("another file has this name", "rename it, or ingest the folder above both")


def read_sources(paths: Sequence[str], config: Config) -> Iterator[RawDocument | Rejected]:
    """Every article below the paths: paths in their order, files below a folder by name.

    ``source`` is the path below the folder given, or the file's name. A second one of that name keeps
    its folder's name before it, and is rejected where that is taken too. Hidden files are left out, and
    a file named twice is read once. Web addresses, named or listed in ``.urls`` files, come last.
    A single file never raises.
    """
    for document in read_anew(paths, config, None):
        if not isinstance(document, Unread):
            yield document


def read_anew(
    paths: Sequence[str],
    config: Config,
    known: Known | None,
    stamps: Stamps | None = None,
    *,
    again: bool = False,
    watch: Callable[[int, str], None] = lambda *_: None,
) -> Iterator[RawDocument | Rejected | Unread]:
    """As ``read_sources``, but files of which ``known`` tells that they need no parsing are only named.

    Files that look untouched since ``stamps`` were taken of them are not even opened.
    With ``again`` web pages are read once more as this run had them. ``watch`` is called while pages are fetched, with
    how many answers there were and the address of the last one.
    """
    addresses: list[str] = []
    taken: set[str] = set()
    seen: set[str] = set()
    with Reader(config.ingest, known) as reader:
        for path in paths:
            if is_address(path):
                addresses.append(path)
                continue
            unread: list[Rejected] = []
            for file in _files(Path(path), unread):
                if file.real in seen:
                    continue
                seen.add(file.real)
                if file.path.endswith(LIST_SUFFIX):
                    addresses.append(file.path)
                    continue
                source = _free_name(file.name, file.root, taken)
                if source is None:
                    yield Rejected(_sayable(file.path), *_NAMED_ALIKE)
                    continue
                for item in _documents(file, source, config.ingest, reader, known, stamps):
                    double = item.source in taken and not isinstance(item, Rejected)
                    yield Rejected(item.source, *_NAMED_ALIKE) if double else item
                    taken.add(item.source)
                taken.add(source)
            yield from unread
        if addresses:
            from ingest.web import read_web  # httpcore takes a moment to import

            yield from read_web(addresses, config, reader, known, again=again, watch=watch)


class _File(NamedTuple):
    """A file that was found: its path, its name counted from ``root``, its real name, and its stamp if it has one."""

    path: str
    name: str
    root: Path
    real: str
    stamp: str


def _documents(
    file: _File, source: str, limits: IngestConfig, reader: Reader, known: Known | None, stamps: Stamps | None
) -> Iterable[RawDocument | Rejected | Unread]:
    """The documents of a file, which is not opened where it is known and looks untouched."""
    if not (stamps and file.stamp):
        return _read(file.path, source, limits, reader)
    digest = stamps.stamped(file.real, file.stamp, source)
    if digest and known and known(source, digest):
        return (Unread(source, digest),)
    return stamping(_read(file.path, source, limits, reader), file.real, file.stamp, source, stamps)


def _files(root: Path, unread: list[Rejected]) -> Iterator[_File]:
    """Files at or below a path, by name; what cannot be listed goes to ``unread``.

    Paths stay text, and what a listing tells is not asked again: most files have not changed, and this is all that is
    done with them.
    """
    if not root.is_dir():
        path = str(root)
        yield _File(path, root.name, root.parent, os.path.realpath(path), _stamp(root, time.time_ns()))
        return
    found: list[tuple[str, str, str, str]] = []
    folders = [("", str(root))]
    while folders:
        within, folder = folders.pop()
        real, now = os.path.realpath(folder).rstrip(os.sep) + os.sep, time.time_ns()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    name, link = f"{within}{entry.name}", entry.is_symlink()
                    if not _is_folder(entry):
                        named = os.path.realpath(entry.path) if link else f"{real}{entry.name}"
                        found.append((name, entry.path, named, _stamp(entry, now)))
                    elif link:  # following it might go round in a circle
                        why = "a link to a folder is not followed"
                        unread.append(Rejected(_sayable(name), why, "name that folder as well"))
                    else:
                        folders.append((f"{name}/", entry.path))
        except OSError as error:
            why = f"the folder cannot be read ({error.strerror})"
            unread.append(Rejected(_sayable(str(error.filename)), why, "check its permissions"))
    for name, path, named, stamp in sorted(found):
        yield _File(path, name, root, named, stamp)


def _stamp(file: os.DirEntry[str] | Path, now_ns: int) -> str:
    try:
        return stamp_of(file.stat(), now_ns)
    except OSError:  # whoever reads it tells
        return ""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links that go round in a circle: whoever reads it tells
        return False


def _free_name(name: str, folder: Path, taken: set[str]) -> str | None:
    if (own := _sayable(name)) not in taken:
        return own
    longer = _sayable(f"{Path(os.path.realpath(folder)).name}/{name}")
    return longer if longer not in taken else None


def _sayable(name: str) -> str:
    """A file's name as one line of text: archives from China often unpack names in GBK, which are no UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = os.fsencode(name)
        name = _strictly(raw) or raw.decode("utf-8", errors="replace")
    return printable(name)


def _strictly(raw: bytes) -> str:
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return ""


def _read(path: str, source: str, limits: IngestConfig, reader: Reader) -> Iterator[RawDocument | Rejected | Unread]:
    file = Path(path)
    try:
        data = _content(file, limits.max_file_mb)
    except Unreadable as refusal:
        yield refusal.of(source)
    except FileNotFoundError:
        why = "the link points nowhere" if file.is_symlink() else "there is no such file"
        yield Rejected(source, why, "check the path")
    except OSError as error:
        yield Rejected(source, f"cannot be read ({error.strerror})", "check its permissions", passing=True)
    else:
        yield from reader.read(data, source, file.name)


def _content(file: Path, max_mb: int) -> bytes:
    """All bytes of a file that may be read. Raises Unreadable, OSError."""
    if not stat.S_ISREG(file.stat().st_mode):  # reading a pipe would wait for ever, opening a device may do things
        raise Unreadable("this is no file", "name a file or a folder")
    with file.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if file.suffix.lower() not in EXTENSIONS:
            recognise(file.name, stream.read(HEAD))  # no film is read to the end to learn that it is one
            stream.seek(0)
        if size <= max_mb * 2**20:
            data = stream.read(max_mb * 2**20 + 1)
            size = max(size, len(data))
    if size > max_mb * 2**20:
        raise Unreadable(f"{size / 2**20:.1f} MB is too large", f"split it, or raise [ingest] max_file_mb ({max_mb})")
    return data
