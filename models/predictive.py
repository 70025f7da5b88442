"""Leavers as the model predicts them beside those seen, by groups it was not fitted to one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from impact.cells import CustomerCells
from impact.cells.many import ManyCells
from impact.journey import OVERALL, Journey
from impact.rng import stream
from models.drawn_cells import DrawnPart, met_label, number_met

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
    rng = stream(seed, "predicted leavers")
    groups = [group for one in drawn for group in _own_groups(one, journey)]
    return [predicted_row(group, rng) for group in (*together(groups), *_answering(drawn, cells))]


def grouped(one: DrawnPart, labels: np.ndarray) -> dict[object, tuple[float, float, np.ndarray]]:
    """By label of a cell: customers, leavers seen, leavers expected `(draw,)`."""
    kinds, place = np.unique(labels, return_inverse=True)
    member = np.zeros((len(labels), len(kinds)))
    member[np.arange(len(labels)), place] = 1.0
    expected = np.concatenate([rates @ (member * one.part.n[:, None]) for rates in one.hazards()])
    at_risk, seen = member.T @ one.part.n, member.T @ one.part.leavers
    return {kind: (float(at_risk[k]), float(seen[k]), expected[:, k]) for k, kind in enumerate(kinds.tolist())}


def _own_groups(one: DrawnPart, journey: Journey) -> list[Group]:
    """One persona's groups; those named alike in other personas are joined later."""
    names = {pain.pain_point: pain.name for pain in journey.pain_points}
    out = []
    for count, (n, seen, expected) in grouped(one, number_met(one.part, journey)).items():
        for persona in ("", one.part.persona):
            out.append(_group("pain points met", met_label(int(str(count))), n, seen, expected, one, persona))
    (n, seen, expected) = grouped(one, np.zeros(len(one.part.n)))[0.0]
    out.append(_group("persona", one.part.persona, n, seen, expected, one, one.part.persona))
    for place in one.part.pain_points:
        pain = journey.pain_points[place]
        met = (one.part.rows[pain.pain_point].astype(float) > 0).to_numpy()
        found = grouped(one, met)
        if pain.measure != "level" and True in found:
            out.append(_group("pain point", names[pain.pain_point], *found[True], one, ""))
    return out


def _group(
    kind: Kind, name: str, customers: float, seen: float, expected: np.ndarray, one: DrawnPart, persona: str
) -> Group:
    return Group(
        kind=kind,
        group=name,
        customers=customers,
        seen=seen,
        expected=expected,
        persona=persona,
        dispersion=one.part.dispersion,
    )


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


def _answering(drawn: Sequence[DrawnPart], cells: CustomerCells) -> list[Group]:
    """Those who gave an overall score, and the others, at the rates of all who met the same in the same period."""
    asked = cells.scores.get(OVERALL)
    if asked is None or isinstance(asked, ManyCells) or cells.certified.empty:
        return []
    out = []
    for one in drawn:
        if one.part.part != "everyone":
            return []
        share, told = _share_answering(one, asked, cells.certified)
        n, seen, expected = grouped(one, np.zeros(len(one.part.n)))[0.0]
        answered = np.concatenate([rates @ (one.part.n * share) for rates in one.hazards()])
        customers, left = float(one.part.n @ share), told
        out.append(_group("answering", "gave a score", customers, left, answered, one, ""))
        out.append(_group("answering", "gave none", n - customers, seen - left, expected - answered, one, ""))
    return together(out)


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
