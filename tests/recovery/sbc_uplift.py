"""The uplift engine under simulation-based calibration: truths of its prior, what is seen of them, what is ranked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from sbc import rank_among, thinned
from scipy.special import expit, logit

from impact.initiative import Fix, Initiative, Plan
from impact.progress import SilentProgress
from impact.rng import stream
from models.reduced import GaussianSummary, ReducedForms, silent
from models.uplift import STUDY_SPREAD, Credibility, EffectRow, Question, UpliftPosterior, draw_prior, fit_uplift
from models.value import PersonaBase, ValueBase, discount_factors, look_at_today, value_draws, whole_fix
from scenarios.cashflow import Clock
from scenarios.effect import make_offers
from scenarios.worth import Case, npv_draws, set_value

DRAWS = 99  # the fit's effective draws are 400 or more, so that these are all but independent
# Standard errors as simulated companies of 20,000 customers have them: sd of overall, log hazard, relative spend.
ERRORS = {"score": 0.05, "leaving": 0.12, "spend": 0.01}
SCALES = ("persona_spread", "leaving_spread", "spend_spread", "direct_scale")
PERIODS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The ranks of every quantity in every fit `(fit, quantity)` and what the fits took."""

    names: tuple[str, ...]
    ranks: np.ndarray
    fell_back: int
    seconds: float

    def family(self, start: str) -> list[int]:
        """The columns whose name begins so."""
        return [k for k, name in enumerate(self.names) if name.startswith(start)]


def question_of(pains: int, personas: int, rows: Iterable[EffectRow] = (), seed: int = 1) -> Question:
    """A study before its data: how exactly each effect will be seen, errors related; the last pain point is a delight.

    The first is known from a survey alone: its leaving is seen half as well, its spend not at all.
    """
    rng = stream(seed, "precisions")

    def outcome(of: str) -> tuple[GaussianSummary, ...]:
        return tuple(_summary(of, pains, rng) for _ in range(personas))

    names = tuple(f"pain{k}" for k in range(pains))
    forms = ReducedForms(
        pain_points=names,
        personas=tuple(f"group{g}" for g in range(personas)),
        unit_exposure=np.ones(pains),
        score_sd=1.7,
        score=outcome("score"),
        leaving=outcome("leaving"),
        spend=outcome("spend"),
        spend_placebo=tuple(silent(pains) for _ in range(personas)),
        stage_effect=np.zeros(pains),
        stage_se=np.ones(pains),
    )
    signs = np.append(-np.ones(pains - 1), 1.0)
    credibility = Credibility(prior=(4.0, 3.0), grades=dict.fromkeys(names, "cross-section"))
    return Question(forms=forms, signs=signs, credibility=credibility, rows=tuple(rows))


def _summary(of: str, pains: int, rng: np.random.Generator) -> GaussianSummary:
    """A likelihood yet without its mean: errors that differ threefold and are related, as what occurs together is."""
    se = ERRORS[of] * np.exp(rng.uniform(np.log(0.6), np.log(1.8), size=pains))
    se[0] *= 2 if of == "leaving" else 1
    shared = 0.6 * rng.normal(size=(pains, 2))
    related = shared @ shared.T + np.eye(pains)
    root = np.sqrt(np.diag(related))
    precision = np.linalg.inv(related / np.outer(root, root) * np.outer(se, se))
    if of == "spend":
        precision[0] = precision[:, 0] = 0.0
    return GaussianSummary(mean=np.zeros(pains), precision=precision)


def seen(question: Question, truth: UpliftPosterior, fit: int, rng: np.random.Generator) -> Question:
    """The question with data: summaries and rows simulated at one draw of the prior."""
    forms = question.forms
    score = truth.fit.flat("score")[fit]
    effects = {"score": score, "leaving": truth.fit.flat("leaving")[fit], "spend": truth.fit.flat("spend")[fit]}
    parts = {
        of: tuple(_at(part, effects[of][g], rng) for g, part in enumerate(getattr(forms, of) or ())) for of in effects
    }
    rows = tuple(_row_at(row, truth, fit, rng) for row in question.rows)
    return replace(question, forms=replace(forms, **parts), rows=rows)


def _at(part: GaussianSummary, effect: np.ndarray, rng: np.random.Generator) -> GaussianSummary:
    told = np.diag(part.precision) > 0
    mean = np.zeros(len(effect))
    noise = np.linalg.cholesky(np.linalg.inv(part.precision[np.ix_(told, told)])) @ rng.normal(size=told.sum())
    mean[told] = effect[told] + noise
    return replace(part, mean=mean)


def _row_at(row: EffectRow, truth: UpliftPosterior, fit: int, rng: np.random.Generator) -> EffectRow:
    """The row as it would be seen, from the equations: kappa of the study about the common one, then the reading."""
    score, theta, psi = truth.fit.flat("mean_score")[fit], truth.theta[fit], truth.psi[fit]
    pooled = {
        "score": score,
        "leaving": theta * score + truth.fit.flat("direct")[fit],
        "spend": psi * score + truth.fit.flat("direct_spend")[fit],
    }
    common = np.abs(row.weights) @ truth.credibility[fit] / np.abs(row.weights).sum()
    kept = expit(logit(common) + STUDY_SPREAD * rng.normal()) if row.haircut else 1.0
    return replace(row, estimate=float(kept * (row.weights @ pooled[row.of]) + row.se * rng.normal()))


