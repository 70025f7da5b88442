"""The base scaled to the company's own outlook: the model supplies changes, the company its level.

Margin and revenue per customer of each future period are those of the outlook. Where the outlook has fewer customers
than go on by themselves the base has as many fewer; where it has more, the rest are new customers, who stand in the
rows of the base scenario and in no net present value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from impact.outlook import Outlook
from models.retention import intensity_of
from models.there import There, who_is_there
from models.trend import newcomers, steady
from models.value import PersonaBase, ValueBase

LINES = ("customers", "revenue", "margin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """A base scaled to an outlook.

    `base` is what value is counted on, `rows` what the rows of the base scenario show: the same with who joins.
    `expected` `(persona, period)` are the new customers that the outlook asks for. `model` holds the base by line as
    it was before `(period,)`, NaN where it has none. `told` `(period,)` says which periods the outlook reaches.
    """

    outlook: Outlook
    base: ValueBase
    rows: ValueBase
    expected: np.ndarray
    model: dict[str, np.ndarray]
    told: np.ndarray

    def gaps(self) -> dict[str, np.ndarray]:
        """By how much the outlook lies above the model, as a share of the model, by line `(period,)`; NaN untold."""
        return {line: getattr(self.outlook, line) / self.model[line] - 1 for line in LINES}

    def per_customer(self) -> dict[str, np.ndarray]:
        """As `gaps`, of revenue and of margin per customer."""
        gaps = self.gaps()
        return {line: (1 + gaps[line]) / (1 + gaps["customers"]) - 1 for line in LINES[1:]}


def scale_to(base: ValueBase, outlook: Outlook, revenue_per_margin: float | None) -> Scaled:
    """The base scaled to an outlook; a period that it does not reach goes on at the factors of the last one it does.

    Before its first period the base is as it is. Where the outlook has one of revenue and margin only, the other moves
    with it. All personas are scaled alike.

    Args:
        base: as the ledger says, with no trend.
        outlook: of the company.
        revenue_per_margin: None where money is revenue: then only the outlook's revenue is asked.
    """
    path = _path(base)
    model = _lines(path, revenue_per_margin)
    told = ~np.isnan(outlook.customers)
    more = _held(outlook.customers / model["customers"])
    per_head = {line: getattr(outlook, line) / model[line] / more for line in LINES[1:]}
    margin, revenue = (
        _held(np.where(np.isnan(per_head[one]), per_head[other], per_head[one]))
        for one, other in (("margin", "revenue"), ("revenue", "margin"))
    )
    heads = np.minimum(more, 1.0)
    scaled = tuple(_with(persona, heads, (margin, revenue), np.zeros_like(more)) for persona in base.personas)
    wanted = more * model["customers"]
    expected = _who_joins(base, wanted - model["customers"] * heads)
    valued = replace(base, personas=scaled)
    rows = _with_joiners(base, expected, (wanted, margin, revenue)) if expected.any() else valued
    return Scaled(outlook=outlook, base=valued, rows=rows, expected=expected, model=model, told=told)


def _path(base: ValueBase) -> dict[str, np.ndarray]:
    """Mean customers and margin of all personas by period, nothing fixed `(period,)`."""
    there = [_there(base, persona) for persona in base.personas]
    return {
        "customers": np.sum([one.customers().mean(axis=0) for one in there], axis=0),
        "margin": np.sum([one.margin().mean(axis=0) for one in there], axis=0),
    }


def _there(base: ValueBase, persona: PersonaBase) -> There:
    now = intensity_of(persona.rate[None, :], base.frailty[:, None])
    return who_is_there(persona, base.frailty, now, np.ones((1, 1, len(base.discount))))


def _lines(path: dict[str, np.ndarray], revenue_per_margin: float | None) -> dict[str, np.ndarray]:
    if revenue_per_margin is None:
        nowhere = np.full_like(path["margin"], np.nan)
        return {"customers": path["customers"], "revenue": path["margin"], "margin": nowhere}
    return {**path, "revenue": path["margin"] * revenue_per_margin}


def _held(factor: np.ndarray) -> np.ndarray:
    """Factors with each gap filled by the last one before it, and by 1 where there is none."""
    out, last = np.ones_like(factor), 1.0
    for place, one in enumerate(factor):
        last = last if np.isnan(one) else float(one)
        out[place] = last
    return out


def _with(
    persona: PersonaBase, heads: np.ndarray, money: tuple[np.ndarray, np.ndarray], joining: np.ndarray
) -> PersonaBase:
    trend = replace(steady(len(heads)), heads=heads, margin=money[0], revenue=money[1], joining=joining)
    return replace(persona, trend=trend)


def _who_joins(base: ValueBase, more: np.ndarray) -> np.ndarray:
    """Who must join by persona and period so that `more` `(period,)` are there in the mean; never fewer than nobody.

    They are shared over personas by today's customers, and leave as the youngest do.
    """
    count = np.array([persona.customers.sum() for persona in base.personas])
    part, periods = count / count.sum(), len(more)
    stay = np.zeros((periods, periods))  # of one who joined then, mean share there now
    for place in range(periods):
        trend = replace(steady(periods), joining=np.eye(periods)[place])
        for share, persona in zip(part, base.personas, strict=True):
            young = intensity_of(persona.rate[:1][None, :], base.frailty[:, None])[:, 0]
            stay[place] += share * newcomers(trend, base.frailty, young, np.ones((1, periods))).mean(axis=0)
    joining = np.zeros(periods)
    for place in range(periods):
        joining[place] = max(more[place] - joining[:place] @ stay[:place, place], 0.0)
    joining[joining < 1e-9 * count.sum()] = 0.0
    return np.asarray(part[:, None] * joining)


def _with_joiners(
    base: ValueBase, expected: np.ndarray, wanted: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> ValueBase:
    """The base with who joins, its customers and money those that are wanted in every period."""
    customers, margin, revenue = wanted
    one = np.ones_like(customers)
    joined = replace(
        base,
        personas=tuple(_with(p, one, (one, one), mine) for p, mine in zip(base.personas, expected, strict=True)),
    )
    alone, path = _path(base), _path(joined)
    heads = customers / path["customers"]
    # who joins brings the mean of all, so that money per customer is not quite what it is without them
    other = (alone["margin"] / alone["customers"]) / (path["margin"] / path["customers"])
    return replace(
        base,
        personas=tuple(
            _with(p, heads, (margin * other, revenue * other), mine)
            for p, mine in zip(base.personas, expected, strict=True)
        ),
    )
