"""Which rules cannot hold together: a group of them of which none could be left out, by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from scenarios.rules import Rule

MOST_CONFLICTS = 5  # told at once; more are seen once these are mended
SLACK = 1e-9  # of a row's own size, as limits met to the cent must count as kept
FINE = 1e4  # size a row is brought to: the solver forgives a millionth, which of a large budget would be whole units
LAST_NAMED = ("mandatory", "requires", "excludes", "year", "capacity", "budget")


def conflict(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """A smallest group of rules that no choice keeps together; empty where some choice keeps to all.

    Leaving any one of the group out makes the rest hold. That an initiative starts once is never in question and
    never named. Rules are tried in the order in which a reader would rather not see them: single quarters and
    years before what the plan demands, so that a conflict that needs no limit is told without one.

    Source: deletion filter, Chinneck & Dravnieks (1991), Locating minimal infeasible constraint sets.
    """
    if feasible(rules):
        return ()
    structure = [rule for rule in rules if rule.kind == "one start"]
    kept = sorted((rule for rule in rules if rule.kind != "one start"), key=_last_named)
    for rule in tuple(reversed(kept)):
        rest = [one for one in kept if one is not rule]
        if not feasible([*structure, *rest]):
            kept = rest
    return tuple(kept)


def conflicts(rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], ...]:
    """Groups of rules that cannot hold together, no two of them with a limit or a link in common.

    After each group its limits, teams whole, and links are set aside, what is mandatory stays; at most
    `MOST_CONFLICTS` are told.
    """
    found: list[tuple[Rule, ...]] = []
    left = list(rules)
    while len(found) < MOST_CONFLICTS and (group := conflict(left)):
        found.append(group)
        spent = {_whole(rule) for rule in group if rule.kind != "mandatory"} or {_whole(rule) for rule in group}
        left = [rule for rule in left if _whole(rule) not in spent]
    return tuple(found)


def feasible(rules: Sequence[Rule]) -> bool:
    """Whether some choice of options, each taken or not, keeps to every rule."""
    if not rules:
        return True
    rows = np.array([rule.weights for rule in rules], dtype=float)
    most = np.array([rule.most for rule in rules], dtype=float)
    if not rows.shape[1]:
        return bool((most >= 0).all())
    size = np.maximum(np.abs(rows).max(axis=1), np.abs(most))
    size = np.where(size > 0, size, 1.0) / FINE
    found = milp(
        c=np.zeros(rows.shape[1]),
        constraints=LinearConstraint(rows / size[:, None], -np.inf, most / size + SLACK * FINE),
        integrality=np.ones(rows.shape[1]),
        bounds=Bounds(0, 1),
    )
    return bool(found.status == 0)


def _whole(rule: Rule) -> tuple[str, str]:
    return rule.kind, rule.of if rule.kind == "capacity" else rule.name


def _last_named(rule: Rule) -> int:
    return LAST_NAMED.index(rule.kind)
