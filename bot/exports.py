"""What the bot knows of questions as files for an admin: CSV that a spreadsheet opens safely, or JSON lines."""

import csv
import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot import office_messages as words
from bot.bans import day_of
from bot.context import Services
from bot.delivery import deliver_file, place_of
from bot.desk import Desk
from bot.golden_set import golden_file
from bot.outgoing import OutgoingFile
from bot.tally import KEPT_DAYS

Row = Mapping[str, Any]
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def questions(services: Services) -> list[Row]:
    """One row a question: no text and no person."""
    return [
        {"day": row.day, "status": row.status, "reason": row.reason, "counties": list(row.counties),
         "topic": row.topic, "took_ms": round(row.took_ms, 1)}
        for row in services.ledger.tally.since(KEPT_DAYS)
    ]  # fmt: skip


def feedback(services: Services) -> list[Row]:
    """One row a vote: the question and what was thought of its answer, not by whom."""
    rows: list[Row] = []
    for vote in services.memory.votes():
        question, _ = services.memory.question(vote.key) or ("", ())
        rows.append({"good": vote.good, "why": vote.why, "note": vote.note, "question": question})
    return rows


def gaps(services: Services) -> list[Row]:
    """One row a question without a good answer, the closed ones too."""
    return [
        {"hour": day_of(gap.at), "question": gap.question, "counties": list(gap.counties), "reason": gap.reason,
         "why": gap.why, "article": gap.article}
        for gap in services.ledger.gaps.all()
    ]  # fmt: skip


def tests(services: Services) -> list[Row]:
    """The admins' golden questions."""
    file = golden_file(services.config)
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


KINDS: dict[str, Callable[[Services], list[Row]]] = {
    "questions": questions,
    "feedback": feedback,
    "gaps": gaps,
    "tests": tests,
}


async def order_export(desk: Desk, rest: str) -> None:
    """``/export questions|feedback|gaps|tests csv|jsonl``."""
    kind, _, form = rest.lower().partition(" ")
    form = form.strip() or "csv"
    if kind not in KINDS or form not in ("csv", "jsonl"):
        await desk.tell(words.EXPORT_USAGE)
        return
    rows = await desk.services.off_loop(lambda: KINDS[kind](desk.services))
    text = as_csv(rows) if form == "csv" else as_jsonl(rows)
    name = f"xianwen-{kind}-{time.strftime('%Y%m%d')}.{form}"
    desk.note("export", f"{kind} {form}")
    caption = desk.word(words.EXPORT_CAPTION, what=kind, count=len(rows))
    file = OutgoingFile(name, text or "\n", caption)
    await deliver_file(desk.context.bot, desk.services.store, place_of(desk.update), file)


def as_csv(rows: Sequence[Row]) -> str:
    """CSV with a byte order mark, so that spreadsheets read UTF-8; no cell begins like a formula."""
    sink = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(sink)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name, "")) for name in names])
    return "\ufeff" + sink.getvalue()


def as_jsonl(rows: Sequence[Row]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else "、".join(map(str, value)) if _flat(value) else json.dumps(value)
    text = text.replace("\0", "")
    return "'" + text if text.lstrip(" ").startswith(_FORMULA) else text


def _flat(value: Any) -> bool:
    return isinstance(value, Sequence) and all(isinstance(part, str) for part in value)
