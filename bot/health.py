"""What the outside may know of the process: ``/healthz`` on loopback, and systemd's notifications."""

import asyncio
import json
import logging
import os
import socket
from collections.abc import Callable
from typing import Any

from retrieval.errors import ServiceError

logger = logging.getLogger(__name__)


def notify(message: str) -> None:
    """Tell systemd, if it listens: ``READY=1``, ``WATCHDOG=1``, ``STOPPING=1``, ``STATUS=…``."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.setblocking(False)  # a systemd that does not read must not stop the bot
            channel.connect("\0" + address[1:] if address.startswith("@") else address)
            channel.sendall(message.encode())
    except OSError as error:
        logger.debug("systemd could not be told: %s", error)


def watchdog_interval_s() -> float:
    """How often systemd wants to hear from us, halved as it advises; 0 when it does not care."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return int(microseconds) / 2e6 if microseconds.isdigit() else 0.0


async def serve_health(port: int, report: Callable[[], dict[str, Any]]) -> asyncio.Server:
    """Answer ``GET /healthz`` on loopback: 200 while ``report()["status"]`` is "ok", else 503.

    Raises ServiceError when the port is taken.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await asyncio.wait_for(reader.readline(), 5)
            path = [*request.split(), b"", b""][1].partition(b"?")[0]
            status, body = ("404 Not Found", b"{}")
            if path == b"/healthz":
                told = report()
                status = "200 OK" if told["status"] == "ok" else "503 Service Unavailable"
                body = json.dumps(told).encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
            await writer.drain()
        except (OSError, TimeoutError, ValueError) as error:
            logger.debug("a health request broke off: %s", type(error).__name__)
        finally:
            writer.close()

    try:
        return await asyncio.start_server(answer, "127.0.0.1", port)
    except OSError as error:
        raise ServiceError(
            f"cannot listen ({error.strerror}), 127.0.0.1:{port}, choose another health_port (0 switches it off)"
        ) from error
