"""Leavers as the model predicts them beside those seen, by groups it was not fitted to one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from impact.cells import CustomerCells
from impact.cells.many import ManyCells
from impact.journey import OVERALL, Journey
from impact.rng import stream
from models.drawn_cells import DrawnPart, exact_weight, expect, met_label, number_met

Kind = Literal["pain points met", "persona", "pain point", "answering", "score", "period left out", "split of a period"]
BANDS = ("lowest third", "middle third", "highest third")


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedRow:
    """Leavers of one group: `seen`, and as predicted, their mean and 5th and 95th percentile.

    `customers` counts customer-periods at risk. `far`: seen outside the middle 99% of what is predicted.
    """

    kind: Kind
    group: str
    persona: str
    customers: float
    seen: float
    mean: float
    p05: float
    p95: float
    far: bool

    @property
    def inside(self) -> bool:
        """Whether what was seen lies within the 90% range."""
        return self.p05 <= self.seen <= self.p95


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Who is counted together: `expected` leavers `(draw,)` at given rates, of `customers`, `seen` of whom left.

    `trials` is how many could be counted, where that is not all customers.
    """

    kind: Kind
    group: str
    customers: float
    seen: float
    expected: np.ndarray
    persona: str = ""
    dispersion: float = 1.0
    trials: float | None = None


def predicted_row(group: Group, rng: np.random.Generator, weight: np.ndarray | None = None) -> PredictedRow:
    """The row of a group: chance of who leaves on top of what is not known of the rates; draws may carry weights.

    Counts of chance are binomial at the group's mean rate; where leaving varies more than chance, their spread is
    widened by the root of the dispersion.
    """
    trials = group.customers if group.trials is None else group.trials
    rate = np.clip(group.expected / max(trials, 1.0), 0.0, 1.0)
    mean = trials * rate
    counts = np.clip(mean + np.sqrt(group.dispersion) * (rng.binomial(round(trials), rate) - mean), 0, trials)
    if weight is not None:
        counts = rng.choice(counts, size=len(counts), p=weight / weight.sum())
    low, p05, p95, high = np.percentile(counts, [0.5, 5, 95, 99.5])
    return PredictedRow(
        kind=group.kind,
        group=group.group,
        persona=group.persona,
        customers=group.customers,
        seen=group.seen,
        mean=float(counts.mean()),
        p05=float(p05),
        p95=float(p95),
        far=not low <= group.seen <= high,
    )


def predict_groups(drawn: Sequence[DrawnPart], cells: CustomerCells, journey: Journey, seed: int) -> list[PredictedRow]:
    """Predicted beside seen: by number met, persona, pain point, and whether customers answer.

    These were in the fit: a gap says that the model cannot tell them, not that a forecast fails.
    """
    rng, weight = stream(seed, "predicted leavers"), exact_weight(drawn)
    asked = cells.scores.get(OVERALL)
    table = None if isinstance(asked, ManyCells) or cells.certified.empty else asked
    found: list[Group] = []
    for one in drawn:
        share = None
        if table is not None and one.part.part == "everyone":
            share = _share_answering(one, table, cells.certified)
        found.extend(_own_groups(one, journey, share))
    return [predicted_row(group, rng, weight) for group in together(found)]


def _own_groups(one: DrawnPart, journey: Journey, share: tuple[np.ndarray, float] | None) -> list[Group]:
    """One persona's groups; those named alike in other personas are joined later.

    `share` of each cell's customers gave a score, and so many of them left: they are taken to leave at the rates of
    all who met the same in the same period.
    """
    asked = list(_members(one, journey))
    member = np.column_stack([member for _, _, _, member in asked])
    if share is not None:
        asked += [("answering", "gave a score", "", share[0]), ("answering", "gave none", "", 1 - share[0])]
        member = np.column_stack([member, share[0], 1 - share[0]])
    expected, customers, seen = expect(one, member), member.T @ one.part.n, member.T @ one.part.leavers
    if share is not None:
        seen[-2:] = share[1], one.part.leavers.sum() - share[1]
    return [
        Group(
            kind=kind,
            group=name,
            persona=persona,
            customers=float(customers[k]),
            seen=float(seen[k]),
            expected=expected[:, k],
            dispersion=one.part.dispersion,
        )
        for k, (kind, name, persona, _) in enumerate(asked)
    ]


