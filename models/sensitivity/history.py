"""Whether the score comes first, whether each unit is compared with itself, and whether a placebo is clean."""

from __future__ import annotations

import numpy as np

from impact.cells import SitePanel
from models.calibration.slopes import Z90
from models.sensitivity.answers import Answer, Test
from models.sensitivity.attenuation import SINGLE_ITEM
from models.sensitivity.rate import CALLED, Rate, answer, test, true_point

FACTOR = 2.0
# A rate that is off by a factor of two should be seen in far more than half of the cases, so that less is asked about.
# Noise in answers bends a change about twice as far as a level, and does not bend the slope across pain points.
LIMITS_OF_CHANGE = (0.5, 1.5)
LIMITS_ACROSS = (0.75, 1.5)
OWN_CHANGE, ACROSS, NONE = "Own change beside the rate", "Slope across pain points beside the rate", "none"


def time_order(rate: Rate) -> Answer:
    """Does the score come before the money? No where both are of one period."""
    same = rate.headline.method == "cross_section" and isinstance(rate.cells, SitePanel)
    lag = 0 if same else rate.lag
    rows = [
        test(
            "Periods between score and outcome",
            passes=lag >= 1,
            found=f"{lag} period{'' if lag == 1 else 's'}",
            limit="at least 1",
            text="What comes later cannot have caused what came before."
            if lag >= 1
            else "Good times raise both: which came first is not known.",
        )
    ]
    if rate.headline.outcome == "retention":
        rows.append(
            test(
                "Scores after a request to leave",
                passes=None,
                found="not told by the summary",
                limit="set aside",
                text="They are set aside where the ledger has cancel_requested_at; elsewhere such a score may follow "
                "from the decision to leave.",
            )
        )
    said = (
        f"The score is of {_periods(lag)} before {CALLED[rate.headline.outcome]}."
        if lag >= 1
        else f"Score and {CALLED[rate.headline.outcome]} are of the same period, so either may have moved the other."
    )
    return answer("time order", "yes" if lag >= 1 else "no", said, rows)


def _periods(lag: int) -> str:
    return "the period" if lag == 1 else f"{lag} periods"


def own_history(rate: Rate) -> Answer:
    """Is each unit compared with itself?

    Yes where the rate is within units or from an experiment, or where it is not, but the slope of each unit's own
    change agrees. No where units are compared with one another and nothing stands beside it, and, however the rate was
    made, where another way to the same slope clearly (90%) finds another one: each unit's own change under half of
    the rate or over 1.5 times, the slope across pain points under three quarters of it or more over it than noise in
    answers explains. Cannot tell where what stands beside is too uncertain to see a factor of two.
    """
    beside, naive = _beside(rate), _naive(rate)
    tests = [*beside, *naive]
    if any(one.status == "review" for one in beside):
        text = "Another way to the same slope finds something else: more than satisfaction is in the rate."
        return answer("own history", "no", text, tests)
    if rate.headline.method in ("within", "experiment"):
        how = "compared with itself over time" if rate.headline.method == "within" else "assigned by chance"
        text = f"Each unit is {how}: what always differs between units is out."
        return answer("own history", "yes", text, tests)
    if any(one.name == OWN_CHANGE and one.status == "pass" for one in beside):
        text = "Units are compared with one another, and their own changes agree."
        return answer("own history", "yes", text, tests)
    if any(one.found != NONE for one in beside):
        text = "Units are compared with one another, and what stands beside that does not settle it."
        return answer("own history", "cannot tell", text, tests)
    text = "Units are compared with one another: whatever else differs between them is in the rate."
    return answer("own history", "no", text, tests)


