"""The gate: figures may rise, never sink unseen. Floors and ceilings stand in ``baseline.json``, by set of questions.

The baseline also pins the questions and the articles, so that figures are compared on the same ground, and a set
that shrinks is seen in review. The held-out set has a slack: nothing is tuned on it, and one question is one per cent.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from evaluation.score import Scores
from retrieval.errors import XianwenError

BASELINE = Path(__file__).with_name("baseline.json")
SETS = {name: Path(__file__).with_name(f"{name}.jsonl") for name in ("questions", "held_out")}
SLACK = {"questions": 0.0, "held_out": 0.02}
ARTICLES = Path(__file__).resolve().parent.parent / "examples" / "articles"
FLOORS = (
    "perfect",
    "status",
    "evidence_quote",
    "evidence_passage",
    "answer_groups",
    "first_hit",
    "valid_quotes",
    "valid_markers",
)
CEILINGS = ("false_answer", "false_refusal", "wrong_county")
_EPSILON = 1e-4  # figures are rounded to four digits


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a run must reach: at least the floors, at most the ceilings, on these questions and articles."""

    questions: int
    questions_sha256: str
    sources_sha256: str
    floors: Mapping[str, float]
    ceilings: Mapping[str, float]


def read_baseline(path: Path = BASELINE) -> dict[str, Baseline]:
    """The baselines by set. Raises XianwenError when the file is missing or not a baseline."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        return {name: Baseline(**entry) for name, entry in value.items()}
    except FileNotFoundError as error:
        raise XianwenError(f"no baseline, {path}, write one with: xianwen evaluate --pin") from error
    except (json.JSONDecodeError, TypeError, AttributeError) as error:
        raise XianwenError(f"not a baseline ({error}), {path}, restore it from the repository") from error


def measure(scores: Scores, questions: Path, sources: Path) -> Baseline:
    """The baseline that a run would set."""
    return Baseline(
        questions=scores.questions,
        questions_sha256=hashlib.sha256(questions.read_bytes()).hexdigest(),
        sources_sha256=digest_of_folder(sources),
        floors={name: value for name in FLOORS if (value := getattr(scores, name)) is not None},
        ceilings={name: value for name in CEILINGS if (value := getattr(scores, name)) is not None},
    )


def check(reached: Mapping[str, Baseline], path: Path = BASELINE) -> tuple[str, ...]:
    """Why runs do not pass, a line each, beginning with the set; empty when all pass. A set left out does not pass."""
    found = []
    for name, baseline in read_baseline(path).items():
        lines = complaints(reached[name], baseline, SLACK.get(name, 0.0)) if name in reached else ("was not asked",)
        found += [f"{name}: {line}" for line in lines]
    return tuple(found)


def complaints(reached: Baseline, baseline: Baseline, slack: float = 0.0) -> tuple[str, ...]:
    """Other ground than the baseline's, and every regression, a line each."""
    found = []
    if reached.questions_sha256 != baseline.questions_sha256:
        found.append(f"other questions than the baseline's ({reached.questions} now, {baseline.questions} then)")
    if reached.sources_sha256 != baseline.sources_sha256:
        found.append("other articles than the baseline's")
    return (*found, *regressions(reached, baseline, slack))


def regressions(reached: Baseline, baseline: Baseline, slack: float = 0.0) -> tuple[str, ...]:
    """Figures more than ``slack`` below their floor or above their ceiling. A figure that is gone counts as fallen."""
    slack += _EPSILON
    found = [
        f"{name} fell to {_shown(value)}, floor {floor:.4f}"
        for name, floor in baseline.floors.items()
        if (value := reached.floors.get(name)) is None or value < floor - slack
    ]
    found += [
        f"{name} rose to {_shown(value)}, ceiling {ceiling:.4f}"
        for name, ceiling in baseline.ceilings.items()
        if (value := reached.ceilings.get(name)) is None or value > ceiling + slack
    ]
    return tuple(found)


def update(reached: Mapping[str, Baseline], path: Path = BASELINE, *, allow_regression: bool = False) -> None:
    """Make runs the new baseline.

    Raises XianwenError, and changes nothing, when that would lower a floor, raise a ceiling or drop a set, unless
    allowed. There is no slack here: many small steps down would be a large one.
    """
    if path.exists() and not allow_regression:
        worse = []
        for name, baseline in read_baseline(path).items():
            lines = regressions(reached[name], baseline) if name in reached else ("is gone",)
            worse += [f"{name}: {line}" for line in lines]
        if worse:
            raise XianwenError(f"{'; '.join(worse)}, {path}, add --allow-regression if that is meant")
    stored = {name: asdict(baseline) for name, baseline in reached.items()}
    text = json.dumps(stored, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def digest_of_folder(folder: Path) -> str:
    """SHA-256 over the relative paths and contents of all files below a folder, in the paths' order."""
    digest = hashlib.sha256()
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _shown(value: float | None) -> str:
    return "nothing measured" if value is None else f"{value:.4f}"
