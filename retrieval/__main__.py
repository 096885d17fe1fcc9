"""``python -m retrieval QUESTION``: what was understood and the quotes found, without the words of the bot."""

import argparse
import json
import sys
from collections.abc import Sequence

from retrieval.config import load_config
from retrieval.errors import XianwenError


def main(argv: Sequence[str] | None = None) -> int:
    """Answer one question as a JSON object: 0 done, 1 a domain error in one line, 2 wrong usage."""
    parser = argparse.ArgumentParser("python -m retrieval", description="one question, without the bot's words")
    parser.add_argument("question", nargs="+", metavar="QUESTION")
    parser.add_argument("--config", metavar="FILE", help="TOML; default $XIANWEN_CONFIG, then config.toml")
    options = parser.parse_args(argv)
    try:
        from retrieval.engine import Engine

        answer = Engine(load_config(options.config)).ask(" ".join(options.question))
    except XianwenError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    asked = answer.question
    shown = {
        "status": answer.status.value,
        "kind": asked.kind.value,
        "counties": [division.short for division in asked.counties],
        "topic": asked.topic,
        "quotes": [{"source": found.article.source, "quote": found.quote} for found in answer.citations],
        "generation": answer.generation,
    }
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
