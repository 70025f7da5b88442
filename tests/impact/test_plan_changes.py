"""What differs between two plans, and history that outlives a name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from impact.case import Case, case_of_rows
from impact.errors import InputError
from impact.intake import Intake, take_in
from impact.plan_changes import PlanChange, compare_plans
from impact.recorded_plan import Earlier, recorded_case, with_evidence_of
from impact.study import load_study
from tests.tiny_study import write_tiny_study

STAGES = [{"stage": "buy", "name": "Buying"}, {"stage": "use", "name": "Using"}]
PAINS = [
    {"pain_point": "slow", "stage": "buy", "name": "Slow delivery"},
    {"pain_point": "broken", "stage": "use", "name": "Broken part"},
]
VANS = [{"initiative": "fleet", "name": "More vans", "cost": 500}]
FIXES = [{"initiative": "fleet", "pain_point": "slow", "low": 0.2, "likely": 0.4, "high": 0.6}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny study."""
    return write_tiny_study(tmp_path)


def case(folder: Path, **tables: object) -> Case:
    """A plan of rows."""
    rows = {"stages": STAGES, "pain_points": PAINS, "initiatives": VANS, "fixes": FIXES} | tables
    return case_of_rows(rows, load_study(folder))  # type: ignore[arg-type]


def told(changes: tuple[PlanChange, ...]) -> list[tuple[str, str, str, str, str]]:
    return [(one.table, one.id, one.change, one.before, one.after) for one in changes]


def test_a_plan_does_not_differ_from_itself(folder: Path) -> None:
    assert compare_plans(case(folder), case(folder)) == ()


def test_what_is_added_removed_renamed_or_changed_is_one_row_each(folder: Path) -> None:
    stages = [{"stage": "order", "name": "Ordering", "was": ["buy"]}, {"stage": "use", "name": "Usage", "owner": "Bo"}]
    pains = [
        {"pain_point": "slow", "stage": "order", "name": "Slow delivery"},
        {"pain_point": "noise", "stage": "use", "name": "Noise"},
    ]
    vans = {"initiative": "fleet", "name": "More vans", "cost": 700, "earliest": "2027Q1"}
    items = [vans, {"initiative": "app", "name": "App", "cost": 1}]
    now = case(folder, stages=stages, pain_points=pains, initiatives=items)
    assert told(compare_plans(case(folder), now)) == [
        ("stages", "order", "renamed", "buy", "order"),
        ("stages", "order", "renamed", "Buying", "Ordering"),
        ("stages", "use", "renamed", "Using", "Usage"),
        ("stages", "use", "changed", "owner blank", "owner Bo"),
        ("pain_points", "noise", "added", "", "Noise"),
        ("pain_points", "broken", "removed", "Broken part", ""),
        ("initiatives", "fleet", "changed", "cost 500", "cost 700"),
        ("initiatives", "fleet", "changed", "earliest blank", "earliest 2027Q1"),
        ("initiatives", "app", "added", "", "App"),
    ]


def test_stages_that_were_merged_or_split_are_told_with_what_they_were(folder: Path) -> None:
    merged = case(folder, stages=[{"stage": "all", "name": "All", "was": ["buy", "use"]}], pain_points=[], fixes=[])
    assert told(compare_plans(case(folder, pain_points=[], fixes=[]), merged))[0] == (
        *("stages", "all", "merged", "buy, use", "all"),
    )
    parts = [
        {"stage": "web", "name": "Web", "was": ["buy"]},
        {"stage": "shop", "name": "Shop", "was": ["buy"]},
        STAGES[1],
    ]
    changes = told(compare_plans(case(folder), case(folder, stages=parts)))
    assert ("stages", "web", "split", "buy", "web") in changes
    assert ("stages", "shop", "split", "buy", "shop") in changes
    assert not [row for row in changes if row[2] == "removed"]


def test_rows_of_fixes_and_costs_that_changed_are_told_in_full(folder: Path) -> None:
    now = case(folder, fixes=[FIXES[0] | {"likely": 0.5}])
    assert told(compare_plans(case(folder), now)) == [
        (
            *("fixes", "fleet / slow", "changed"),
            "low 0.2, likely 0.4, high 0.6",
            "low 0.2, likely 0.5, high 0.6",
        )
    ]


def renamed_plan(folder: Path, stages: str, pains: str) -> None:
    """The tiny study with other stages and pain points."""
    (folder / "stages.csv").write_text(stages, encoding="utf-8")
    (folder / "pain_points.csv").write_text(pains, encoding="utf-8")


def taken(folder: Path) -> Intake:
    return take_in(folder)


def counts(intake: Intake, table: str, column: str) -> dict[str, int]:
    rows = getattr(intake.source, table)
    found = rows.group_by(column).agg(n=rows.count()).to_pandas()
    return dict(zip(found[column], found["n"], strict=True))


