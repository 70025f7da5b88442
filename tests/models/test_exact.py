"""Draws weighed to the exact likelihood are those of a fine grid, and hold the truth as often as they say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from invented_leaving import PRIOR_SD, Invented, cells_of, drawn_from, invent
from scipy.special import logsumexp
from scipy.stats import binom

from impact.cells import CustomerCells
from impact.intake import Intake
from impact.rng import stream
from models.exact import correct, correct_on, exact_checks, log_weights
from models.exact_cells import ExactLikelihood, exact_cells
from models.psis import smooth
from models.reduce import reduce_cells
from models.resummarise import count_exactly, resummarise
from models.uplift import Credibility, Question, fit_uplift

# 16,000 draws worth 10,000 tell a mean to a hundredth of a standard deviation; four of them.
MEAN_OFF = 0.04
SPREAD_OFF = 0.04
# What Laplace's method leaves in the log-likelihood over the middle of the posterior, of some 25 leavers.
LAPLACE_OFF = 0.03
# Of 400 ranges of 90%, the share that holds has a standard error of .015; three of them.
COVERAGE_OFF = 0.045


def grid_posterior(study: Invented) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the two effects by sums over a fine grid of all four coefficients."""
    rows = study.rows
    x = np.column_stack([np.ones(len(rows)), rows["t"], rows["a"], rows["b"]]).astype(float)
    base = [np.linspace(-5.2, -1.4, 45), np.linspace(-2.0, 2.4, 45)]
    effects = np.linspace(-1.8, 1.8, 61)
    nuisance = np.array(list(itertools.product(*base)))
    pairs = np.array(list(itertools.product(effects, effects)))
    logs = np.empty(len(pairs))
    for k, pair in enumerate(pairs):
        hazard = -np.expm1(-np.exp(nuisance @ x[:, :2].T + pair @ x[:, 2:].T))
        each = binom.logpmf(rows["leavers"].to_numpy(), rows["n"].to_numpy(), hazard)
        logs[k] = logsumexp(each.sum(axis=1) / study.parts[0].dispersion)
    weight = np.exp(logs - (pairs**2).sum(axis=1) / (2 * PRIOR_SD**2) - logs.max())
    weight /= weight.sum()
    mean = weight @ pairs
    return mean, np.sqrt(weight @ (pairs - mean) ** 2)


@pytest.fixture(scope="module")
def few_leavers() -> Invented:
    """Some twenty-five leavers, none or one of them among the few who met a pain point."""
    rows = cells_of(stream(1, "few"), np.array([0.4, -0.3]), 150)
    rows["leavers"] = [9, 1, 1, 0, 10, 0, 3, 0]
    return invent(rows, stream(2, "few"), 16_000)


