"""Configuration: TOML in, frozen values out. Every key has a default, so that no file is needed.

An unknown key or section is an error that names the nearest valid one. Units stand in the names.
The Telegram token never stands in the file: see ``bot/service.py``.
"""

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from retrieval.errors import ConfigError


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _data() -> str:
    return os.environ.get("XIANWEN_DATA") or "data"


class PathsConfig(_Section):
    """Where things live. Relative to the working directory; ``$XIANWEN_DATA`` is the default of ``data``."""

    data: str = Field(default_factory=_data)
    articles: list[str] = Field(default_factory=lambda: ["articles"])


class EmbeddingConfig(_Section):
    """Which sentence-transformers model. ``bundled`` is the one inside the package."""

    model: str = "bundled"
    query_prompt: str = ""
    passage_prompt: str = ""
    batch_size: int = Field(32, ge=1)


class IngestConfig(_Section):
    """How articles are read and cut."""

    max_passage_chars: int = Field(600, ge=100)
    max_file_mb: int = Field(20, ge=1)
    max_article_chars: int = Field(500_000, ge=1000)
    max_pages: int = Field(1000, ge=1)
    max_members: int = Field(2000, ge=1)
    max_expanded_mb: int = Field(200, ge=1)
    max_seconds: float = Field(30.0, gt=0)
    max_memory_mb: int = Field(1024, ge=256)
    processes: int = Field(0, ge=0, le=64)
    fetch_timeout_s: float = Field(30.0, gt=0)
    allow_private_addresses: bool = False


class WebConfig(_Section):
    """How web addresses are read; ``fetch_timeout_s`` and ``allow_private_addresses`` stand with [ingest].

    ``allow_hosts`` names hosts, addresses and networks that are read although they are private.
    """

    user_agent: str = Field("xianwen", pattern=r"^[A-Za-z][A-Za-z0-9_-]*(/[A-Za-z0-9._-]+)?$")
    contact: str = Field("", pattern=r"^[\x20-\x7e]*$")
    obey_robots: bool = True
    delay_s: float = Field(1.0, ge=0, le=600)
    connections: int = Field(4, ge=1, le=16)
    retries: int = Field(2, ge=0, le=10)
    depth: int = Field(0, ge=0, le=10)
    recheck_after_h: float = Field(24.0, ge=0)
    max_pages: int = Field(5000, ge=1)
    max_total_mb: int = Field(2000, ge=1)
    max_minutes: float = Field(120.0, gt=0)
    gone_after_runs: int = Field(3, ge=1)
    cache_mb: int = Field(4000, ge=1)
    allow_hosts: list[str] = Field(default_factory=list)
    offline: bool = False


class IndexConfig(_Section):
    """How many generations stay on disk, the current and its predecessor always among them."""

    keep_generations: int = Field(3, ge=2)


class SearchConfig(_Section):
    """How passages are found."""

    candidates: int = Field(60, ge=1)
    max_question_chars: int = Field(1000, ge=10)
    lexicon: str = ""


class RerankConfig(_Section):
    """A cross-encoder of sentence-transformers that orders the best sentences. Off while ``model`` is empty."""

    model: str = ""
    candidates: int = Field(20, ge=2, le=200)


class AnswerConfig(_Section):
    """How much is said, and how sure one must be to say it."""

    max_claims: int = Field(5, ge=1)
    max_chars: int = Field(700, ge=100)
    min_confidence: float = Field(0.1, ge=0.0, le=1.0)


class ComposerConfig(_Section):
    """An OpenAI-compatible endpoint that may reword answers, under checks. Off while ``base_url`` is empty.

    Its key never stands in the file: see ``retrieval/composer.py``.
    """

    base_url: str = ""
    model: str = ""
    timeout_s: float = Field(8.0, gt=0, le=120)
    max_chars: int = Field(700, ge=50)

    @model_validator(mode="after")
    def _complete(self) -> "ComposerConfig":
        if self.base_url and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#@]*)?", self.base_url):
            raise ValueError("base_url must be an http:// or https:// address without key, query or user name")
        if self.base_url and not self.model:
            raise ValueError("model must be named where base_url is set")
        return self


