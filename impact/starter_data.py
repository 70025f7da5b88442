"""The synthetic tables of the starter study, drawn anew with a fixed seed wherever it is made."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from impact.rng import stream

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEED = 20260930
CUSTOMERS = 1_500
FIRST_QUARTER = 2025 * 4 + 1
QUARTERS = 6
BASE_LEAVING_RATE = 0.042
ANSWER_SHARE = 0.30
BUSINESS_SHARE = 0.3
REVENUE = {"home": 240.0, "business": 520.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A pain point's made-up truth: how often it strikes a quarter and what it does.

    `leaving` is the change of the log leaving rate, `score` of the stage's score in points,
    `spend` of the log revenue; all of one quarter's exposure.
    """

    pain_point: str
    stage: str
    share: float
    leaving: float
    score: float
    spend: float


TROUBLES = (
    Trouble(pain_point="late_start", stage="join", share=0.08, leaving=0.30, score=-0.7, spend=0.0),
    Trouble(pain_point="outage", stage="use", share=0.12, leaving=0.55, score=-0.9, spend=-0.02),
    Trouble(pain_point="slow_evening", stage="use", share=0.20, leaving=0.0, score=-0.3, spend=0.0),
    Trouble(pain_point="wrong_bill", stage="pay", share=0.09, leaving=0.75, score=-1.1, spend=-0.03),
    Trouble(pain_point="repeat_call", stage="help", share=0.11, leaving=0.60, score=-0.9, spend=-0.01),
)
STAGES = ("join", "use", "pay", "help")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The customers before anything happens. Arrays are `(customer,)`; `halo` is in score points."""

    ids: Sequence[str]
    business: NDArray[np.bool_]
    halo: NDArray[np.float64]
    size: NDArray[np.float64]
    premium: NDArray[np.bool_]
    joined: Sequence[str]


def write_tables(folder: Path) -> None:
    """Nothing; writes customers, ledger, incidents and responses as CSV files into `folder`.

    Customers, leaving, spend and answers are drawn from `TROUBLES` and the constants above; every
    customer id starts with SYN, so that no row is taken for a real one.
    """
    base = _draw_base()
    personas = ["business" if flag else "home" for flag in base.business]
    _write(folder / "customers.csv", "customer_id,persona,joined_at", zip(base.ids, personas, base.joined, strict=True))
    struck = stream(SEED, "starter incidents").random((QUARTERS, len(TROUBLES), CUSTOMERS)) < _shares()
    active = _draw_active(base, struck)
    _write(folder / "ledger.csv", "customer_id,period,revenue,plan", _ledger_rows(base, struck, active))
    _write(folder / "incidents.csv", "customer_id,occurred_at,pain_point", _incident_rows(base, struck, active))
    heading = "customer_id,responded_at,stage,score,metric"
    _write(folder / "responses.csv", heading, _answer_rows(base, struck, active))


def _shares() -> NDArray[np.float64]:
    import numpy as np

    return np.array([trouble.share for trouble in TROUBLES])[None, :, None]


def _draw_base() -> Base:
    import numpy as np

    rng = stream(SEED, "starter customers")
    months = rng.integers(1, 48, CUSTOMERS)
    return Base(
        ids=[f"SYN-{number:05d}" for number in range(1, CUSTOMERS + 1)],
        business=rng.random(CUSTOMERS) < BUSINESS_SHARE,
        halo=rng.normal(0.0, 0.5, CUSTOMERS),
        size=np.exp(rng.normal(0.0, 0.35, CUSTOMERS)),
        premium=rng.random(CUSTOMERS) < 0.35,
        joined=[f"{month // 12}-{month % 12 + 1:02d}-15" for month in FIRST_QUARTER * 3 - months],
    )


def _draw_active(base: Base, struck: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each customer is active, `(quarter, customer)`: leaving follows the quarter's exposure."""
    import numpy as np

    rng = stream(SEED, "starter leaving")
    effects = np.array([trouble.leaving for trouble in TROUBLES])
    active = np.ones((QUARTERS, CUSTOMERS), dtype=bool)
    for quarter in range(1, QUARTERS):
        log_rate = np.log(BASE_LEAVING_RATE) + effects @ struck[quarter - 1] - 0.15 * base.halo - 0.2 * base.business
        stays = rng.random(CUSTOMERS) < np.exp(-np.exp(log_rate))
        active[quarter] = active[quarter - 1] & stays
    return active


def _ledger_rows(base: Base, struck: NDArray[np.bool_], active: NDArray[np.bool_]) -> Iterable[tuple[object, ...]]:
    import numpy as np

    rng = stream(SEED, "starter revenue")
    effects = np.array([trouble.spend for trouble in TROUBLES])
    level = np.where(base.business, REVENUE["business"], REVENUE["home"]) * np.where(base.premium, 1.3, 1.0) * base.size
    for quarter in range(QUARTERS):
        before = struck[max(quarter - 1, 0)]
        revenue = level * np.exp(effects @ before + 0.005 * quarter + rng.normal(0.0, 0.08, CUSTOMERS))
        for place in np.flatnonzero(active[quarter]).tolist():
            plan = "premium" if base.premium[place] else "basic"
            yield base.ids[place], _label(quarter), f"{revenue[place]:.2f}", plan


def _incident_rows(base: Base, struck: NDArray[np.bool_], active: NDArray[np.bool_]) -> Iterable[tuple[object, ...]]:
    import numpy as np

    days = stream(SEED, "starter days").integers(0, 80, struck.shape)
    for quarter, place, customer in np.argwhere(struck & active[:, None, :]).tolist():
        yield base.ids[customer], _day(quarter, int(days[quarter, place, customer])), TROUBLES[place].pain_point


def _answer_rows(base: Base, struck: NDArray[np.bool_], active: NDArray[np.bool_]) -> Iterable[tuple[object, ...]]:
    """One answer a stage and one overall from each customer who answers in a quarter, on 1 to 5."""
    import numpy as np

    rng = stream(SEED, "starter answers")
    for quarter in range(QUARTERS):
        scores = np.array([3.9 + base.halo + rng.normal(0.0, 0.6, CUSTOMERS) for _ in STAGES])
        for trouble, hit in zip(TROUBLES, struck[quarter], strict=True):
            scores[STAGES.index(trouble.stage)] += trouble.score * hit
        overall = 0.3 * base.halo + 0.9 * (scores.mean(axis=0) - 3.9) + 3.9 + rng.normal(0.0, 0.4, CUSTOMERS)
        answers = np.clip(np.rint(np.vstack([scores, overall])), 1, 5).astype(int)
        asked = active[quarter] & (rng.random(CUSTOMERS) < ANSWER_SHARE)
        for customer in np.flatnonzero(asked).tolist():
            for stage, score in zip((*STAGES, "overall"), answers[:, customer], strict=True):
                yield base.ids[customer], _day(quarter, 85), stage, score, "csat"


def _label(quarter: int) -> str:
    ordinal = FIRST_QUARTER + quarter
    return f"{ordinal // 4}Q{ordinal % 4 + 1}"


def _day(quarter: int, days: int) -> str:
    import datetime

    ordinal = FIRST_QUARTER + quarter
    first = datetime.date(ordinal // 4, ordinal % 4 * 3 + 1, 1)
    return (first + datetime.timedelta(days=days)).isoformat()


def _write(path: Path, heading: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream_out:
        writer = csv.writer(stream_out, lineterminator="\n")
        writer.writerow(heading.split(","))
        writer.writerows(rows)
