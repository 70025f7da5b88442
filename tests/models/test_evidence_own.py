"""Rows measured on the study's own ledger: they move the haircut, and tell of the effects no second time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import beta, norm

from impact.rng import stream
from models.evidence_haircut import HaircutPosterior, haircut_posterior
from models.evidence_own import set_apart
from models.reduced import GaussianSummary, ReducedForms, silent
from models.uplift import STUDY_SPREAD, Credibility, EffectRow, Priors, Question, UpliftPosterior, fit_uplift
from tests.models.evidence_values import FACTS, read, row

PRIOR = (4.0, 3.0)
COMPANIES = 200
BINOMIAL = 3 * np.sqrt(0.09 / COMPANIES)  # three standard errors of a coverage of 90%
DRAWN = 0.15  # of a posterior standard deviation: 4,000 draws worth at least 400 independent ones


def own_row(estimate: float, se: float, apart: tuple[float, float] | None, place: int = 0, of: int = 1) -> EffectRow:
    return EffectRow(
        evidence=f"m{place}",
        of="leaving",
        weights=np.eye(of)[place],
        estimate=estimate,
        se=se,
        haircut=True,
        own=True,
        apart=apart,
    )


def forms(observed: np.ndarray, se: float) -> ReducedForms:
    pains = tuple(f"p{k}" for k in range(len(observed)))
    whole = np.eye(len(observed)) / se**2
    return ReducedForms(
        pain_points=pains,
        personas=("all",),
        unit_exposure=np.ones(len(observed)),
        score_sd=1.0,
        score=(GaussianSummary(mean=np.full(len(observed), -0.3), precision=whole),),
        leaving=(GaussianSummary(mean=observed, precision=whole),),
        spend=(silent(len(observed)),),
        spend_placebo=(silent(len(observed)),),
        stage_effect=np.zeros(len(observed)),
        stage_se=np.ones(len(observed)),
    )


def fit(observed: np.ndarray, se: float, rows: tuple[EffectRow, ...]) -> UpliftPosterior:
    told = forms(observed, se)
    credibility = Credibility(prior=PRIOR, grades=dict.fromkeys(told.pain_points, "within-unit"))
    question = Question(
        forms=told,
        signs=-np.ones(len(observed)),
        credibility=credibility,
        rows=rows,
        priors=Priors(leaving_spread=1e-3),
    )
    return fit_uplift(question, 3, "quick", lambda done, total: None)


def test_a_measured_row_is_marked_as_the_studys_own_and_others_are_not() -> None:
    measured, pilot = read(
        row(evidence="m", target="vans", kind="past_initiative", source="measured: a.b.2025Q1-2026Q1"), row()
    )
    assert measured.row is not None and pilot.row is not None
    assert (measured.row.own, pilot.row.own) == (True, False)


def test_what_is_set_apart_is_the_ledgers_own_reading_and_its_spread() -> None:
    observed = np.array([0.4, 0.2, 0.3, 0.1])
    without = fit(observed, 0.05, ())
    without = replace(without, pain_points=FACTS.pain_points)
    plain = own_row(0.2, 0.05, None, of=4)
    kept, other = set_apart((plain, replace(plain, own=False)), FACTS, without)
    assert kept.apart == pytest.approx((without.leaving[:, 0, 0].mean(), without.leaving[:, 0, 0].std()))
    assert other.apart is None


def test_the_effects_stay_as_the_ledger_tells_them_and_the_haircut_moves_as_on_the_grid() -> None:
    observed = np.array([0.5, 0.4, 0.6])
    without = fit(observed, 0.05, ())
    rows = tuple(
        own_row(
            0.2 * value, 0.04, (float(without.leaving[:, 0, k].mean()), float(without.leaving[:, 0, k].std())), k, 3
        )
        for k, value in enumerate(observed)
    )
    told = fit(observed, 0.05, rows)
    sd = without.leaving[:, 0].std(axis=0)
    assert np.abs(told.leaving[:, 0].mean(axis=0) - without.leaving[:, 0].mean(axis=0)).max() < DRAWN * sd.max()
    assert told.leaving[:, 0].std(axis=0) == pytest.approx(sd, rel=DRAWN)
    grid = haircut_posterior(PRIOR, "within-unit", rows, observed)
    spread = float(np.sqrt(grid.kept**2 @ grid.weight - grid.mean**2))
    assert told.credibility[:, 0].mean() == pytest.approx(grid.mean, abs=DRAWN * spread)
    assert grid.mean < 0.45


def _company(
    rng: np.random.Generator, kept: float, number: int, shared: float, errors_of: tuple[float, float] = (0.15, 0.1)
) -> tuple[np.ndarray, list[EffectRow]]:
    """True effects at face value, and measured rows whose error shares some of the ledger's own."""
    se, measured_se = errors_of
    effects = 0.4 + 0.15 * rng.standard_normal(number)
    errors = rng.multivariate_normal([0, 0], [[1, shared], [shared, 1]], number)
    own = expit(logit(kept) + STUDY_SPREAD * rng.standard_normal(number))
    # what the ledger tells, under the effects' own prior
    precision = se**-2 + 0.15**-2
    told = ((effects + se * errors[:, 0]) / se**2 + 0.4 / 0.15**2) / precision
    estimates = own * effects + measured_se * errors[:, 1]
    rows = [
        own_row(float(y), measured_se, (float(m), float(precision**-0.5))) for y, m in zip(estimates, told, strict=True)
    ]
    return effects, rows


