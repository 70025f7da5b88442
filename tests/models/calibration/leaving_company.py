"""Customers simulated row by row, who answer and leave, brought to the cells that a calibration reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import CustomerCells
from impact.journey import Journey, Stage

STEP = 0.5
NOTHING = pd.DataFrame()
EMPTY: dict[str, object] = {
    **dict.fromkeys(("spend", "spend_placebo"), ()),
    **dict.fromkeys(("leaving", "answered", "base", "recent", "patterns", "money"), NOTHING),
    "driver_sums": None,
    "scores": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Who the customers are. `slope` of log leaving per point of the true score, by persona.

    Variances, in squared points: `lasts` of what a customer always scores, `changes` of what it lives through,
    `noise` of the answer. `confounder`: log leaving per point of what lasts, beside the slope. `bend`: the shape
    of the true score's part in log leaving.
    """

    customers: int = 6_000
    periods: int = 8
    slope: tuple[float, ...] = (-0.3, -0.3)
    lasts: float = 0.5
    changes: float = 0.5
    noise: float = 0.0
    confounder: float = 0.0
    answers: float = 0.4
    rate: float = 0.06
    bend: Callable[[np.ndarray], np.ndarray] = lambda score: score


def simulate_rows(truth: Truth, seed: int) -> pd.DataFrame:
    """A row a customer-period answered: customer_id, persona, t, tenure, score, stays."""
    rng = np.random.default_rng(seed)
    persona = rng.integers(0, len(truth.slope), truth.customers)
    slope = np.array(truth.slope)[persona]
    lasting = rng.normal(0, np.sqrt(truth.lasts), truth.customers)
    joined = rng.integers(0, 12, truth.customers)
    alive = np.ones(truth.customers, dtype=bool)
    found = []
    for t in range(truth.periods):
        score = lasting + rng.normal(0, np.sqrt(truth.changes), truth.customers)
        level = np.log(truth.rate) + 0.2 * persona + 0.1 * np.sin(t) + truth.confounder * lasting
        stays = np.exp(-np.exp(level + slope * truth.bend(score))) > rng.random(truth.customers)
        told = 3 + score + rng.normal(0, np.sqrt(truth.noise), truth.customers) if truth.noise else 3 + score
        here = alive & (rng.random(truth.customers) < truth.answers)
        columns = {"persona": persona, "score": told, "stays": stays.astype(int)}
        rows = pd.DataFrame(columns)[here].assign(t=t, tenure=(t + joined)[here], customer_id=np.flatnonzero(here))
        found.append(rows)
        alive &= stays
    return pd.concat(found, ignore_index=True).assign(persona=lambda rows: "p" + rows["persona"].astype(str))


def cells_of(rows: pd.DataFrame, **more: object) -> CustomerCells:
    """The cells of rows with a score, as the engine makes them; `more` replaces or adds fields."""
    rows = rows.sort_values(["customer_id", "t"]).assign(tenure_band=0, overall=rows["score"])
    own = rows.groupby("customer_id")["overall"]
    given = own.cumcount()
    rows = rows.assign(answers=given, earlier=(own.cumsum() - rows["overall"]) / given.where(given > 0))
    scale = pd.DataFrame({"stage": ["overall"], "scale_min": [1.0], "scale_max": [5.0], "sd": [1.0], "mean": [3.0]})
    again = rows[rows["answers"] > 0]
    fields = EMPTY | {
        "controls": (),
        "by_tenure": rows.groupby(["persona", "tenure"], as_index=False).agg(n=("t", "size"), leavers=("stays", gone)),
        "certified": grouped(rows, ["overall"]),
        "certified_stages": {},
        "certified_change": grouped(again, ["overall", "earlier"], "answers"),
        "coverage": scale,
    }
    return CustomerCells(**(fields | more))  # type: ignore[arg-type]


def stage_cells(rows: pd.DataFrame, score: str) -> pd.DataFrame:
    """The cells of one stage's score."""
    return grouped(rows.assign(tenure_band=0, score=rows[score]), ["score"])


def grouped(rows: pd.DataFrame, scores: list[str], *means: str, held: tuple[str, ...] = ()) -> pd.DataFrame:
    """Cells by persona, tenure, period, what is held and the bins of scores, with means of each."""
    bins = {f"{name}_bin": (rows[name] / STEP).round().astype(int) for name in scores}
    sums = {name: (name, "mean") for name in ("tenure", *scores, *means)}
    keys = ["persona", "tenure_band", "t", *held, *bins]
    return rows.assign(**bins).groupby(keys, as_index=False).agg(n=("stays", "size"), leavers=("stays", gone), **sums)


def gone(stays: pd.Series) -> float:
    """How many did not stay."""
    return float((1 - stays).sum())


def journey_of(*stages: str) -> Journey:
    """A journey of these stages."""
    return Journey(
        stages=tuple(Stage(stage=stage, name=stage.capitalize(), order=k) for k, stage in enumerate(stages)),
        pain_points=(),
    )
