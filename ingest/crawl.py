"""From the addresses that were named to copies of all pages they stand for, the kept ones used where they hold.

A list page, a sitemap or a feed stands for the pages found through it, now or in an earlier run: that a page moved
off a list is no sign that it is gone. A page is gone when its server says so, several runs in a row, or for good.
"""

import datetime
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ingest.document import Rejected, Unreadable
from ingest.encoding import decode
from ingest.fetch import Answer, Failed, Fetched, Unchanged
from ingest.hosts import Hosts, Job
from ingest.links import Link, is_list, links_of, listed_in
from ingest.roots import Root
from ingest.webcache import KEPT_HEADERS, Copy, WebCache
from retrieval.config import Config

_DEEPEST_PATH = 20  # parts of a path
_REPEATED = 4  # how often one of them may stand there: links that lead in a circle grow so
_QUERIES = 500  # different queries of one path: calendars and filters have no end
_FEW = 3  # pages that may be missing at once without suspicion
_DOUBT = 5  # how many times as long it takes where most pages of a site are missing


@dataclass(frozen=True, slots=True)
class Target:
    """An address to have. Its links are followed ``depth`` steps; ``article`` tells whether it may be one itself.

    ``named`` ones, and lists, are asked for in every run.
    """

    url: str
    root: Root
    depth: int
    article: bool
    named: bool
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Harvest:
    """Copies whose bytes are to be read as articles, by address, and what is to be told."""

    copies: tuple[Copy, ...]
    told: tuple[Rejected, ...]


