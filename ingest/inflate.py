"""Compressed bytes to what they were, in pieces, so that nobody grows beyond a limit before it is seen."""

import zlib
from collections.abc import Iterable, Iterator

_PIECE = 2**16
_FREE = 2**20  # bytes that may come out however few went in
_RATIO = 200  # how many times their size may come out beyond that; markup comes to 20, deflate's most is 1032


class Broken(Exception):
    """The bytes are no sound compression, or end too early."""


class Bomb(Exception):
    """They unpack to far more than pages do."""


def inflated(parts: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The content of ``gzip`` (all members) or ``deflate`` (with or without header). Raises Broken and Bomb."""
    sent = out = members = 0
    packer = None
    for part in parts:
        sent += len(part)
        rest = part
        while rest:
            packer = packer or _packer(coding, rest)
            try:
                piece = packer.decompress(rest, _PIECE)
            except zlib.error as error:
                if members:  # servers pad what they send
                    return
                raise Broken(str(error)) from error
            out += len(piece)
            if out > max(_FREE, _RATIO * sent):
                raise Bomb
            yield piece
            rest = packer.unconsumed_tail
            if packer.eof:
                rest, packer, members = packer.unused_data, None, members + 1
    while packer is not None and (piece := packer.decompress(b"", _PIECE)):
        yield piece
        packer = None if packer.eof else packer
    if packer is not None and not (members and coding == "gzip"):
        raise Broken("it ends too early")


def _packer(coding: str, first: bytes) -> "zlib._Decompress":
    if coding == "gzip":
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    return zlib.decompressobj(zlib.MAX_WBITS if first[0] & 15 == 8 else -zlib.MAX_WBITS)
