"""One article in the report: its facts, its warnings, and line by line what was kept and what was taken away."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from ingest.document import Line, Removal
from ingest.page_words import LOSSES, MATTERS, REPAIRS, RULES, SPOTS, STATES, WHAT_TO_DO
from ingest.prepare import Prepared
from ingest.quality import Loss, losses, score
from ingest.report import FileReport
from ingest.warnings import Matter, Warned

_MOST_LINES, _MOST_CHARS = 400, 1500
_GOOD, _FAIR = 85, 65


@dataclass(frozen=True, slots=True)
class Told:
    """An article with what the report says of it."""

    file: FileReport
    prepared: Prepared
    losses: tuple[Loss, ...]

    @classmethod
    def of(cls, file: FileReport, prepared: Prepared) -> "Told":
        """Judge an article."""
        return cls(file, prepared, losses(prepared, file.warnings))

    @property
    def score(self) -> int:
        """0 to 100."""
        return score(self.losses)


def score_html(points: int) -> str:
    """A number in the colour of how good it is."""
    kind = "good" if points >= _GOOD else "fair" if points >= _FAIR else "poor"
    return f'<span class="score {kind}">{points}</span>'


def warning_html(warned: Warned) -> str:
    """A warning as one chip."""
    chinese, english = MATTERS[warned.matter]
    return (
        f'<span class="chip warn" title="{escape(english.format(warned.detail))}">'
        f"{escape(chinese.format(warned.detail))}</span>"
    )


def article_html(told: Told, anchor: str) -> str:
    """The article as a card."""
    file, said, article = told.file, told.file.facts, told.prepared.article
    state = f'<span class="chip state">{STATES[file.state]} {file.state.value}</span>'
    title = escape(said.title) or '<span class="dim">（无标题 no title）</span>'
    counties = "、".join(said.counties) or "不知何县 no county"
    facts = [file.source, article.publisher or "", said.published or "", counties, article.doc_number or ""]
    facts += [f"{said.format}, {said.encoding}", f"{said.passages} 段 passages"]
    parts = [
        f'<div class="card" id="{anchor}"><div class="head"><h2>{title}</h2>',
        f"<span>{state}质量 quality {score_html(told.score)}</span></div>",
        f'<div class="facts">{" · ".join(escape(fact) for fact in facts if fact)}</div>',
        *_notes(told),
        *_sides(told.prepared),
        "</div>",
    ]
    return "".join(parts)


def _notes(told: Told) -> Iterator[str]:
    file = told.file
    if told.losses:
        lost = "，".join(f"{LOSSES[one.reason][0]} −{one.points}" for one in told.losses)
        yield f'<div class="facts">扣分 points off: {escape(lost)}</div>'
    if file.same_as:
        original = f"<b>{escape(file.same_as)}</b>"
        yield f'<div class="facts">转载或节选，引用时用 reprint or part, cited from: {original}</div>'
    if file.also:
        yield f'<div class="facts">也见于 also in: {escape("、".join(file.also))}</div>'
    if repairs := file.facts.repairs:
        made = "、".join(f"{REPAIRS.get(name, name)} {count}" for name, count in sorted(repairs.items()))
        yield f'<div class="facts">修复 repaired: {escape(made)}</div>'
    for warned in file.warnings:
        yield f'<div class="facts">{warning_html(warned)}{WHAT_TO_DO[warned.matter]}</div>'
        if warned.matter is Matter.CONTRADICTS:
            yield _spots(warned)


def _spots(warned: Warned) -> str:
    rows = "".join(
        f'<tr><td class="w">{SPOTS[what]} {what}</td>'
        f"<td><del>{escape(here)}</del></td><td><ins>{escape(there)}</ins></td></tr>"
        for what, here, there in warned.spots
    )
    there = escape(warned.detail)
    return f"<table><tr><th></th><th>本篇 here</th><th>{there}</th></tr>{rows}</table>"


def _sides(prepared: Prepared) -> Iterator[str]:
    """Two columns: lines in the page's order, kept ones on the left and removed ones, by the colour of their rule."""
    removed = Counter(removal.rule for removal in prepared.cleaned.removals)
    chips = " ".join(f"{RULES.get(rule, rule)} {count}" for rule, count in removed.most_common())
    yield f'<div class="sides"><b>保留 kept</b><b>去掉 removed: {escape(chips) or "—"}</b>'
    rows = _merged(prepared.cleaned.lines, prepared.cleaned.removals)
    for row in rows[:_MOST_LINES]:
        yield _kept(row) if isinstance(row, Line) else _gone(row)
    if len(rows) > _MOST_LINES:
        more = len(rows) - _MOST_LINES
        yield f'<div class="kept dim">还有 {more} 行未列出 {more} more lines are not shown</div>'
    yield "</div>"


def _merged(lines: Sequence[Line], removals: Sequence[Removal]) -> list[Line | Removal]:
    both: list[Line | Removal] = [*lines, *removals]
    return sorted(both, key=lambda one: one.number)


def _kept(line: Line) -> str:
    text, parts, at = line.text[:_MOST_CHARS], [], 0
    for start, end in line.damaged:
        parts.append(f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>")
        at = end
    cut = "…" if len(line.text) > _MOST_CHARS else ""
    heading = " lv" if line.level else ""
    return f'<div class="kept{heading}">{"".join(parts)}{escape(text[at:])}{cut}</div>'


def _gone(removal: Removal) -> str:
    colour = f"hsl({zlib.crc32(removal.rule.encode()) % 360} 45% 42%)"
    text = " ".join(removal.text.split())
    shown = escape(text[:_MOST_CHARS]) + ("…" if len(text) > _MOST_CHARS else "")
    name = escape(RULES.get(removal.rule, removal.rule))
    return (
        f'<div class="gone" style="border-left-color:{colour}">'
        f'<i style="background:{colour}" title="{escape(removal.rule)}">{name}</i>{shown}</div>'
    )
