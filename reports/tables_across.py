"""The tables of a choice across scenarios: what moves it, how far levers may go, and who regrets what."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from reports.findings import Findings, summary
from scenarios.aims import chance_of_gain
from scenarios.lever_break_even import LeverBreakEven
from scenarios.regret import Regrets

TORNADO = (
    *("driver", "kind", "low_setting", "high_setting", "npv_low", "npv_high"),
    *("width", "width_p05", "width_p95", "share", "evppi"),
)
LEVERS = ("lever", "base", "npv_nil_at", "choice_changes_at", "searched_from", "searched_to", "note")
PORTFOLIOS = (
    *("portfolio", "role", "scenario", "npv", "npv_p05", "npv_p95", "p_npv_positive"),
    *("regret", "regret_p05", "regret_p95", "allowed"),
)


def across_tables(found: Findings) -> Mapping[str, pd.DataFrame]:
    """The tables by name; without rows where nothing was chosen, or where the plan has no scenarios."""
    return {
        "tornado": tornado_table(found),
        "break_even_levers": lever_table(found),
        "scenario_portfolios": portfolios_table(found),
    }


def tornado_table(found: Findings) -> pd.DataFrame:
    """A row a driver of the chosen portfolio's mean NPV, the widest first."""
    rows = [
        (
            *(bar.driver, bar.kind, bar.low_setting, bar.high_setting, bar.low, bar.high),
            *(bar.width, *bar.width_range, bar.share, bar.evppi),
        )
        for bar in (found.across.bars if found.across else ())
    ]
    return pd.DataFrame(rows, columns=list(TORNADO))


def lever_table(found: Findings) -> pd.DataFrame:
    """A row a lever: where NPV is nil and where another set is chosen, blank where the search found no such figure."""
    rows = [
        (one.lever, one.base, one.npv_nil_at, one.choice_changes_at, one.searched_from, one.searched_to, _note(one))
        for one in (found.across.break_even if found.across else ())
    ]
    return pd.DataFrame(rows, columns=list(LEVERS))


def _note(one: LeverBreakEven) -> str:
    within = f"none within {one.searched_from:g} to {one.searched_to:g}"
    other = within if one.choice_sought else "not sought, as more than the mean decides"
    told = (("NPV of 0", one.npv_nil_at, within), ("another choice", one.choice_changes_at, other))
    return "; ".join(f"{what}: {why}" for what, at, why in told if np.isnan(at))


def portfolios_table(found: Findings) -> pd.DataFrame:
    """A row a role and scenario: what the portfolio is worth there, and what the best allowed one has more.

    The range of a regret is that of the difference draw by draw, below nil where the portfolio has more.
    """
    regrets = found.across.regrets if found.across else None
    rows = []
    for role, place in regrets.roles() if regrets else ():
        assert regrets is not None and found.across is not None
        name = found.across.named(regrets.candidates[place])
        rows += [(name, role, world, *_figures(regrets, place, w)) for w, world in enumerate(regrets.worlds)]
    return pd.DataFrame(rows, columns=list(PORTFOLIOS))


def _figures(regrets: Regrets, place: int, world: int) -> tuple[float, ...]:
    there = regrets.stays[place][world]
    npv = summary(there.npv)
    allowed = regrets.allowed(place, world)
    short = summary(regrets.short_draws(place, world)) if allowed else dict.fromkeys(("p05", "p95"), np.nan)
    return (
        *(npv["mean"], npv["p05"], npv["p95"], chance_of_gain(there.npv)),
        *(float(regrets.regret[place, world]), short["p05"], short["p95"], int(allowed)),
    )
