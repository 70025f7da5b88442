"""The delivery of `plan`: the tables and the page of the quarters ahead, without the rest of a study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reports.appendix_scenarios import all_quarters, differences, outlook, scenario_names, stages, years
from reports.part import Part, deliver_part, part_html, part_record, part_tables

if TYPE_CHECKING:
    from reports.edition import Edition
    from reports.findings import Findings

PLANNING = Part(
    called="plan",
    record="plan.json",
    page="planning.html",
    tables=("scenarios", "scenario_differences", "outlook_gap", "portfolio", "checks"),
    sections=(all_quarters, years, differences, stages, outlook),
    not_asked="Not asked here: why the choice is as it is, what it rests on, and the case against it; a whole run adds "
    "all three.",
)


def planning_html(edition: Edition) -> str:
    """The page: the fan of every metric, quarters, fiscal years, differences and the outlook; every text escaped."""
    return part_html(PLANNING, edition)


def deliver_planning(edition: Edition, found: Findings, out: Path) -> tuple[Path, ...]:
    """The paths of what was written to `out` in one move: tables, the page, and the record.

    Raises:
        InputError: `out` holds things that no plan wrote.
    """
    record = part_record(edition, found) | {"scenarios": scenario_names(edition)}
    return deliver_part(PLANNING, planning_html(edition), record, part_tables(PLANNING, edition), out)
