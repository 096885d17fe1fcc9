"""Receiving updates over HTTP: the secret is checked in constant time, and what cannot be held is refused,
so that Telegram brings it again.

| request | answer |
|---|---|
| a readable update with the secret | 200, once it is kept on disk |
| an update that makes no sense (Telegram would repeat it for a day) | 200, skipped, its number logged |
| no secret, or a wrong one | 403 |
| another content type | 415 |
| no JSON object | 400 |
| larger than 1 MiB | 400, the connection is closed |
| another method or path | 405, 404 |
| the queue is full, or the disk | 503 |
"""

import asyncio
import hmac
import json
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from telegram.error import RetryAfter, TelegramError
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bot.polling import ALLOWED_UPDATES, FetchingBot
from retrieval.config import TelegramConfig
from retrieval.errors import ServiceError

logger = logging.getLogger(__name__)
_MAX_BODY = 1024 * 1024
Take = Callable[[dict[str, Any]], Awaitable[bool]]
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


class _Hook(RequestHandler):
    def initialize(self, secret: str, take: Take) -> None:
        self._secret, self._take = secret, take

    def compute_etag(self) -> None:
        return None

    def write_error(self, status_code: int, **_: Any) -> None:
        self.finish()

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if typ is not None and not hasattr(value, "status_code"):
            logger.error("the webhook failed: %s", typ.__name__)

    async def post(self) -> None:
        """One update."""
        self.set_status(await self._receive())

    async def _receive(self) -> int:
        given = self.request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return 403
        if self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
            return 415
        try:
            row = json.loads(self.request.body)
        except (ValueError, RecursionError):
            return 400
        if not isinstance(row, dict):
            return 400
        return 200 if await self._take(row) else 503


class Webhook:
    """The listener, and its registration at Telegram. ``take`` keeps an update for good; False when it cannot now."""

    def __init__(self, bot: FetchingBot, config: TelegramConfig, secret: str, take: Take) -> None:
        self._bot = bot
        self._config = config
        self._secret = secret
        path = "/" + config.webhook_path.strip("/")
        application = Application([(path, _Hook, {"secret": secret, "take": take})])
        self._server = HTTPServer(application, max_body_size=_MAX_BODY, xheaders=True)

    def listen(self) -> None:
        """Open the port. Raises ServiceError when it is taken."""
        config = self._config
        try:
            family = socket.AF_INET6 if ":" in config.webhook_listen else socket.AF_INET
            listener = socket.create_server((config.webhook_listen, config.webhook_port), family=family)
        except OSError as error:
            where = f"{config.webhook_listen}:{config.webhook_port}"
            raise ServiceError(f"cannot listen ({error.strerror}), {where}, choose another webhook_port") from error
        listener.setblocking(False)
        self._server.add_sockets([listener])

    async def register(self) -> None:
        """Tell Telegram where to send updates, until it has understood."""
        pause = 1.0
        while True:
            try:
                await self._bot.set_webhook(
                    self._config.webhook_url, secret_token=self._secret, allowed_updates=ALLOWED_UPDATES
                )
                return
            except RetryAfter as error:
                after = error.retry_after
                pause = float(after) if isinstance(after, int) else after.total_seconds()
            except TelegramError as error:
                logger.warning("the webhook could not be set (%s); trying again", type(error).__name__)
                pause = min(pause * 2, 30.0)
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """Stop listening; the registration stays, so that Telegram keeps what arrives meanwhile."""
        self._server.stop()
        await self._server.close_all_connections()
