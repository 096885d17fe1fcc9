"""The evaluation as text for a terminal, and as an object for scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from evaluation.gate import Baseline
from evaluation.history import Changes
from evaluation.probe import Retrieval
from evaluation.report import Report, calibration_error, rates
from evaluation.score import Scores

MOST_NAMED = 40  # changed questions that are named one by one


def as_object(report: Report) -> dict[str, Any]:
    """The figures as JSON can hold them: the scores at the top, then ``held_out``, ``retrieval`` and ``changes``."""
    found = report.run.scores.as_dict()
    if report.held_out:
        found["held_out"] = report.held_out.scores.as_dict()
    found["retrieval"] = [asdict(row) for row in report.retrieval]
    found["calibration_error"] = round(calibration_error(report.points), 4)
    if report.changes:
        found["changes"] = asdict(report.changes)
    return found


def as_text(report: Report) -> str:
    """The figures as aligned lines."""
    parts = [_scores(report), _retrieval(report.retrieval)]
    if report.points:
        answers, refusals = rates(report.points, report.threshold)
        parts.append(
            f"confidence: calibration error {calibration_error(report.points):.4f}; at the threshold "
            f"{report.threshold:.2f} false answers {answers:.4f}, false refusals {refusals:.4f} "
            f"({len(report.points)} questions about one county)"
        )
    if report.changes:
        parts.append(_changes(report, report.changes))
    return "\n\n".join(parts)


def _scores(report: Report) -> str:
    """Figure by figure: the set, its floor or ceiling, and the same for the held-out set."""
    columns: list[tuple[str, list[str]]] = [("questions", _column(report.run.scores))]
    if report.baselines and "questions" in report.baselines:
        columns.append(("gate", _limits(report.run.scores, report.baselines["questions"])))
    if report.held_out:
        columns.append(("held out", _column(report.held_out.scores, report.run.scores)))
        if report.baselines and "held_out" in report.baselines:
            columns.append(("gate", _limits(report.run.scores, report.baselines["held_out"])))
    names = ["", *report.run.scores.rows()]
    width = max(map(len, names))
    lines = []
    for at, name in enumerate(names):
        cells = (f"{([head, *cells])[at]:>12}" for head, cells in columns)
        lines.append(f"{name:{width}} {''.join(cells)}")
    return "\n".join(lines)


def _column(scores: Scores, like: Scores | None = None) -> list[str]:
    rows = scores.rows()
    return [_shown(rows.get(name)) for name in (like or scores).rows()]


def _limits(scores: Scores, baseline: Baseline) -> list[str]:
    limits: Mapping[str, float] = {**baseline.floors, **baseline.ceilings}
    return [_shown(limits[name]) if name in limits else "" for name in scores.rows()]


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value[0]} / {value[1]}" if isinstance(value, tuple) else str(value)


def _retrieval(rows: Sequence[Retrieval]) -> str:
    lines = [
        f"{'retrieval':24} {'words':>15} {'vectors':>15} {'fused':>15} {'read':>15}  first passage right / recall@5"
    ]
    groups: dict[str, list[Retrieval]] = {}
    for row in rows:
        groups.setdefault(f"{row.among}, {row.within} ({row.questions})", []).append(row)
    for name, group in groups.items():
        cells = (f"{row.first:.4f} / {row.recall:.4f}" for row in group)
        lines.append(f"{name:24} {' '.join(f'{cell:>15}' for cell in cells)}")
    return "\n".join(lines)


def _changes(report: Report, changes: Changes) -> str:
    """The sums, and the changed questions of the open set by name; those held out are only counted."""
    asked = {question.id: question.question for question in report.run.questions}
    lines = [f"against the stored run: {changes.summary()}"]
    for mark, ids in (("+", changes.won), ("-", changes.lost), ("~", changes.moved)):
        known = [name for name in ids if name in asked]
        lines += [f"  {mark} {name}  {asked[name]}" for name in known[:MOST_NAMED]]
        if len(known) > MOST_NAMED:
            lines.append(f"  {mark} and {len(known) - MOST_NAMED} more")
    return "\n".join(lines)
