"""What the project says of itself holds: its pinned list, its README and its changelog."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
README = (ROOT / "README.md").read_text("utf-8")
PINNED = (ROOT / "requirements.txt").read_text("utf-8")


def package(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9_.-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def test_the_pinned_list_holds_every_direct_dependency() -> None:
    pinned = {package(line) for line in PINNED.splitlines() if re.match(r"[A-Za-z0-9]", line)}
    direct = {package(text) for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])}
    assert direct - pinned == set()


def test_every_pinned_package_has_one_version_and_a_hash() -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", PINNED[re.search(r"^[A-Za-z0-9]", PINNED, re.M).start() :])
    loose = [entry.split()[0] for entry in entries if "==" not in entry.split()[0] or "--hash=sha256:" not in entry]
    assert loose == []


def test_the_pinned_list_names_no_package_index() -> None:
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links|file:", PINNED) == []


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"\bmake ([a-z-]+) ", README))
    assert {"demo", "test"} <= named <= targets


def test_every_verb_the_readme_names_is_one_of_the_command() -> None:
    from impact.command.app import app

    verbs = {command.name or command.callback.__name__ for command in app.registered_commands}
    named = set(re.findall(r"cx-impact ([a-z]+)\b", README))
    assert {"init", "check", "run", "explain"} <= named <= verbs


def test_every_relative_link_of_the_readme_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_changelog_has_a_chapter_for_this_version() -> None:
    assert f"\n## {PROJECT['version']}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")
