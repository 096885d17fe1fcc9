"""Articles sent in the chat: files, albums, addresses. Read in a process of its own, shown, and only then taken in.

A file waits below ``data/incoming`` until the admin has spoken, a day at most; what waits survives a restart.
"""

import asyncio
import logging
import re
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telegram import Document
from telegram.error import TelegramError

from bot import admin_messages, reloading
from bot import article_messages as words
from bot.child import module, run_child
from bot.context import Services
from bot.corpus_admin import take_out
from bot.desk import Desk, OldButton, Press, text_in
from bot.gap_inbox import AWAITED, awaited_key, group_at
from bot.outgoing import Button, Rows
from bot.preview_text import preview_lines, usable
from bot.reasking import ask_again
from bot.shelf import safe_name, shelf_of
from retrieval.config import Config
from retrieval.errors import XianwenError

logger = logging.getLogger(__name__)
UPLOAD = "upload"  # the kind of draft that holds a preview
MOST_MB = 20  # what the Bot API lets a bot fetch
LIMIT_S = 180.0
ALBUM_S = 1.5
_LOOK_S = 0.05
ADDRESSES = re.compile(r"\s*(?:https?://\S+\s*){1,10}")
_FETCHING_S = 3600.0


@dataclass(slots=True)
class _Album:
    """Files that came together, until no more come."""

    key: str
    files: list[str] = field(default_factory=list)
    fetching: int = 0


_albums: dict[tuple[int, str], _Album] = {}


async def take_file(desk: Desk, document: Document, album: str | None) -> None:
    """A file, alone or one of an album; the preview follows in the background."""
    waiting = _albums.setdefault((desk.admin, album), _Album(_new_key())) if album else _Album(_new_key())
    if not (waiting.files or waiting.fetching):
        desk.start(_gather(desk, waiting, album), "preview")
    name = safe_name(document.file_name or "article.txt")
    if (document.file_size or 0) > MOST_MB * 2**20:
        await desk.say(desk.word(words.UPLOAD_TOO_LARGE, name=name, limit=MOST_MB))
        return
    file = _incoming(desk.services.config) / waiting.key / secrets.token_hex(3) / name
    waiting.fetching += 1
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        await (await document.get_file()).download_to_drive(file)
    except (TelegramError, OSError) as error:
        logger.warning("a file could not be fetched: %s", type(error).__name__)
        await desk.say(desk.word(words.UPLOAD_LOST, name=name, problem=type(error).__name__))
    else:
        waiting.files.append(str(file))
    finally:
        waiting.fetching -= 1


async def take_addresses(desk: Desk, text: str) -> None:
    """One address or several."""
    desk.start(_preview(desk, _new_key(), text.split()), "preview")


async def _gather(desk: Desk, waiting: _Album, album: str | None) -> None:
    """Wait until all files are there: a lone one is fetched first, an album is whole when none has come for a while."""
    seen = -1
    while waiting.fetching or (album and seen != len(waiting.files)):
        seen = len(waiting.files)
        await asyncio.sleep(ALBUM_S if album else _LOOK_S)
    if album:
        _albums.pop((desk.admin, album), None)
    if waiting.files:
        await _preview(desk, waiting.key, waiting.files)


async def _preview(desk: Desk, key: str, paths: Sequence[str]) -> None:
    """Read in a child process and show what it found, with the buttons. Raises XianwenError."""
    services = desk.services
    message = await desk.say(desk.word(words.UPLOAD_READING, count=len(paths)))
    folder = _incoming(services.config) / key
    line = module("ingest.preview", services.config, "--save", str(folder), "--", *paths)
    found = await run_child(line, limit_s=LIMIT_S)
    awaited = services.ledger.take_draft(AWAITED, awaited_key(desk.admin)) or {}
    payload: dict[str, Any] = {"files": found["files"], "gap": awaited.get("gap")}
    desk.services.ledger.draft(UPLOAD, desk.admin, payload, key)
    await desk.rewrite(message, "\n".join(preview_lines(desk, payload["files"])), _buttons(desk, key, payload))


