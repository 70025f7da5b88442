"""What cannot hold together, as a sentence: who is demanded, by what, and which limit that breaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from impact.periods import period_label
from scenarios.cashflow import Clock
from scenarios.options import Option
from scenarios.rules import Rule

LIMITS = ("budget", "year", "capacity")


def conflict_sentence(group: Sequence[Rule], options: Sequence[Option], clock: Clock) -> str:
    """A group of rules that cannot hold together, in one sentence without its full stop."""
    demands = [rule for rule in group if rule.kind not in LIMITS]
    limits = [rule for rule in group if rule.kind in LIMITS]
    forced = _forced(demands, options)
    head = _demanded(demands, forced, options)
    if not limits:
        return f"{head} cannot hold together"
    if len(limits) > 1:
        return f"{head}: no start leaves room under {said_together(_runs(limits, clock))}"
    limit = limits[0]
    needed = {place: _least(limit, place, options) for place in forced}
    users = [place for place, use in needed.items() if use > 0]
    use = sum(needed.values())
    if use <= limit.limit:
        return f"{head}: no start leaves room under {_runs(limits, clock)[0]}"
    if limit.kind == "capacity":
        who = {1: "which needs", 2: "both need"}.get(len(users), "all need")
        when = quarter_label(clock, limit.quarter)
        return f"{head}, {who} {limit.of}: {use:g} in {when}, capacity {limit.most:g}"
    together = " together" if len(users) > 1 else ""
    return f"{head} {'cost' if len(users) > 1 else 'costs'} {use:,.0f}{together}, over {limit.name}"


def quarter_label(clock: Clock, quarter: int) -> str:
    """A quarter of the horizon by the calendar, such as 2027Q1; in a monthly ledger the months it spans."""
    if clock.periods_a_year == 12:
        first = clock.first + 3 * quarter
        return f"{period_label(first, 'month')} to {period_label(first + 2, 'month')}"
    return period_label(clock.first * (4 // clock.periods_a_year) + quarter, "quarter")


def said_together(words: Sequence[str]) -> str:
    """Words as a list in a sentence: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _forced(demands: Sequence[Rule], options: Sequence[Option]) -> list[int]:
    """Places of the initiatives that the demands make necessary: what is mandatory, and what that requires."""
    forced = {place for rule in demands if rule.kind == "mandatory" for place in _places(rule.weights, options)}
    links = [rule for rule in demands if rule.kind == "requires"]
    for _ in links:
        for rule in links:
            if forced & _places(np.maximum(rule.weights, 0), options):
                forced |= _places(np.minimum(rule.weights, 0), options)
    return sorted(forced)


def _places(weights: np.ndarray, options: Sequence[Option]) -> set[int]:
    return {option.place for option, weight in zip(options, weights, strict=True) if weight}


def _demanded(demands: Sequence[Rule], forced: Sequence[int], options: Sequence[Option]) -> str:
    if all(rule.kind == "mandatory" for rule in demands):
        by_place = {place: rule for rule in demands for place in _places(rule.weights, options)}
        words = {place: "mandatory " if by_place[place].name.endswith("is mandatory") else "" for place in forced}
        return said_together([f"{words[place]}{_id(place, options)}" for place in forced])
    return said_together(list(dict.fromkeys(rule.name for rule in demands)))


def _id(place: int, options: Sequence[Option]) -> str:
    return next(option.offer.item.initiative for option in options if option.place == place)


def _least(rule: Rule, place: int, options: Sequence[Option]) -> float:
    """The least an initiative uses of a limit, at its best start."""
    return min(float(rule.weights[at]) for at, option in enumerate(options) if option.place == place)


def _runs(limits: Sequence[Rule], clock: Clock) -> list[str]:
    """Limits by name, a team's quarters said once from first to last."""
    out = [rule.name for rule in limits if rule.kind != "capacity"]
    for team in dict.fromkeys(rule.of for rule in limits if rule.kind == "capacity"):
        mine = [rule for rule in limits if rule.of == team and rule.kind == "capacity"]
        quarters = sorted(rule.quarter for rule in mine)
        when = quarter_label(clock, quarters[0])
        if len(quarters) > 1:
            when = f"{when} to {quarter_label(clock, quarters[-1])}"
        most = sorted({f"{rule.most:g}" for rule in mine})
        out.append(f"{team}, capacity {' to '.join(dict.fromkeys((most[0], most[-1])))} in {when}")
    return out
