"""Revenue kept and earned: gross and net retention of a base's revenue, and growth that was not bought."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueKept:
    """What became of the revenue of the customers there at a start, as shares of it.

    `gross` leaves growth of customers out, `net` counts it; `earned` is the revenue of new customers who came by
    recommendation, None where it is not measured.
    """

    gross: float
    net: float
    new: float
    earned: float | None

    @property
    def earned_level(self) -> float | None:
        """Net retention and earned new revenue together: 85% + 25% = 110%, earned growth of 10%."""
        return None if self.earned is None else self.net + self.earned


def revenue_kept(*, start: float, kept: float, later: float, new: float, earned: float | None) -> RevenueKept:
    """The shares of the starting revenue.

    Args:
        start: revenue of the customers of the first period.
        kept: of each of them the smaller of first and later revenue, summed.
        later: their later revenue.
        new: later revenue of customers not there at the start.
        earned: the part of `new` that came by recommendation; None where that is not known.

    Raises:
        ValueError: there is no revenue to start from.

    Source: Reichheld, Darnell & Burns (2021), Winning on Purpose, appendix B.
    """
    if not start > 0:
        raise ValueError("no revenue to start from")
    return RevenueKept(
        gross=kept / start,
        net=later / start,
        new=new / start,
        earned=None if earned is None else earned / start,
    )
