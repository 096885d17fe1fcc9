"""``python -m bot`` is ``xianwen``."""

from bot.cli import entry

entry()
