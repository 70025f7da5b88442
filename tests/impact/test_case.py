"""The case: what the plan tables become, what stands in for what is left out, and what is refused."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from impact.case import load_case
from impact.errors import Finding, InputError
from impact.initiative import Fix
from impact.study import load_study
from tests.tiny_study import append, edit, write_tiny_study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny_study(tmp_path)


def findings(folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        load_case(load_study(folder))
    return caught.value.findings


def codes(folder: Path) -> list[str]:
    return [step.code for step in load_case(load_study(folder)).steps]


def test_a_whole_plan_takes_no_step_down(folder: Path) -> None:
    case = load_case(load_study(folder))
    assert case.steps == ()
    assert case.journey.stage_ids() == ("buy", "use")
    assert case.journey.pain_ids() == ("slow", "broken")
    assert case.plan.ids() == ("fleet", "spares")
    fleet, spares = case.plan.initiatives
    assert (fleet.cost, fleet.duration, fleet.capacity, fleet.cashable) == (500.0, 2, {"engineering": 3.0}, 1.0)
    assert spares.capacity == {}
    assert case.plan.fixes[0] == Fix(initiative="fleet", pain_point="slow", low=0.2, likely=0.4, high=0.6)


def test_stages_follow_their_order_column(folder: Path) -> None:
    (folder / "stages.csv").write_text("stage,name,order\nbuy,Buying,2\nuse,Using,1\n", encoding="utf-8")
    stages = load_case(load_study(folder)).journey.stages
    assert [(stage.stage, stage.order) for stage in stages] == [("use", 1), ("buy", 2)]


def test_one_workbook_can_hold_the_whole_plan(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table in ("stages", "personas", "pain_points", "initiatives", "fixes"):
        sheet = book.create_sheet(table.replace("_", " ").capitalize())
        for line in (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines():
            sheet.append([float(cell) if cell[:1].isdigit() else cell or None for cell in line.split(",")])
    book.save(folder / "plan.xlsx")
    from_files = load_case(load_study(folder))
    text = (folder / "study.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not any(f'"{name}.csv"' in line for name in _PLAN)]
    (folder / "study.toml").write_text(
        "\n".join(kept).replace("[plan]", '[plan]\njourney = "plan.xlsx"'), encoding="utf-8"
    )
    assert load_case(load_study(folder)) == from_files


_PLAN = ("stages", "personas", "pain_points", "initiatives", "fixes")


def test_a_mistyped_sheet_name_is_a_finding(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "touchpoint"
    book.save(folder / "plan.xlsx")
    (found,) = findings(edit(folder, "study.toml", "[plan]", '[plan]\njourney = "plan.xlsx"'))
    assert (found.code, found.remedy) == ("P203", "did you mean touchpoints?")


def test_costs_by_period_stand_for_a_blank_cost(folder: Path) -> None:
    edit(folder, "initiatives.csv", "More vans,500", "More vans,")
    (folder / "costs.csv").write_text("initiative,period,capex,opex\nfleet,2026Q4,300,10\nfleet,2027Q1,150,\n")
    case = load_case(load_study(edit(folder, "study.toml", "[plan]", '[plan]\ncosts = "costs.csv"')))
    assert case.plan.initiatives[0].cost == 450.0
    assert case.plan.costs[1].opex == 0.0


def test_without_pain_points_each_stage_gets_a_low_score(folder: Path) -> None:
    edit(folder, "study.toml", 'pain_points = "pain_points.csv"\n', "")
    edit(folder, "study.toml", 'fixes = "fixes.csv"\n', "")
    case = load_case(load_study(folder))
    assert case.journey.pain_ids() == ("low_buy", "low_use")
    assert case.journey.pain_points[0].name == "low score here: Buying"
    assert {pain.source for pain in case.journey.pain_points} == {"survey"}
    assert [step.code for step in case.steps] == ["P222", "P224"]


def test_fixes_may_name_the_low_scores_that_stand_in(folder: Path) -> None:
    edit(folder, "study.toml", 'pain_points = "pain_points.csv"\n', "")
    edit(folder, "fixes.csv", "fleet,slow", "fleet,low_buy")
    edit(folder, "fixes.csv", "spares,broken", "spares,low_use")
    assert codes(folder) == ["P222"]


def test_blank_effectiveness_is_assumed_and_marked(folder: Path) -> None:
    case = load_case(load_study(edit(folder, "fixes.csv", "fleet,slow,0.2,0.4,0.6", "fleet,slow,,,")))
    fix = case.plan.fixes[0]
    assert (fix.low, fix.likely, fix.high, fix.assumed) == (0.1, 0.3, 0.5, True)
    assert [step.code for step in case.steps] == ["P223"]


def test_an_initiative_without_a_target_fixes_the_only_pain_point_there_is(folder: Path) -> None:
    edit(folder, "study.toml", 'fixes = "fixes.csv"\n', "")
    assert codes(folder) == ["P224"]
    edit(folder, "pain_points.csv", "broken,use,Broken part,survey\n", "")
    case = load_case(load_study(folder))
    assert [(fix.initiative, fix.pain_point, fix.assumed) for fix in case.plan.fixes] == [
        ("fleet", "slow", True),
        ("spares", "slow", True),
    ]
    assert [step.code for step in case.steps] == ["P223"]


def test_what_else_is_left_out_is_stepped_down_with_a_remedy(folder: Path) -> None:
    edit(folder, "initiatives.csv", "More vans,500", "More vans,")
    edit(folder, "study.toml", 'personas = "personas.csv"\n', "")
    steps = load_case(load_study(folder)).steps
    assert [step.code for step in steps] == ["P225", "P226"]
    assert all(step.status == "review" and step.remedy for step in steps)


def test_a_study_without_any_plan_has_an_empty_journey(folder: Path) -> None:
    text = (folder / "study.toml").read_text(encoding="utf-8")
    start, end = text.index("[plan]"), text.index("[portfolio]")
    (folder / "study.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    case = load_case(load_study(folder))
    assert (case.journey.stages, case.journey.pain_points, case.plan.initiatives) == ((), (), ())
    assert [step.code for step in case.steps] == ["P221", "P222", "P226", "P228"]


@pytest.mark.parametrize(
    ("file", "line", "code"),
    [
        ("stages.csv", "buy,Buying again,", "P205"),
        ("stages.csv", "overall,Overall,", "P212"),
        ("stages.csv", "two words,Two,", "P212"),
        ("stages.csv", "pay,,", "P204"),
        ("pain_points.csv", "late,pay,Late bill,operations", "P206"),
        ("pain_points.csv", "late,use,Late bill,rumour", "P211"),
        ("initiatives.csv", "kiosk,Kiosk,-1,1,", "P209"),
        ("initiatives.csv", "kiosk,Kiosk,a lot,1,", "P209"),
        ("initiatives.csv", "kiosk,Kiosk,1,0,", "P209"),
        ("initiatives.csv", "kiosk,Kiosk,1,1.5,", "P209"),
        ("fixes.csv", "kiosk,slow,.1,.2,.3", "P206"),
        ("fixes.csv", "fleet,late,.1,.2,.3", "P206"),
        ("fixes.csv", "spares,slow,.1,.2,1.3", "P208"),
        ("fixes.csv", "spares,slow,.3,.2,.4", "P207"),
        ("fixes.csv", "spares,slow,.3,,.4", "P204"),
        ("fixes.csv", "fleet,slow,.1,.2,.3", "P205"),
    ],
)
def test_a_faulty_row_is_one_finding_with_its_row(folder: Path, file: str, line: str, code: str) -> None:
    found = findings(append(folder, file, line))
    assert [finding.code for finding in found] == [code]
    assert found[0].place.startswith(f"{file} row 4")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("[[plan.touchpoints]]\ntouchpoint='app'\nstage='pay'\nname='App'\nchannel='app'", "P206"),
        ("[[plan.benchmarks]]\nstage='use'\ncompetitor='Other'\nscore='high'", "P209"),
        ("[[plan.costs]]\ninitiative='fleet'\nperiod='2026'\ncapex=1", "P210"),
        ("[[plan.scenarios]]\nscenario='low'\nlever='chrun'\nvalue=1", "P211"),
        ("[[plan.scenarios]]\nscenario='low'\nlever='prevalence:late'\nvalue=1", "P206"),
        ("[[plan.events]]\nevent='e'\nfrom='2026Q2'\nto='2026Q1'\nkind='price'\ntreat='control'", "P207"),
        (
            "[[plan.evidence]]\nevidence='e'\nkind='experiment'\ntarget='late'\noutcome='churn'\n"
            "unit='points'\nestimate=0.1\nse=1",
            "P206",
        ),
    ],
)
def test_the_other_tables_are_checked_as_well(folder: Path, rows: str, code: str) -> None:
    assert [finding.code for finding in findings(append(folder, "study.toml", rows))] == [code]


def test_initiatives_must_require_and_exclude_known_ones_and_order_their_costs(folder: Path) -> None:
    (folder / "initiatives.csv").write_text(
        "initiative,name,cost,cost_low,cost_high,requires,excludes\n"
        "fleet,More vans,500,600,700,spares,fleet\n"
        "spares,Spare parts,300,,,fleeet,\n",
        encoding="utf-8",
    )
    found = findings(folder)
    assert sorted(finding.code for finding in found) == ["P206", "P206", "P207"]
    assert any(finding.remedy == "did you mean fleet?" for finding in found)


def test_a_mistyped_and_a_missing_column_name_the_nearest_known_one(folder: Path) -> None:
    found = findings(edit(folder, "fixes.csv", "pain_point,low", "painpoint,low"))
    assert [finding.code for finding in found] == ["P203", "P204"]
    assert found[0].remedy == "did you mean pain_point?"


def test_more_initiatives_than_are_chosen_exactly_is_refused_with_the_limit(folder: Path) -> None:
    for number in range(199):
        append(folder, "initiatives.csv", f"more{number},More,1,1,")
    (found,) = findings(folder)
    assert (found.code, "200" in found.allowed) == ("P213", True)


def test_all_faults_of_all_tables_come_at_once(folder: Path) -> None:
    append(folder, "stages.csv", "buy,Again,")
    append(folder, "fixes.csv", "kiosk,late,.1,.2,3")
    assert [finding.code for finding in findings(folder)] == ["P205", "P208", "P206", "P206"]


def _evidence(folder: Path, **changes: str) -> Path:
    row = {
        **{"evidence": "pilot", "kind": "experiment", "target": "overall", "outcome": "churn"},
        **{"unit": "relative", "estimate": "-0.1", "se": "0.02", "source": "report"},
    } | changes
    numbers = ("estimate", "se", "exposed_share")
    lines = [f"{name} = {value}" if name in numbers else f'{name} = "{value}"' for name, value in row.items()]
    return append(folder, "study.toml", "\n".join(["[[plan.evidence]]", *lines]))


def test_an_experiment_on_overall_stands_beside_the_rate_and_is_said_to_be_used(folder: Path) -> None:
    case = load_case(load_study(_evidence(folder)))
    (found,) = case.plan.evidence
    assert (found.estimate, found.se, found.n, found.period, found.source) == (-0.1, 0.02, None, "", "report")
    assert found.is_rate
    assert case.steps == ()


@pytest.mark.parametrize("changes", [{"kind": "interview"}, {"target": "slow"}, {"target": "fleet"}])
def test_what_becomes_of_a_row_of_evidence_is_said_by_the_run_and_not_by_the_plan(
    folder: Path, changes: dict[str, str]
) -> None:
    _evidence(folder)
    assert load_case(load_study(_evidence(folder, evidence="other", **changes))).steps == ()


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"unit": "score_points"}, "P260", "churn is stated in score_points"),
        ({"outcome": "score"}, "P260", "score is stated in relative"),
        ({"se": "0"}, "P261", "the standard error is 0: that is certainty"),
        ({"se": "-0.1"}, "P209", "se is -0.1"),
        ({"estimate": "-1.2"}, "P262", "a change of -1.2 in relative"),
        ({"unit": "points", "estimate": "-40"}, "P262", "a change of -40 in points"),
        ({"exposed_share": "0"}, "P263", "nobody of those measured met it"),
    ],
)
def test_evidence_that_cannot_be_meant_is_a_fault(folder: Path, changes: dict[str, str], code: str, said: str) -> None:
    (found,) = findings(_evidence(folder, **changes))
    assert (found.code, found.found) == (code, said)


def _fates(folder: Path, row: str) -> None:
    heading = "initiative,name,cost,delivery,delay_low,delay_high,decay"
    rows = (heading, f"fleet,More vans,500,{row}", "spares,Spares,300,,,,", "")
    (folder / "initiatives.csv").write_text("\n".join(rows), encoding="utf-8")


def test_what_an_initiative_may_come_to_is_read_with_its_defaults(folder: Path) -> None:
    _fates(folder, "0.8,0,2,0.1")
    fleet, spares = load_case(load_study(folder)).plan.initiatives
    assert (fleet.delivery, fleet.delay_low, fleet.delay_high, fleet.decay) == (0.8, 0.0, 2.0, 0.1)
    assert (spares.delivery, spares.delay_low, spares.delay_high, spares.decay) == (1.0, None, None, 0.0)


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ("1.2,,,", "P208", "delivery"),
        ("1,1,,", "P204", "delay_low and delay_high are given in part"),
        ("1,3,2,", "P207", "delay_low 3 lies above delay_high 2"),
        ("1,-1,2,", "P209", "delay_low"),
    ],
)
def test_what_cannot_become_of_an_initiative_is_a_fault(folder: Path, row: str, code: str, said: str) -> None:
    _fates(folder, row)
    (found,) = findings(folder)
    assert found.code == code and said in found.found


def _pilot(folder: Path, **changes: str) -> Path:
    values = {"pilot": "'try'", "kind": "'pilot'", "target": "'fleet'", "cost": "10", **changes}
    return append(folder, "study.toml", "\n".join(["[[plan.pilots]]", *(f"{k}={v}" for k, v in values.items())]))


def test_a_pilot_and_a_survey_are_read(folder: Path) -> None:
    _pilot(folder, n="400", duration="2")
    (found,) = load_case(load_study(_pilot(folder, pilot="'ask'", kind="'survey'", target="'buy'"))).plan.pilots[1:]
    assert (found.kind, found.target, found.n, found.duration) == ("survey", "buy", None, 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"target": "'buy'"}, "P206"),
        ({"kind": "'survey'"}, "P206"),
        ({"kind": "'guess'"}, "P211"),
        ({"pilot": "'fleet'"}, "P205"),
        ({"cost": "-1"}, "P209"),
        ({"duration": "0"}, "P209"),
    ],
)
def test_a_pilot_that_cannot_be_meant_is_a_fault(folder: Path, changes: dict[str, str], code: str) -> None:
    (found,) = findings(_pilot(folder, **changes))
    assert found.code == code
