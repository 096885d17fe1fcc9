"""Requests in good manners: one at a time for each host, slowly, as robots.txt allows, and only so many altogether.

Requests run in threads, one host in one thread at a time; everything else happens in the thread of the caller.
"""

import logging
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from ingest.fetch import Answer, Failed, Fetched, Fetcher
from ingest.robots import Rules, rules_of
from ingest.webcache import WebCache
from retrieval.config import Config

_ROBOTS_FOR_S = 24 * 3600.0
_LONGEST_WAIT_S = 300.0  # a server that asks for more is left alone in this run
_LEAST_BACKOFF_S = 0.1
_BY_LEAVE = "save the page by hand, or with the owner's leave set [web] obey_robots = false"
_FAILURES = 3  # in a row: then the host is down, and nobody waits for it once more for every page
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """An address to ask for; ``conditions`` are headers for the address ``known``, where its redirects ended before."""

    url: str
    known: str = ""
    conditions: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 0
    robots: bool = False


@dataclass(slots=True)
class _Host:
    """One scheme, name and port; ``ready`` is when it may be asked again, on the clock of ``time.monotonic``."""

    origin: str
    fetcher: Fetcher
    jobs: deque[Job] = field(default_factory=deque)
    ready: float = 0.0
    busy: bool = False
    rules: Rules | None = None
    failures: int = 0
    down: Failed | None = None


