import json

from ingest.document import Rejected, Removal
from ingest.report import FileReport, Report, State, as_object, as_text

PAGE = FileReport(
    source="a/plan.html",
    state=State.ADDED,
    format="html",
    encoding="gb18030",
    title="青石县卫生计划",
    passages=7,
    counties=("青石县",),
    published="2024-03-05",
    replaced=2,
    damaged=1,
    repairs={"pinyin": 12, "entity": 3},
    removed={"navigation": 2, "share": 1},
)
REMOVALS = (
    Removal("navigation", "首页 >\n  新闻", 1),
    Removal("share", "分享到", 9),
    Removal("navigation", "返回", 11),
)
TWIN = FileReport("b.txt", State.UNCHANGED, "txt", "utf-8", "", 7, same_as="a/plan.html")
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
        "unchanged  b.txt  (no title)",
        "           txt, utf-8; says the same as a/plan.html, which is cited",
        "rejected   x.pdf: this is no text; export it",
        "rejected   y.txt: no article is left; see --explain",
        "gone       old.txt",
        "1 added, 0 changed, 1 unchanged, 1 gone, 2 rejected",
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
    values = json.loads(json.dumps(as_object(REPORT), ensure_ascii=False))
    assert values["added"] == ["a/plan.html"]
    assert values["changed"] == []
    assert values["unchanged"] == ["b.txt"]
    assert values["gone"] == ["old.txt"]
    assert values["rejected"][0] == {"source": "x.pdf", "why": "this is no text", "what_to_do": "export it"}
    assert (values["generation"], values["published"], values["seconds"]) == (REPORT.generation, True, 1.26)
    assert values["files"][0]["removed"] == {"navigation": 2, "share": 1}
    assert values["files"][1]["same_as"] == "a/plan.html"
    assert "removals" not in values["files"][0]


def test_json_explains_too():
    first = as_object(REPORT, explain=True)["files"][0]
    assert first["removals"][1] == {"rule": "share", "line": 9, "text": "分享到"}
    assert as_object(REPORT, explain=True)["rejected"][1]["removals"] == [
        {"rule": "spam", "line": 4, "text": "全是广告"}
    ]


def test_an_ingest_that_changed_nothing_says_so():
    same = Report("20260101T000000Z-0a0b0c0d", False, (TWIN,), (), (), 1, 7, (), 0, 0, 0.04)
    assert as_text(same).splitlines()[-1] == "nothing has changed, 20260101T000000Z-0a0b0c0d stays current (0.0 s)"
