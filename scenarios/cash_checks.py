"""What is said of the cash behind a decision: what counts, from when on, and on which basis."""

from __future__ import annotations

from impact.checks import Check, make_check
from impact.initiative import Plan
from impact.study import Study
from scenarios.booked import row_checks
from scenarios.limits import limits_of
from scenarios.ongoing import ongoing_checks
from scenarios.worth import Case


def cash_checks(study: Study, plan: Plan, case: Case) -> tuple[Check, ...]:
    """Service savings, rows of the costs table, what is ongoing, and the basis of the discount rate."""
    return (
        *case.service.checks,
        *row_checks(plan, study.as_of, study.period_kind),
        *ongoing_checks(plan, case, limits_of(study, plan, case.clock), study.study.currency),
        _basis(study),
    )


def _basis(study: Study) -> Check:
    real = study.finance.basis == "real"
    return make_check(
        "C643",
        "Discount rate and prices on one basis",
        "pass",
        found=f"{study.finance.basis}, {study.study.discount_rate:.1%} a year",
        limit="the rate as stated, on prices as of the last period with data",
        text="Money is at today's prices and the rate is real: both leave inflation out."
        if real
        else "Money is at today's prices and the rate is nominal, so that later periods count a little too little.",
    )
