"""Why each initiative is chosen or not, what binds, and what would have to be true for the other answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.conflict_words import LIMITS, quarter_label, said_together
from scenarios.floor import FloorKeeper
from scenarios.portfolio import Portfolio
from scenarios.rechoice import (
    Choice,
    Group,
    Pool,
    at_chosen,
    banned,
    forced,
    groups_of,
    rechoose,
    without,
)
from scenarios.rules import Rule, rules_of
from scenarios.turning import budget_up_to, cost_down_to, effect_up_to, falls_out_above
from scenarios.turning_searched import tried_cost_down_to, tried_falls_out_above
from scenarios.worth import Case, at_starts, set_npv

SAME = 1e-9  # of the chosen set's value: sums in another order
WHOLE = 1e-3  # by which a figure may miss a whole number and still be it


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What explains one initiative; figures are NaN where the choice turns at none.

    `binds` are the rules of which each alone keeps it out, or all of them `together`; empty where it is chosen, or not
    worth its cost whatever the rules. `cost_down_to` and `falls_out_above` are one-off costs as planned,
    `effect_up_to` a share of occurrences removed (`effect_now` today's), `budget_times` how many times the budget.
    `goes` and `comes` are places of what leaves and enters the choice where a chosen one is left out.
    """

    chosen: bool
    mandatory: bool
    marginal: float
    binds: tuple[Group, ...] = ()
    together: bool = False
    words: tuple[str, ...] = ()
    cost_down_to: float = np.nan
    effect_up_to: float = np.nan
    effect_now: float = np.nan
    budget_times: float = np.nan
    falls_out_above: float = np.nan
    goes: tuple[int, ...] = ()
    comes: tuple[int, ...] = ()


def marginal_values(case: Case, portfolio: Portfolio) -> np.ndarray:
    """What each initiative adds to the chosen set's mean NPV `(initiative,)`.

    For a chosen one, what it adds to the others.
    """
    members = [int(i) for i in np.flatnonzero(portfolio.chosen)]
    out = np.zeros(len(case.offers))
    together = float(portfolio.npv.mean())
    for i in range(len(case.offers)):
        other = [j for j in members if j != i] if i in members else sorted([*members, i])
        npv = float(set_npv(case, other).mean())
        out[i] = together - npv if i in members else npv - together
    return out


def reasons_of(pool: Pool, marginal: np.ndarray, relaxed: Mapping[Group, Choice | None]) -> tuple[Reason, ...]:
    """The reason of every initiative, in plan order.

    Args:
        pool: the sets the choice is made among.
        marginal: as `marginal_values` gives it.
        relaxed: as `relaxed_choices` gives it.
    """
    free = rechoose(pool, *without(pool.case, pool.limits, tuple(relaxed)))
    out = []
    for i in range(len(pool.case.offers)):
        if i in pool.chosen.members:
            out.append(_chosen(pool, i, float(marginal[i])))
        else:
            out.append(_left_out(pool, i, float(marginal[i]), (relaxed, free)))
    return tuple(out)


def relaxed_choices(pool: Pool) -> dict[Group, Choice | None]:
    """The choice with each group of rules dropped, by group; only of those that could matter."""
    groups = groups_of(rules_of(at_chosen(pool.case), pool.limits))
    tried = groups if pool.searchable else tuple(group for group in groups if group[0] in LIMITS)
    return {group: _if_better(pool, rechoose(pool, *without(pool.case, pool.limits, [group]))) for group in tried}


def _if_better(pool: Pool, choice: Choice | None) -> Choice | None:
    """The choice, or the one that stands where it is worth no more: sets of the same worth are no reason."""
    stands = pool.chosen.value
    same = choice is not None and abs(choice.value - stands) <= SAME * max(abs(stands), 1.0)
    return pool.chosen if same else choice


def _chosen(pool: Pool, i: int, marginal: float) -> Reason:
    mandatory = pool.case.offers[i].item.mandatory
    if not pool.judged_by_mean or not pool.searchable:
        return Reason(chosen=True, mandatory=mandatory, marginal=marginal)
    other = rechoose(pool, *banned(pool.case, pool.limits, i))
    before, after = set(pool.chosen.members), set(other.members if other else pool.chosen.members)
    return Reason(
        chosen=True,
        mandatory=mandatory,
        marginal=marginal,
        falls_out_above=(falls_out_above([pool], i, other) if pool.complete else tried_falls_out_above(pool, i, other)),
        goes=tuple(sorted(before - after - {i})),
        comes=tuple(sorted(after - before)),
    )


def _left_out(
    pool: Pool, i: int, marginal: float, relaxed: tuple[Mapping[Group, Choice | None], Choice | None]
) -> Reason:
    alone = tuple(group for group, choice in relaxed[0].items() if choice is not None and i in choice.members)
    binds, together = alone, False
    if not alone and relaxed[1] is not None and i in relaxed[1].members:
        binds, together = _smallest_group(pool, i, tuple(relaxed[0])), True
    reason = Reason(
        chosen=False,
        mandatory=False,
        marginal=marginal,
        binds=binds,
        together=together,
        words=tuple(binding_words(pool, i, group) for group in binds),
    )
    if not pool.judged_by_mean:
        return reason
    pools = [pool, *_with_it(pool, i)]
    effect, now = effect_up_to(pools, i)
    return replace(
        reason,
        cost_down_to=tried_cost_down_to(pools, i) if pool.searcher and pool.searchable else cost_down_to(pools, i),
        effect_up_to=effect,
        effect_now=now,
        budget_times=budget_up_to(pool, i),
    )


