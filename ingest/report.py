"""What happened to every file: a value that is made once, and its two forms, for people and for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from ingest import fast_json
from ingest.document import Rejected, Removal
from ingest.warnings import Matter, Warned


class State(StrEnum):
    """A file against the generation before."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is told of a file that was taken in, but for what depends on others. ``removed`` counts what was taken
    out, by rule.
    """

    format: str
    encoding: str
    title: str
    published: str | None = None
    counties: tuple[str, ...] = ()
    passages: int = 0
    damaged: int = 0
    replaced: int = 0
    repairs: Mapping[str, int] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)

    def dump(self) -> str:
        """As text."""
        return fast_json.told(self)

    @classmethod
    def read(cls, text: str) -> Self:
        """What ``dump`` gave."""
        values = fast_json.read(text)
        return cls(**values | {"counties": tuple(values["counties"])})


@dataclass(frozen=True, slots=True)
class FileReport:
    """A file that was taken in. ``told`` is the text of its facts: most reports are about what nobody looks at.

    ``same_as`` is the source of the article that stands for it, of which it is a reprint or a part; ``also``
    are the sources that it stands for.
    """

    source: str
    state: State
    told: str
    same_as: str | None = None
    also: tuple[str, ...] = ()
    warnings: tuple[Warned, ...] = ()

    @property
    def facts(self) -> Facts:
        """Read anew each time."""
        return Facts.read(self.told)


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


def as_json(report: Report, *, explain: bool = False) -> str:
    """The report as one JSON object; with ``explain`` every removal is listed."""
    values = {
        "generation": report.generation,
        "published": report.published,
        "articles": report.articles,
        "passages": report.passages,
        "counties": report.counties,
        **{state.value: report.sources(state) for state in State},
        "gone": report.gone,
        "rejected": [_rejected(one) | _removals(one.source, report, explain) for one in report.rejected],
        "cleaned": report.cleaned,
        "embedded": report.embedded,
        "reused": report.reused,
        "seconds": round(report.seconds, 3),
    }
    files = (_file_json(file, _removals(file.source, report, explain)) for file in report.files)
    return fast_json.joined(fast_json.told(values), fast_json.listed("files", files))


def _file_json(file: FileReport, more: Mapping[str, object]) -> str:
    values = {
        "source": file.source,
        "state": file.state,
        "same_as": file.same_as,
        "also": file.also,
        "warnings": file.warnings,
        **more,
    }
    return fast_json.joined(fast_json.told(values), file.told)


def _rejected(one: Rejected) -> dict[str, object]:
    return {"source": one.source, "why": one.why, "what_to_do": one.what_to_do}


def _removals(source: str, report: Report, explain: bool) -> dict[str, object]:
    if not explain:
        return {}
    removals = report.explained.get(source, ())
    return {"removals": [{"rule": one.rule, "line": one.number, "text": one.text} for one in removals]}


def as_text(report: Report, *, explain: bool = False) -> str:
    """The report for a terminal; with ``explain`` every removal is listed with its rule and line."""
    return "\n".join(_lines(report, explain=explain))


def _lines(report: Report, *, explain: bool) -> Iterator[str]:
    for file in report.files:
        if file.state is State.UNCHANGED and not (explain or any(one.matter in _OWN_LINE for one in file.warnings)):
            continue  # told before, and counted below
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
    told = file.facts
    title = f"《{told.title}》" if told.title else "(no title)"
    yield f"{file.state.value:9}  {file.source}  {title}"
    about = "、".join(told.counties) or "no county"
    facts = [f"{told.format}, {told.encoding}", about, told.published or "no date", f"{told.passages} passages"]
    if file.same_as:
        facts = [f"{told.format}, {told.encoding}", f"says the same as {file.same_as}, which is cited"]
    yield f"           {'; '.join(facts)}"
    done = []
    if told.repairs:
        done.append("repaired " + ", ".join(f"{name} {count}" for name, count in sorted(told.repairs.items())))
    if told.removed:
        done.append("removed " + ", ".join(f"{rule} {count}" for rule, count in sorted(told.removed.items())))
    if told.damaged:
        done.append(f"{told.damaged} places where words are lost")
    if told.replaced:
        done.append(f"{told.replaced} characters that could not be decoded")
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
