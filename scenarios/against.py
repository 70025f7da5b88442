"""One point against a choice, what such points are worked out from, and how much of the gain rests on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from impact.initiative import Fix
from impact.journey import Journey
from models.calibration.slopes import Grade
from models.seen import Seen
from scenarios.effect import Offer
from scenarios.worth import Case, set_value

Weight = Literal["review", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that speaks against the choice, in one sentence.

    `initiatives` are those it is about, none where it is about the whole. `found` stands beside `compared_with`, both
    short texts. `stake` is how much of the expected gain it puts in doubt, 0..1, by which points are ordered.
    """

    point: str
    initiatives: tuple[str, ...]
    found: str
    compared_with: str
    weight: Weight
    stake: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentrated:
    """One account that carries a large `share` of a value by itself; `of` says which value.

    `unit` is empty of persons, whose share is not to be told either: only that it is large.
    """

    unit: str
    of: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One published range beside a rate: `outside` says in a sentence that the rate is not in it, else it is empty."""

    outcome: str
    rate: float
    low: float
    high: float
    source: str
    outside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the points need beside the decision.

    `history` is how many periods with an outcome were seen; `cap` `(draw,)` all that pain points explain;
    `overlapping` names evidence that is used and was measured in the periods of the ledger. `by_rate` is what the
    points that the choice moves would bring at the rate of a point, in present money; NaN where it was not walked.
    """

    journey: Journey
    currency: str
    period_kind: str
    budget: float | None
    grades: Mapping[str, Grade]
    fixes: tuple[Fix, ...]
    history: int
    cap: np.ndarray
    seen: tuple[Seen, ...] = ()
    claims: tuple[Claim, ...] = ()
    overlapping: tuple[str, ...] = ()
    concentrated: tuple[Concentrated, ...] = ()
    by_rate: float = float("nan")

    def name(self, pain_point: str) -> str:
        """What a reader calls a pain point."""
        return next((one.name for one in self.journey.pain_points if one.pain_point == pain_point), pain_point)

    def money(self, amount: float) -> str:
        """Money to three significant figures with its currency."""
        rounded = float(f"{amount:.3g}") + 0.0
        return f"{self.currency} {rounded:,.0f}"

    def money_range(self, draws: np.ndarray) -> str:
        """The 90% range of draws of money."""
        low, high = (float(f"{end:.3g}") + 0.0 for end in np.percentile(draws, [5, 95]))
        return f"range {low:,.0f} to {high:,.0f}"

    def periods(self, count: int) -> str:
        """So many periods in words."""
        return f"{count} {self.period_kind}{'' if count == 1 else 's'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The chosen set: its places, what it gains from the journey `(draw,)`, and that gain by pain point.

    `by_period` `(period,)` is its mean, discounted. `rests` by pain point `(draw,)` is what the gain would lose if that
    pain point were left as it is.
    """

    case: Case
    members: tuple[int, ...]
    gain: np.ndarray
    by_period: np.ndarray
    npv: np.ndarray
    rests: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The chosen offers."""
        return tuple(self.case.offers[i] for i in self.members)

    def share(self, draws: np.ndarray) -> float:
        """Mean of draws over the mean gain, within 0..1."""
        whole = float(self.gain.mean())
        return float(np.clip(draws.mean() / whole, 0, 1)) if whole > 0 else 0.0

    def fixing(self, pain_point: str) -> tuple[str, ...]:
        """The chosen initiatives that remove some of a pain point."""
        k = self.case.posterior.pain_points.index(pain_point)
        return tuple(one.item.initiative for one in self.offers if one.effectiveness[..., k].any())

    def removed(self, pain_point: str) -> np.ndarray:
        """Share removed by the chosen together once all are live `(draw,)`, personas averaged."""
        k = self.case.posterior.pain_points.index(pain_point)
        left = np.ones(self.case.posterior.draws)
        for one in self.offers:
            left = left * (1 - one.effectiveness[..., k].mean(axis=0))
        return 1 - left


def stand_by(case: Case, members: Sequence[int], npv: np.ndarray) -> Standing:
    """The chosen set with its gain taken apart by pain point."""
    value = set_value(case, members)
    gain = value.discounted(case.base.discount)
    whole = Standing(
        case=case,
        members=tuple(members),
        gain=gain,
        by_period=np.array([value.discounted(factor).mean() for factor in np.diag(case.base.discount)]),
        npv=npv,
    )
    names = [name for name in case.posterior.pain_points if whole.fixing(name)]
    return replace(whole, rests={name: gain - without(whole, {name: None}) for name in names})


def without(standing: Standing, left_alone: Mapping[str, frozenset[str] | None]) -> np.ndarray:
    """The gain `(draw,)` where some pain points are left alone, by all initiatives (None) or by those named."""
    case = standing.case
    offers = list(case.offers)
    for i in standing.members:
        kept = offers[i].effectiveness.copy()
        for name, by in left_alone.items():
            if by is None or offers[i].item.initiative in by:
                kept[..., case.posterior.pain_points.index(name)] = 0.0
        offers[i] = replace(offers[i], effectiveness=kept)
    changed = replace(case, offers=tuple(offers))
    return set_value(changed, standing.members).discounted(case.base.discount)


def scaled(standing: Standing, share: float) -> np.ndarray:
    """The gain `(draw,)` where every fix removes so much less of what it is said to remove."""
    case = standing.case
    offers = list(case.offers)
    for i in standing.members:
        offers[i] = replace(offers[i], effectiveness=offers[i].effectiveness * share)
    return set_value(replace(case, offers=tuple(offers)), standing.members).discounted(case.base.discount)


def percent(share: float) -> str:
    """A share in whole percents, and below 1% as such."""
    return "less than 1%" if 0 < share < 0.01 else f"{share:.0%}"


def of_twenty(chance: float) -> str:
    """A chance as so many of 20 futures, never none and never all."""
    count = int(np.floor(20 * chance + 0.5))
    if count >= 20:
        return "more than 19 of 20"
    return f"{count} of 20" if count > 0 else "fewer than 1 of 20"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""
