"""The life of the process: start in order, say when ready, notice when deaf, stop without losing an answer."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from telegram.error import InvalidToken, TelegramError

from bot.administration import resume
from bot.app import build_application, build_bot, publish_menus
from bot.context import AnyApplication, Asked, Services
from bot.health import notify, serve_health, watchdog_interval_s
from bot.intake import Intake
from bot.journal import Journal, Row
from bot.limits import RateLimit
from bot.logs import set_up_logging
from bot.polling import FetchingBot, Poller
from bot.store import Store
from bot.webhook import Webhook
from bot.workers import Workers, workers_wanted
from retrieval.config import Config
from retrieval.errors import ServiceError, XianwenError

logger = logging.getLogger(__name__)
_POLL_WAIT_S = 25.0
_GRACE_S = 10.0
_THREADS = "question"
_SWITCH_S = 0.001  # threads that search must not keep the event loop waiting: Python's 5 ms add up with each step


def run(config: Config) -> int:
    """Run the bot until SIGTERM or SIGINT; 0 after a clean stop.

    Raises ServiceError without a token, and what loading the index raises.
    """
    from retrieval.engine import Engine

    set_up_logging(config.service.log_level)
    token = read_token()
    webhook_secret = ""
    if config.telegram.mode == "webhook":
        webhook_secret = secret_of("XIANWEN_WEBHOOK_SECRET", "webhook-secret")
        if not webhook_secret:
            raise ServiceError("no webhook secret, XIANWEN_WEBHOOK_SECRET, set it to 32 random letters or digits")
    sys.setswitchinterval(_SWITCH_S)
    count = workers_wanted(config)
    with contextlib.closing(Workers(config, count)) if count else contextlib.nullcontext(Engine(config)) as engine:
        status = asyncio.run(Service(config, engine, token, webhook_secret).serve())
    _leave_behind_what_hangs(status)
    return status


def read_token() -> str:
    """The bot's token. Raises ServiceError when there is none."""
    token = secret_of("XIANWEN_TELEGRAM_TOKEN", "telegram-token")
    if not token:
        raise ServiceError("no Telegram token, XIANWEN_TELEGRAM_TOKEN, set it to what @BotFather gave you")
    return token


def secret_of(variable: str, credential: str) -> str:
    """A secret from the environment, else from systemd's credentials; empty when there is none."""
    value = os.environ.get(variable, "").strip()
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if value or not folder:
        return value
    try:
        return (Path(folder) / credential).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


