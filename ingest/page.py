"""The report as pages that a person reads: an overview in one file, and articles on as many pages as they need.

No script, no network, no foreign font. With few articles everything stands in the one file.
"""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from ingest.build import open_store
from ingest.charts import columns, rows
from ingest.packing import unpack
from ingest.page_article import Told, article_html, score_html, warning_html
from ingest.page_words import LEVELS, MATTERS, RULES, STYLE, WHAT_TO_DO
from ingest.prepare import Prepared
from ingest.report import Facts, FileReport, Report, State
from ingest.store import Store
from ingest.warnings import Matter, Warned
from retrieval.config import Config
from retrieval.errors import SourceError
from retrieval.names import simplified

PER_PAGE = 200
MOST = 10_000  # articles that are shown; of more, those that need somebody's eyes the most
_TOP, _MOST_LISTED = 15, 100
_HEAD = (
    '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)


@dataclass(frozen=True, slots=True)
class _Row:
    """What the overview needs of an article."""

    file: FileReport
    facts: Facts
    score: int
    level: str
    publisher: str
    removed_chars: int


def write(report: Report, config: Config, out: Path) -> None:
    """Write the pages: ``out``, and with many articles a folder beside it, named after it. Raises SourceError."""
    try:
        with open_store(config) as store:
            _write(report, store, out)
    except OSError as error:
        raise SourceError(f"the report cannot be written ({error.strerror}), {out}, check the path") from error


def _write(report: Report, store: Store, out: Path) -> None:
    listed = [_row(told) for told in _told(report.files, store)]
    chosen = sorted(listed, key=lambda row: (row.score, row.file.source))[:MOST]
    shown = sorted((row.file for row in chosen), key=lambda file: file.source)
    folder = out.with_name(f"{out.stem}-pages")
    shutil.rmtree(folder, ignore_errors=True)
    single = len(shown) <= PER_PAGE
    places = {
        file.source: ("" if single else f"{quote(folder.name)}/{at // PER_PAGE + 1:03}.html") + f"#a{at}"
        for at, file in enumerate(shown)
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    parts = [*_overview(report, listed, places), *(_cards(shown, store, 0) if single else _links(shown, folder.name))]
    out.write_text(_page(f"收录报告 {report.generation}", parts), encoding="utf-8")
    if single:
        return
    folder.mkdir()
    for start in range(0, len(shown), PER_PAGE):
        number = start // PER_PAGE + 1
        back = f'<p><a href="../{quote(out.name)}">← 总览 overview</a></p>'
        cards = _cards(shown[start : start + PER_PAGE], store, start)
        page = _page(f"收录报告 第 {number} 页", [back, *cards, back])
        (folder / f"{number:03}.html").write_text(page, encoding="utf-8")


def _page(title: str, parts: Sequence[str]) -> str:
    return f"{_HEAD}<title>{escape(title)}</title><style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n"


def _told(files: Sequence[FileReport], store: Store) -> Iterator[Told]:
    for file in files:
        entry = store.get(file.source)
        prepared = unpack(entry.body) if entry else None
        if isinstance(prepared, Prepared):
            yield Told.of(file, prepared)


def _row(told: Told) -> _Row:
    article = told.prepared.article
    removed = sum(len(removal.text) for removal in told.prepared.cleaned.removals)
    return _Row(told.file, told.file.facts, told.score, article.level or "", article.publisher or "", removed)


def _cards(files: Sequence[FileReport], store: Store, start: int) -> list[str]:
    return [article_html(told, f"a{at}") for at, told in enumerate(_told(files, store), start)]


def _links(shown: Sequence[FileReport], folder: str) -> Iterator[str]:
    yield '<section class="pages"><h2>逐篇 <small>article by article</small></h2>'
    for start in range(0, len(shown), PER_PAGE):
        last = min(start + PER_PAGE, len(shown))
        yield f'<a href="{quote(folder)}/{start // PER_PAGE + 1:03}.html">{start + 1}–{last}</a> '
    yield "</section>"


def _overview(report: Report, listed: Sequence[_Row], places: Mapping[str, str]) -> Iterator[str]:
    yield f"<h1>收录报告 <small>ingest report</small></h1><div class='note'>{escape(report.generation)}</div>"
    yield _sums(report)
    originals = [row for row in listed if row.file.same_as is None]
    yield '<div class="four">'
    for chinese, english, chart in _charts(originals):
        yield f"<section><h2>{chinese} <small>{english}</small></h2>{chart}</section>"
    yield "</div>"
    yield from _warnings(listed, places)
    yield from _rejected(report)
    yield from _table(listed, places)


def _sums(report: Report) -> str:
    reprints = sum(file.same_as is not None for file in report.files)
    sums = [
        (report.articles, "篇文章", "articles"),
        (reprints, "篇转载", "reprints"),
        (report.passages, "段", "passages"),
        (len(report.counties), "个县市区", "counties"),
        *((len(report.sources(state)), name, state.value) for state, name in _STATES),
        (len(report.gone), "撤下", "gone"),
        (len(report.rejected), "未收", "rejected"),
    ]
    cells = "".join(
        f"<span><b>{count:,}</b>{chinese} <small>{english}</small></span>" for count, chinese, english in sums
    )
    return f'<section><div class="sums">{cells}</div></section>'


_STATES = ((State.ADDED, "新增"), (State.CHANGED, "有变"), (State.UNCHANGED, "未变"))


def _charts(originals: Sequence[_Row]) -> Iterator[tuple[str, str, str]]:
    counties = Counter(county for row in originals for county in row.facts.counties)
    years = Counter((row.facts.published or "无日期")[:4] for row in originals)
    publishers = Counter(simplified(row.publisher) or "不明 unknown" for row in originals)
    levels = Counter(LEVELS[row.level] for row in originals)
    scores = Counter(min(row.score // 10 * 10, 90) for row in originals)
    rules: Counter[str] = Counter()
    for rule, count in (item for row in originals for item in row.facts.removed.items()):
        rules[RULES.get(rule, rule)] += count
    more = f"，前 {_TOP} 名 the first {_TOP} of {len(counties):,}" if len(counties) > _TOP else ""
    yield "各县文章数", f"articles by county{more}", rows(_top(counties))
    yield "去掉的内容", "what was taken away, by rule", rows(_top(rules))
    yield "来源", "by publisher", rows(_top(publishers))
    yield "发布层级", "by level of the body that speaks", rows(levels.most_common())
    yield "发布年份", "by year of publication", columns(sorted(years.items()))
    bins = [(f"{at}–{at + 10 if at == 90 else at + 9}", scores[at]) for at in range(0, 100, 10)]
    yield "质量", "quality: 100 less what is missing", columns(bins)


def _top(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_TOP]


def _warnings(listed: Sequence[_Row], places: Mapping[str, str]) -> Iterator[str]:
    by_matter: dict[Matter, list[tuple[_Row, Warned]]] = {matter: [] for matter in Matter}
    for row in listed:
        for warned in row.file.warnings:
            by_matter[warned.matter].append((row, warned))
    yield "<section><h2>请看一看 <small>what somebody should look at</small></h2>"
    if not any(by_matter.values()):
        yield '<p class="note">没有 nothing</p>'
    for matter in sorted(by_matter, key=lambda one: one not in _FIRST):
        found = by_matter[matter]
        if found:
            yield _matter(matter, found, places)
    yield "</section>"


_FIRST = (Matter.CONTRADICTS, Matter.ASTRAY, Matter.EXPIRED)


def _matter(matter: Matter, found: Sequence[tuple[_Row, Warned]], places: Mapping[str, str]) -> str:
    chinese, english = (words.format("…") for words in MATTERS[matter])
    opened = " open" if matter in _FIRST else ""
    items = "".join(
        f"<tr><td>{_link(row, places)}</td><td>{warning_html(warned)}</td></tr>"
        for row, warned in islice(found, _MOST_LISTED)
    )
    left = len(found) - _MOST_LISTED
    more = f'<p class="note">还有 {left:,} 篇，见逐篇各页 {left:,} more, see their cards</p>' if left > 0 else ""
    head = f"{escape(chinese)} <small>{escape(english)}</small> · {len(found):,} — {WHAT_TO_DO[matter]}"
    return f"<details{opened}><summary>{head}</summary><table>{items}</table>{more}</details>"


def _rejected(report: Report) -> Iterator[str]:
    if not (report.rejected or report.gone):
        return
    yield "<section><h2>未收与撤下 <small>rejected and gone</small></h2><div class='scroll tall'><table>"
    yield "<tr><th>文件 file</th><th>原因 why</th><th>怎么办 what to do</th></tr>"
    for file in report.rejected:
        yield f"<tr><td>{escape(file.source)}</td><td>{escape(file.why)}</td><td>{escape(file.what_to_do)}</td></tr>"
    for source in report.gone:
        yield f"<tr><td>{escape(source)}</td><td>文件已不在 gone</td><td></td></tr>"
    yield "</table></div></section>"


def _table(listed: Sequence[_Row], places: Mapping[str, str]) -> Iterator[str]:
    yield "<section><h2>全部文章 <small>all articles</small></h2>"
    yield (
        '<p class="note">质量满分 100：缺标题或缺县各扣 20，缺日期或与另一篇有出入各扣 15，缺来源、太短、大半被去掉各扣'
        " 10，每处缺损扣 4（至多 20）。 Quality is 100 less: no title or county 20, no date or a contradiction 15, "
        "no publisher, very short or mostly removed 10, each damaged place 4 (20 at most).</p>"
    )
    if len(listed) > len(places):
        yield (
            f'<p class="note"><b>只列出最需要看的 {len(places):,} 篇，共 {len(listed):,} 篇。</b> Only '
            f"the {len(places):,} of {len(listed):,} that need it most are shown; ingest a folder alone for more.</p>"
        )
    yield '<div class="scroll tall"><table><tr><th class="n">质量 quality</th><th>文章 article</th><th>县 county</th>'
    yield "<th>日期 date</th><th>来源 publisher</th><th>提醒 warnings</th></tr>"
    for row in listed:
        if row.file.source in places:
            yield _table_row(row, places)
    yield "</table></div></section>"


def _table_row(row: _Row, places: Mapping[str, str]) -> str:
    file, facts = row.file, row.facts
    chips = "".join(warning_html(warned) for warned in file.warnings)
    if file.same_as:
        chips += f'<span class="chip">转载自 reprint of {escape(file.same_as)}</span>'
    counties = "、".join(facts.counties[:4]) + ("…" if len(facts.counties) > 4 else "")
    return (
        f'<tr><td class="n">{score_html(row.score)}</td><td>{_link(row, places)}</td><td>{escape(counties)}</td>'
        f'<td class="w">{facts.published or ""}</td><td>{escape(row.publisher)}</td><td>{chips}</td></tr>'
    )


def _link(row: _Row, places: Mapping[str, str]) -> str:
    source = row.file.source
    name = f"{escape(row.facts.title) or '（无标题）'} <small>{escape(source)}</small>"
    place = places.get(source)
    return f'<a href="{place}">{name}</a>' if place else name
