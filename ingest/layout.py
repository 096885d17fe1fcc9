"""Rules that need the whole page: repeated titles, tables of contents, what follows the article's end."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.furniture import RECORD_LABEL, is_prose
from retrieval.text import squeeze

_ORDINAL = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十百\d]{1,4}[、.．:：)）章节篇]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳•·●*\-]|\d{1,2}\s)\s*"
)
_CONTENTS = re.compile(r"^(?:本文|文章|内容)?(?:目\s?录|contents)(?:导读|导航|索引|一览)?\s?[:：]?(?:导读)?[:：]?$")
_LEADERS = re.compile(r"[.…·\s]*\d{0,4}$")
_ENDING = {"copyright", "prev-next", "related", "comments", "footer", "share", "bare-url", "advertisement"}
_SPOKEN = re.compile(r"[。！!？?；;：:，,]\s*$")  # salutations and lead-ins come again for good reason
_SPEECH_END = re.compile(r"[。！？；!?;…]\s*[”’」』）)]*$")
_STRUCTURE = re.compile(
    r"^\s*(?:[(（][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+、|第[一二三四五六七八九十百]+[章条节])"
)
_SUMMARY = re.compile(r"^[\[【]?(?:内容)?(?:摘要|导读|提要|简介|导语|核心提示)[\]】]?\s?[:：]?\s*")
_BROKEN_OFF = re.compile(r"(?:…|\.{3})+$")
_SUMMARY_WITHIN, _SUMMARY_CHARS = 8, 15
_SITE = re.compile(r"\s*[-_|—–»]+\s*[^-_|—–»]{2,24}$")


@dataclass(slots=True)
class Item:
    """A line on its way through the rules: ``rule`` is empty as long as it is kept."""

    text: str
    form: str
    number: int
    level: int = 0
    rewritten: tuple[tuple[int, int], ...] = ()
    rule: str = ""


def kept(items: Sequence[Item]) -> list[Item]:
    """Those that no rule has taken."""
    return [item for item in items if not item.rule]


def drop_record_values(items: Sequence[Item]) -> None:
    """The record above a public document, one label and one value a line: values go with their labels.

    A title that stands nowhere else stays.
    """
    pairs = [
        (label, value)
        for label, value in pairwise(items[:21])
        if RECORD_LABEL.fullmatch(label.form)
        and label.rule in ("", "meta-line")
        and not value.rule
        and _is_value(value.form)
    ]
    if len(pairs) < 2:
        return
    times = Counter(squeeze(item.text) for item in kept(items))
    for label, value in pairs:
        label.rule = "meta-line"
        if not re.match(r"[名标]", label.form) or times[squeeze(value.text)] > 1:
            value.rule = "meta-line"


def _is_value(form: str) -> bool:
    return len(form) <= 40 and not is_prose(form) and not _ORDINAL.match(form) and not form.endswith((":", "："))


def drop_contents(items: Sequence[Item]) -> None:
    """A table of contents, if at least two of its entries come again as lines of the article."""
    lines = kept(items)
    keys = [_heading_key(item.form) for item in lines]
    for at, item in enumerate(lines):
        if not _CONTENTS.match(item.form):
            continue
        end = at + 1
        while end < len(lines) and not is_prose(lines[end].form) and keys[end] and keys[end] in keys[end + 1 :]:
            end += 1
        if end - at > 2:
            for entry in lines[at:end]:
                entry.rule = "contents"
            return


def _heading_key(form: str) -> str:
    return squeeze(_LEADERS.sub("", _ORDINAL.sub("", form)))


def drop_repeated(items: Sequence[Item], meta: Mapping[str, str]) -> None:
    """The title's second and later copies, neighbours that say the same, and long lines said three times."""
    lines = kept(items)
    titles = _titles(lines, meta)
    keys = [squeeze(item.text) for item in lines]
    times = Counter(keys)
    _drop_summaries(lines, keys)
    seen: set[str] = set()
    for at, (item, key) in enumerate(zip(lines, keys, strict=True)):
        if key in seen and not is_prose(item.form):
            if key in titles:
                item.rule = "repeated-title"
            elif times[key] >= 3 and len(key) >= 10 and not is_content(item.form):
                item.rule = "repeated-line"
        if key and at and key == keys[at - 1] and not item.rule:
            item.rule = "repeated-line"
        seen.add(key)


def _drop_summaries(lines: Sequence[Item], keys: Sequence[str]) -> None:
    """What a page says first of its article in the article's own opening words."""
    for at, item in enumerate(lines[:_SUMMARY_WITHIN]):
        said = (
            squeeze(_SUMMARY.sub("", item.text)) if _SUMMARY.match(item.form) or _BROKEN_OFF.search(item.form) else ""
        )
        said = _BROKEN_OFF.sub("", said)
        if len(said) >= _SUMMARY_CHARS and any(later.startswith(said) for later in keys[at + 1 :]):
            item.rule = "repeated-line"


def is_content(form: str) -> bool:
    """List items, lead-ins and table rows may well come several times."""
    return bool(_ORDINAL.match(form) or _SPOKEN.search(form) or "|" in form)


def _titles(lines: Sequence[Item], meta: Mapping[str, str]) -> set[str]:
    """Keys of what may be the title: what the page says, its first heading, its first line."""
    said = meta.get("title", "")
    names = [said, _SITE.sub("", said), *(item.text for item in lines[:1])]
    names += [item.text for item in lines if item.level == 1][:1]
    return {squeeze(name) for name in names if not _SPOKEN.search(name)} - {""}


def drop_after_end(items: Sequence[Item]) -> None:
    """Short lines after the mark that closes the article: no prose follows it, and most text stands before it."""
    content = (at for at, item in reversed(list(enumerate(items))) if not item.rule and carries(item.form))
    last = next(content, -1)
    total = sum(len(item.text) for item in kept(items))
    before = 0
    for at, item in enumerate(items):
        before += 0 if item.rule else len(item.text)
        if at > last and item.rule in _ENDING and before * 2 >= total:
            for later in kept(items[at:]):
                later.rule = "after-article"
            return


def ends_like_speech(form: str) -> bool:
    """Whether a line, short as it may be, ends as sentences do."""
    return bool(_SPEECH_END.search(form))


def carries(form: str) -> bool:
    """Whether a line is prose or a numbered heading: something that an article needs."""
    return is_prose(form) or bool(_STRUCTURE.match(form))
