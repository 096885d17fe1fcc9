"""Lines of pages to paragraphs: what stands in the margin of every page goes, what was broken is joined."""

import itertools
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.document import Block, Page
from ingest.pdf_layout import Line, Region, Run, Sheet, glue, regions, runs
from ingest.pdf_tables import tables
from retrieval.text import HAN

_TOP, _BOTTOM = 0.1, 0.12  # of the page's height: where headers and footers stand
_NUMBER = re.compile(
    r"(?:[-—–―·.~\s]*|第\s*)(\d{1,4}|[ivxlc]{1,7})(?:\s*页)?(?:\s*[,，/|]?\s*(?:共|of|/)?\s*\d{1,4}\s*页?)?[-—–―·.~\s]*",
    re.I,
)
_ENDS = re.compile(r"[。！？!?：:…][”』」》）)]*$")
_STARTS = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}|\d{1,3})[、.．)）](?!\d)|[(（][一二三四五六七八九十\d]{1,3}[)）]|[•·●◆■▪○□★※*]"
    r"|第[一二三四五六七八九十百\d]+[章节条]"
)
_CLOSERS = "，。、；：？！”’）》」』】…,.;:?!)]}%"
_AROUND = 4  # lines before and after that tell where a block begins
_OFTEN = 0.15  # share of lines that makes an edge of the text
# what stands above the title of an official document in larger type: the issuer, the document's number
_LETTERHEAD = re.compile(r".{2,30}文\s*件|.{1,20}[〔\[（(【]\d{4}[〕\]）)】]\s*第?\s*\d+\s*号.{0,20}")
_LARGER = 1.12  # than the body: a heading
_LONGEST_HEADING = 60


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line with the edges of its column, the usual distance between lines, and where it stands."""

    line: Line
    left: float
    right: float
    pitch: float
    page: int
    region: int
    flush: bool


@dataclass(slots=True)
class _Paragraph:
    text: str
    page: int
    size: float
    verdict: str = ""


def page_of(sheets: Sequence[Sheet]) -> Page:
    """The blocks of all pages; furniture of the pages has a verdict."""
    found = [_runs(sheet) for sheet in sheets]
    margins = _margins(sheets, found)
    paragraphs: list[_Paragraph] = []
    columns = []
    for sheet, page, margin in zip(sheets, found, margins, strict=True):
        paragraphs += _furniture(sheet, margin)
        taken = {id(run) for _, row in margin for run in row}
        columns.append(regions([run for run in page if id(run) not in taken]))
    placed = list(_placed(sheets, columns))
    body = _body_size(placed)
    paragraphs += _joined(placed, body)
    paragraphs.sort(key=lambda paragraph: paragraph.page)
    levels = _levels([p for p in paragraphs if not p.verdict], body)
    return Page(
        tuple(
            Block(p.text, number, 0 if p.verdict else levels.get(id(p), 0), p.verdict, p.page)
            for number, p in enumerate(paragraphs, 1)
        )
    )


def _runs(sheet: Sheet) -> list[Run]:
    rest, rows = tables(sheet.glyphs, sheet.rules)
    return [*runs(rest), *rows] if rest else rows


def _furniture(sheet: Sheet, margin: Sequence[tuple[str, list[Run]]]) -> Iterator[_Paragraph]:
    for verdict, row in margin:
        yield _Paragraph(_text(row), sheet.number, row[0].size, verdict)
    if sheet.askew:
        yield _Paragraph("".join(glyph.char for glyph in sheet.askew), sheet.number, 0, "watermark")
    if sheet.pictured or sheet.broken:
        what = "a picture without text" if sheet.pictured else "damaged"
        yield _Paragraph(f"page {sheet.number} is {what}", sheet.number, 0, "unread-page")


def _text(row: Sequence[Run]) -> str:
    return " ".join(run.text for run in row)


def _margins(sheets: Sequence[Sheet], found: Sequence[Sequence[Run]]) -> list[list[tuple[str, list[Run]]]]:
    """For every page the rows in its margins that are furniture, with their verdicts."""
    zones = [list(_zone_rows(sheet, page)) for sheet, page in zip(sheets, found, strict=True)]
    times = Counter(key for rows in zones for key in {key for key, _ in rows})
    enough = max(2, min(3, len(sheets)))
    numbered = Counter(
        offset
        for sheet, rows in zip(sheets, zones, strict=True)
        for offset in {number - sheet.number for number in (_page_number(row) for _, row in rows) if number is not None}
    )
    out: list[list[tuple[str, list[Run]]]] = []
    for sheet, rows in zip(sheets, zones, strict=True):
        margin = []
        for key, row in rows:
            number = _page_number(row)
            if number is not None and (number == sheet.number or numbered[number - sheet.number] > 1):
                margin.append(("page-number", row))
            elif times[key] >= enough:
                margin.append(("page-header" if key[0] == "top" else "page-footer", row))
        out.append(margin)
    return out


def _zone_rows(sheet: Sheet, page: Sequence[Run]) -> Iterator[tuple[tuple[str, str, int], list[Run]]]:
    """The rows in the margins, with a key that is the same on all pages: place, and words without their numbers."""
    rows: dict[tuple[str, int], list[Run]] = defaultdict(list)
    # the place of text that was turned upright counts from another corner
    low, high = (min((r.y for r in page), default=0), max((r.y for r in page), default=0))
    base = low if low < 0 else 0.0
    height = max(sheet.height, high - base)
    for run in page:
        if run.row:
            continue
        share = (run.y - base) / height if height else 0.5
        if share > 1 - _TOP or share < _BOTTOM:
            rows["top" if share > 0.5 else "bottom", round(run.y)].append(run)
    for (zone, y), row in rows.items():
        row.sort(key=lambda run: run.x0)
        yield (zone, re.sub(r"\d+|\s+", "#", _text(row)), y // 4), row


def _page_number(row: Sequence[Run]) -> int | None:
    match = _NUMBER.fullmatch(_text(row))
    return int(match[1]) if match and match[1].isdigit() else None


def _placed(sheets: Sequence[Sheet], columns: Sequence[Sequence[Region]]) -> Iterator[_Placed]:
    lines = [line for page in columns for region in page if not region.columns for line in region.lines]
    long = [line for line in lines if len(line.text) > 15 and not line.row]
    usual_right, usual_left = _edge([line.x1 for line in long], max), _edge([line.x0 for line in long], min)
    count = 0
    for sheet, page in zip(sheets, columns, strict=True):
        for region in page:
            count += 1
            own = [line for line in region.lines if not line.row] or region.lines
            right, left = max(line.x1 for line in own), min(line.x0 for line in own)
            if not region.columns and usual_right is not None and usual_left is not None:
                right, left = usual_right, usual_left
            flush = sum(line.x1 > right - 1.5 * line.size for line in own) > 1 or (
                right == usual_right and len(long) > 1
            )
            gaps = [above.y - below.y for above, below in itertools.pairwise(own) if above.y > below.y]
            pitch = statistics.median(gaps) if len(gaps) > 2 else 2 * own[0].size
            for line, edge in zip(region.lines, _left_edges(region.lines, left), strict=True):
                yield _Placed(line, edge, right, pitch, sheet.number, count, flush)


def _left_edges(lines: Sequence[Line], usual: float) -> Iterator[float]:
    """Where the text begins at each line: blocks may stand further in than the rest of the page."""
    for at in range(len(lines)):
        around = lines[max(0, at - _AROUND) : at + _AROUND + 1]
        yield min(line.x0 for line in around) if len(around) > _AROUND else usual


def _edge(values: Sequence[float], outer: Callable[[Iterable[int]], int]) -> float | None:
    """The outermost value at which a good part of them lie, within five points; first lines stand further in."""
    buckets = Counter(round(value / 5) for value in values)
    often = [bucket for bucket, times in buckets.items() if times > 1 and times > _OFTEN * len(values)]
    if not often:
        return None
    bucket = outer(often)
    return statistics.median(value for value in values if round(value / 5) == bucket)


def _body_size(placed: Sequence[_Placed]) -> float:
    sizes: Counter[float] = Counter()
    for item in placed:
        sizes[round(item.line.size * 2) / 2] += len(item.line.text)
    return sizes.most_common(1)[0][0] if sizes else 1.0


def _joined(placed: Sequence[_Placed], body: float) -> list[_Paragraph]:
    """The paragraphs; lines that were broken to fit the page are one again."""
    indented = _opens_inwards(placed)
    out: list[_Paragraph] = []
    opener = before = None
    for item in placed:
        if before and opener and _continues(opener, before, item, body, indented):
            out[-1].text = glue(out[-1].text, item.line.text)
        else:
            out.append(_Paragraph(item.line.text.strip(), item.page, item.line.size))
            opener = item
        before = item
    return [paragraph for paragraph in out if paragraph.text]


def _opens_inwards(placed: Sequence[_Placed]) -> bool:
    """Whether paragraphs begin further in, as Chinese ones do, so that where a line begins tells what it is."""
    opening = sum(
        _indent(item) > 0.8 and _indent(below) < 0.3 and (above is None or bool(_ENDS.search(above.line.text)))
        for above, item, below in zip([None, *placed], placed, placed[1:], strict=False)
    )
    return opening * 12 > len(placed)


def _indent(item: _Placed) -> float:
    return (item.line.x0 - item.left) / item.line.size


def _hangs(opener: _Placed, before: _Placed, item: _Placed) -> bool:
    """Whether the line stands under the words of a list's item, behind its mark."""
    inwards = item.line.x0 - opener.line.x0
    level = before is opener or abs(before.line.x0 - item.line.x0) < 0.3 * item.line.size
    return level and 0.3 < inwards / item.line.size < 3 and bool(_STARTS.match(opener.line.text))


