"""Published posteriors of a hierarchical Normal mean, from the engine's own pooling of personas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from impact.progress import SilentProgress
from models.full import sample_fully
from models.inference import Engine, Fit, SamplerSettings
from models.quick import QuickSettings, sample_quickly
from models.reduced import GaussianSummary, ReducedForms, silent
from models.uplift import Credibility, Priors, Question

DATA = Path(__file__).parent / "data"
ENGINES = ["quick", pytest.param("full", marks=pytest.mark.verify)]
LONG = QuickSettings(chains=40, warm=300, kept=1000)
# The published draws and ours have a Monte-Carlo error each; the widest sd, of tau, is 3.2 over some 2,000 draws.
EIGHT_SCHOOLS_OFF = 0.15
# Printed to three decimals, from averages printed to three.
PRINTED = 5e-4
# The mean shrinkage has a posterior sd of .19 over some 2,000 draws.
SHRINKAGE_OFF = 0.015

SCHOOLS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
SCHOOL_ERRORS = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
PUBLISHED_SCHOOLS = np.array([6.151, 4.940, 3.906, 4.796, 3.614, 4.051, 6.317, 4.884])
WIDE = 25.0


def pooled(seen: np.ndarray, errors: np.ndarray, mean: tuple[float, float], scale: float) -> Question:
    """What each group has shown of one effect, as personas of one pain point: mean ~ N, scale ~ half-Normal."""
    groups = len(seen)
    nothing = tuple(silent(1) for _ in range(groups))
    parts = zip(seen, errors, strict=True)
    forms = ReducedForms(
        pain_points=("effect",),
        personas=tuple(f"group{g}" for g in range(groups)),
        unit_exposure=np.ones(1),
        score_sd=1.0,
        score=tuple(GaussianSummary(mean=np.array([y]), precision=np.array([[s**-2.0]])) for y, s in parts),
        leaving=None,
        spend=nothing,
        spend_placebo=nothing,
        stage_effect=np.zeros(1),
        stage_se=np.ones(1),
    )
    return Question(
        forms=forms,
        signs=-np.ones(1),
        credibility=Credibility(prior=None, grades={}),
        priors=Priors(score=mean, persona_spread=scale),
    )


def fit(question: Question, engine: Engine) -> Fit:
    """A long fit, so that what is left is the published figures' own error."""
    tell = SilentProgress().advance
    if engine == "quick":
        return sample_quickly(question, np.random.default_rng(1), LONG, tell)
    return sample_fully(question, 1, tell, settings=SamplerSettings(draws=4000, thin=1))


def mean_under(weight: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """The mean of draws `(draw, ...)` under another prior of the scale, whose density over the engine's is `weight`."""
    share = weight / weight.sum()
    assert 1 / (share**2).sum() > 0.2 * len(share)
    return np.asarray(np.tensordot(share, draws, axes=1))


@pytest.mark.parametrize("engine", ENGINES)
def test_eight_schools_are_pooled_as_published(engine: Engine) -> None:
    """Rubin (1981); reference draws of posteriordb, with mu ~ N(0, 5) and tau ~ half-Cauchy(0, 5).

    The engine's prior of the scale is half-Normal: draws under a wide one are weighed to the half-Cauchy.
    """
    found = fit(pooled(SCHOOLS, SCHOOL_ERRORS, (0.0, 5.0), WIDE), engine)
    tau, schools = found.flat("persona_spread"), found.flat("score")[:, :, 0]
    weight = np.exp((tau / WIDE) ** 2 / 2) / (1 + (tau / 5) ** 2)
    np.testing.assert_allclose(mean_under(weight, schools), PUBLISHED_SCHOOLS, atol=EIGHT_SCHOOLS_OFF)
    assert mean_under(weight, tau) == pytest.approx(3.6021, abs=EIGHT_SCHOOLS_OFF)


@pytest.fixture(scope="module")
def batters() -> pd.DataFrame:
    """Batting averages of 18 players: the first 45 at bats, and the rest of the season."""
    return pd.read_csv(DATA / "EfronMorris.csv")


def james_stein(seen: np.ndarray, variance: float) -> tuple[float, np.ndarray]:
    """The factor kept of each distance from the mean, and the estimates: c = 1 - (k - 3) s^2 / sum (y - mean)^2."""
    around = seen - seen.mean()
    kept = 1 - (len(seen) - 3) * variance / float((around**2).sum())
    return kept, seen.mean() + kept * around


def test_the_copy_of_the_batting_data_gives_the_published_factor_and_errors(batters: pd.DataFrame) -> None:
    """Efron & Morris (1977): c = .212, total squared error .077 before and .022 after."""
    seen, truth = batters["y"].to_numpy(), batters["p"].to_numpy()
    kept, estimates = james_stein(seen, seen.mean() * (1 - seen.mean()) / 45)
    assert kept == pytest.approx(0.212, abs=PRINTED)
    assert ((seen - truth) ** 2).sum() == pytest.approx(0.077, abs=3e-3)
    assert ((estimates - truth) ** 2).sum() == pytest.approx(0.022, abs=3e-3)


def bayes_kept(k: int, ratio: float) -> float:
    """The posterior mean of A / (A + 1) for unit errors, flat in mean and in A: 1 - E[B], B = 1 / (A + 1).

    `ratio` is sum (y - mean)^2. B has the density B^((k - 5) / 2) exp(-B ratio / 2) up to 1; left to go beyond it would
    have the mean (k - 3) / ratio, which is James and Stein's. Source: Morris (1983), section 3.
    """
    shape = (k - 3) / 2
    above = gamma.cdf(ratio / 2, shape + 1) / gamma.cdf(ratio / 2, shape)
    return float(1 - (k - 3) / ratio * above)


@pytest.mark.parametrize("engine", ENGINES)
def test_batting_averages_are_shrunk_as_written_out_and_the_error_falls_as_published(
    engine: Engine, batters: pd.DataFrame
) -> None:
    """Efron & Morris (1975), arcsine scale: total squared error 17.56 as seen, 5.01 by James and Stein.

    A mean that may be anything, and a scale weighed to be flat in its square, make the factor a closed form. It keeps
    more than James and Stein (.33 for .21), since it allows that the scale is not known; its error is 5.36.
    """
    scaled = np.sqrt(45) * np.arcsin(2 * batters[["y", "p"]].to_numpy() - 1)
    seen, truth = scaled.T
    wide = 3.0
    found = fit(pooled(seen, np.ones(18), (3.0, 30.0), wide), engine)
    spread, players = found.flat("persona_spread"), found.flat("score")[:, :, 0]
    weight = spread * np.exp((spread / wide) ** 2 / 2) * (spread < wide)
    kept = mean_under(weight, spread**2 / (1 + spread**2))
    ratio = float(((seen - seen.mean()) ** 2).sum())
    assert kept == pytest.approx(bayes_kept(18, ratio), abs=SHRINKAGE_OFF)
    before, after = ((seen - truth) ** 2).sum(), ((mean_under(weight, players) - truth) ** 2).sum()
    assert before == pytest.approx(17.56, abs=0.05)
    assert james_stein(seen, 1.0)[1] == pytest.approx(mean_under(weight, players), abs=0.25)
    assert after == pytest.approx(5.36, abs=0.15)
    assert after < 0.32 * before
