"""Where a portfolio stands: approved while nothing has changed, and else it says what did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from impact.approval import Approval
from impact.periods import parse_period
from impact.record import About, Record
from impact.record_checks import record_checks
from impact.standing import OfferedPortfolio, PortfolioStanding, portfolio_standing

INPUTS = {"study.toml": "a", "plan.xlsx": "b", "data/ledger.csv": "c", "data/responses.csv": "d", "data/more.csv": "e"}
APPROVAL = Approval(
    what="portfolio",
    by="Ann Lee",
    at="2026-10-02T09:30:00+00:00",
    valid_until="2027Q3",
    note="",
    run_id="3f9a1c07",
    as_of="2026Q3",
    files={"record/2026Q3-3f9a1c07.json": "ab"},
    inputs=INPUTS,
    rates=(),
)
RECORD = Record(
    run_id="3f9a1c07",
    as_of="2026Q3",
    version="0.1",
    approved_by="Ann Lee",
    approved_at="2026-10-02T09:30:00+00:00",
    chosen=("fleet", "spares"),
    worth=130.0,
    claims=(),
    initiatives=(),
    plan={},
    about=About(
        study="Tiny",
        currency="EUR",
        period="quarter",
        horizon=(),
        discount=np.zeros(0),
        customers=20.0,
        joiners=False,
        money="margin",
        seed=7,
        inputs=INPUTS,
    ),
    path=Path("out/record/2026Q3-3f9a1c07.json"),
)
OFFERED = OfferedPortfolio(run_id="3f9a1c07", inputs=INPUTS, chosen=("spares", "fleet"), worth=130.0)
SINCE = "changed since Ann Lee approved run 3f9a1c07 on 2026-10-02"


def stands(
    *approvals: Approval,
    offered: OfferedPortfolio = OFFERED,
    records: tuple[Record, ...] = (RECORD,),
    as_of: str = "2026Q3",
) -> PortfolioStanding:
    return portfolio_standing(approvals, records, offered, parse_period(as_of, "quarter"), "quarter")


def test_the_very_run_that_was_signed_is_approved_by_name_date_and_period() -> None:
    found = stands(APPROVAL)
    assert (found.state, found.words) == ("approved", "approved by Ann Lee on 2026-10-02 until 2027Q3")


def test_a_signed_rate_approves_no_portfolio() -> None:
    found = stands(replace(APPROVAL, what="rate"))
    assert (found.state, found.words, found.signed) == ("none", "not approved: nobody has signed it", None)


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        (INPUTS | {"study.toml": "x"}, "study.toml"),
        ({name: one for name, one in INPUTS.items() if name != "plan.xlsx"}, "plan.xlsx"),
        (INPUTS | {"fx.csv": "x"}, "fx.csv"),
        (dict.fromkeys(INPUTS, "x"), "data/ledger.csv, data/more.csv, data/responses.csv and 2 more"),
    ],
    ids=["changed", "taken away", "added", "many"],
)
def test_changed_inputs_are_named_with_who_signed_which_run_and_when(inputs: dict[str, str], named: str) -> None:
    found = stands(APPROVAL, offered=replace(OFFERED, inputs=inputs, run_id="other"))
    assert (found.state, found.words) == ("inputs changed", f"not approved: {named} {SINCE}")


def test_another_seed_or_setting_on_the_same_files_is_a_change() -> None:
    found = stands(APPROVAL, offered=replace(OFFERED, run_id="other"))
    assert found.words == f"not approved: the seed or a setting {SINCE}"


@pytest.mark.parametrize("change", [{"chosen": ("fleet",)}, {"worth": 131.0}, {"worth": float("nan")}])
def test_another_forecast_of_the_same_run_is_a_change(change: dict[str, object]) -> None:
    found = stands(APPROVAL, offered=replace(OFFERED, **change))  # type: ignore[arg-type]
    assert found.words == f"not approved: the forecast {SINCE}"


def test_what_was_signed_without_a_forecast_on_record_is_not_approved() -> None:
    assert stands(APPROVAL, records=()).words == f"not approved: the forecast {SINCE}"


def test_an_approval_expires_once_the_data_go_further() -> None:
    assert stands(APPROVAL, as_of="2027Q3").state == "approved"
    found = stands(APPROVAL, as_of="2027Q4")
    assert (found.state, found.words) == (
        "expired",
        "not approved: the approval by Ann Lee on 2026-10-02 expired with 2027Q3",
    )


def test_the_latest_approval_counts() -> None:
    later = replace(APPROVAL, by="Bo Ek", run_id="another", inputs=INPUTS | {"study.toml": "x"})
    assert "since Bo Ek approved run another" in stands(APPROVAL, later).words


def test_a_check_says_whether_what_is_chosen_is_approved_and_nothing_where_nobody_signed() -> None:
    assert record_checks(stands(), ()) == ()
    assert record_checks(None, ()) == ()
    (check,) = record_checks(stands(APPROVAL), (RECORD,))
    assert (check.code, check.status) == ("C685", "pass")
    (check,) = record_checks(stands(APPROVAL, offered=replace(OFFERED, run_id="x")), (RECORD,))
    assert (check.code, check.status, check.found) == ("C685", "review", f"not approved: the seed or a setting {SINCE}")


def test_two_records_of_the_last_approved_period_are_a_review_that_names_the_one_that_counts() -> None:
    later = replace(RECORD, run_id="later", approved_by="Bo Ek")
    (check,) = record_checks(None, (RECORD, later))
    assert (check.code, check.status) == ("C686", "review")
    assert check.text.endswith("the later approved counts: run later.")
    assert record_checks(None, (RECORD, later, replace(RECORD, as_of="2026Q4"))) == ()
