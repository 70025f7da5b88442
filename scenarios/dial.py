"""What a hidden cause would have to be to change the choice: the dial turned on the decision's own draws."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from impact.checks import Check, make_check
from models.dial import bias_factor
from models.dial_benchmark import Benchmark, strongest_for
from models.value import never_again
from scenarios.dial_choice import Choice, hidden_case, smallest
from scenarios.worth import Case, set_npv

STRENGTHS = (1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0, 2.5, 3.0)
STRONGEST = STRENGTHS[-1]  # a cause that trebles both is one that somebody knows of


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPoint:
    """The case under a hidden cause of one strength.

    `bias` is its bias factor, `value` `(draw,)` what never meeting any pain point would bring, `npv` `(draw,)` the
    portfolio as chosen today, `chosen` 0/1 `(initiative,)` what would be chosen.
    """

    strength: float
    bias: float
    value: np.ndarray
    npv: np.ndarray
    chosen: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class AloneDial:
    """A hidden cause of one pain point alone: from what strength another set is chosen, infinite where from none.

    `control` is the measured one that goes most strongly with this pain point and leaving, `benchmark` its strength.
    """

    pain_point: str
    changes_at: float
    control: str
    benchmark: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """How strong a hidden cause would have to be.

    `changes_at` is the smallest strength at which another set is chosen, `nil_at` that at which the mean NPV of the
    portfolio as chosen reaches 0; infinite where `STRONGEST` does not reach it. `benchmarks` strongest first.
    `initiatives` names the columns of what is chosen.
    """

    initiatives: tuple[str, ...]
    points: tuple[DialPoint, ...]
    changes_at: float
    nil_at: float
    alone: tuple[AloneDial, ...]
    benchmarks: tuple[Benchmark, ...]

    @property
    def strongest(self) -> Benchmark | None:
        """The control that goes most strongly with the pain points and leaving; None where none is measured."""
        return self.benchmarks[0] if self.benchmarks else None


def turn_dial(case: Case, choice: Choice, benchmarks: tuple[Benchmark, ...]) -> Dial:
    """The dial turned from 1 to `STRONGEST`, on all pain points at once and on each alone.

    Values are on all draws; sets are compared on fewer of them, among those that can win.

    Args:
        case: base, posterior and offers.
        choice: the choice as it stands, on fewer draws.
        benchmarks: the measured controls, strongest first.
    """
    points = tuple(_point(case, choice, strength) for strength in STRENGTHS)
    return Dial(
        initiatives=tuple(offer.item.initiative for offer in case.offers),
        points=points,
        changes_at=_changes_at(choice, points),
        nil_at=_nil_at(case, choice, points),
        alone=tuple(_alone(choice, k, benchmarks) for k in range(len(case.posterior.pain_points))),
        benchmarks=benchmarks,
    )


def _point(case: Case, choice: Choice, strength: float) -> DialPoint:
    hidden = hidden_case(case, choice.exposed, strength)
    everything = list(range(len(case.posterior.pain_points)))
    return DialPoint(
        strength=strength,
        bias=bias_factor(strength, strength),
        value=never_again(hidden.base, hidden.today, everything),
        npv=_npv(hidden, choice.chosen),
        chosen=choice.best(strength),
    )


def _npv(case: Case, chosen: np.ndarray) -> np.ndarray:
    members = [int(i) for i in np.flatnonzero(chosen)]
    return set_npv(case, members)


def _changes_at(choice: Choice, points: tuple[DialPoint, ...]) -> float:
    for before, after in pairwise(points):
        if not np.array_equal(after.chosen, choice.chosen):
            return smallest(choice.changed, before.strength, after.strength)
    return float("inf")


def _nil_at(case: Case, choice: Choice, points: tuple[DialPoint, ...]) -> float:
    """Where the mean NPV crosses 0, on the line between the two strengths around it."""
    mean = [float(point.npv.mean()) for point in points]
    if not choice.chosen.any():
        return float("inf")
    if mean[0] <= 0:
        return points[0].strength
    for k in range(1, len(mean)):
        if mean[k] <= 0:
            return smallest(
                lambda r: bool(_npv(hidden_case(case, choice.exposed, r), choice.chosen).mean() <= 0),
                points[k - 1].strength,
                points[k].strength,
            )
    return float("inf")


def _alone(choice: Choice, k: int, benchmarks: tuple[Benchmark, ...]) -> AloneDial:
    name = choice.case.posterior.pain_points[k]
    control = strongest_for(benchmarks, k)
    # a set that leaves this pain point alone is worth what it was: nothing changes if the chosen one does
    fixed = any(
        bool(offer.effectiveness[..., k].any())
        for offer, on in zip(choice.case.offers, choice.chosen, strict=True)
        if on
    )
    changes = fixed and choice.changed(STRONGEST, name)
    return AloneDial(
        pain_point=name,
        changes_at=smallest(lambda r: choice.changed(r, name), 1.0, STRONGEST) if changes else float("inf"),
        control=control.control if control else "",
        benchmark=float(control.strength[k]) if control else float("nan"),
    )


def dial_check(dial: Dial) -> Check:
    """Whether a hidden cause no stronger than the strongest measured one would change the choice."""
    strongest = dial.strongest
    weak = strongest is not None and dial.changes_at <= strongest.typical
    reached = f"none up to {STRONGEST:g}" if np.isinf(dial.changes_at) else f"from {dial.changes_at:.2f}"
    beside = "no control measured" if strongest is None else f"{strongest.typical:.2f} ({strongest.control})"
    return make_check(
        "C570",
        "The choice stands up to a hidden cause",
        "review" if weak else "pass",
        found=f"another choice {reached}",
        limit=f"above the strongest measured: {beside}",
        text="A hidden cause no stronger than the strongest measured one would change what is chosen."
        if weak
        else "A hidden cause would have to be stronger than what was measured to change what is chosen.",
        remedy="Pilot what is chosen, or find out what goes with both the pain points and leaving." if weak else "",
    )
