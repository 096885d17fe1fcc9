"""The journal of updates: nothing that was accepted is forgotten, nothing is answered twice, whoever dies when."""

import asyncio
import contextlib
import itertools
import shutil
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.journal import MOST_TRIES, Journal, State
from retrieval.errors import ServiceError

DAY = 24 * 3600.0


def row(number, text="问"):
    return {"update_id": number, "message": {"text": text}}


async def numbers(adopting):
    return [(left.row["update_id"], left.repeat) for left in await adopting]


async def test_what_was_accepted_is_known_after_a_crash_and_taken_once(tmp_path):
    path = tmp_path / "updates.sqlite"
    first = Journal(path)
    assert await first.accept([row(1), row(2), row(1)]) == [row(1), row(2)]
    assert await first.accept([row(2), row(3)]) == [row(3)] and first.open == 3
    await first.mark(1, State.DONE)
    first.close()
    second = Journal(path)
    assert await second.accept([row(1), row(2)]) == []
    assert await numbers(second.adopt()) == [(2, True), (3, True)] and second.open == 2
    assert await second.adopt() == []
    second.close()


@pytest.mark.parametrize(("state", "repeat"), [(State.WAITING, True), (State.BEGUN, True), (State.SENDING, False)])
async def test_only_what_cannot_have_been_answered_is_repeated(tmp_path, state, repeat):
    first = Journal(tmp_path / "updates.sqlite")
    await first.accept([row(1)])
    await first.mark(1, state)
    first.close()
    second = Journal(tmp_path / "updates.sqlite")
    assert await numbers(second.adopt()) == [(1, repeat)]
    second.close()


async def test_update_that_kills_every_process_is_given_up_but_no_other_is(tmp_path):
    told = []
    for _ in range(2 * MOST_TRIES + 2):
        journal = Journal(tmp_path / "updates.sqlite")
        await journal.accept([row(1), row(2)])
        told.append(await numbers(journal.adopt()))
        await journal.begin(1)
        journal.close()
    assert [all(repeat for number, repeat in found if number == 1) for found in told] == (
        [True] * MOST_TRIES + [False] * MOST_TRIES + [True] * 2
    )
    assert all((2, True) in found for found in told[1:]) and not any(
        1 in dict(found) for found in told[2 * MOST_TRIES :]
    )


async def test_living_process_keeps_its_updates_and_a_dead_one_leaves_them(tmp_path):
    first, second = Journal(tmp_path / "updates.sqlite"), Journal(tmp_path / "updates.sqlite")
    assert await first.accept([row(1)]) and await second.accept([row(1), row(2)]) == [row(2)]
    assert await second.adopt() == [] == await first.adopt()
    first.close()
    assert await numbers(second.adopt()) == [(1, True)]
    second.close()


async def test_words_are_gone_once_they_are_answered_and_numbers_after_a_day(tmp_path):
    now = [0.0]
    journal = Journal(tmp_path / "updates.sqlite", lambda: now[0])
    await journal.accept([row(1, "an intimate question")])
    await journal.mark(1, State.DONE)
    now[0] = DAY - 1
    assert await journal.accept([row(1)]) == []
    journal.close()
    assert b"intimate" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    journal = Journal(tmp_path / "updates.sqlite", lambda: now[0])
    now[0] = 2 * DAY
    assert await journal.accept([row(2)]) and await journal.accept([row(1)])
    journal.close()


async def test_disk_confirms_what_is_taken_and_that_an_answer_leaves(tmp_path):
    journal, said = Journal(tmp_path / "updates.sqlite"), []
    journal._db.set_trace_callback(said.append)
    await journal.accept([row(1)])
    await journal.begin(1)
    await journal.mark(1, State.SENDING)
    await journal.mark(1, State.DONE)
    journal.close()
    waits = [line.rsplit("=")[1] for line in said if line.startswith("PRAGMA synchronous")]
    assert waits == ["FULL", "NORMAL", "FULL", "NORMAL"]


async def test_what_has_no_number_is_left_out():
    journal = Journal()
    odd = [{"no": "number"}, row("1"), row(True), row(None), row(2**70), row(1.5)]
    assert await journal.accept([*odd, row(7)]) == [row(7)]
    journal.close()


