"""How people ask: words that stand around a question, and everyday words for official terms, in our own words."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.static import features

TERMS_FILE = Path(__file__).with_name("colloquial.tsv")

FRAMES = (
    "有哪些措施",
    "有哪些举措",
    "采取了什么措施",
    "怎么办",
    "怎么做",
    "如何做",
    "如何规定",
    "是什么",
    "是多少",
    "有多少",
    "什么时候",
    "什么时间",
    "从哪天开始",
    "由谁负责",
    "哪个部门负责",
    "在哪里",
    "去哪里",
    "多少钱",
    "要多少钱",
    "能不能",
    "可不可以",
    "会不会",
    "是不是",
    "有没有",
    "请问",
    "为什么",
    "有什么要求",
    "有什么规定",
    "有什么政策",
    "给予什么支持",
    "怎么申请",
    "如何申请",
    "需要什么材料",
    "需要什么条件",
    "达到多少",
    "目标是什么",
    "重点是什么",
    "包括哪些",
    "主要内容",
    "什么意思",
    "怎么样了",
    "进展如何",
    "做得怎么样",
    "打算怎么弄",
    "能不能改好一点",
    "现在好了没",
    "到底怎么回事",
    "给不给报",
    "管不管",
    "有人管吗",
    "我们这儿",
    "我们县",
    "县里",
    "村里",
    "想问一下",
    "听说",
    "今年",
    "明年",
    "谁能",
    "哪些人可以",
)


@dataclass(frozen=True)
class Frames:
    """Question words as bags of feature numbers."""

    bags: tuple[npt.NDArray[np.int32], ...]

    @classmethod
    def of(cls, vocabulary: list[str], longest: int) -> Frames:
        """The frames in the numbers of a vocabulary."""
        known = {name: number for number, name in enumerate(vocabulary)}
        cut = ([known[name] for name in features(frame, longest) if name in known] for frame in FRAMES)
        return cls(tuple(np.array(bag, dtype=np.int32) for bag in cut))

    def draw(self, rng: np.random.Generator) -> npt.NDArray[np.int32]:
        """One or two frames at random."""
        picked = rng.choice(len(self.bags), size=int(rng.integers(1, 3)), replace=False)
        return np.concatenate([self.bags[int(number)] for number in picked])


def read_terms(path: Path = TERMS_FILE) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Official terms and the everyday ways to say them."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            official, everyday = line.split("\t")
            yield official, tuple(everyday.split("|"))


class Everyday:
    """Puts official wording into everyday words, each term in a limited number of clauses so that none takes over."""

    def __init__(self, path: Path = TERMS_FILE, times: int = 2500, seed: int = 7) -> None:
        self._said = dict(read_terms(path))
        self._left = Counter(dict.fromkeys(self._said, times))
        longest_first = sorted(self._said, key=len, reverse=True)
        self._term = re.compile("|".join(map(re.escape, longest_first)))
        self._random = random.Random(seed)

    def versions(self, clause: str) -> list[str]:
        """The clause as people would say it, at most two ways; none where no term stands in it or all are used up."""
        terms = set(self._term.findall(clause))
        if not any(self._left[term] > 0 for term in terms):
            return []
        self._left.subtract(terms)
        return [self._term.sub(lambda term: self._random.choice(self._said[term.group()]), clause) for _ in range(2)]

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every official term with each everyday way to say it."""
        for official, said in self._said.items():
            for everyday in said:
                yield official, everyday