def _buttons(desk: Desk, key: str, payload: dict[str, Any]) -> Rows:
    good = [file for file in payload["files"] if usable(file)]
    cancel = (desk.button(admin_messages.CANCEL, "updrop", key),)
    if not good:
        return (cancel,)
    rows: list[tuple[Button, ...]] = [(desk.button(words.UPLOAD_TAKE, "uptake", key, count=len(good)), *cancel)]
    if any(_namesakes(file) for file in good):
        rows.append((desk.button(words.UPLOAD_REPLACE, "upswap", key),))
    return tuple(rows)


def _namesakes(file: dict[str, Any]) -> list[str]:
    return [source for document in file["documents"] for source in document.get("same_title", ())]


async def press_take(desk: Desk, values: Sequence[str]) -> None:
    """Take in what was shown."""
    await _take(desk, text_in(values, 0), swap=False)


async def press_swap(desk: Desk, values: Sequence[str]) -> None:
    """Take in what was shown, and put articles of the same title aside."""
    await _take(desk, text_in(values, 0), swap=True)


async def press_drop(desk: Desk, values: Sequence[str]) -> None:
    """Forget what was shown."""
    key = text_in(values, 0)
    if desk.services.ledger.take_draft(UPLOAD, key) is None:
        raise OldButton
    await desk.services.off_loop(lambda: _clear(desk.services.config, key))
    await desk.turn(desk.word(admin_messages.CANCELLED))


ACTIONS: dict[str, Press] = {"uptake": press_take, "upswap": press_swap, "updrop": press_drop}


async def _take(desk: Desk, key: str, *, swap: bool) -> None:
    services = desk.services
    payload = services.ledger.take_draft(UPLOAD, key)
    if payload is None:
        raise OldButton
    good = [file for file in payload["files"] if usable(file)]
    old = [source for file in good for source in _namesakes(file)] if swap else []
    try:
        names = await services.off_loop(lambda: _shelve(services, desk.admin, good, old))
    except XianwenError:
        services.ledger.draft(UPLOAD, desk.admin, payload, key)  # nothing is lost: it can be pressed again
        raise
    desk.note("articles replaced" if swap else "articles added", "、".join(names))
    await services.off_loop(lambda: _clear(services.config, key))
    await desk.turn(desk.word(words.UPLOAD_TAKEN, names="、".join(names)))

    async def then() -> None:
        if payload["gap"] is not None:
            await _answer_gap(desk, payload["gap"], names)

    reloading.begin(desk, then)


def _shelve(services: Services, admin: int, files: Sequence[dict[str, Any]], old: Sequence[str]) -> list[str]:
    """Put the files on the shelf, all or none, and then the old articles aside; the names. Raises XianwenError."""
    shelf, added = shelf_of(services.config), []
    try:
        for file in files:
            added.append(shelf.add(Path(file["path"]), file["name"]))
        for source in old:
            take_out(services, admin, source)
    except XianwenError:
        for path in added:
            path.unlink(missing_ok=True)
        raise
    return [path.name for path in added]


async def _answer_gap(desk: Desk, gap: int, names: Sequence[str]) -> None:
    """The article was sent for a gap: note it there and ask its question again."""
    try:
        group = await group_at(desk, gap)
    except OldButton:
        return  # somebody closed it meanwhile
    desk.services.ledger.gaps.link([found.id for found in group.gaps], names[0])
    await ask_again(desk, group.questions[0][0])


def sweep(services: Services) -> None:
    """Remove what nobody will decide about any more: files without a preview that waits. Blocks on the disk."""
    folder = _incoming(services.config)
    if not folder.is_dir():
        return
    waiting = services.ledger.drafts(UPLOAD)
    for path in folder.iterdir():
        if path.name not in waiting and time.time() - path.stat().st_mtime > _FETCHING_S:
            shutil.rmtree(path, ignore_errors=True)


def _clear(config: Config, key: str) -> None:
    shutil.rmtree(_incoming(config) / key, ignore_errors=True)


def _incoming(config: Config) -> Path:
    return config.data_dir / "incoming"


def _new_key() -> str:
    return secrets.token_hex(6)
