"""Initiatives that went live in a simulated company's window, for a share of its customers drawn by lot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from impact.periods import period_label
from impact.rng import stream
from models.simulate_plan import initiative_of
from models.simulate_tables import customer_ids
from models.simulated_company import CompanySpec

COLUMNS = ("customer_id", "initiative", "arm", "from", "randomised")


def draw_treated(spec: CompanySpec, count: int) -> np.ndarray:
    """Whose lot it is to get each rollout `(person, rollout)`."""
    lots = [stream(spec.seed, f"rollout/{one.pain_point}").random(count) < one.share for one in spec.rollouts]
    return np.column_stack(lots) if lots else np.zeros((count, 0), dtype=bool)


def rates_from(
    spec: CompanySpec, rate: np.ndarray, treated: np.ndarray, pains: tuple[str, ...], step: int
) -> np.ndarray:
    """Chance of each pain point `(person, pain_point)` once what goes live at a step has done so."""
    for place, one in enumerate(spec.rollouts):
        if one.step == step:
            rate = rate.copy()
            rate[:, pains.index(one.pain_point)] *= 1 - one.removed * treated[:, place]
    return rate


def assignments(spec: CompanySpec, treated: np.ndarray) -> pd.DataFrame:
    """A row a customer and rollout: which arm it was drawn into, and from which quarter."""
    parts = [
        pd.DataFrame(
            {
                "customer_id": customer_ids(np.arange(len(treated))),
                "initiative": initiative_of(one.pain_point),
                "arm": np.where(treated[:, place], "treated", "control").astype(object),
                "from": period_label(spec.first_period + one.step, "quarter"),
                "randomised": 1,
            }
        )
        for place, one in enumerate(spec.rollouts)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
