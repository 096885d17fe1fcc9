"""What the commands that ingest let say about web addresses. Nothing heavy is imported: ``--help`` answers at once."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.config import Config


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options beside ``paths``, of which there may then be none."""
    parser.add_argument("--urls", metavar="FILE", action="append", default=[], help="web addresses, one a line")
    parser.add_argument("--depth", type=int, metavar="N", help="follow links of web pages N steps (default: 0)")
    parser.add_argument("--offline", action="store_true", help="read kept copies of web pages, ask nobody")
    parser.set_defaults(wrong_usage=parser.error)


def with_options(options: argparse.Namespace, config: "Config") -> "tuple[list[str], Config]":
    """All paths that were named, and the configuration as these options change it. Raises SourceError, ConfigError."""
    from ingest.roots import DEEPEST, read_list
    from retrieval.errors import ConfigError, SourceError

    paths = list(options.paths)
    for file in options.urls:
        for line in read_list(Path(file)):
            if "://" not in line:
                raise SourceError(f"{line!r} is no web address, {file}, write it with https:// or http://")
            paths.append(line)
    if not paths:
        options.wrong_usage("name a PATH, a web address or --urls FILE")
    web = config.web
    if options.depth is not None:
        if not 0 <= options.depth <= DEEPEST:
            raise ConfigError(f"--depth {options.depth} is too far, the command line, write 0 to {DEEPEST}")
        web = web.model_copy(update={"depth": options.depth})
    web = web.model_copy(update={"offline": web.offline or options.offline})
    return paths, config.model_copy(update={"web": web})