@pytest.fixture(scope="module")
def on_grid(few_leavers: Invented) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the effects on a fine grid."""
    return grid_posterior(few_leavers)


def test_weighed_draws_are_those_of_a_fine_grid_where_the_summary_is_not(
    few_leavers: Invented, on_grid: tuple[np.ndarray, np.ndarray]
) -> None:
    found = correct_on(few_leavers.posterior, few_leavers.forms, few_leavers.parts, seed=3)
    mean, sd = on_grid
    before, after = few_leavers.posterior.leaving[:, 0], found.posterior.leaving[:, 0]
    assert np.abs((before.mean(axis=0) - mean) / sd).max() > 5 * MEAN_OFF
    np.testing.assert_allclose((after.mean(axis=0) - mean) / sd, 0, atol=MEAN_OFF)
    np.testing.assert_allclose(after.std(axis=0) / sd, 1, atol=SPREAD_OFF)
    assert found.corrected == ("all",)
    assert found.khat["all"] < 0.7
    assert found.moved["all"] > 5 * MEAN_OFF


def test_every_array_is_taken_by_one_index_so_that_draws_stay_joint(few_leavers: Invented) -> None:
    found = correct_on(few_leavers.posterior, few_leavers.forms, few_leavers.parts, seed=3)
    assert found.index is not None
    np.testing.assert_array_equal(found.posterior.theta, found.index)
    np.testing.assert_array_equal(found.posterior.leaving, few_leavers.posterior.leaving[found.index])
    np.testing.assert_array_equal(found.posterior.spend, 1.5 * found.posterior.score)
    assert found.posterior.draws == few_leavers.posterior.draws
    assert found.posterior.prior_share is few_leavers.posterior.prior_share


def test_the_same_seed_takes_the_same_draws_and_another_seed_others(few_leavers: Invented) -> None:
    first, again, other = (
        correct_on(few_leavers.posterior, few_leavers.forms, few_leavers.parts, seed=seed).index for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_is_held_fixed_is_integrated_as_a_sum_over_a_grid_does(few_leavers: Invented) -> None:
    rows = few_leavers.rows
    x = np.column_stack([np.ones(len(rows)), rows["t"]]).astype(float)
    grid = np.array(list(itertools.product(np.linspace(-6, -1, 150), np.linspace(-3, 3, 150))))
    effects = np.array([[0.0, 0.0], [0.5, 0.0], [-0.5, 0.4], [0.3, -0.8]])
    summed = []
    for pair in effects:
        hazard = -np.expm1(-np.exp(grid @ x.T + rows[["a", "b"]].to_numpy() @ pair))
        summed.append(logsumexp(binom.logpmf(rows["leavers"].to_numpy(), rows["n"].to_numpy(), hazard).sum(axis=1)))
    found = ExactLikelihood(few_leavers.parts[0]).log_likelihood(effects)
    np.testing.assert_allclose(found - found[0], np.array(summed) - summed[0], atol=LAPLACE_OFF)


def test_drawing_what_is_held_fixed_and_weighing_it_gives_the_same_answer(
    few_leavers: Invented, on_grid: tuple[np.ndarray, np.ndarray]
) -> None:
    likelihood = ExactLikelihood(few_leavers.parts[0])
    effects = few_leavers.posterior.leaving[:, 0]
    held = likelihood.draw(effects, stream(5, "held"))
    look = np.arange(len(effects))
    logs = (
        log_weights(few_leavers.posterior, few_leavers.forms, "all", [(few_leavers.parts[0], likelihood)], look)
        + held.off
    )
    weights = smooth(logs)
    mean, sd = on_grid
    np.testing.assert_allclose((np.exp(weights.log_weights[:, 0]) @ effects - mean) / sd, 0, atol=1.5 * MEAN_OFF)


def test_many_leavers_need_no_correction_and_the_draws_stay() -> None:
    rng = stream(6, "many")
    study = invent(cells_of(rng, np.array([0.4, 0.1]), 60_000), rng, 4_000)
    found = correct_on(study.posterior, study.forms, study.parts, seed=1)
    assert found.posterior.leaving is study.posterior.leaving
    assert (found.index, found.corrected, found.to_full) == (None, (), ())
    assert found.weighed == 1_000


def test_leaving_that_varies_more_than_chance_is_tempered_in_both() -> None:
    rng = stream(7, "wild")
    rows = cells_of(rng, np.array([0.4, 0.1]), 9_000, periods=4)
    rows["leavers"] = np.minimum((rows["leavers"] * rng.gamma(8, 1 / 8, len(rows))).round(), rows["n"]).astype(int)
    study = invent(rows, rng, 4_000)
    assert study.parts[0].dispersion > 3
    found = correct_on(study.posterior, study.forms, study.parts, seed=1)
    assert found.moved["all"] < 0.2
    assert abs(np.log(found.spread["all"])) < 0.1


def test_a_summary_that_is_far_off_is_named_for_the_full_sampler(few_leavers: Invented) -> None:
    far = few_leavers.posterior.leaving + 3.0
    posterior = few_leavers.posterior.at(np.arange(16_000))
    object.__setattr__(posterior, "leaving", far)
    found = correct_on(posterior, few_leavers.forms, few_leavers.parts, seed=1)
    assert found.to_full == ("all",)
    assert found.index is None
    assert [check.status for check in exact_checks(found)] == ["review"]


def test_a_summary_far_off_is_drawn_anew_where_the_draws_lie_until_it_can_be_weighed() -> None:
    rng = stream(8, "anew")
    rows = cells_of(rng, np.zeros(2), 120)
    rows["leavers"] = [3, 0, 2, 0, 2, 2, 0, 0]
    study = invent(rows, rng, 8_000)
    forms, posterior = study.forms, study.posterior
    found = correct_on(posterior, forms, study.parts, 1)
    assert found.to_full == ("all",)
    for _ in range(3):
        if found.to_full:
            forms = resummarise(forms, posterior, study.parts, found.to_full)
            posterior = drawn_from(forms, rng, 8_000)
            found = correct_on(posterior, forms, study.parts, 1)
    mean, sd = grid_posterior(study)
    assert found.to_full == ()
    np.testing.assert_allclose((found.posterior.leaving[:, 0].mean(axis=0) - mean) / sd, 0, atol=3 * MEAN_OFF)


def test_ranges_hold_the_truth_as_often_as_they_say_and_lean_less_than_the_summary() -> None:
    held: dict[str, list[bool]] = {"summary": [], "exact": []}
    lean: dict[str, list[float]] = {"summary": [], "exact": []}
    for seed in range(200):
        rng = stream(seed, "coverage")
        truth = rng.normal(0, PRIOR_SD, 2)
        rows = cells_of(rng, truth, 120)
        if rows["leavers"].sum() == 0:
            continue
        study = invent(rows, rng, 2_000)
        found = correct_on(study.posterior, study.forms, study.parts, seed=1)
        for name, posterior in (("summary", study.posterior), ("exact", found.posterior)):
            draws = posterior.leaving[:, 0]
            low, high = np.percentile(draws, [5, 95], axis=0)
            held[name].extend((low <= truth) & (truth <= high))
            lean[name].extend((draws.mean(axis=0) - truth) / draws.std(axis=0))
    assert np.mean(held["exact"]) == pytest.approx(0.9, abs=COVERAGE_OFF)
    assert abs(np.mean(lean["exact"])) < abs(np.mean(lean["summary"]))
    assert abs(np.mean(held["exact"]) - 0.9) <= abs(np.mean(held["summary"]) - 0.9) + 0.01


def test_the_cells_of_a_company_have_its_summary_as_their_mode(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    journey = small_intake.case.journey
    forms = reduce_cells(small_cells, journey)
    parts = exact_cells(small_cells, journey)
    assert forms.leaving is not None
    assert [part.persona for part in parts] == list(forms.personas)
    for part, summary in zip(parts, forms.leaving, strict=True):
        np.testing.assert_allclose(part.mode[part.effects], summary.mean[part.pain_points], atol=1e-6)
        width = part.x.shape[1]
        rest = np.setdiff1d(np.arange(width), part.effects)
        full = np.linalg.inv(part.information)[np.ix_(part.effects, part.effects)] * part.dispersion
        np.testing.assert_allclose(np.linalg.inv(full), summary.precision, rtol=1e-6)
        assert len(rest) + len(part.effects) == width


def test_sites_have_nobody_to_leave(few_leavers: Invented, hospitals_panel: object, small_intake: Intake) -> None:
    panel = hospitals_panel
    found = correct(few_leavers.posterior, few_leavers.forms, panel, small_intake.case.journey, 1)  # type: ignore[arg-type]
    assert found is None
    assert exact_checks(found) == ()


def test_a_company_is_counted_exactly_by_the_engine_that_drew_it(
    small_cells: CustomerCells, small_intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey = small_intake.case.journey
    question = Question(
        forms=reduce_cells(small_cells, journey),
        signs=-np.ones(len(journey.pain_points)),
        credibility=Credibility(prior=None, grades={}),
    )
    posterior = fit_uplift(question, 1, "quick", lambda done, total: None)
    found = count_exactly(question, posterior, small_cells, journey, 1)
    assert found is not None
    assert (found.to_full, found.left) == ((), ())
    assert found.forms is question.forms
    assert set(found.posterior.fit.khat) == {"leaving of family", "leaving of streamer"}
    assert found.posterior.fit.converged()
    # no weight is trusted: the summary is drawn anew as often as allowed, then NUTS takes the counts themselves
    monkeypatch.setattr("models.exact.KHAT_LIMIT", -10.0)
    monkeypatch.setattr("models.resummarise.fit_on_counts", lambda asked, counts, seed, tell: posterior)
    never = count_exactly(question, posterior, small_cells, journey, 1)
    assert never is not None
    assert (never.to_full, never.corrected, never.posterior) == ((), ("family", "streamer"), posterior)
    assert never.forms is not question.forms
