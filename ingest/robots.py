"""What a site's robots.txt lets us read, and how often. The only file that imports protego.

The standard library's ``urllib.robotparser`` knows no wildcards, takes the first rule that fits where RFC 9309 takes
the longest, and forbids everything on 401 and 403, where the RFC allows it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.encoding import decode

if TYPE_CHECKING:
    from protego import Protego

MOST_BYTES = 512 * 1024  # as much as RFC 9309 asks to be read


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one host; ``parsed`` is None where there are none."""

    parsed: "Protego | None"
    agent: str

    def allow(self, url: str) -> bool:
        """Whether the page may be read by programs of our name."""
        return self.parsed is None or bool(self.parsed.can_fetch(url, self.agent))

    @property
    def delay_s(self) -> float:
        """The least time between two requests that the site asks for."""
        delay = self.parsed.crawl_delay(self.agent) if self.parsed else None
        return max(0.0, float(delay)) if delay is not None else 0.0


def rules_of(data: bytes | None, user_agent: str) -> Rules:
    """Rules from the file's bytes; None where the site has none. ``user_agent`` is the name that is sent."""
    from protego import Protego

    agent = user_agent.partition("/")[0]
    if data is None:
        return Rules(None, agent)
    return Rules(Protego.parse(decode(data[:MOST_BYTES]).text), agent)
