"""What an article tells when it is put together with the others, so that those as before need not be unpacked."""

from collections import Counter
from typing import NamedTuple, Self

from ingest import fast_json
from ingest.prepare import Prepared
from ingest.relations import Standing
from ingest.report import Facts
from ingest.warnings import Matter, Warned, expired, of_article
from retrieval.digests import said_in, said_of
from retrieval.provenance import Relation, Replaced


class Gist(NamedTuple):
    """``said`` and ``done`` are the digests by which a generation knows the article and what was done to its file.

    ``divisions`` are codes; ``lasting`` are warnings but for that of a day that has passed.
    """

    said: str
    done: str
    divisions: tuple[str, ...]
    standing: Standing
    publisher: str | None
    url: str | None
    expires: str | None
    lasting: tuple[Warned, ...]

    @classmethod
    def of(cls, prepared: Prepared) -> Self:
        """The same on every day."""
        article = prepared.article
        return cls(
            said_in(article, prepared.passages, prepared.divisions),
            said_of(prepared.record),
            tuple(division.code for division in prepared.divisions),
            Standing.of(article),
            article.publisher,
            article.url,
            article.expires,
            tuple(warned for warned in of_article(prepared) if warned.matter is not Matter.EXPIRED),
        )

    def dump(self) -> str:
        """As text."""
        return fast_json.told(self)

    @classmethod
    def read(cls, text: str) -> Self:
        """What ``dump`` gave."""
        said, done, divisions, standing, publisher, url, expires, lasting = fast_json.read(text)
        *rest, replaces = standing
        old = tuple(Replaced(Relation(one["kind"]), one["title"], one["doc_number"]) for one in replaces)
        warned = tuple(Warned(Matter(one["matter"]), one["detail"], tuple(map(tuple, one["spots"]))) for one in lasting)
        return cls(said, done, tuple(divisions), Standing._make([*rest, old]), publisher, url, expires, warned)

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """What the article by itself gives cause for, as of today."""
        return (*self.lasting, *expired(self.expires)) if self.expires else self.lasting


def facts_of(prepared: Prepared) -> Facts:
    """What is told of a file that depends on no other."""
    article, record, cleaned = prepared.article, prepared.record, prepared.cleaned
    return Facts(
        format=record.format,
        encoding=record.encoding,
        title=article.title,
        published=article.published,
        counties=tuple(division.short for division in prepared.divisions),
        passages=len(prepared.passages),
        damaged=sum(len(passage.damaged) for passage in prepared.passages),
        replaced=record.replaced,
        repairs=dict(cleaned.repairs),
        removed=dict(Counter(removal.rule for removal in cleaned.removals)),
    )
