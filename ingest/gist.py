"""What an article tells when it is put together with the others, so that those as before need not be unpacked."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from ingest.prepare import Prepared
from ingest.relations import Standing
from ingest.report import FileReport, State
from ingest.warnings import Matter, Warned, expired, of_article
from retrieval.provenance import Relation, Replaced
from retrieval.publish import said_in, said_of


@dataclass(frozen=True, slots=True)
class Gist:
    """``said`` and ``done`` are the digests by which a generation knows the article and what was done to its file.

    ``divisions`` are codes.
    """

    said: str
    done: str
    digest: str
    sidecar: str
    divisions: tuple[str, ...]
    standing: Standing
    _file: Mapping[str, Any]
    _warnings: tuple[Warned, ...]

    def report(self, state: State, same_as: str | None, also: tuple[str, ...], told: tuple[Warned, ...]) -> FileReport:
        """What is told of the file, with what depends on other articles."""
        warnings = (*self._warnings, *told)
        return FileReport(state=state, same_as=same_as, also=also, warnings=warnings, **self._file)


def gist_of(prepared: Prepared) -> str:
    """The gist as text, the same on every day."""
    article, record, cleaned = prepared.article, prepared.record, prepared.cleaned
    lasting = [astuple(warned) for warned in of_article(prepared) if warned.matter is not Matter.EXPIRED]
    file = {
        "source": article.source,
        "format": record.format,
        "encoding": record.encoding,
        "title": article.title,
        "passages": len(prepared.passages),
        "counties": [division.short for division in prepared.divisions],
        "published": article.published,
        "replaced": record.replaced,
        "damaged": sum(len(passage.damaged) for passage in prepared.passages),
        "repairs": dict(cleaned.repairs),
        "removed": dict(Counter(removal.rule for removal in cleaned.removals)),
    }
    values = {
        "said": said_in(article, prepared.passages, prepared.divisions),
        "done": said_of(record),
        "digest": record.digest,
        "sidecar": record.sidecar,
        "divisions": [division.code for division in prepared.divisions],
        "expires": article.expires,
        "standing": astuple(Standing.of(article)),
        "file": file,
        "warnings": lasting,
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def read(gist: str) -> Gist:
    """The gist of such a text."""
    values = json.loads(gist)
    *_, replaces = standing = values["standing"]
    standing[-1] = tuple(Replaced(Relation(kind), title, number) for kind, title, number in replaces)
    lasting = (Warned(Matter(what), detail, tuple(map(tuple, spots))) for what, detail, spots in values["warnings"])
    file = values["file"]
    file["counties"] = tuple(file["counties"])
    return Gist(
        said=values["said"],
        done=values["done"],
        digest=values["digest"],
        sidecar=values["sidecar"],
        divisions=tuple(values["divisions"]),
        standing=Standing(*standing),
        _file=file,
        _warnings=(*lasting, *expired(values["expires"])),
    )
