"""What an article tells when it is put together with the others, so that those as before need not be unpacked."""

import json
from dataclasses import astuple, dataclass

from ingest.document import Removal
from ingest.prepare import Prepared
from ingest.relations import Standing
from ingest.report import FileReport, State
from ingest.warnings import Matter, Warned, expired, of_article
from retrieval.provenance import Relation, Replaced
from retrieval.publish import said_in, said_of

_PLAIN = ("source", "format", "encoding", "title", "passages", "published", "replaced", "damaged", "repairs")


@dataclass(frozen=True, slots=True)
class Gist:
    """``said`` and ``done`` are the digests by which a generation knows the article and what was done to its file.

    ``divisions`` are codes; ``file`` is what the report tells of the article by itself, as if it were new.
    """

    said: str
    done: str
    digest: str
    sidecar: str
    divisions: tuple[str, ...]
    standing: Standing
    file: FileReport


def gist_of(prepared: Prepared) -> str:
    """The gist as text, the same on every day."""
    article, record = prepared.article, prepared.record
    lasting = [astuple(warned) for warned in of_article(prepared) if warned.matter is not Matter.EXPIRED]
    file = FileReport.of(prepared)
    values = {
        "said": said_in(article, prepared.passages, prepared.divisions),
        "done": said_of(record),
        "digest": record.digest,
        "sidecar": record.sidecar,
        "divisions": [division.code for division in prepared.divisions],
        "expires": article.expires,
        "standing": astuple(Standing.of(article)),
        "file": {name: getattr(file, name) for name in _PLAIN},
        "counties": file.counties,
        "removals": [astuple(removal) for removal in file.removals],
        "warnings": lasting,
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=dict)


def read(gist: str, shared: dict[str, str]) -> Gist:
    """The gist of such a text; ``shared`` collects texts that come again, such as menus."""
    values = json.loads(gist)
    *_, replaces = standing = values["standing"]
    standing[-1] = tuple(Replaced(Relation(kind), title, number) for kind, title, number in replaces)
    lasting = (Warned(Matter(what), detail, tuple(map(tuple, spots))) for what, detail, spots in values["warnings"])
    file = FileReport(
        state=State.ADDED,
        counties=tuple(values["counties"]),
        removals=tuple(
            Removal(rule, shared.setdefault(text, text), number) for rule, text, number in values["removals"]
        ),
        warnings=(*lasting, *expired(values["expires"])),
        **values["file"],
    )
    return Gist(
        said=values["said"],
        done=values["done"],
        digest=values["digest"],
        sidecar=values["sidecar"],
        divisions=tuple(values["divisions"]),
        standing=Standing(*standing),
        file=file,
    )
