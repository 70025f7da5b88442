"""The choice made anew under other limits or another plan: among sets whose worth is known, or searched again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from scenarios.aims import judge
from scenarios.cashflow import planned_start
from scenarios.choice import FINALISTS, keeps_the_floor, option_draws, plan_costs
from scenarios.floor import FloorKeeper
from scenarios.ground import Ground, lay_ground
from scenarios.limits import Limits, YearLimit
from scenarios.options import Option, options_of
from scenarios.portfolio import Portfolio
from scenarios.programme_solve import NothingAllowedError
from scenarios.rules import Rule, keep_rules, rules_of
from scenarios.search import search
from scenarios.worth import Case, at_starts, costs_by_period, mean_benefits

NEVER = "what is not to be had"  # stands for something stopped, so that nothing which requires it can be chosen
MOST_SEARCHED = 8  # initiatives up to which choices are searched for anew one by one
Group = tuple[str, str]  # kind of rule and what it is of: a team, a year's limit, or a rule of the plan by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A chosen set: places of its `members` in plan order, its mean NPV, and the place of each initiative's start.

    `starts` is empty where they are those of the pool.
    """

    members: tuple[int, ...]
    value: float
    starts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Sets whose worth is known, of offers at their chosen starts.

    `sets` 0/1 `(set, initiative)`, `value` `(set,)` mean NPV, `chosen` the choice that stands; `searcher` is None
    where they are all the sets there are.
    """

    case: Case
    limits: Limits
    chosen: Choice
    sets: np.ndarray
    value: np.ndarray
    keeper: FloorKeeper
    searcher: Searcher | None = None

    @property
    def complete(self) -> bool:
        """Whether its sets are all there are."""
        return self.searcher is None

    @property
    def judged_by_mean(self) -> bool:
        """Whether the aim is the highest mean NPV, so that one set's figure can be set against another's."""
        return self.limits.highest_mean

    @property
    def searchable(self) -> bool:
        """Whether choices can be made anew for each initiative: all sets are known, or there are few initiatives."""
        return self.complete or len(self.case.offers) <= MOST_SEARCHED

    @property
    def options(self) -> tuple[Option, ...]:
        """Every offer at its chosen start."""
        return at_chosen(self.case)


def pool_of(case: Case, portfolio: Portfolio, limits: Limits) -> Pool:
    """The sets that a choice was made among; where those are not all, those next to the chosen one, on all draws.

    Args:
        case: with every offer at its chosen start.
        portfolio: what was chosen.
        limits: under which.
    """
    sets, value = portfolio.sets, portfolio.value
    if not _every(portfolio):
        sets = _neighbours(portfolio.chosen)
        value = values_of(case, sets)
    members = tuple(int(i) for i in np.flatnonzero(portfolio.chosen))
    at = int(np.flatnonzero((sets == portfolio.chosen).all(axis=1))[0])
    return Pool(
        case=case,
        limits=limits,
        chosen=Choice(members=members, value=float(value[at])),
        sets=sets,
        value=value,
        keeper=FloorKeeper(case),
        searcher=None if _complete(case, portfolio, limits) else searcher_of(case, members, limits),
    )


def values_of(case: Case, sets: np.ndarray) -> np.ndarray:
    """Mean NPV of sets `(set, initiative)`, valued on all draws `(set,)`."""
    spent = np.array([costs_by_period(offer).mean(axis=0) @ case.base.discount for offer in case.offers])
    return np.asarray(mean_benefits(case, sets) @ case.base.discount - sets @ spent)


def at_chosen(case: Case) -> tuple[Option, ...]:
    """Every offer of a case at the start it has."""
    return tuple(Option(place=i, offer=offer) for i, offer in enumerate(case.offers))


def rechoose(pool: Pool, case: Case, limits: Limits) -> Choice | None:
    """The choice under other limits or another plan of the same worth; None where no set keeps to them.

    Args:
        pool: what is known.
        case: the pool's, its items changed in what they require, exclude or make mandatory, or in nothing.
        limits: to keep to.
    """
    if pool.searcher is not None:
        return pool.searcher.choose(case, limits)
    allowed = keep_rules(rules_of(at_chosen(case), limits), pool.sets)
    place = best_place(pool, pool.value, allowed, limits)
    if place is None:
        return None
    members = tuple(int(i) for i in np.flatnonzero(pool.sets[place]))
    return Choice(members=members, value=float(pool.value[place]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Searcher:
    """Choices among all starts by the integer programme, each valued on all draws once.

    `options` of the case as planned, the `ground` they are compared on, and the choice that `stands` `(option,)`.
    """

    case: Case
    options: tuple[Option, ...]
    ground: Ground
    stands: np.ndarray
    known: dict[bytes, np.ndarray] = field(default_factory=dict)

    def choose(self, case: Case, limits: Limits) -> Choice | None:
        """The best choice for the items of a case under limits; None where no choice keeps to them."""
        options = tuple(_with_item_of(case, option) for option in self.options)
        rules = rules_of(options, limits)
        try:
            found = search(self.ground, rules, limits)
        except NothingAllowedError:
            return None
        stands = [self.stands] if keep_rules(rules, self.stands[None]).all() else []
        tried = [x for x in (*found.best, *stands) if keeps_the_floor(self.case, options, x, limits)]
        finalists = [*tried[:FINALISTS], *([self.stands] if any(x is self.stands for x in tried) else [])]
        if not finalists:
            return None
        cost = plan_costs(options)
        return self._choice(max(finalists, key=lambda x: judge(self._draws(x), float(cost @ x), limits)))

    def _draws(self, x: np.ndarray) -> np.ndarray:
        key = (x > 0).tobytes()
        if key not in self.known:
            self.known[key] = option_draws(self.case, self.options, x)
        return self.known[key]

    def _choice(self, x: np.ndarray) -> Choice:
        starts = [offer.schedule.start for offer in self.case.offers]
        taken = [self.options[int(at)] for at in np.flatnonzero(x)]
        for option in taken:
            starts[option.place] = option.start
        members = tuple(sorted(option.place for option in taken))
        return Choice(members=members, value=float(self._draws(x).mean()), starts=tuple(starts))


def searcher_of(case: Case, members: Sequence[int], limits: Limits) -> Searcher:
    """The search among all starts; `members` are chosen, at the starts that the case has."""
    planned = as_planned(case)
    options = options_of(planned.offers, planned.clock, limits)
    stands = [
        option.place in members and option.start == case.offers[option.place].schedule.start for option in options
    ]
    return Searcher(case=planned, options=options, ground=lay_ground(planned, options), stands=np.array(stands, float))


def _with_item_of(case: Case, option: Option) -> Option:
    return replace(option, offer=replace(option.offer, item=case.offers[option.place].item))


def as_planned(case: Case) -> Case:
    """The case with every offer at its planned start: those after it are open to a search."""
    return at_starts(case, np.array([planned_start(offer.item, case.clock) for offer in case.offers], dtype=int))


def best_place(pool: Pool, value: np.ndarray, allowed: np.ndarray, limits: Limits) -> int | None:
    """Place of the set of the highest value among the allowed, of those that keep the persona floor where it is set."""
    places = np.flatnonzero(allowed)
    for place in places[np.argsort(-value[places], kind="stable")]:
        if not limits.persona_floor or pool.keeper.keeps(pool.sets[place]):
            return int(place)
    return None


def group_of(rule: Rule) -> Group:
    """What a rule belongs to: its team, its year's limit, or itself."""
    return (rule.kind, rule.of if rule.kind == "capacity" else rule.name)


