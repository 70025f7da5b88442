"""What customers meet, together and by how long they have been customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from impact.cells import CustomerCells
from impact.cells.customers import age_edges
from impact.cells.summary import RECENT
from impact.journey import Journey, PainPoint
from impact.study import Study
from models.reduced_customers import pattern_floor
from models.value import Ages

PATTERN_CAP = 2048
LEAN = 20 * RECENT  # customer-periods of its persona that an age leans on: twenty customers' worth
APART = 0.05  # chance that ages are told apart where nothing differs, over all pain points and ages of a persona


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One persona's exposures over the last four periods, in units of exposure.

    Rows are kinds of customer-periods: `n` `(row,)` how many, `age` `(row,)`, `exposure` `(row, pain_point)`, `told`
    `(row, pain_point)` whether it is known. `together`, `alone`, `level` `(pain_point,)` say by 1 or 0 how a pain point
    enters. `patterns` `(pattern, pain_point)` are what occurs together, `weights` how common each is and `of_age`
    `(row of ages seen, pattern)` which share of it is of each of `ages`.
    """

    n: np.ndarray
    age: np.ndarray
    exposure: np.ndarray
    told: np.ndarray
    together: np.ndarray
    alone: np.ndarray
    level: np.ndarray
    patterns: np.ndarray
    weights: np.ndarray
    ages: np.ndarray
    of_age: np.ndarray

    def mean(self, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Mean of `values` `(row, pain_point)` over the rows chosen and told, 0 where none is `(pain_point,)`."""
        weight = self.n[rows, None] * self.told[rows]
        whole = weight.sum(axis=0)
        total = (weight * values[rows]).sum(axis=0)
        return np.asarray(np.divide(total, whole, out=np.zeros(len(whole)), where=whole > 0))

    def whole(self) -> dict[str, np.ndarray]:
        """The fields of a `PersonaBase` that say what is met, over all ages."""
        everyone = np.ones(len(self.n), dtype=bool)
        mean = self.mean(self.exposure, everyone)
        return {
            "patterns": self.patterns,
            "weights": self.weights,
            "alone": mean * self.alone,
            "level": mean * self.level,
            "exposure": mean,
            "prevalence": self.mean((self.exposure > 0).astype(float), everyone),
        }


def find_met(cells: CustomerCells, journey: Journey, unit_exposure: np.ndarray, persona: str) -> Met:
    """What one persona meets.

    A level that was not recorded, and a stage that was not scored by one who answered, count as not
    met. A pain point named in surveys is taken to be as common among the silent as among those who answered.
    """
    rows = cells.patterns[cells.patterns["persona"] == persona]
    surveyed = [pain.pain_point for pain in journey.pain_points if pain.source == "survey"]
    answered = rows[surveyed].notna().any(axis=1).to_numpy()
    exposure, told = np.zeros((len(rows), len(unit_exposure))), np.ones((len(rows), len(unit_exposure)), dtype=bool)
    for k, pain in enumerate(journey.pain_points):
        raw = rows[pain.pain_point].astype(float)
        value = (raw - pattern_floor(cells.patterns, pain)).clip(lower=0) if pain.measure == "level" else raw
        exposure[:, k] = value.fillna(0).to_numpy() / unit_exposure[k]
        if pain.source == "survey":
            told[:, k] = answered
    together, alone, level = _kinds(journey)
    n, age = rows["n"].to_numpy(float), rows["age"].to_numpy(int)
    kinds = list(range(exposure.shape[1]))
    by_age = pd.DataFrame(exposure * together).assign(n=n, age=age).groupby([*kinds, "age"])["n"].sum().unstack("age")
    by_age = by_age.fillna(0.0)
    kept = bounded(by_age.sum(axis=1).sort_values(ascending=False, kind="stable"))
    seen = by_age.iloc[by_age.index.get_indexer(kept.index)]
    return Met(
        n=n,
        age=age,
        exposure=exposure,
        told=told,
        together=together,
        alone=alone,
        level=level,
        patterns=np.array(kept.index.tolist(), dtype=float).reshape(len(kept), exposure.shape[1]),
        weights=(kept / kept.sum()).to_numpy(float),
        ages=seen.columns.to_numpy(int),
        of_age=(seen.to_numpy(float) / seen.to_numpy(float).sum(axis=1, keepdims=True)).T,
    )


def _kinds(journey: Journey) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which pain points enter by pattern, by prevalence alone, by mean level `(pain_point,)` each."""

    def kind(pain: PainPoint) -> int:
        if pain.measure == "level":
            return 2
        return 1 if pain.source == "survey" else 0

    kinds = np.array([kind(pain) for pain in journey.pain_points])
    return (kinds == 0).astype(float), (kinds == 1).astype(float), (kinds == 2).astype(float)


def bounded(counts: pd.Series) -> pd.Series:
    """At most `PATTERN_CAP` patterns: the commonest as they are, the tail by a systematic sample of equal weight.

    A tail that was cut off instead would take those who meet most with it.
    """
    if len(counts) <= PATTERN_CAP:
        return counts
    head, tail = counts.iloc[: PATTERN_CAP // 2], counts.iloc[PATTERN_CAP // 2 :]
    places = (np.arange(PATTERN_CAP // 2) + 0.5) / (PATTERN_CAP // 2) * tail.sum()
    drawn = tail.index[np.searchsorted(tail.cumsum().to_numpy(), places)]
    share = float(tail.sum()) / (PATTERN_CAP // 2)
    return pd.Series(pd.concat([head, pd.Series(share, index=drawn)]))


def find_ages(met: Met, tenures: list[pd.Series], study: Study) -> Ages | None:
    """What a persona meets by age, or None where no two ages are told apart.

    Neighbouring ages that are not are taken together; each leans on its persona by `LEAN` customer-periods. An age
    nobody was of meets what the next younger one does.

    Args:
        met: what the persona meets.
        tenures: customers by tenure (periods, -1 unknown) for each tenure band of the base.
        study: its periods and its horizon.
    """
    groups = told_apart(met)
    if len(groups) < 2 or not tenures:
        return None
    whole = met.whole()
    weights, exposure = [], []
    for ages in groups:
        own = met.weights * met.of_age[np.isin(met.ages, ages)].sum(axis=0) * met.n.sum()
        leaned = own + LEAN * met.weights
        weights.append(leaned / leaned.sum())
        rows = np.isin(met.age, ages)
        count = (met.n[rows, None] * met.told[rows]).sum(axis=0)
        exposure.append((count * met.mean(met.exposure, rows) + LEAN * whole["exposure"]) / (count + LEAN))
    means = np.array(exposure)
    first = np.array([ages[0] for ages in groups])
    return Ages(
        weights=np.array(weights),
        alone=means * met.alone,
        level=means * met.level,
        exposure=means,
        mix=_mix(tenures, first, study),
    )


def told_apart(met: Met) -> list[list[int]]:
    """Ages seen, in order, with neighbours together that meet every pain point as often as far as can be told.

    A customer counts once, not once a period: it meets in one period what it met in another.
    """
    comparisons = max(len(met.ages) - 1, 1) * met.exposure.shape[1]
    limit = float(norm.isf(APART / 2 / comparisons))
    groups: list[list[int]] = []
    for age in sorted(met.ages.tolist()):
        if groups and not _differ(met, groups[-1], age, limit):
            groups[-1].append(age)
        else:
            groups.append([age])
    return groups


def _differ(met: Met, group: list[int], age: int, limit: float) -> bool:
    """Whether the mean exposure to any pain point differs clearly between a group of ages and another age."""
    both = np.isin(met.age, [*group, age])
    centre = met.mean(met.exposure, both)
    spread = met.mean((met.exposure - centre) ** 2, both)
    ends, inverse = [], np.zeros(len(centre))
    for rows in (np.isin(met.age, group), met.age == age):
        count = (met.n[rows, None] * met.told[rows]).sum(axis=0) / RECENT
        ends.append(met.mean(met.exposure, rows))
        inverse = inverse + 1 / np.maximum(count, 1e-9)
    return bool(((ends[0] - ends[1]) ** 2 > limit**2 * spread * inverse).any())


def _mix(tenures: list[pd.Series], first: np.ndarray, study: Study) -> np.ndarray:
    """Share of each band's customers in each group of ages, by future period `(period, band, group)`.

    `first` `(group,)` is the youngest age of each group. The outcome of the first period comes of the experience
    at `as_of`, so tenure then is today's.
    """
    edges = np.array(age_edges(study))
    mix = np.zeros((study.horizon_periods, len(tenures), len(first)))
    for band, customers in enumerate(tenures):
        now, share = customers.index.to_numpy(int), customers.to_numpy(float) / customers.sum()
        for period in range(len(mix)):
            age = np.where(now < 0, -1, (now[:, None] + period >= edges).sum(axis=1))
            group = np.maximum(np.searchsorted(first, age, side="right") - 1, 0)
            np.add.at(mix[period, band], group, share)
    return mix
