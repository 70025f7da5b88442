"""Everything a choice must keep to, as named linear rows over options: weights @ chosen <= most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.initiative import Status
from scenarios.limits import Limits
from scenarios.options import Option

Kind = Literal["one start", "budget", "year", "capacity", "requires", "excludes", "mandatory"]
ROUNDING = 1e-9  # of a limit: sums of money in floating point may miss it by as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One limit in words, `name`, and as a row: `weights` `(option,)` of what is chosen add up to `most` at most.

    `of` is the team of a capacity or the label of a year, and `quarter` the place of the quarter a capacity is of.
    """

    name: str
    kind: Kind
    weights: np.ndarray
    most: float
    of: str = ""
    quarter: int = -1

    @property
    def limit(self) -> float:
        """`most` with room for rounding."""
        return self.most + ROUNDING * max(abs(self.most), 1.0)


def rules_of(options: Sequence[Option], limits: Limits) -> tuple[Rule, ...]:
    """The rules of a plan and a study over options, every initiative at each of its starts.

    What is live or done meets what requires it and rules out what excludes it; what is stopped is not to be had.
    """
    return (
        *_one_start(options),
        *_budget(options, limits),
        *_years(options, limits),
        *_teams(options, limits),
        *_plan(options, limits.settled),
    )


def keep_rules(rules: Sequence[Rule], sets: np.ndarray) -> np.ndarray:
    """Which sets of options `(set, option)` keep to every rule `(set,)`."""
    kept = np.ones(len(sets), dtype=bool)
    for rule in rules:
        kept &= sets @ rule.weights <= rule.limit
    return kept


def _row(options: Sequence[Option], of: Callable[[Option], float]) -> np.ndarray:
    return np.array([of(option) for option in options], dtype=float)


def _one_start(options: Sequence[Option]) -> Iterator[Rule]:
    for place in sorted({option.place for option in options}):
        row = _row(options, lambda option, place=place: option.place == place)  # type: ignore[misc]
        if row.sum() > 1:
            yield Rule(name=f"{_name(options, place)} starts once", kind="one start", weights=row, most=1.0)


def _budget(options: Sequence[Option], limits: Limits) -> Iterator[Rule]:
    if limits.budget is not None:
        row = _row(options, lambda option: option.offer.plan_cost)
        yield Rule(name=f"the budget of {limits.budget:,.0f}", kind="budget", weights=row, most=limits.budget)


def _years(options: Sequence[Option], limits: Limits) -> Iterator[Rule]:
    for year in limits.years:
        for what, most, cash in (("capex", year.capex, planned_capex), ("opex", year.opex, planned_opex)):
            if most is not None:
                row = np.array([cash(option) @ year.periods for option in options], dtype=float)
                name = f"{what} of {most:,.0f} in {year.label}"
                yield Rule(name=name, kind="year", weights=row, most=most, of=year.label)


def planned_capex(option: Option) -> np.ndarray:
    """One-off cash by period as the plan states it `(period,)`."""
    plan = option.offer.schedule
    return np.asarray((option.offer.item.cost or 0.0) * plan.cost_share + plan.capex)


def planned_opex(option: Option) -> np.ndarray:
    """Running cash by period on average `(period,)`."""
    return np.asarray(option.offer.schedule.opex.mean(axis=0))


def _teams(options: Sequence[Option], limits: Limits) -> Iterator[Rule]:
    for team, there in limits.capacity.items():
        for quarter, most in enumerate(there):
            row = _row(
                options,
                lambda option, team=team, quarter=quarter: (  # type: ignore[misc]
                    option.offer.item.capacity.get(team, 0.0) * option.offer.schedule.building[quarter]
                ),
            )
            if row.any():
                name = f"{team} of {most:g} in quarter {quarter + 1}"
                yield Rule(name=name, kind="capacity", weights=row, most=float(most), of=team, quarter=quarter)


def _plan(options: Sequence[Option], settled: Mapping[str, Status]) -> Iterator[Rule]:
    items = {option.place: option.offer.item for option in options}
    places = {item.initiative: place for place, item in items.items()}
    for place, item in items.items():
        mine = _row(options, lambda option, place=place: option.place == place)  # type: ignore[misc]
        if item.mandatory:
            yield Rule(name=f"{item.initiative} is mandatory", kind="mandatory", weights=-mine, most=-1.0)
        for other in item.requires:
            name = f"{item.initiative} requires {other}"
            if other in places:
                yield from _required(options, (place, places[other]), name)
            elif settled.get(other) == "stopped":
                yield Rule(name=f"{name}, which is stopped", kind="requires", weights=mine, most=0.0)
        for other in item.excludes:
            name = f"{item.initiative} excludes {other}"
            if other in places:
                theirs = _row(options, lambda option, at=places[other]: option.place == at)  # type: ignore[misc]
                yield Rule(name=name, kind="excludes", weights=mine + theirs, most=1.0)
            elif settled.get(other) in ("live", "done"):
                yield Rule(name=f"{name}, which is {settled[other]}", kind="excludes", weights=mine, most=0.0)


def _required(options: Sequence[Option], pair: tuple[int, int], name: str) -> Iterator[Rule]:
    """Whatever starts by a period needs what it requires to have started by then."""
    place, other = pair
    starts = sorted({option.start for option in options if option.place == place})
    for start in starts:
        by_then = _row(options, lambda o, start=start: o.place == place and o.start <= start)  # type: ignore[misc]
        theirs = _row(options, lambda o, start=start: o.place == other and o.start <= start)  # type: ignore[misc]
        yield Rule(name=name, kind="requires", weights=by_then - theirs, most=0.0)


def _name(options: Sequence[Option], place: int) -> str:
    return next(option.offer.item.initiative for option in options if option.place == place)
