"""Chat questions made tests: a file of golden questions below the data, which ``xianwen evaluate FILE`` reads."""

import json
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot import admin_messages, outgoing
from bot import office_messages as words
from bot.desk import Desk, OldButton, Press, number_in, text_in
from bot.outgoing import Button
from bot.reasking import ASKED
from bot.shelf import write_whole
from retrieval.config import Config
from retrieval.errors import XianwenError
from retrieval.types import Answer, Reason, Status

_TEST = "test"  # the kind of draft that holds a test in the making
_QUOTE_CHARS = 120
_KINDS = {
    Reason.NOT_IN_CORPUS: "refuse_offtopic",
    Reason.UNKNOWN_COUNTY: "refuse_offcounty",
    Reason.MEDICAL_ADVICE: "refuse_medical",
    Reason.SMALLTALK: "smalltalk",
    Reason.WHICH_COUNTY: "clarify",
    Reason.NONSENSE: "smalltalk",
}
Draft = dict[str, Any]


def golden_file(config: Config) -> Path:
    """Where the admins' golden questions are kept."""
    return config.data_dir / "golden.jsonl"


async def order_golden(desk: Desk, rest: str) -> None:
    """``/golden``: the admin's last question as a test; with a sentence of an article, that as its evidence."""
    history = desk.services.store.history(desk.admin, desk.admin)
    if not history:
        await desk.tell(words.TEST_NO_QUESTION)
        return
    await _begin(desk, history[-1], history[:-1], rest)


async def press_test(desk: Desk, values: Sequence[str]) -> None:
    """A question that was asked again."""
    asked = desk.services.ledger.drafted(ASKED, text_in(values, 0))
    if asked is None:
        raise OldButton
    await _begin(desk, asked["question"], (), "")


async def press_tick(desk: Desk, values: Sequence[str]) -> None:
    """Tick a citation, or take its tick away."""
    key, at = text_in(values, 0), number_in(values, 1)
    draft = _draft(desk, key)
    if at >= len(draft["quotes"]):
        raise OldButton
    draft["quotes"][at]["ticked"] = not draft["quotes"][at]["ticked"]
    await _show(desk, key, draft)


async def press_turn(desk: Desk, values: Sequence[str]) -> None:
    """The other outcome would be right."""
    key = text_in(values, 0)
    draft = _draft(desk, key)
    draft["answered"] = not draft["answered"]
    await _show(desk, key, draft)


async def press_save(desk: Desk, values: Sequence[str]) -> None:
    """Add it to the file."""
    key, config = text_in(values, 0), desk.services.config
    draft = _draft(desk, key)
    if draft["answered"] and not any(quote["ticked"] for quote in draft["quotes"]):
        await desk.tell(words.TEST_NEEDS_QUOTE)
        return
    if desk.services.ledger.take_draft(_TEST, key) is None:
        raise OldButton
    row = as_golden(draft)
    await desk.services.off_loop(lambda: append(golden_file(config), row))
    desk.note("test added", row["id"])
    await desk.turn(desk.word(words.TEST_SAVED, id=row["id"], file=golden_file(config)))


async def press_drop(desk: Desk, values: Sequence[str]) -> None:
    """No test."""
    if desk.services.ledger.take_draft(_TEST, text_in(values, 0)) is None:
        raise OldButton
    await desk.turn(desk.word(admin_messages.CANCELLED))


ACTIONS: dict[str, Press] = {
    "test": press_test,
    "tick": press_tick,
    "turn": press_turn,
    "testsave": press_save,
    "testdrop": press_drop,
}


def as_golden(draft: Draft) -> Draft:
    """The line of the file: keys as docs/evaluation.md tells them."""
    from evaluation.normalise import normalise

    quotes = [quote for quote in draft["quotes"] if quote["ticked"]] if draft["answered"] else []
    refused = {"kind": draft["refusal_kind"], "status": draft["refusal_status"]}
    return {
        "id": f"chat-{time.strftime('%Y%m%d')}-{secrets.token_hex(3)}",
        "question": draft["question"],
        **({"kind": draft["kind"], "status": Status.ANSWERED.value} if draft["answered"] else refused),
        "counties": draft["counties"],
        "article": list(dict.fromkeys(quote["source"] for quote in quotes)),
        "evidence": [[normalise(quote["quote"])] for quote in quotes],
        "history": draft["history"],
        "note": "added in the chat",
    }


