"""What a customer of today still brings, by each model of how long customers stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import CustomerCells
from impact.rng import stream
from impact.study import Study
from models.base import margin_rate
from models.lifetime.renewals import Term, term_of
from models.lifetime.shifted_beta import RiskSet, Staying, StayModel, fit_staying, log_survival
from models.value import discount_factors

EVERYBODY = "all"
STAY_MODELS: tuple[StayModel, ...] = ("shifted beta", "gamma frailty", "geometric")
LEAST_LEAVERS = 20
LEAST_TENURES = 3
LONG_QUARTERS = 20
YEARS = 5
DRAWS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Present value per customer over a span: at the estimate, and the ends of its 90% range (nan where not known)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeRow:
    """One model of one persona's customers, or of all.

    `parameters` by name as estimate and standard error. `n` customer-periods at risk (buying: customers), `left` of
    them; `retention` by year of tenure, nan beyond the tenures seen; `customers` the values are means over.
    """

    persona: str
    model: str
    parameters: tuple[tuple[str, float, float], ...]
    loglik: float
    n: float
    left: float
    retention: tuple[float, ...]
    customers: float
    horizon: Worth
    long: Worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """The two spans values are counted over, with mid-period factors `(period,)` of the longer, and periods a year."""

    horizon: int
    long: int
    discount: np.ndarray
    a_year: int


def spans_of(study: Study) -> Spans:
    """The study's horizon, and 20 quarters beside it."""
    horizon = study.horizon_periods
    long = max(1, round(LONG_QUARTERS * study.periods_a_year / 4))
    factors = discount_factors(study.study.discount_rate, max(horizon, long), study.periods_a_year)
    return Spans(horizon=horizon, long=long, discount=factors, a_year=study.periods_a_year)


def personas_of(cells: CustomerCells) -> tuple[str, ...]:
    """The personas by name, and everybody last."""
    names = sorted({str(one) for one in cells.by_tenure["persona"]} - {EVERYBODY})
    return (*names, EVERYBODY) if len(names) != 1 else (EVERYBODY,)


def of_persona(rows: pd.DataFrame, persona: str) -> pd.DataFrame:
    """The rows of a persona; all of them for everybody."""
    return rows if persona == EVERYBODY else rows[rows["persona"] == persona]


def at_risk(rows: pd.DataFrame, term: Term) -> RiskSet:
    """Customers at risk by renewals done; without terms, by whole periods of tenure.

    Args:
        rows: tenure (periods, -1 unknown), n, leavers.
        term: the contract's term.
    """
    known = rows[rows["tenure"] >= 0]
    counted = known.assign(done=term.which(known["tenure"].to_numpy())).groupby("done")[["n", "leavers"]].sum()
    return RiskSet(
        tenure=counted.index.to_numpy(float), n=counted["n"].to_numpy(float), left=counted["leavers"].to_numpy(float)
    )


def term_of_study(cells: CustomerCells) -> Term:
    """The term of the study's contracts."""
    known = cells.by_tenure[cells.by_tenure["tenure"] >= 0]
    length = 1 if cells.lifetime is None else cells.lifetime.term
    return term_of(length, known["tenure"].to_numpy(), known["n"].to_numpy(float))


def staying_rows(cells: CustomerCells, study: Study) -> tuple[LifetimeRow, ...]:
    """A row a persona and model where enough customers left to tell; none where tenure is not known."""
    if cells.lifetime is None:
        return ()
    term, spans, rate = term_of_study(cells), spans_of(study), margin_rate(cells, study)
    found = []
    for persona in personas_of(cells):
        rows = of_persona(cells.by_tenure, persona)
        risk = at_risk(rows, term)
        if risk.left.sum() < LEAST_LEAVERS or len(risk.tenure) < LEAST_TENURES:
            continue
        active = of_persona(cells.lifetime.active, persona)
        today = _today(active[active["tenure"] >= 0], rate)
        for model in STAY_MODELS:
            staying = fit_staying(risk, model)
            rng = stream(study.study.seed, f"lifetime {persona} {model}")
            found.append(_row(persona, staying, risk, (term, spans), today, rng))
    return tuple(found)


def _today(active: pd.DataFrame, rate: float | None) -> pd.DataFrame:
    """Active customers by tenure with their money of a period: tenure, customers, money."""
    money = active["margin"] if rate is None else active["revenue"] * rate
    return active.assign(money=money).groupby("tenure", as_index=False)[["customers", "money"]].sum()


