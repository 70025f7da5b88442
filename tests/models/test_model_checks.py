"""The checks of a run: each speaks when it should and is silent when it should be."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, Moments, SitePanel
from impact.checks import Check
from impact.errors import TooThinError
from impact.journey import Journey, PainPoint, Stage
from models.calibration.slopes import Calibration, Slope
from models.checks import (
    FALSE_DISCOVERY,
    benjamini_hochberg,
    calibration_checks,
    effect_checks,
    fit_checks,
    money_checks,
    not_told_apart,
    placebo_failures,
    pooled,
    require_enough,
    slope_check,
)
from models.inference import Fit
from models.reduced import GaussianSummary, ReducedForms, silent

JOURNEY = Journey(
    stages=(Stage(stage="s", name="S", order=1),),
    pain_points=tuple(PainPoint(pain_point=name, stage="s", name=name.upper()) for name in "abc"),
)
NOBODY: frozenset[str] = frozenset()
CONVERGED = Fit(draws={}, rhat_max=1.004, ess_min=900.0, divergences=0, worst="theta")


def gaussian(mean: list[float], se: list[float], dispersion: float = 1.0) -> GaussianSummary:
    return GaussianSummary(mean=np.array(mean), precision=np.diag(np.array(se) ** -2.0), dispersion=dispersion)


def forms_of(*placebo: GaussianSummary, leaving: GaussianSummary | None = None) -> ReducedForms:
    nothing = tuple(silent(3) for _ in placebo)
    return ReducedForms(
        pain_points=("a", "b", "c"),
        personas=tuple(f"p{g}" for g in range(len(placebo))),
        unit_exposure=np.ones(3),
        score_sd=0.8,
        score=nothing,
        leaving=None if leaving is None else tuple(leaving for _ in placebo),
        spend=nothing,
        spend_placebo=placebo,
        stage_effect=np.zeros(3),
        stage_se=np.ones(3),
    )


def slope(**changes: Any) -> Slope:  # noqa: ANN401
    plain = Slope(
        outcome="log_revenue",
        term="overall",
        method="within",
        estimate=0.012,
        se=0.006,
        n=500,
        units=90,
        headline=True,
        grade="within-unit",
    )
    return replace(plain, **changes)


def posterior_of(**changes: object) -> Any:  # noqa: ANN401
    plain = {"fit": CONVERGED, "theta": np.linspace(-0.3, -0.1, 200), "leaving": np.ones(1), "prior_share": np.zeros(3)}
    return SimpleNamespace(**{**plain, **changes})


def status_of(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.code: check.status for check in checks}


def cells_with(customers: int, leavers: int) -> CustomerCells:
    frame = pd.DataFrame({"n": [customers], "leavers": [leavers]})
    empty: dict[str, Any] = dict.fromkeys(CustomerCells.__dataclass_fields__, ())
    return CustomerCells(**{**empty, "by_tenure": frame})


@pytest.mark.parametrize(
    ("customers", "leavers", "code", "words"),
    [
        (499, 60, "C101", "Only 499 customer-periods"),
        (500, 0, "C102", "nobody left in 500"),
        (500, 500, "C102", "everybody left in 500"),
        (4000, 49, "C103", "Only 49 customers left"),
    ],
)
def test_too_thin_data_are_refused_with_what_would_be_enough(
    customers: int, leavers: int, code: str, words: str
) -> None:
    with pytest.raises(TooThinError) as refused:
        require_enough(cells_with(customers, leavers))
    assert refused.value.code == code
    assert words in refused.value.sentence
    assert refused.value.enough


def test_fifty_leavers_in_five_hundred_customer_periods_are_enough() -> None:
    assert require_enough(cells_with(500, 50)) is None


def site_panel(units: int, periods: int) -> SitePanel:
    panel = pd.DataFrame({"unit": np.repeat(np.arange(units), periods), "t": np.tile(np.arange(periods), units)})
    panel["revenue"] = np.arange(len(panel)) + 1.0
    return SitePanel(controls=(), size=None, panel=panel, coverage=pd.DataFrame(), money=pd.DataFrame())


def test_sites_need_eight_units_and_thirty_rows_whose_money_differs() -> None:
    for units, periods in ((7, 9), (9, 3)):
        with pytest.raises(TooThinError, match=f"Only {units} units") as refused:
            require_enough(site_panel(units, periods))
        assert refused.value.code == "C104"
    enough = site_panel(8, 4)
    assert require_enough(enough) is None
    with pytest.raises(TooThinError, match="the same in all 32") as refused:
        require_enough(replace(enough, panel=enough.panel.assign(revenue=5e6)))
    assert refused.value.code == "C102"


def test_a_headline_as_its_placebo_is_a_review_with_both_figures() -> None:
    found = calibration_checks(Calibration(slopes=(slope(), slope(method="placebo", headline=False))))
    assert status_of(found) == {"C402": "review"}
    assert "+0.01200 (0.00600)" in found[0].found
    assert found[0].remedy


def test_a_headline_clear_of_a_precise_placebo_passes() -> None:
    placebo = slope(method="placebo", headline=False, estimate=0.001, se=0.004)
    assert status_of(calibration_checks(Calibration(slopes=(slope(), placebo)))) == {"C402": "pass"}


def test_a_placebo_too_wide_to_tell_is_a_review_that_says_so() -> None:
    placebo = slope(method="placebo", headline=False, estimate=0.001, se=0.04)
    (found,) = calibration_checks(Calibration(slopes=(slope(), placebo)))
    assert found.status == "review"
    assert "Too few answers (500)" in found.text


@pytest.mark.parametrize(("naive", "status"), [(0.2, "review"), (-0.01, "review"), (0.015, "pass")])
def test_a_naive_rate_far_from_the_headline_is_a_review(naive: float, status: str) -> None:
    cross = slope(method="cross_section", headline=False, estimate=naive)
    found = status_of(calibration_checks(Calibration(slopes=(slope(), cross))))
    assert found == {"C403": status}


def test_no_slope_at_all_is_a_review() -> None:
    assert status_of(calibration_checks(Calibration(slopes=()))) == {"C404": "review"}


@pytest.mark.parametrize(
    "broken", [{"rhat_max": 1.011}, {"ess_min": 399.0}, {"divergences": 1}], ids=["r-hat", "ess", "divergence"]
)
def test_a_sampler_that_did_not_converge_fails_the_run(broken: dict[str, float]) -> None:
    (found,) = fit_checks(posterior_of(fit=replace(CONVERGED, **broken)))
    assert (found.code, found.status) == ("C401", "fail")
    assert "theta" in found.text and "fit for use" in found.remedy


def test_a_sampler_that_converged_passes() -> None:
    assert status_of(fit_checks(posterior_of())) == {"C401": "pass"}


def test_personas_are_pooled_by_their_own_precision() -> None:
    mean, se = pooled((gaussian([1.0, 0.0, 0.0], [1.0, 1.0, 1.0]), gaussian([4.0, 0.0, 2.0], [0.5, 1.0, 2.0])))
    np.testing.assert_allclose(mean, [(1 + 4 * 4) / 5, 0, 0.4])
    np.testing.assert_allclose(se, [5**-0.5, 2**-0.5, 1.25**-0.5])
    silent_mean, silent_se = pooled((silent(3),))
    np.testing.assert_array_equal(silent_mean, 0)
    assert np.isinf(silent_se).all()


def test_a_pain_point_whose_later_occurrence_moves_earlier_money_is_named() -> None:
    forms = replace(
        forms_of(gaussian([-0.05, 0.001, 0.002], [0.01] * 3)), spend=(gaussian([-0.06, 0.0, 0.0], [0.01] * 3),)
    )
    failed = placebo_failures(forms)
    assert list(failed) == ["a"]
    assert failed["a"] < FALSE_DISCOVERY / 3
    assert not_told_apart(Calibration(slopes=()), forms) == frozenset({"a"})
    assert status_of(effect_checks(forms, posterior_of(), JOURNEY, NOBODY))["C405"] == "review"


@pytest.mark.parametrize("effect", [0.06, -0.2])
def test_a_placebo_of_the_other_sign_or_far_smaller_fails_nobody(effect: float) -> None:
    forms = replace(
        forms_of(gaussian([-0.05, 0.0, 0.0], [0.01] * 3)), spend=(gaussian([effect, 0.0, 0.0], [0.01] * 3),)
    )
    assert placebo_failures(forms) == {}


def test_silent_placebos_fail_nobody() -> None:
    forms = forms_of(silent(3))
    assert placebo_failures(forms) == {}
    assert status_of(effect_checks(forms, posterior_of(), JOURNEY, NOBODY)) == {"C405": "pass", "C406": "pass"}


def test_where_money_rests_on_a_doubted_rate_every_pain_point_is_doubted() -> None:
    doubted = Calibration(slopes=(slope(grade="not told apart from placebo"),))
    sites = forms_of(silent(3))
    assert not_told_apart(doubted, sites) == frozenset("abc")
    customers = forms_of(silent(3), leaving=gaussian([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]))
    assert not_told_apart(doubted, customers) == frozenset()
    assert not_told_apart(Calibration(slopes=(slope(),)), sites) == frozenset()


def test_clean_placebos_under_a_doubted_rate_are_a_review_that_points_to_the_rate() -> None:
    found = effect_checks(forms_of(silent(3)), posterior_of(), JOURNEY, frozenset("abc"))
    check = next(check for check in found if check.code == "C405")
    assert (check.status, check.found) == ("review", "none found")
    assert "C402" in check.text and check.remedy


def test_effects_that_are_mostly_prior_are_named() -> None:
    found = effect_checks(forms_of(silent(3)), posterior_of(prior_share=np.array([0.51, 0.5, 0.9])), JOURNEY, NOBODY)
    check = next(check for check in found if check.code == "C406")
    assert (check.status, check.found) == ("review", "A, C")


def test_data_that_say_nothing_of_any_effect_fail() -> None:
    found = effect_checks(forms_of(silent(3)), posterior_of(prior_share=np.array([0.91, 0.95, 1.0])), JOURNEY, NOBODY)
    assert status_of(found)["C406"] == "fail"


@pytest.mark.parametrize(("dispersion", "status"), [(1.4, "pass"), (1.6, "review")])
def test_leaving_that_varies_more_than_chance_is_a_review(dispersion: float, status: str) -> None:
    forms = forms_of(silent(3), leaving=gaussian([0.0, 0.0, 0.0], [0.1, 0.1, 0.1], dispersion))
    assert status_of(effect_checks(forms, posterior_of(), JOURNEY, NOBODY))["C407"] == status


@pytest.mark.parametrize(("respondents", "status"), [(-0.25, "pass"), (0.2, "review")])
def test_two_slopes_that_do_not_overlap_are_a_review(respondents: float, status: str) -> None:
    own = slope(outcome="retention", method="hazard", estimate=respondents, se=0.02)
    (found,) = slope_check(posterior_of(), Calibration(slopes=(own,)), score_sd=0.8)
    assert (found.code, found.status) == ("C408", status)


def test_where_nobody_leaves_there_is_no_slope_to_compare() -> None:
    own = slope(outcome="retention", method="hazard")
    assert slope_check(posterior_of(leaving=np.zeros(1)), Calibration(slopes=(own,)), 0.8) == ()
    assert slope_check(posterior_of(), Calibration(slopes=(slope(),)), 0.8) == ()


def test_false_discovery_is_judged_from_the_largest_p_value_down() -> None:
    # .04 alone is above its own line of .02; all three are below the line of the last
    np.testing.assert_array_equal(benjamini_hochberg(np.array([0.04, 0.05, 0.045]), 0.05), [True, True, True])
    np.testing.assert_array_equal(benjamini_hochberg(np.array([0.9, 0.04, 0.8]), 0.05), [False, False, False])
    assert benjamini_hochberg(np.array([]), 0.1).shape == (0,)


def test_every_check_that_asks_for_a_review_says_what_to_do() -> None:
    forms = forms_of(gaussian([-0.05, 0.0, 0.0], [0.01] * 3), leaving=gaussian([0.0] * 3, [0.1] * 3, 2.0))
    forms = replace(forms, spend=(gaussian([-0.05, 0.0, 0.0], [0.01] * 3),))
    slopes = (
        slope(),
        slope(method="placebo", headline=False),
        slope(method="cross_section", estimate=1.0, headline=False),
    )
    checks = (
        *calibration_checks(Calibration(slopes=slopes)),
        *fit_checks(posterior_of(fit=replace(CONVERGED, divergences=3))),
        *effect_checks(forms, posterior_of(prior_share=np.array([1.0, 0.6, 0.2])), JOURNEY, NOBODY),
    )
    assert [check.status for check in checks] == ["review", "review", "fail", "review", "review", "review"]
    assert all(check.remedy and check.text and check.limit and check.found for check in checks)


@pytest.mark.parametrize(("left_out", "told"), [(7, "7 of 107 customers"), (3, "fewer than 5 of 103 customers")])
def test_customers_whose_money_cancels_out_are_a_review(left_out: int, told: str) -> None:
    moments = Moments(
        persona="all",
        columns=("slow", "relative_spend"),
        gram=np.eye(2),
        meat=np.eye(1),
        rows=400,
        customers=100,
        left_out=left_out,
    )
    (found,) = money_checks(with_spend(moments))
    assert (found.code, found.status, found.found) == ("D399", "review", told)
    assert money_checks(with_spend(replace(moments, left_out=0))) == ()


def with_spend(*moments: Moments) -> CustomerCells:
    nothing = pd.DataFrame()
    frames = (
        "leaving",
        "by_tenure",
        "answered",
        "certified",
        "base",
        "recent",
        "patterns",
        "coverage",
        "money",
    )
    empty: dict[str, Any] = {
        "spend_placebo": (),
        **dict.fromkeys(frames, nothing),
        "scores": {},
        "driver_sums": None,
    }
    return CustomerCells(controls=(), spend=moments, **empty)
