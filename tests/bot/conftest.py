"""Fixtures of the bot's tests."""

import socket
from collections.abc import Iterator

import pytest

from tests.fakes import FakeTelegram


@pytest.fixture
def unused_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def every_call_is_one_that_telegram_accepts() -> Iterator[None]:
    """Fails a test that sent what Telegram would refuse, whatever became of it."""
    FakeTelegram.violations.clear()
    yield
    assert not FakeTelegram.violations
