"""A small corpus for tests of whole answers: articles as texts, ingested, and an engine over them."""

from collections.abc import Mapping
from pathlib import Path

from ingest.build import build
from retrieval.config import Config, PathsConfig
from retrieval.embed import load_embedder
from retrieval.engine import Engine


def engine_over(folder: Path, articles: Mapping[str, str]) -> Engine:
    """An engine over these articles, by file name, in a new index below ``folder``."""
    (folder / "articles").mkdir()
    for name, text in articles.items():
        (folder / "articles" / name).write_text(text, encoding="utf-8")
    config = Config(paths=PathsConfig(data=str(folder / "data")))
    build([str(folder / "articles")], config, load_embedder(config.embedding))
    return Engine(config)
