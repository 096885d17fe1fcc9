"""Those that are compared. All but ours are handed text that is decoded already: only extraction is compared."""

from collections.abc import Callable, Sequence

from benchmarks.cleaning.pages import Page

Extractor = Callable[[Page], str]


def extractors() -> dict[str, Extractor]:
    """By name, ours first."""
    return {
        "ours": _ours,
        "trafilatura": _trafilatura,
        "trafilatura precise": lambda page: _trafilatura(page, precise=True),
        "readability-lxml": _readability,
        "resiliparse": _resiliparse,
    }


def _ours(page: Page) -> str:
    from ingest.clean import clean
    from ingest.parsing import parse

    return "\n".join(line.text for line in clean(parse(page.data, f"{page.name}.html", "html")).lines)


def _trafilatura(page: Page, precise: bool = False) -> str:
    import trafilatura

    return trafilatura.extract(page.text, include_comments=False, favor_precision=precise) or ""


def _readability(page: Page) -> str:
    import lxml.html
    import readability

    summary = readability.Document(page.text).summary()
    return "\n".join(lxml.html.fromstring(summary).itertext()) if summary.strip() else ""


def _resiliparse(page: Page) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    said: str = extract_plain_text(
        page.text, main_content=True, alt_texts=False, list_bullets=False, comments=False, post_meta=False
    )
    return said


def by_site(pages: Sequence[Page]) -> dict[str, list[Page]]:
    """The pages of each shape, which are one site's."""
    sites: dict[str, list[Page]] = {}
    for page in pages:
        sites.setdefault(page.shape, []).append(page)
    return sites
