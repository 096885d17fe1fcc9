"""The command line. Results go to stdout, progress and logs to stderr; exit 0 done, 1 a domain error, 2 usage.

Everything heavy is imported inside the commands, so that ``xianwen --help`` answers at once.
"""

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from ingest.options import add_options
from retrieval.errors import XianwenError

if TYPE_CHECKING:
    from retrieval.config import Config

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _speak_utf8()
    options = _parser().parse_args(argv)
    try:
        command: Command = options.command
        return command(options)
    except XianwenError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our stdout has gone; there is nobody left to tell
        return 0
    except KeyboardInterrupt:
        return 130


def _speak_utf8() -> None:
    """Answers are Chinese and JSON is UTF-8, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")


def entry() -> NoReturn:
    """What ``python -m bot`` runs."""
    sys.exit(main())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="xianwen", description="县问: what has the county set out to do for health?")
    config_help = "TOML file (default: $XIANWEN_CONFIG, ./config.toml, built-in)"
    parser.add_argument("--config", metavar="FILE", help=config_help)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, help=config_help)
        sub.set_defaults(command=command)
        return sub

    ingest = add("ingest", _ingest, "read articles and publish a new index generation")
    ingest.add_argument("paths", nargs="*", metavar="PATH", help="article files, folders of them, web addresses")
    add_options(ingest)
    ingest.add_argument("--explain", action="store_true", help="list every removal with its rule")
    ingest.add_argument("--json", action="store_true", help="the report as one JSON object")
    ingest.add_argument("--progress-json", action="store_true", help="progress as JSON lines on stderr")
    ingest.add_argument("--report", metavar="FILE", help="write a page with what was kept and removed of each article")
    ingest.add_argument("--watch", metavar="SECONDS", type=float, help="stay, and ingest again when files change")
    ask = add("ask", _ask, "answer a question with its citations")
    ask.add_argument("question", nargs="*", metavar="QUESTION")
    ask.add_argument("--json", action="store_true", help="the answer as one JSON object")
    ask.add_argument("--batch", metavar="FILE", help="JSON lines with id and question in (- is stdin), answers out")
    add("chat", _chat, "the bot's whole conversation in the terminal")
    add("run", _run, "the Telegram bot; the token comes from XIANWEN_TELEGRAM_TOKEN")
    add("generations", _generations, "list the index generations")
    rollback = add("rollback", _rollback, "serve an earlier generation again")
    rollback.add_argument("id", nargs="?", help="its id (default: the predecessor of the current one)")
    add("verify", _verify, "check every checksum and span of the current generation")
    evaluate = add("evaluate", _evaluate, "the golden questions and their gate, or retrieval figures")
    evaluate.add_argument(
        "questions", nargs="?", metavar="QUESTIONS", help="golden questions (default: those that ship)"
    )
    evaluate.add_argument("--sources", metavar="DIR", help="the raw articles that were ingested")
    evaluate.add_argument("--beir", metavar="DIR", help="folder with corpus.jsonl, queries.jsonl and qrels.tsv")
    modes = ("words", "vectors", "fused")
    evaluate.add_argument("--mode", choices=modes, default="fused", help="how to search, with --beir (default: fused)")
    evaluate.add_argument("--compare", choices=modes, help="a second mode, and whether the difference is luck (--beir)")
    evaluate.add_argument("--json", action="store_true", help="figures as one JSON object")
    evaluate.add_argument("--report", metavar="FILE", help="write a page with charts and all misses")
    evaluate.add_argument("--pin", action="store_true", help="make these figures the floors of the gate")
    evaluate.add_argument("--allow-regression", action="store_true", help="with --pin: lower floors, raise ceilings")
    add("doctor", _doctor, "check configuration, token, model, index and disk")
    return parser


def _config(options: argparse.Namespace) -> "Config":
    from retrieval.config import load_config

    return load_config(options.config)


def _ingest(options: argparse.Namespace) -> int:
    from bot.operate import left_out
    from ingest.cli import ingest
    from ingest.options import with_options

    paths, config = with_options(options, _config(options))
    if note := left_out(config, paths):
        print(note, file=sys.stderr)
    return ingest(
        paths,
        config,
        explain=options.explain,
        as_json=options.json,
        progress_json=options.progress_json,
        page=options.report,
        watch=options.watch,
    )


def _ask(options: argparse.Namespace) -> int:
    from bot import ask

    if bool(options.batch) == bool(options.question):
        print("usage: xianwen ask [--json] QUESTION, or xianwen ask --batch FILE", file=sys.stderr)
        return 2
    if options.batch:
        return ask.batch(_config(options), options.batch)
    return ask.once(_config(options), " ".join(options.question), as_json=options.json)


def _chat(options: argparse.Namespace) -> int:
    from bot.terminal import chat

    return chat(_config(options))


def _run(options: argparse.Namespace) -> int:
    from bot.service import run

    return run(_config(options))


def _generations(options: argparse.Namespace) -> int:
    from bot import operate

    return operate.generations(_config(options))


def _rollback(options: argparse.Namespace) -> int:
    from bot import operate

    return operate.rollback(_config(options), options.id)


def _verify(options: argparse.Namespace) -> int:
    from bot import operate

    return operate.verify(_config(options))


def _evaluate(options: argparse.Namespace) -> int:
    from bot import measure

    if options.report or options.pin if options.beir else options.compare:
        print("usage: --compare goes with --beir; --report and --pin go without it", file=sys.stderr)
        return 2
    if options.beir:
        return measure.beir(_config(options), options.beir, options.mode, options.compare, as_json=options.json)
    wishes = measure.Wishes(options.json, options.report, options.pin, options.allow_regression)
    return measure.golden(_config(options), options.questions, options.sources, wishes)


def _doctor(options: argparse.Namespace) -> int:
    from bot.doctor import doctor

    return doctor(options.config)
