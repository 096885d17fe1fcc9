"""Logs for journald: plain lines on stderr, without tokens, and at INFO without what people ask."""

import logging
import re
import sys

_TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}|(?<=/bot)\d+:[A-Za-z0-9_-]+")
_FORMAT = "%(levelname)s %(name)s: %(message)s"
# httpx writes every URL, and so the token; PTB writes whole updates when it cannot read them, and all of them to debug
_QUIET = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "faiss.loader": logging.WARNING,
    "tornado.access": logging.ERROR,
    "telegram": logging.WARNING,
    "telegram.ext.AIORateLimiter": logging.CRITICAL,
}


class Redaction(logging.Formatter):
    """Formats a record and takes everything out that looks like a bot token."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, safe to keep."""
        return _TOKEN.sub("<token>", super().format(record))


def set_up_logging(level: str) -> None:
    """Log to stderr at ``level``; the chatty libraries only from WARNING on, whatever the level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redaction(_FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))
