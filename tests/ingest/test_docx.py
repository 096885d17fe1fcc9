"""Word files: what a reader of the printed document sees, and nothing that was deleted or hidden."""

import io
from collections.abc import Callable

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from ingest import docx as reader
from ingest.document import Block
from ingest.docx_styles import in_form
from ingest.parsing import parse
from retrieval.config import IngestConfig
from tests.ingest.hostile_packed import TYPES, W, packed, paragraph, word

LIMITS = IngestConfig()


def blocks(data: bytes) -> tuple[Block, ...]:
    return reader.parse(data, LIMITS).blocks


def saved(make: Callable[[docx.document.Document], object]) -> bytes:
    """A file as python-docx writes it."""
    document, buffer = docx.Document(), io.BytesIO()
    make(document)
    document.save(buffer)
    return buffer.getvalue()


def texts(data: bytes) -> list[str]:
    return [block.text for block in blocks(data) if not block.verdict]


def levels(data: bytes) -> list[tuple[int, str]]:
    return [(block.level, block.text) for block in blocks(data)]


def styled(style: str, text: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def test_headings_have_the_level_of_their_style_below_the_title() -> None:
    def make(document: docx.document.Document) -> None:
        document.add_heading("青禾县卫生健康工作方案", 0)
        document.add_heading("总体要求", 1)
        document.add_paragraph("今年改造村卫生室三十个。")
        document.add_heading("时间安排", 2)

    assert levels(saved(make)) == [
        (1, "青禾县卫生健康工作方案"),
        (2, "总体要求"),
        (0, "今年改造村卫生室三十个。"),
        (3, "时间安排"),
    ]


def test_a_single_first_heading_is_the_title_and_several_are_sections() -> None:
    one = saved(lambda document: [document.add_heading("工作方案", 1), document.add_heading("要求", 2)])
    several = saved(lambda document: [document.add_heading("要求", 1), document.add_heading("措施", 1)])
    assert [level for level, _ in levels(one)] == [1, 2]
    assert [level for level, _ in levels(several)] == [2, 2]


def test_chinese_names_of_styles_and_outline_levels_count_too() -> None:
    styles = (
        f'<w:styles {W}><w:style w:styleId="2"><w:name w:val="标题 2"/></w:style>'
        '<w:style w:styleId="a"><w:name w:val="own"/><w:basedOn w:val="b"/></w:style>'
        '<w:style w:styleId="b"><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style></w:styles>'
    )
    body = styled("2", "甲") + styled("a", "乙") + styled("a", "丙", '<w:outlineLvl w:val="0"/>') + paragraph("丁")
    assert levels(word(body, styles=styles)) == [(3, "甲"), (4, "乙"), (2, "丙"), (0, "丁")]


NUMBERING = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2.%1"/></w:lvl>'
    "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="7"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="8"/></w:num>'
    '<w:abstractNum w:abstractNumId="8">'
    '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl>'
    "</w:abstractNum></w:numbering>"
)


def listed(number: int, level: int, text: str) -> str:
    numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{numbered}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_lists_are_numbered_as_word_prints_them() -> None:
    body = "".join(
        listed(*item)
        for item in (
            (1, 0, "甲"),
            (1, 1, "子"),
            (1, 1, "丑"),
            (1, 0, "乙"),
            (1, 1, "寅"),
            (2, 0, "丙"),
            (3, 0, "点"),
            (0, 0, "无"),
        )
    )
    assert texts(word(body, numbering=NUMBERING)) == [
        "一、甲", "1.一 子", "2.一 丑", "二、乙", "1.二 寅", "五、丙", "点", "无",
    ]  # fmt: skip


def test_a_list_that_a_style_brings_can_be_switched_off() -> None:
    number = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    styles = f'<w:styles {W}><w:style w:styleId="l">{number}</w:style></w:styles>'
    body = styled("l", "甲") + styled("l", "乙", '<w:numPr><w:numId w:val="0"/></w:numPr>') + styled("l", "丙")
    assert texts(word(body, styles=styles, numbering=NUMBERING)) == ["一、甲", "乙", "二、丙"]


@pytest.mark.parametrize(
    ("count", "form", "said"),
    [
        (10, "chineseCounting", "十"), (11, "chineseCounting", "十一"), (20, "japaneseCounting", "二十"),
        (101, "chineseCountingThousand", "一百零一"), (110, "chineseCountingThousand", "一百一十"),
        (3, "lowerLetter", "c"), (28, "upperLetter", "BB"), (4, "lowerRoman", "iv"), (1994, "upperRoman", "MCMXCIV"),
        (3, "decimalEnclosedCircleChinese", "③"), (2, "ideographTraditional", "乙"), (7, "decimalZero", "07"),
        (5000, "upperRoman", "5000"), (5, "nobodyKnows", "5"),
    ],
)  # fmt: skip
def test_forms_of_numbers(count: int, form: str, said: str) -> None:
    assert in_form(count, form) == said


