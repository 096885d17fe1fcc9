"""The benchmark measures what it says, its pages are what they should be, and our extraction holds its figures."""

from collections import Counter

import pytest

from benchmarks.cleaning.extractors import as_text, extractors
from benchmarks.cleaning.pages import Page, pages
from benchmarks.cleaning.score import Score, folded, mean, score

EVERY = list(pages())
ARTICLES = [page for page in EVERY if page.keep]


def page(*keep: str, either: tuple[str, ...] = ()) -> Page:
    return Page("p", "p", b"", "", keep, either)


def test_there_are_pages_enough_and_each_is_itself() -> None:
    shapes = Counter(page.shape for page in ARTICLES if page.shape != "odd")
    assert len(shapes) >= 12
    assert all(count >= 3 for count in shapes.values())
    assert len(EVERY) >= 100
    assert len({page.data for page in EVERY}) == len(EVERY)
    assert len({page.name for page in EVERY}) == len(EVERY)


def test_pages_come_out_the_same_every_time() -> None:
    assert list(pages()) == EVERY


def test_pages_have_no_marks_and_no_slots_left() -> None:
    for one in EVERY:
        assert not any(mark in one.text for mark in ("⟦", "⟧", "⟪", "⟫", "{{", "}}", "{县}", "{}")), one.name
        assert one.keep or one.shape.startswith("list") or one.name.startswith("list"), one.name
        assert all(one.keep), one.name


def test_pages_of_one_site_differ_in_their_prose() -> None:
    for shape in {page.shape for page in ARTICLES if page.shape != "odd"}:
        said = [text for page in ARTICLES if page.shape == shape for text in page.keep if len(text) > 12]
        assert len(said) == len(set(said)), shape


@pytest.mark.parametrize(
    ("output", "precision", "recall"),
    [
        ("村医每月多领三百元", 1.0, 1.0),
        ("村医 每月，多领三百元。", 1.0, 1.0),
        ("", 1.0, 0.0),
        ("打印本页关闭", 0.0, 0.0),
        ("村医每月多", 1.0, 3 / 7),
        ("村医每月多领三百元村医每月多领三百元", 7 / 16, 1.0),
        ("青禾县的好消息村医每月多领三百元", 1.0, 1.0),
    ],
)
def test_scores(output: str, precision: float, recall: float) -> None:
    """Nine characters make seven runs of three; what counts neither way is taken out first."""
    found = score(page("村医每月多领三百元", either=("青禾县的好消息",)), output)
    assert (found.precision, found.recall) == pytest.approx((precision, recall))


def test_a_perfect_output_is_perfect_on_every_page() -> None:
    for one in ARTICLES:
        assert score(one, "\n".join(one.keep)).f1 == 1.0, one.name


def test_folding_keeps_letters_and_digits() -> None:
    assert folded(" 床位 | ３２０张，Ａ级。\n") == "床位320张a级"


def test_means_count_every_page_alike() -> None:
    assert mean([Score(1.0, 0.5, 10), Score(0.5, 1.0, 1000)]) == Score(0.75, 0.75, 505)


def test_ours_holds_its_figures_and_every_list_is_empty() -> None:
    ours = extractors()["ours"]
    outputs = {one.name: ours(one) for one in EVERY}
    found = mean([score(one, outputs[one.name]) for one in ARTICLES])
    assert found.precision >= 0.99
    assert found.recall >= 0.999
    assert [one.name for one in EVERY if not one.keep and outputs[one.name]] == []


def test_ours_is_ahead_of_the_others_on_both() -> None:
    means = {
        name: mean([score(one, extract(one)) for one in ARTICLES])
        for name, extract in extractors().items()
        if name in ("ours", "trafilatura", "readability-lxml")
    }
    ours = means.pop("ours")
    assert all(ours.precision > other.precision and ours.recall > other.recall for other in means.values())


def test_learning_helps_pages_saved_as_text_and_costs_nothing() -> None:
    sites = [one for one in ARTICLES if one.shape != "odd"]
    by_rules, learnt = (mean([score(one, output[one.name]) for one in sites]) for output in as_text(sites))
    assert learnt.precision >= by_rules.precision + 0.1
    assert learnt.recall >= by_rules.recall