def _members(one: DrawnPart, journey: Journey) -> Iterator[tuple[Kind, str, str, np.ndarray]]:
    """Kind, name and persona of each group, and whether each cell is in it `(cell,)`."""
    met, persona = number_met(one.part, journey), one.part.persona
    for count in np.unique(met):
        for whose in ("", persona):
            yield "pain points met", met_label(int(count)), whose, (met == count).astype(float)
    yield "persona", persona, persona, np.ones(len(met))
    for place in one.part.pain_points:
        pain = journey.pain_points[place]
        if pain.measure != "level":
            exposed = one.part.rows[pain.pain_point].astype(float) > 0
            yield "pain point", pain.name, "", exposed.to_numpy(float)


def together(groups: Sequence[Group]) -> list[Group]:
    """Groups of the same kind, name and persona as one, in the order in which they first come."""
    found: dict[tuple[str, str, str], list[Group]] = {}
    for group in groups:
        found.setdefault((group.kind, group.group, group.persona), []).append(group)
    return [_sum_of(parts) for parts in found.values()]


def _sum_of(parts: Sequence[Group]) -> Group:
    return Group(
        kind=parts[0].kind,
        group=parts[0].group,
        persona=parts[0].persona,
        customers=sum(part.customers for part in parts),
        seen=sum(part.seen for part in parts),
        expected=np.asarray(sum(part.expected for part in parts)),
        dispersion=max(part.dispersion for part in parts),
        trials=None if parts[0].trials is None else sum(part.trials or 0.0 for part in parts),
    )


def _share_answering(one: DrawnPart, asked: pd.DataFrame, certified: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Share of each cell's customers who gave an overall score `(cell,)`, and how many of these left."""
    rows, persona = one.part.rows, one.part.persona
    keys = ["t", *(name for name in rows.columns if name in asked.columns and name not in {"persona", "t", "n"})]
    mine = asked[asked["persona"] == persona].groupby(keys, dropna=False)["n"].sum().rename("gave")
    whole = rows.groupby(keys, dropna=False)["n"].sum().rename("whole")
    both = pd.concat([mine, whole], axis=1).fillna(0.0)
    share = (both["gave"] / both["whole"].where(both["whole"] > 0)).fillna(0.0).clip(upper=1.0).rename("share")
    merged = rows[keys].merge(share.reset_index(), on=keys, how="left")["share"].fillna(0.0).to_numpy(float)
    told = certified[(certified["persona"] == persona) & certified["t"].isin(rows["t"].unique())]
    # answers of which the outcome is not known are not among the certified: the shares are theirs
    gave = float(one.part.n @ merged)
    return merged * min(1.0, float(told["n"].sum()) / gave if gave else 0.0), float(told["leavers"].sum())


def predict_scores(cells: CustomerCells, theta: np.ndarray, score_sd: float, seed: int) -> list[PredictedRow]:
    """Leavers by score among those who gave one, if a point of score moved leaving as it does across pain points.

    `theta` `(draw,)` is log hazard per standard deviation `score_sd`. Rates are spread over scores around each persona
    and period's own rate, so that only the slope is put to the test, not the level.
    """
    rows = cells.certified
    if rows.empty or not rows["leavers"].sum():
        return []
    rows = rows.sort_values("overall", kind="stable", ignore_index=True)
    n, score = rows["n"].to_numpy(float), rows["overall"].to_numpy(float)
    band = np.minimum((np.cumsum(n) - n / 2) / n.sum() * 3, 2).astype(int)
    lift = np.exp(np.outer(theta, (score - np.average(score, weights=n)) / score_sd))
    place = rows.groupby(["persona", "t"]).ngroup().to_numpy()
    member = np.eye(place.max() + 1)[place]
    left = member.T @ rows["leavers"].to_numpy(float)
    expected = lift * n * (left / ((lift * n) @ member))[:, place]
    rng = stream(seed, "predicted by score")
    return [
        predicted_row(
            Group(
                kind="score",
                group=BANDS[k],
                customers=float(n[band == k].sum()),
                seen=float(rows["leavers"].to_numpy(float)[band == k].sum()),
                expected=expected[:, band == k].sum(axis=1),
            ),
            rng,
        )
        for k in range(3)
        if (band == k).any()
    ]
