"""``python -m benchmarks.cleaning``: our extraction beside that of others, page by page."""

import argparse
import logging
from collections.abc import Sequence

from benchmarks.cleaning.extractors import as_text, extractors
from benchmarks.cleaning.pages import Page, pages
from benchmarks.cleaning.score import Score, mean, score


def main() -> None:
    """Print precision and recall by shape and on average; ``--pages`` adds every page of ours."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cleaning", description=main.__doc__)
    parser.add_argument("--pages", action="store_true", help="show each page")
    parser.add_argument("--show", metavar="NAME", help="print what ours leaves of one page")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    every = list(pages())
    if chosen.show:
        print(extractors()["ours"](next(page for page in every if page.name == chosen.show)))
        return
    articles = [page for page in every if page.keep]
    scores = {name: {page.name: score(page, extract(page)) for page in every} for name, extract in extractors().items()}
    if chosen.pages:
        _print_pages(articles, scores)
    _print_shapes(articles, scores)
    _print_lists([page for page in every if not page.keep], scores)
    _print_texts([page for page in articles if page.shape != "odd"])


def _print_pages(articles: Sequence[Page], scores: dict[str, dict[str, Score]]) -> None:
    for page in articles:
        print(f"{page.name:<24}", *(_cell(found[page.name]) for found in scores.values()), sep="  ")


def _print_shapes(articles: Sequence[Page], scores: dict[str, dict[str, Score]]) -> None:
    print(f"{'precision recall':<24}", *(f"{name:>19}" for name in scores), sep="  ")
    for shape in dict.fromkeys(page.shape for page in articles):
        names = [page.name for page in articles if page.shape == shape]
        print(
            f"{shape:<20}{len(names):>4}",
            *(_cell(mean([s[name] for name in names])) for s in scores.values()),
            sep="  ",
        )
    everything = [mean([found[page.name] for page in articles]) for found in scores.values()]
    print(f"{'all articles':<20}{len(articles):>4}", *map(_cell, everything), sep="  ")
    print(f"{'F1 of the two':<24}", *(f"{one.f1:>19.4f}" for one in everything), sep="  ")


def _print_lists(lists: Sequence[Page], scores: dict[str, dict[str, Score]]) -> None:
    empty = [sum(found[page.name].left == 0 for page in lists) for found in scores.values()]
    print(f"{'list pages left empty':<20}{len(lists):>3}", *(f"{count:>19}" for count in empty), sep="  ")


def _print_texts(articles: Sequence[Page]) -> None:
    """The same pages saved as text, where nothing but the words tells the article from what is around it."""
    by_rules, learnt = as_text(articles)
    for title, outputs in (("saved as text, by rules", by_rules), ("saved as text, learnt", learnt)):
        print(f"{title:<24}", _cell(mean([score(page, outputs[page.name]) for page in articles])), sep="  ")


def _cell(one: Score) -> str:
    return f"{one.precision:>12.4f} {one.recall:.4f}"


if __name__ == "__main__":
    main()
