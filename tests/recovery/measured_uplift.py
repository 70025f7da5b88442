"""From the tables of a simulated company to its pain points, their money and a portfolio, beside the truth.

The measuring part of a run and no more: nothing is calibrated, described or written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from usual_ways import usual_choices
from written_company import write_tables

from impact.cells import Cells, summarise
from impact.intake import Intake, take_in
from models.base import build_base
from models.pains import value_pains
from models.reduce import reduce_cells
from models.simulate import Company, CompanySpec, best_portfolio, simulate_company, true_npv
from models.simulate_truth import as_stated, expected_margin, outlook_of
from models.uplift import Credibility, Question, UpliftPosterior, fit_uplift
from models.value import ValueBase, base_path, look_at_today
from scenarios.cashflow import Clock
from scenarios.effect import make_offers
from scenarios.limits import limits_of
from scenarios.portfolio import Portfolio, choose_portfolio
from scenarios.worth import Case

SURE = 0.95
ENGINE = "engine"
DRAWN = "engine, as drawn"
CHOOSE_ON_EVERY = 2  # joint draws: 2,000 tell the mean of a set to a hundredth of its range
PER_DRAW = ("score", "leaving", "spend", "credibility", "theta", "psi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the measurement says of a company, beside its truth.

    `inside` of `pain_points` true values lie in their 90% range. `sum_ratio`: estimated over true value, all pain
    points. `base_ratio`: discounted margin without any fix over its expectation. `given_effects`: value over truth
    where the engine is told the true effects, so that only base and horizon are its own. `claimed` of `nothings` that
    do nothing, and `found` of the others, are said to cost money with P > .95.

    `net`: true net value, in money, of the set each way takes, every fix as good as its stated range says on average,
    and `best` that of the best set under the budget. `DRAWN` is the engine's set where fixes work as drawn from that
    range, beside `best_drawn`, the best set known only afterwards. `forecast`: the engine's own mean for its set.
    """

    kind: str
    seed: int
    pain_points: int
    inside: int
    rank_correlation: float
    sum_ratio: float
    base_ratio: float
    given_effects: float
    nothings: int
    claimed: int
    found: int
    net: Mapping[str, float]
    best: float
    best_drawn: float
    forecast: float
    forecast_inside: bool
    engine: str
    fit_seconds: float

    def captured(self, way: str) -> float:
        """Share of the best set's net value that the set of a way has."""
        return self.net[way] / (self.best_drawn if way == DRAWN else self.best)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What was estimated of one company; `values` of pain points `(pain_point, draw)`, in money."""

    intake: Intake
    cells: Cells
    posterior: UpliftPosterior
    base: ValueBase
    values: np.ndarray


def measure(kind: str, spec: CompanySpec, folder: Path) -> Measured:
    """The figures of one company, its tables written to an empty folder and read from there."""
    company = simulate_company(spec)
    return beside_truth(kind, company, estimate(company, folder))


def estimate(company: Company, folder: Path) -> Estimate:
    """What the tables of a company say of its pain points."""
    intake = take_in(write_tables(company, folder))
    journey, study = intake.case.journey, intake.study
    cells = summarise(intake.source, journey, study)
    forms = reduce_cells(cells, journey)
    signs = np.full(len(forms.pain_points), -1.0)
    question = Question(forms=forms, signs=signs, credibility=Credibility(prior=None, grades={}))
    posterior = fit_uplift(question, study.study.seed, "quick", lambda done, total: None)
    base = build_base(cells, journey, study, forms, posterior.draws)
    values = value_pains(base, posterior, journey).pains
    return Estimate(intake=intake, cells=cells, posterior=posterior, base=base, values=values)


def beside_truth(kind: str, company: Company, found: Estimate) -> Measured:
    """The figures of an estimate beside the truth of its company."""
    posterior = found.posterior
    truth = company.truth.set_index("pain_point").loc[list(posterior.pain_points)]
    true, nothing = truth["value"].to_numpy(), truth["does_nothing"].to_numpy()
    values = found.values
    low, high = np.percentile(values, [5, 95], axis=1)
    sure = (values > 0).mean(axis=1) > SURE
    portfolio = choose(found)
    taken = tuple(np.array(company.plan.ids())[portfolio.chosen.astype(bool)])
    stated, drawn = as_stated(company), true_npv(company, taken)
    span = np.percentile(portfolio.npv, [5, 95])
    choices = {ENGINE: taken, **usual_choices(company)}
    return Measured(
        kind=kind,
        seed=company.spec.seed,
        pain_points=len(true),
        inside=int(((low <= true) & (true <= high)).sum()),
        rank_correlation=float(spearmanr(true, values.mean(axis=1)).statistic),
        sum_ratio=float(values.mean(axis=1).sum() / true.sum()),
        base_ratio=_base_ratio(company, found.base),
        given_effects=_given_effects(company, found) / float(true.sum()),
        nothings=int(nothing.sum()),
        claimed=int((sure & nothing).sum()),
        found=int((sure & ~nothing).sum()),
        net={**{way: true_npv(stated, chosen) for way, chosen in choices.items()}, DRAWN: drawn},
        best=best_portfolio(stated, company.budget).npv,
        best_drawn=best_portfolio(company, company.budget).npv,
        forecast=float(portfolio.npv.mean()),
        forecast_inside=bool(span[0] <= drawn <= span[1]),
        engine=posterior.fit.engine,
        fit_seconds=posterior.fit.seconds,
    )


def choose(found: Estimate) -> Portfolio:
    """The portfolio chosen under the budget, on some of the joint draws."""
    study, plan = found.intake.study, found.intake.case.plan
    thinned = {name: getattr(found.posterior, name)[::CHOOSE_ON_EVERY] for name in PER_DRAW}
    posterior = replace(found.posterior, **thinned)
    base = replace(found.base, frailty=found.base.frailty[::CHOOSE_ON_EVERY])
    clock = Clock(first=study.as_of + 1, periods=study.horizon_periods, periods_a_year=study.periods_a_year)
    offers = make_offers(
        plan, posterior.pain_points, posterior.personas, clock, posterior.draws, found.intake.study.study.seed
    )
    today = look_at_today(base, posterior)
    case = Case(base=base, posterior=posterior, today=today, offers=offers, clock=clock)
    return choose_portfolio(case, limits_of(study, plan, clock))


def _base_ratio(company: Company, base: ValueBase) -> float:
    """Discounted margin of the base without any fix, over what the simulation expects."""
    nothing_fixed = np.zeros((company.spec.money.horizon, company.spec.pain_points))
    expected = expected_margin(outlook_of(company.hidden), nothing_fixed) @ company.hidden.discount
    return float(base_path(base)["margin"].mean(axis=0) @ base.discount / expected)


def _given_effects(company: Company, found: Estimate) -> float:
    """Value of all pain points, one at a time, on the engine's base with the true effects in every draw."""
    posterior, effects = found.posterior, company.hidden.effects
    named = [persona.persona for persona in company.journey.personas]
    order = [named.index(persona) for persona in posterior.personas]
    told = replace(
        posterior,
        leaving=np.broadcast_to(effects.tau[order], posterior.leaving.shape),
        spend=np.broadcast_to(effects.sigma[order], posterior.spend.shape),
    )
    return float(value_pains(found.base, told, company.journey).pains.mean(axis=1).sum())