def _smallest_group(pool: Pool, i: int, groups: Sequence[Group]) -> tuple[Group, ...]:
    """Groups of which all must be dropped for an initiative to be chosen: none of them could stay."""
    dropped = list(groups)
    for group in groups:
        rest = [one for one in dropped if one != group]
        choice = rechoose(pool, *without(pool.case, pool.limits, rest))
        if choice is not None and i in choice.members:
            dropped = rest
    return tuple(dropped)


def _with_it(pool: Pool, i: int) -> list[Pool]:
    """The best choice with an initiative, searched for where sets are not all known; at its own starts."""
    if pool.complete or not pool.searchable:
        return []
    found = rechoose(pool, forced(pool.case, i), pool.limits)
    if found is None:
        return []
    row = np.isin(np.arange(len(pool.case.offers)), found.members).astype(float)
    case = at_starts(pool.case, np.array(found.starts, dtype=int))
    return [replace(pool, case=case, sets=row[None], value=np.array([found.value]), keeper=FloorKeeper(case))]


def binding_words(pool: Pool, i: int, group: Group) -> str:
    """A group of rules as what keeps an initiative out: "no room in engineering in 2027Q1"."""
    kind, what = group
    if kind == "budget":
        return "the budget is used better"
    if kind == "year":
        return f"no room under {what}"
    if kind == "capacity":
        return f"no room in {what}{_when(pool, i, what)}"
    return what


def _when(pool: Pool, i: int, team: str) -> str:
    """The quarter in which a team is shortest for an initiative beside what is chosen; blank where it never is."""
    rules = [
        rule for rule in rules_of(at_chosen(pool.case), pool.limits) if rule.kind == "capacity" and rule.of == team
    ]
    short = {rule.quarter: _short(rule, pool, i) for rule in rules if rule.weights[i] > 0}
    worst = max(short, key=lambda quarter: short[quarter], default=None)
    return f" in {quarter_label(pool.case.clock, worst)}" if worst is not None and short[worst] > 0 else ""


def _short(rule: Rule, pool: Pool, i: int) -> float:
    return float(rule.weights[list({*pool.chosen.members, i})].sum()) - rule.most


def reason_sentence(reason: Reason) -> str:
    """Why an initiative is chosen or not, in one short sentence without its full stop."""
    if reason.chosen and reason.mandatory:
        return "mandatory"
    if reason.chosen:
        return "adds to the chosen set's net value" if reason.marginal >= 0 else "needed by what is chosen"
    if not reason.binds:
        return "beside what is chosen, its expected benefit does not cover its cost"
    if reason.together:
        return f"{said_together(reason.words)}, together"
    return reason.words[0] if len(reason.words) == 1 else f"{'; or '.join(reason.words)} (any one of them)"


def needs_sentence(reason: Reason, pool: Pool, i: int) -> str:
    """What would have to be true for the other answer, in one short sentence without its full stop."""
    ids, offer = pool.case.ids(), pool.case.offers[i]
    now = f"(now {offer.plan_cost:,.0f})"
    if reason.chosen:
        said = []
        if np.isfinite(reason.falls_out_above):
            said.append(f"it falls out at a cost above {_up(reason.falls_out_above):,} {now}")
        if reason.goes:
            said.append(f"without it {said_together([ids[j] for j in reason.goes])} would go too")
        return "; ".join(said)
    ways = []
    if np.isfinite(reason.cost_down_to):
        ways.append(f"it costs at most {_down(reason.cost_down_to):,} {now}")
    if np.isfinite(reason.effect_up_to):
        ways.append(f"it removes {_up(100 * reason.effect_up_to)}% of occurrences (now {reason.effect_now:.0%})")
    if np.isfinite(reason.budget_times):
        ways.append(_budget_needed(reason.budget_times, pool))
    ways += [_dropped(group) for group in reason.binds if group[0] not in ("budget", "year") and not reason.together]
    return ", or ".join(ways) if ways else _out_of_reach(pool, i, reason)


def _budget_needed(times: float, pool: Pool) -> str:
    if pool.limits.budget is None:
        return f"every year's budget is {_up(1000 * (times - 1)) / 10:g}% larger"
    return f"the budget is {_up((times - 1) * pool.limits.budget):,} larger"


def _up(figure: float) -> int:
    """The next whole number, on the safe side of a turning point."""
    return math.ceil(figure - WHOLE)


def _down(figure: float) -> int:
    return math.floor(figure + WHOLE)


def _dropped(group: Group) -> str:
    kind, what = group
    return f"{what} had more capacity" if kind == "capacity" else f"it were not so that {what}"


def _out_of_reach(pool: Pool, i: int, reason: Reason) -> str:
    if not pool.complete:
        return "no single change of cost, effect or budget was found to be enough"
    offer, discount = pool.case.offers[i], pool.case.base.discount
    running = float(offer.schedule.opex.mean(axis=0) @ discount)
    if running > 0 and reason.marginal < 0:
        return f"neither a lower cost nor a stronger effect is enough: running it costs {running:,.0f}"
    return "neither a lower cost nor a stronger effect is enough"