class TelegramConfig(_Section):
    """The bot. ``admins`` are Telegram user ids."""

    mode: Literal["polling", "webhook"] = "polling"
    admins: list[int] = Field(default_factory=list)
    api_base_url: str = "https://api.telegram.org/bot"
    file_base_url: str = "https://api.telegram.org/file/bot"
    webhook_url: str = ""
    webhook_listen: str = "127.0.0.1"
    webhook_port: int = Field(8443, ge=1, le=65535)
    webhook_path: str = "telegram"
    concurrent_questions: int = Field(4, ge=1)
    queue_limit: int = Field(256, ge=1)
    answer_deadline_s: float = Field(20.0, gt=0)
    questions_per_minute: int = Field(20, ge=1)

    @model_validator(mode="after")
    def _webhook_needs_url(self) -> "TelegramConfig":
        if self.mode == "webhook" and not self.webhook_url.startswith("https://"):
            raise ValueError("webhook_url must be an https:// address when mode is webhook")
        return self


class ServiceConfig(_Section):
    """The process. ``health_port`` 0 switches the health endpoint off; it listens on loopback only.

    ``workers`` are processes of their own that search: -1 as many as processors but one, two at most; 0 none.
    """

    workers: int = Field(-1, ge=-1, le=64)
    health_port: int = Field(8086, ge=0, le=65535)
    stall_after_s: float = Field(90.0, gt=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Config(_Section):
    """The whole configuration."""

    paths: PathsConfig = Field(default_factory=PathsConfig)
    embedding: EmbeddingConfig = EmbeddingConfig()
    ingest: IngestConfig = IngestConfig()
    web: WebConfig = Field(default_factory=WebConfig)
    index: IndexConfig = IndexConfig()
    search: SearchConfig = SearchConfig()
    rerank: RerankConfig = RerankConfig()
    answer: AnswerConfig = AnswerConfig()
    composer: ComposerConfig = ComposerConfig()
    telegram: TelegramConfig = TelegramConfig()
    service: ServiceConfig = ServiceConfig()

    @property
    def data_dir(self) -> Path:
        """Where data live."""
        return Path(self.paths.data)

    @property
    def lexicon_file(self) -> Path:
        """The administrator's own everyday words: the file named, or ``lexicon.tsv`` among the data."""
        return Path(self.search.lexicon) if self.search.lexicon else self.data_dir / "lexicon.tsv"

    @property
    def index_dir(self) -> Path:
        """Where the generations live."""
        return self.data_dir / "index"


def load_config(path: str | Path | None = None) -> Config:
    """The configuration of ``path``, else ``$XIANWEN_CONFIG``, else ``./config.toml``, else the defaults.

    ``$XIANWEN_DATA`` wins over ``[paths] data``.
    Raises ConfigError when a named file is missing, is not TOML, or has a wrong key or value.
    """
    named = path or os.environ.get("XIANWEN_CONFIG")
    file = Path(named) if named else Path("config.toml")
    if not file.is_file():
        if named:
            raise ConfigError(f"no configuration file, {file}, name an existing file or leave --config away")
        return Config()
    try:
        config = Config.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"cannot read the configuration ({error.strerror}), {file}, check its permissions") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not valid TOML ({error}), {file}, correct that line") from error
    except ValidationError as error:
        raise ConfigError("; ".join(_explain(problem, file) for problem in error.errors())) from error
    data = os.environ.get("XIANWEN_DATA") or config.paths.data
    return config.model_copy(update={"paths": config.paths.model_copy(update={"data": data})})


def _explain(problem: Any, file: Path) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        return f"{where or 'value'}: {problem['msg']}, {file}, see config.example.toml"
    *section, key = [str(part) for part in problem["loc"]]
    model: type[BaseModel] = Config
    for name in section:
        model = Config.model_fields[name].annotation or Config
    near = difflib.get_close_matches(key, list(model.model_fields), 1, 0.0)
    return f"unknown key {where}, {file}, did you mean {'.'.join([*section, *near])}?"
