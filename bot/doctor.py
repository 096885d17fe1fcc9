"""``xianwen doctor``: what would stop the bot, and what to do about each."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from retrieval.config import Config, load_config
from retrieval.errors import IndexMissing, XianwenError

LEAST_FREE_MB = 500
TELEGRAM_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination: ``ok``, ``note`` (works, but look) or ``fail``."""

    verdict: str
    subject: str
    text: str


def doctor(path: str | None, out: TextIO | None = None) -> int:
    """Print one line per check; 1 if any failed."""
    findings = list(examine(path))
    for finding in findings:
        print(f"{finding.verdict:4}  {finding.subject:14} {finding.text}", file=out)
    return 1 if any(finding.verdict == "fail" for finding in findings) else 0


def examine(path: str | None) -> Iterator[Finding]:
    """All findings, in order; later checks are left out when the configuration cannot be read."""
    yield Finding("ok", "python", sys.version.split()[0])
    try:
        config = load_config(path)
    except XianwenError as error:
        yield Finding("fail", "configuration", str(error))
        return
    yield Finding("ok", "configuration", path or os.environ.get("XIANWEN_CONFIG") or "config.toml or built-in defaults")
    checks: list[tuple[str, Callable[[Config], Finding]]] = [
        ("disk", _disk),
        ("articles", _articles),
        ("model", _model),
        ("index", _index),
        ("admins", _admins),
        ("telegram", _telegram),
    ]
    for subject, check in checks:
        try:
            yield check(config)
        except XianwenError as error:
            yield Finding("fail", subject, str(error))


def _disk(config: Config) -> Finding:
    folder = config.data_dir
    existing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    if not os.access(existing, os.W_OK):
        return Finding("fail", "disk", f"cannot write, {existing}, change its owner or [paths] data")
    free = shutil.disk_usage(existing).free // 2**20
    verdict = "ok" if free >= LEAST_FREE_MB else "note"
    return Finding(verdict, "disk", f"{free} MB free at {folder}; a reload needs twice the size of the index")


def _articles(config: Config) -> Finding:
    missing = [path for path in config.paths.articles if not Path(path).exists()]
    if missing:
        return Finding("note", "articles", f"no such path: {', '.join(missing)}; /reload reads [paths] articles")
    return Finding("ok", "articles", ", ".join(config.paths.articles))


def _model(config: Config) -> Finding:
    from retrieval.embed import load_embedder

    embedder = load_embedder(config.embedding)
    return Finding("ok", "model", f"{config.embedding.model}, {embedder.dim} dimensions, {embedder.fingerprint}")


def _index(config: Config) -> Finding:
    from ingest.clean import CLEANING_VERSION
    from retrieval.embed import load_embedder
    from retrieval.index import CurrentIndex, verify

    try:
        generation = CurrentIndex(config.index_dir, load_embedder(config.embedding).fingerprint).get()
    except IndexMissing as error:
        return Finding("fail", "index", str(error))
    verify(config.index_dir)
    manifest = generation.manifest
    if manifest.cleaning_version != CLEANING_VERSION:
        was, now = manifest.cleaning_version, CLEANING_VERSION
        return Finding(
            "note", "index", f"cleaned by version {was}, now {now}, {generation.id}, run: xianwen ingest PATH"
        )
    return Finding("ok", "index", f"{generation.id}, {manifest.articles} articles, {manifest.passages} passages")


def _admins(config: Config) -> Finding:
    if not config.telegram.admins:
        return Finding("note", "admins", "none; put your Telegram user id into [telegram] admins to use /reload")
    return Finding("ok", "admins", f"{len(config.telegram.admins)} configured")


def _telegram(config: Config) -> Finding:
    from bot.service import read_token

    token = read_token()
    me = _call(config, token, "getMe")
    if not me.get("ok"):
        return Finding(
            "fail", "telegram", f"the token is refused ({me.get('description')}), ask @BotFather for a new one"
        )
    hook = _call(config, token, "getWebhookInfo").get("result", {})
    if hook.get("url") and config.telegram.mode == "polling":
        return Finding("note", "telegram", "a webhook is set elsewhere; starting to poll here takes its place")
    return Finding("ok", "telegram", f"@{me['result'].get('username')}, {config.telegram.mode}")


def _call(config: Config, token: str, method: str) -> dict[str, Any]:
    import httpx

    from retrieval.errors import ServiceError

    try:
        reply = httpx.get(f"{config.telegram.api_base_url}{token}/{method}", timeout=TELEGRAM_TIMEOUT_S)
        return dict(reply.json())
    except (httpx.HTTPError, ValueError) as error:
        raise ServiceError(
            f"no answer from Telegram ({type(error).__name__}), {config.telegram.api_base_url}, "
            "check the network or proxy"
        ) from None
