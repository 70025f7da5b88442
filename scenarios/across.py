"""What the scenarios say of a choice: what moves it, how far levers may go, and which portfolio is least regretted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from impact.checks import Check, make_check
from scenarios.base_world import base_world
from scenarios.decision import Decision
from scenarios.lever_break_even import LeverBreakEven, break_even_levers
from scenarios.regret import SAME, Regrets, find_regrets
from scenarios.scenario import Facts, Scenario, in_world
from scenarios.tornado import Bar, lever_bars, uncertain_bars
from scenarios.worlds import Funded, Home

NEAR = 0.1  # of what a lever moves: a choice that turns within it is not settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """Beside a decision: its `bars`, widest first, its `break_even` by lever, and its `regrets` across scenarios.

    `regrets` is None where the plan has no scenarios; `ids` are those of the offers, in plan order.
    """

    ids: tuple[str, ...]
    bars: tuple[Bar, ...]
    break_even: tuple[LeverBreakEven, ...]
    regrets: Regrets | None

    def named(self, funded: Funded) -> str:
        """The ids of a set, or `nothing`."""
        return ", ".join(self.ids[i] for i in funded.members) or "nothing"

    def checks(self) -> tuple[Check, ...]:
        """What the scenarios say against the choice."""
        return (*(_of_regrets(self, self.regrets) if self.regrets else ()), *_near(self.break_even))


def look_across(decision: Decision, scenarios: Sequence[Scenario], facts: Facts) -> Across | None:
    """The scenarios of a plan beside its decision, on the same draws; None without a portfolio."""
    portfolio, case = decision.portfolio, decision.case
    if portfolio is None or not case.offers:
        return None
    base = base_world(case, decision.limits, facts)
    home = Home(world=base, portfolio=portfolio)
    members = home.chosen.members
    worlds = [in_world(scenario, base, facts) for scenario in scenarios]
    bars = (*uncertain_bars(case, members, portfolio), *lever_bars(members, scenarios, base, facts)) if members else ()
    return Across(
        ids=case.ids(),
        bars=tuple(sorted(bars, key=lambda bar: -bar.width)),
        break_even=break_even_levers(home, facts),
        regrets=find_regrets(home, worlds) if worlds else None,
    )


def _of_regrets(across: Across, found: Regrets) -> Iterator[Check]:
    yield _least_regret(across, found)
    yield _same_everywhere(across, found)
    yield _allowed_everywhere(found)


def _least_regret(across: Across, found: Regrets) -> Check:
    least, most = found.least, found.most
    alike = least >= 0 and most[found.base] <= most[least] + SAME * max(abs(found.stays[found.base][0].money), 1.0)
    what = across.named(found.candidates[least]) if least >= 0 else "no portfolio is allowed in every scenario"
    worst = f"at most {most[least]:,.0f} less than the best of a scenario" if least >= 0 else ""
    own = f"{most[found.base]:,.0f}" if np.isfinite(most[found.base]) else "not allowed in every scenario"
    return make_check(
        "C680",
        "The choice is the one least regretted",
        "pass" if alike else "review",
        found=f"the choice: {own}" if alike or least < 0 else f"{what}: {worst}; the choice: {own}",
        limit="no portfolio has a smaller largest regret over the scenarios",
        text="Whichever scenario comes, what is chosen is at most so much worse than what would then be best."
        if alike
        else "Another portfolio is best in the base, or less of a loss where the base does not come."
        if least >= 0
        else "No portfolio that was looked at keeps to the limits of every scenario.",
        remedy="" if alike else "Weigh how likely the scenarios are; the table scenario_portfolios has both.",
    )


def _same_everywhere(across: Across, found: Regrets) -> Check:
    kept = found.best_in(found.base)
    others = [
        f"{name}: {across.named(found.candidates[at])}"
        for name, at, same in zip(found.worlds, found.best, kept, strict=True)
        if not same and at >= 0
    ]
    return make_check(
        "C681",
        "The best choice in every scenario",
        "review" if others else "pass",
        found="; ".join(others) or f"the same in all {len(found.worlds)}",
        limit="the same portfolio",
        text="In these scenarios another portfolio is worth more than what is chosen."
        if others
        else "No scenario of the plan makes another portfolio better.",
        remedy="Fund first what is best everywhere, and the rest once it shows which scenario comes." if others else "",
    )


def _allowed_everywhere(found: Regrets) -> Check:
    barred = [name for w, name in enumerate(found.worlds) if not found.allowed(found.base, w)]
    return make_check(
        "C682",
        "The choice keeps to the limits of every scenario",
        "review" if barred else "pass",
        found=f"not in {', '.join(barred)}" if barred else f"in all {len(found.worlds)}",
        limit="every scenario",
        text="There its budget, its teams or the plan rule it out, so that it has no regret to compare."
        if barred
        else "It could be funded in each of them.",
        remedy="Say what would be dropped first if that scenario comes." if barred else "",
    )


def _near(levers: Sequence[LeverBreakEven]) -> Iterator[Check]:
    factors = [one for one in levers if one.base]
    if not factors:
        return
    close = [one for one in factors if abs(one.choice_changes_at - one.base) <= NEAR * one.base]
    yield make_check(
        "C683",
        "A tenth more or less of any lever leaves the choice",
        "review" if close else "pass",
        found="; ".join(f"{one.lever} times {one.choice_changes_at:.2f}" for one in close) or "no lever turns it",
        limit="no other portfolio within 10% of any lever",
        text="From these figures on, another portfolio is the best."
        if close
        else "Small errors do not turn the choice.",
        remedy="Find these figures out more exactly before choosing." if close else "",
    )
