"""The calibration harness itself: it lets a right sampler pass and catches one that is wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sbc import Verdict, failures, fold, judge_each, judge_families, null_gaps, rank_among, thinned

from impact.rng import stream

DRAWS = 99
FITS = 400
EFFECTS = 6
LEVEL = 0.05
NAMES = [*(f"effect {k}" for k in range(EFFECTS)), "likelihood"]
Change = Callable[[np.ndarray, np.ndarray], np.ndarray]
# 0.05 of a thousand right samplers; its standard error is .007.
FALSE_ALARMS = 0.075


def toy_ranks(fits: int, change: Change, seed: int = 1) -> np.ndarray:
    """Ranks `(fit, quantity)` for effects seen with correlated error, whose posterior is a Normal in closed form.

    The last quantity is the likelihood at the effects: shrinkage to a symmetric prior leaves each effect's ranks
    nearly even, but not those of the likelihood (Modrak et al. 2023).
    """
    rng = stream(seed, "toy")
    root = rng.normal(size=(EFFECTS, EFFECTS)) / 2 + np.eye(EFFECTS)
    covariance = np.linalg.inv(np.eye(EFFECTS) + root.T @ root)
    spread = np.linalg.cholesky(covariance)
    ranks = np.zeros((fits, len(NAMES)), dtype=int)
    for fit in range(fits):
        truth = rng.normal(size=EFFECTS)
        seen = root @ truth + rng.normal(size=EFFECTS)
        mean = covariance @ root.T @ seen
        draws = change(mean, rng.normal(size=(DRAWS, EFFECTS)) @ spread.T)
        both = np.vstack([truth, draws])
        quantities = np.column_stack([both, -((seen - both @ root.T) ** 2).sum(axis=1)])
        ranks[fit] = rank_among(quantities[0], quantities[1:], rng)
    return ranks


def verdicts_on(ranks: np.ndarray) -> list[Verdict]:
    return [*judge_each(ranks, DRAWS, NAMES), *judge_families(ranks, DRAWS, {"effects": range(EFFECTS)})]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_right_sampler_passes(seed: int) -> None:
    assert not failures(verdicts_on(toy_ranks(FITS, lambda mean, noise: mean + noise, seed)), LEVEL)


@pytest.mark.parametrize(
    ("change", "seen_in"),
    [
        pytest.param(lambda mean, noise: mean + 0.85 * noise, "effects", id="15% too narrow"),
        pytest.param(lambda mean, noise: mean + noise / 0.85, "effects", id="15% too wide"),
        pytest.param(lambda mean, noise: mean + noise + 0.25 * noise.std(axis=0), "effects", id="a quarter sd off"),
        pytest.param(lambda mean, noise: 0.8 * mean + noise, "likelihood", id="shrunk a fifth too far"),
    ],
)
def test_a_wrong_sampler_is_caught(change: Change, seen_in: str) -> None:
    found = failures(verdicts_on(toy_ranks(FITS, change)), LEVEL)
    assert seen_in in {verdict.quantity for verdict in found}


def test_forty_fits_catch_a_sampler_whose_ranges_are_a_third_too_narrow() -> None:
    ranks = toy_ranks(40, lambda mean, noise: mean + 2 / 3 * noise)
    assert failures(verdicts_on(ranks), LEVEL)


def test_one_wrong_quantity_among_right_ones_is_named() -> None:
    def only_the_first(mean: np.ndarray, noise: np.ndarray) -> np.ndarray:
        return mean + noise * np.where(np.arange(EFFECTS) == 0, 0.6, 1.0)

    found = failures(judge_each(toy_ranks(FITS, only_the_first), DRAWS, NAMES), LEVEL)
    assert "effect 0" in {verdict.quantity for verdict in found} <= {"effect 0", "likelihood"}
    assert found[0].spread > 0 and found[0].held < 0.85


def test_the_stated_chance_is_the_share_of_false_alarms() -> None:
    ranks = stream(5, "even").integers(0, DRAWS + 1, size=(60, 1000))
    verdicts = judge_each(ranks, DRAWS, [str(k) for k in range(1000)])
    assert np.mean([verdict.chance < LEVEL for verdict in verdicts]) <= FALSE_ALARMS
    families = [judge_families(ranks[:, k : k + 5], DRAWS, {"five": range(5)})[0] for k in range(995)]
    assert np.mean([verdict.chance < LEVEL for verdict in families]) <= FALSE_ALARMS


def test_the_band_holds_even_samples_it_was_not_made_from() -> None:
    nulls = np.sort(null_gaps(50, 100, seed=1))
    limit = nulls[int(0.05 * len(nulls))]
    others = null_gaps(50, 100, seed=2)
    assert np.mean(others < limit) == pytest.approx(0.05, abs=0.008)


def test_ties_are_broken_evenly() -> None:
    rng = stream(6, "ties")
    draws = np.ones((DRAWS, 1))
    ranks = np.array([rank_among(np.ones(1), draws, rng)[0] for _ in range(4000)])
    assert np.bincount(ranks // 20, minlength=5) == pytest.approx(np.full(5, 800), rel=0.15)


def test_folding_counts_from_the_middle_outward() -> None:
    np.testing.assert_array_equal(fold(np.array([0, 1, 2, 3, 4, 5]), 5), [2, 1, 0, 0, 1, 2])
    with pytest.raises(ValueError, match="odd"):
        fold(np.array([0]), 4)


def test_thinning_spans_all_chains() -> None:
    np.testing.assert_array_equal(thinned(np.arange(9), 3), [0, 4, 8])
