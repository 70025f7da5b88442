"""From what cost, effect or budget on the choice turns: figures at which making it anew gives the other answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from scenarios.effect import Offer
from scenarios.limits import Limits
from scenarios.rechoice import Choice, Pool, at_chosen, rechoose
from scenarios.rules import Rule, keep_rules, rules_of
from scenarios.worth import Case, one_off_by_period, set_npv

MONEY = ("budget", "year")
TRIED = 12  # sets whose worth is worked out anew at a stronger effect
WIDER = 1.5  # times the gain of one set that another may gain of the same effect
MOST_BUDGETS = 3  # tried by a new search each
FINE = 1e-4  # of the multiple of an effect at which the choice turns


def cost_down_to(pools: Sequence[Pool], i: int) -> float:
    """The one-off cost below which an initiative that is not chosen is; NaN where even for nothing it is not.

    Cost is scaled whole: its draws, its share of the budget and its rows of the costs table. A set with it beats the
    chosen one once the saving covers what it falls short, and once it fits: exact over the sets of the pools.
    """
    cut = min((_smallest_cut(pool, i, pools[0].chosen.value) for pool in pools), default=np.inf)
    return pools[0].case.offers[i].plan_cost * (1 - cut) if cut < 1 else np.nan


def falls_out_above(pools: Sequence[Pool], i: int, other: Choice | None) -> float:
    """The one-off cost above which a chosen initiative is not chosen any more; NaN where none does it.

    With each set it stays in until the set no longer fits, or is worth less than `other`, the best choice without it.
    """
    if other is None:
        return np.nan
    most = -np.inf
    for pool in pools:
        saved = whole_cost(pool.case, pool.case.offers[i])
        inside = pool.sets[:, i] > 0
        if saved <= 0 or not inside.any():
            return np.nan
        fits = _largest_share(pool, i, pool.sets[inside])
        pays = 1 + (pool.value[inside] - other.value) / saved
        most = max(most, float(np.minimum(fits, pays).max()))
    return pools[0].case.offers[i].plan_cost * most


def effect_up_to(pools: Sequence[Pool], i: int) -> tuple[float, float]:
    """The share of occurrences above which an initiative that is not chosen is, and the share that it removes now.

    All its fixes are multiplied alike, no draw above 1; the first is NaN where not even the most is enough.
    """
    offer = pools[0].case.offers[i]
    now = mean_share(offer)
    if not now > 0:
        return np.nan, now
    needed = pools[0].chosen.value
    turned = np.inf
    for pool, row, value in _candidates(pools, i):
        most = 1 / now if turned == np.inf else turned
        if value + WIDER * _alone(pool, i, most) > needed:
            turned = min(turned, _multiple(pool, row, i, (needed, most)))
    return (mean_share(stronger(offer, turned)), now) if turned < np.inf else (np.nan, now)


def budget_up_to(pool: Pool, i: int) -> float:
    """How many times the budget, or every year's, must be for an initiative that is not chosen to be; NaN for none.

    Of the budgets at which a set with it becomes the best: the smallest. Where sets are not all known it is searched
    again at that budget, and a budget at which it is not chosen is passed over.
    """
    rules = rules_of(at_chosen(pool.case), pool.limits)
    if not any(rule.kind in MONEY for rule in rules) or pool.limits.persona_floor:
        return np.nan
    open_to = keep_rules([rule for rule in rules if rule.kind not in MONEY], pool.sets)
    scale = np.where(open_to, _scale([rule for rule in rules if rule.kind in MONEY], pool.sets), np.inf)
    for times in _wins(scale, pool.value, pool.sets[:, i] > 0)[:MOST_BUDGETS]:
        if pool.complete:
            return times
        found = rechoose(pool, pool.case, scaled(pool.limits, times))
        if found is not None and i in found.members:
            return times
    return np.nan


def scaled(limits: Limits, times: float) -> Limits:
    """The limits with the budget, or every year's, so many times as large."""
    years = tuple(
        replace(
            year,
            capex=None if year.capex is None else year.capex * times,
            opex=None if year.opex is None else year.opex * times,
        )
        for year in limits.years
    )
    return replace(limits, budget=None if limits.budget is None else limits.budget * times, years=years)


def cheaper(offer: Offer, share: float) -> Offer:
    """The offer at a share of its one-off cost: what is drawn, planned and in the costs table."""
    return replace(
        offer,
        item=replace(offer.item, cost=None if offer.item.cost is None else offer.item.cost * share),
        cost=None if offer.cost is None else offer.cost * share,
        schedule=replace(offer.schedule, capex=offer.schedule.capex * share),
        rows=tuple(replace(row, capex=row.capex * share) for row in offer.rows),
    )


def stronger(offer: Offer, times: float) -> Offer:
    """The offer with every share that it removes so many times as large, none above 1."""
    return replace(offer, effectiveness=np.minimum(offer.effectiveness * times, 1.0))


