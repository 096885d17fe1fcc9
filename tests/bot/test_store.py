"""What the bot remembers, for how long, and that a kill does not cost it."""

import os
import signal
import subprocess
import sys

import pytest

from bot.store import Answered, Store
from retrieval.errors import ServiceError
from retrieval.types import Script

HOUR = 3600.0


def test_things_are_forgotten_in_time():
    now = [0.0]
    store = Store(":memory:", lambda: now[0])
    store.remember(1, 2, "问")
    store.keep("k", Answered(1, 2, Script.SIMPLIFIED, asks=("问",)))
    now[0] = 7 * HOUR
    assert store.history(1, 2) == ()
    now[0] = 26 * HOUR
    assert store.answered("k") is not None
    assert store.answered("k").asks == ("问",)
    now[0] = 179 * 24 * HOUR
    store.remember(1, 2, "问")
    assert store.answered("k").asks == ("问",)
    now[0] = 200 * 24 * HOUR
    store.remember(1, 2, "问")
    assert store.answered("k") is None
    store.close()


def test_conversations_are_told_apart():
    store = Store(":memory:")
    store.remember(1, 2, "甲")
    store.remember(1, 3, "乙")
    store.remember(9, 2, "丙")
    assert [store.history(1, 2), store.history(1, 3), store.history(9, 2)] == [("甲",), ("乙",), ("丙",)]
    store.forget(1, 2)
    assert [store.history(1, 2), store.history(1, 3)] == [(), ("乙",)]
    store.remember(1, 2, "半个\ud800")
    assert store.history(1, 2) == ("半个?",)
    store.close()


def test_killed_in_the_middle_it_opens_again(tmp_path):
    code = (
        "import sys; from pathlib import Path; from bot.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for number in range(100000):\n"
        "    store.remember(1, 1, str(number)); print(number, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "b.sqlite")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    last = 0
    for line in process.stdout:
        last = int(line)
        if last >= 50:
            break
    os.kill(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()
    store = Store(tmp_path / "b.sqlite")
    assert last <= int(store.history(1, 1)[-1])
    store.close()


def test_file_that_is_no_database_is_told(tmp_path):
    file = tmp_path / "bot.sqlite"
    file.write_bytes(b"no database at all, but long enough to be looked at as if it were one" * 20)
    with pytest.raises(ServiceError, match="move it away"):
        Store(file)
