"""A certificate in sentences: the rate, what is kept of it, where it stands, and when it is not to be trusted."""

from __future__ import annotations

import math
from dataclasses import replace

from impact.journey import OVERALL
from impact.standing import Standing
from models.calibration.slopes import Outcome
from models.certificate import NAMES, Certificate
from models.planning import RatePlan
from reports import point_value
from reports.figures import money, percent, significant
from reports.records import printable

MONEY_RATES = ("margin", "cost_to_serve")
PLANNING_NOTE = (
    "The planning rate is what is quoted, in break-even figures and in the walk from the rate to a net value. "
    "Initiatives are valued by what each pain point moves, so their net values do not change with it."
)
_EVERY = (
    "From the worst score to the best: it is a slope near today's scores, good within their spread.",
    "For those who do not answer: it is what goes with one observed point more of those who do.",
)
_OF_OUTCOME: dict[Outcome, tuple[str, ...]] = {
    "retention": (
        "After a change of contract terms, prices or competitors that the ledger has not seen yet.",
        "Where those who answer and those who do not leave at different rates.",
    ),
    "log_revenue": (
        "Where price changes, not customers, moved the revenue: list them as events or as controls.",
        "For those who are new: each is compared with its own past, and they have none.",
    ),
    "log_margin": ("Where costs were moved between periods: margin then moves with no customer doing anything.",),
    "margin": ("Where a few accounts carry most of the money: look at the answer on stability.",),
    "cost_to_serve": (
        "Where a cheaper channel was opened at the same time: contacts then cost less whatever the score.",
    ),
    "referral": ("Where who referred whom is told by the customer: it is then an opinion, not a booking.",),
}


def rate_in_words(certificate: Certificate, currency: str, period: str) -> str:
    """The rate and its 90% range in a sentence that can be repeated."""
    lead = f"{printable(certificate.point)} more of overall satisfaction goes with"
    return f"{lead} {effect_in_words(certificate, currency, period)}."


def effect_in_words(certificate: Certificate, currency: str, period: str) -> str:
    """What a point goes with, and its range, without its beginning."""
    values = (certificate.rate, certificate.low, certificate.high)
    if certificate.outcome in MONEY_RATES:
        middle, low, high = (money(value, currency) for value in values)
        return f"{middle} of {NAMES[certificate.outcome]} a customer and {period} (range {low} to {high})"
    if certificate.outcome == "referral":
        middle, low, high = (significant(value, 2) for value in values)
        return f"a change in referral of {middle} (range {low} to {high})"
    row = dict(zip(("estimate", "low", "high"), values, strict=True))
    return point_value.effect({"outcome": certificate.outcome, "term": OVERALL, **row})


def grade_in_words(certificate: Certificate) -> str:
    """The grade with what it means, or why none is given."""
    if certificate.blocked:
        return f"No grade is given. {certificate.blocked}"
    return point_value.grade_in_words(certificate.grade).capitalize() + "."


def kept_in_words(certificate: Certificate) -> str:
    """What is kept of an effect of this grade."""
    if certificate.kept >= 1:
        return "Effects of this grade are counted at face value: no haircut."
    kept = percent(certificate.kept)
    return f"Of an effect of this grade {kept} is counted on average; the rest is the haircut, because it was observed."


def plan_notices(plan: RatePlan) -> tuple[str, ...]:
    """What every page must say of a rate: that it carries no grade, or that its approval has expired."""
    name, signed = NAMES[plan.certificate.outcome], plan.standing.signed
    blocked = f"No grade is given to the rate of {name}: own methods disagree by more than a factor of two."
    expired = f"The approved rate of {name} expired with {signed.valid_until}: none is valid." if signed else ""
    return (
        *((blocked,) if plan.certificate.blocked else ()),
        *((expired,) if plan.standing.state == "expired" else ()),
    )


def standing_in_words(standing: Standing) -> str:
    """Where the current rate stands, as a sentence."""
    return f"{standing.words[0].upper()}{standing.words[1:]}."


def planning_in_words(plan: RatePlan, currency: str, period: str) -> tuple[str, ...]:
    """The planning rate beside the current one and the money between; empty where no rate is valid."""
    rate, signed = plan.standing.planning, plan.standing.signed
    if rate is None or signed is None:
        return ()
    beside = effect_in_words(_at(plan.certificate, (rate.rate, rate.low, rate.high)), currency, period)
    said = [f"Planning rate until {signed.valid_until}: {beside}, signed by {printable(signed.by)}."]
    if plan.standing.state == "approved":
        said.append("It is the current rate, so no money lies between the two.")
    elif math.isfinite(plan.money_between):
        more = "more" if plan.money_between > 0 else "less"
        amount = money(abs(plan.money_between), currency)
        said.append(
            f"At the planning rate a point is worth {amount} {more} than at the current rate, base and horizon."
        )
    return (*said, PLANNING_NOTE)


def _at(certificate: Certificate, values: tuple[float, float, float]) -> Certificate:
    return replace(certificate, rate=values[0], low=values[1], high=values[2])


def not_to_be_trusted(certificate: Certificate) -> tuple[str, ...]:
    """When the rate is not to be trusted: what this run found first, then what holds for every such rate."""
    found = [certificate.blocked] if certificate.blocked else []
    told = any(answer.question == "placebo" and answer.verdict == "no" for answer in certificate.answers)
    if certificate.grade == point_value.PLACEBO_GRADE and not told:
        found.append("Now: a later score, which cannot have caused the money, goes with it as much.")
    if certificate.grade == "cross-section" and not certificate.blocked:
        found.append("As a cause: different customers are compared, and they differ in more than their score.")
    found += [answer.text for answer in certificate.answers if answer.verdict == "no"]
    return tuple(dict.fromkeys((*found, *_OF_OUTCOME[certificate.outcome], *_EVERY)))
