"""How another generation would answer, beside the one that is served: a process of its own, for it loads both.

``python -m bot.comparison --config FILE OTHER`` reads ``{"groups": {name: [{"question", "history"?}]}, "budget_s"}``
from the file named by ``--questions`` and prints one JSON object.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.config import Config, load_config
from retrieval.errors import QuestionError, XianwenError
from retrieval.generations import current_id, ids

if TYPE_CHECKING:
    from retrieval.engine import Engine
    from retrieval.index import Generation

_EXAMPLES = 5


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``python -m bot.comparison``: 0 done, 1 a domain error in one line on stderr."""
    parser = argparse.ArgumentParser("python -m bot.comparison", description="compare a generation with the current")
    parser.add_argument("other")
    parser.add_argument("--config", required=True)
    parser.add_argument("--questions", required=True)
    options = parser.parse_args(argv)
    try:
        wanted = json.loads(Path(options.questions).read_text(encoding="utf-8"))
        found = compare(load_config(options.config), options.other, wanted["groups"], wanted["budget_s"])
    except XianwenError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return 0


def compare(
    config: Config, other: str, groups: Mapping[str, Sequence[Mapping[str, Any]]], budget_s: float
) -> dict[str, Any]:
    """What would change if ``other`` were served instead of the current generation.

    ``articles`` has sources ``added``, ``changed`` and ``gone``; ``answers`` has for each group how many questions were
    ``asked`` of how many ``given`` within the budget, how many answers ``changed``, were ``lost`` (answered now,
    refused then) or ``won``, and examples. Raises IndexMissing when there is no such generation.
    """
    until = time.monotonic() + budget_s
    current = current_id(config.index_dir)
    if other not in ids(config.index_dir):
        raise XianwenError(f"no generation {other[:40]!r}, {config.index_dir}, see /generations")
    with _engine(config, current) as now, _engine(config, other) as then:
        return {
            "current": current,
            "other": other,
            "articles": articles(now.load(), then.load()),
            "answers": {name: _answers(now, then, asked, until) for name, asked in groups.items()},
        }


def articles(now: "Generation", then: "Generation") -> dict[str, list[str]]:
    """Sources that ``then`` has and ``now`` has not, those whose article differs, and those that are gone."""
    before = {record.source: record.article for record in now.sources()}
    after = {record.source: record.article for record in then.sources()}
    return {
        "added": sorted(after.keys() - before.keys()),
        "changed": sorted(source for source in after.keys() & before.keys() if after[source] != before[source]),
        "gone": sorted(before.keys() - after.keys()),
    }


@contextmanager
def _engine(config: Config, generation: str) -> "Iterator[Engine]":
    """An engine that serves this generation: its folder stands alone in an index of its own."""
    from retrieval.engine import Engine

    with tempfile.TemporaryDirectory(prefix="xianwen-compare-") as place:
        index = Path(place) / "index"
        index.mkdir()
        (index / generation).symlink_to((config.index_dir / generation).absolute(), target_is_directory=True)
        (index / "CURRENT").write_text(f"{generation}\n", encoding="utf-8")
        lexicon = str(config.lexicon_file.absolute()) if config.lexicon_file.is_file() else config.search.lexicon
        parts = {
            "paths": config.paths.model_copy(update={"data": place}),
            "search": config.search.model_copy(update={"lexicon": lexicon}),
            "composer": config.composer.model_copy(update={"base_url": ""}),  # wording is none of the index's doing
        }
        yield Engine(config.model_copy(update=parts))


def _answers(now: "Engine", then: "Engine", questions: Sequence[Mapping[str, Any]], until: float) -> dict[str, Any]:
    counts: dict[str, Any] = dict.fromkeys(("asked", "changed", "lost", "won"), 0)
    examples: list[dict[str, str]] = []
    for question in questions:
        if time.monotonic() > until:
            break
        history = tuple(question.get("history") or ())
        before, after = (_outcome(engine, question["question"], history) for engine in (now, then))
        counts["asked"] += 1
        if before == after:
            continue
        kind = "changed" if bool(before) == bool(after) else "lost" if before else "won"
        counts[kind] += 1
        if len(examples) < _EXAMPLES:
            examples.append({"question": question["question"], "kind": kind})
    return {**counts, "given": len(questions), "examples": examples}


def _outcome(engine: "Engine", question: str, history: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What is said and where it stands: (claim, source); nothing for a refusal."""
    try:
        answer = engine.ask(question, history)
    except QuestionError:
        return ()
    cited = {citation.number: citation.article.source for citation in answer.citations}
    return tuple((claim.text, cited[claim.citation]) for claim in answer.claims)


if __name__ == "__main__":
    sys.exit(main())
