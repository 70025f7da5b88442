"""What a reader must know of the rates of sites: money left out, few units, other ways, a rate of nothing."""

from __future__ import annotations

import numpy as np

from impact.cells import SitePanel
from impact.checks import Check, make_check
from impact.journey import OVERALL, Journey
from models.calibration.across import money_form
from models.calibration.clusters import FEW_CLUSTERS
from models.calibration.series import aggregate_slope
from models.calibration.slopes import Slope
from models.reduced_sites import in_logs

NOT_MOVED = 0.10  # of money or of buyers, per standard deviation of the score: less would not pay for itself


def site_checks(cells: SitePanel, slopes: tuple[Slope, ...], journey: Journey) -> tuple[Check, ...]:
    """The checks of a calibration of sites."""
    headline = next((s for s in slopes if s.headline and s.term == OVERALL and s.outcome == "log_revenue"), None)
    out = [*_money_left_out(cells), *_seen_once(cells)]
    if headline is not None:
        out += [*_few_units(headline), *_other_ways(headline, slopes), *_not_moved(cells, headline)]
        out += _series(cells, headline)
    return tuple(out)


def _money_left_out(cells: SitePanel) -> list[Check]:
    known = cells.panel["revenue"].dropna()
    nothing = int((known <= 0).sum())
    if not nothing:
        return []
    found = f"{nothing:,} of {len(known):,} booked amounts are zero or less"
    logs = in_logs(cells.panel) if cells.repeated else money_form(cells) == "log"
    if logs:
        text = "They have no logarithm, so the rate of money is that of the others; totals still count them."
        return [make_check("C440", "Money of zero or less", "review", found=found, limit="0", text=text)]
    kept = (
        "Each amount stands relative to the unit's own mean, so that none is left out."
        if cells.repeated
        else "Whether there is any money, and how much where there is, are estimated apart and put together."
    )
    return [make_check("C441", "Money of zero or less is kept", "pass", found=found, limit="none left out", text=kept)]


def _seen_once(cells: SitePanel) -> list[Check]:
    periods = cells.panel.loc[cells.panel["revenue"].notna(), "t"].nunique()
    if cells.repeated or periods < 2:
        return []
    return [
        make_check(
            "C446",
            "Each unit is seen once",
            "review",
            found=f"{periods} periods, each with units of its own",
            limit="8 units or more with money in two periods",
            text="Each unit has one period, so it can only be compared with others and not with itself: weak evidence.",
            remedy="Ask the same units again, and bring their money of each period.",
        )
    ]


def _few_units(headline: Slope) -> list[Check]:
    if np.isinf(headline.df):
        return []
    return [
        make_check(
            "C444",
            "Units enough for plain ranges",
            "review",
            found=f"{headline.units} clusters",
            limit=f"{FEW_CLUSTERS}",
            text=f"With few clusters plain ranges are too narrow: these are widened (CR2, or by period) and read "
            f"from a t with {headline.df:.1f} degrees of freedom.",
            remedy="More units, or a coarser column in [model] cluster taken out.",
        )
    ]


def _other_ways(headline: Slope, slopes: tuple[Slope, ...]) -> list[Check]:
    words = {"previous_money": "beside the money of the period before", "first_difference": "in changes"}
    others = [s for s in slopes if s.term == headline.term and s.method in words]
    if not others:
        return []
    low, high = headline.range90()
    apart = [s for s in others if s.range90()[0] > high or s.range90()[1] < low]
    told = "; ".join(f"{words[s.method]} {s.estimate:+.5f} ({s.se:.5f})" for s in others)
    return [
        make_check(
            "C442",
            "The rate by other ways of comparing a unit with itself",
            "review" if apart else "pass",
            found=f"rate {headline.estimate:+.5f} ({headline.se:.5f}); {told}",
            limit="90% ranges overlap",
            text="Neither is the headline: the money of the period before is bent by unit effects where periods are "
            "few, and changes drown in noise.",
            remedy="Look for what moves slowly in score and money both." if apart else "",
        )
    ]


def _not_moved(cells: SitePanel, headline: Slope) -> list[Check]:
    spread = float(cells.panel[headline.term].std())
    low, high = (end * spread for end in headline.range90())
    if not (low <= 0 <= high and max(-low, high) <= NOT_MOVED):
        return []
    buying = headline.method == "cross_section" and money_form(cells) == "yes or no"
    what = "Buying" if buying else "Revenue"
    change = "buyers" if buying else "revenue"
    return [
        make_check(
            "C443",
            f"{what} is not moved by satisfaction",
            "pass",
            found=f"{low:+.1%} to {high:+.1%} {change} for a standard deviation ({spread:.2f} points) of the score",
            limit=f"a range that holds zero and ends within {NOT_MOVED:.0%}",
            text=f"{what} is not moved by satisfaction: the range holds zero and is narrow, so this is an answer and "
            "not a lack of data.",
        )
    ]


def _series(cells: SitePanel, headline: Slope) -> list[Check]:
    found = aggregate_slope(cells.panel, headline.term, cells.lag)
    if found is None:
        return []
    low, high = headline.range90()
    apart = found.low > high or found.high < low
    return [
        make_check(
            "C445",
            "All units summed by period beside the rate",
            "review" if apart else "pass",
            found=f"series {found.estimate:+.5f} ({found.low:+.5f} to {found.high:+.5f}, {found.changes} changes), "
            f"rate {headline.estimate:+.5f}",
            limit="90% ranges overlap",
            text="Growth of the sum on the change of the mean score: for reconciliation only, since whatever else "
            "moved in a period is in it.",
            remedy="Name what happened in those periods in the plan table events." if apart else "",
        )
    ]
