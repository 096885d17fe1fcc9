"""What the bot's reliability rests on, shown: each defence is switched off in a copy, and its tests must then fail.

``python -m tools.without`` takes all of ``without.toml`` (an hour or more), ``python -m tools.without T6 P1`` what
belongs to these numbers; ``--table`` prints the table of docs/operations.md. First the same tests must pass with the
defence. A failure by time alone counts only where ``hangs`` says that without the defence something is waited for
that never comes.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?::\w+)(\[.*?\])?(?: - (.*))?$", re.MULTILINE)
_SLOW_S, _HANGING_S = 300, 60
_RAN = (0, 1)  # else pytest was interrupted, or found no such test


@dataclass(frozen=True, slots=True)
class Defence:
    """Some text of a file, what stands there when it is switched off, and the tests that notice."""

    proves: str
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    hangs: bool = False

    def switched_off(self, source: str) -> str:
        """The file's text without the defence. Raises ValueError unless its text stands there exactly once."""
        if source.count(self.old) != 1:
            raise ValueError(f"{self.proves} {self.what}: {source.count(self.old)} times in {self.file}")
        return source.replace(self.old, self.new)


def known() -> tuple[dict[str, str], list[Defence]]:
    """What is demanded, by number, and all defences, in the order of the file."""
    read = tomllib.loads((ROOT / "tools" / "without.toml").read_text(encoding="utf-8"))
    tests = (tuple(f"tests/{test}" for test in row["tests"]) for row in read["defence"])
    return read["demands"], [
        Defence(**{**row, "tests": names}) for row, names in zip(read["defence"], tests, strict=True)
    ]


def table(demands: dict[str, str], rows: Iterable[Defence]) -> str:
    """The demands and the defences as Markdown."""
    lines = [*(f"- **{number}** {what}" for number, what in demands.items()), ""]
    lines += ["| for | switched off | fails |", "|---|---|---|"]
    for row in rows:
        names = ", ".join(f"`{function(test)}`" for test in row.tests)
        lines.append(f"| {row.proves} | {row.what} | {names} |")
    return "\n".join(lines)


def function(test: str) -> str:
    """The name of a test without its file and parameters."""
    return test.rpartition("::")[2].partition("[")[0]


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of this tree as it is now, without what git ignores."""
    line = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / name).write_bytes((ROOT / name).read_bytes())
        yield Path(folder)


def failures(folder: Path, tests: Collection[str], limit_s: int) -> dict[str, str]:
    """The tests that fail there, each with why. Raises RuntimeError when pytest could not run them."""
    # without compiled files: two versions of a module may have the same length and second
    env = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "400"}
    line = [sys.executable, "-m", "pytest", "-rfE", "--tb=short", f"--timeout={limit_s}", "-p", "no:cacheprovider"]
    done = subprocess.run([*line, *tests], cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in _RAN:
        raise RuntimeError(f"pytest ended with {done.returncode}: {done.stdout[-2000:]}")
    found: dict[str, str] = {}
    for name, parameters, why in _FAILED.findall(done.stdout):
        for test in (name, name + parameters):  # a row may name a test with one set of its parameters
            found[test] = found.get(test) or why or "failed"
    return found


def judge(folder: Path, row: Defence) -> tuple[bool, str]:
    """Whether every test of the defence fails without it, and how."""
    file = folder / row.file
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(row.switched_off(before), encoding="utf-8")
        found = failures(folder, row.tests, _HANGING_S if row.hangs else _SLOW_S)
    except RuntimeError as error:
        return False, str(error)
    finally:
        file.write_text(before, encoding="utf-8")
    told = [f"{function(test)}: {found.get(test, 'PASSED')[:160]}" for test in row.tests]
    late = not row.hangs and any("Timeout (>" in why for why in found.values())
    return set(found) >= set(row.tests) and not late, "; ".join(told)


def main() -> int:
    """Run what was asked for; 1 if a defence is missed by none of its tests."""
    parser = argparse.ArgumentParser(description="switch each defence off and see its tests fail")
    parser.add_argument("numbers", nargs="*", help="such as T6 or P1; all when none is named")
    parser.add_argument("--table", action="store_true", help="print what stands in docs/operations.md")
    given = parser.parse_args()
    demands, rows = known()
    chosen = [row for row in rows if not given.numbers or set(row.proves.split()) & set(given.numbers)]
    if given.table:
        print(table(demands, chosen))
        return 0
    missed = 0
    with copied() as folder:
        if broken := failures(folder, {test for row in chosen for test in row.tests}, _SLOW_S):
            print(f"these fail with all defences: {broken}")
            return 1
        for row in chosen:
            red, told = judge(folder, row)
            missed += not red
            print(f"{'red  ' if red else 'GREEN'} {row.proves} {row.what}: {told}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} defences are missed when they are gone")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
