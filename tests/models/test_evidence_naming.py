"""What naming hides: its formula against simulated customers, its posterior against their truth, and its value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.rng import stream
from models.evidence import Reading
from models.evidence_naming import LEAST_YOUDEN, Naming, correct_naming, learn_naming, true_effect
from models.inference import Fit
from models.uplift import UpliftPosterior
from models.value import PersonaBase, ValueBase, discount_factors, look_at_today, value_draws, whole_fix
from tests.models.evidence_values import row

CUSTOMERS = 400_000
DRAWS = 2_000
# Four standard errors of a slope on a flag of a tenth of the customers, outcome noise of 1.
SLOPE_OFF = 4 / np.sqrt(CUSTOMERS * 0.09) * 2
ROUNDED = 1e-9


def _simulated(rng: np.random.Generator, share: float, se: float, sp: float) -> tuple[np.ndarray, np.ndarray]:
    met = rng.uniform(size=CUSTOMERS) < share
    return met, rng.uniform(size=CUSTOMERS) < np.where(met, se, 1 - sp)


@pytest.mark.parametrize(("se", "sp"), [(0.5, 0.98), (0.8, 0.95), (1.0, 1.0), (0.4, 1.0)])
def test_the_effect_on_those_who_met_it_comes_back_from_those_who_named_it(se: float, sp: float) -> None:
    rng = stream(3, f"naming/{se}/{sp}")
    met, named = _simulated(rng, 0.2, se, sp)
    outcome = 0.4 * met + rng.standard_normal(CUSTOMERS)
    observed = outcome[named].mean() - outcome[~named].mean()
    truth = Naming(sensitivity=np.array([se]), specificity=np.array([sp]), share=np.array([0.2]))
    tau, share = true_effect(named.mean(), np.array([observed]), truth)
    p = named.mean()
    assert tau[0] == pytest.approx(0.4, abs=SLOPE_OFF * p * (1 - p) / (se + sp - 1) / 0.16)
    assert share[0] == pytest.approx(0.2, abs=0.005)


def test_naming_that_is_true_changes_nothing() -> None:
    exact = Naming(sensitivity=np.ones(3), specificity=np.ones(3), share=np.full(3, 0.2))
    tau, share = true_effect(np.array(0.2), np.array([0.1, 0.2, -0.3]), exact)
    assert tau == pytest.approx([0.1, 0.2, -0.3], rel=ROUNDED)
    assert share == pytest.approx(0.2, rel=ROUNDED)


def test_half_named_and_an_audit_that_says_so_learn_half() -> None:
    naming = learn_naming(0.1, (0.2, 0.01), DRAWS, stream(1, "half"))
    assert naming.share.mean() == pytest.approx(0.2, abs=0.01)
    assert naming.sensitivity.mean() == pytest.approx((0.1 - 0.02 * 0.8) / 0.2, abs=0.05)
    assert (naming.sensitivity + naming.specificity - 1 >= LEAST_YOUDEN).all()
    # the named share is met by every draw
    named = naming.sensitivity * naming.share + (1 - naming.specificity) * (1 - naming.share)
    assert named == pytest.approx(0.1, abs=1e-12)


def test_ranges_of_the_effect_hold_nine_of_ten_truths() -> None:
    rng, held, companies = stream(9, "naming coverage"), 0, 200
    for _ in range(companies):
        share, se, sp = rng.uniform(0.1, 0.4), rng.uniform(0.3, 1.0), rng.beta(49, 1)
        named = se * share + (1 - sp) * (1 - share)
        observed = 0.4 * (se + sp - 1) * share * (1 - share) / (named * (1 - named))
        audit = (share + 0.03 * rng.standard_normal(), 0.03)
        tau, _ = true_effect(np.array(named), np.full(500, observed), learn_naming(named, audit, 500, rng))
        low, high = np.percentile(tau, [5, 95])
        held += low <= 0.4 <= high
    # three binomial standard errors, on top of a flat prior of a share that was drawn from a narrower one
    assert held / companies == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / companies) + 0.02)


def test_an_audit_at_odds_with_the_naming_is_refused() -> None:
    with pytest.raises(ValueError, match="naming tells nothing"):
        learn_naming(0.6, (0.01, 0.0005), 100, stream(1, "odds"))


def _base(share: float) -> ValueBase:
    persona = PersonaBase(
        persona="all",
        customers=np.array([1_000.0]),
        rate=np.array([0.06]),
        money=np.array([50.0]),
        patterns=np.zeros((1, 1)),
        weights=np.ones(1),
        alone=np.array([share]),
        level=np.zeros(1),
        exposure=np.array([share]),
        prevalence=np.array([share]),
    )
    return ValueBase(personas=(persona,), discount=discount_factors(0.1, 8, 4), lag=1, frailty=np.full(DRAWS, 0.3))


def _posterior(leaving: float, spend: float) -> UpliftPosterior:
    effect = np.ones((DRAWS, 1, 1))
    return UpliftPosterior(
        pain_points=("rude",),
        personas=("all",),
        score=-0.3 * effect,
        leaving=leaving * effect,
        spend=spend * effect,
        credibility=np.full((DRAWS, 1), 0.6),
        theta=np.full(DRAWS, -0.25),
        psi=np.full(DRAWS, 0.03),
        prior_share=np.full(1, 0.2),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=4_000.0, divergences=0, worst=""),
    )


def _worth(base: ValueBase, posterior: UpliftPosterior) -> float:
    course = whole_fix(DRAWS, 1, [0], 8)
    return float(value_draws(base, look_at_today(base, posterior), course).discounted(base.discount).mean())


def test_the_value_after_an_audit_is_that_of_the_true_effect_on_the_true_share() -> None:
    """Recovery: Se .5, Sp .98, true share .2, true effect .4 on leaving and -.03 on spend."""
    named, share, tau, spend = 0.116, 0.2, 0.4, -0.03
    shrink = 0.48 * share * (1 - share) / (named * (1 - named))
    audit = Reading(
        item=row(target="rude", outcome="prevalence", unit="points", estimate=share, se=1e-4),
        use="naming",
        words="",
        estimate=share,
        se=1e-4,
    )
    base, seen = _base(named), _posterior(tau * shrink, spend * shrink)
    corrected = correct_naming(seen, base, (audit,), 1)
    truth = _worth(_base(share), _posterior(tau, spend))
    # specificity is not known beyond its prior, whose spread puts the mean of a ratio up by a twentieth
    assert _worth(base, corrected) == pytest.approx(truth, rel=0.12)
    assert _worth(base, seen) < 0.65 * truth
    assert corrected.score.mean() == pytest.approx(-0.3 / shrink * share / named, rel=0.12)


def test_without_an_audit_naming_is_taken_as_it_is() -> None:
    seen = _posterior(0.3, -0.02)
    other = replace(Reading(item=row(), use="effect", words=""))
    assert correct_naming(seen, _base(0.1), (other,), 1) is seen