def _beside(rate: Rate) -> list[Test]:
    """Other ways to the slope: each unit's own change, where units are compared, and the slope across pain points."""
    headline = rate.headline
    tests = []
    if headline.method not in ("within", "experiment"):
        within = rate.calibration.find(headline.outcome, headline.term, "within")
        found = None if within is None else (within.estimate, within.se)
        tests.append(_compared(OWN_CHANGE, (headline.estimate, headline.se), found, LIMITS_OF_CHANGE))
    if rate.across is not None:
        factor = true_point(rate)
        low, high = LIMITS_ACROSS
        limits = (low, high / SINGLE_ITEM) if factor is None else (low, high)
        by = factor or 1.0
        tests.append(_compared(ACROSS, (by * headline.estimate, by * headline.se), rate.across, limits))
    return tests


def _compared(
    name: str, rate: tuple[float, float], other: tuple[float, float] | None, limits: tuple[float, float]
) -> Test:
    limit = f"{limits[0]:.2f} to {limits[1]:.2f} times the rate, or not clear of it at 90%"
    if other is None:
        text = "It would take answers of the same customers in more periods."
        return test(name, passes=None, found=NONE, limit=limit, text=text)
    times = other[0] / rate[0] if rate[0] else np.inf
    clear = abs(other[0] - rate[0]) > Z90 * np.hypot(other[1], rate[1])
    shown = f"{times:.2f} times the rate ({other[0]:+.5f} (se {other[1]:.5f}) beside {rate[0]:+.5f})"
    if clear and not limits[0] <= times <= limits[1]:
        text = "They disagree: something besides satisfaction moves score and outcome, or noise bends one of them."
        return test(name, passes=False, found=shown, limit=limit, text=text)
    if Z90 * other[1] > abs(rate[0]) / FACTOR:
        text = "Too uncertain to see the rate being off by a factor of two."
        return test(name, passes=None, found=shown, limit=limit, text=text)
    return test(name, passes=True, found=shown, limit=limit, text="They agree.")


def _naive(rate: Rate) -> list[Test]:
    """The naive cross-section beside the rate: what controls, or own history, take away."""
    naive = rate.calibration.find(rate.headline.outcome, rate.headline.term, "cross_section")
    if naive is None or naive is rate.headline or not rate.headline.estimate:
        return []
    times = naive.estimate / rate.headline.estimate
    near = 0 < times <= FACTOR
    return [
        test(
            "Naive comparison beside the rate",
            passes=near,
            found=f"{times:.1f} times the rate",
            limit="0 to 2 times",
            text="Comparing units without more says about the same."
            if near
            else "Comparing units without more would claim this many times the rate: units differ in much else.",
        )
    ]


def placebo(rate: Rate) -> Answer:
    """Is a placebo clean? A later score cannot have caused earlier money.

    No where it finds at least half of the rate, with its sign: clear at 90% by itself without the rate standing clear
    of it, or clear among the placebos of all scores together (false discoveries 10%). Cannot tell where there is no
    placebo, or one too uncertain to find as much as the rate.
    """
    reading = rate.placebo
    if reading is None:
        why = (
            "Who left has no later score, so that leaving has no placebo."
            if rate.headline.outcome == "retention"
            else "No later score of the same units is at hand."
        )
        return answer("placebo", "cannot tell", why, [])
    one = reading.placebo
    rows = [
        test(
            "Later score on earlier money",
            passes=None if reading.apart and not reading.tells else reading.apart,
            found=f"{one.estimate:+.5f} (se {one.se:.5f}) beside {rate.headline.estimate:+.5f}",
            limit="under half of the rate, or the rate clear of it at 90%",
            text="It finds less than the rate." if reading.apart else "It finds as much as the rate claims.",
        ),
        test(
            "Placebos of all scores together",
            passes=not (reading.found and reading.alike),
            found=f"p {one.p():.3f}",
            limit="not clear of nothing at a false discovery rate of 10%, or under half of the rate",
            text="Judged with those of the other scores, so that many tests raise no false alarm.",
        ),
    ]
    if reading.fails:
        said = "A later score, which cannot have caused earlier money, goes with it as much: something else moves both."
        return answer("placebo", "no", said, rows)
    if not reading.tells:
        return answer("placebo", "cannot tell", "The placebo is too uncertain to find as much as the rate.", rows)
    return answer("placebo", "yes", "A later score, which cannot have caused earlier money, finds less.", rows)
