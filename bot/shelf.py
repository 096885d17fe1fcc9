"""The folder of articles that admins sent, and the one where taken-out files are kept. Plain files, written whole.

``data/uploads`` is read by every reload beside the configured articles; ``data/aside`` is not read.
"""

import os
import re
import secrets
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from retrieval.config import Config
from retrieval.errors import XianwenError
from retrieval.generations import hash_file

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]')
_LONGEST_BYTES = 120  # of a name; file systems take 255, and the temporary name is longer
_PART = ".part-"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Both folders. Nothing is made before it is needed."""

    folder: Path
    aside: Path

    def names(self) -> list[str]:
        """The files that admins sent, by name."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if path.is_file() and not path.name.startswith("."))

    def add(self, file: Path, name: str) -> Path:
        """Put a copy of ``file`` on the shelf under a safe name that is free; a crash leaves it whole or not there.

        Raises XianwenError when it cannot be written.
        """
        target = free(self.folder / safe_name(name))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            copied(file, target)
        except OSError as error:
            raise XianwenError(f"cannot be kept ({error.strerror}), {target}, check the disk") from error
        return target

    def place_aside(self, file: Path) -> Path:
        """Where a file would be kept once it is taken out."""
        return self.aside / f"{secrets.token_hex(4)}-{safe_name(file.name)}"

    def put_aside(self, file: Path, kept: Path) -> None:
        """Take a file out of the corpus. Raises XianwenError when it cannot be moved; it stays then."""
        try:
            self.aside.mkdir(parents=True, exist_ok=True)
            moved(file, kept)
        except OSError as error:
            raise XianwenError(f"cannot be taken out ({error.strerror}), {file}, move it away yourself") from error

    def put_back(self, kept: Path, origin: Path) -> None:
        """Put a file back where it stood. Raises XianwenError when it cannot be, or something stands there now."""
        if origin.exists():
            raise XianwenError(f"another file stands there now, {origin}, move one of them away")
        try:
            origin.parent.mkdir(parents=True, exist_ok=True)
            moved(kept, origin)
        except OSError as error:
            raise XianwenError(f"cannot be put back ({error.strerror}), {kept}, move it yourself") from error


def shelf_of(config: Config) -> Shelf:
    """The folders below ``[paths] data``."""
    return Shelf(config.data_dir / "uploads", config.data_dir / "aside")


def safe_name(name: str) -> str:
    """A file name that means the same everywhere: no folders, no controls, not hidden, not too long.

    The ending stays. Chinese stays, too.
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    text = _UNSAFE.sub("_", text).strip()
    stem, dot, ending = text.rpartition(".")
    if not dot or len(ending.encode()) > 12:
        stem, ending = text, ""
    ending = f".{ending}" if ending else ""
    while len((stem + ending).encode()) > _LONGEST_BYTES:
        stem = stem[:-1]
    return (stem.strip(" .") or "article") + ending.rstrip(" .")


def free(path: Path) -> Path:
    """The path, or the first like it with a number at which nothing stands."""
    number, candidate = 1, path
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate


def copied(file: Path, target: Path) -> None:
    """Copy by way of a hidden file beside the target, flushed and renamed. Raises OSError."""
    part = target.with_name(f"{_PART}{secrets.token_hex(4)}")
    try:
        with file.open("rb") as source, part.open("wb") as sink:
            shutil.copyfileobj(source, sink)
            sink.flush()
            os.fsync(sink.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def moved(file: Path, target: Path) -> None:
    """Move, also to another disk: the file goes only once its copy stands. Raises OSError."""
    copied(file, target)
    file.unlink()


def file_of(config: Config, source: str, digest: str) -> Path | None:
    """The file on disk that ``source`` was read from: the one of that name and content; None when there is none."""
    shelf = shelf_of(config)
    for path in map(Path, [*config.paths.articles, str(shelf.folder)]):
        for candidate in (path / source, path.parent / source, path):
            if candidate.name == Path(source).name and candidate.is_file() and hash_file(candidate) == digest:
                return candidate
    return None


def write_whole(file: Path, text: str) -> None:
    """Write a small text file so that a crash leaves the old one or the new one. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{_PART}{secrets.token_hex(4)}")
    try:
        with part.open("w", encoding="utf-8", newline="") as sink:
            sink.write(text)
            sink.flush()
            os.fsync(sink.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
