"""Reading the articles again: in a child process, one at a time, and then the bot serves what came out."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Message

from bot import admin_messages as words
from bot.child import module, run_child
from bot.context import Services
from bot.desk import Desk
from bot.messages import STAGES
from bot.shelf import shelf_of
from retrieval.config import Config
from retrieval.errors import XianwenError
from retrieval.types import Script

logger = logging.getLogger(__name__)
EDIT_EVERY_S = 1.5
_REJECTED_SHOWN = 10
_SWITCH_S = 60.0
_POLL_S = 0.05


async def order_reload(desk: Desk, _: str) -> None:
    """``/reload``."""
    if is_running(desk.services):
        await desk.tell(words.RELOAD_RUNNING)
        return
    desk.note("reload")
    begin(desk)


def is_running(services: Services) -> bool:
    """Whether the articles are being read."""
    return services.reload is not None and not services.reload.done()


def begin(desk: Desk, then: Callable[[], Awaitable[None]] | None = None) -> None:
    """Read again in the background, after the run that may be under way; ``then`` follows a success."""
    before = desk.services.reload if is_running(desk.services) else None
    desk.services.reload = desk.start(_reload(desk, before, then), "reload")


def command(config: Config) -> list[str]:
    """The child's command line: the configured articles, and those that admins sent."""
    shelf = shelf_of(config)
    paths = [*config.paths.articles, *([str(shelf.folder)] if shelf.names() else [])]
    line = module("bot", config)
    return [*line[:3], "ingest", *line[3:], "--progress-json", "--json", "--", *paths]


async def _reload(desk: Desk, before: "asyncio.Task[None] | None", then: Callable[[], Awaitable[None]] | None) -> None:
    message = await desk.tell(words.RELOAD_NEXT if before else words.RELOAD_STARTED)
    if before is not None:
        await asyncio.wait([before])
    services, outcome = desk.services, "✓"
    try:
        text = await _ingest(desk, message)
    except (XianwenError, OSError) as error:
        logger.error("reload failed: %s", error)
        outcome = f"✗ {error}"
        text = desk.word(words.RELOAD_FAILED, problem=error)
    services.figures.last_reload = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {outcome}"
    await desk.rewrite(message, text)
    if then is not None and outcome == "✓":
        await then()


async def _ingest(desk: Desk, message: Message | None) -> str:
    """Run the child, relay its progress, switch over; the closing words. Raises XianwenError when it fails."""
    services = desk.services
    before = await services.off_loop(lambda: _served(services))
    line = await services.off_loop(lambda: command(services.config))
    report = await run_child(line, _relay(desk, message))
    if not isinstance(report, dict):
        raise XianwenError("the process printed no report, ingest, see the log of the service")
    served, problem = await services.off_loop(lambda: follow(services, report.get("generation")))
    logger.info("reloaded: serving %s", served)
    return _summary(desk, report, before, (served, problem))


def _served(services: Services) -> str:
    try:
        return services.engine.current().id
    except XianwenError:
        return "-"  # nothing is served yet: this reload may be the first


def follow(services: Services, wanted: str | None) -> tuple[str, str | None]:
    """What is served once the new generation is loaded (another thread may be at it), and a problem if it could not.

    Blocks for a minute at most.
    """
    until = time.monotonic() + _SWITCH_S
    while True:
        served, problem = services.engine.current().id, services.engine.problem
        if wanted in (None, served) or problem or time.monotonic() > until:
            return served, problem
        time.sleep(_POLL_S)


def _relay(desk: Desk, message: Message | None) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """Shows progress in the message, not more often than Telegram likes."""
    shown_at = 0.0

    async def show(progress: dict[str, Any]) -> None:
        nonlocal shown_at
        if message is None or time.monotonic() - shown_at < EDIT_EVERY_S:
            return
        shown_at = time.monotonic()
        stage = STAGES.get(str(progress.get("stage")), (str(progress.get("stage")),) * 2)
        values = {name: progress.get(name, "?") for name in ("done", "total")}
        name = stage[desk.script is Script.ENGLISH]
        await desk.rewrite(message, desk.word(words.RELOAD_PROGRESS, stage=name, **values))

    return show


def _summary(desk: Desk, report: dict[str, Any], before: str, after: tuple[str, str | None]) -> str:
    now, problem = after
    counts = {name: _count(report.get(name)) for name in ("added", "changed", "gone", "rejected")}
    lines = [desk.word(words.RELOAD_DONE, **counts, generation=now)]
    if problem:
        lines = [desk.word(words.RELOAD_FAILED, problem=problem)]  # published, but this process cannot open it
    elif now == before:
        lines = [desk.word(words.RELOAD_SAME, generation=now)]
    rejected = report.get("rejected")
    for entry in (rejected if isinstance(rejected, list) else [])[:_REJECTED_SHOWN]:
        lines.append(desk.word(words.RELOAD_REJECTED, source=entry.get("source", "?"), why=entry.get("why", "?")))
    return "\n".join(lines)


def _count(value: Any) -> int:
    return value if isinstance(value, int) else len(value or ())
