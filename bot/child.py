"""Work in a process of its own: a crash or a hang there is a message to the admin and not an outage."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from retrieval.config import Config
from retrieval.errors import XianwenError

Progress = Callable[[dict[str, Any]], Awaitable[None]]
NICE = 10  # more than ours, as deploy/xianwen-ingest.service has it: answers go before
_ENDS_S = 5.0
_TOLD_CHARS = 500


def config_file(config: Config) -> Path:
    """This process's configuration as a file for a child, whatever the operator's file says by now."""
    file = config.data_dir / "reload.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for section, values in config.model_dump().items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    whole = file.with_name(".reload.toml.part")  # another child may be reading the file
    whole.write_text("\n".join(lines) + "\n", encoding="utf-8")
    whole.replace(file)
    return file


def module(name: str, config: Config, *arguments: str) -> list[str]:
    """The command line of one of our modules, with this process's configuration."""
    return [sys.executable, "-m", name, "--config", str(config_file(config)), *arguments]


async def run_child(line: list[str], progress: Progress | None = None, limit_s: float | None = None) -> Any:
    """The JSON that the child prints; its JSON lines on stderr go to ``progress``.

    Raises XianwenError when it ends with an error (its last line says which), crashes, prints no JSON,
    or takes longer than ``limit_s``. However this ends, no child is left.
    """
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*line, stdin=nothing, stdout=pipe, stderr=pipe)
    with contextlib.suppress(ProcessLookupError):  # it may have ended
        os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + NICE)
    assert process.stdout is not None and process.stderr is not None
    try:
        async with asyncio.timeout(limit_s):
            text, last = await asyncio.gather(process.stdout.read(), _relay(process.stderr, progress))
            code = await process.wait()
    except TimeoutError:
        raise XianwenError(f"it took longer than {limit_s:.0f} s, {line[2]}, try again with less") from None
    finally:
        if process.returncode is None:
            await _end(process)
    if code != 0:
        raise XianwenError(last or f"the process ended with status {code}, see the log of the service")
    try:
        return json.loads(text)
    except ValueError as error:
        raise XianwenError(f"the process printed no JSON ({error}), see the log of the service") from error


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a child that is no longer wanted; what it has not published is nothing."""
    process.terminate()
    try:
        await asyncio.wait_for(process.communicate(), _ENDS_S)
    except TimeoutError:
        process.kill()
        await process.communicate()


async def _relay(stream: asyncio.StreamReader, progress: Progress | None) -> str:
    """Pass progress on; the last line that is none, which names the error if there was one."""
    last = ""
    while raw := await _line(stream):
        line = raw.decode("utf-8", "replace").strip()
        found = _progress(line)
        if found is None:
            last = line[:_TOLD_CHARS] or last
        elif progress is not None:
            await progress(found)
    return last.removeprefix("error: ")


async def _line(stream: asyncio.StreamReader) -> bytes:
    """A line, or as much of it as the buffer holds: a child that prints endless lines breaks nothing."""
    try:
        return await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    except asyncio.LimitOverrunError as error:
        return await stream.readexactly(error.consumed)


def _progress(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
