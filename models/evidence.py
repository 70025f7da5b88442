"""Evidence as the model takes it: what stands today, and what became of every row of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from impact.cells import Cells, CustomerCells
from impact.evidence import Evidence
from impact.initiative import Plan, Removed
from impact.journey import OVERALL, Journey
from models.evidence_maps import Trial
from models.reduced import ReducedForms
from models.uplift import EffectRow
from models.value import ValueBase

Use = Literal["effect", "effectiveness", "naming", "rate", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What stands today, that a row of evidence is read against.

    `leaving` the share of customers that leaves in a period (0 for sites), `margin` and `revenue` of a customer and
    period, `score_sd` and `score_width` of overall in points. `met` `(pain_point,)` is the mean exposure and
    `prevalence` `(pain_point,)` the share of customers who meet it; `part` the share of customers by persona.
    """

    pain_points: tuple[str, ...]
    leaving: float
    margin: float
    revenue: float
    score_sd: float
    score_width: float
    met: np.ndarray
    prevalence: np.ndarray
    part: Mapping[str, float]
    sites: bool

    def place(self, pain_point: str) -> int:
        """The place of a pain point in every array."""
        return self.pain_points.index(pain_point)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of one row: how it is used, in words, or why it is not.

    `se` is the error it is given, in the row's own unit. Of an effect, `row` is what the posterior is asked of and
    `trial` its way back to the row's unit. Of effectiveness, `estimate` is the share removed; of naming, the true
    share who meet it.
    """

    item: Evidence
    use: Use
    words: str
    why: str = ""
    estimate: float = float("nan")
    se: float = float("nan")
    capped: bool = False
    trial: Trial | None = None
    row: EffectRow | None = None


def effect_rows(readings: tuple[Reading, ...]) -> tuple[EffectRow, ...]:
    """The rows that the posterior is asked of, in plan order."""
    return tuple(one.row for one in readings if one.row is not None)


def with_measured(plan: Plan, readings: Sequence[Reading]) -> Plan:
    """The plan whose fixes carry what was measured of them: of an initiative, for each of its fixes."""
    told = [one for one in readings if one.use == "effectiveness"]
    fixes = tuple(
        replace(
            fix,
            measured=tuple(
                Removed(share=one.estimate, se=one.se, pilot=one.item.kind == "experiment")
                for one in told
                if one.item.target == fix.initiative and one.item.pain_point in ("", fix.pain_point)
            ),
        )
        for fix in plan.fixes
    )
    return replace(plan, fixes=fixes)


def facts_of(base: ValueBase, cells: Cells, journey: Journey, forms: ReducedForms) -> Facts:
    """What stands today, weighted over personas by their customers."""
    counts = np.array([persona.customers.sum() for persona in base.personas])
    part = counts / max(counts.sum(), 1e-12)
    customers = np.concatenate([persona.customers for persona in base.personas])
    weight = customers / max(customers.sum(), 1e-12)
    last = {name: float(cells.money[name].iloc[-1]) for name in ("revenue", "customers")}
    scale = cells.coverage.set_index("stage")
    width = scale["scale_max"] - scale["scale_min"]
    return Facts(
        pain_points=journey.pain_ids(),
        leaving=float(np.concatenate([persona.rate for persona in base.personas]) @ weight),
        margin=float(np.concatenate([persona.money for persona in base.personas]) @ weight),
        revenue=last["revenue"] / last["customers"] if last["customers"] else 0.0,
        score_sd=forms.score_sd,
        score_width=float(width[OVERALL] if OVERALL in width.index else width.max()),
        met=part @ np.array([persona.exposure for persona in base.personas]),
        prevalence=part @ np.array([persona.prevalence for persona in base.personas]),
        part=dict(zip((persona.persona for persona in base.personas), part.tolist(), strict=True)),
        sites=not isinstance(cells, CustomerCells),
    )