def append(file: Path, row: Draft) -> None:
    """Add a line, the file checked as ``xianwen evaluate`` reads it. Raises XianwenError; the file stays then."""
    from evaluation.golden import read_questions

    trial = file.with_name(f".{file.name}.trial")
    try:
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        ended = before if not before or before.endswith("\n") else before + "\n"
        write_whole(trial, ended + json.dumps(row, ensure_ascii=False) + "\n")
        read_questions(trial)
        trial.replace(file)
    except (OSError, UnicodeDecodeError) as error:
        raise XianwenError(f"cannot be written ({error}), {file}, check the disk") from error
    finally:
        trial.unlink(missing_ok=True)


async def _begin(desk: Desk, question: str, history: Sequence[str], sentence: str) -> None:
    services = desk.services

    def look() -> tuple[Answer, tuple[str, str] | None]:
        return services.engine.ask(question, history), _standing(services.engine.current(), sentence)

    answer, found = await services.off_loop(look)
    if sentence and found is None:
        await desk.tell(words.TEST_NOT_FOUND)
        return
    quotes = [
        {"quote": citation.quote, "source": citation.article.source, "ticked": found is None}
        for citation in answer.citations
    ]
    if found is not None:
        quotes.insert(0, {"quote": found[0], "source": found[1], "ticked": True})
    reason = answer.reason or Reason.NOT_IN_CORPUS
    draft = {
        "question": answer.question.asked,
        "history": list(history),
        "answered": bool(quotes),
        "kind": answer.question.kind.value,
        "refusal_kind": _KINDS[reason],
        "refusal_status": (answer.status if answer.reason else Status.NO_ANSWER).value,
        "counties": [division.short for division in answer.question.counties],
        "quotes": quotes,
    }
    key = services.ledger.draft(_TEST, desk.admin, draft)
    await desk.say(*_shown(desk, key, draft))


def _standing(corpus: Any, sentence: str) -> tuple[str, str] | None:
    """The sentence and the source of the first article that holds it, compared as the evaluation does."""
    from evaluation.normalise import normalise

    wanted = normalise(sentence)
    if not wanted:
        return None
    for listed in corpus.articles():
        if wanted in normalise(corpus.article(listed.id).text):
            return sentence, listed.source
    return None


def _draft(desk: Desk, key: str) -> Draft:
    draft = desk.services.ledger.drafted(_TEST, key)
    if draft is None:
        raise OldButton
    return dict(draft)


async def _show(desk: Desk, key: str, draft: Draft) -> None:
    desk.services.ledger.draft(_TEST, desk.admin, draft, key)
    await desk.turn(*_shown(desk, key, draft))


def _shown(desk: Desk, key: str, draft: Draft) -> tuple[str, outgoing.Rows]:
    lines = [desk.word(words.TEST_TITLE, question=draft["question"])]
    lines.append(desk.word(words.TEST_EXPECTS if draft["answered"] else words.TEST_REFUSES))
    ticks: list[Button] = []
    for at, quote in enumerate(draft["quotes"] if draft["answered"] else ()):
        values = {"mark": "☑" if quote["ticked"] else "☐", "number": at + 1}
        lines.append(desk.word(words.TEST_QUOTE, quote=quote["quote"][:_QUOTE_CHARS], **values))
        ticks.append(desk.button(words.TEST_BUTTON_QUOTE, "tick", key, at, **values))
    other = words.TEST_BUTTON_REFUSE if draft["answered"] else words.TEST_BUTTON_ANSWER
    last = (desk.button(words.TEST_SAVE, "testsave", key), desk.button(admin_messages.CANCEL, "testdrop", key))
    return "\n".join(lines), (*outgoing.rows(ticks, 5), (desk.button(other, "turn", key),), last)
