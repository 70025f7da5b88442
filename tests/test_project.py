"""What the project says of itself holds: its pinned list, its README and its changelog."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
README = (ROOT / "README.md").read_text("utf-8")
PINNED = (ROOT / "requirements.txt").read_text("utf-8")
DOCS = {page.stem: page.read_text("utf-8") for page in (ROOT / "docs").glob("*.md")}


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
    named = set(re.findall(r"cx-impact ([a-z-]+)\b", README))
    assert {"init", "check", "calibrate", "run", "approve", "demo", "explain"} <= named <= verbs


def test_every_example_has_a_row_in_the_readme_and_make_demo_runs_the_first_two() -> None:
    from impact.examples_path import example_names, first_examples

    rows = re.findall(r"^\| \[([a-z]+)\]\(examples/", README, re.M)
    assert sorted(rows) == list(example_names())
    assert sorted(rows[:2]) == list(first_examples())


def test_the_pages_of_rates_and_the_tables_that_the_readme_names_are_written() -> None:
    from reports.rate_page import FILES

    assert all(fnmatch(name, "rate-*.html") for name in FILES.values())
    tables = (ROOT / "reports" / "tables.py").read_text("utf-8")
    for name in ("certificate", "doubts", "point_values", "walk"):
        assert f'"{name}": ' in tables, name


def test_the_weaker_its_grade_the_less_is_kept_as_the_pages_say() -> None:
    from models.calibration.slopes import GRADES
    from models.haircut import mean_kept

    kept = [mean_kept((4.0, 3.0), grade) for grade in GRADES]
    assert kept == sorted(kept, reverse=True)
    told = [f"mean {share:.2f}".replace("0.", ".") for share in kept[1:]]
    assert [words for words in told if words not in DOCS["calibration"]] == []


def test_every_statsmodels_call_that_a_page_prints_is_explained() -> None:
    from models.calibration import clusters, hazard

    widened = hazard.WIDENED.format(dispersion=1.23)
    sites = (clusters.ols_call("by unit"), clusters.ols_call("by unit and period"))
    calls = (hazard.PLAIN, widened, hazard.CLUSTERED, *sites)
    assert [call for call in calls if call not in DOCS["calibration"]] == []
    few = clusters.ols_call("CR2 by unit").partition(", standard")[0]
    assert f"`{few}`, its standard error CR2" in DOCS["calibration"]


def test_every_way_to_come_that_counts_as_earned_is_told() -> None:
    from impact.cells.lifetime_cells import EARNED

    starter = " ".join((ROOT / "impact" / "template" / "README.md").read_text("utf-8").split())
    for way in (name for name in EARNED if "_" not in name):
        assert f"`{way}`" in starter
        assert way in DOCS["calibration"]


def test_every_code_the_pages_name_has_a_page_of_its_own() -> None:
    from impact.command.codes import all_codes

    text = "\n".join((README, *DOCS.values(), (ROOT / "CHANGELOG.md").read_text("utf-8")))
    assert set(re.findall(r"\b[ACDPSU][1-5]\d\d\b", text)) - set(all_codes()) == set()


def test_every_relative_link_leads_to_a_file() -> None:
    pages = (ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
    dead = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert dead == []


def test_every_link_into_the_calibration_page_leads_to_a_heading() -> None:
    headings = re.findall(r"^#+ (.+)$", DOCS["calibration"], re.M)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    linked = re.findall(r"\]\((?:docs/)?calibration\.md#([^)]+)\)", "\n".join((README, *DOCS.values())))
    linked += re.findall(r"\]\(#([^)]+)\)", DOCS["calibration"])
    assert set(linked) - anchors == set()


def test_the_changelog_has_a_chapter_for_this_version() -> None:
    assert f"\n## {PROJECT['version']}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")
