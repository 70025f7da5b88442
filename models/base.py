"""The base from the ledger: who is there at `as_of`, what they bring, how fast they leave, what they meet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from impact.cells import Cells, CustomerCells, SitePanel
from impact.cells.summary import RECENT
from impact.journey import OF_ANSWERS, PER_CUSTOMER, Journey
from impact.rng import stream
from impact.study import Study
from models.met import find_ages, find_met
from models.reduced import ReducedForms
from models.reduced_sites import site_floor
from models.retention import fit_frailty
from models.value import PersonaBase, ValueBase, discount_factors


def build_base(cells: Cells, journey: Journey, study: Study, forms: ReducedForms, draws: int) -> ValueBase:
    """The base of a study, in either shape, with `draws` draws of the frailty's variance."""
    discount = discount_factors(study.study.discount_rate, study.horizon_periods, study.periods_a_year)
    rate = margin_rate(cells, study)
    if isinstance(cells, SitePanel):
        personas = tuple(_site_persona(cells, journey, study, forms, g, rate) for g in range(len(forms.personas)))
        frailty = np.full(draws, 1e-3)
    else:
        personas = tuple(_customer_persona(cells, journey, study, forms, g, rate) for g in range(len(forms.personas)))
        frailty = fit_frailty(cells.by_tenure).draw(stream(study.study.seed, "frailty"), draws)
    return ValueBase(personas=personas, discount=discount, lag=study.model.lag, frailty=frailty)


def bare_base(cells: Cells, study: Study) -> ValueBase:
    """The base with no pain points: one group, its money and its leaving, for data too thin to estimate."""
    last = cells.money[cells.money["t"] == study.as_of]
    customers = float(last["customers"].sum())
    money = float(money_of(last, margin_rate(cells, study)).sum())
    recent = cells.money.dropna(subset=["retained"]).tail(RECENT)
    leaving = 0.0 if isinstance(cells, SitePanel) or recent.empty else 1 - float(recent["retained"].mean())
    none = np.zeros(0)
    group = PersonaBase(
        persona="all",
        customers=np.array([customers]),
        rate=np.array([min(max(leaving, 0.0), 0.999)]),
        money=np.array([money / customers if customers else 0.0]),
        patterns=np.zeros((1, 0)),
        weights=np.ones(1),
        alone=none,
        level=none,
        exposure=none,
        prevalence=none,
    )
    discount = discount_factors(study.study.discount_rate, study.horizon_periods, study.periods_a_year)
    return ValueBase(personas=(group,), discount=discount, lag=study.model.lag, frailty=np.full(1, 1e-3))


def margin_rate(cells: Cells, study: Study) -> float | None:
    """Contribution margin as a share of revenue where the ledger has no margin column.

    1 where there is neither (money is then revenue); None where the ledger's own margin is used.
    """
    return rate_of_margin(cells.money["margin"], study)


def rate_of_margin(margin: pd.Series, study: Study) -> float | None:
    """The margin rate of a study whose ledger shows these margins; see `margin_rate`."""
    if margin.notna().any() and margin.abs().sum() > 0:
        return None
    return study.study.margin_rate if study.study.margin_rate is not None else 1.0


def has_margin(cells: Cells, study: Study) -> bool:
    """Whether money is a margin, of the ledger or by the study's rate, and not revenue."""
    return margin_rate(cells, study) is None or study.study.margin_rate is not None


def revenue_per_margin(cells: Cells, study: Study) -> float | None:
    """Revenue per unit of margin in the last period; None where money is revenue."""
    if not has_margin(cells, study):
        return None
    last, rate = cells.money.iloc[-1], margin_rate(cells, study)
    return 1 / rate if rate else float(last["revenue"] / last["margin"])


def money_of(rows: pd.DataFrame, rate: float | None) -> np.ndarray:
    """Contribution margin of some rows: their own, or revenue times the `rate`."""
    found = rows["margin"].to_numpy(float) if rate is None else rows["revenue"].to_numpy(float) * rate
    return found


def _customer_persona(
    cells: CustomerCells, journey: Journey, study: Study, forms: ReducedForms, g: int, rate: float | None
) -> PersonaBase:
    persona = forms.personas[g]
    base = cells.base[cells.base["persona"] == persona].reset_index(drop=True)
    recent = cells.recent[cells.recent["persona"] == persona].set_index("tenure_band").reindex(base["tenure_band"])
    whole = recent["leavers"].sum() / max(recent["n"].sum(), 1)
    # a band with few at risk leans on the persona's own rate: twenty customers' worth
    leaving = (recent["leavers"].fillna(0) + 20 * whole) / (recent["n"].fillna(0) + 20)
    met = find_met(cells, journey, forms.unit_exposure, persona)
    return PersonaBase(
        persona=persona,
        customers=base["customers"].to_numpy(float),
        rate=leaving.to_numpy(float),
        money=money_of(base, rate) / base["customers"].to_numpy(float),
        **met.whole(),
        ages=find_ages(met, _tenures(cells, base, persona), study),
        trend=None,
    )


def _tenures(cells: CustomerCells, base: pd.DataFrame, persona: str) -> list[pd.Series]:
    """Customers by tenure of each band of the base, in its order; none where the summary does not tell."""
    if cells.tenures.empty:
        return []
    mine = cells.tenures[cells.tenures["persona"] == persona]
    return [mine[mine["tenure_band"] == band].set_index("tenure")["customers"] for band in base["tenure_band"]]


def _site_persona(
    cells: SitePanel, journey: Journey, study: Study, forms: ReducedForms, g: int, rate: float | None
) -> PersonaBase:
    mine = cells.panel[cells.panel["persona"] == forms.personas[g]]
    last = mine[(mine["t"] == study.as_of) & mine["revenue"].notna()]
    recent = mine[mine["t"] > study.as_of - RECENT]
    exposure, prevalence = np.zeros(len(journey.pain_points)), np.zeros(len(journey.pain_points))
    for k, pain in enumerate(journey.pain_points):
        level = recent.groupby("unit")[pain.pain_point].mean().astype(float)
        if pain.measure == "level":
            level = (level - site_floor(cells, pain)).clip(lower=0)
        money = last.set_index("unit")["revenue"].reindex(level.index)
        both = level.notna() & (money > 0)
        if both.any():
            exposure[k] = float(np.average(level[both], weights=money[both])) / forms.unit_exposure[k]
            told = level[both] if pain.unit in {PER_CUSTOMER, OF_ANSWERS} else level[both] > 0
            prevalence[k] = float(told.mean())
    units = float(len(last))
    total = float(money_of(last, rate).sum())
    zero = np.zeros(len(journey.pain_points))
    return PersonaBase(
        persona=forms.personas[g],
        customers=np.array([units]),
        rate=np.zeros(1),
        money=np.array([total / units if units else 0.0]),
        patterns=zero[None, :],
        weights=np.ones(1),
        alone=zero,
        level=zero,
        exposure=exposure,
        prevalence=prevalence,
    )
