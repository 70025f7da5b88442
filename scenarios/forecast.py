"""What a decision claims for every future period: distributions that later data can be held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from impact.record import PLACES, Claim, ClaimKind
from models.value import as_heads, look_at_today
from scenarios.decision import Decision
from scenarios.service import NO_SERVICE
from scenarios.worth import Case, costs_by_period, joint_value, other_benefit

METRICS = ("customers", "retention", "revenue", "margin", "csat", "cash")
OF_MARGIN = ("margin", "cash")
UNITS = {"customers": "customers", "retention": "share", "csat": "points"}
FUNDED = "base"
IDLE = "base, nothing funded"
FINER = 1e-3  # of the width between the outermost quantiles: a tenth of what thousands of draws leave uncertain in one
DIGITS = 10  # of what is certain


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a claim is labelled with: periods of the horizon, the currency, and whether money is a margin."""

    periods: tuple[str, ...]
    currency: str
    has_margin: bool


def claims_of(decision: Decision, setting: Setting) -> tuple[Claim, ...]:
    """Every claim of a decision: the base with what is chosen, the same with nothing funded, each chosen initiative.

    An initiative's gain is its own, beside what is ongoing: those of two that overlap add up to more than both bring.
    """
    kinds: dict[str, ClaimKind] = {FUNDED: "metric", IDLE: "idle"}
    out: list[Claim] = []
    for plan in decision.quarters:
        if plan.scenario not in kinds:
            continue
        stages = [name for name in plan.metrics if name.startswith("csat:")]
        for metric in (*METRICS, *stages):
            if metric in plan.metrics and (metric not in OF_MARGIN or setting.has_margin):
                out += _by_period((kinds[plan.scenario], metric, None), plan.metrics[metric], setting)
    return (*out, *_of_initiatives(decision, setting))


def _of_initiatives(decision: Decision, setting: Setting) -> list[Claim]:
    case, portfolio = decision.case, decision.portfolio
    if portfolio is None or not setting.has_margin:
        return []
    chosen = [int(i) for i in np.flatnonzero(portfolio.chosen) if case.offers[i].kind == "initiative"]
    kept = retention_gains(case, chosen) if any(persona.rate.any() for persona in case.base.personas) else ()
    out: list[Claim] = []
    for place, i in enumerate(chosen):
        offer, gained = case.offers[i], decision.ranking.value[i].gained()
        name = offer.item.initiative
        if kept:
            out += _by_period(("initiative", "retention", name), kept[place], setting)
        out += _by_period(("initiative", "benefit", name), gained + other_benefit(offer), setting)
        out += _by_period(("initiative", "cost", name), costs_by_period(offer), setting)
    return out


def in_heads(case: Case) -> Case:
    """The case in which money counts customers: what a set gains is customers who are still there."""
    base = replace(case.base, personas=tuple(as_heads(one) for one in case.base.personas))
    return replace(case, base=base, today=look_at_today(base, case.posterior), service=NO_SERVICE)


def retention_gains(case: Case, members: Sequence[int]) -> tuple[np.ndarray, ...]:
    """Share of all customers that each initiative keeps in each period `(draw, period)`, 0.01 for a point.

    It is the share of those there at a period's start who are there at its end, with the initiative less without.
    """
    people = in_heads(case)
    before = np.asarray(sum(people.today.before))
    start = sum(float(persona.customers.sum()) for persona in people.base.personas)
    without = _kept(before + joint_value(people, ()).retention, start)
    return tuple(np.asarray(_kept(before + joint_value(people, (i,)).retention, start) - without) for i in members)


def _kept(customers: np.ndarray, start: float) -> np.ndarray:
    before = np.concatenate([np.full((len(customers), 1), start), customers[:, :-1]], axis=1)
    return np.asarray(customers / before)


def _by_period(what: tuple[ClaimKind, str, str | None], draws: np.ndarray, setting: Setting) -> list[Claim]:
    """The claims of one figure, a period each; none for a period in which it is not known."""
    kind, metric, initiative = what
    quantiles, means = np.quantile(draws, PLACES, axis=0), draws.mean(axis=0)
    parts = (kind, *((initiative,) if initiative else ()), metric)
    return [
        Claim(
            id="/".join((*parts, period)),
            kind=kind,
            metric=metric,
            initiative=initiative,
            period=period,
            unit=UNITS.get(metric.partition(":")[0], setting.currency),
            mean=float(_rounded(means[h : h + 1], quantiles[:, h], FINER / 100)[0]),
            quantiles=_rounded(quantiles[:, h], quantiles[:, h], FINER),
        )
        for h, period in enumerate(setting.periods)
        if np.isfinite(quantiles[:, h]).all()
    ]


def _rounded(values: np.ndarray, quantiles: np.ndarray, finer: float) -> np.ndarray:
    """Values at steps of at most `finer` of the width of the quantiles; at `DIGITS` digits where these have none."""
    width = float(quantiles[-1] - quantiles[0])
    step = width * finer if width > 0 else abs(float(quantiles[0])) * 10.0**-DIGITS
    return np.asarray(np.round(values, int(np.ceil(-np.log10(step))))) if step > 0 else values


def claim_rows(claims: Sequence[Claim]) -> list[dict[str, object]]:
    """The claims as rows of JSON, in their order; what is certain has one quantile for all."""
    return [
        {
            **{name: getattr(one, name) for name in ("id", "kind", "metric", "initiative", "period", "unit")},
            "mean": _short(one.mean),
            "quantiles": [_short(float(value)) for value in _told(one.quantiles)],
        }
        for one in claims
    ]


def _told(quantiles: np.ndarray) -> np.ndarray:
    return quantiles[:1] if quantiles[0] == quantiles[-1] else quantiles


def _short(value: float) -> float | int:
    """A number that reads back the same, without a decimal point where it is whole."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
