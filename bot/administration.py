"""Reload, status, rollback: for configured admins, in private. To anybody else these commands do not exist."""

import asyncio
import functools
import json
import logging
import sys
import time
from datetime import timedelta
from typing import Any

from telegram import Message, Update

from bot import render
from bot.context import Context, Services, services_of
from bot.conversation import tell, unknown_command
from bot.delivery import acknowledge, deliver, edit, place_of
from bot.messages import STAGES, Say, say
from bot.render import Button
from retrieval.config import Config
from retrieval.errors import IndexMissing, XianwenError
from retrieval.types import Script

logger = logging.getLogger(__name__)
EDIT_EVERY_S = 1.5
_REJECTED_SHOWN = 10
_SWITCH_S = 60.0
_CHILD_ENDS_S = 5.0


async def reload(update: Update, context: Context) -> None:
    """Ingest again in a child process; the bot goes on answering and then serves what came out."""
    services = services_of(context)
    if not services.is_admin(update):
        await unknown_command(update, context)
        return
    if services.reload is not None and not services.reload.done():
        await tell(update, context, Say.RELOAD_RUNNING)
        return
    script = services.script_of(update)
    text = render.telegram_text(say(Say.RELOAD_STARTED, script))
    message = await deliver(context.bot, services.store, place_of(update), text)
    work = _reload(update, context, message, script)
    services.reload = context.application.create_task(work, update=update, name="reload")


async def status(update: Update, context: Context) -> None:
    """What is served, and how the bot is."""
    services = services_of(context)
    if not services.is_admin(update):
        await unknown_command(update, context)
        return
    script, figures = services.script_of(update), services.figures
    try:
        corpus, problem = await services.off_loop(lambda: (services.engine.current(), services.engine.problem))
    except XianwenError as error:
        await tell(update, context, Say.PROBLEM, problem=error)
        return
    manifest = corpus.manifest
    text = say(
        Say.STATUS,
        script,
        generation=corpus.id,
        created=manifest.created,
        articles=manifest.articles,
        passages=manifest.passages,
        counties=manifest.counties,
        model=manifest.embedder_fingerprint,
        uptime=timedelta(seconds=int(time.monotonic() - figures.started)),
        questions=figures.questions,
        queue=services.order.waiting,
        reload=figures.last_reload,
    )
    for what in filter(None, (problem, figures.problem)):
        text += "\n" + say(Say.PROBLEM, script, problem=what)
    await deliver(context.bot, services.store, place_of(update), render.telegram_text(text))


async def rollback(update: Update, context: Context) -> None:
    """``/rollback [id]``: offer to go back, by default to the predecessor."""
    services = services_of(context)
    if not services.is_admin(update):
        await unknown_command(update, context)
        return
    wanted = context.args[0] if context.args else None
    try:
        current, target = await services.off_loop(lambda: _target(services.config, wanted))
    except XianwenError as error:
        await tell(update, context, Say.ROLLBACK_FAILED, problem=error)
        return
    script = services.script_of(update)
    text = say(Say.ROLLBACK_CONFIRM, script, current=current, target=target)
    button = Button(say(Say.ROLLBACK_BUTTON, script), f"r1:{target}")
    await deliver(context.bot, services.store, place_of(update), render.telegram_text(text, ((button,),)))


async def press_rollback(update: Update, context: Context) -> None:
    """The confirmation of a rollback."""
    services, query = services_of(context), update.callback_query
    assert query is not None and query.data is not None
    if not services.is_admin(update):
        await acknowledge(query, say(Say.STALE_BUTTON, services.script_of(update)))
        return
    await acknowledge(query)
    target = query.data.removeprefix("r1:")

    def go_back() -> str:
        from retrieval.index import rollback as point_back

        return _follow(services, point_back(services.config.index_dir, target))[0]

    try:
        served = await services.off_loop(go_back)
    except XianwenError as error:
        await tell(update, context, Say.ROLLBACK_FAILED, problem=error)
        return
    logger.info("rolled back to %s", served)
    await tell(update, context, Say.ROLLBACK_DONE, generation=served)


def _target(config: Config, wanted: str | None) -> tuple[str, str]:
    """The current generation and the one to go to. Raises IndexMissing when there is none."""
    from retrieval.generations import current_id, ids, predecessor

    current = current_id(config.index_dir)
    target = wanted or predecessor(config.index_dir, current)
    if target is None or target == current or target not in ids(config.index_dir):
        raise IndexMissing(f"no such earlier generation, {config.index_dir}, see: xianwen generations")
    return current, target


