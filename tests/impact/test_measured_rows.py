"""Rows that the study measured itself join the plan's evidence, and no data count twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from impact.case import Case, load_case
from impact.errors import InputError
from impact.evidence import Evidence
from impact.measured_rows import data_id, join_measured, stem
from impact.study import load_study
from tests.tiny_study import edit, write_tiny_study

HEADER = "evidence,kind,target,outcome,unit,estimate,se,n,exposed_share,period,source,pain_point\n"
ROW = "measured_a1,past_initiative,fleet,churn,relative,-0.1,0.04,900,0.3,2026Q2,measured: a1.u1.2025Q4-2026Q2,\n"
KNOWN = ("fleet", "slow", "use")


def item(**changes: object) -> Evidence:
    plain = Evidence(
        evidence="measured_a1",
        kind="past_initiative",
        target="fleet",
        outcome="churn",
        unit="relative",
        estimate=-0.1,
        se=0.04,
        period="2026Q2",
        source="measured: a1.u1.2025Q4-2026Q2",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def later(**changes: object) -> Evidence:
    return item(period="2026Q3", source="measured: a1.u1.2025Q4-2026Q3", estimate=-0.08, **changes)


OWN = Evidence(
    evidence="pilot",
    kind="experiment",
    target="slow",
    outcome="churn",
    unit="relative",
    estimate=-0.2,
    se=0.1,
    source="Pilot in two towns",
)


def test_a_data_id_is_read_from_the_source() -> None:
    assert (data_id(item()), stem(item())) == ("a1.u1.2025Q4-2026Q2", "a1")
    assert (data_id(OWN), stem(OWN)) == ("", "")


def test_measured_rows_stand_beside_the_plans_own() -> None:
    assert join_measured((OWN,), (item(),), KNOWN, "quarter") == ((OWN, item()), ())


def test_a_row_in_both_is_used_once_and_said() -> None:
    copied = item(evidence="fleet_last_year")
    rows, (check,) = join_measured((OWN, copied), (item(),), KNOWN, "quarter")
    assert rows == (OWN, copied)
    assert check.code == "C700"
    assert check.found == "fleet_last_year stands in the plan and in what was measured: used once"


@pytest.mark.parametrize("place", ["plan", "measured"])
def test_measured_again_takes_the_place_of_the_earlier_row(place: str) -> None:
    plan = (item(),) if place == "plan" else ()
    measured = (later(),) if place == "plan" else (later(), item())
    rows, (check,) = join_measured(plan, measured, KNOWN, "quarter")
    assert rows == (later(),)
    assert check.found == "fleet churn of 2026Q2: measured again in 2026Q3, which takes its place"


def test_a_later_copy_in_the_plan_is_not_undone_by_an_older_file() -> None:
    rows, _ = join_measured((later(),), (item(),), KNOWN, "quarter")
    assert rows == (later(),)


def test_a_row_of_what_the_plan_no_longer_lists_is_left_out_and_said() -> None:
    rows, (check,) = join_measured((), (item(target="gone"),), KNOWN, "quarter")
    assert rows == ()
    assert check.found == "measured_a1 is of gone, which the plan does not list"


def test_a_name_that_the_plan_has_taken_is_left_to_it() -> None:
    rows, checks = join_measured((replace(OWN, evidence="measured_a1"),), (item(),), KNOWN, "quarter")
    assert [one.source for one in rows] == ["Pilot in two towns"]
    assert len(checks) == 1


def load(folder: Path, text: str | None) -> Case:
    write_tiny_study(folder)
    edit(folder, "study.toml", "[portfolio]", 'measured = "out/track/evidence.csv"\n[portfolio]')
    if text is not None:
        (folder / "out" / "track").mkdir(parents=True)
        (folder / "out" / "track" / "evidence.csv").write_text(text, encoding="utf-8")
    return load_case(load_study(folder))


def test_the_file_that_track_wrote_is_read(tmp_path: Path) -> None:
    case = load(tmp_path, HEADER + ROW)
    (one,) = case.plan.evidence
    assert (one.target, one.estimate, one.exposed_share, stem(one)) == ("fleet", -0.1, 0.3, "a1")


def test_before_track_has_run_there_is_a_review(tmp_path: Path) -> None:
    case = load(tmp_path, None)
    assert case.plan.evidence == ()
    assert [check.found for check in case.steps if check.code == "C701"] == ["out/track/evidence.csv is not there yet"]


def test_a_fault_in_it_is_told_as_in_any_plan_table(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        load(tmp_path, HEADER + ROW.replace("0.04", "0"))
    assert [one.code for one in raised.value.findings] == ["P261"]
