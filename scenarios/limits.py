"""What a choice must keep to beside the plan: budgets, fiscal years, teams, and what it aims at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from impact.initiative import Plan, Status
from impact.study import Study
from scenarios.budgets import Budget, FixedBudget, FlexibleBudget, budget_of
from scenarios.cashflow import Clock

Objective = Literal["mean", "cvar", "floor"]
FLOOR = 0.8  # chance of a net value above nil that the objective `floor` asks for, where the study names none


@dataclass(frozen=True, slots=True, kw_only=True)
class YearLimit:
    """Most capex and opex of one fiscal year, in money; None where it is not limited.

    `periods` `(period,)` of the horizon that lie in the year.
    """

    label: str
    periods: np.ndarray
    capex: float | None
    opex: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a choice and its aim.

    `budget` caps one-off cash of the horizon as planned; `years` cash by fiscal year; `capacity` by team what is
    there in each quarter `(quarter,)`. `target` asks for the least spending that reaches a mean net value;
    `persona_floor` that no persona be made worse. `settled` is the status of each initiative that is no longer to be
    decided.
    """

    budget: float | None = None
    years: tuple[YearLimit, ...] = ()
    capacity: Mapping[str, np.ndarray] = field(default_factory=dict)
    objective: Objective = "mean"
    floor: float = FLOOR
    target: float | None = None
    persona_floor: bool = False
    settled: Mapping[str, Status] = field(default_factory=dict)

    @property
    def spending(self) -> Budget:
        """Whether an amount is given to gain within, or a target to reach by spending least."""
        return budget_of(self.budget, self.target)

    @property
    def highest_mean(self) -> bool:
        """Whether the highest mean net value is what counts."""
        return isinstance(self.spending, FixedBudget) and self.objective == "mean"

    @property
    def judged_by_mean(self) -> bool:
        """Whether the mean net value and the cost of a choice say all that it is judged by."""
        return isinstance(self.spending, FlexibleBudget) or self.objective == "mean"

    @property
    def by_period(self) -> bool:
        """Whether anything is limited by period, so that a later start may be better."""
        return bool(self.years or self.capacity)


def limits_of(study: Study, plan: Plan, clock: Clock) -> Limits:
    """The limits a study and its plan state.

    Of a list of capacities that ends before the horizon the last value goes on.
    """
    asked = study.portfolio
    yearly = asked.budget if isinstance(asked.budget, dict) else {}
    return Limits(
        budget=None if asked.budget is None or isinstance(asked.budget, dict) else float(asked.budget),
        years=tuple(
            YearLimit(
                label=label,
                periods=np.array([year == label for year in fiscal_years(study, clock)]),
                capex=amounts.get("capex"),
                opex=amounts.get("opex"),
            )
            for label, amounts in sorted(yearly.items())
        ),
        capacity={team: _every_quarter(row, clock.quarters) for team, row in asked.capacity.items()},
        objective=asked.objective,
        floor=asked.floor or FLOOR,
        target=asked.target,
        persona_floor=asked.persona_floor,
        settled={
            item.initiative: item.status for item in plan.initiatives if item.status not in ("proposed", "approved")
        },
    )


def fiscal_years(study: Study, clock: Clock) -> tuple[str, ...]:
    """The fiscal year of each future period, named after the calendar year in which it ends."""
    months = 12 // clock.periods_a_year
    begins = study.finance.fiscal_year_start - 1
    first = [(clock.first + h) * months for h in range(clock.periods)]
    return tuple(str((month - begins) // 12 + (1 if begins else 0)) for month in first)


def _every_quarter(row: tuple[float, ...], quarters: int) -> np.ndarray:
    given = np.array(row[:quarters], dtype=float)
    if not len(given):
        return np.zeros(quarters)
    return np.concatenate([given, np.full(quarters - len(given), given[-1])])
