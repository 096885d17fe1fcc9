"""``ingest PATH...``, for ``xianwen ingest`` and ``python -m ingest``: report on stdout, progress on stderr."""

import argparse
import gc
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ingest.options import add_options, with_options
from retrieval.config import Config, load_config
from retrieval.errors import ConfigError, XianwenError


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``python -m ingest``: 0 done, 1 a domain error in one line, 2 wrong usage."""
    parser = argparse.ArgumentParser("python -m ingest", description="read articles and publish a new index generation")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="article files, folders of them, web addresses")
    add_options(parser)
    parser.add_argument("--config", metavar="FILE", help="TOML; default $XIANWEN_CONFIG, then config.toml")
    parser.add_argument("--explain", action="store_true", help="list every removal with its rule")
    parser.add_argument("--json", action="store_true", help="the report as one JSON object")
    parser.add_argument("--progress-json", action="store_true", help="progress as JSON lines on stderr")
    parser.add_argument("--report", metavar="FILE", help="write a page with what was kept and removed of each article")
    parser.add_argument("--watch", metavar="SECONDS", type=float, help="stay, and ingest again when files change")
    options = parser.parse_args(argv)
    try:
        paths, config = with_options(options, load_config(options.config))
        return ingest(
            paths,
            config,
            explain=options.explain,
            as_json=options.json,
            progress_json=options.progress_json,
            page=options.report,
            watch=options.watch,
        )
    except XianwenError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted, the index is whole, run it again\n")
        return 1


def ingest(
    paths: Sequence[str],
    config: Config,
    *,
    explain: bool,
    as_json: bool,
    progress_json: bool,
    page: str | None = None,
    watch: float | None = None,
) -> int:
    """Build, publish and write the report, and the ``page`` of it; 0. Raises XianwenError.

    With ``watch`` it stays and looks for changes every so many seconds, until SIGTERM or an interrupt.
    """
    from ingest import report
    from ingest.build import build
    from retrieval.embed import load_embedder
    from retrieval.text import set_cache_dir

    # Most of what is made here stays until the end, and looking through it for cycles took a fifth of a second run.
    gc.set_threshold(50_000, 50, 100)
    if watch is not None and not watch > 0:
        raise ConfigError(f"--watch {watch:g} is no time to wait, the command line, write seconds above 0")
    set_cache_dir(config.data_dir / "cache")
    embedder = load_embedder(config.embedding)

    def once() -> None:
        made = build(paths, config, embedder, _shower(progress_json), explain=explain)
        text = report.as_json(made, explain=explain) if as_json else report.as_text(made, explain=explain)
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        if page is not None:
            from ingest.page import write

            write(made, config, Path(page))

    if watch is None:
        once()
        return 0
    from ingest import watch as watching

    with watching.ended_by_signals():
        watching.watch(paths, watch, once)
    return 0


def _shower(progress_json: bool) -> Callable[..., None]:
    """What to do with a sign of life: a JSON line, a line that overwrites itself in a terminal, or nothing."""
    from ingest.build import Progress

    def as_json(progress: Progress) -> None:
        values = {"stage": progress.stage, "done": progress.done, "total": progress.total, "source": progress.source}
        sys.stderr.write(json.dumps(values, ensure_ascii=False) + "\n")
        sys.stderr.flush()

    def as_line(progress: Progress) -> None:
        last = progress.stage == "publish" and progress.done == progress.total
        text = "" if last else f"{progress.stage} {progress.done}/{progress.total} {progress.source}"[:78]
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()

    if progress_json:
        return as_json
    return as_line if sys.stderr.isatty() else lambda _: None
