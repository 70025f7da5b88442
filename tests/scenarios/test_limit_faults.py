"""What is wrong with limits beside a plan: a dozen plans made by hand, each with what must be named."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.initiative import CostRow, Initiative, Plan
from impact.settings import (
    DataSection,
    FinanceSection,
    ModelSection,
    PlanSection,
    PortfolioSection,
    StudySection,
    SurveySection,
)
from impact.study import Study
from scenarios.limit_faults import limit_checks, limit_findings

FIRST = 2027 * 4


def _study(*, period: str = "quarter", quarters: int = 6, fiscal: int = 1, **portfolio: object) -> Study:
    as_of = {"quarter": "2026Q4", "month": "2026-12", "year": "2026"}[period]
    asked = {"name": "s", "currency": "EUR", "as_of": as_of, "period": period, "horizon_quarters": quarters}
    return Study(
        study=StudySection.model_validate(asked),
        data=DataSection.model_validate({"ledger": "ledger.csv"}),
        survey=SurveySection.model_validate({}),
        finance=FinanceSection.model_validate({"fiscal_year_start": fiscal}),
        model=ModelSection.model_validate({}),
        plan=PlanSection.model_validate({}),
        portfolio=PortfolioSection.model_validate(portfolio),
        path=Path("study.toml"),
    )


def _plan(*items: dict[str, object], costs: tuple[CostRow, ...] = ()) -> Plan:
    whole = [{"name": str(item["initiative"]).title(), "cost": 100.0, **item} for item in items]
    return Plan(initiatives=tuple(Initiative(**one) for one in whole), fixes=(), costs=costs)  # type: ignore[arg-type]


def _item(name: str, **changes: object) -> dict[str, object]:
    return {"initiative": name, **changes}


def _must(name: str, **changes: object) -> dict[str, object]:
    return _item(name, mandatory=True, **changes)


def _said(study: Study, plan: Plan) -> list[str]:
    found = limit_findings(study, plan)
    assert {finding.code for finding in found} <= {"P215"}
    return [finding.found for finding in found]


ENGINEERS: dict[str, object] = {"capacity": {"engineering": 3.0}}
PLANS: dict[str, tuple[Study, Plan, str]] = {
    "two need a team at once": (
        _study(capacity={"engineering": [4]}),
        _plan(_must("care_team", start=FIRST, **ENGINEERS), _must("app_rebuild", start=FIRST, **ENGINEERS), _item("c")),
        "mandatory care_team and mandatory app_rebuild, both need engineering: 6 in 2027Q1, capacity 4",
    ),
    "one needs more than there is in a later quarter": (
        _study(capacity={"engineering": [4, 4, 2]}),
        _plan(_must("a", start=FIRST, duration=3, **ENGINEERS)),
        "mandatory a, which needs engineering: 3 in 2027Q3, capacity 2",
    ),
    "a horizon too short to do one after the other": (
        _study(quarters=3, capacity={"engineering": [4]}),
        _plan(*(_must(name, duration=2, **ENGINEERS) for name in "ab")),
        "mandatory a and mandatory b, both need engineering: 6 in 2027Q2, capacity 4",
    ),
    "three that could start at any time and find no room": (
        _study(quarters=2, capacity={"engineering": [4]}),
        _plan(*(_must(name, **ENGINEERS) for name in "abc")),
        "mandatory a, mandatory b and mandatory c: no start leaves room under engineering, capacity 4 in "
        "2027Q1 to 2027Q2",
    ),
    "a budget": (
        _study(budget=150),
        _plan(_must("a"), _item("b"), _must("c")),
        "mandatory a and mandatory c cost 200 together, over the budget of 150",
    ),
    "a budget that one alone is over": (
        _study(budget=90),
        _plan(_item("b"), _must("a")),
        "mandatory a costs 100, over the budget of 90",
    ),
    "a budget that what is required is over": (
        _study(budget=250),
        _plan(_must("a", requires=("b",)), _item("b", requires=("c",)), _item("c")),
        "a is mandatory, a requires b and b requires c cost 300 together, over the budget of 250",
    ),
    "a fiscal year": (
        _study(budget={"2027": {"capex": 150}}, quarters=4),
        _plan(_must("a", start=FIRST), _must("b", start=FIRST + 1), _must("c", start=FIRST + 9)),
        "mandatory a and mandatory b cost 200 together, over capex of 150 in 2027",
    ),
    "running costs of a fiscal year that ends in June": (
        _study(budget={"2027": {"opex": 30}}, fiscal=7),
        _plan(_must("a", start=FIRST, run_cost=20.0)),
        "mandatory a costs 40, over opex of 30 in 2027",
    ),
    "an exclusion": (
        _study(),
        _plan(_must("a", excludes=("b",)), _must("b"), _must("c")),
        "a is mandatory, b is mandatory and a excludes b cannot hold together",
    ),
    "a chain of requirements that ends in an exclusion": (
        _study(),
        _plan(_must("a", requires=("b",)), _item("b", requires=("c",)), _item("c", excludes=("a",))),
        "a is mandatory, a requires b, b requires c and c excludes a cannot hold together",
    ),
    "a requirement that is stopped": (
        _study(),
        _plan(_must("a", requires=("b",)), _item("b", status="stopped")),
        "a is mandatory and a requires b, which is stopped cannot hold together",
    ),
    "an exclusion of what is live": (
        _study(),
        _plan(_must("a", excludes=("b",)), _item("b", status="live")),
        "a is mandatory and a excludes b, which is live cannot hold together",
    ),
    "a requirement that may only start later": (
        _study(),
        _plan(_must("a", start=FIRST, requires=("b",)), _item("b", start=FIRST + 2)),
        "a is mandatory and a requires b cannot hold together",
    ),
    "rows of the costs table": (
        _study(budget=150),
        _plan(_must("a", cost=0.0), costs=(CostRow(initiative="a", period=FIRST + 1, capex=160.0, opex=0.0),)),
        "mandatory a costs 160, over the budget of 150",
    ),
    "months": (
        _study(period="month", capacity={"engineering": [4]}),
        _plan(*(_must(name, start=2027 * 12, **ENGINEERS) for name in "ab")),
        "mandatory a and mandatory b, both need engineering: 6 in 2027-01 to 2027-03, capacity 4",
    ),
    "years": (
        _study(period="year", capacity={"engineering": [4]}),
        _plan(*(_must(name, start=2027, **ENGINEERS) for name in "ab")),
        "mandatory a and mandatory b, both need engineering: 6 in 2027Q1, capacity 4",
    ),
}


@pytest.mark.parametrize("name", PLANS)
def test_rules_that_cannot_hold_together_are_said_by_name(name: str) -> None:
    study, plan, sentence = PLANS[name]
    assert _said(study, plan) == [sentence]


def test_rules_that_cannot_hold_together_are_all_said_at_once() -> None:
    study = _study(budget=150, capacity={"engineering": [4]})
    plan = _plan(*(_must(name, start=FIRST, **ENGINEERS) for name in "ab"))
    said = _said(study, plan)
    assert len(said) == 2
    assert any("engineering" in one for one in said) and any("budget" in one for one in said)


def test_a_plan_that_can_be_kept_has_no_fault() -> None:
    study = _study(budget=200, capacity={"engineering": [3]})
    assert limit_findings(study, _plan(_must("a", **ENGINEERS), _must("b", **ENGINEERS))) == ()
    assert limit_findings(_study(), _plan()) == ()


def test_the_remedy_names_what_could_give_way() -> None:
    found = limit_findings(_study(budget=50), _plan(_must("a")))[0]
    assert found.remedy == "raise [portfolio].budget or make fewer initiatives mandatory"


def test_a_list_of_capacities_without_a_value_is_a_fault() -> None:
    found = limit_findings(_study(capacity={"engineering": []}), _plan(_item("a")))
    assert [(finding.code, finding.place) for finding in found] == [
        ("S106", "study.toml: [portfolio].capacity.engineering")
    ]


def _reviews(study: Study, plan: Plan) -> dict[str, str]:
    checks = limit_checks(study, plan)
    assert {check.status for check in checks} <= {"review"}
    return {check.code: check.found for check in checks}


def test_a_team_that_is_needed_and_not_limited_is_a_review_that_names_the_nearest() -> None:
    plan = _plan(_item("a", **ENGINEERS), _item("b", capacity={"legal": 1.0}))
    found = _reviews(_study(capacity={"enginering": [4] * 6}), plan)
    assert found["P241"] == "engineering (did you mean enginering?), needed by a; legal, needed by b"
    assert found["P242"] == "enginering"


def test_teams_needed_by_what_is_done_ask_for_no_capacity() -> None:
    assert _reviews(_study(), _plan(_item("a", status="done", **ENGINEERS))) == {}


def test_fiscal_years_without_a_row_and_rows_outside_the_horizon_are_a_review() -> None:
    found = _reviews(_study(budget={"2027": {"capex": 150}, "2031": {"capex": 1}}), _plan())
    assert found == {"P243": "2028 has no row; 2031 is not in the horizon"}


def test_a_list_of_capacities_that_ends_before_the_horizon_says_what_goes_on() -> None:
    found = _reviews(_study(capacity={"engineering": [4, 2]}), _plan(_item("a", **ENGINEERS, duration=1, cost=1.0)))
    assert found["P244"] == "engineering has 2 of 6, the last value 2 goes on"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"requires": ("z",)}, "a, as a requires z, which is stopped"),
        ({"excludes": ("y",)}, "a, as a excludes y, which is live"),
        ({"excludes": ("b",)}, "a, as b is mandatory and a excludes b"),
    ],
)
def test_an_initiative_that_no_choice_can_hold_is_a_review(changes: dict[str, object], said: str) -> None:
    plan = _plan(_item("a", **changes), _must("b"), _item("y", status="live"), _item("z", status="stopped"))
    assert _reviews(_study(), plan)["P245"] == said


def test_an_initiative_that_its_team_never_has_room_for_is_a_review() -> None:
    plan = _plan(_item("a", start=FIRST, **ENGINEERS))
    assert _reviews(_study(capacity={"engineering": [2] * 6}), plan)["P245"] == (
        "a, which needs engineering: 3 in 2027Q1, capacity 2"
    )