def test_tables_are_read_row_by_row_and_merged_cells_in_each() -> None:
    def make(document: docx.document.Document) -> None:
        table = document.add_table(3, 3)
        for row, cells in zip(
            table.rows, [("县", "任务", "时限"), ("青禾县", "建医院", "六月"), ("", "招医生", "")], strict=True
        ):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
        table.cell(1, 0).merge(table.cell(2, 0))

    assert texts(saved(make))[:3] == ["县 | 任务 | 时限", "青禾县 | 建医院 | 六月", "青禾县 | 招医生"]


def test_a_table_that_only_lays_out_the_page_is_prose() -> None:
    long = "县里今年新建卫生院两所。" * 25
    cell = f"<w:tc>{paragraph(long)}{paragraph('完工。')}</w:tc><w:tc>{paragraph('旁注')}</w:tc>"
    assert texts(word(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>")) == [long, "完工。", "旁注"]


def test_changes_are_read_as_accepted() -> None:
    body = (
        "<w:p><w:r><w:t>新建</w:t></w:r><w:del><w:r><w:delText>两</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>三</w:t></w:r></w:ins><w:r><w:t>所医院</w:t></w:r></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>上半句，</w:t></w:r></w:p>" + paragraph("下半句。")
    )
    body += (
        "<w:p><w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>移来</w:t></w:r></w:moveTo></w:p>"
    )
    body += f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('删去的行')}</w:tc></w:tr></w:tbl>"
    assert texts(word(body)) == ["新建三所医院", "上半句，下半句。", "移来"]


def test_notes_follow_their_paragraph_once() -> None:
    note = f"<w:footnote w:id='2'>{paragraph('数据来自县统计局。')}</w:footnote>"
    line = f"<w:footnote w:id='0' w:type='separator'>{paragraph('——')}</w:footnote>"
    body = "<w:p><w:r><w:t>床位三百张。</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r></w:p>" * 2 + paragraph(
        "完。"
    )
    found = texts(word(body, footnotes=f"<w:footnotes {W}>{line}{note}</w:footnotes>"))
    assert found == ["床位三百张。", "数据来自县统计局。", "床位三百张。", "完。"]


def test_fields_show_their_result_and_hidden_text_and_contents_are_set_aside() -> None:
    field = (
        "<w:p><w:r><w:fldChar/></w:r><w:r><w:instrText>PAGEREF x</w:instrText></w:r><w:r><w:t>见第三页</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>秘密</w:t></w:r>"
        "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>不密</w:t></w:r></w:p>"
    )
    contents = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{paragraph('一、要求 1')}</w:sdtContent></w:sdt>"
    )
    styles = f'<w:styles {W}><w:style w:styleId="t1"><w:name w:val="toc 1"/></w:style></w:styles>'
    found = blocks(word(field + contents + styled("t1", "二、措施 2"), styles=styles))
    assert [(block.text, block.verdict) for block in found] == [
        ("见第三页不密", ""), ("秘密", "hidden"), ("一、要求 1", "contents"), ("二、措施 2", "contents"),
    ]  # fmt: skip


def test_breaks_text_boxes_and_readings() -> None:
    box = f"<w:txbxContent>{paragraph('框里的话。')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>上</w:t><w:br/><w:t>下</w:t><w:br w:type='page'/><w:t>页</w:t>"
        "<w:noBreakHyphen/><w:tab/><w:t>尾</w:t></w:r>"
        f"<w:r><mc:AlternateContent xmlns:mc='m'><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
        "<w:p><w:r><w:ruby><w:rt><w:r><w:t>wei</w:t></w:r></w:rt>"
        "<w:rubyBase><w:r><w:t>卫</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>"
    )
    assert texts(word(body)) == ["上", "下页- 尾", "框里的话。", "卫"]


def test_the_strict_dialect_and_another_place_for_the_document() -> None:
    strict = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
    main = f"<w:document {strict}><w:body>{paragraph('严格格式。')}</w:body></w:document>"
    relations = '<r><a Type="http://purl.oclc.org/ooxml/officeDocument" Target="/doc/main.xml"/></r>'
    data = packed({"[Content_Types].xml": TYPES, "_rels/.rels": relations, "doc/main.xml": main, "word/x.xml": "<x/>"})
    assert texts(data) == ["严格格式。"]


def test_the_document_says_what_was_read() -> None:
    document = parse(word(paragraph("第一段。") + paragraph("第二段。")), "a.docx", "docx")
    assert (document.text, document.format, document.encoding) == ("第一段。\n第二段。", "docx", "unicode")


def test_a_real_tracked_change_of_a_run() -> None:
    """The same through python-docx, whose packages are complete."""

    def make(document: docx.document.Document) -> None:
        run = document.add_paragraph("留下").add_run("删去")
        gone = OxmlElement("w:del")
        run._r.addprevious(gone)
        gone.append(run._r)
        run._r.find(qn("w:t")).tag = qn("w:delText")

    assert texts(saved(make)) == ["留下"]