def _row(
    persona: str,
    staying: Staying,
    risk: RiskSet,
    clock: tuple[Term, Spans],
    today: pd.DataFrame,
    rng: np.random.Generator,
) -> LifetimeRow:
    term, spans = clock
    fit = staying.fit
    parameters = np.vstack([np.exp(fit.at), fit.draws(rng, DRAWS)])
    paths = money_path(staying.model, parameters, term, today, len(spans.discount))
    seen = int(risk.tenure.max()) + 1
    return LifetimeRow(
        persona=persona,
        model=staying.model,
        parameters=tuple(zip(fit.names, fit.estimate.tolist(), fit.se.tolist(), strict=True)),
        loglik=fit.loglik,
        n=float(risk.n.sum()),
        left=float(risk.left.sum()),
        retention=retention_by_year(staying, term, spans.a_year, seen),
        customers=float(today["customers"].sum()),
        horizon=worth_of(paths, spans.discount, spans.horizon),
        long=worth_of(paths, spans.discount, spans.long),
    )


def retention_by_year(staying: Staying, term: Term, a_year: int, seen: int) -> tuple[float, ...]:
    """Share of those there at the start of each of the first years of tenure who are there at its end.

    A year is blank where it ends beyond the `seen` renewals (without terms: periods) that were observed.
    """
    done = term.decided(np.arange(YEARS + 1) * a_year)
    alive = staying.survival(done.astype(float))
    kept = alive[1:] / alive[:-1]
    return tuple(float(share) if end <= seen else np.nan for share, end in zip(kept, done[1:], strict=True))


def money_path(model: StayModel, parameters: np.ndarray, term: Term, today: pd.DataFrame, periods: int) -> np.ndarray:
    """Money per customer of today in each coming period, undiscounted `(draw, period)`.

    Who has a tenure now stays as those who had it did: survival over that of its own tenure.

    Args:
        model: of staying.
        parameters: `(draw, parameter)`.
        term: the contract's term.
        today: active customers, tenure -> customers, money.
        periods: how many to come.
    """
    tenure = today["tenure"].to_numpy(int)
    if not len(tenure):
        return np.full((len(parameters), periods), np.nan)
    most = int(term.decided(np.array([tenure.max() + periods]))[0])
    alive = log_survival(model, parameters[:, None, :], np.arange(most + 1.0)[None, :])
    now = term.decided(tenure)
    money = today["money"].to_numpy(float) / today["customers"].sum()
    path = np.zeros((len(parameters), periods))
    for ahead in range(1, periods + 1):
        path[:, ahead - 1] = np.exp(alive[:, term.decided(tenure + ahead)] - alive[:, now]) @ money
    return path


def worth_of(paths: np.ndarray, discount: np.ndarray, periods: int) -> Worth:
    """The worth of money by period `(draw, period)`: the first draw is the estimate, the others its range."""
    value = paths[:, :periods] @ discount[:periods]
    if len(value) == 1:
        return Worth(value=float(value[0]), low=np.nan, high=np.nan)
    low, high = np.percentile(value[1:], [5, 95])
    return Worth(value=float(value[0]), low=float(low), high=float(high))


def survival_curve(cells: CustomerCells) -> pd.DataFrame:
    """Survival by tenure of all customers, as seen and by each model: tenure (periods), n, left, seen, a model each.

    A period in which nobody is due, and beyond the tenures seen, has no row. `tenure` is that of the period's end.
    """
    term = term_of_study(cells)
    risk = at_risk(cells.by_tenure, term)
    if risk.left.sum() < LEAST_LEAVERS or len(risk.tenure) < LEAST_TENURES or risk.tenure[0] > 0:
        return pd.DataFrame(columns=["tenure", "n", "left", "observed", *STAY_MODELS])
    # beyond a tenure at which nobody was at risk, survival is not known
    whole = int(np.flatnonzero(np.diff(np.append(risk.tenure, np.inf)) != 1)[0]) + 1
    tenure, n, left = (one[:whole] for one in (risk.tenure, risk.n, risk.left))
    curve = {"tenure": (tenure + 1) * term.length, "n": n, "left": left, "observed": np.cumprod(1 - left / n)}
    return pd.DataFrame(curve | {model: fit_staying(risk, model).survival(tenure + 1) for model in STAY_MODELS})
