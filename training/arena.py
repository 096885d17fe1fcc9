"""Counties put together from our own training sentences, to try answers on: which sentence answers, if any does.

``training/asked/*.jsonl`` hold official sentences, each with questions that it answers and, in most files,
near misses that it does not. Here the sentences become articles of real counties, some dozens each, so that the
right one stands among others of its kind; and every question is put to the county that has the sentence.
"""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.gazetteer import Gazetteer
from retrieval.types import Division, Level

FOLDER = Path(__file__).with_name("asked")
SENTENCES = (2, 4, 6, 10, 16, 28, 48)  # of a county: some have half a page, some a long report
PARAGRAPH = (1, 1, 2, 3, 4)  # sentences
ANSWERED, UNANSWERED = 2, 1  # questions of a row that are put
_ENDS = "。！？"


@dataclass(frozen=True, slots=True)
class Row:
    """An official sentence under its heading, questions that it answers, and near misses."""

    id: str
    heading: str
    said: str
    asked: tuple[str, ...]
    unanswered: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What stands in the article."""
        return self.said if self.said[-1] in _ENDS else self.said + "。"


@dataclass(frozen=True, slots=True)
class Put:
    """A question as it is put, with the sentence that answers it; none where nothing in that county does."""

    group: str
    text: str
    answer: str | None


def read_rows(paths: Iterable[Path]) -> list[Row]:
    """All rows, in order. Raises ValueError naming file and line of a bad one."""
    rows = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                value = json.loads(line)
                said = str(value["said"]).strip()
                lists = tuple(value["asked"]), tuple(value["unanswered"])
                rows.append(Row(f"{path.stem}-{number}", str(value["heading"]).strip(), said, *lists))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}:{number}: {error!r}") from error
    return rows


def write(rows: Sequence[Row], folder: Path, source: random.Random) -> list[Put]:
    """Write one article a county into ``folder`` and say what is asked; questions go to a neighbour too, in vain."""
    parts, left = [], source.sample(list(rows), len(rows))
    while left:
        size = source.choice(SENTENCES)
        parts.append(sorted(left[:size], key=lambda row: row.heading))
        left = left[size:]
    everywhere = [one for one in Gazetteer.load().divisions if one.level is Level.COUNTY and one.code.isdigit()]
    counties = source.sample(sorted(everywhere, key=lambda one: one.code), len(parts))
    folder.mkdir(parents=True, exist_ok=True)
    put = []
    for number, (county, part) in enumerate(zip(counties, parts, strict=True)):
        (folder / f"{county.code}.txt").write_text(_article(county, part, source), encoding="utf-8")
        neighbour = counties[(number + 1) % len(counties)]
        for row in part:
            answered = source.sample(row.asked, min(ANSWERED, len(row.asked)))
            put += [Put(row.id, _asked(county, text, source), row.sentence) for text in answered]
            missed = source.sample(row.unanswered, min(UNANSWERED, len(row.unanswered)))
            put += [Put(row.id, _asked(county, text, source), None) for text in missed]
            if source.random() < 0.5:
                put.append(Put(row.id, _asked(neighbour, source.choice(row.asked), source), None))
    return put


def _article(county: Division, rows: Sequence[Row], source: random.Random) -> str:
    lines = [f"{county.name}卫生健康事业发展情况", f"本文介绍{county.name}卫生健康工作的安排。"]
    at = 0
    while at < len(rows):
        size = source.choice(PARAGRAPH)
        if rows[at].heading and source.random() < 0.7:
            lines.append(rows[at].heading)
        lines.append("".join(row.sentence for row in rows[at : at + size]))
        at += size
    return "\n\n".join(lines) + "\n"


def _asked(county: Division, text: str, source: random.Random) -> str:
    ways = (f"{county.short}{text}", f"{county.short}{text}", f"在{county.short}，{text}", f"{text}（{county.short}）")
    return source.choice(ways)
