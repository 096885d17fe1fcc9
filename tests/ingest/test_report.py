import json
from dataclasses import replace

from ingest.document import Rejected, Removal
from ingest.report import Facts, FileReport, Report, State, as_json, as_text
from ingest.warnings import Matter, Warned

PAGE = FileReport(
    "a/plan.html",
    State.ADDED,
    Facts(
        format="html",
        encoding="gb18030",
        title="青石县卫生计划",
        published="2024-03-05",
        counties=("青石县",),
        passages=7,
        damaged=1,
        replaced=2,
        repairs={"pinyin": 12, "entity": 3},
        removed={"navigation": 2, "share": 1},
    ).dump(),
)
REMOVALS = (
    Removal("navigation", "首页 >\n  新闻", 1),
    Removal("share", "分享到", 9),
    Removal("navigation", "返回", 11),
)
TWIN = FileReport("b.txt", State.CHANGED, Facts("txt", "utf-8", "", passages=7).dump(), same_as="a/plan.html")
REPORT = Report(
    generation="20260101T000000Z-0a0b0c0d",
    published=True,
    files=(PAGE, TWIN),
    rejected=(
        Rejected("x.pdf", "this is no text", "export it"),
        Rejected("y.txt", "no article is left", "see --explain"),
    ),
    gone=("old.txt",),
    articles=1,
    passages=7,
    counties=("青石县",),
    embedded=5,
    reused=2,
    seconds=1.26,
    cleaned=1,
    explained={"a/plan.html": REMOVALS, "y.txt": (Removal("spam", "全是广告", 4),)},
)


def test_text_tells_what_happened_to_every_file():
    assert as_text(REPORT).splitlines() == [
        "added      a/plan.html  《青石县卫生计划》",
        "           html, gb18030; 青石县; 2024-03-05; 7 passages",
        "           repaired entity 3, pinyin 12; removed navigation 2, share 1; 1 places where words are lost; "
        "2 characters that could not be decoded",
        "changed    b.txt  (no title)",
        "           txt, utf-8; says the same as a/plan.html, which is cited",
        "rejected   x.pdf: this is no text; export it",
        "rejected   y.txt: no article is left; see --explain",
        "gone       old.txt",
        "1 added, 1 changed, 0 unchanged, 1 gone, 2 rejected",
        "1 articles, 7 passages, 1 counties: 青石县",
        "published 20260101T000000Z-0a0b0c0d in 1.3 s (1 files cleaned, 5 passages embedded, 2 reused)",
    ]


def test_explain_lists_every_removal_with_its_rule():
    added = [line.strip() for line in as_text(REPORT, explain=True).splitlines() if line not in as_text(REPORT)]
    assert added == [
        "- line 1 [navigation] 首页 > 新闻",
        "- line 9 [share] 分享到",
        "- line 11 [navigation] 返回",
        "- line 4 [spam] 全是广告",
    ]


def test_json_has_the_same_facts():
    values = json.loads(as_json(REPORT))
    assert values["added"] == ["a/plan.html"]
    assert values["changed"] == ["b.txt"]
    assert values["unchanged"] == []
    assert values["gone"] == ["old.txt"]
    assert values["rejected"][0] == {"source": "x.pdf", "why": "this is no text", "what_to_do": "export it"}
    assert (values["generation"], values["published"], values["seconds"]) == (REPORT.generation, True, 1.26)
    assert values["files"][0]["removed"] == {"navigation": 2, "share": 1}
    assert values["files"][1]["same_as"] == "a/plan.html"
    assert "removals" not in values["files"][0]


def test_json_explains_too():
    first = json.loads(as_json(REPORT, explain=True))["files"][0]
    assert first["removals"][1] == {"rule": "share", "line": 9, "text": "分享到"}
    assert json.loads(as_json(REPORT, explain=True))["rejected"][1]["removals"] == [
        {"rule": "spam", "line": 4, "text": "全是广告"}
    ]


def test_files_as_before_are_counted_and_listed_only_where_somebody_should_look():
    quiet = replace(PAGE, state=State.UNCHANGED)
    doubted = replace(quiet, source="c.txt", warnings=(Warned(Matter.EXPIRED, "2024-01-01"), Warned(Matter.NO_DATE)))
    report = replace(REPORT, files=(quiet, doubted), rejected=(), gone=())
    assert [line.split()[0] for line in as_text(report).splitlines()[:4]] == ["unchanged", "html,", "repaired", "!"]
    assert as_text(report).splitlines()[4] == "0 added, 0 changed, 2 unchanged, 0 gone, 0 rejected"
    assert "a/plan.html" not in as_text(report)
    assert "a/plan.html" in as_text(report, explain=True)
    assert [file["source"] for file in json.loads(as_json(report))["files"]] == ["a/plan.html", "c.txt"]


def test_json_tells_warnings_and_what_was_counted():
    (file,) = json.loads(as_json(replace(REPORT, files=(replace(PAGE, warnings=(Warned(Matter.NO_DATE),)),))))["files"]
    assert file == {
        "source": "a/plan.html",
        "state": "added",
        "same_as": None,
        "also": [],
        "warnings": [{"matter": "no-date", "detail": "", "spots": []}],
        "format": "html",
        "encoding": "gb18030",
        "title": "青石县卫生计划",
        "published": "2024-03-05",
        "counties": ["青石县"],
        "passages": 7,
        "damaged": 1,
        "replaced": 2,
        "repairs": {"pinyin": 12, "entity": 3},
        "removed": {"navigation": 2, "share": 1},
    }


def test_an_ingest_that_changed_nothing_says_so():
    same = Report("20260101T000000Z-0a0b0c0d", False, (TWIN,), (), (), 1, 7, (), 0, 0, 0.04)
    assert as_text(same).splitlines()[-1] == "nothing has changed, 20260101T000000Z-0a0b0c0d stays current (0.0 s)"
