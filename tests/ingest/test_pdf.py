"""PDF files as printers make them: paragraphs whole again, in reading order, without what stands on every page."""

import io
import random

import pytest
from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from ingest import pdf
from ingest.document import Block, Unreadable
from ingest.pdf_layout import Glyph, Rule, glue
from ingest.pdf_tables import tables
from retrieval.config import IngestConfig
from tests.ingest.hostile_pdf import CATALOGUE, FONT, PAGE, PAGES, SAYING, printed, stream, written

LIMITS = IngestConfig()
WORDS = "县里今年新建卫生院改造村卫生室培训乡医为老人体检并把夜间门诊开到集镇药品统一配送慢病管理家庭医生签约"
BODY = ParagraphStyle("body", fontName=FONT, fontSize=12, leading=20, firstLineIndent=24, wordWrap="CJK")
FLAT = ParagraphStyle("flat", parent=BODY, firstLineIndent=0, spaceAfter=8)
TITLE = ParagraphStyle("title", parent=BODY, fontSize=22, leading=30, alignment=1, firstLineIndent=0)
SECTION = ParagraphStyle("section", parent=BODY, fontSize=15, leading=24, firstLineIndent=0)


def prose(seed: int, length: int) -> str:
    """A paragraph of that many characters or a few more, with numbers and Latin words in it."""
    dice = random.Random(seed)
    text = ""
    while len(text) < length:
        text += "".join(dice.choices(WORDS, k=dice.randint(6, 16))) + dice.choice(["，", "、", "；", "2024年", "CT"])
    return text.rstrip("，、；") + "。"


def typeset(*parts: tuple[str, ParagraphStyle], foot: str = "") -> bytes:
    """Paragraphs broken into lines and pages by a real typesetter, with a footer."""
    buffer = io.BytesIO()

    def margin(canvas: Canvas, _: object) -> None:
        number = canvas.getPageNumber()
        canvas.setFont(FONT, 14)
        if foot:
            canvas.drawString(80 if number % 2 else 480, 60, foot.format(number))

    template = SimpleDocTemplate(buffer, pagesize=(595, 842), leftMargin=79, rightMargin=74, topMargin=105)
    template.build([Paragraph(*part) for part in parts], onFirstPage=margin, onLaterPages=margin)
    return buffer.getvalue()


