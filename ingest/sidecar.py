"""Corrections that an administrator puts beside the articles: NAME.xianwen.toml, or a folder's xianwen.toml.

They are read anew at every ingest, so they outlive whatever is fetched again, and are no articles themselves.
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest.correction import Correction, Wrong, correction_of
from ingest.document import RawDocument, Rejected, Unread

Found = RawDocument | Rejected | Unread

SUFFIX = ".xianwen.toml"
FOLDER_FILE = "xianwen.toml"
_MEMBER = "!"  # archive.zip!folder/file.txt
_EXAMPLE = '["notice.txt"] and below it doc_number = "…"'


def corrected(documents: Iterable[Found], paths: Sequence[str]) -> Iterator[Found]:
    """The documents with their corrections; ``paths`` are those that were read, in the same order.

    One that is to be skipped is rejected with that reason, and one whose correction cannot be used with
    the file, the key and what to do, its former version staying. Corrections of nothing are told at the end.
    """
    sidecars = _Sidecars([Path(path) for path in paths if "://" not in path])
    for document in documents:
        if isinstance(document, Rejected) and _is_sidecar(document.source):
            yield from sidecars.orphaned(document.source)
        elif sidecars.is_silent(document.source):
            yield document
        else:
            yield _with(document, sidecars)
    yield from sidecars.unused()


def _is_sidecar(source: str) -> bool:
    name = source.replace(_MEMBER, "/").rsplit("/", 1)[-1]
    return name == FOLDER_FILE or name.endswith(SUFFIX)


def _with(document: Found, sidecars: "_Sidecars") -> Found:
    try:
        found = sidecars.of(document.source)
    except Wrong as error:
        return Rejected(document.source, error.why, error.what_to_do, passing=True)
    if found is None:
        return document
    if found.correction.skip:
        return Rejected(document.source, f"left out by {found.file}", "take skip = true out of it to have it again")
    if isinstance(document, Rejected):
        return document
    return replace(document, correction=found.correction)


@dataclass(frozen=True, slots=True)
class _Found:
    """A correction and the file that it stands in."""

    correction: Correction
    file: Path


@dataclass(slots=True)
class _Sidecars:
    """The files of corrections below the paths of one ingest, each read once."""

    paths: list[Path]
    tables: dict[Path, dict[str, Any]] = field(default_factory=dict)
    used: set[tuple[Path, str]] = field(default_factory=set)
    folders: dict[str, list[tuple[Path, Path, bool]]] = field(default_factory=dict)
    listed: dict[Path, frozenset[str]] = field(default_factory=dict)
    silent: dict[str, bool] = field(default_factory=dict)
    telling: dict[tuple[Path, Path], list[Path]] = field(default_factory=dict)

    def of(self, source: str) -> _Found | None:
        """The correction of a source. Raises Wrong naming file and key, also where two speak of one article."""
        found = [*self._beside(source), *self._keyed(source)]
        if len(found) > 1:
            files = " and ".join(dict.fromkeys(str(file) for file, _, _ in found))
            raise Wrong(f"several corrections for one article, in {files}", "keep one of them")
        for file, where, table in found:
            try:
                return _Found(correction_of(table), file)
            except Wrong as error:
                raise Wrong(f"{where}: {error.why}", error.what_to_do) from None
        return None

    def is_silent(self, source: str) -> bool:
        """Whether no file of corrections stands in or above the folders where the source may be: nearly always."""
        if "://" in source:
            return False
        head = source.partition(_MEMBER)[0].rpartition("/")[0]
        if head not in self.silent:
            self.silent[head] = not any(self._listed(folder) for folder in self._around(head))
        return self.silent[head]

    def _around(self, head: str) -> Iterator[Path]:
        """Folders where files of that folder's name may stand, and those above them up to the one above each path."""
        for path in self.paths:
            for folder in (path / head, path.parent / head):
                yield from (one for one in (folder, *folder.parents) if self._is_below(one, path.parent))

    def _beside(self, source: str) -> Iterator[tuple[Path, str, dict[str, Any]]]:
        file = None if "://" in source or _MEMBER in source else self._file(source)
        if file is None:
            return
        listed = self._listed(file.parent)
        for name in dict.fromkeys((file.name + SUFFIX, file.stem + SUFFIX)):
            if name in listed and (beside := file.with_name(name)).is_file():
                yield beside, str(beside), self._read(beside)

    def _keyed(self, source: str) -> Iterator[tuple[Path, str, dict[str, Any]]]:
        for folder, key in self._keys(source):
            file = folder / FOLDER_FILE
            if not file.is_file():
                continue
            tables = self._read(file)
            if key in tables:
                self.used.add((file, key))
                if not isinstance(tables[key], dict):
                    raise Wrong(f"{file}: {key!r} is no table of an article", f"write {_EXAMPLE}")
                yield file, f"{file}, {key}", tables[key]

    def _keys(self, source: str) -> Iterator[tuple[Path, str]]:
        """Folders with a file that may speak of the source, with the key that it has there."""
        if "://" in source:
            named = [path if path.is_dir() else path.parent for path in self.paths]
            yield from dict.fromkeys((folder, source) for folder in (*named, Path()))
            return
        outer, bang, member = source.partition(_MEMBER)
        file = self._file(outer)
        if file is None:
            return
        for folder in self._telling(file):
            yield folder, file.relative_to(folder).as_posix() + bang + member

    def _telling(self, file: Path) -> Sequence[Path]:
        """Folders above a file, up to the one that was named or that above it, which have a file of corrections."""
        root = next(path for path in self.paths if path == file or self._is_below(file.parent, path))
        if (file.parent, root) not in self.telling:
            above = list(file.parents)
            ends = (at for at, folder in enumerate(above) if folder in (root, root.parent))
            among = above[: next(ends, len(above)) + 1]
            self.telling[file.parent, root] = [folder for folder in among if FOLDER_FILE in self._listed(folder)]
        return self.telling[file.parent, root]

    def _file(self, source: str) -> Path | None:
        """The file of a source, which is its path below a path named, or with that folder's name before it."""
        head, _, name = source.rpartition("/")
        if head not in self.folders:
            self.folders[head] = [
                (folder / head, path, self._is_below(folder / head, path))
                for path in self.paths
                for folder in (path, path.parent)
            ]
        for folder, path, below in self.folders[head]:
            file = folder / name
            if (below or file == path) and file.is_file():
                return file
        return None

    @staticmethod
    def _is_below(folder: Path, path: Path) -> bool:
        return path == folder or path in folder.parents

    def _listed(self, folder: Path) -> frozenset[str]:
        """Names of the files of corrections in a folder, which may be none any more when they are looked at."""
        if folder not in self.listed:
            try:
                found = frozenset(file.name for file in folder.iterdir() if file.name.endswith(FOLDER_FILE))
            except OSError:  # whoever reads it tells
                found = frozenset()
            self.listed[folder] = found
        return self.listed[folder]

    def _read(self, file: Path) -> dict[str, Any]:
        if file not in self.tables:
            try:
                self.tables[file] = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
            except OSError as error:
                raise Wrong(f"{file} cannot be read ({error.strerror})", "check its permissions") from error
            except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are such
                raise Wrong(
                    f"{file} is no TOML in UTF-8 ({error})", "correct that line, or take the file away"
                ) from error
        return self.tables[file]

    def orphaned(self, source: str) -> Iterator[Rejected]:
        """A complaint about a file of corrections that stands beside nothing."""
        if _MEMBER in source:
            why = "corrections inside an archive are not read"
            yield Rejected(source, why, f"put them into {FOLDER_FILE} beside the archive")
            return
        file = self._file(source)
        if file is None or file.name == FOLDER_FILE:
            return
        stem = file.name.removesuffix(SUFFIX)
        others = [one for one in file.parent.iterdir() if stem in (one.name, one.stem) and one != file]
        if not others:
            yield Rejected(source, f"no article {stem} stands beside it", "rename it after its article, or remove it")
        elif all(one.suffix.lower() == ".zip" for one in others):
            why = "an archive holds several articles"
            yield Rejected(source, why, f'put their corrections into {FOLDER_FILE}, such as ["{stem}!file.txt"]')

    def unused(self) -> Iterator[Rejected]:
        """Complaints about entries of folders' files that name nothing on disk."""
        for file, tables in self.tables.items():
            if file.name != FOLDER_FILE:
                continue
            for key in tables:
                known = "://" in key or (file, key) in self.used or (file.parent / key.partition(_MEMBER)[0]).is_file()
                if not known:
                    why = f"{key!r} names no article below {file.parent}"
                    yield Rejected(str(file), why, "write its path below that folder, or its address")
