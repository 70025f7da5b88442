"""What initiatives are worth with no haircut, and the haircut at which they stop paying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.value import look_at_today
from scenarios.worth import Case, npv_draws, set_value


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceValue:
    """Mean NPV as valued, mean NPV with every effect kept whole, and the haircut at which it is nil.

    `haircut` is 1 where it pays whatever is kept, below 0 where it does not pay even at face value, and nan where
    effects bring nothing.
    """

    npv: float
    face: float
    haircut: float


def face_values(case: Case, sets: Sequence[Sequence[int]]) -> tuple[FaceValue, ...]:
    """The face value and break-even haircut of each set of initiatives, one share kept of all effects in all draws.

    The gain is nearly straight in the share kept k, as leaving is small: between none, half and all of it
    a k + b k^2 goes through the three, and the break-even is where it meets what is spent.
    """
    half, whole = _at(case, 0.5), _at(case, 1.0)
    out = []
    for members in sets:
        value = set_value(case, members)
        now = npv_draws(case, members, value)
        spent = float((value.discounted(case.base.discount) - now).mean())
        gain_half, gain = (
            float(set_value(one, members).discounted(case.base.discount).mean()) for one in (half, whole)
        )
        out.append(
            FaceValue(npv=float(now.mean()), face=gain - spent, haircut=1 - kept_where_nil(gain_half, gain, spent))
        )
    return tuple(out)


def _at(case: Case, kept: float) -> Case:
    """The case with the same share kept of every effect in all draws."""
    posterior = replace(case.posterior, credibility=np.full_like(case.posterior.credibility, kept))
    return replace(case, posterior=posterior, today=look_at_today(case.base, posterior))


def kept_where_nil(half: float, whole: float, spent: float) -> float:
    """The least share kept at which the gain meets what is spent; 0 where nothing is, nan where nothing is gained."""
    if spent <= 0:
        return 0.0
    if whole <= 0:
        return float("nan")
    bend = 2 * (whole - 2 * half)
    slope = whole - bend
    if abs(bend) < 1e-9 * whole:
        return spent / slope
    root = slope**2 + 4 * bend * spent
    return float((np.sqrt(root) - slope) / (2 * bend)) if root >= 0 else float("nan")
