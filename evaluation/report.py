"""The evaluation as one self-contained page: no script, no network, no foreign font; labels in Chinese and English.

Held-out questions appear as sums only: who reads their misses tunes on them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from evaluation.gate import CEILINGS, FLOORS, Baseline
from evaluation.golden import GoldenQuestion
from evaluation.history import Changes
from evaluation.plots import BLUE, ORANGE, Bar, Dot, Series, bars, curves, histogram, reliability
from evaluation.probe import Point, Retrieval
from evaluation.score import Scores, Verdict, by_kind
from retrieval.types import Status

LABELS = {
    "perfect": "全对", "status": "结果对", "false_answer": "不该答而答", "false_refusal": "该答而不答",
    "evidence_quote": "引文含证据", "evidence_passage": "段落含证据", "answer_groups": "答案要点",
    "first_hit": "首条即证据", "wrong_county": "引错县", "valid_quotes": "引文可核", "valid_markers": "标号相符",
    "answer_chars": "答案字数",
}  # fmt: skip
KINDS = {
    "fact": "事实", "number": "数字", "where": "何处", "who": "何人", "when": "何时", "list": "列举", "how": "如何",
    "overview": "概况", "compare": "比较", "aggregate": "汇总", "followup": "追问", "english": "英文", "yesno": "是否",
    "clarify": "反问", "refuse_offcounty": "他县", "refuse_offtopic": "文中无", "refuse_medical": "看病",
    "smalltalk": "寒暄", "injection": "注入",
}  # fmt: skip
MODES = {"words": "全文检索", "vectors": "向量检索", "fused": "两者融合", "read": "逐句细读"}
STEPS = 100
BINS = 10
_STYLE = """
body{font:15px/1.55 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;color:#1d2733;
background:#f6f7f9;margin:0 auto;padding:24px;max-width:1040px}
h1{font-size:24px;margin:0 0 4px}h2{font-size:17px;margin:0 0 10px}small,.dim{color:#66717d;font-weight:400}
section{overflow-x:auto;background:#fff;border:1px solid #e3e7ec;border-radius:8px;padding:16px 18px;margin:16px 0}
.two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px}.two>section{margin:0}
.two>div>section:first-child{margin-top:0}.small{font-size:11.5px}.small td,.small th{padding:5px 3px}
.n{white-space:nowrap}svg{display:block;width:100%;height:auto}
.note{margin:4px 0 0;font-size:13px;color:#66717d}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:5px 8px;border-top:1px solid #e9ecf0;
vertical-align:top}th{font-weight:600;border-top:0;color:#4a5560}td.n,th.n{text-align:right;
font-variant-numeric:tabular-nums}.bad{color:#b3261e;font-weight:600}.good{color:#1c7c3c}
.misses{table-layout:fixed;font-size:13px}.misses td{overflow-wrap:anywhere;white-space:pre-line}
.misses col.q{width:24%}.misses col.e{width:22%}.misses col.a{width:30%}
@media(max-width:760px){.two{grid-template-columns:1fr}}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One set asked: verdicts in the order of the questions, replies as ``xianwen ask --json`` has them."""

    questions: Sequence[GoldenQuestion]
    replies: Sequence[Mapping[str, Any]]
    verdicts: Sequence[Verdict]
    scores: Scores


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page shows. ``held_out``, ``baselines`` and ``changes`` only exist for the questions that ship."""

    title: str
    run: Run
    retrieval: Sequence[Retrieval]
    points: Sequence[Point]
    threshold: float
    held_out: Run | None = None
    baselines: Mapping[str, Baseline] | None = None
    changes: Changes | None = None


def render(report: Report) -> str:
    """The page as HTML."""
    body = [
        f"<h1>{escape(report.title)}</h1>",
        _lead(report),
        _section("得分", "Scores", _scores(report)),
        _section("检索", "Retrieval: first passage right / evidence in the first five", _retrieval(report.retrieval)),
        '<div class="two">',
        _section("可靠度", "Reliability", _reliability(report.points)),
        _section("阈值", "Threshold", _thresholds(report.points, report.threshold)),
        _section("分类", "By kind", _kinds(report.run.verdicts)),
        "<div>",
        _section("延迟", "Latency", _latency(report.run.replies)),
        _section("结果", "Outcomes: expected and got", _outcomes(report.run.verdicts)),
        "</div></div>",
        _section("未全对", "Misses", _misses(report.run)),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the ascending values do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def dots(points: Sequence[Point]) -> list[Dot]:
    """Ten equal bins of the predicted probability, empty ones left out."""
    found = []
    for at in range(BINS):
        inside = [point for point in points if min(BINS - 1, int(point.probability * BINS)) == at]
        if inside:
            mean = sum(point.probability for point in inside) / len(inside)
            found.append(Dot(mean, sum(point.answerable for point in inside) / len(inside), len(inside)))
    return found


def calibration_error(points: Sequence[Point]) -> float:
    """Mean distance of prediction and outcome over the bins, weighted by their size (ECE); 0 for no points."""
    weighted = sum(dot.count * abs(dot.predicted - dot.observed) for dot in dots(points))
    return weighted / max(1, len(points))


def rates(points: Sequence[Point], threshold: float) -> tuple[float, float]:
    """False answers of the unanswerable, false refusals of the answerable, if answers need this probability."""
    yes = [point.probability for point in points if point.answerable]
    no = [point.probability for point in points if not point.answerable]
    return (
        sum(value >= threshold for value in no) / max(1, len(no)),
        sum(value < threshold for value in yes) / max(1, len(yes)),
    )


def _section(chinese: str, english: str, content: str) -> str:
    return f"<section><h2>{escape(chinese)} <small>{escape(english)}</small></h2>{content}</section>"


def _lead(report: Report) -> str:
    parts = [f"{report.run.scores.questions} 题 questions"]
    if report.held_out:
        parts.append(f"{report.held_out.scores.questions} 题留出 held out")
    if report.changes:
        parts.append(f"与存档相比 against the stored run: {report.changes.summary()}")
    return f'<p class="dim">{escape(" · ".join(parts))}</p>'


def _scores(report: Report) -> str:
    runs = [("questions", "调优 dev", report.run)] + (
        [("held_out", "留出 held out", report.held_out)] if report.held_out else []
    )
    head = "".join(f'<th class="n">{name}</th><th class="n">门槛 gate</th>' for _, name, _ in runs)
    rows = []
    for key, chinese in LABELS.items():
        cells = []
        for name, _, run in runs:
            value, limit = getattr(run.scores, key), _limit(report.baselines, name, key)
            cells.append(f'<td class="n {_mark(key, value, limit)}">{_shown(value)}</td>')
            cells.append(f'<td class="n dim">{_shown(limit)}</td>')
        better = "↓" if key in CEILINGS else "↑" if key in FLOORS else ""
        rows.append(f'<tr><td>{chinese} <span class="dim">{key} {better}</span></td>{"".join(cells)}</tr>')
    return f"<table><tr><th></th>{head}</tr>{''.join(rows)}</table>"


def _limit(baselines: Mapping[str, Baseline] | None, name: str, key: str) -> float | None:
    baseline = (baselines or {}).get(name)
    return {**baseline.floors, **baseline.ceilings}.get(key) if baseline else None


def _mark(key: str, value: Any, limit: float | None) -> str:
    if value is None or limit is None or abs(value - limit) <= 1e-4:
        return ""
    return "good" if (value > limit) == (key in FLOORS) else "bad"


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if isinstance(value, float) else f"{value[0]} / p95 {value[1]}"


def _retrieval(rows: Sequence[Retrieval]) -> str:
    among = {"all": "全部 all", "paraphrase": "口语改述 paraphrase"}
    within = {"county": "只在该县 in the county", "everything": "全部文章 everything"}
    groups: dict[str, list[Retrieval]] = {}
    for row in rows:
        name = f"<td>{among[row.among]}</td><td>{within[row.within]}</td><td class=n>{row.questions}</td>"
        groups.setdefault(name, []).append(row)
    modes = "".join(f'<th class="n">{name} {mode}</th>' for mode, name in MODES.items())
    body = "".join(
        f"<tr>{name}{''.join(f'<td class=n>{row.first:.1%} / {row.recall:.1%}</td>' for row in group)}</tr>"
        for name, group in groups.items()
    )
    return f'<table><tr><th>问题 questions</th><th>范围 reach</th><th class="n">n</th>{modes}</tr>{body}</table>'


def _outcomes(verdicts: Sequence[Verdict]) -> str:
    """How many of each expected outcome got which; right ones stand on the diagonal."""
    counts = Counter((verdict.expected.value, verdict.got) for verdict in verdicts)
    names = [status.value for status in Status]
    others = sorted({got for _, got in counts} - set(names))
    head = "".join(f'<th class="n">{escape(name)}</th>' for name in names + others)
    rows = []
    for name in names:
        cells = []
        for got in names + others:
            count = counts[name, got]
            mark = ("good" if got == name else "bad") if count else "dim"
            cells.append(f'<td class="n {mark}">{count or "·"}</td>')
        rows.append(f"<tr><td>{name}</td>{''.join(cells)}</tr>")
    return f'<table class="small"><tr><th></th>{head}</tr>{"".join(rows)}</table>'


def _reliability(points: Sequence[Point]) -> str:
    drawn = reliability(dots(points), "预测概率 predicted", "确有答案 answerable")
    note = f"校准误差 calibration error {calibration_error(points):.3f}, n = {len(points)}"
    return f'{drawn}<p class="note">{escape(note)}</p>'


def _thresholds(points: Sequence[Point], threshold: float) -> str:
    steps = [at / STEPS for at in range(STEPS + 1)]
    pairs = [(at, rates(points, at)) for at in steps]
    answers = Series("不该答而答 false answers", [(at, pair[0]) for at, pair in pairs], ORANGE)
    refusals = Series("该答而不答 false refusals", [(at, pair[1]) for at, pair in pairs], BLUE)
    here = rates(points, threshold)
    drawn = curves([answers, refusals], threshold, "最低概率 least probability", "比率 rate")
    note = f"{threshold:.2f}: {answers.name} {here[0]:.1%}, {refusals.name} {here[1]:.1%}"
    return f'{drawn}<p class="note">{escape(note)}</p>'


def _latency(replies: Sequence[Mapping[str, Any]]) -> str:
    took = sorted(float(reply.get("took_ms") or 0.0) for reply in replies)
    if not took:
        return ""
    marks = [("p50", percentile(took, 0.5)), ("p95", percentile(took, 0.95))]
    note = f"最长 longest {took[-1]:.0f} ms; 末柱含更长者 the last bar holds all that are longer"
    return f'{histogram(took, marks, "毫秒 ms", "题数 questions")}<p class="note">{escape(note)}</p>'


def _kinds(verdicts: Sequence[Verdict]) -> str:
    rows = [
        Bar(f"{KINDS.get(kind, '')} {kind}".strip(), (perfect, recall), count)
        for kind, (perfect, recall, count) in by_kind(verdicts).items()
    ]
    return bars(rows, [("全对 perfect", BLUE), ("证据召回 recall", ORANGE)])


def _misses(run: Run) -> str:
    replies = {reply.get("id"): reply for reply in run.replies}
    rows = [
        _miss(question, verdict, replies.get(question.id, {}))
        for question, verdict in zip(run.questions, run.verdicts, strict=True)
        if not verdict.perfect
    ]
    head = (
        '<colgroup><col class="q"><col class="e"><col class="a"><col></colgroup>'
        "<tr><th>问 asked</th><th>应有 expected</th><th>得到 got</th><th>引文 quotes</th></tr>"
    )
    return f'<p class="dim">{len(rows)}</p><table class="misses">{head}{"".join(rows)}</table>'


def _miss(question: GoldenQuestion, verdict: Verdict, reply: Mapping[str, Any]) -> str:
    asked = "\n".join([*question.history, question.question])
    found = verdict.evidence_quote or (False,) * len(question.evidence)
    evidence = "\n".join(
        f"{'✓' if hit else '✗'} {' / '.join(group)}" for hit, group in zip(found, question.evidence, strict=True)
    )
    missing = [" / ".join(group) for hit, group in zip(verdict.answer_groups, question.answer, strict=False) if not hit]
    if missing:
        evidence += f"\n答案缺 not said: {'; '.join(missing)}"
    quotes = "\n".join(
        f"[{citation.get('number')}] {'、'.join(citation.get('counties') or [])}: {citation.get('quote', '')}"
        for citation in reply.get("citations") or []
    )
    wrong = "bad" if verdict.got != question.status else "good"
    cells = (
        f'<span class="dim">{escape(question.id)}</span>\n{escape(asked)}',
        f"<b>{escape(question.status)}</b>\n{escape(evidence)}",
        f'<b class="{wrong}">{escape(verdict.got)}</b>\n{escape(str(reply.get("answer") or ""))}',
        escape(quotes),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
