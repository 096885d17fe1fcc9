"""ZIP archives: their files one by one, nothing written to disk, every size counted before it is believed.

Names come in UTF-8, GBK or code page 437; sources read ``archive.zip!folder/file.txt``.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.document import Rejected, Unreadable, printable
from ingest.encoding import decode
from retrieval.config import IngestConfig

_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_UNICODE_PATH = 0x7075
_LINK, _KINDS = 0o120000, 0o170000
_ENTRY = 46 + 512  # bytes of a member's entry in the directory, with a generous name
_CHUNK = 2**16
_RATIO, _SUSPECT = 150, 2**20  # a text of one megabyte and more shrinks to a twentieth at best
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, struct.error, KeyError)
_DAMAGED = "it is damaged"
_AGAIN = "fetch it again, or open it and save or pack it anew"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its path with ``/``, never leading out of it, and its bytes."""

    name: str
    data: bytes


@dataclass(slots=True)
class Allowance:
    """How many bytes may still be unpacked, over an archive and those inside it."""

    left: int

    def spend(self, count: int) -> bool:
        """Whether there was enough left."""
        self.left -= count
        return self.left >= 0


def open_zip(data: bytes, limits: IngestConfig) -> zipfile.ZipFile:
    """An archive whose directory is of sane size. Raises Unreadable."""
    # zipfile reads the whole directory at once and believes its size: look before it does
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 2**16 - 22))
    if end < 0 or end + 22 > len(data):
        raise Unreadable(f"{_DAMAGED} or incomplete", _AGAIN)
    told, size = struct.unpack_from("<HI", data, end + 10)
    if size > limits.max_members * _ENTRY >= told * _ENTRY:
        raise Unreadable(f"{_DAMAGED}, or its names are too long", _AGAIN)
    if told > limits.max_members:
        count = "65,535 or more" if told == 0xFFFF else f"{told:,}"
        raise Unreadable(
            f"{count} files are too many for one archive",
            f"unpack it and ingest the folder, or raise [ingest] max_members ({limits.max_members})",
        )
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise Unreadable(f"{_DAMAGED} ({error})", _AGAIN) from None


def content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, allowance: Allowance) -> bytes:
    """The bytes of a member. Raises Unreadable; whatever its header claims, no more than ``most`` are unpacked."""
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable("it needs a password", "unpack it with the password and ingest the folder")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("it is packed in a way that is not read", "pack it anew as a plain .zip")
    data = bytearray()
    try:
        with archive.open(info) as stream:
            while part := stream.read(_CHUNK):
                data += part
                _check_size(data, info, most)
                if not allowance.spend(len(part)):
                    raise Unreadable("it unpacks to too much", "split it, or raise [ingest] max_expanded_mb")
    except _BROKEN as error:
        raise Unreadable(f"it is damaged ({error or type(error).__name__})", _AGAIN) from None
    return bytes(data)


def _check_size(data: bytearray, info: zipfile.ZipInfo, most: int) -> None:
    if len(data) > _SUSPECT and len(data) > _RATIO * max(1, info.compress_size):
        raise Unreadable("it unpacks to far more than any text does", "check where it came from")
    if len(data) > most:
        raise Unreadable(f"it is larger than {most >> 20} MB", "split it, or raise [ingest] max_file_mb")


def members(data: bytes, source: str, limits: IngestConfig, allowance: Allowance) -> Iterator[Member | Rejected]:
    """An archive's files in the order of their names, without hidden ones. Raises Unreadable for the whole."""
    with open_zip(data, limits) as archive:
        named = sorted(
            ((_name(info), info) for info in archive.infolist() if not info.filename.endswith("/")),
            key=lambda it: it[0],
        )
        if len(named) > limits.max_members:
            raise Unreadable(f"{len(named):,} files are too many for one archive", "unpack it and ingest the folder")
        seen: set[str] = set()
        for name, info in named:
            if any(part.startswith(".") and part != ".." for part in name.split("/")) or name.startswith("__MACOSX/"):
                continue
            try:
                _check_name(name, info, seen)
                yield Member(name, content(archive, info, limits.max_file_mb * 2**20, allowance))
            except Unreadable as refusal:
                yield refusal.of(f"{source}!{name}")
                if allowance.left < 0:
                    return


def _check_name(name: str, info: zipfile.ZipInfo, seen: set[str]) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or name[1:3] == ":/":
        raise Unreadable("its path leads out of the archive", "check where the archive came from, and pack it anew")
    if info.external_attr >> 16 & _KINDS == _LINK:
        raise Unreadable("it is a link and no file", "pack the file itself")
    if name in seen:
        raise Unreadable("another file of the archive has this name", "rename one of them")
    seen.add(name)


def _name(info: zipfile.ZipInfo) -> str:
    """The path as its packer meant it: many write GBK and say nothing."""
    if info.flag_bits & _UTF8_NAME:
        name = info.orig_filename
    else:
        raw = info.orig_filename.encode("cp437", errors="replace")
        name = _unicode_path(info.extra, raw) or (raw.decode("ascii") if raw.isascii() else decode(raw).text)
    return printable(name.split("\0")[0].replace("\\", "/"))


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """What the extra field for names in UTF-8 holds, if it belongs to this name."""
    at = 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        if tag == _UNICODE_PATH and len(field) > 5 and struct.unpack_from("<I", field, 1)[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", errors="replace")
        at += 4 + size
    return ""
