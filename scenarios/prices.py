"""What each limit and each rule costs: the choice made anew with a little more, a little less, or without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from scenarios.conflict_words import quarter_label
from scenarios.limits import Limits
from scenarios.rechoice import Choice, Group, Pool, at_chosen, rechoose, without
from scenarios.rules import Rule, rules_of

STEP = 0.1  # of a budget, more and less
LEAST_GAIN = 1e-6  # of the chosen set's value: less is sums in another order
LINKS = ("mandatory", "excludes", "requires")
FLOOR_NAME = "no persona made worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one change of one constraint brings.

    `limit` and `used` in money or in units of a team, NaN of a rule of the plan; `change` of the limit, NaN where the
    constraint is dropped or set as `what` says; `gained` mean NPV, negative where it is lost, NaN where no set keeps
    to the rest. `binds` where without the constraint another set would be worth more.
    """

    constraint: str
    what: str
    limit: float
    used: float
    change: float
    gained: float
    binds: bool

    @property
    def per_unit(self) -> float:
        """Money gained per unit of change; NaN where the change has no unit."""
        return self.gained / self.change + 0.0 if self.change else np.nan


def prices_of(pool: Pool, relaxed: Mapping[Group, Choice | None]) -> tuple[Price, ...]:
    """The price of every budget, year, team, rule of the plan and of the persona floor, in this order.

    Args:
        pool: the sets the choice is made among.
        relaxed: the choice with each group of rules dropped, as the reasons have it.
    """
    rules = rules_of(at_chosen(pool.case), pool.limits)
    # that a pilot stands in place of its initiative is no rule of the plan that could be dropped
    lessons = {offer.item.initiative for offer in pool.case.offers if offer.kind != "initiative"}
    links = [group for group in relaxed if group[0] in LINKS and not lessons & set(group[1].split())]
    return (
        *(price for rule in rules if rule.kind in ("budget", "year") for price in _money(pool, rule, relaxed)),
        *(price for team in pool.limits.capacity for price in _team(pool, rules, team, relaxed)),
        *(_dropped(pool, group, relaxed) for group in links),
        *_floor(pool),
    )


def _money(pool: Pool, rule: Rule, relaxed: Mapping[Group, Choice | None]) -> Iterator[Price]:
    for share in (STEP, -STEP):
        change = share * rule.most
        yield Price(
            constraint=rule.name,
            what=f"{abs(share):.0%} {'more' if share > 0 else 'less'}",
            limit=rule.most,
            used=_used(pool, rule),
            change=change,
            gained=_gained(pool, rechoose(pool, pool.case, _moved(pool.limits, rule, rule.most + change))),
            binds=_binds(pool, relaxed.get((rule.kind, rule.name))),
        )


def _team(pool: Pool, rules: tuple[Rule, ...], team: str, relaxed: Mapping[Group, Choice | None]) -> Iterator[Price]:
    mine = [rule for rule in rules if rule.kind == "capacity" and rule.of == team]
    if not mine:
        return
    binds = _binds(pool, relaxed.get(("capacity", team)))
    row = pool.limits.capacity[team]
    tightest = min(mine, key=lambda rule: (rule.most - _used(pool, rule), rule.quarter))
    every = _gained(pool, rechoose(pool, pool.case, _staffed(pool.limits, team, row + 1)))
    known = {"limit": tightest.most, "used": _used(pool, tightest), "change": 1.0, "binds": binds}
    yield Price(constraint=team, what="one more in every quarter", gained=every, **known)  # type: ignore[arg-type]
    if not binds:
        return
    quarters = mine if pool.complete else [tightest]
    gains = {rule.quarter: _gained(pool, _one_more(pool, team, rule.quarter)) for rule in quarters}
    best = max(gains, key=lambda quarter: gains[quarter])
    if not gains[best] > 0:
        return
    rule = next(rule for rule in mine if rule.quarter == best)
    yield Price(
        constraint=f"{team} in {quarter_label(pool.case.clock, best)}",
        what="one more in this quarter alone",
        limit=rule.most,
        used=_used(pool, rule),
        change=1.0,
        gained=gains[best],
        binds=binds,
    )


def _one_more(pool: Pool, team: str, quarter: int) -> Choice | None:
    row = pool.limits.capacity[team]
    return rechoose(pool, pool.case, _staffed(pool.limits, team, row + (np.arange(len(row)) == quarter)))


def _dropped(pool: Pool, group: Group, relaxed: Mapping[Group, Choice | None]) -> Price:
    return Price(
        constraint=group[1],
        what="dropped",
        limit=np.nan,
        used=np.nan,
        change=np.nan,
        gained=_gained(pool, relaxed[group]),
        binds=_binds(pool, relaxed[group]),
    )


def _floor(pool: Pool) -> Iterator[Price]:
    """The floor dropped where the study sets it, else set: what it costs, or would."""
    asked = pool.limits.persona_floor
    if not pool.case.offers or not (pool.complete or asked):
        return
    choice = rechoose(pool, *without(pool.case, replace(pool.limits, persona_floor=not asked), ()))
    yield Price(
        constraint=FLOOR_NAME,
        what="dropped" if asked else "asked for",
        limit=np.nan,
        used=np.nan,
        change=np.nan,
        gained=_gained(pool, choice),
        binds=asked and _binds(pool, choice),
    )


def _moved(limits: Limits, rule: Rule, most: float) -> Limits:
    if rule.kind == "budget":
        return replace(limits, budget=most)
    kind = rule.name.split(" ")[0]
    years = tuple(replace(year, **{kind: most}) if year.label == rule.of else year for year in limits.years)  # type: ignore[arg-type]
    return replace(limits, years=years)


def _staffed(limits: Limits, team: str, row: np.ndarray) -> Limits:
    return replace(limits, capacity={**limits.capacity, team: np.asarray(row, dtype=float)})


def _used(pool: Pool, rule: Rule) -> float:
    return float(rule.weights[list(pool.chosen.members)].sum())


def _gained(pool: Pool, choice: Choice | None) -> float:
    if choice is None:
        return np.nan
    gained = choice.value - pool.chosen.value
    return gained if abs(gained) > LEAST_GAIN * max(abs(pool.chosen.value), 1.0) else 0.0


def _binds(pool: Pool, choice: Choice | None) -> bool:
    return choice is not None and _gained(pool, choice) > 0
