"""Links of pages, and that no markup holds up the search for them."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.links import Link, links_of

BASE = "http://h.example/a/index.html"


def urls(text: str) -> list[str]:
    return [link.url.removeprefix("http://h.example") for link in links_of(text, BASE)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "<a href=\"x.html\">x</a><A\nHREF='/y.html'>y</A><a class=q href=z.html>z</a>",
            ["/a/x.html", "/y.html", "/a/z.html"],
        ),
        ("<a href='?a=1&amp;b=2'>x</a>", ["/a/index.html?a=1&b=2"]),
        ("<base href='/b/'><a href=x>x</a><base href='/c/'>", ["/b/x"]),
        ("<base href='http://[::'><a href=x>x</a>", ["/a/x"]),
        ("<!-- <a href=no>n</a> --><a href=x>x</a><!-- <a href=never>", ["/a/x"]),
        ("<a href=x>1</a><a href=x#2>2</a><a href='x '>3</a>", ["/a/x"]),
        ("<a rel='nofollow noopener' href=no>n</a><area href=map><link rel=stylesheet href=s.css>", ["/a/map"]),
        ("<meta name=robots content='noindex, NoFollow'><a href=x>x</a>", []),
        (
            "<a href='javascript:x()'>j</a><a href='mailto:a@b.c'>m</a><a href='#t'>t</a><a href='ftp://h/x'>f</a>",
            [],
        ),
        (
            "<a href=p.JPG>p</a><a href=t.xlsx?v=1>t</a><a href=a.pdf>d</a><a href=b.docx>d</a>",
            ["/a/a.pdf", "/a/b.docx"],
        ),
        ("<script>var s = '<li><a href=\\\"art/1.html\\\">'; </script>", ["/a/art/1.html"]),
        ("<a data-href=no href=yes>x</a>", ["/a/yes"]),
    ],
)
def test_links_in_their_order(text: str, wanted: list[str]) -> None:
    assert urls(text) == wanted


@pytest.mark.parametrize("words", ["下一页", "下页", "下一頁", " 下一页 >", "Next", "»", "<span>下一页</span>", "&gt;"])
def test_words_that_lead_onward(words: str) -> None:
    assert links_of(f"<a href=2.html>{words}</a>", BASE) == (Link("http://h.example/a/2.html", onward=True),)


@pytest.mark.parametrize("words", ["下一页的故事", "县医院下一步工作", "Next steps", "2", ""])
def test_words_that_do_not(words: str) -> None:
    assert [link.onward for link in links_of(f"<a href=2.html>{words}</a>", BASE)] == [False]


def test_pages_that_scripts_number() -> None:
    text = "<script>createPageHTML( 3 , 0, 'index', 'shtml');</script>"
    assert urls(text) == ["/a/index_1.shtml", "/a/index_2.shtml"]
    assert len(urls(text.replace("3", "99999"))) < 1000


HOSTILE = [
    "<a ",
    "<!--",
    "<script",
    "<script>",
    "<a href=",
    '<a href="',
    "createPageHTML(",
    "<a x>",
    "<a a" + "a" * 3000,
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_markup_holds_up_the_search(piece: str) -> None:
    """A megabyte of it; what looks twice at each piece for each other would take days."""
    done = threading.Event()
    text = piece * (2**20 // len(piece))
    worker = threading.Thread(target=lambda: (links_of(text, BASE), done.set()), daemon=True)
    worker.start()
    assert done.wait(30)


@given(
    st.lists(
        st.sampled_from([*HOSTILE[:8], "href=x", ">", "'", '"', "</a>", "-->", "</script>", "下一页", "http://[", "%"])
    )
)
def test_any_markup_is_borne(pieces: list[str]) -> None:
    for link in links_of("".join(pieces), BASE):
        assert link.url.startswith(("http://", "https://"))
