"""Whether there are enough data behind a rate."""

from __future__ import annotations

import numpy as np

from impact.cells import CustomerCells
from models.calibration.slopes import Regression, Slope
from models.sensitivity.answers import Answer, Test
from models.sensitivity.attenuation import SINGLE_ITEM, score_explained, shrinkage
from models.sensitivity.collinearity import MOST_VIF, told_in_words
from models.sensitivity.hidden_cause import bounds, e_value, oster_of, risk_ratio, robustness_of, strongest
from models.sensitivity.hidden_cause import in_words as hidden_in_words
from models.sensitivity.least_squares import probability_of
from models.sensitivity.rate import Rate, answer, control_groups, decided, test
from models.sensitivity.silence import in_words as silence_in_words

LEAST_PER_COEFFICIENT = 10.0
LEAST_UNITS = 20
MOST_CONTROLS = 3  # that a hidden cause is measured by
SIGN, LEAVERS, UNITS = "The range leaves out zero", "Leavers a coefficient", "Units behind the range"
ALONE, STAGES = "Told apart from the other columns", "Told apart from the other stages"
DECISIVE = (SIGN, LEAVERS, UNITS, ALONE, STAGES)


def enough_data(rate: Rate) -> Answer:
    """Are there enough data?

    No where the 90% range holds zero, where fewer than ten customers left for each coefficient (leaving), where
    fewer than twenty units stand behind the range, or where the score cannot be told apart from other columns
    (variance inflation over 10) or its stage from other stages. How strong a hidden cause would have to be, what noise
    in the score hides, and the silent are told beside it and do not decide.
    """
    rows = [_sign(rate.headline), *_leavers(rate), _units(rate), *_alone(rate), *_stages(rate)]
    verdict = decided(rows, DECISIVE)
    rows += [*_hidden(rate), *_noise(rate), *_silent(rate)]
    if verdict == "yes":
        return answer("enough data", "yes", "The range leaves out zero, and enough stand behind it.", rows)
    short = [one for one in rows if one.status == "review" and one.name in DECISIVE]
    return answer("enough data", "no", " ".join(one.text for one in short), rows)


def _sign(slope: Slope) -> Test:
    low, high = slope.range90()
    clear = low > 0 or high < 0
    text = "The sign is told." if clear else "The data do not even tell the sign: the range holds zero."
    return test(SIGN, passes=clear, found=f"{low:+.5f} to {high:+.5f}", limit="90% range without nil", text=text)


def _leavers(rate: Rate) -> list[Test]:
    if rate.headline.outcome != "retention" or not isinstance(rate.cells, CustomerCells):
        return []
    if rate.regression is not None:
        leavers, columns = float(np.asarray(rate.regression.y)[:, 0].sum()), rate.regression.x.shape[1]
    else:
        leavers, columns = float(rate.cells.certified["leavers"].sum()), 1
    each = leavers / columns
    enough = each >= LEAST_PER_COEFFICIENT
    return [
        test(
            LEAVERS,
            passes=enough,
            found=f"{leavers:,.0f} leavers for {columns} coefficients, {each:.0f} each",
            limit=f"{LEAST_PER_COEFFICIENT:g} each",
            text="Enough left." if enough else "Too few left for what is held fixed: drop controls, or wait.",
        )
    ]


def _units(rate: Rate) -> Test:
    units = rate.headline.units
    enough = units >= LEAST_UNITS
    text = "Enough units." if enough else "Too few units: the range rests on how units differ."
    return test(UNITS, passes=enough, found=f"{units:,}", limit=f"{LEAST_UNITS} or more", text=text)


def _alone(rate: Rate) -> list[Test]:
    if rate.linear is None:
        return []
    left = 1 - score_explained(rate.linear)
    inflation = 1 / left if left > 1e-10 else float("inf")
    apart = inflation <= MOST_VIF
    return [
        test(
            ALONE,
            passes=apart,
            found=f"its variance is {inflation:.1f} times that of a score alone",
            limit=f"{MOST_VIF:g} times",
            text="The score moves on its own." if apart else "What is held fixed explains nearly all of the score.",
        )
    ]