async def _reload(update: Update, context: Context, message: Message | None, script: Script) -> None:
    services = services_of(context)
    show = functools.partial(_show, context, services, message)
    outcome = "✓"
    try:
        text = await _ingest(services, script, show)
    except (XianwenError, OSError, ValueError) as error:
        logger.error("reload failed: %s", error)
        outcome = f"✗ {error}"
        text = say(Say.RELOAD_FAILED, script, problem=error)
    services.figures.last_reload = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {outcome}"
    messages = render.telegram_text(text)
    if message is None or not await edit(context.bot, services.store, message, messages[0]):
        await deliver(context.bot, services.store, place_of(update), messages)
    elif len(messages) > 1:
        await deliver(context.bot, services.store, place_of(update), messages[1:])


async def _show(context: Context, services: Services, message: Message | None, text: str) -> None:
    if message is not None:
        await edit(context.bot, services.store, message, render.telegram_text(text)[0])


async def _ingest(services: Services, script: Script, show: Any) -> str:
    """Run the child, relay its progress, switch over; the closing words. Raises XianwenError when it fails."""
    before = await services.off_loop(lambda: _served(services))
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command(services.config), stdin=nothing, stdout=pipe, stderr=pipe)
    assert process.stdout is not None and process.stderr is not None
    try:
        report_text, last = await asyncio.gather(process.stdout.read(), _relay(process.stderr, script, show))
        code = await process.wait()
    finally:
        if process.returncode is None:
            await _end(process)
    if code != 0:
        raise XianwenError(last or f"ingest ended with status {code}, see the log of the service")
    report = json.loads(report_text)
    served, problem = await services.off_loop(lambda: _follow(services, report.get("generation")))
    logger.info("reloaded: serving %s", served)
    return _summary(report, before, served, problem, script)


def _served(services: Services) -> str:
    try:
        return services.engine.current().id
    except XianwenError:
        return "-"  # nothing is served yet: this reload may be the first


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a child that is no longer wanted; what it has not published is nothing."""
    process.terminate()
    try:
        await asyncio.wait_for(process.communicate(), _CHILD_ENDS_S)
    except TimeoutError:
        process.kill()
        await process.communicate()


def _follow(services: Services, wanted: str | None) -> tuple[str, str | None]:
    """What is served once the new generation is loaded (another thread may be at it), and a problem if it could not."""
    until = time.monotonic() + _SWITCH_S
    while True:
        served, problem = services.engine.current().id, services.engine.problem
        if wanted in (None, served) or problem or time.monotonic() > until:
            return served, problem
        time.sleep(0.05)


async def _relay(stream: asyncio.StreamReader, script: Script, show: Any) -> str:
    """Show progress, not too often; the last line that is no progress, which names the error if there was one."""
    last, shown_at = "", 0.0
    async for raw in stream:
        line = raw.decode("utf-8", "replace").strip()
        progress = _progress(line)
        if progress is None:
            last = line or last
        elif time.monotonic() - shown_at >= EDIT_EVERY_S:
            shown_at = time.monotonic()
            stage = STAGES.get(str(progress.get("stage")), (str(progress.get("stage")),) * 2)
            name = stage[1] if script is Script.ENGLISH else stage[0]
            done, total = progress.get("done", "?"), progress.get("total", "?")
            await show(say(Say.RELOAD_PROGRESS, script, stage=name, done=done, total=total))
    return last.removeprefix("error: ")


def _progress(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def command(config: Config) -> list[str]:
    """The child's command line; it gets this process's configuration, whatever the file says by now."""
    file = config.data_dir / "reload.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    sections = config.model_dump()
    lines: list[str] = []
    for section, values in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = ["--config", str(file), "--progress-json", "--json"]
    return [sys.executable, "-m", "bot", "ingest", *options, "--", *config.paths.articles]


def _summary(report: dict[str, Any], before: str, now: str, problem: str | None, script: Script) -> str:
    counts = {name: _count(report.get(name)) for name in ("added", "changed", "gone", "rejected")}
    lines = [say(Say.RELOAD_DONE, script, **counts, generation=now)]
    if problem:
        lines = [say(Say.RELOAD_FAILED, script, problem=problem)]  # published, but this process cannot open it
    elif now == before:
        lines = [say(Say.RELOAD_SAME, script, generation=now)]
    rejected = report.get("rejected")
    for entry in (rejected if isinstance(rejected, list) else [])[:_REJECTED_SHOWN]:
        lines.append(say(Say.RELOAD_REJECTED, script, source=entry.get("source", "?"), why=entry.get("why", "?")))
    return "\n".join(lines)


def _count(value: Any) -> int:
    return value if isinstance(value, int) else len(value or ())
