"""``python -m evaluation FIGURES.json``: make the figures of ``xianwen evaluate --json`` the new baseline."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluation.gate import ARTICLES, BASELINE, QUESTIONS, measure, update
from evaluation.score import Scores
from retrieval.errors import XianwenError


def main(argv: Sequence[str] | None = None) -> int:
    """Exit 0 done, 1 when a figure would fall and that was not allowed, 2 wrong usage."""
    parser = argparse.ArgumentParser("python -m evaluation", description="make figures the new baseline")
    parser.add_argument("figures", type=Path, metavar="FIGURES.json", help="what xianwen evaluate --json printed")
    parser.add_argument("--allow-regression", action="store_true", help="lower floors and raise ceilings too")
    parser.add_argument("--baseline", type=Path, default=BASELINE, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    try:
        scores = Scores(**json.loads(options.figures.read_text(encoding="utf-8")))
        update(measure(scores, QUESTIONS, ARTICLES), options.baseline, allow_regression=options.allow_regression)
    except (OSError, ValueError, TypeError) as error:
        print(
            f"error: not figures ({error}), {options.figures}, make them with: xianwen evaluate --json", file=sys.stderr
        )
        return 1
    except XianwenError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{options.baseline}: {scores.questions} questions", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
