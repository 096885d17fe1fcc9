"""SIGKILL at any moment of an ingest leaves the old generation or the new one, whole, and the next ingest succeeds.

One process imports everything once and forks a child per ingest, so that the moments fall into the work and
not into the imports. ``XIANWEN_KILLS`` sets how many random moments are tried (12).
"""

import collections
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval import generations
from retrieval.index import CurrentIndex, verify
from retrieval.lexical_parts import Parts

KILLS = int(os.environ.get("XIANWEN_KILLS", "12"))
ROOT = Path(__file__).resolve().parents[2]
HELPER = '''
import hashlib, os, signal, stat, sys, time
import faiss, tantivy, filelock, lxml
import numpy as np
from ingest.build import build
from ingest import prepare
from retrieval import lexical_parts
from retrieval.config import Config, PathsConfig
from retrieval.gazetteer import Gazetteer
from retrieval.text import grams, words

class Embedder:
    fingerprint, dim = "hash", 64
    def embed_passages(self, texts):
        made = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for gram in grams(text):
                made[row, hashlib.blake2b(gram.encode(), digest_size=1).digest()[0] % self.dim] += 1
        return made / np.linalg.norm(made, axis=1, keepdims=True)

def die_at(step):
    """The process kills itself right before its step-th change of a folder, or flush of one."""
    left, fsync = [step], os.fsync
    def wrapped(function):
        def call(*args, **kwargs):
            left[0] -= function is not fsync or stat.S_ISDIR(os.fstat(args[0]).st_mode)
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)
        return call
    for name in ("mkdir", "fsync", "rename", "replace", "rmdir"):
        setattr(os, name, wrapped(getattr(os, name)))

lexical_parts.FEWEST = 1  # so that the full text is extended
Gazetteer.load(); words("预热"); grams("预热")
articles, data = sys.argv[1:]
print("ready", flush=True)
for line in sys.stdin:
    kind, value = line.split()
    child, started = os.fork(), time.monotonic()
    if not child:
        if kind == "step":
            die_at(int(value))
        try:
            build([articles], Config(paths=PathsConfig(data=data)), Embedder())
            os._exit(0)
        finally:
            os._exit(1)
    if kind == "after":
        time.sleep(float(value))
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    print(os.waitstatus_to_exitcode(status), time.monotonic() - started, flush=True)
'''


class Ingest:
    """Runs ingests of a small folder, each over a text that is new, and kills them as told."""

    def __init__(self, folder: Path) -> None:
        self.articles, self.data = folder / "articles", folder / "data"
        self.index_dir = self.data / "index"
        self.articles.mkdir()
        for number in range(150):  # these stay, so that each ingest takes them over from the generation before
            lasting = f"安吉县第{number}村卫生室安排\n\n安吉县第{number}村卫生室每周开放{number}次,由村医值班。\n"
            (self.articles / f"stays-{number}.txt").write_text(lasting, encoding="utf-8")
        self.version = 0
        self.process = subprocess.Popen(
            [sys.executable, "-c", HELPER, str(self.articles), str(self.data)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def change(self) -> None:
        self.version += 1
        for number in range(2):
            paragraphs = "\n\n".join(
                f"德清县第{number}卫生院第{part}项安排,第{self.version}版:延长门诊时间,增加巡诊{part}次。"
                for part in range(6)
            )
            text = f"德清县卫生院{number}年度安排\n\n{paragraphs}\n"
            (self.articles / f"{number}.txt").write_text(text, encoding="utf-8")

    def run(self, kind: str = "step", value: float = 0) -> tuple[int, float]:
        """(exit status, -9 when it was killed; seconds)."""
        assert self.process.stdin
        self.process.stdin.write(f"{kind} {value}\n")
        self.process.stdin.flush()
        status, seconds = self._line().split()
        return int(status), float(seconds)

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture
def ingest(tmp_path):
    made = Ingest(tmp_path)
    made.change()
    assert made.run()[0] == 0
    yield made
    made.close()


def served_version(index: CurrentIndex) -> int:
    """Which version is served: the same in every passage, or the generation is torn."""
    generation = index.get()
    versions = set()
    for passage in generation.passages(range(generation.manifest.passages)):
        article = generation.article(passage.article_id)
        assert article.text[passage.start : passage.end] == passage.text
        versions.update(int(part.split("版")[0]) for part in passage.text.split(",第")[1:])
    (version,) = versions
    return version


@pytest.mark.timeout(60 + 10 * KILLS)
def test_killed_at_random_moments(ingest, capsys):
    index = CurrentIndex(ingest.index_dir, "hash")
    ingest.change()
    status, seconds = ingest.run()
    assert status == 0
    chance = random.Random(20260101)
    outcomes: collections.Counter[str] = collections.Counter()
    extended = False
    for kill in range(KILLS):
        before = served_version(index)
        ingest.change()
        status, _ = ingest.run("after", 1.05 * seconds * (kill + chance.random()) / KILLS)
        assert status in (0, -signal.SIGKILL)
        assert verify(ingest.index_dir) == index.get().id
        version = served_version(index)
        assert version in (before, ingest.version)
        if status == 0:
            assert version == ingest.version
        outcomes["finished" if status == 0 else "old" if version == before else "new"] += 1
        ingest.change()
        status, seconds = ingest.run()
        assert status == 0
        assert served_version(index) == ingest.version
        assert index.problem is None
        extended = extended or Parts.read(index.get().folder / "lexical").extended
    assert outcomes["old"] > 0
    assert extended
    if "XIANWEN_KILLS" in os.environ:
        with capsys.disabled():
            print(f" [{KILLS} kills within {seconds:.2f} s: {dict(outcomes)}] ", end="")


def test_killed_before_every_change_of_a_folder(ingest):
    index = CurrentIndex(ingest.index_dir, "hash")
    seen = set()
    for step in range(1, 200):
        before = served_version(index)
        ingest.change()
        status, _ = ingest.run("step", step)
        assert verify(ingest.index_dir) == index.get().id
        version = served_version(index)
        if status == 0:
            break
        assert status == -signal.SIGKILL
        assert version in (before, ingest.version)
        seen.add(version == ingest.version)
        for leftover in ingest.index_dir.glob(".*-*"):  # sweeping them would count as steps of the next ingest
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    assert (status, version) == (0, ingest.version)
    assert seen == {False, True}
    assert {path.name for path in ingest.index_dir.iterdir()} == {
        ".lock",
        "CURRENT",
        *generations.ids(ingest.index_dir),
    }
    assert len(generations.ids(ingest.index_dir)) == 3
