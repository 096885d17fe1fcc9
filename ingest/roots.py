"""What an operator names: web addresses, one by one or in a file, each with how far its links are followed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ingest.addresses import canonical, without_secrets
from ingest.document import Rejected, Unreadable
from retrieval.errors import SourceError

LIST_SUFFIX = ".urls"
DEEPEST = 10
_MOST = 100_000  # addresses in a file
_WRITE = "write it as: https://… depth=1 pages=200 within=/notices/"


@dataclass(frozen=True, slots=True)
class Root:
    """An address that a person named.

    Links are followed ``depth`` steps, to ``pages`` pages at most (0: as many as a run may ask for), on the same host
    and below the path ``within`` (empty: that of the address for pages, everything for sitemaps and feeds).
    """

    url: str
    depth: int = 0
    pages: int = 0
    within: str = ""

    def covers(self, url: str, *, listed: bool) -> bool:
        """Whether a link that was found is followed; ``listed`` ones stand in a sitemap or feed."""
        own, other = urlsplit(self.url), urlsplit(url)
        if _host(own.netloc) != _host(other.netloc):
            return False
        within = self.within or ("/" if listed else own.path.rpartition("/")[0] + "/")
        return other.path.startswith(within)


def _host(netloc: str) -> str:
    return netloc.removeprefix("www.")


def is_address(path: str) -> bool:
    """Whether what was named is on the web."""
    return "://" in path


def read_roots(paths: Sequence[str], depth: int) -> tuple[list[Root], list[Rejected]]:
    """The addresses among what was named, with those of the files that list them; and what is none.

    ``depth`` holds where an address does not say its own.
    """
    roots: dict[str, Root] = {}
    refused: list[Rejected] = []
    for path in paths:
        lines = [(path, path)]
        if "://" not in path:
            try:
                lines = [(line, f"{path}: {without_secrets(line)}") for line in read_list(Path(path))]
            except SourceError as error:
                why, _, what_to_do = str(error).partition(", ")
                refused.append(Rejected(path, why, what_to_do.rpartition(", ")[2], passing=True))
                continue
        for line, name in lines:
            try:
                root = parse_root(line, depth)
            except Unreadable as refusal:
                refused.append(Rejected(without_secrets(name), refusal.why, refusal.what_to_do))
            else:
                roots.setdefault(root.url, root)
    return list(roots.values()), refused


def read_list(file: Path) -> list[str]:
    """The addresses in a file, one a line; ``#`` begins a comment. Raises SourceError."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f"the list cannot be read ({error.strerror}), {file}, check the path") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"the list is no UTF-8, {file}, save it as UTF-8") from error
    lines = [re.sub(r"(?:^|\s)#.*", "", line).strip() for line in text.splitlines()]
    found = [line for line in lines if line]
    if len(found) > _MOST:
        raise SourceError(f"more than {_MOST:,} addresses, {file}, split it into several")
    return found


def parse_root(line: str, depth: int) -> Root:
    """An address with its options after blanks: ``depth=N``, ``pages=N``, ``within=/path/``. Raises Unreadable."""
    named, *options = line.split()
    url = canonical(named)
    values = {"depth": depth, "pages": 0}
    within = ""
    for option in options:
        name, _, value = option.partition("=")
        if name == "within" and value.startswith("/"):
            within = value
        elif name in values and re.fullmatch(r"\d{1,6}", value) and (name != "depth" or int(value) <= DEEPEST):
            values[name] = int(value)
        else:
            raise Unreadable(f"{option!r} is no option of an address", _WRITE)
    return Root(url, values["depth"], values["pages"], within)
