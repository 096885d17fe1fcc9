"""Generations of the index in the chat: the list, what going back would change, and going back."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import admin_messages as words
from bot import reloading
from bot.child import module, run_child
from bot.context import Services
from bot.desk import Desk, Press, text_in
from bot.golden_set import golden_file
from retrieval.config import Config
from retrieval.errors import IndexMissing, XianwenError

ANSWERS_BUDGET_S = 25.0
LIMIT_S = 90.0
_SHOWN = 12
_NAMED = 8
_RECENT = 60
_MOST = 300
_KINDS = {"changed": words.DIFF_CHANGED, "lost": words.DIFF_LOST, "won": words.DIFF_WON}
_GROUPS = {"golden": words.DIFF_GOLDEN, "gaps": words.DIFF_GAPS, "recent": words.DIFF_RECENT}


async def order_generations(desk: Desk, _: str) -> None:
    """``/generations``: newest first, a button for each that may be gone back to."""
    from retrieval.generations import list_generations

    entries = (await desk.services.off_loop(lambda: list_generations(desk.services.config.index_dir)))[:_SHOWN]
    lines, rows = [desk.word(words.GENERATIONS_TITLE)], []
    for entry in entries:
        manifest = entry.manifest
        line = desk.word(
            words.GENERATION_LINE, id=entry.id, articles=manifest.articles, passages=manifest.passages,
            counties=manifest.counties,
        )  # fmt: skip
        lines.append(("● " if entry.current else "○ ") + line)
        if not entry.current:
            rows.append((desk.button(words.GENERATION_BUTTON, "diff", entry.id, id=entry.id),))
    await desk.say("\n".join(lines), tuple(rows))


async def order_rollback(desk: Desk, rest: str) -> None:
    """``/rollback [id]``: what would change, and a button; by default the predecessor."""
    wanted = rest.split()[0] if rest else None
    try:
        current, target = await desk.services.off_loop(lambda: _target(desk.services.config, wanted))
    except XianwenError as error:
        await desk.tell(words.ROLLBACK_FAILED, problem=error)
        return
    desk.start(_offer(desk, current, target), "compare")


async def press_diff(desk: Desk, values: Sequence[str]) -> None:
    """A generation of the list."""
    await order_rollback(desk, text_in(values, 0))


async def press_rollback(desk: Desk, values: Sequence[str]) -> None:
    """The confirmation of a rollback."""
    services, target = desk.services, text_in(values, 0)

    def go_back() -> str:
        from retrieval.index import rollback as point_back

        return reloading.follow(services, point_back(services.config.index_dir, target))[0]

    try:
        served = await services.off_loop(go_back)
    except XianwenError as error:
        await desk.tell(words.ROLLBACK_FAILED, problem=error)
        return
    desk.note("rollback", served)
    await desk.turn(desk.word(words.ROLLBACK_DONE, generation=served))


async def press_cancel(desk: Desk, _: Sequence[str]) -> None:
    """No rollback."""
    await desk.turn(desk.word(words.CANCELLED))


ACTIONS: dict[str, Press] = {"diff": press_diff, "back": press_rollback, "noback": press_cancel}


def _target(config: Config, wanted: str | None) -> tuple[str, str]:
    """The current generation and the one to go to. Raises IndexMissing when there is none."""
    from retrieval.generations import current_id, ids, predecessor

    current = current_id(config.index_dir)
    target = wanted or predecessor(config.index_dir, current)
    if target is None or target == current or target not in ids(config.index_dir):
        raise IndexMissing(f"no such other generation, {config.index_dir}, see /generations")
    return current, target


async def _offer(desk: Desk, current: str, target: str) -> None:
    """Compare in a child process, then ask; where the comparison fails, say so and ask all the same."""
    message = await desk.tell(words.DIFF_STARTED)
    title = desk.word(words.ROLLBACK_CONFIRM, current=current, target=target)
    try:
        found = await _compare(desk.services, target)
        text = "\n".join([title, *_lines(desk, found)])
    except (XianwenError, OSError, ValueError, KeyError) as error:  # also a golden file edited by hand
        text = f"{title}\n{desk.word(words.DIFF_FAILED, problem=error)}"
    buttons = (desk.button(words.ROLLBACK_BUTTON, "back", target), desk.button(words.CANCEL, "noback"))
    await desk.rewrite(message, text, (buttons,))


async def _compare(services: Services, target: str) -> Any:
    groups = await services.off_loop(lambda: _questions(services))
    with tempfile.TemporaryDirectory(prefix="xianwen-questions-") as place:
        file = Path(place) / "questions.json"
        wanted = {"groups": groups, "budget_s": ANSWERS_BUDGET_S}
        file.write_text(json.dumps(wanted, ensure_ascii=False), encoding="utf-8")
        line = module("bot.comparison", services.config, "--questions", str(file), target)
        return await run_child(line, limit_s=LIMIT_S)


def _questions(services: Services) -> dict[str, list[dict[str, Any]]]:
    """Which answers are compared: the admins' golden questions, the open gaps, and what was asked lately."""
    golden = golden_file(services.config)
    groups: dict[str, list[dict[str, Any]]] = {"golden": [], "gaps": [], "recent": []}
    if golden.is_file():
        for line in golden.read_text(encoding="utf-8").splitlines()[-_MOST:]:
            if line.strip():
                row = json.loads(line)
                groups["golden"].append({"question": row["question"], "history": row.get("history", [])})
    gaps = dict.fromkeys(gap.question for gap in reversed(services.ledger.gaps.open()))
    groups["gaps"] = [{"question": text} for text in list(gaps)[:_RECENT]]
    groups["recent"] = [{"question": text} for text in services.store.recent_questions(_RECENT)]
    return {name: group for name, group in groups.items() if group}


def _lines(desk: Desk, found: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, title in (("added", words.DIFF_ADDED), ("changed", words.DIFF_ARTICLES), ("gone", words.DIFF_GONE)):
        sources = found["articles"][name]
        more = "…" if len(sources) > _NAMED else ""
        lines.append(desk.word(title, count=len(sources)) + "、".join(sources[:_NAMED]) + more)
    for name, counts in found["answers"].items():
        values = {key: counts[key] for key in ("asked", "given", "changed", "lost", "won")}
        lines.append(desk.word(words.DIFF_ANSWERS, group=desk.word(_GROUPS[name]), **values))
        if name == "recent":  # counted only: who asked these did not ask admins to read them
            continue
        lines += [f"· {desk.word(_KINDS[shown['kind']])} {shown['question']}" for shown in counts["examples"]]
    return lines
