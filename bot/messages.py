"""Sentences in the asker's script: simplified Chinese and English by hand (``bot/sentences.py``), traditional derived.

Plain text, never markup: whoever sends it escapes it. ``say`` is the only way to a sentence, so that
a test can walk through all of them.
"""

from bot.markup import clean, whole
from bot.sentences import Say as Say
from retrieval.errors import (
    EmbeddingError,
    IndexBusy,
    IndexCorrupt,
    IndexMismatch,
    IndexMissing,
    IndexProblem,
    QuestionEmpty,
    QuestionError,
    QuestionTooLong,
    XianwenError,
)
from retrieval.text import fold, to_traditional
from retrieval.types import Answer, Reason, Script
from retrieval.wording import found

# what `xianwen ingest` reports while it works
STAGES: dict[str, tuple[str, str]] = {
    "read": ("读取文章", "reading"),
    "clean": ("清理文章", "cleaning"),
    "embed": ("计算向量", "embedding"),
    "index": ("编排索引", "indexing"),
    "publish": ("检查并启用", "checking and publishing"),
}

_OF_REASON: dict[Reason, Say] = {reason: Say[reason.name] for reason in Reason}

_OF_ERROR: tuple[tuple[type[XianwenError], Say], ...] = (
    (QuestionEmpty, Say.EMPTY),
    (QuestionTooLong, Say.TOO_LONG),
    (QuestionError, Say.EMPTY),
    (IndexMissing, Say.NOT_READY),
    (IndexCorrupt, Say.NOT_READY),
    (IndexMismatch, Say.NOT_READY),
    (IndexBusy, Say.NOT_READY),
    (IndexProblem, Say.NOT_READY),
    (EmbeddingError, Say.NOT_READY),
)


def say(what: Say, script: Script, **values: object) -> str:
    """The sentence, its places filled. Raises KeyError when a place has no value."""
    chinese, english = what.value
    if script is Script.ENGLISH:
        return english.format(**values)
    text = chinese.format(**values)
    return to_traditional(whole(text)) if script is Script.TRADITIONAL else text


def join(names: tuple[str, ...] | list[str], script: Script) -> str:
    """Names in a row, as the language does it."""
    return (", " if script is Script.ENGLISH else "、").join(clean(name) for name in names)


def of_error(error: XianwenError) -> Say:
    """What to say about an error; FAILED (which wants an incident number) when there is nothing better."""
    return next((what for kind, what in _OF_ERROR if isinstance(error, kind)), Say.FAILED)


def refusal(answer: Answer, listed: bool = True) -> str:
    """The words for an answer that has a reason instead of claims.

    ``listed`` names what is offered instead; where buttons do, the words only lead to them.
    """
    if answer.reason is None:
        raise ValueError("an answer with claims is no refusal")
    script, question = answer.question.script, answer.question
    lines = [say(_opening(answer.reason, question.asked), script, places=join(question.elsewhere, script) or "?")]
    counties = tuple(division.short for division in question.counties)
    if answer.reason is Reason.NOT_IN_CORPUS and counties:
        lines.append(say(Say.LOOKED_IN, script, places=join(counties, script)))
    if answer.missing:
        lines.append(say(Say.MISSING, script, words=join(answer.missing, script)))
    if answer.others:
        lines.append(say(Say.OTHERS, script, places=join(answer.others, script)))
    if answer.reason is Reason.NOT_IN_CORPUS and question.elsewhere:
        lines.append(say(Say.ALSO_UNKNOWN, script, places=join(question.elsewhere, script)))
    offered = answer.suggestions if listed else ()
    if answer.suggestions and answer.reason is Reason.UNKNOWN_COUNTY:
        lines.append(say(Say.NEAREST, script, places=join(offered, script)))
    elif answer.suggestions and answer.reason is not Reason.MEDICAL_ADVICE:
        between = "; " if script is Script.ENGLISH else "；"  # topics hold commas of their own
        if listed or answer.reason is not Reason.WHICH_COUNTY:
            lines.append(say(Say.YOU_MAY_ASK, script, topics=between.join(offered)))
    return "\n".join(line.rstrip() for line in lines)


def _opening(reason: Reason, asked: str) -> Say:
    """What is said first: thanks and farewells are answered as such."""
    if reason is Reason.SMALLTALK and found("farewell", fold(asked)):
        return Say.FAREWELL
    if reason is Reason.SMALLTALK and found("thanks", fold(asked)):
        return Say.WELCOME
    return _OF_REASON[reason]
