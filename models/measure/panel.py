"""The outcome of groups by period, when each of them got the initiative, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

NEVER = 2**31 - 1
Grade = Literal["randomised", "comparison", "indicative"]
Z90 = 1.6448536269514722
FOUND = 0.05  # two-sided: an effect is called found where its 95% range leaves nil out


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Groups (or customers) by period.

    `unit` `(n,)` names; `t` `(periods,)` ordinals, rising by one; `outcome` `(n, periods)` in its own unit, nan
    where there is none; `weight` `(n, periods)` how many customers stand behind a cell, nil where none;
    `treated_from` `(n,)` the ordinal of the first period with the initiative, `NEVER` for none; `cluster` `(n,)`
    what was assigned together, by number; `randomised` whether chance decided who got it, and when.

    Raises:
        ValueError: shapes do not fit, the periods have gaps, or a weight is below nil.
    """

    unit: np.ndarray
    t: np.ndarray
    outcome: np.ndarray
    weight: np.ndarray
    treated_from: np.ndarray
    cluster: np.ndarray
    randomised: bool

    def __post_init__(self) -> None:
        shape = (len(self.unit), len(self.t))
        if self.outcome.shape != shape or self.weight.shape != shape:
            raise ValueError(f"outcome and weight must be (unit, period) {shape}")
        if self.treated_from.shape != shape[:1] or self.cluster.shape != shape[:1]:
            raise ValueError("treated_from and cluster must be one number a unit")
        if (np.diff(self.t) != 1).any():
            raise ValueError("periods must follow one another without a gap")
        if (np.nan_to_num(self.weight) < 0).any():
            raise ValueError("a weight below nil")

    @property
    def seen(self) -> np.ndarray:
        """Cells with an outcome and somebody behind it `(n, periods)`."""
        return np.asarray(np.isfinite(self.outcome) & (np.nan_to_num(self.weight) > 0))

    @property
    def missing(self) -> int:
        """How many cells have no outcome."""
        return int((~self.seen).sum())

    @property
    def treated(self) -> np.ndarray:
        """Units that get the initiative within the periods of the panel `(n,)`."""
        return np.asarray(self.treated_from <= self.t[-1])

    @property
    def under(self) -> np.ndarray:
        """Cells with the initiative in place `(n, periods)`."""
        return np.asarray(self.t[None, :] >= self.treated_from[:, None])

    @property
    def starts(self) -> np.ndarray:
        """The ordinals at which somebody starts, rising."""
        return np.unique(self.treated_from[self.treated])

    @property
    def weights(self) -> np.ndarray:
        """Customers behind a cell, nil where nothing was seen `(n, periods)`."""
        return np.where(self.seen, np.nan_to_num(self.weight), 0.0)

    @property
    def values(self) -> np.ndarray:
        """The outcome with nil where nothing was seen, to be used beside `weights` `(n, periods)`."""
        return np.where(self.seen, np.nan_to_num(self.outcome), 0.0)

    def of(self, units: np.ndarray) -> Panel:
        """The panel of some of its units, by mask or by place."""
        return replace(
            self,
            unit=self.unit[units],
            outcome=self.outcome[units],
            weight=self.weight[units],
            treated_from=self.treated_from[units],
            cluster=self.cluster[units],
        )

    def without(self, cells: np.ndarray) -> Panel:
        """The panel with these cells `(n, periods)` left out."""
        return replace(self, outcome=np.where(cells, np.nan, self.outcome))

    @property
    def by_cluster(self) -> Panel | None:
        """The panel with one unit a cluster, by customers; itself where it is so, None where starts differ within."""
        names, codes = np.unique(self.cluster, return_inverse=True)
        if len(names) == len(self.unit):
            return self
        first = np.unique(codes, return_index=True)[1]
        if (self.treated_from != self.treated_from[first][codes]).any():
            return None
        member = np.equal.outer(np.arange(len(names)), codes).astype(float)
        weight, total = member @ self.weights, member @ (self.weights * self.values)
        return replace(
            self,
            unit=self.unit[first],
            outcome=np.divide(total, weight, out=np.full(weight.shape, np.nan), where=weight > 0),
            weight=weight,
            treated_from=self.treated_from[first],
            cluster=names,
        )


def groups(count: int) -> str:
    """A number of groups in words."""
    return f"{count} group" if count == 1 else f"{count} groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The mean effect on those who got it, over the periods since, per customer.

    `low` to `high` is the 90% range, `p` two-sided against nil, `units` and `treated` count units, `before` and
    `after` periods; `pretrend_p` tells whether treated and others moved alike before (nan: not asked); `placebo`
    is the share of untreated units with as large an "effect", counting the treated itself (nan: not asked).
    `said` is a sentence on what was compared and what was left out.
    """

    method: str
    estimate: float
    se: float
    low: float
    high: float
    grade: Grade
    units: int
    treated: int
    before: int
    after: int
    pretrend_p: float = float("nan")
    placebo: float = float("nan")
    said: str = ""
    p: float = float("nan")

    @property
    def found(self) -> bool:
        """Whether the 95% range leaves nil out; the ranges shown are 90%."""
        return self.p < FOUND

    @property
    def normal_se(self) -> float:
        """The standard error of the Normal with this 90% range, wider than `se` where clusters are few.

        What reads an effect as estimate and error alone, as a row of `evidence` does, takes this one.
        """
        return (self.high - self.low) / (2 * Z90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A method that was not used, and the reason."""

    method: str
    reason: str