def columns(pages: int, *texts: str, width: float = 225, size: float = 10.5) -> bytes:
    """The same columns on every page below a header, with the page's number at the top and a title on the first."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    for page in range(pages):
        canvas.setFont(FONT, 9)
        canvas.drawString(60, 805, f"青禾县卫生通讯 第{page + 1}期")
        canvas.drawRightString(535, 805, f"{page + 1}")
        canvas.setFont(FONT, 20)
        if page == 0:
            canvas.drawCentredString(297, 760, "青禾县推进家庭医生签约服务")
        canvas.setFont(FONT, size)
        for at, text in enumerate(texts):
            _column(canvas, text, 60 + at * (width + 25), width, size)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _column(canvas: Canvas, text: str, x: float, width: float, size: float) -> None:
    y = 720.0
    for paragraph in text.split("\n"):
        rest = "\u3000\u3000" + paragraph
        while rest:
            fits = max(at for at in range(1, len(rest) + 1) if stringWidth(rest[:at], FONT, size) <= width)
            canvas.drawString(x, y, rest[:fits])
            rest, y = rest[fits:], y - 1.5 * size


def kept(data: bytes) -> list[Block]:
    return [block for block in pdf.parse(data, LIMITS).blocks if not block.verdict]


def verdicts(data: bytes) -> dict[str, str]:
    return {block.text: block.verdict for block in pdf.parse(data, LIMITS).blocks if block.verdict}


@pytest.mark.parametrize("style", [BODY, FLAT], ids=["indented", "spaced"])
def test_paragraphs_are_whole_again_across_lines_and_pages(style: ParagraphStyle) -> None:
    texts = [prose(seed, 40 + seed * 11) for seed in range(24)]
    data = typeset(*((text, style) for text in texts), foot="— {} —")
    assert [block.text for block in kept(data)] == texts
    assert kept(data)[-1].page > 2
    numbers = {text.strip("— "): verdict for text, verdict in verdicts(data).items()}
    assert numbers == {str(page): "page-number" for page in range(1, len(numbers) + 1)}
    assert len(numbers) >= kept(data)[-1].page


def test_numbered_sections_do_not_run_together() -> None:
    texts = []
    for section in "一二三四":
        texts += [f"{section}、重点任务", f"（一）{prose(len(texts), 90)}", f"（二）{prose(len(texts) + 1, 120)}"]
    assert [block.text for block in kept(typeset(*((text, BODY) for text in texts)))] == texts


def test_blocks_that_stand_further_in_are_joined_too() -> None:
    inset = ParagraphStyle("inset", parent=FLAT, leftIndent=48)
    hanging = ParagraphStyle("hanging", parent=FLAT, leftIndent=20, bulletIndent=0)
    texts = [prose(at, 130) for at in range(12)]
    items = [f"<bullet>•</bullet>{text}" if 4 <= at < 8 else text for at, text in enumerate(texts)]
    styles = [FLAT] * 4 + [hanging] * 4 + [inset] * 4
    found = [block.text for block in kept(typeset(*zip(items, styles, strict=True)))]
    assert [text.removeprefix("•").strip() for text in found] == texts


def test_headings_are_told_by_their_size() -> None:
    parts = [("青禾县卫生健康局关于印发今年卫生健康事业发展规划及工作要点的通知", TITLE)]
    for number in "一二":
        parts += [(f"第{number}章 发展基础", SECTION), (prose(3, 120), BODY)]
    assert [(block.level, block.text) for block in kept(typeset(*parts)) if block.level] == [
        (1, parts[0][0]),
        (2, "第一章 发展基础"),
        (2, "第二章 发展基础"),
    ]


def test_a_letterhead_is_larger_than_the_title_and_is_none() -> None:
    head = ParagraphStyle("head", parent=TITLE, fontSize=30, leading=50)
    parts = [
        ("青禾县卫生健康局文件", head),
        ("青卫发〔2024〕5号", SECTION),
        ("关于印发工作要点的通知", TITLE),
        (prose(1, 120), BODY),
    ]
    assert [(block.level, block.text) for block in kept(typeset(*parts))] == [
        (0, "青禾县卫生健康局文件"), (0, "青卫发〔2024〕5号"), (1, "关于印发工作要点的通知"), (0, parts[3][0]),
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "width"), [(2, 225), (3, 140)])
def test_columns_are_read_one_after_the_other(count: int, width: float) -> None:
    texts = [
        "\n".join(prose(column * 10 + at, 70 + 20 * at).replace("CT", "") for at in range(4)) for column in range(count)
    ]
    found = kept(columns(2, *texts, width=width))
    assert [block.text for block in found if block.page == 2] == "\n".join(texts).split("\n")
    assert found[0] == Block("青禾县推进家庭医生签约服务", found[0].number, 1, "", 1)


def test_what_stands_on_every_page_goes_with_a_record() -> None:
    text = "\n".join(prose(at, 80) for at in range(4))
    assert verdicts(columns(3, text, text)) == {
        **{f"青禾县卫生通讯 第{page}期": "page-header" for page in (1, 2, 3)},
        **{f"{page}": "page-number" for page in (1, 2, 3)},
    }


def test_what_stands_in_the_margin_of_one_page_stays() -> None:
    data = columns(1, prose(1, 200), prose(2, 200))
    assert "青禾县卫生通讯 第1期" in [block.text for block in kept(data)]


def test_rows_of_a_table_keep_their_cells() -> None:
    rows = [("序号", "任务", "时限"), ("1", "建医院", "六月"), ("2", "招医生", "九月")]
    lines = ["\u3000\u3000\u3000".join(cell.ljust(4, "\u3000") for cell in row) for row in rows]
    assert [block.text for block in kept(printed(lines))] == [" | ".join(row) for row in rows]


def ruled(rows: list[list[str]], widths: list[int], *spans: tuple[str, tuple[int, int], tuple[int, int]]) -> bytes:
    """A table with wrapped cells between two paragraphs."""
    cell = ParagraphStyle("cell", parent=FLAT, fontSize=10, leading=13, spaceAfter=0)
    grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *spans]
    table = Table([[Paragraph(text, cell) for text in row] for row in rows], colWidths=widths, style=grid)
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=(595, 842)).build(
        [Paragraph(prose(1, 80), BODY), table, Paragraph(prose(2, 80), BODY)]
    )
    return buffer.getvalue()


def test_cells_of_a_ruled_table_are_whole_and_rows_complete() -> None:
    rows = [
        ["序号", "任务", "责任单位"],
        ["1", prose(3, 70), "县卫生健康局"],
        ["2", prose(4, 50), "县发展改革局、县财政局、县卫生健康局"],
        ["", prose(5, 40), "县教育局"],
        ["合计", "", ""],
    ]
    down, across = ("SPAN", (0, 2), (0, 3)), ("SPAN", (0, 4), (2, 4))
    found = [block.text for block in kept(ruled(rows, [40, 260, 100], down, across))]
    assert found == [
        prose(1, 80),
        *(" | ".join(row) for row in rows[:3]),
        " | ".join(["2", *rows[3][1:]]),
        "合计",
        prose(2, 80),
    ]


def test_cells_with_paragraphs_are_prose() -> None:
    long = prose(6, 400)
    assert [block.text for block in kept(ruled([["要点", long]], [60, 400]))] == [
        prose(1, 80),
        "要点",
        long,
        prose(2, 80),
    ]


@pytest.mark.parametrize("thin", [True, False], ids=["filled", "frame"])
def test_rules_that_are_thin_boxes_make_cells_and_a_frame_makes_none(thin: bool) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    canvas.setFont(FONT, 12)
    for x, y, text in ((80, 712, "任务"), (180, 712, "时限"), (80, 692, "开工"), (180, 692, "三月")):
        canvas.drawString(x, y, text)
    for at in range(3):
        if thin:  # as Word draws them
            canvas.rect(72, 686 + 20 * at, 200, 0.5, stroke=0, fill=1)
            canvas.rect(72 + 100 * at, 686, 0.5, 40, stroke=0, fill=1)
    if not thin:
        canvas.rect(72, 686, 200, 40)
    canvas.save()
    rows = [block.text for block in kept(buffer.getvalue())]
    assert rows == ["任务 | 时限", "开工 | 三月"]


def test_the_order_of_rules_does_not_matter() -> None:
    glyphs = [
        Glyph("甲", 10, 12, 18, 20),
        Glyph("乙", 60, 12, 68, 20),
        Glyph("丙", 10, 32, 18, 40),
        Glyph("外", 10, 90, 18, 98),
    ]
    rules = [Rule(0, y, 100, y) for y in (0, 25, 50)] + [Rule(x, 0, x, 50) for x in (0, 50, 100)]
    for seed in range(20):
        random.Random(seed).shuffle(rules)
        rest, rows = tables(glyphs, rules)
        assert ([glyph.char for glyph in rest], [row.text for row in rows]) == (["外"], ["丙", "甲 | 乙"])


def test_latin_lines_are_joined_with_blanks_and_parted_words_whole() -> None:
    assert glue("a compre-", "hensive plan") == "a comprehensive plan"
    assert glue("投入20", "24万元") == "投入2024万元"
    assert glue("health", "bureau") == "health bureau"
    assert glue("今年新建CT", "室三间") == "今年新建CT室三间"
    text = "The county health bureau will establish a hospital and improve participation for everybody. " * 5
    style = ParagraphStyle("latin", fontName="Helvetica", fontSize=11, leading=14, alignment=4)
    assert [block.text for block in kept(typeset((text, style)))] == [text.strip()]


def test_bold_type_that_was_drawn_twice_is_read_once() -> None:
    twice = SAYING + b"\n" + SAYING.replace(b"72 700", b"72.4 700")
    assert [block.text for block in kept(written(CATALOGUE, PAGES, PAGE, stream(twice)))] == [
        "The county builds two hospitals this year."
    ]


def test_a_page_on_its_side_is_read_and_a_watermark_is_not() -> None:
    side = SAYING.replace(b"72 700 Td", b"0 1 -1 0 300 100 Tm")
    mark = b"BT /F 30 Tf .7 .7 -.7 .7 100 100 Tm (DRAFT) Tj ET"
    found = pdf.parse(written(CATALOGUE, PAGES, PAGE, stream(side + b"\n" + mark)), LIMITS).blocks
    assert {(block.text, block.verdict) for block in found} == {
        ("The county builds two hospitals this year.", ""),
        ("DRAFT", "watermark"),
    }


def test_a_scanned_page_among_others_is_told() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.setFont(FONT, 12)
    for at in range(10):
        canvas.drawString(72, 700 - 20 * at, WORDS[:30])
    canvas.showPage()
    canvas.drawInlineImage(_picture(), 0, 0, 500, 700)
    canvas.showPage()
    canvas.save()
    assert verdicts(buffer.getvalue()) == {"page 2 is a picture without text": "unread-page"}


def test_a_scan_is_called_a_scan() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for _ in range(2):
        canvas.drawInlineImage(_picture(), 0, 0, 500, 700)
        canvas.showPage()
    canvas.save()
    with pytest.raises(Unreadable, match="scan: 2 of its 2 pages") as refusal:
        pdf.parse(buffer.getvalue(), LIMITS)
    assert "OCR" in refusal.value.what_to_do


def _picture() -> object:
    from PIL import Image

    return Image.new("L", (40, 60), 200)


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(Unreadable, match="3 pages are too many"):
        pdf.parse(printed(["甲"], ["乙"], ["丙"]), IngestConfig(max_pages=2))


def test_radicals_become_the_characters_that_they_are_drawn_as() -> None:
    table = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00><FF> endcodespacerange"
    table += b" 2 beginbfchar <41> <2F08> <42> <6C11> endbfchar endcmap end"
    font = b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 5 0 R>>>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<" + font + b">>>>"
    (block,) = kept(written(CATALOGUE, PAGES, page, stream(b"BT /F 12 Tf 72 700 Td (AB) Tj ET"), stream(table)))
    assert block.text == "人民"
