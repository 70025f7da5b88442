"""Units seen once are compared with each other: with period indicators, by cluster, and yes or no as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial

from impact.cells import SitePanel
from impact.journey import Journey, PainPoint, Stage
from models.calibration.across import cross_regression, cross_section, money_form
from models.calibration.calibrate import calibrate
from models.checks import placebo_failures
from models.reduce import reduce_cells
from models.reduced_sites import across_summary

SAME_REGRESSION = 1e-8  # the same regression written out: two ways through one linear algebra
JOURNEY = Journey(
    stages=(Stage(stage="gate", name="Gate", order=1),),
    pain_points=(PainPoint(pain_point="queue", stage="gate", name="Queue"),),
)


def respondents(buys: np.ndarray, seed: int = 1) -> SitePanel:
    """As many respondents as there are amounts in `buys`, each asked once in one of four years."""
    rng, n = np.random.default_rng(seed), len(buys)
    overall = rng.integers(1, 6, n).astype(float)
    queue = (rng.random(n) < 0.3 - 0.04 * (overall - 3)).astype(float)
    panel = pd.DataFrame(
        {
            "unit": [f"r{k}" for k in range(n)],
            "t": 2014 + np.arange(n) % 4,
            "persona": "all",
            "revenue": buys,
            "margin": np.nan,
            "flight": rng.choice(["home", "abroad"], n),
            "overall": overall,
            "gate": np.clip(overall + rng.integers(-1, 2, n), 1, 5),
            "queue": queue,
        }
    )
    coverage = pd.DataFrame({"stage": ["gate", "overall"], "sd": [1.4, 1.4]})
    return SitePanel(controls=("flight",), size=None, panel=panel, coverage=coverage, money=pd.DataFrame())


@pytest.fixture(scope="module")
def passengers() -> SitePanel:
    return respondents((np.random.default_rng(2).random(8000) < 0.6).astype(float))


def test_respondents_seen_once_are_no_panel_and_get_a_weak_grade(passengers: SitePanel) -> None:
    assert not passengers.repeated
    found = calibrate(passengers, JOURNEY)
    assert {(slope.term, slope.method, slope.grade, slope.headline) for slope in found.slopes} == {
        (term, "cross_section", "cross-section", True) for term in ("overall", "gate")
    }
    assert "C446" in {check.code for check in found.checks}


def test_yes_or_no_is_a_logit_of_any_money_told_as_a_change_of_the_share(passengers: SitePanel) -> None:
    assert money_form(passengers) == "yes or no"
    panel = passengers.panel
    x = pd.get_dummies(panel[["t", "flight"]].astype(str), drop_first=True, dtype=float)
    x = sm.add_constant(pd.concat([panel["overall"], x], axis=1))
    groups = np.arange(len(panel))
    fit = sm.GLM(panel["revenue"], x, Binomial()).fit(cov_type="cluster", cov_kwds={"groups": groups})
    share = 1 / (1 + np.exp(-(x.mean() @ fit.params)))
    slope = cross_section(passengers, "overall")
    assert slope is not None and slope.n == len(panel)
    assert slope.estimate == pytest.approx((1 - share) * fit.params["overall"], abs=SAME_REGRESSION)


def test_buying_that_satisfaction_does_not_move_is_said_in_so_many_words(passengers: SitePanel) -> None:
    said = {check.code: check for check in calibrate(passengers, JOURNEY).checks}["C443"]
    assert said.text.startswith("Buying is not moved by satisfaction")
    few = respondents((np.random.default_rng(2).random(200) < 0.6).astype(float))
    assert "C443" not in {check.code for check in calibrate(few, JOURNEY).checks}


def test_buying_that_satisfaction_moves_is_found() -> None:
    calm = respondents(np.zeros(8000))
    odds = 0.4 * (calm.panel["overall"] - 3)
    buys = (np.random.default_rng(3).random(8000) < 1 / (1 + np.exp(-odds))).astype(float)
    slope = cross_section(replace(calm, panel=calm.panel.assign(revenue=buys)), "overall")
    assert slope is not None
    low, high = slope.range90()
    assert low < 0.5 * 0.4 < high and low > 0


def test_pain_points_of_respondents_seen_once_are_read_across_them(passengers: SitePanel) -> None:
    forms = reduce_cells(passengers, JOURNEY)
    assert np.isfinite(forms.score[0].se()).all() and forms.score[0].mean[0] < 0
    assert np.isfinite(forms.spend[0].se()).all()
    assert not forms.spend_placebo[0].precision.any()
    panel = passengers.panel
    x = pd.get_dummies(panel[["t", "flight"]].astype(str), drop_first=True, dtype=float)
    x = sm.add_constant(pd.concat([panel["queue"], x], axis=1))
    fit = sm.OLS(panel["revenue"] / panel["revenue"].mean(), x).fit()
    assert forms.spend[0].mean[0] == pytest.approx(fit.params["queue"], abs=SAME_REGRESSION)


def test_hosts_of_several_listings_widen_the_range() -> None:
    rng = np.random.default_rng(4)
    host = np.repeat(np.arange(200), 5)
    mood = rng.normal(0, 1, 200)[host]
    cells = respondents(np.ones(1000))
    panel = cells.panel.assign(host=host, overall=mood + rng.normal(0, 0.3, 1000))
    panel = panel.assign(revenue=np.exp(rng.normal(0, 1, 200)[host] + rng.normal(0, 0.3, 1000)), t=2024)
    alone = replace(cells, panel=panel)
    together = replace(alone, cluster="host")
    one, both = cross_regression(alone, "overall"), cross_regression(together, "overall")
    assert one is not None and both is not None
    assert both.slope.estimate == one.slope.estimate
    assert both.slope.se > 1.5 * one.slope.se
    assert (both.slope.units, both.keys["unit"].nunique()) == (200, 200)


def test_a_few_amounts_of_nothing_are_left_out_and_counted() -> None:
    money = np.exp(np.random.default_rng(5).normal(8, 1, 1000))
    money[:40] = 0
    found = calibrate(respondents(money), JOURNEY)
    said = {check.code: check for check in found.checks}["C440"]
    assert said.found == "40 of 1,000 booked amounts are zero or less"
    slope = found.headline("log_revenue")
    assert slope is not None and slope.n == 960
    regression = found.regression("log_revenue")
    assert regression is not None and len(regression.y) == 960
    assert "winsorised at 0.01 and 0.99" in regression.call


def test_effects_of_respondents_seen_once_are_a_cross_section_without_a_placebo(passengers: SitePanel) -> None:
    forms = reduce_cells(passengers, JOURNEY)
    assert forms.compared == "cross-section"
    assert placebo_failures(forms) == {}


def test_more_columns_than_half_the_rows_say_nothing() -> None:
    rng = np.random.default_rng(6)
    x, y = pd.DataFrame({"queue": rng.random(40)}), pd.Series(rng.random(40))
    held = pd.DataFrame({"place": [f"p{k % 25}" for k in range(40)]})
    assert not across_summary(y, x, held, pd.Series(range(40))).precision.any()
    assert across_summary(y, x, held.assign(place="p"), pd.Series(range(40))).precision.any()
