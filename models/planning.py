"""The planning rate: what was signed, beside what the data say now, and the money between the two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from impact.approval import Approval
from impact.checks import Check, make_check
from impact.standing import Offered, Standing, standing_of
from impact.study import Study
from models.calibration.slopes import Z90, Calibration, Slope
from models.certificate import NAMES, Certificate, Certified


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePlan:
    """Where one certificate stands, and what planning by the approved rate changes.

    `money_between` is the value of a point for base and horizon at the planning rate less that at the current
    one, at face value; nan where there is no planning rate or no base to value it on.
    """

    certificate: Certificate
    standing: Standing
    money_between: float


def stand(certified: Certified, approvals: Sequence[Approval], study: Study) -> tuple[RatePlan, ...]:
    """Where every certificate stands, no money set between the rates yet."""
    return tuple(
        RatePlan(
            certificate=one,
            standing=standing_of(approvals, _offered(one), study.as_of, study.period_kind),
            money_between=float("nan"),
        )
        for one in certified.certificates
    )


def _offered(one: Certificate) -> Offered:
    return Offered(outcome=one.outcome, term=one.term, rate=one.rate, point=one.point, data_hash=one.data_hash)


def planned(calibration: Calibration, plans: Iterable[RatePlan]) -> Calibration:
    """The calibration with every headline that differs from its planning rate at that rate, its range as signed."""
    differing = (plan.standing for plan in plans if plan.standing.state != "approved")
    signed = {(standing.outcome, standing.term): standing.planning for standing in differing}

    def at_plan(slope: Slope) -> Slope:
        rate = signed.get((slope.outcome, slope.term)) if slope.headline else None
        if rate is None:
            return slope
        return replace(slope, estimate=rate.rate, se=(rate.high - rate.low) / (2 * Z90), df=float("inf"))

    return replace(calibration, slopes=tuple(at_plan(slope) for slope in calibration.slopes))


def price(
    plans: Sequence[RatePlan], calibration: Calibration, worth: Callable[[Calibration], float]
) -> tuple[RatePlan, ...]:
    """The plans with the money between each planning rate and the current one, `worth` valuing a point."""
    if all(plan.standing.planning is None for plan in plans):
        return tuple(plans)
    now = worth(calibration)
    return tuple(
        plan
        if plan.standing.planning is None
        else replace(plan, money_between=worth(planned(calibration, (plan,))) - now)
        for plan in plans
    )


def planning_checks(plans: Sequence[RatePlan]) -> tuple[Check, ...]:
    """Whether an approval has expired, and whether a planning rate still lies in the current range."""
    out = []
    for plan in plans:
        name, signed = NAMES[plan.certificate.outcome], plan.standing.signed
        if plan.standing.state == "expired" and signed is not None:
            out.append(
                make_check(
                    "C492",
                    f"The approved rate of {name} is still valid",
                    "review",
                    found=f"valid until {signed.valid_until}",
                    limit="the last period with data, or later",
                    text=f"The rate of {name} that {signed.by} approved has expired: there is no planning rate.",
                    remedy="Read the current certificate and sign it anew.",
                )
            )
        out += _beside(plan, name)
    return tuple(out)


def _beside(plan: RatePlan, name: str) -> list[Check]:
    rate, current = plan.standing.planning, plan.certificate
    if rate is None or plan.standing.state == "approved":
        return []
    inside = current.low <= rate.rate <= current.high
    found = f"planning {rate.rate:+.4g}, current {current.rate:+.4g}"
    limit = f"planning rate within {current.low:+.4g} to {current.high:+.4g}"
    check = f"Planning rate of {name} beside the current rate"
    if not inside:
        text = "The approved rate lies outside what the data say now."
        remedy = "Sign anew, or say why it stands."
        return [make_check("C493", check, "review", found=found, limit=limit, text=text, remedy=remedy)]
    text = "The approved rate lies within what the data say now."
    return [make_check("C493", check, "pass", found=found, limit=limit, text=text)]
