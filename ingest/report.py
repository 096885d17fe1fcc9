"""What happened to every file: a value that is made once, and its two forms, for people and for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.document import Rejected, Removal
from ingest.warnings import Matter, Warned


class State(StrEnum):
    """A file against the generation before."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class FileReport:
    """A file that was taken in.

    ``same_as`` is the source of the article that stands for it, of which it is a reprint or a part; ``also``
    are the sources that it stands for. ``removed`` counts what was taken out, by rule.
    """

    source: str
    state: State
    format: str
    encoding: str
    title: str
    passages: int
    counties: tuple[str, ...] = ()
    published: str | None = None
    replaced: int = 0
    damaged: int = 0
    repairs: Mapping[str, int] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    same_as: str | None = None
    also: tuple[str, ...] = ()
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """An ingest that went well. ``published`` is False when nothing had changed; then ``generation`` is the old one.

    ``cleaned`` files were read and cleaned, the others were known. ``embedded`` passages were computed and
    ``reused`` came from the generation before; both are 0 when nothing was published. ``explained`` has the
    removals of files that were rejected after cleaning, and of all where that was asked for.
    """

    generation: str
    published: bool
    files: tuple[FileReport, ...]
    rejected: tuple[Rejected, ...]
    gone: tuple[str, ...]
    articles: int
    passages: int
    counties: tuple[str, ...]
    embedded: int
    reused: int
    seconds: float
    cleaned: int = 0
    explained: Mapping[str, tuple[Removal, ...]] = field(default_factory=dict)

    def sources(self, state: State) -> list[str]:
        """The files in a state, in the order of reading."""
        return [file.source for file in self.files if file.state is state]


# the others are told by the lines above them
_OWN_LINE = {Matter.CONTRADICTS, Matter.EXPIRED, Matter.ASTRAY, Matter.MOSTLY_REMOVED}


def as_object(report: Report, *, explain: bool = False) -> dict[str, object]:
    """The report as values for JSON; with ``explain`` every removal is listed."""
    return {
        "generation": report.generation,
        "published": report.published,
        "articles": report.articles,
        "passages": report.passages,
        "counties": list(report.counties),
        **{state.value: report.sources(state) for state in State},
        "gone": list(report.gone),
        "rejected": [_rejected_object(file, report, explain=explain) for file in report.rejected],
        "cleaned": report.cleaned,
        "embedded": report.embedded,
        "reused": report.reused,
        "seconds": round(report.seconds, 3),
        "files": [_file_object(file, report, explain=explain) for file in report.files],
    }


def _file_object(file: FileReport, report: Report, *, explain: bool) -> dict[str, object]:
    values: dict[str, object] = {
        "source": file.source,
        "state": file.state.value,
        "format": file.format,
        "encoding": file.encoding,
        "title": file.title,
        "published": file.published,
        "counties": list(file.counties),
        "passages": file.passages,
        "damaged": file.damaged,
        "replaced": file.replaced,
        "repairs": dict(file.repairs),
        "removed": dict(file.removed),
        "same_as": file.same_as,
        "also": list(file.also),
        "warnings": [
            {"matter": one.matter.value, "detail": one.detail, "spots": [list(spot) for spot in one.spots]}
            for one in file.warnings
        ],
    }
    if explain:
        values["removals"] = _removal_objects(report.explained.get(file.source, ()))
    return values


def _rejected_object(file: Rejected, report: Report, *, explain: bool) -> dict[str, object]:
    values: dict[str, object] = {"source": file.source, "why": file.why, "what_to_do": file.what_to_do}
    if explain:
        values["removals"] = _removal_objects(report.explained.get(file.source, ()))
    return values


def _removal_objects(removals: tuple[Removal, ...]) -> list[dict[str, object]]:
    return [{"rule": removal.rule, "line": removal.number, "text": removal.text} for removal in removals]


def as_text(report: Report, *, explain: bool = False) -> str:
    """The report for a terminal; with ``explain`` every removal is listed with its rule and line."""
    return "\n".join(_lines(report, explain=explain))


def _lines(report: Report, *, explain: bool) -> Iterator[str]:
    for file in report.files:
        yield from _file_lines(file)
        if explain:
            yield from _removal_lines(report.explained.get(file.source, ()))
    for rejected in report.rejected:
        yield f"rejected   {rejected.source}: {rejected.why}; {rejected.what_to_do}"
        if explain:
            yield from _removal_lines(report.explained.get(rejected.source, ()))
    for source in report.gone:
        yield f"gone       {source}"
    counts = {state.value: len(report.sources(state)) for state in State}
    yield ", ".join(
        f"{count} {name}"
        for name, count in {**counts, "gone": len(report.gone), "rejected": len(report.rejected)}.items()
    )
    yield (
        f"{report.articles} articles, {report.passages} passages, "
        f"{len(report.counties)} counties{_listed(report.counties, ': ', '、', 12)}"
    )
    if report.published:
        yield (
            f"published {report.generation} in {report.seconds:.1f} s "
            f"({report.cleaned} files cleaned, {report.embedded} passages embedded, {report.reused} reused)"
        )
    else:
        yield f"nothing has changed, {report.generation} stays current ({report.seconds:.1f} s)"


def _file_lines(file: FileReport) -> Iterator[str]:
    title = f"《{file.title}》" if file.title else "(no title)"
    yield f"{file.state.value:9}  {file.source}  {title}"
    about = "、".join(file.counties) or "no county"
    facts = [f"{file.format}, {file.encoding}", about, file.published or "no date", f"{file.passages} passages"]
    if file.same_as:
        facts = [f"{file.format}, {file.encoding}", f"says the same as {file.same_as}, which is cited"]
    yield f"           {'; '.join(facts)}"
    done = []
    if file.repairs:
        done.append("repaired " + ", ".join(f"{name} {count}" for name, count in sorted(file.repairs.items())))
    if file.removed:
        done.append("removed " + ", ".join(f"{rule} {count}" for rule, count in sorted(file.removed.items())))
    if file.damaged:
        done.append(f"{file.damaged} places where words are lost")
    if file.replaced:
        done.append(f"{file.replaced} characters that could not be decoded")
    if done:
        yield f"           {'; '.join(done)}"
    for warned in file.warnings:
        if warned.matter in _OWN_LINE:
            yield f"           ! {warned.told()}"


def _removal_lines(removals: tuple[Removal, ...]) -> Iterator[str]:
    for removal in removals:
        yield f"           - line {removal.number} [{removal.rule}] {' '.join(removal.text.split())}"


def _listed(names: tuple[str, ...], before: str, between: str, most: int) -> str:
    if not names:
        return ""
    return before + between.join(names[:most]) + (" …" if len(names) > most else "")
