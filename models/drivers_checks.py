"""The checks of importance: on which answers it rests, and what was done to them."""

from __future__ import annotations

from impact.checks import Check
from impact.journey import OVERALL
from models.calibration.slopes import Calibration, Slope
from models.drivers import LEAST_PAIRS, Drivers
from models.drivers_importance import EXACT_LIMIT

# A correlation moved by less than this moves no reader.
NOTABLE_LIFT = 0.01


def driver_checks(drivers: tuple[Drivers, ...]) -> tuple[Check, ...]:
    """What a reader must know of the importance of each outcome; what does not apply is not said."""
    makers = (_pairs, _left_out, _lift, _copies, _method)
    found = [make(one) for one in drivers for make in makers]
    return tuple(check for check in (*found, _two_outcomes(drivers)) if check is not None)


def rise_checks(calibration: Calibration) -> tuple[Check, ...]:
    """A review for each money outcome that does not rise with overall satisfaction: its 90% range is not above nil."""
    headlines = [slope for slope in calibration.slopes if slope.headline and slope.term == OVERALL]
    return tuple(_no_rise(slope) for slope in headlines if slope.outcome != "retention" and slope.range90()[0] <= 0)


def _no_rise(slope: Slope) -> Check:
    low, high = slope.range90()
    found = f"{slope.estimate:+.1%} a point of overall (range {low:+.1%} to {high:+.1%})"
    return Check(
        code="C456",
        check="What is booked rises with overall satisfaction",
        status="review",
        found=found if slope.outcome.startswith("log") else f"{slope.estimate:+.3g} a point of overall",
        limit="a range above nil",
        text="What the ledger books is not moved upwards by satisfaction in these data: those more satisfied did not "
        "bring more. No case for raising the score can rest on it.",
        remedy="look for another outcome that satisfaction may move, such as coming back or recommending",
    )


def _pairs(drivers: Drivers) -> Check:
    weighted = "weighted as the answers are" if drivers.weighted else "each with the same weight"
    return Check(
        code="C450",
        check=f"Answers behind importance for {drivers.outcome}",
        status="pass",
        found=f"{drivers.n:,.0f} to {drivers.most:,.0f} pairs of scores",
        limit=f"{LEAST_PAIRS} a pair",
        text=f"Each pair of scores counts where a customer gave both in one period, {weighted}; a stage not visited "
        "or not answered is never filled in.",
        remedy="",
    )


def _left_out(drivers: Drivers) -> Check | None:
    if not drivers.left_out:
        return None
    return Check(
        code="C451",
        check=f"Stages left out of importance for {drivers.outcome}",
        status="review",
        found=", ".join(drivers.left_out),
        limit=f"{LEAST_PAIRS} customers who scored both, for every pair of stages; scores that differ",
        text=f"Too few scored {', '.join(drivers.left_out)} together with the others, or all gave the same score.",
        remedy="ask these stages of more customers in the same form as the others",
    )


def _lift(drivers: Drivers) -> Check | None:
    if drivers.lift < 1e-9:
        return None
    return Check(
        code="C452",
        check=f"Correlations for {drivers.outcome} that can all hold at once",
        status="review" if drivers.lift > NOTABLE_LIFT else "pass",
        found=f"changed by up to {drivers.lift:.4f}",
        limit=f"{NOTABLE_LIFT}",
        text="Different customers scored different pairs of stages and their correlations contradict each other; "
        "they were moved to the nearest that can all hold.",
        remedy="ask all stages a customer visited in one form",
    )


def _copies(drivers: Drivers) -> Check | None:
    if not drivers.copies:
        return None
    said = "; ".join(f"{a} and {b}" for a, b in drivers.copies)
    return Check(
        code="C453",
        check=f"Stages told apart in importance for {drivers.outcome}",
        status="review",
        found=said,
        limit="scores that are not copies of each other",
        text=f"The scores of {said} move as one: they share their importance equally. Treat them as one.",
        remedy="take one of them out of the plan, or ask them apart",
    )


def _method(drivers: Drivers) -> Check | None:
    if drivers.method == "lmg":
        return None
    return Check(
        code="C454",
        check=f"Method of importance for {drivers.outcome}",
        status="pass",
        found=f"Johnson's relative weights, {len(drivers.stages)} stages",
        limit=f"exact to {EXACT_LIMIT} stages",
        text="With so many stages the orders they can enter in are too many to try; relative weights come close.",
        remedy="",
    )


def _two_outcomes(drivers: tuple[Drivers, ...]) -> Check | None:
    if "nps" not in {one.outcome for one in drivers}:
        return None
    return Check(
        code="C455",
        check="Two questions about the whole",
        status="pass",
        found="overall holds NPS beside another metric",
        limit="one question a score",
        text="The recommendation score is kept apart from overall, as an outcome of importance only: its mean from "
        "0 to 10, not the share of promoters less detractors.",
        remedy="",
    )
