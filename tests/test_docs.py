"""Documentation that cannot drift: links lead somewhere, and commands, keys and counts are those of the code."""

import argparse
import json
import re
from pathlib import Path

import pytest

from bot.cli import _parser
from retrieval.config import Config

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "examples" / "SOURCES.md"])
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]+)?\)")


def commands() -> set[str]:
    (subparsers,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return set(subparsers.choices)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_anchors_within_a_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    for anchor in re.findall(r"\]\(#([^)]+)\)", text):
        assert anchor in headings


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"`([^`\n]+)`", text) + re.findall(r"^\$? ?(?:sudo )?(\S*xianwen .*)$", text, re.M):
        named = re.match(r"(?:\.venv/bin/|/opt/\S*/)?xianwen ([a-z]+)", block)
        if named:
            assert named.group(1) in commands(), block


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_command_is_named_in_the_readme(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for command in commands():
        assert re.search(rf"`(?:xianwen )?{command}[ `]", text), command


def test_configuration_keys_that_are_named_exist() -> None:
    sections = {name: set(type(getattr(Config(), name)).model_fields) for name in Config.model_fields}
    for page in PAGES:
        for section, key in re.findall(r"`\[(\w+)\] (\w+)", page.read_text(encoding="utf-8")):
            assert key in sections[section], f"{page.name}: [{section}] {key}"


def test_counts_of_the_demo_are_true() -> None:
    articles = list((ROOT / "examples" / "articles").iterdir())
    questions = (ROOT / "evaluation" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    counties = {county for line in questions for county in json.loads(line)["counties"]}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{len(articles)} articles in our own words about {len(counties)} real counties" in readme
    assert f"{len(questions)} questions over {len(articles)} short" in (ROOT / "docs" / "evaluation.md").read_text(
        "utf-8"
    )


def test_every_demo_article_names_its_sources() -> None:
    sources = (ROOT / "examples" / "SOURCES.md").read_text(encoding="utf-8")
    for article in (ROOT / "examples" / "articles").iterdir():
        assert f"| `{article.name}`" in sources
