"""What ``ingest/preview.py`` found, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot import article_messages as words
from bot.desk import Desk

_DETAILED = 4
_SOURCES = 3


def usable(file: Mapping[str, Any]) -> bool:
    """Whether the file holds an article that is not there already, byte for byte."""
    return any("why" not in document and not document["same_file"] for document in file["documents"])


def preview_lines(desk: Desk, files: Sequence[Mapping[str, Any]]) -> list[str]:
    """The preview: the first documents in detail, the others counted."""
    documents = [(file["name"], document) for file in files for document in file["documents"]]
    lines: list[str] = []
    for name, document in documents[:_DETAILED]:
        lines += ["", *(_rejected(desk, name, document) if "why" in document else _described(desk, document))]
    if len(documents) > _DETAILED:
        lines += ["", desk.word(words.UPLOAD_MORE, count=len(documents) - _DETAILED)]
        bad = [(name, document) for name, document in documents[_DETAILED:] if "why" in document]
        for name, document in bad[:_DETAILED]:
            lines += _rejected(desk, name, document)
    return lines[1:] or [desk.word(words.UPLOAD_NOTHING)]


def _rejected(desk: Desk, name: str, document: Mapping[str, Any]) -> list[str]:
    shown = document["source"] if name in document["source"] else name
    line = desk.word(words.UPLOAD_REJECTED, name=shown, why=document["why"], what_to_do=document["what_to_do"])
    return [line, *_removed(desk, document)]


def _described(desk: Desk, document: Mapping[str, Any]) -> Iterator[str]:
    yield desk.word(words.UPLOAD_TITLE, title=document["title"] or document["source"])
    yield desk.word(words.UPLOAD_FACTS, **facts(desk, document), format=document["format"])
    if document["doc_number"]:
        yield desk.word(words.UPLOAD_NUMBER, number=document["doc_number"])
    for key, what in (
        ("same_file", words.UPLOAD_SAME_FILE),
        ("same_text", words.UPLOAD_SAME_TEXT),
        ("same_title", words.UPLOAD_SAME_TITLE),
    ):
        if document[key]:
            yield desk.word(what, sources="、".join(document[key][:_SOURCES]))
    for near in document["near"]:
        yield desk.word(words.UPLOAD_NEAR, share=round(100 * near["share"]), source=near["source"])
        for here, there in near["spots"]:
            yield desk.word(words.UPLOAD_SPOT, here=here, there=there)
    for warning in document["warnings"]:
        if warning["matter"] in words.WARNINGS:
            yield desk.word(words.WARNINGS[warning["matter"]], detail=warning["detail"])
    if document["repairs"]:
        yield desk.word(words.UPLOAD_REPAIRED, rules=_counted(document["repairs"]))
    yield from _removed(desk, document)
    yield desk.word(words.UPLOAD_BEGINS, beginning=" ".join(document["beginning"].split()))


def facts(desk: Desk, document: Mapping[str, Any]) -> dict[str, object]:
    """What the facts' line wants, with words for what is unknown."""
    return {
        "publisher": document["publisher"] or desk.word(words.UNKNOWN_PUBLISHER),
        "published": document["published"] or desk.word(words.UNKNOWN_DATE),
        "counties": "、".join(document["counties"]) or desk.word(words.UNKNOWN_COUNTIES),
        "passages": document["passages"],
        "chars": document["chars"],
    }


def _removed(desk: Desk, document: Mapping[str, Any]) -> Iterator[str]:
    if not document.get("removed"):
        return
    yield desk.word(words.UPLOAD_REMOVED, rules=_counted(document["removed"]))
    for rule, text in document["examples"].items():
        yield desk.word(words.UPLOAD_EXAMPLE, rule=rule, text=text)


def _counted(counts: Mapping[str, int]) -> str:
    return "、".join(f"{name} {count}" for name, count in counts.items())
