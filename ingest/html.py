"""Pages in, blocks out. The only file that imports lxml and trafilatura."""

from ingest.document import Block, Page


def parse(text: str) -> Page:
    """Placeholder until the page parser lands: every non-empty line without its tags."""
    import re

    bare = re.sub(r"(?is)<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]+>", "\n", text)
    lines = bare.split("\n")
    return Page(tuple(Block(line.strip(), at) for at, line in enumerate(lines, 1) if line.strip()))