async def test_disk_that_cannot_be_written_refuses_and_does_not_stop_what_was_begun(tmp_path, caplog):
    journal = Journal(tmp_path / "updates.sqlite")
    await journal.accept([row(1)])
    with contextlib.closing(sqlite3.connect(tmp_path / "updates.sqlite", isolation_level=None)) as other:
        journal._db.execute("PRAGMA busy_timeout=1")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ServiceError, match="cannot be kept"):
            await journal.accept([row(2)])
        await journal.begin(1)
        assert "could not be noted" in caplog.text
        other.execute("ROLLBACK")
    assert await journal.accept([row(2)]) == [row(2)]
    journal.close()


def test_file_that_is_no_database_is_told(tmp_path):
    file = tmp_path / "updates.sqlite"
    file.write_bytes(b"no database at all, but long enough to be looked at as if it were one" * 20)
    with pytest.raises(ServiceError, match="move it away"):
        Journal(file)


class Life(RuleBasedStateMachine):
    """Telegram brings updates, again and again; up to three processes handle them step by step, and die at any."""

    def __init__(self):
        super().__init__()
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.runner = asyncio.Runner()
        self.alive = {}
        self.names = itertools.count()
        self.accepted, self.in_doubt = set(), set()
        self.crashes = Counter()
        self.answers, self.apologies = Counter(), Counter()
        self.start()

    def start(self):
        journal, todo = Journal(self.folder / "updates.sqlite"), []
        self.alive[next(self.names)] = (journal, todo)
        self.adopt(journal, todo)

    def adopt(self, journal, todo):
        todo += [(left.row["update_id"], left.repeat) for left in self.runner.run(journal.adopt())]

    def one(self, which):
        return list(self.alive)[which % len(self.alive)]

    @rule(which=st.integers(0, 2), found=st.lists(st.integers(1, 6), min_size=1, max_size=4))
    def bring(self, which, found):
        journal, todo = self.alive[self.one(which)]
        fresh = self.runner.run(journal.accept([row(number) for number in found]))
        assert not self.accepted & {kept["update_id"] for kept in fresh}
        todo += [(kept["update_id"], True) for kept in fresh]
        self.accepted |= set(found)

    @rule(which=st.integers(0, 2), dies_after=st.integers(0, 9), arrives=st.booleans(), refused=st.booleans())
    def handle(self, which, dies_after, arrives, refused):
        name = self.one(which)
        journal, todo = self.alive[name]
        if not todo:
            return
        number, repeat = todo.pop(0)
        work = self.steps(journal, number, repeat, refused)
        work += [lambda: self.arrive(number, repeat, arrives or dies_after >= len(work))]
        work += [lambda: self.runner.run(journal.mark(number, State.DONE))]
        for step, doing in enumerate(work):
            if step == dies_after:
                self.crashes[number] += step > 0
                self.in_doubt |= {number} if step >= 2 or not repeat else set()
                self.die(name)
                return
            doing()

    def steps(self, journal, number, repeat, refused):
        """What the journal is told before the answer, or the apology, leaves."""
        begin = [lambda: self.runner.run(journal.begin(number))]
        send = [lambda: self.runner.run(journal.mark(number, State.SENDING))]
        back = [lambda: self.runner.run(journal.mark(number, State.BEGUN))]  # a flood: it did not arrive
        return begin + (send + (back + send if refused else []) if repeat else [])

    def arrive(self, number, repeat, arrives):
        if arrives:
            (self.answers if repeat else self.apologies)[number] += 1

    @rule(which=st.integers(0, 2))
    def kill(self, which):
        self.die(self.one(which))

    @precondition(lambda self: len(self.alive) < 3)
    @rule()
    def join(self):
        self.start()

    @rule(which=st.integers(0, 2))
    def look_around(self, which):
        self.adopt(*self.alive[self.one(which)])

    def die(self, name):
        self.alive.pop(name)[0].close()
        if not self.alive:
            self.start()

    @invariant()
    def nothing_is_answered_twice(self):
        assert all(count <= 1 for count in self.answers.values())

    def teardown(self):
        while len(self.alive) > 1:
            self.die(next(iter(self.alive)))
        ((journal, todo),) = self.alive.values()
        self.adopt(journal, todo)
        for number, repeat in todo:
            self.arrive(number, repeat, True)
            self.runner.run(journal.mark(number, State.DONE))
        try:
            self.nothing_is_answered_twice()
            for number in self.accepted:
                told = self.answers[number] + self.apologies[number]
                assert told or self.crashes[number] >= 2 * MOST_TRIES, "an accepted question was lost"
                if number not in self.in_doubt and self.crashes[number] < MOST_TRIES:
                    assert self.answers[number] == 1 and not self.apologies[number]
            assert journal.open == 0
        finally:
            journal.close()
            self.runner.close()
            shutil.rmtree(self.folder)


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=500, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
)
