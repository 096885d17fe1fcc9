"""How fast articles become an index, from nothing and after a few have changed.

    python -m tools.ingest_bench [--articles 1000] [--json] [--keep FOLDER]

Every ingest is a process of its own; memory is that of the process and those it started, together.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tools.synthetic_articles import change, write

ROOT = Path(__file__).resolve().parent.parent
CHANGED = 0.01


def main() -> None:
    """Write the articles, ingest them three times, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for the articles and the index, which stay")
    parser.add_argument("--limit", type=float, default=3600.0, help="seconds for one ingest")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = options.keep or Path(place)
        figures = measure(folder, options.articles, options.limit)
    if options.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:58} {value:>12,.2f}")


def measure(place: Path, articles: int, limit: float) -> dict[str, float]:
    """Figures by name: seconds, articles and passages a second, MB."""
    folder = place / "articles"
    if not folder.exists():
        write(folder, articles)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20
    figures = {"articles": float(articles), "their files: MB": size}
    figures |= _told("from nothing", *_ingest(folder, place, limit))
    figures |= _told("nothing changed", *_ingest(folder, place, limit))
    figures["files changed"] = float(change(folder, CHANGED))
    figures |= _told("those changed", *_ingest(folder, place, limit))
    kept = {"the index": "index", "what is remembered": "cache"}
    for name, part in kept.items():
        files = [file for file in (place / "data" / part).rglob("*") if file.is_file()]
        figures[f"{name}: MB"] = sum(file.stat().st_size for file in files) / 2**20
    return figures


def _told(name: str, report: dict[str, Any], seconds: float, megabytes: float) -> dict[str, float]:
    files = len(report["files"])
    return {
        f"{name}: s": seconds,
        f"{name}: processor s": report["processor"],
        f"{name}: articles/s": files / seconds,
        f"{name}: passages/s": report["passages"] / seconds,
        f"{name}: files cleaned": float(report["cleaned"]),
        f"{name}: passages embedded": float(report["embedded"]),
        f"{name}: passages": float(report["passages"]),
        f"{name}: reprints": float(sum(file["same_as"] is not None for file in report["files"])),
        f"{name}: contradictions": float(
            sum(one["matter"] == "contradicts" for file in report["files"] for one in file["warnings"])
        ),
        f"{name}: peak MB": megabytes,
    }


def _ingest(folder: Path, place: Path, limit: float) -> tuple[dict[str, Any], float, float]:
    """The report, seconds and peak memory in MB of one ingest."""
    out = place / "report.json"
    began = time.perf_counter()
    with out.open("wb") as stream:
        command = [sys.executable, "-m", "ingest", str(folder), "--json"]
        environment = {**os.environ, "XIANWEN_DATA": str(place / "data")}
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=stream)
        peak = 0.0
        while (ended := os.wait4(child.pid, os.WNOHANG))[0] == 0:
            peak = max(peak, sum(map(_memory, _family(child.pid))))
            time.sleep(0.25)
            if time.perf_counter() - began > limit:
                child.kill()
                child.wait()
                sys.exit(f"error: more than {limit:g} s, {folder}, try fewer articles")
    _, status, usage = ended
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"error: the ingest ended with {child.returncode}")
    seconds = time.perf_counter() - began
    report = json.loads(out.read_text(encoding="utf-8"))
    return {**report, "processor": usage.ru_utime + usage.ru_stime}, seconds, peak


def _family(pid: int) -> list[int]:
    """A process and those below it, on Linux."""
    family = [pid]
    for one in family:
        tasks = Path(f"/proc/{one}/task").glob("*/children")
        for children in tasks:
            try:
                family += map(int, children.read_text().split())
            except OSError:  # it has ended meanwhile
                continue
    return family


def _memory(pid: int) -> float:
    """Its own share of memory in MB, shared pages counted by halves."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
