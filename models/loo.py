"""Which model describes leaving best: leaving out one group of cells at a time, without fitting anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import xlog1py

from impact.journey import Journey
from impact.rng import stream
from models.drawn_cells import DrawnPart, draw_cells, number_met
from models.exact import beside_summary
from models.exact_cells import PersonaCells
from models.psis import KHAT_LIMIT, smooth
from models.quick import QuickSettings, sample_quickly
from models.reduced import ReducedForms
from models.uplift import Question

Form = Literal["full", "satisfaction only", "no pain points"]
UNIT = "customers of one persona and tenure band who met as many pain points in one period"
SHORT = QuickSettings(chains=8, warm=200, kept=125)
NEARLY_NONE = 1e-3  # scale of direct effects where there are to be none
LEAST_HAZARD = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutFit:
    """The expected log-probability `(unit,)` of units left out one at a time, under one form of the model.

    `unreliable` is the share of units whose weights cannot be trusted.
    """

    form: Form
    elpd: np.ndarray
    unreliable: float

    def beside(self, other: LeftOutFit) -> tuple[float, float]:
        """How much higher this one is, and the standard error of that over units."""
        gap = self.elpd - other.elpd
        return float(gap.sum()), float(np.sqrt(len(gap) * gap.var()))


def compare_forms(
    question: Question, leaving: np.ndarray, parts: Sequence[PersonaCells], journey: Journey, seed: int
) -> tuple[LeftOutFit, ...]:
    """The three forms on the same units, best first to be read: full, satisfaction only, no pain points.

    `leaving` `(draw, persona, pain_point)` are the draws of the full model. Source: Vehtari, Gelman & Gabry (2017);
    a unit is many customers (`UNIT`), so these are not comparable with figures by customer.
    """
    personas = question.forms.personas
    units = [_units(part, journey) for part in parts]
    forms: dict[Form, np.ndarray] = {
        "full": leaving,
        "satisfaction only": satisfaction_only(question, seed)[: len(leaving)],
        "no pain points": np.zeros_like(leaving),
    }
    out = []
    for form, draws in forms.items():
        found = []
        for part, unit in zip(parts, units, strict=True):
            one = draw_cells(draws, personas, part, seed)
            if form == "satisfaction only":  # drawn from the summary; the others' effects are as they are
                one = _weighed(one, question.forms, personas)
            found.append(left_out(one, unit))
        elpd, khat = (np.concatenate(values) for values in zip(*found, strict=True))
        out.append(LeftOutFit(form=form, elpd=elpd, unreliable=float((khat >= KHAT_LIMIT).mean())))
    return tuple(out)


def satisfaction_only(question: Question, seed: int) -> np.ndarray:
    """Effects on leaving `(draw, persona, pain_point)` where all of them go by way of satisfaction."""
    priors = replace(question.priors, direct_scale=NEARLY_NONE, leaving_spread=NEARLY_NONE)
    fit = sample_quickly(
        replace(question, priors=priors), stream(seed, "satisfaction only"), SHORT, lambda done, total: None
    )
    return fit.flat("leaving")


def _weighed(one: DrawnPart, forms: ReducedForms, personas: tuple[str, ...]) -> DrawnPart:
    """The draws with their weight towards the exact likelihood of the effects as well."""
    assert forms.leaving is not None
    summary = forms.leaving[personas.index(one.part.persona)]
    return replace(one, off=one.off + beside_summary(one.likelihood, one.part, summary, one.effects))


def _units(part: PersonaCells, journey: Journey) -> np.ndarray:
    """The number of each cell's unit `(cell,)`."""
    keys = {"t": part.rows["t"], "tenure_band": part.rows["tenure_band"], "met": number_met(part, journey)}
    return pd.DataFrame(keys).groupby(list(keys)).ngroup().to_numpy()


def left_out(one: DrawnPart, unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The expected log-probability of each unit without it, and the tail of the weights behind it, `(unit,)` each."""
    logs = pointwise(one, unit)
    weights = smooth(one.off[:, None] - logs / one.part.dispersion)
    with np.errstate(under="ignore"):
        top = (weights.log_weights + logs).max(axis=0)
        elpd = top + np.log(np.exp(weights.log_weights + logs - top).sum(axis=0))
    return elpd, weights.khat


def pointwise(one: DrawnPart, unit: np.ndarray) -> np.ndarray:
    """The log-likelihood of each unit `(draw, unit)`, up to a constant of the counts."""
    order = np.argsort(unit, kind="stable")
    starts = np.flatnonzero(np.diff(unit[order], prepend=-1))
    n, leavers = one.part.n, one.part.leavers
    out = []
    for rates in one.hazards():
        rate = np.clip(rates, LEAST_HAZARD, 1 - LEAST_HAZARD)
        each = leavers * np.log(rate) + xlog1py(n - leavers, -rate)
        out.append(np.add.reduceat(each[:, order], starts, axis=1))
    return np.concatenate(out)
