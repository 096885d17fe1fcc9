"""A process that searches for the bot, so that searching and talking to Telegram do not wait for each other.

``bot/workers.py`` starts it. It serves as many calls at once as it has connections, and ends with the bot.
"""

import contextlib
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from bot.logs import set_up_logging
from retrieval.config import Config
from retrieval.engine import Engine
from retrieval.errors import ServiceError, XianwenError

logger = logging.getLogger(__name__)
CALLS: dict[str, Callable[..., Any]] = {
    "load": lambda engine: engine.load().embedder_fingerprint,
    "warm": Engine.warm,
    "ask": Engine.ask,
    "look_up": Engine.look_up,
    "further": Engine.further,
    "problem": lambda engine: engine.problem,
}


def main(arguments: Sequence[str]) -> None:
    """``python -m bot.worker LIFELINE CONNECTION…``: numbers of open files; the configuration comes over the first."""
    for number in (signal.SIGTERM, signal.SIGINT):  # meant for the bot, which still wants the answers in flight
        signal.signal(number, signal.SIG_IGN)
    lifeline, *numbers = map(int, arguments)
    connections = [Connection(number) for number in numbers]
    config = Config.model_validate(connections[0].recv())
    set_up_logging(config.service.log_level)
    engine = Engine(config)
    _call(engine, "warm", ())  # before there are threads that would all read the same dictionary; errors come again
    for connection in connections:
        threading.Thread(target=_serve, args=(engine, connection), daemon=True).start()
    with contextlib.suppress(OSError):
        os.read(lifeline, 1)  # nothing ever comes, and the end once the bot is gone
    os._exit(0)  # also when a search hangs: nobody waits for it any more


def _serve(engine: Engine, connection: Connection) -> None:
    """Answer calls, one after the other, until the bot hangs up."""
    while True:
        try:
            name, *arguments = connection.recv()
        except (EOFError, OSError):
            return
        outcome = _call(engine, name, arguments)
        try:
            connection.send(outcome)
        except OSError:
            return


def _call(engine: Engine, name: str, arguments: Sequence[Any]) -> tuple[bool, Any]:
    """Whether it went well, and the result or the error."""
    try:
        return True, CALLS[name](engine, *arguments)
    except XianwenError as error:
        return False, error
    except Exception as error:  # noqa: BLE001 - the bot tells the asker; where it broke, without the words, is told here
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("%s broke: %s\n%s", name, type(error).__name__, where)
        return False, ServiceError(f"the search broke ({type(error).__name__}), {name}, see the log")


if __name__ == "__main__":
    main(sys.argv[1:])