class Crawl:
    """One run."""

    def __init__(
        self,
        config: Config,
        cache: WebCache,
        *,
        offline: bool = False,
        watch: Callable[[int, str], None] = lambda *_: None,
    ) -> None:
        """``watch`` is called with how many answers there were, and the address of the last one."""
        self._web = config.web
        self._most_bytes = config.ingest.max_file_mb * 2**20
        self._cache = cache
        self._offline = offline or config.web.offline
        self._watch = watch
        self._answers = 0
        self._hosts = Hosts(config, cache)
        self._run = 0
        self._targets: dict[str, Target] = {}
        self._pages: Counter[str] = Counter()  # by root
        self._queries: defaultdict[str, set[str]] = defaultdict(set)
        self._copies: dict[str, Copy] = {}
        self._told: list[Rejected] = []
        self._missing: list[Failed] = []
        self._left_out: Counter[tuple[str, str]] = Counter()

    def run(self, roots: Sequence[Root]) -> Harvest:
        """Have everything. Takes as long as good manners need; may be killed and begun again at any time."""
        self._run = 0 if self._offline else self._cache.begin()
        for root in roots:
            self._want(Target(root.url, root, root.depth, article=root.depth == 0, named=True))
        self._drain()
        for root in roots:  # what is no longer listed is still there
            root_copy = self._cache.get(root.url)
            if root.depth or (root_copy and root_copy.kind == "list"):
                for url in self._cache.members(root.url):
                    if root.covers(url, listed=True):
                        self._want(Target(url, root, 0, article=True, named=False))
        self._drain()
        self._judge_missing()
        self._drain()
        for (url, why), count in sorted(self._left_out.items()):
            self._told.append(Rejected(url, f"{count} pages found through it were {why}", "run it again", passing=True))
        if not self._offline:
            if not self._hosts.unasked:
                self._cache.finish(self._run)
            self._cache.prune(self._targets.keys(), self._web.cache_mb * 2**20)
        return Harvest(tuple(_once(self._copies)), tuple(self._told))

    def _drain(self) -> None:
        for job, answer in self._hosts.answers():
            self._settle(self._targets[job.url], answer)
            self._answers += 1
            self._watch(self._answers, job.url)

    def _want(self, target: Target) -> bool:
        """Have a page, from the kept copy where that will do; False where it is wanted already."""
        if target.url in self._targets:
            return False
        self._targets[target.url] = target
        copy = self._cache.get(target.url)
        if self._offline or (copy and self._fresh(copy, target)):
            if copy and copy.digest:
                self._use(target, copy)
            else:
                self._tell(target, "no copy of it is kept", "run it without --offline", passing=True)
            return True
        headers = copy.headers if copy and copy.digest and self._cache.has(copy.digest) else {}
        names = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
        conditions = {ours: headers[theirs] for theirs, ours in names if theirs in headers}
        self._hosts.add(Job(target.url, copy.final if copy else "", conditions))
        return True

    def _fresh(self, copy: Copy, target: Target) -> bool:
        if not copy.digest or not self._cache.has(copy.digest):
            return False
        if copy.run == self._run:  # this run had it before it was killed
            return True
        recent = time.time() - copy.checked < self._web.recheck_after_h * 3600
        return recent and not target.named and not copy.misses and target.modified in ("", copy.modified)

    def _settle(self, target: Target, answer: Answer) -> None:
        copy = self._cache.get(target.url)
        if isinstance(answer, Unchanged) and copy:
            copy = replace(copy, checked=time.time(), run=self._run, misses=0, modified=target.modified)
            self._cache.put(copy)
            self._use(target, copy)
        elif isinstance(answer, Fetched):
            astray = self._astray(target, answer)
            if astray is not None:
                self._failed(target, astray, copy)
                return
            copy = self._kept(target, answer)
            self._cache.put(copy)
            self._use(target, copy)
        elif isinstance(answer, Failed):
            self._failed(target, answer, copy)

    def _kept(self, target: Target, page: Fetched) -> Copy:
        now = time.time()
        return Copy(
            url=target.url,
            final=page.url,
            kind="list" if is_list(page.data) else "html" if page.kind == "list" else page.kind,
            charset=page.charset,
            headers={name: page.headers[name] for name in KEPT_HEADERS if name in page.headers},
            digest=self._cache.keep(page.data),
            size=len(page.data),
            fetched=now,
            checked=now,
            run=self._run,
            modified=target.modified,
        )

    def _astray(self, target: Target, page: Fetched) -> Failed | None:
        """Why a page that was found, not named, is not what the link promised."""
        if target.named or page.url == target.url:
            return None
        own, other = urlsplit(target.url), urlsplit(page.url)
        if own.netloc.removeprefix("www.") != other.netloc.removeprefix("www."):
            return Failed(
                target.url, f"it leads away to {other.netloc}", "name that address if it is wanted", passing=True
            )
        if other.path == "/" != own.path and not other.query:
            return Failed(target.url, "it leads to the front page", "check the address", missing=True)
        return None

    def _use(self, target: Target, copy: Copy) -> None:
        """Take a page in, and what it leads to."""
        if copy.kind == "list":
            self._expand_list(target, copy)
            return
        if target.depth and copy.kind == "html":
            self._expand_page(target, copy)
        if target.article:
            self._copies[target.url] = copy
            if not target.named:
                self._cache.add_member(target.root.url, target.url)

    def _expand_list(self, target: Target, copy: Copy) -> None:
        if not target.named:
            return  # a feed that a page links to holds what the page does
        try:
            listed = listed_in(self._cache.read(copy.digest) or b"", copy.final, self._most_bytes)
        except Unreadable as refusal:
            self._told.append(Rejected(target.url, refusal.why, refusal.what_to_do, passing=True))
            return
        for link in listed.lists:
            if target.root.covers(link.url, listed=True) and self._room(target.root):
                self._pages[target.root.url] += 1
                self._want(Target(link.url, target.root, 0, article=False, named=True))
        for link in listed.pages:
            self._follow(target, link, target.root.depth, listed=True)

    def _expand_page(self, target: Target, copy: Copy) -> None:
        text = decode(self._cache.read(copy.digest) or b"", copy.charset).text
        links = links_of(text, copy.final)
        new = [self._follow(target, link, target.depth - 1, listed=False) for link in links if not link.onward]
        if any(new):  # a next page of a page without news is the way to nowhere
            for link in links:
                if link.onward:
                    self._follow(target, link, target.depth, listed=False)

    def _follow(self, target: Target, link: Link, depth: int, *, listed: bool) -> bool:
        """Want what a link leads to, within the bounds of its root."""
        root = target.root
        if not root.covers(link.url, listed=listed) or _circular(link.url) or link.url in self._targets:
            return False
        path, _, query = link.url.partition("?")
        queries = self._queries[path]
        if not listed and query and len(queries) >= _QUERIES:
            return False
        if not self._room(root):
            self._left_out[root.url, "not followed (pages=N, [web] max_pages)"] += 1
            return False
        queries.add(query)
        self._pages[root.url] += 1
        return self._want(Target(link.url, root, depth, not link.onward, named=link.onward, modified=link.modified))

    def _room(self, root: Root) -> bool:
        return self._pages[root.url] < (root.pages or self._web.max_pages)

    def _failed(self, target: Target, failed: Failed, copy: Copy | None) -> None:
        if failed.missing:
            self._missing.append(failed)
        elif copy and copy.digest and (failed.passing or not target.article):
            if not self._hosts.unasked or failed.why != self._hosts.unasked:
                self._tell(target, f"{failed.why}; its copy of {_day(copy)} is used", failed.what_to_do, passing=True)
            self._use(target, copy)
        elif failed.why == self._hosts.unasked and not target.named:
            self._left_out[target.root.url, failed.why] += 1
        else:
            self._tell(target, failed.why, failed.what_to_do, failed.passing)

    def _judge_missing(self) -> None:
        """Count what is missing, and be slow to believe it of a whole site: that is mostly trouble which passes."""
        had = Counter(urlsplit(url).netloc for url, copy in self._copies.items() if copy.digest)
        lost = Counter(urlsplit(failed.url).netloc for failed in self._missing if self._has(failed.url))
        for failed in self._missing:
            host = urlsplit(failed.url).netloc
            trouble = lost[host] > _FEW and lost[host] > had[host]
            self._count(self._targets[failed.url], failed, trouble=trouble)

    def _has(self, url: str) -> bool:
        copy = self._cache.get(url)
        return copy is not None and bool(copy.digest)

    def _count(self, target: Target, failed: Failed, *, trouble: bool) -> None:
        known = self._cache.get(target.url) or Copy(target.url, target.url, "html")
        misses = known.misses + 1
        most = self._web.gone_after_runs * (_DOUBT if trouble else 1)
        copy = replace(known, checked=time.time(), run=self._run, misses=misses)
        if misses >= most or (failed.for_good and not trouble):
            self._cache.put(replace(copy, digest="", size=0))
            self._cache.drop_member(target.url)
            self._tell(target, f"{failed.why}, so it is gone", "take it out of the list, or put it back on the site")
            return
        self._cache.put(copy)
        why = failed.why + (", as do most pages there" if trouble else "")
        if copy.digest:
            counted = f"it counts as gone after {most} runs in a row, this is number {misses}"
            why = f"{why}; {counted}; its copy of {_day(copy)} is used"
            self._use(target, copy)
        self._tell(target, why, failed.what_to_do, passing=True)

    def _tell(self, target: Target, why: str, what_to_do: str, passing: bool = False) -> None:
        self._told.append(Rejected(target.url, why, what_to_do, passing))


def _circular(url: str) -> bool:
    parts = [part for part in urlsplit(url).path.split("/") if part]
    return len(parts) > _DEEPEST_PATH or any(count >= _REPEATED for count in Counter(parts).values())


def _day(copy: Copy) -> str:
    return datetime.datetime.fromtimestamp(copy.fetched, datetime.UTC).date().isoformat()


def _once(copies: dict[str, Copy]) -> list[Copy]:
    """One copy for each page: of addresses that end at the same place, that place itself, else the first by name."""
    by_final: dict[str, Copy] = {}
    for url in sorted(copies):
        copy = copies[url]
        if copy.final not in by_final or url == copy.final:
            by_final[copy.final] = copy
    return sorted(by_final.values(), key=lambda copy: copy.url)