def calibrate(question: Question, fits: int, seed: int) -> Trial:
    """Ranks of the truth among the draws of as many fits by the quick engine."""
    truth = draw_prior(question, fits, seed)
    ranks, names, fell_back, seconds = [], (), 0, 0.0
    for fit in range(fits):
        rng = stream(seed, f"fit {fit}")
        asked = seen(question, truth, fit, rng)
        posterior = fit_uplift(asked, int(rng.integers(2**31)), "quick", SilentProgress().advance)
        quantities = test_quantities(asked, joined(truth, fit, posterior), int(rng.integers(2**31)))
        names = tuple(quantities)
        table = np.column_stack(list(quantities.values()))
        ranks.append(rank_among(table[0], table[1:], rng))
        fell_back += posterior.fit.fell_back
        seconds += posterior.fit.seconds
    return Trial(names=names, ranks=np.array(ranks), fell_back=fell_back, seconds=seconds)


def joined(truth: UpliftPosterior, fit: int, posterior: UpliftPosterior) -> UpliftPosterior:
    """One posterior whose first draw is the truth, the others thinned draws of the fit."""

    def both(one: np.ndarray, many: np.ndarray) -> np.ndarray:
        return np.concatenate([one[[fit]], thinned(many, DRAWS)])

    names = ("score", "leaving", "spend", "credibility", "theta", "psi")
    arrays = {name: both(getattr(truth, name), getattr(posterior, name)) for name in names}
    scales = {name: both(truth.fit.flat(name), posterior.fit.flat(name))[None] for name in SCALES}
    return replace(posterior, **arrays, fit=replace(posterior.fit, draws=scales))


def test_quantities(question: Question, draws: UpliftPosterior, seed: int) -> dict[str, np.ndarray]:
    """Every quantity that is ranked, by name `(draw,)`: effects, slopes, scales, money, ranks, likelihoods."""
    found = {}
    for of in ("score", "leaving", "spend"):
        values = getattr(draws, of)
        for g in range(values.shape[1]):
            for k in range(1 if of == "spend" else 0, values.shape[2]):
                found[f"{of} {g} {k}"] = values[:, g, k]
    found |= {"theta": draws.theta, "psi": draws.psi, "kappa": draws.credibility[:, 0]}
    found |= {f"scale {name}": draws.fit.flat(name) for name in SCALES if np.ptp(draws.fit.flat(name)) > 0}
    found |= money(draws, seed)
    for of in ("score", "leaving", "spend"):
        scale = question.forms.score_sd if of == "score" else 1.0
        found[f"likelihood {of}"] = log_likelihood(getattr(question.forms, of), getattr(draws, of) / scale)
    return found


def log_likelihood(parts: tuple[GaussianSummary, ...], effects: np.ndarray) -> np.ndarray:
    """Of one outcome's summaries at every draw `(draw,)`."""
    misses = [effects[:, g] - part.mean for g, part in enumerate(parts)]
    return np.sum(
        [-np.einsum("dk,kl,dl->d", miss, part.precision, miss) / 2 for miss, part in zip(misses, parts, strict=True)],
        axis=0,
    )


def money(draws: UpliftPosterior, seed: int) -> dict[str, np.ndarray]:
    """Value of each pain point, the order among them, value of all, and an initiative's NPV."""
    base, pains = small_base(draws, seed), len(draws.pain_points)
    today = look_at_today(base, draws)

    def worth(which: list[int]) -> np.ndarray:
        return value_draws(base, today, whole_fix(draws.draws, pains, which, PERIODS)).discounted(base.discount)

    single = np.array([worth([k]) for k in range(pains)])
    place = (-single).argsort(axis=0).argsort(axis=0)
    clock = Clock(first=1, periods=PERIODS, periods_a_year=4)
    offers = make_offers(plan(), draws.pain_points, draws.personas, clock, draws.draws, seed)
    case = Case(base=base, posterior=draws, today=today, offers=offers, clock=clock)
    found = {f"value {k}": single[k] for k in range(pains)}
    found |= {f"rank {k}": place[k].astype(float) for k in range(pains)}
    return {**found, "value all": worth(list(range(pains))), "npv": npv_draws(case, [0], set_value(case, [0]))}


def plan() -> Plan:
    """One initiative that fixes two pain points, its cost uncertain."""
    item = Initiative(initiative="fix", name="Fix", cost=3e4, cost_low=2e4, cost_high=6e4, duration=2, ramp=1.0)
    fixes = (
        Fix(initiative="fix", pain_point="pain0", low=0.2, likely=0.5, high=0.7),
        Fix(initiative="fix", pain_point="pain1", low=0.3, likely=0.4, high=0.6),
    )
    return Plan(initiatives=(item,), fixes=fixes)


def small_base(draws: UpliftPosterior, seed: int) -> ValueBase:
    """The base that values are of, alike in all fits but for its frailty, which is drawn."""
    rng, pains = stream(7, "base"), len(draws.pain_points)
    rates = np.exp(rng.uniform(np.log(0.05), np.log(0.35), size=pains))
    personas = []
    for name in draws.personas:
        patterns = np.unique((rng.uniform(size=(200, pains)) < rates).astype(float), axis=0)
        weights = rng.dirichlet(np.ones(len(patterns)))
        none = np.zeros(pains)
        persona = PersonaBase(
            persona=name,
            customers=np.array([3000.0, 7000.0]),
            rate=np.array([0.08, 0.04]),
            money=np.array([60.0, 90.0]),
            patterns=patterns,
            weights=weights,
            alone=none,
            level=none,
            exposure=weights @ patterns,
            prevalence=weights @ patterns,
        )
        personas.append(persona)
    frailty = stream(seed, "frailty").uniform(0.1, 0.6, size=draws.draws)
    return ValueBase(personas=tuple(personas), discount=discount_factors(0.1, PERIODS, 4), lag=1, frailty=frailty)
