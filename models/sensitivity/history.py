"""Whether the score comes first, whether each unit is compared with itself, and whether a placebo is clean."""

from __future__ import annotations

import numpy as np

from impact.cells import SitePanel
from models.calibration.slopes import Z90, Slope
from models.sensitivity.answers import Answer, Test
from models.sensitivity.rate import CALLED, Rate, answer, test

# A gap of 1.5 is asked about, so that a true factor of two is seen in far more than half of the cases.
APART_TIMES = 1.5
FACTOR = 2.0


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
    change agrees. No where units are compared with one another and nothing stands beside it, or what does disagrees:
    clearly (90%) and by a factor of 1.5 or more. Cannot tell where what stands beside is too uncertain to see a factor
    of two.
    """
    headline = rate.headline
    naive = _naive(rate)
    if headline.method in ("within", "experiment"):
        how = "compared with itself over time" if headline.method == "within" else "assigned by chance"
        return answer("own history", "yes", f"Each unit is {how}: what always differs between units is out.", naive)
    beside = _beside(rate)
    compared = [test for test, told in beside if told]
    tests = [*(one for one, _ in beside), *naive]
    if any(one.status == "review" for one in compared):
        text = "Units are compared with one another, and another way to the same slope finds something else."
        return answer("own history", "no", text, tests)
    if any(one.name.startswith("Own change") and one.status == "pass" for one in compared):
        return answer("own history", "yes", "Units are compared with one another; their own changes agree.", tests)
    if any(one.status == "unknown" for one in compared):
        text = (
            "Units are compared with one another; the other way to the slope is too uncertain to speak for or against."
        )
        return answer("own history", "cannot tell", text, tests)
    if compared:
        text = (
            "Units are compared with one another; the slope across pain points agrees, their own changes are not told."
        )
        return answer("own history", "cannot tell", text, tests)
    text = "Units are compared with one another: whatever else differs between them is in the rate."
    return answer("own history", "no", text, tests)


def _beside(rate: Rate) -> list[tuple[Test, bool]]:
    """Other ways to the slope of a rate that compares units, each with whether it was there to compare."""
    headline = rate.headline
    within = rate.calibration.find(headline.outcome, headline.term, "within")
    found = [("Own change beside the rate", None if within is None else (within.estimate, within.se))]
    if headline.outcome == "retention":
        found.append(("Slope across pain points beside the rate", rate.across))
    return [(_compared(name, headline, other), other is not None) for name, other in found]


def _compared(name: str, headline: Slope, other: tuple[float, float] | None) -> Test:
    limit = f"within {APART_TIMES:g} times of the rate, or not clear of it at 90%"
    if other is None:
        text = "It would take answers of the same customers in more periods."
        return test(name, passes=None, found="none", limit=limit, text=text)
    times = other[0] / headline.estimate if headline.estimate else np.inf
    gap = abs(other[0] - headline.estimate)
    clear = gap > Z90 * np.hypot(other[1], headline.se)
    shown = f"{times:.2f} times the rate ({other[0]:+.5f}, se {other[1]:.5f})"
    if clear and not 1 / APART_TIMES < times < APART_TIMES:
        text = "They disagree: something besides satisfaction moves both score and outcome, or noise bends one of them."
        return test(name, passes=False, found=shown, limit=limit, text=text)
    if Z90 * other[1] > abs(headline.estimate) / FACTOR:
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
