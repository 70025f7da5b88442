"""Whether a rate is the same whenever and for whomever it is asked."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from impact.cells import CustomerCells, SitePanel
from impact.periods import PeriodKind, period_label
from models.calibration.slopes import Regression, Slope
from models.reduced import moments_summary
from models.sensitivity.answers import Answer, Test
from models.sensitivity.backtest import (
    LAST,
    LEAST_FORETOLD,
    SEASON,
    WITH,
    WITHOUT,
    Backtest,
    backtest_leaving,
    backtest_sites,
)
from models.sensitivity.least_squares import Linear
from models.sensitivity.rate import Rate, answer, decided, test
from models.sensitivity.specification import (
    breusch_pagan,
    hosmer_lemeshow,
    link_test,
    predicted_rates,
    reset,
)
from models.sensitivity.stability import Difference, halves, influence, slopes_by, without_each

LEVEL = 0.01  # several tests stand behind one answer
MOST_DISPERSED = 1.5
MOST_MOVED = 1.0  # standard errors, by one unit
LEAST_COVERED = 0.75  # of a 90% range, in a backtest
MOST_WORSE = 1.05  # times the error of the better naive way
HALVES, ONE_PERIOD = "First half beside second half", "Any one period left out"
PERSONAS, ONE_PERSONA = "Personas beside one another", "Any one persona left out"
ONE_UNIT, FORETOLD = "Any one unit left out", "Foretelling the next period"
NAIVE = (LAST, SEASON)
Z99 = 2.576  # standard errors, two-sided
DECISIVE = (HALVES, ONE_PERIOD, PERSONAS, ONE_PERSONA, ONE_UNIT, FORETOLD)


def stable(rate: Rate) -> Answer:
    """Is it the same whenever and for whomever it is asked?

    No where halves or personas differ beyond chance (1%), where leaving out one period or persona moves the rate out
    of its 90% range and beyond chance (1%), where one unit moves it by more than a standard error, or where a backtest
    of at least eight forecasts does worse than a naive way by over 5% and beyond chance, or covers under 75%. Cannot
    tell where neither periods nor halves could be compared. The form of the regression (link, curve, spread) is told
    beside it and does not decide.
    """
    linear = rate.linear
    if linear is None:
        rows = _from_moments(rate)
        said = "Only sums of this regression left the data engine: periods cannot be compared."
        if decided(rows, DECISIVE) == "no":
            return answer("stable", "no", _unlike(rows), rows)
        return answer("stable", "cannot tell", said, rows)
    rows = [
        *_periods(rate.headline, linear, rate.period_kind),
        *_personas(rate.headline, linear),
        _one_unit(rate.headline, linear),
    ]
    if rate.thorough:
        rows += [*_foretold(rate), *(_form(rate.regression, linear) if rate.regression is not None else ())]
    verdict = decided(rows, DECISIVE)
    if verdict == "yes" and not any(one.status == "pass" for one in rows if one.name in (HALVES, ONE_PERIOD)):
        return answer("stable", "cannot tell", "All outcomes are of one period: nothing to compare it with.", rows)
    if verdict == "cannot tell":
        return answer("stable", "cannot tell", "Nothing could be left out or compared.", rows)
    said = "No half, period, persona or unit makes it another rate." if verdict == "yes" else _unlike(rows)
    return answer("stable", verdict, said, rows)


def _unlike(rows: list[Test]) -> str:
    named = [one.name.lower() for one in rows if one.status == "review" and one.name in DECISIVE]
    return f"It is not the same rate throughout: {'; '.join(named)}."


def _periods(headline: Slope, linear: Linear, kind: PeriodKind) -> list[Test]:
    if "t" not in linear.keys or linear.keys["t"].nunique() < 2:
        return []
    rows = _differ(HALVES, halves(linear), "A rate that drifts cannot be planned with.")
    t, left, chance = without_each(linear, linear.keys["t"].to_numpy()).worst(linear.estimate)
    return [*rows, _without(ONE_PERIOD, headline, (period_label(int(str(t)), kind), left, chance))]


def _personas(headline: Slope, linear: Linear) -> list[Test]:
    if "persona" not in linear.keys or linear.keys["persona"].nunique() < 2:
        return []
    personas = linear.keys["persona"].astype(str).to_numpy()
    rows = _differ(PERSONAS, slopes_by(linear, personas), "One rate for all hides that personas differ.")
    persona, left, chance = without_each(linear, personas).worst(linear.estimate)
    return [*rows, _without(ONE_PERSONA, headline, (str(persona), left, chance))]


def _differ(name: str, found: Difference | None, otherwise: str) -> list[Test]:
    if found is None:
        return []
    shown = [f"{group} {b:+.5f}" for group, b in zip(found.groups, found.estimates, strict=True)]
    listed = ", ".join(shown[:4]) + (f" and {len(shown) - 4} more" if len(shown) > 4 else "")
    same = not found.p < LEVEL
    text = "They differ by no more than chance." if same else otherwise
    return [test(name, passes=same, found=f"{listed}; p {found.p:.3f}", limit=f"p {LEVEL:g} or more", text=text)]


def _without(name: str, headline: Slope, worst: tuple[str, float, float]) -> Test:
    group, left, chance = worst
    moved = abs(left - headline.estimate) / headline.se
    inside = moved <= max(headline.quantile90(), Z99 * chance)
    text = "The rate stays inside its own range or moves as chance would." if inside else f"Without {group} it differs."
    return test(
        name,
        passes=bool(inside),
        found=f"{left:+.5f} without {group}",
        limit="inside the rate's 90% range, or within chance at 1%",
        text=text,
    )


def _one_unit(headline: Slope, linear: Linear) -> Test:
    _, moved = influence(linear, headline.se)
    # the unit is not named: it may be a person
    few = moved <= MOST_MOVED
    text = "No single one carries the rate." if few else "A single one carries much of the rate: look at it."
    found = f"moves it by {moved:.2f} standard errors at most"
    return test(ONE_UNIT, passes=bool(few), found=found, limit=f"{MOST_MOVED:g} standard error", text=text)


def _from_moments(rate: Rate) -> list[Test]:
    """Personas beside one another, from the within-customer sums of each."""
    if not isinstance(rate.cells, CustomerCells) or rate.headline.outcome != "log_revenue" or not rate.thorough:
        return []
    parts = [moments_summary(one, 1) for one in rate.cells.spend_on_score if one.customers >= 8]
    told = [(float(one.mean[0]), float(one.precision[0, 0])) for one in parts if one.precision[0, 0] > 0]
    if len(told) < 2:
        return []
    estimate, weight = np.array(told).T
    mean = float(estimate @ weight / weight.sum())
    q = float(weight @ (estimate - mean) ** 2)
    found = Difference(
        groups=tuple(one.persona for one in rate.cells.spend_on_score if one.customers >= 8)[: len(told)],
        estimates=estimate,
        se=weight**-0.5,
        q=q / (len(told) - 1),
        p=float(chi2.sf(q, len(told) - 1)),
    )
    return _differ(PERSONAS, found, "One rate for all hides that personas differ.")


def _foretold(rate: Rate) -> list[Test]:
    found = _backtest(rate)
    limit = (
        f"error at most {MOST_WORSE:g} times either naive way, or within chance at 1%; ranges of 90% hold "
        f"{LEAST_COVERED:.0%} or more; {LEAST_FORETOLD} forecasts"
    )
    if found is None:
        text = "It takes two years of periods and one more."
        return [test(FORETOLD, passes=None, found="not enough periods", limit=limit, text=text)]
    covered = found.ways[WITH].coverage()
    worse = any(found.wmape(WITH) > MOST_WORSE * found.wmape(way) and found.clearly_worse(WITH, way) for way in NAIVE)
    good = None if found.forecasts < LEAST_FORETOLD else not worse and covered >= LEAST_COVERED
    shown = (
        f"error {found.wmape(WITH):.1%}, without the score {found.wmape(WITHOUT):.1%}, last value "
        f"{found.wmape(LAST):.1%}, a year before {found.wmape(SEASON):.1%}; ranges hold {covered:.0%}; slope of what "
        f"came on what was foretold {found.ways[WITH].calibration_slope():.2f}; {found.forecasts:,} forecasts"
    )
    better = found.ways[WITH].crps() < found.ways[WITHOUT].crps()
    text = (
        "The score makes the forecast better."
        if better
        else "The score adds nothing to the forecast: the rate is about causes, or about nothing."
    )
    return [test(FORETOLD, passes=good, found=shown, limit=limit, text=text)]


def _backtest(rate: Rate) -> Backtest | None:
    if isinstance(rate.cells, SitePanel):
        panel = rate.cells.panel.reset_index(drop=True)
        return backtest_sites(panel, rate.headline.term, rate.periods_a_year)
    if rate.headline.outcome == "retention":
        return backtest_leaving(rate.cells.certified, rate.periods_a_year)
    return None


def _form(regression: Regression, linear: Linear) -> list[Test]:
    """Link, curve, spread and calibration: told, not decisive."""
    tests = [link_test(regression)]
    if regression.family == "gaussian":
        tests.append(reset(regression))
        spread = breusch_pagan(linear)
        name, found, even = f"Even spread ({spread.name})", f"p {spread.p:.3f}", spread.holds
    else:
        leavers, n, rate, dispersion = predicted_rates(regression)
        tests.append(hosmer_lemeshow(leavers, n, rate, dispersion))
        name, found, even = "Spread beyond chance", f"{dispersion:.2f} times chance", dispersion <= MOST_DISPERSED
    rows = [
        test(
            f"Form of the regression ({one.name})",
            passes=not one.p < LEVEL,
            found=f"p {one.p:.3f}",
            limit=f"p {LEVEL:g} or more",
            text="The form fits." if not one.p < LEVEL else "A curve is left: the rate is an average over the scale.",
        )
        for one in tests
    ]
    text = "As it should be." if even else "It is uneven; the standard errors allow for it."
    return [*rows, test(name, passes=True, found=found, limit="allowed for", text=text)]