def with_offer(case: Case, i: int, offer: Offer) -> Case:
    """The case with one offer in place of another."""
    return replace(case, offers=(*case.offers[:i], offer, *case.offers[i + 1 :]))


def whole_cost(case: Case, offer: Offer) -> float:
    """Mean present value of an offer's one-off cost."""
    return float(one_off_by_period(offer).mean(axis=0) @ case.base.discount)


def mean_share(offer: Offer) -> float:
    """Mean share of occurrences removed when fully live, over what the offer fixes at all; NaN where nothing."""
    reach = offer.effectiveness.mean(axis=1)
    return float(reach[reach > 0].mean()) if (reach > 0).any() else np.nan


def _smallest_cut(pool: Pool, i: int, needed: float) -> float:
    """Share of its cost to be taken off before some set with an initiative fits and is worth more than `needed`."""
    inside = pool.sets[:, i] > 0
    sets, short = pool.sets[inside], needed - pool.value[inside]
    saved = whole_cost(pool.case, pool.case.offers[i])
    if saved <= 0:
        return np.inf
    cut = np.maximum(short / saved, 1 - _largest_share(pool, i, sets)).clip(min=0)
    for place in np.argsort(cut, kind="stable"):
        if cut[place] >= 1 or not pool.limits.persona_floor or pool.keeper.keeps(sets[place]):
            return float(cut[place])
    return np.inf


def _largest_share(pool: Pool, i: int, sets: np.ndarray) -> np.ndarray:
    """The most of its cost at which an initiative lets each set keep to every rule; below nil where none does."""
    free = with_offer(pool.case, i, cheaper(pool.case.offers[i], 0.0))
    share = np.full(len(sets), np.inf)
    rules = zip(rules_of(at_chosen(pool.case), pool.limits), rules_of(at_chosen(free), pool.limits), strict=True)
    for now, without_cost in rules:
        least, own = sets @ without_cost.weights, sets @ (now.weights - without_cost.weights)
        kept = np.where(least <= now.limit, np.inf, -np.inf)
        fits = np.divide(now.most - least, own, out=kept, where=own > 0)
        share = np.minimum(share, fits)
    return share


def _candidates(pools: Sequence[Pool], i: int) -> list[tuple[Pool, np.ndarray, float]]:
    """Sets with an initiative that keep to every rule, of the highest worth first."""
    out = []
    for pool in pools:
        allowed = keep_rules(rules_of(at_chosen(pool.case), pool.limits), pool.sets) & (pool.sets[:, i] > 0)
        out += [(pool, pool.sets[place], float(pool.value[place])) for place in np.flatnonzero(allowed)]
    out = sorted(out, key=lambda one: -one[2])
    if pools[0].limits.persona_floor:
        out = [one for one in out[: 4 * TRIED] if one[0].keeper.keeps(one[1])]
    return out[:TRIED]


def _multiple(pool: Pool, row: np.ndarray, i: int, bounds: tuple[float, float]) -> float:
    """The multiple of an initiative's effect at which a set is worth `needed`; infinite where `most` is not enough."""
    needed, most = bounds
    members = [int(j) for j in np.flatnonzero(row)]

    def above(times: float) -> float:
        return _worth(with_offer(pool.case, i, stronger(pool.case.offers[i], times)), members) - needed

    if above(most) <= 0:
        return np.inf
    return float(brentq(above, 1.0, most, xtol=FINE)) if above(1.0) < 0 else 1.0


def _alone(pool: Pool, i: int, times: float) -> float:
    """What an initiative alone gains of a stronger effect."""
    return _worth(with_offer(pool.case, i, stronger(pool.case.offers[i], times)), [i]) - _worth(pool.case, [i])


def _worth(case: Case, members: Sequence[int]) -> float:
    return float(set_npv(case, members).mean())


def _scale(rules: Sequence[Rule], sets: np.ndarray) -> np.ndarray:
    """How many times the limits must be for each set to keep to them `(set,)`."""
    scale = np.zeros(len(sets))
    for rule in rules:
        used = sets @ rule.weights
        least = np.where(used <= rule.limit, np.minimum(used, rule.most), used)
        times = np.divide(
            least, rule.most, out=np.where(used > rule.limit, np.inf, 0.0), where=np.full(len(used), rule.most > 0)
        )
        scale = np.maximum(scale, times)
    return scale


def _wins(scale: np.ndarray, value: np.ndarray, inside: np.ndarray) -> list[float]:
    """Scales above 1 from which a set `inside` is the best of those that fit, lowest first."""
    out = []
    for times in np.unique(scale[inside & (scale > 1) & np.isfinite(scale)]):
        fits = scale <= times
        if value[fits & inside].max() > value[fits & ~inside].max(initial=-np.inf):
            out.append(float(times))
    return out
