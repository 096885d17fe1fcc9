"""The other end of ``ingest/guard.py``: parses one file after another under limits that the system keeps."""

import dataclasses
import json
import signal
import sys
import traceback
from typing import Any

from ingest.document import RawDocument, Unreadable
from ingest.guard import READY
from ingest.parsing import parse
from retrieval.config import IngestConfig

_GRACE = 5.0  # seconds; the other side has killed us before, unless it is gone


def serve() -> None:
    """Answer requests from stdin on stdout until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the one who started us
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    limited = False
    while header := sys.stdin.buffer.readline():
        request = json.loads(header)
        limits = IngestConfig.model_validate(request["limits"])
        if not limited:
            _limit_memory(limits.max_memory_mb * 2**20)
            limited = True
        _alarm(limits.max_seconds + _GRACE)
        reply = _reply(sys.stdin.buffer.read(request["length"]), request, limits)
        _alarm(0)
        sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
        sys.stdout.buffer.flush()


def _reply(data: bytes, request: dict[str, Any], limits: IngestConfig) -> dict[str, Any]:
    try:
        return {"document": _values(parse(data, request["source"], request["kind"], limits, request["charset"]))}
    except Unreadable as refusal:
        return {"refused": (refusal.why, refusal.what_to_do), "spent": False}
    except MemoryError:
        why = f"reading it takes more than {limits.max_memory_mb} MB of memory"
        return {"refused": (why, "split or simplify it, or raise [ingest] max_memory_mb"), "spent": True}
    except RecursionError:
        return {"refused": ("its parts are nested too deeply", "save it anew, or export it as text"), "spent": True}
    except Exception as error:  # noqa: BLE001 - told to the other side, which logs it
        return {"broke": f"{type(error).__name__}: {error}"[:200], "trace": traceback.format_exc()}


def _values(document: RawDocument) -> dict[str, Any]:
    values = {field.name: getattr(document, field.name) for field in dataclasses.fields(document)}
    blocks = [(b.text, b.number, b.level, b.verdict, b.page) for b in document.blocks]
    return {**values, "meta": dict(document.meta), "blocks": blocks}


def _limit_memory(most: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, ValueError, OSError):  # Windows, and systems without this limit: time still runs out
        return


def _alarm(seconds: float) -> None:
    """Unheard, it ends this process, even deep inside a C library."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