def _joint_range(one: EffectRow) -> tuple[float, float]:
    """The 90% range of the effect where the row tells of it as if it were other data."""
    assert one.apart is not None
    effect = np.linspace(-0.4, 1.4, 181)
    kept = beta.ppf((np.arange(60) + 0.5) / 60, *PRIOR)
    steps = np.linspace(-3, 3, 13)
    own = expit(logit(kept)[:, None] + STUDY_SPREAD * steps)
    row = norm.pdf(one.estimate, own[..., None] * effect, one.se)
    weight = np.einsum("pze,z->e", row, norm.pdf(steps)) * norm.pdf(effect, *one.apart)
    below = np.cumsum(weight / weight.sum()) - weight / weight.sum() / 2
    return float(np.interp(0.05, below, effect)), float(np.interp(0.95, below, effect))


def test_told_twice_effects_would_be_too_sure_and_set_apart_they_are_not() -> None:
    """The error of a measurement shares nine tenths of the ledger's own: the same leavers stand behind both."""
    rng = stream(3, "told twice")
    joint = apart = haircut = 0
    for _ in range(COMPANIES):
        kept = float(rng.beta(*PRIOR))
        effects, rows = _company(rng, kept, 1, 0.9)
        low, high = _joint_range(rows[0])
        joint += low <= effects[0] <= high
        assert rows[0].apart is not None
        apart += abs(effects[0] - rows[0].apart[0]) <= 1.645 * rows[0].apart[1]
        found = haircut_posterior(PRIOR, "within-unit", rows, np.zeros(1))
        haircut += found.quantile(0.05) <= kept <= found.quantile(0.95)
    assert joint / COMPANIES < 0.9 - BINOMIAL
    assert apart / COMPANIES == pytest.approx(0.9, abs=BINOMIAL)
    assert haircut / COMPANIES > 0.9 - BINOMIAL


@pytest.mark.parametrize(("prior", "kept"), [((4.0, 3.0), 0.5), ((8.0, 2.0), 0.5), ((4.0, 3.0), 0.9)])
def test_three_measured_initiatives_move_the_haircut_towards_the_truth_and_narrow_it(
    prior: tuple[float, float], kept: float
) -> None:
    rng = stream(9, f"three/{prior[0]:g}/{kept:g}")
    companies = [_company(rng, kept, 3, 0.1, (0.04, 0.05))[1] for _ in range(60)]
    found = [haircut_posterior(prior, "within-unit", rows, np.zeros(1)) for rows in companies]
    signed = prior[0] / sum(prior)
    mean = float(np.mean([one.mean for one in found]))
    assert abs(mean - kept) < abs(signed - kept) - 0.01
    before = float(np.diff(beta.ppf([0.05, 0.95], *prior))[0])
    assert np.mean([_width(one) for one in found]) < before


def _width(one: HaircutPosterior) -> float:
    return one.quantile(0.95) - one.quantile(0.05)