def groups_of(rules: Iterable[Rule]) -> tuple[Group, ...]:
    """The groups of rules that could be dropped, each once."""
    return tuple(dict.fromkeys(group_of(rule) for rule in rules if rule.kind != "one start"))


def without(case: Case, limits: Limits, groups: Sequence[Group]) -> tuple[Case, Limits]:
    """The case and the limits with some groups of rules dropped."""
    for kind, what in groups:
        if kind == "budget":
            limits = replace(limits, budget=None)
        elif kind == "year":
            limits = replace(limits, years=tuple(_year_without(year, what.split(" ")) for year in limits.years))
        elif kind == "capacity":
            limits = replace(limits, capacity={team: row for team, row in limits.capacity.items() if team != what})
        else:
            case = _link_dropped(case, kind, what)
    return case, limits


def forced(case: Case, i: int) -> Case:
    """The case in which an initiative is mandatory."""
    return _with_item(case, i, mandatory=True)


def banned(case: Case, limits: Limits, i: int) -> tuple[Case, Limits]:
    """The case and limits in which an initiative cannot be chosen, nor what requires it."""
    item = case.offers[i].item
    case = _with_item(case, i, requires=(*item.requires, NEVER))
    return case, replace(limits, settled={**limits.settled, NEVER: "stopped"})


def _every(portfolio: Portfolio) -> bool:
    return len(portfolio.sets) == 1 << len(portfolio.chosen)


def _complete(case: Case, portfolio: Portfolio, limits: Limits) -> bool:
    """Whether every choice is one of the sets listed: no start is free, and the aim is their value."""
    free = limits.by_period and any(offer.item.start is None for offer in case.offers)
    return _every(portfolio) and not free and limits.highest_mean


def _neighbours(chosen: np.ndarray) -> np.ndarray:
    """The chosen set with one more or one less and, among few, one in place of another `(set, initiative)`."""
    inside, outside = np.flatnonzero(chosen).tolist(), np.flatnonzero(chosen == 0).tolist()
    swaps = [(i, j) for i in inside for j in outside] if len(chosen) <= MOST_SEARCHED else []
    steps: list[tuple[int, ...]] = [(), *((i,) for i in range(len(chosen))), *swaps]
    out = np.repeat(chosen[None].astype(float), len(steps), axis=0)
    for row, flips in zip(out, steps, strict=True):
        row[list(flips)] = 1 - row[list(flips)]
    return out


def _year_without(year: YearLimit, words: Sequence[str]) -> YearLimit:
    """A year without its limit of the kind that a rule's name begins with, where the rule is of this year."""
    if words[-1] != year.label:
        return year
    return replace(year, capex=None) if words[0] == "capex" else replace(year, opex=None)


def _with_item(case: Case, i: int, **changes: object) -> Case:
    offer = case.offers[i]
    changed = replace(offer, item=replace(offer.item, **changes))  # type: ignore[arg-type]
    return replace(case, offers=(*case.offers[:i], changed, *case.offers[i + 1 :]))


def _link_dropped(case: Case, kind: str, what: str) -> Case:
    for i, offer in enumerate(case.offers):
        item = offer.item
        if kind == "mandatory" and what == f"{item.initiative} is mandatory":
            return _with_item(case, i, mandatory=False)
        for other in getattr(item, kind) if kind in ("requires", "excludes") else ():
            if what.split(",")[0] == f"{item.initiative} {kind} {other}":
                return _with_item(case, i, **{kind: tuple(one for one in getattr(item, kind) if one != other)})
    return case