def _continues(opener: _Placed, before: _Placed, item: _Placed, body: float, indented: bool) -> bool:
    one, other = before.line, item.line
    if one.row or other.row or abs(one.size - other.size) > 0.1 * one.size:
        return False
    near = before.region == item.region and one.y - other.y < 1.3 * max(before.pitch, one.size)
    if one.size > _LARGER * body:
        return near and not _ENDS.search(one.text) and not _STARTS.match(other.text)
    if before.region == item.region and not near:
        return False
    level = not indented and abs(one.x0 - other.x0) < 0.3 * one.size
    if _indent(item) > 0.8 and not level and not (near and _hangs(opener, before, item)):
        return False
    if not before.flush or one.x1 + _first_word(other) < before.right - 0.3 * one.size:
        return False
    if _ENDS.search(one.text):
        return indented and not _STARTS.match(other.text)
    return True


def _first_word(line: Line) -> float:
    """How wide the first word of a line is, with the marks that may not be parted from it."""
    if re.match(f"[{HAN}]", line.text) or not line.text[:1].isalnum():
        rest = len(line.text[1:3]) - len(line.text[1:3].lstrip(_CLOSERS))
        return line.size * (1 + rest)
    match = re.match(r"[!-~]+", line.text)
    return line.size * (0.5 * len(match[0]) if match else 1.0)


def _levels(paragraphs: Sequence[_Paragraph], body: float) -> dict[int, int]:
    """Levels of headings, by the size of their type: 1 is a title that stands once, on the first page."""
    large = [p for p in paragraphs if p.size > _LARGER * body and len(p.text) <= _LONGEST_HEADING]
    large = [p for p in large if not _LETTERHEAD.fullmatch(p.text)]
    sizes = sorted({round(p.size) for p in large}, reverse=True)
    if not sizes:
        return {}
    largest = [p for p in large if round(p.size) == sizes[0]]
    first = 1 if len(largest) == 1 and largest[0].page == paragraphs[0].page else 2
    return {id(p): min(6, sizes.index(round(p.size)) + first) for p in large}
