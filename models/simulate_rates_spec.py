"""What a simulated company of rates is asked to be; see `models/simulate_rates.py` for its laws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

HiddenKind = Literal["none", "lasting", "drifting", "instant"]
STAGES = ("join", "use", "help")
WEIGHTS = np.array([0.40, 0.35, 0.25])
NEUTRAL = 7.0
PERSONAS = ("home", "firm", "club")
STAGE_SPREAD, PERIOD_SPREAD = 1.2, 0.7
LATE_SHARE, LATE_DROP = 0.10, 2.0
VISIBLE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesSpec:
    """The company to simulate.

    `theta`: log leaving rate, `psi`: relative spend, per true point. `person`: standard deviation of lasting
    satisfaction, `mood` of what is in one answer only. `frailty`: variance of the lasting multiplier of leaving.
    `times_off`: how many times the truth a slope comes out by the hidden cause. `share_negative` of margins.
    """

    seed: int
    customers: int = 20_000
    periods: int = 10
    personas: int = 2
    theta: float = -0.15
    psi: float = 0.015
    person: float = 1.0
    mood: float = 1.0
    response_rate: float = 0.25
    leaving_rate: float = 0.05
    frailty: float = 0.2
    revenue: float = 100.0
    margin_rate: float = 0.4
    share_negative: float = 0.0
    hidden: HiddenKind = "none"
    times_off: float = 2.5
    horizon: int = 12
    discount_rate: float = 0.10
    as_of: int = 2026 * 4 + 2

    @property
    def clear_spread(self) -> tuple[float, float]:
        """Variance of satisfaction given persona and plan: of the person, and from period to period."""
        late = (WEIGHTS[0] * LATE_DROP) ** 2 * LATE_SHARE * (1 - LATE_SHARE)
        return self.person**2, STAGE_SPREAD**2 * float(WEIGHTS @ WEIGHTS) + PERIOD_SPREAD**2 + late

    @property
    def reliability(self) -> float:
        """The share of an answer's variance that the same customer's answer days apart would share."""
        lasts = sum(self.clear_spread) + (VISIBLE**2 if self.hidden != "none" else 0.0)
        return lasts / (lasts + self.mood**2 + 1 / 12)

    @property
    def hidden_leaving(self) -> float:
        """Log leaving rate per unit of the hidden cause, such that the slope is `times_off` its truth."""
        if self.hidden == "none":
            return 0.0
        return (self.times_off - 1) * self.theta * sum(self.clear_spread) / VISIBLE


def companies_of_rates() -> tuple[RatesSpec, ...]:
    """Twelve unlike companies in which nothing is hidden; three of them lose money on 15% of rows."""
    plain = RatesSpec(seed=201)
    return (
        plain,
        replace(plain, seed=202, mood=1.6),
        replace(plain, seed=203, mood=0.5, person=0.5),
        replace(plain, seed=204, person=1.4),
        replace(plain, seed=205, theta=-0.25),
        replace(plain, seed=206, theta=-0.10, psi=0.025),
        replace(plain, seed=207, leaving_rate=0.08, frailty=0.1),
        replace(plain, seed=208, leaving_rate=0.03, frailty=0.5, response_rate=0.4),
        replace(plain, seed=209, personas=1, periods=14, response_rate=0.15),
        replace(plain, seed=210, share_negative=0.15),
        replace(plain, seed=211, share_negative=0.15, personas=3, theta=-0.2),
        replace(plain, seed=212, share_negative=0.15, psi=0.0),
    )