class Service:
    """One run of the bot. ``engine`` may be anything that answers, ``bot`` anything that reaches Telegram."""

    def __init__(
        self, config: Config, engine: Asked, token: str, webhook_secret: str = "", bot: FetchingBot | None = None
    ) -> None:
        self._config = config
        self._secret = webhook_secret
        self._services = Services(
            config=config,
            engine=engine,
            store=Store(config.data_dir / "bot.sqlite"),
            pool=ThreadPoolExecutor(config.telegram.concurrent_questions, _THREADS),
            limit=RateLimit(config.telegram.questions_per_minute),
            journal=Journal(config.data_dir / "updates.sqlite"),
        )
        self._bot = bot or build_bot(config.telegram, token)
        self._application = build_application(self._bot, self._services)
        self._intake = Intake(self._bot, self._services, self._application.update_queue)
        self._poller = Poller(self._bot, self._intake.take, room=lambda: self._intake.room, wait_s=_POLL_WAIT_S)
        self._generation = ""
        self._ready = False
        self._following_since: float | None = None

    async def serve(self) -> int:
        """Start, stay, stop. Raises ServiceError and what loading the index raises."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        stopping = asyncio.create_task(stop.wait())
        async with contextlib.AsyncExitStack() as cleanup:
            cleanup.callback(stopping.cancel)
            cleanup.callback(self._services.store.close)
            cleanup.callback(self._services.journal.close)
            cleanup.callback(self._services.pool.shutdown, wait=False, cancel_futures=True)
            port = self._config.service.health_port
            if port:
                server = await serve_health(port, self.health)
                cleanup.callback(server.close)
            living = asyncio.create_task(self._live())
            await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
            notify("STOPPING=1")
            self._ready = False
            if not living.done():
                logger.info("stopping")
                living.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await living
        return 0

    def health(self) -> dict[str, Any]:
        """What ``/healthz`` tells."""
        age = time.monotonic() - self._poller.last_success
        problem = self._services.figures.problem or self._poller.problem
        deaf = self._config.telegram.mode == "polling" and age > self._config.service.stall_after_s
        if deaf:
            problem = problem or "Telegram has not answered for too long"
        since = self._following_since
        stuck = since is not None and time.monotonic() - since > self._config.service.stall_after_s
        if stuck:
            problem = problem or "every thread that answers is stuck"
        healthy = self._ready and not deaf and not stuck and not self._poller.problem
        status = "ok" if healthy else "unhealthy"
        if not self._ready:
            status = "starting"
        return {
            "status": status,
            "generation": self._generation,
            "last_update_s": round(age, 1),
            "problem": problem,
        }

    async def _live(self) -> None:
        corpus = await self._services.off_loop(self._services.engine.load)
        await self._services.off_loop(self._services.engine.warm)
        self._generation = corpus.id
        await _reach(self._application)
        try:
            await publish_menus(self._bot, self._config.telegram.admins)
            await self._application.start()
            resume(self._application)
            await self._intake.adopt()
            async with self._listening() as listening:
                self._ready = True
                notify(f"READY=1\nSTATUS=serving {corpus.id}")
                logger.info("ready as @%s, serving %s", self._bot.username, corpus.id)
                tasks = [asyncio.create_task(self._watch()), *listening]
                try:
                    await _first_failure(tasks)
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await self._finish()

    @contextlib.asynccontextmanager
    async def _listening(self) -> Any:
        if self._config.telegram.mode == "polling":
            await _until_reached(self._bot.delete_webhook)
            self._poller.last_success = time.monotonic()
            yield [asyncio.create_task(self._poller.run())]
            return
        webhook = Webhook(self._bot, self._config.telegram, self._secret, self._take)
        webhook.listen()
        try:
            await webhook.register()
            yield []
        finally:
            await webhook.close()

    async def _take(self, row: Row) -> bool:
        if self._intake.room <= 0:
            return False
        try:
            await self._intake.take([row])
        except ServiceError as error:
            logger.error("an update was refused: %s", error)
            return False
        self._poller.last_success = time.monotonic()
        return True

    async def _watch(self) -> None:
        """Feed systemd's watchdog while Telegram answers, and follow the generation that is served."""
        every = min(watchdog_interval_s() or 10.0, 10.0)
        while True:
            await asyncio.sleep(every)
            await self._intake.adopt()
            self._following_since = time.monotonic()
            await self._follow()
            self._following_since = None
            if self.health()["status"] == "ok":
                notify("WATCHDOG=1")

    async def _follow(self) -> None:
        engine, figures = self._services.engine, self._services.figures
        try:
            corpus, problem = await self._services.off_loop(lambda: (engine.current(), engine.problem))
        except XianwenError as error:
            corpus, problem = None, str(error)
        if problem and problem != figures.problem:
            logger.warning("the index has a problem: %s", problem)
        figures.problem = problem or ""
        if corpus is not None and corpus.id != self._generation:
            self._generation = corpus.id
            logger.info("serving %s", corpus.id)

    async def _finish(self) -> None:
        """Let the answers in flight arrive, but not for ever."""
        jobs = tuple(self._services.jobs)  # of admins: each can be begun again, or goes on after a restart
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        if self._application.running:
            limit = self._config.telegram.answer_deadline_s + _GRACE_S
            try:
                await asyncio.wait_for(self._application.stop(), limit)
            except TimeoutError:
                logger.error("some answers did not arrive within %s s", limit)
        await self._poller.confirm()
        await self._application.shutdown()
        logger.info("stopped")


def _leave_behind_what_hangs(status: int) -> None:
    """End the process although a search hangs, for Python would wait for its thread; everything is written out."""
    end = time.monotonic() + 1.0
    for thread in threading.enumerate():
        if thread.name.startswith(_THREADS):
            thread.join(max(0.0, end - time.monotonic()))
            if thread.is_alive():
                logger.warning("a search hangs; leaving it behind")
                logging.shutdown()
                os._exit(status)


async def _reach(application: AnyApplication) -> None:
    """getMe, for as long as it takes. Raises ServiceError when the token is refused."""
    try:
        await _until_reached(application.initialize)
    except InvalidToken as error:
        raise ServiceError("Telegram refuses the token, getMe, ask @BotFather for a new one") from error


async def _until_reached(call: Any) -> None:
    pause = 1.0
    while True:
        try:
            await call()
            return
        except InvalidToken:
            raise
        except TelegramError as error:
            logger.warning("Telegram cannot be reached (%s); trying again in %.0f s", type(error).__name__, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, 30.0)


async def _first_failure(tasks: list[asyncio.Task[None]]) -> None:
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
