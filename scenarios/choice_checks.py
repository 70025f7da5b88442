"""What a choice says of itself: the gap left, the other aims, the floor and the target."""

from __future__ import annotations

from collections.abc import Iterator

from impact.checks import Check, make_check
from scenarios.aims import chance_of_gain, judge, worst_tenth
from scenarios.budgets import FixedBudget, FlexibleBudget
from scenarios.limits import Limits
from scenarios.portfolio import Portfolio

NEGLIGIBLE = 0.01  # of the value: a better portfolio by less is not worth a search


def choice_checks(portfolio: Portfolio, limits: Limits) -> Iterator[Check]:
    """The checks of a choice, in the order of their codes."""
    spending = limits.spending
    if portfolio.certificate.method == "programme" and isinstance(spending, FixedBudget):
        yield _gap(portfolio)
    if portfolio.chosen.any():
        yield _other_aims(portfolio, limits)
    if isinstance(spending, FlexibleBudget):
        yield _target(portfolio, limits, spending.target)
    elif limits.objective == "floor":
        yield _floor(portfolio, limits)


def _gap(portfolio: Portfolio) -> Check:
    found = portfolio.certificate
    small = found.gap <= NEGLIGIBLE * abs(found.value)
    return make_check(
        "C600",
        "How much better another portfolio could be",
        "pass" if small else "review",
        found=f"at most {found.gap:,.0f} beside {found.value:,.0f}",
        limit="1% of the value",
        text=f"An integer programme chose among all sets and starts; {found.looked_at:,} of them were simulated.",
        remedy="" if small else "Fix the starts that are sure, or join small initiatives, and run again.",
    )


def _other_aims(portfolio: Portfolio, limits: Limits) -> Check:
    npv = portfolio.npv
    parts = {
        "mean": f"mean {npv.mean():,.0f}",
        "cvar": f"worst tenth {worst_tenth(npv):,.0f}",
        "floor": f"{chance_of_gain(npv):.0%} chance of a gain",
    }
    asked = limits.objective if isinstance(limits.spending, FixedBudget) else ""
    lost = worst_tenth(npv) < 0
    return make_check(
        "C601",
        "The portfolio by the other aims",
        "review" if lost else "pass",
        found="; ".join(text for name, text in parts.items() if name != asked),
        limit="worst tenth at nil or above",
        text="In the worst tenth of futures the portfolio loses money on average."
        if lost
        else "Even the worst tenth of futures does not lose money on average.",
        remedy='Compare with objective = "cvar" or "floor" in [portfolio].' if lost else "",
    )


def _floor(portfolio: Portfolio, limits: Limits) -> Check:
    chance = chance_of_gain(portfolio.npv)
    held = judge(portfolio.npv, 0.0, limits)[0] >= limits.floor
    found = f"{chance:.0%} chance of a gain" if portfolio.chosen.any() else "nothing is funded"
    return make_check(
        "C602",
        "The floor under the chance of a gain",
        "pass" if held and portfolio.chosen.any() else "review",
        found=found,
        limit=f"at least {limits.floor:.0%}",
        text="The highest mean among the portfolios that hold the floor."
        if held and portfolio.chosen.any()
        else "No portfolio that funds anything holds the floor.",
        remedy="" if held and portfolio.chosen.any() else "Lower the floor, widen the plan, or learn more first.",
    )


def _target(portfolio: Portfolio, limits: Limits, target: float) -> Check:
    mean = float(portfolio.npv.mean())
    reached = judge(portfolio.npv, 0.0, limits)[0] == 1
    spent = float(portfolio.cost[(portfolio.sets == portfolio.chosen).all(axis=1)][0])
    least = portfolio.certificate.least_cost
    bound = f"; none costs less than {least:,.0f}" if reached and least is not None and least < spent else ""
    return make_check(
        "C603",
        "The target and the least cost that reaches it",
        "pass" if reached else "review",
        found=f"mean {mean:,.0f} at a one-off cost of {spent:,.0f}{bound}",
        limit=f"mean of at least {target:,.0f}",
        text=f"The cheapest portfolio {'found ' if bound else ''}that reaches the target."
        if reached
        else "No portfolio within the limits reaches the target; this is the most that can be reached.",
        remedy="" if reached else "Raise the budget or capacity, add initiatives, or lower the target.",
    )