def test_answers_and_incidents_under_an_earlier_id_count_for_the_new_one(folder: Path) -> None:
    before = taken(folder)
    renamed_plan(
        folder,
        "stage,name,was\norder,Ordering,buy\nuse,Using,\n",
        "pain_point,stage,name,source,was\nlate,order,Slow delivery,operations,slow\nbroken,use,Broken,survey,\n",
    )
    (folder / "fixes.csv").write_text("initiative,pain_point\nfleet,late\nspares,broken\n", encoding="utf-8")
    after = taken(folder)
    assert counts(after, "responses", "stage")["order"] == counts(before, "responses", "stage")["buy"]
    assert counts(after, "incidents", "pain_point")["late"] == counts(before, "incidents", "pain_point")["slow"]
    assert (after.source.rows["set_aside"] == before.source.rows["set_aside"]).all()


def test_merged_stages_keep_both_histories_though_one_answer_scored_both(folder: Path) -> None:
    text = (folder / "responses.csv").read_text(encoding="utf-8").splitlines()
    numbered = [f"{'response_id' if not k else (k - 1) // 3},{line}" for k, line in enumerate(text)]
    (folder / "responses.csv").write_text("\n".join(numbered) + "\n", encoding="utf-8")
    renamed_plan(
        folder,
        "stage,name,was\nall,All,buy;use\n",
        "pain_point,stage,name,source,was\nany,all,Anything,operations,slow;broken\n",
    )
    (folder / "fixes.csv").write_text("initiative,pain_point\nfleet,any\nspares,any\n", encoding="utf-8")
    intake = taken(folder)
    assert counts(intake, "responses", "stage") == {"all": 40, "overall": 20}
    named = set(intake.source.responses.pain_points.to_pandas().dropna())  # type: ignore[union-attr]
    assert named == {"any"}


def test_the_history_of_a_stage_that_was_split_is_set_aside_and_counted(folder: Path) -> None:
    renamed_plan(
        folder,
        "stage,name,was\nweb,Web,buy\nshop,Shop,buy\nuse,Using,\n",
        "pain_point,stage,name,source\nslow,web,Slow delivery,operations\nbroken,use,Broken part,survey\n",
    )
    intake = taken(folder)
    rows = intake.source.rows
    aside = rows[(rows["table"] == "responses") & (rows["set_aside"] > 0)]
    assert dict(zip(aside["reason"], aside["set_aside"], strict=True)) == {"its stage or pain point was split": 20}
    assert "D398" in {check.code for check in intake.checks}
    assert set(counts(intake, "responses", "stage")) == {"use", "overall"}


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ("stage,name,was\nbuy,Buying,use\nuse,Using,\n", "was 'use' is still the id of a stage"),
        ("stage,name,was\nbuy,Buying,use\nuse,Using,buy\n", "was 'buy' is still the id of a stage"),
        ("stage,name,was\nbuy,Buying,buy\nuse,Using,\n", "was 'buy' is still the id of a stage"),
        ("stage,name,was\nbuy,Buying,old;old\nuse,Using,\n", "was 'old' stands twice"),
        ("stage,name,was\nbuy,Buying,overall\nuse,Using,\n", "was 'overall' is the overall score"),
    ],
)
def test_an_earlier_id_that_is_in_use_or_goes_in_a_circle_is_refused(folder: Path, stages: str, said: str) -> None:
    (folder / "stages.csv").write_text(stages, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        taken(folder)
    found = [one for one in refused.value.findings if one.found == said]
    assert [one.code for one in found] == ["P205"]
    assert found[0].place.startswith("stages.csv")


def earlier(plan: Mapping[str, object], folder: Path) -> Earlier:
    return Earlier(
        run_id="r",
        as_of="2026Q2",
        version="0",
        inputs={},
        initiatives=({"initiative": "fleet", "npv": 1.0},),
        plan=plan,  # type: ignore[arg-type]
        path=folder / "forecast.json",
    )


def test_a_recorded_plan_reads_back_and_answers_to_the_new_name_of_what_was_renamed(folder: Path) -> None:
    study = load_study(folder)
    today = case(
        folder, pain_points=[PAINS[1], {"pain_point": "late", "stage": "buy", "name": "Late", "was": ["slow"]}]
    )
    plan = {
        "stages": STAGES,
        "pain_points": PAINS,
        "initiatives": [VANS[0] | {"earliest": 2026 * 4 + 3, "capacity": {"team": 2.0}, "owner": ""}],
        "fixes": FIXES,
    }
    old = recorded_case(earlier(plan, folder), today, study)
    assert old.journey.pain_points[0].was == ("late",)
    assert old.plan.initiatives[0].earliest == 2026 * 4 + 3
    assert old.plan.initiatives[0].capacity == {"team": 2.0}
    assert with_evidence_of(old, today).plan.evidence == ()


def test_a_forecast_without_its_plan_is_refused_and_not_guessed(folder: Path) -> None:
    with pytest.raises(InputError) as refused:
        recorded_case(earlier({}, folder), case(folder), load_study(folder))
    assert refused.value.findings[0].code == "C709"
