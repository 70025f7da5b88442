"""How much chance there is in one more customer or answer, from what was measured so far."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, Moments, SitePanel
from impact.journey import Journey, PainPoint, Stage
from impact.rng import stream
from models.noise import measure_noise
from models.reduced import GaussianSummary, ReducedForms

SD = 0.3
# 4,000 and more free rows: three standard errors of a standard deviation.
FOUND = 0.035
JOURNEY = Journey(
    stages=(Stage(stage="buy", name="Buy", order=1), Stage(stage="use", name="Use", order=2)),
    pain_points=(
        PainPoint(pain_point="late", stage="buy", name="Late"),
        PainPoint(pain_point="rude", stage="use", name="Rude", source="survey"),
        PainPoint(pain_point="slow", stage="use", name="Slow", measure="level"),
    ),
)


def _forms(*precisions: np.ndarray) -> ReducedForms:
    silent = GaussianSummary(mean=np.zeros(3), precision=np.zeros((3, 3)))
    score = tuple(GaussianSummary(mean=np.zeros(3), precision=one) for one in precisions)
    return ReducedForms(
        pain_points=JOURNEY.pain_ids(),
        personas=tuple("ab")[: len(score)],
        unit_exposure=np.ones(3),
        score_sd=2.0,
        score=score,
        leaving=None,
        spend=(silent,) * len(score),
        spend_placebo=(silent,) * len(score),
        stage_effect=np.zeros(3),
        stage_se=np.zeros(3),
    )


def _panel(units: int = 600, periods: int = 8) -> SitePanel:
    rng = stream(1, "sites")
    own, season = rng.normal(10, 1, (units, 1)), rng.normal(0, 0.5, (1, periods))
    money = np.exp(own + season + SD * rng.standard_normal((units, periods)))
    rows = pd.DataFrame({"unit": np.repeat(np.arange(units), periods), "t": np.tile(np.arange(periods), units)})
    coverage = pd.DataFrame({"stage": ["overall", "buy"], "responses": [900.0, 300.0]})
    panel = rows.assign(persona="a", revenue=money.ravel())
    return SitePanel(controls=(), size=None, panel=panel, coverage=coverage, money=pd.DataFrame())


def test_the_money_of_sites_varies_about_their_own_mean_and_the_periods() -> None:
    assert measure_noise(_panel(), _forms(np.eye(3)), JOURNEY).spend == pytest.approx(SD, rel=FOUND)


def test_the_money_of_customers_varies_about_their_own_mean() -> None:
    rows = SD * stream(2, "customers").standard_normal((1_000, 5))
    centred = rows - rows.mean(axis=1, keepdims=True)
    gram = np.diag([1.0, float((centred**2).sum())])
    one = Moments(persona="a", columns=("late", "money"), gram=gram, meat=np.eye(1), rows=5_000, customers=1_000)
    cells = _customers((one,))
    assert measure_noise(cells, _forms(np.eye(3)), JOURNEY).spend == pytest.approx(SD, rel=FOUND)


def _customers(spend: tuple[Moments, ...]) -> CustomerCells:
    empty = pd.DataFrame()
    return CustomerCells(
        controls=(),
        leaving=empty,
        by_tenure=empty,
        answered=None,
        certified=empty,
        scores={},
        spend=spend,
        spend_placebo=(),
        base=empty,
        recent=empty,
        patterns=empty,
        driver_sums=None,
        coverage=pd.DataFrame({"stage": ["buy", "use"], "responses": [300.0, 500.0]}),
        money=empty,
    )


def test_without_money_seen_twice_its_noise_is_not_known() -> None:
    assert measure_noise(_customers(()), _forms(np.eye(3)), JOURNEY).spend == 0
    assert measure_noise(_panel(units=30, periods=1), _forms(np.eye(3)), JOURNEY).spend == 0


def test_answers_are_those_to_overall_or_else_to_a_stage_on_average() -> None:
    assert measure_noise(_panel(), _forms(np.eye(3)), JOURNEY).answers == 900
    assert measure_noise(_customers(()), _forms(np.eye(3)), JOURNEY).answers == 400


def test_the_error_of_score_effects_is_in_points_of_all_personas_together() -> None:
    first, second = np.diag([1.0, 3.0, 0.0]), np.diag([3.0, 1.0, 0.0])
    found = measure_noise(_panel(), _forms(first, second), JOURNEY)
    assert np.diag(found.score)[:2] == pytest.approx([1.0, 1.0])  # sd 2 squared over precision 4
    assert np.isinf(found.score[2, 2])
    assert found.weights[:, :2].T.tolist() == [[0.25, 0.75], [0.75, 0.25]]
    assert found.weights[:, 2].tolist() == [0.5, 0.5]


def test_effects_that_go_together_keep_their_covariance() -> None:
    precision = np.array([[4.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 1.0]])
    found = measure_noise(_panel(), _forms(precision), JOURNEY)
    assert found.score == pytest.approx(4 * np.linalg.inv(precision))


def test_only_what_operations_count_is_counted_and_stages_know_their_pain_points() -> None:
    found = measure_noise(_panel(), _forms(np.eye(3)), JOURNEY)
    assert found.counted == {"late"}
    assert found.stages == {"buy": (0,), "use": (1, 2)}