def _stages(rate: Rate) -> list[Test]:
    if rate.stages is None or rate.headline.term not in rate.stages.names:
        return []
    group = rate.stages.group_of(rate.headline.term)
    place = rate.stages.names.index(rate.headline.term)
    return [
        test(
            STAGES,
            passes=not group,
            found=f"its variance is {rate.stages.vif[place]:.1f} times that of a stage alone",
            limit=f"{MOST_VIF:g} times, and in no group that moves as one",
            text=told_in_words(group, {}) if group else "The stage moves on its own.",
        )
    ]


def _hidden(rate: Rate) -> list[Test]:
    found = robustness_of(rate.headline, rate.regression)
    strong = found.value_at > 0
    rows = [
        test(
            "A hidden cause that would take it to nothing",
            passes=strong,
            found=f"explains {found.value:.1%} of what is left of both; {found.value_at:.1%} to lose its certainty",
            limit="above 0% to lose its certainty",
            text=hidden_cause(rate),
        )
    ]
    if rate.linear is None or rate.regression is None:
        return rows
    linear = probability_of(rate.regression)
    controls = strongest(linear, control_groups(linear, rate.cells.controls), MOST_CONTROLS)
    for name, columns in controls.items():
        told = bounds(linear, name, columns)
        if told:
            shown = "; ".join(f"{b.times:g}x {b.estimate:+.5f} (se {b.se:.5f}, t {b.t:.1f})" for b in told)
            keeps = told[0].estimate * linear.estimate > 0
            text = "Rate beside a hidden cause 1, 2 and 3 times as strong as this control, on the linear scale."
            rows.append(test(f"Beside {name}", passes=keeps, found=shown, limit="sign kept at 1x", text=text))
    delta = oster_of(linear).delta
    if np.isfinite(delta):
        text = "How much more than all controls together the unmeasured would have to pull; below 0: the other way."
        found_delta = f"{delta:.1f} times"
        rows.append(test("Oster's delta", passes=not 0 < delta < 1, found=found_delta, limit="1 or more", text=text))
    return [*rows, *_ratio(rate.headline, rate.regression)]


def _ratio(slope: Slope, regression: Regression) -> list[Test]:
    if slope.outcome != "retention":
        return []
    y = np.asarray(regression.y, dtype=float)
    leaving = float(y[:, 0].sum() / y.sum())
    low, high = slope.range90()
    value, near = e_value(*(risk_ratio(float(np.exp(b)), leaving) for b in (slope.estimate, low, high)))
    text = "As a ratio of rates, for a cause that goes with a point of the score and with leaving alike."
    found = f"{value:.2f}, and {near:.2f} for the near end of the range"
    return [test("E-value of a point", passes=near > 1, found=found, limit="above 1 at the near end", text=text)]


def hidden_cause(rate: Rate) -> str:
    """How strong a hidden cause would have to be, in a sentence."""
    found = robustness_of(rate.headline, rate.regression)
    if rate.regression is None:
        return (
            f"A hidden cause that explains {found.value:.1%} of what is left unexplained both in the score and in the "
            "outcome would take it to nothing."
        )
    linear = probability_of(rate.regression)
    controls = strongest(linear, control_groups(linear, rate.cells.controls), MOST_CONTROLS)
    return hidden_in_words(linear, controls, found)


def _noise(rate: Rate) -> list[Test]:
    if rate.linear is None or not rate.thorough:
        return []
    explained = score_explained(rate.linear)
    name, limit = "Noise in the score", "told, not used: the rate is per observed point"
    if explained >= SINGLE_ITEM:
        text = "Were the score one noisy question, what is held fixed would leave nothing true of it."
        return [test(name, passes=None, found="cannot be told", limit=limit, text=text)]
    factor = shrinkage(SINGLE_ITEM, explained)
    text = f"If one question is {SINGLE_ITEM:.0%} reliable, as is usual, a true point is worth this many times as much."
    return [test(name, passes=True, found=f"{factor:.2f} times", limit=limit, text=text)]


def _silent(rate: Rate) -> list[Test]:
    if rate.silent is None or np.isnan(rate.silent.answering):
        return []
    tips = np.isfinite(rate.silent.halves)
    found = ", ".join(
        f"{value:.0%} left at {shift:g}"
        for shift, value in zip(rate.silent.shifts, rate.silent.values, strict=True)
        if np.isfinite(value)
    )
    return [
        test(
            "Those who do not answer",
            passes=None if np.isnan(rate.silent.observed) else not tips,
            found=found or "cannot be told",
            limit="over half left down to one standard deviation worse",
            text=silence_in_words(rate.silent, "leaving rate"),
        )
    ]
