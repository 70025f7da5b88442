"""The tiny study with a journey of three stages and two touchpoints, whose answers and incidents a test writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from impact.coverage import JourneyCoverage, measure_coverage
from impact.intake import take_in
from tests.tiny_study import CUSTOMERS, edit, write_tiny_study

STAGES = "stage,name,owner\nbuy,Buying,Ann\nuse,Using,Bo\npay,Paying,Cy\n"
TOUCHPOINTS = "touchpoint,stage,name,channel\nshop,buy,Shop,place\nbill,pay,Bill,mail\n"
PAINS = (
    "pain_point,stage,name,source,touchpoint\n"
    "slow,buy,Slow delivery,operations,shop\nbroken,use,Broken part,survey,\nwrong,pay,Wrong bill,operations,\n"
)
ANSWERS = ("customer_id", "responded_at", "stage", "score", "metric", "missing", "touchpoint", "channel")
Row = tuple[object, ...]
INCIDENTS = ("customer_id", "occurred_at", "pain_point")


def write_journey_study(folder: Path) -> Path:
    """The folder with the study; no answer names a touchpoint yet."""
    write_tiny_study(folder)
    for name, text in (("stages", STAGES), ("touchpoints", TOUCHPOINTS), ("pain_points", PAINS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return edit(folder, "study.toml", "[portfolio]", 'touchpoints = "touchpoints.csv"\n[portfolio]')


def write_rows(folder: Path, table: str, columns: Sequence[str], rows: Iterable[Row]) -> Path:
    """The study folder after a table was written anew."""
    lines = [",".join(columns), *(",".join(str(cell) for cell in row) for row in rows)]
    (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def answers(
    stage: str, customers: int, score: float = 3, *, touchpoint: str = "", day: str = "2026-02-03"
) -> list[Row]:
    """A row of answers for each of the first customers."""
    return [(one, day, stage, score, "csat", "", touchpoint, "") for one in CUSTOMERS[:customers]]


def cover(folder: Path, *overrides: str) -> JourneyCoverage:
    """The coverage of a study folder."""
    intake = take_in(folder, overrides)
    return measure_coverage(intake.source, intake.case.journey, intake.study)
