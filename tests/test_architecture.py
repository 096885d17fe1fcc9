"""The rules of the house, read from the source itself: who may import whom, and where a library lives."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("retrieval", "ingest", "evaluation", "bot")
MAY_IMPORT = {
    "retrieval": {"retrieval"},
    "ingest": {"ingest", "retrieval"},
    "evaluation": {"evaluation", "retrieval"},
    "bot": set(PACKAGES),
}
# one home each: replacing a library is then a change of one file
HOMES = {
    "faiss": {"retrieval/vectors.py"},
    "filelock": {"retrieval/generations.py"},
    "httpcore": {"ingest/dial.py"},
    "httpx": {"bot/doctor.py", "retrieval/composer.py"},
    "jieba": {"retrieval/text.py"},
    "lxml": {"ingest/docx.py", "ingest/html.py", "ingest/links.py"},
    "protego": {"ingest/robots.py"},
    "opencc": {"retrieval/text.py"},
    "orjson": {"ingest/fast_json.py"},
    "pydantic": {"retrieval/config.py"},
    "pypdfium2": {"ingest/pdf.py"},
    "pypinyin": {"ingest/repair.py"},
    "safetensors": {"retrieval/static.py"},
    "sentence_transformers": {"retrieval/embed.py", "retrieval/rerank.py", "retrieval/st_module.py"},
    "tantivy": {"retrieval/lexical.py", "retrieval/lexical_writer.py"},
    "torch": {"retrieval/embed.py", "retrieval/rerank.py", "retrieval/st_module.py"},
    "tornado": {"bot/webhook.py"},
}
EVERYWHERE = {"numpy"}
IN_BOT = {"telegram"}
SPEAKING = {"bot/cli.py", "bot/terminal.py", "ingest/cli.py"}
MAX_LINES = 320


@cache
def modules() -> dict[str, ast.Module]:
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def imports(tree: ast.Module) -> Iterator[str]:
    """Top names of what a module imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute, so that a grep finds them"
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package: str) -> None:
    for name, tree in modules().items():
        if name.startswith(f"{package}/"):
            ours = {imported for imported in imports(tree) if imported in {*PACKAGES, "tests", "tools", "training"}}
            assert ours <= MAY_IMPORT[package], name


def test_every_library_has_its_home() -> None:
    for name, tree in modules().items():
        for library in set(imports(tree)) - set(PACKAGES) - EVERYWHERE - sys.stdlib_module_names:
            if library in IN_BOT:
                assert name.startswith("bot/"), f"{name} imports {library}"
            else:
                assert name in HOMES.get(library, ()), f"{name} imports {library}"


def test_no_home_stands_empty() -> None:
    lived_in = {(library, name) for name, tree in modules().items() for library in imports(tree)}
    assert {(library, home) for library, homes in HOMES.items() for home in homes} <= lived_in


def test_types_and_errors_are_the_ground_floor() -> None:
    for name, more in (("types", {"retrieval"}), ("provenance", set()), ("errors", set())):
        assert set(imports(modules()[f"retrieval/{name}.py"])) <= sys.stdlib_module_names | more, name
    within = {node.module for node in ast.walk(modules()["retrieval/types.py"]) if isinstance(node, ast.ImportFrom)}
    assert {name for name in within if (name or "").startswith("retrieval")} == {"retrieval.provenance"}


def test_package_files_hold_a_docstring_and_nothing_else() -> None:
    for package in PACKAGES:
        tree = modules()[f"{package}/__init__.py"]
        assert ast.get_docstring(tree), package
        assert len(tree.body) == 1, package


def test_modules_and_their_public_parts_say_what_they_are() -> None:
    for name, tree in modules().items():
        assert ast.get_docstring(tree), name
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name[0] != "_":
                assert ast.get_docstring(node), f"{name}: {node.name}"


def test_modules_stay_small() -> None:
    for name in modules():
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= MAX_LINES, f"{name} wants to be two"


def test_only_the_commands_speak_to_the_terminal() -> None:
    """Elsewhere ``print`` names the stream that it was given, or it is a log line."""
    for name, tree in modules().items():
        if name in SPEAKING or name.endswith("/__main__.py"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                assert any(keyword.arg == "file" for keyword in node.keywords), f"{name}:{node.lineno}"


def test_the_command_line_starts_light() -> None:
    """``--help`` must not wait for what only some commands need."""
    heavy = sorted({*HOMES, *IN_BOT, *EVERYWHERE})
    code = f"import sys, bot.cli; print(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
