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

    ``divisions`` are codes between blanks; then comes what ``Standing`` has, ``replaces`` and the ``lasting`` warnings
    (without that of a day that has passed) as JSON, for nearly all have none. Plain values, the same on every day.
    """

    said: str
    done: str
    divisions: str
    id: str
    key: str
    published: str
    doc_number: str
    region: str
    replaces: str
    publisher: str | None
    url: str | None
    expires: str | None
    lasting: str

    @classmethod
    def of(cls, prepared: Prepared) -> Self:
        """The gist of an article."""
        article = prepared.article
        standing = Standing.of(article)
        lasting = [warned for warned in of_article(prepared) if warned.matter is not Matter.EXPIRED]
        return cls(
            said_in(article, prepared.passages, prepared.divisions),
            said_of(prepared.record),
            " ".join(division.code for division in prepared.divisions),
            *standing[:5],
            fast_json.told(standing.replaces) if standing.replaces else "",
            article.publisher,
            article.url,
            article.expires,
            fast_json.told(lasting) if lasting else "",
        )

    @property
    def standing(self) -> Standing:
        """What tells whether another article replaces it."""
        old = fast_json.read(self.replaces) if self.replaces else ()
        replaced = tuple(Replaced(Relation(one["kind"]), one["title"], one["doc_number"]) for one in old)
        return Standing(self.id, self.key, self.published, self.doc_number, self.region, replaced)

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """What the article by itself gives cause for, as of today."""
        lasting = fast_json.read(self.lasting) if self.lasting else ()
        warned = (Warned(Matter(one["matter"]), one["detail"], tuple(map(tuple, one["spots"]))) for one in lasting)
        return (*warned, *expired(self.expires))


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
