"""Who of a persona is still there by period, and what they bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.retention import survival
from models.trend import newcomers

if TYPE_CHECKING:
    from models.value import PersonaBase


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """A persona's customers by future period.

    `share` `(draw, band, period)` of those active at `as_of` who are still there, before the trend's factor of heads;
    `joined` `(draw, period)` customers who are new since and still there, None where nobody joins.
    """

    persona: PersonaBase
    share: np.ndarray
    joined: np.ndarray | None = None

    def customers(self) -> np.ndarray:
        """How many there are `(draw, period)`."""
        count, trend = self.count(), self.persona.trend
        return count if trend is None else np.asarray(count * trend.heads)

    def count(self) -> np.ndarray:
        """Customers before the trend's factor of heads `(draw, period)`."""
        count = np.asarray(np.einsum("dbh,b->dh", self.share, self.persona.customers))
        return count if self.joined is None else count + self.joined

    def at_today(self, lift: np.ndarray | None = None) -> np.ndarray:
        """Margin at today's money a customer `(draw, period)`, before the trend's factors; `lift` as of `margin`."""
        worth = self.persona.customers * self.persona.money
        if lift is None or lift.shape[1] == 1:
            found = np.einsum("dbh,b->dh", self.share, worth)
        else:
            found = np.einsum("dbh,dbh,b->dh", self.share, lift, worth)
        if lift is not None and lift.shape[1] == 1:
            found = found * lift[:, 0]
        if self.joined is None:
            return np.asarray(found)
        new = self.joined * (worth.sum() / self.persona.customers.sum())
        return np.asarray(found + (new if lift is None else new * lift[:, 0]))

    def margin(self, lift: np.ndarray | None = None) -> np.ndarray:
        """What they bring `(draw, period)`; with a relative `lift` `(draw, band or 1, period)` that share of it."""
        found, trend = self.at_today(lift), self.persona.trend
        return found if trend is None else np.asarray(found * (trend.heads * trend.margin))

    def revenue(self, lift: np.ndarray | None = None) -> np.ndarray:
        """As `margin`, moved as revenue moves: the margin there would be if its share of revenue stayed today's."""
        found, trend = self.at_today(lift), self.persona.trend
        return found if trend is None else np.asarray(found * (trend.heads * trend.revenue))

    def per_money(self) -> np.ndarray:
        """What a unit of money of each band at `as_of` still brings `(draw, band, period)`; who joined has no part."""
        trend = self.persona.trend
        return self.share if trend is None else np.asarray(self.share * (trend.heads * trend.margin))


def who_is_there(persona: PersonaBase, frailty: np.ndarray, now: np.ndarray, ratio: np.ndarray) -> There:
    """The customers of a persona when leaving intensities are `ratio` times today's, its own trend on top.

    Args:
        persona: the persona.
        frailty: variance `(draw,)`.
        now: leaving intensity of each band `(draw, band)`.
        ratio: `(draw, band, period)`, or of one band where it is the same for all.
    """
    draws, trend = len(frailty), persona.trend
    intensity = ratio if trend is None else ratio * trend.leaving
    share = (
        survival(now[:, :, None] * intensity.cumsum(axis=2), frailty[:, None, None])
        if persona.rate.any()
        else np.ones((draws, len(persona.rate), ratio.shape[2]))
    )
    joined = None
    if trend is not None and trend.joining.any():
        joined = newcomers(trend, frailty, now[:, 0], np.broadcast_to(intensity[:, 0], (draws, ratio.shape[2])))
    return There(persona=persona, share=share, joined=joined)
