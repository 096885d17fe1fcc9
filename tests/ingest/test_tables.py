"""Tables keep their rows and columns, and what only lays out a page is no table."""

import lxml.html
import pytest

from ingest.html import parse

INTRO = "<p>现将全县卫生健康主要指标公布如下，请各单位对照落实，年底统一考核。</p>"

TWO = "<tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr>"


def rows(table: str) -> list[str]:
    page = parse(f"<html><body><div>{INTRO}{table}</div></body></html>")
    return [block.text for block in page.blocks if not block.verdict][1:]


def test_empty_cells_keep_their_place() -> None:
    table = "<table><tr><td>指标</td><td>2023</td><td>2024</td></tr><tr><td>床位</td><td></td><td>600</td></tr></table>"
    assert rows(table) == ["指标 | 2023 | 2024", "床位 | | 600"]


def test_cells_that_reach_over_rows_and_columns_are_said_in_each() -> None:
    table = (
        "<table><tr><th rowspan=2>指标</th><th colspan=2>年份</th></tr><tr><th>2023</th><th>2024</th></tr>"
        "<tr><td>床位</td><td>500</td><td>600</td></tr></table>"
    )
    assert rows(table) == ["指标 | 年份 | 年份", "指标 | 2023 | 2024", "床位 | 500 | 600"]


def test_a_row_of_one_cell_is_a_line() -> None:
    table = f"<table><tr><td colspan=3>单位：张</td></tr>{TWO}</table>"
    assert rows(table) == ["单位：张", "甲 | 1", "乙 | 2"]


def test_a_caption_stands_alone() -> None:
    table = f"<table><caption>床位表</caption>{TWO}</table>"
    assert rows(table) == ["床位表", "甲 | 1", "乙 | 2"]


def test_a_long_cell_is_read_as_paragraphs() -> None:
    long = "卫生院要把这项工作抓实抓细，" * 30
    table = f"<table>{TWO}<tr><td>丙</td><td>{long}</td></tr></table>"
    assert rows(table) == ["甲 | 1", "乙 | 2", "丙", long]


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td>一段话写在表格里，只是为了好看，并没有数据。</td></tr></table>",
        "<table><tr><td>左边的一段话，写得很长很长。</td><td>右边的一段话，写得也很长。</td></tr></table>",
        "<table><tr><td>用户</td><td><input></td></tr><tr><td>说明文字在这里，请看。</td><td>好的，看到了，谢谢。</td></tr></table>",
    ],
)
def test_layout_is_no_data(table: str) -> None:
    assert all("|" not in line for line in rows(table))


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "99999999999", "２"])
def test_strange_spans_do_no_harm(span: str) -> None:
    table = (
        f"<table><tr><td colspan='{span}' rowspan='{span}'>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></table>"
    )
    assert all(len(line) < 1000 for line in rows(table))
    assert lxml.html.fromstring(table).text_content()[:1] in rows(table)[0]
