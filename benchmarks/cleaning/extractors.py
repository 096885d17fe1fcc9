"""Those that are compared. All but ours are handed text that is decoded already: only extraction is compared."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from benchmarks.cleaning.pages import Page

if TYPE_CHECKING:
    from ingest.document import Cleaned

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

    return _lines(clean(parse(page.data, f"{page.name}.html", "html")))


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


def as_text(pages: Sequence[Page]) -> tuple[dict[str, str], dict[str, str]]:
    """The pages of several sites saved as text files, a folder each, cleaned by rules alone and with what was learnt.

    Both by page name. All that a reader sees of a page is in its file, whether article or not.
    """
    from ingest.clean import clean
    from ingest.document import RawDocument
    from ingest.parsing import parse
    from ingest.site import SiteFurniture

    files: dict[str, RawDocument] = {}
    for page in pages:
        blocks = parse(page.data, f"{page.name}.html", "html").blocks
        seen = "\n".join(block.text for block in blocks if block.verdict not in ("hidden", "control"))
        files[page.name] = RawDocument(f"{page.shape}/{page.name}.txt", seen, page.name)
    site = SiteFurniture.learn(files.values())
    plain = {name: _lines(clean(file)) for name, file in files.items()}
    return plain, {name: _lines(clean(file, site)) for name, file in files.items()}


def _lines(cleaned: "Cleaned") -> str:
    return "\n".join(line.text for line in cleaned.lines)