class Hosts:
    """All that is still to be asked. ``unasked`` says why the rest will not be; empty while there is room."""

    def __init__(self, config: Config, cache: WebCache) -> None:
        self._config = config
        self._web = config.web
        self._cache = cache
        self._hosts: dict[str, _Host] = {}
        self._running: dict[Future[Answer], tuple[_Host, Job]] = {}
        self._until = time.monotonic() + config.web.max_minutes * 60
        self.unasked = ""
        self.requests = 0
        self.received = 0

    def add(self, job: Job) -> None:
        """Ask for this too."""
        origin = "://".join(urlsplit(job.url)[:2])
        if origin not in self._hosts:
            self._hosts[origin] = _Host(origin, Fetcher(self._config))
        self._hosts[origin].jobs.append(job)

    def answers(self) -> Iterator[tuple[Job, Answer]]:
        """What was answered to every job, those added meanwhile too. A job that is not asked fails with the reason."""
        pool = ThreadPoolExecutor(self._web.connections, thread_name_prefix="web")
        try:
            while True:
                yield from self._start(pool)
                if not self._running and not any(host.jobs for host in self._hosts.values()):
                    return
                yield from self._finished()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for host in self._hosts.values():
                host.fetcher.close()
            self._hosts.clear()

    def _finished(self) -> Iterator[tuple[Job, Answer]]:
        """Wait until an answer comes or a host may be asked."""
        idle = [host.ready for host in self._hosts.values() if host.jobs and not host.busy]
        pause = max(0.0, min(idle) - time.monotonic()) if idle and len(self._running) < self._web.connections else None
        if not self._running:
            time.sleep(min(pause or 0.0, max(0.0, self._until - time.monotonic())))
            return
        for future in wait(self._running, pause, FIRST_COMPLETED).done:
            host, job = self._running.pop(future)
            host.busy = False
            yield from self._answered(host, job, _result(future, job))

    def _start(self, pool: ThreadPoolExecutor) -> Iterator[tuple[Job, Answer]]:
        for host in list(self._hosts.values()):
            if host.jobs and not self.unasked:
                self.unasked = self._spent()
            if host.jobs:
                self._knows_rules(host)
            while host.jobs and not host.busy and (refused := self._refused(host)):
                if not (job := host.jobs.popleft()).robots:
                    yield job, refused
            room = len(self._running) < self._web.connections and host.ready <= time.monotonic()
            if host.jobs and not host.busy and room:
                job = self._next(host)
                if not job.robots and not self._allowed(host, job.url):
                    yield job, self._forbidden(host, job.url)
                    continue
                self.requests += 1
                host.busy = True
                future = pool.submit(host.fetcher.ask, job.url, job.known, job.conditions, any_type=job.robots)
                self._running[future] = host, job

    def _next(self, host: _Host) -> Job:
        """The host's next job; its rules are asked for before anything else."""
        if not host.jobs[0].robots and not self._knows_rules(host):
            return Job(f"{host.origin}/robots.txt", robots=True)
        return host.jobs.popleft()

    def _refused(self, host: _Host) -> Failed | None:
        url = host.jobs[0].url
        if host.down is not None:
            return replace(host.down, url=url, again=False)
        if self.unasked:
            what_to_do = "run it again to go on, or raise the limit in [web]"
            return Failed(url, self.unasked, what_to_do, passing=True)
        return None

    def _spent(self) -> str:
        if self.requests >= self._web.max_pages:
            return f"not asked for after {self.requests} requests ([web] max_pages)"
        if self.received >= self._web.max_total_mb * 2**20:
            return f"not asked for after {self.received >> 20} MiB ([web] max_total_mb)"
        if time.monotonic() >= self._until:
            return f"not asked for after {self._web.max_minutes:g} minutes ([web] max_minutes)"
        return ""

    def _knows_rules(self, host: _Host) -> bool:
        if host.rules is None and not self._web.obey_robots:
            host.rules = rules_of(None, self._web.user_agent)
        if host.rules is None:
            fresh, body = self._cache.robots(host.origin, _ROBOTS_FOR_S)
            if fresh:
                self._obey(host, rules_of(body, self._web.user_agent))
        return host.rules is not None

    def _allowed(self, host: _Host, url: str) -> bool:
        return host.rules is None or host.rules.allow(url)

    def _forbidden(self, host: _Host, url: str) -> Failed:
        why = f"{host.origin}/robots.txt asks programs not to read it"
        return Failed(url, why, _BY_LEAVE, passing=True)

    def _answered(self, host: _Host, job: Job, answer: Answer) -> Iterator[tuple[Job, Answer]]:
        delay = max(self._web.delay_s, host.rules.delay_s if host.rules else 0.0)
        host.ready = time.monotonic() + delay
        if isinstance(answer, Fetched):
            self.received += len(answer.data)
            for note in answer.notes:
                _log.warning("%s", note)
            if host.rules and answer.url.startswith(f"{host.origin}/") and not host.rules.allow(answer.url):
                answer = self._forbidden(host, job.url)
        if isinstance(answer, Failed) and answer.again:
            wait_s = answer.wait_s if answer.wait_s is not None else max(delay, _LEAST_BACKOFF_S) * 2**job.attempt
            if job.attempt < self._web.retries and wait_s <= _LONGEST_WAIT_S:
                host.ready = time.monotonic() + max(wait_s, delay)
                host.jobs.appendleft(replace(job, attempt=job.attempt + 1))
                return
            host.failures += 1
            if host.failures >= _FAILURES or wait_s > _LONGEST_WAIT_S:
                host.down = answer
        else:
            host.failures = 0
        if job.robots:
            self._learn(host, answer)
        else:
            yield job, answer

    def _learn(self, host: _Host, answer: Answer) -> None:
        """Take a robots.txt, or RFC 9309's word on its absence: none on 4xx, everything closed on 5xx and silence."""
        body = answer.data if isinstance(answer, Fetched) else None
        if isinstance(answer, Failed) and (answer.again or not 400 <= answer.status < 500):
            why = f"{host.origin}/robots.txt cannot be read: {answer.why}"
            host.down = replace(answer, why=why, passing=True)
            return
        self._cache.put_robots(host.origin, body)
        self._obey(host, rules_of(body, self._web.user_agent))

    def _obey(self, host: _Host, rules: Rules) -> None:
        host.rules = rules
        if rules.delay_s > _LONGEST_WAIT_S:
            why = f"{host.origin}/robots.txt asks for {rules.delay_s:g} s between two requests"
            host.down = Failed(host.origin, why, _BY_LEAVE, passing=True)


def _result(future: Future[Answer], job: Job) -> Answer:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - one strange answer must not end a run of hours; it is logged and told
        _log.exception("cannot ask for %s", job.url)
        why = f"internal error ({type(error).__name__}: {error})"
        return Failed(job.url, why, "report this with the address", passing=True)
