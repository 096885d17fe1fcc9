"""The operator's commands: generations, rollback, verify."""

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from bot.shelf import shelf_of
from retrieval import index
from retrieval.config import Config


def left_out(config: Config, paths: Sequence[str]) -> str:
    """A line about articles that admins sent in the chat and that these paths leave out; empty where there are none."""
    shelf = shelf_of(config)
    count, folder = len(shelf.names()), shelf.folder.resolve()
    if not count or any(folder.is_relative_to(Path(path).resolve()) for path in paths if "://" not in path):
        return ""
    return (
        f"note: {count} articles sent in the chat are left out of the index, {shelf.folder}, name that folder as well"
    )


def generations(config: Config, out: TextIO | None = None) -> int:
    """One line per generation, newest first, the current one marked."""
    for entry in index.list_generations(config.index_dir):
        mark = "*" if entry.current else " "
        manifest = entry.manifest
        print(
            f"{mark} {entry.id}  articles {manifest.articles}  passages {manifest.passages}  "
            f"counties {manifest.counties}  model {manifest.embedder_fingerprint}",
            file=out,
        )
    return 0


def rollback(config: Config, identity: str | None, out: TextIO | None = None) -> int:
    """Point back to a generation; a running bot follows by itself."""
    print(f"serving {index.rollback(config.index_dir, identity)}", file=out)
    return 0


def verify(config: Config, out: TextIO | None = None) -> int:
    """Check the current generation byte by byte and span by span."""
    checked = index.verify(config.index_dir)
    print(f"{checked}: every checksum, count and span holds", file=out)
    return 0
