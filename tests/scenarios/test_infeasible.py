"""Which rules cannot hold together: by hand, and against trying every group of rules."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pytest

from impact.rng import stream
from scenarios.infeasible import conflict, conflicts, feasible
from scenarios.rules import Rule


def _rule(name: str, weights: Sequence[float], most: float, kind: str = "budget") -> Rule:
    return Rule(name=name, kind=kind, weights=np.array(weights, dtype=float), most=most)  # type: ignore[arg-type]


def _holds(rules: Sequence[Rule], options: int) -> bool:
    """By trying every choice."""
    return any(
        all(float(rule.weights @ np.array(taken)) <= rule.most + 1e-9 for rule in rules)
        for taken in product((0, 1), repeat=options)
    )


def _random_rules(seed: int, options: int, count: int) -> list[Rule]:
    rng = stream(seed, "random rules")
    rules = [_rule(f"one start {i}", np.eye(options)[i].tolist(), 1, "one start") for i in range(options)]
    for number in range(count):
        row = rng.integers(-3, 4, options).tolist()
        rules.append(_rule(f"row {number}", row, float(rng.integers(-3, 2))))
    return rules


@pytest.mark.parametrize("seed", range(12))
def test_whether_rules_hold_together_is_what_trying_every_choice_says(seed: int) -> None:
    rules = _random_rules(seed, 4, 5)
    assert feasible(rules) == _holds(rules, 4)


def test_the_random_rules_are_of_both_kinds() -> None:
    assert {feasible(_random_rules(seed, 4, 5)) for seed in range(12)} == {True, False}


@pytest.mark.parametrize("seed", range(12))
def test_a_conflict_cannot_hold_and_without_any_one_of_its_rules_does(seed: int) -> None:
    rules = _random_rules(seed, 4, 6)
    found = conflict(rules)
    structure = [rule for rule in rules if rule.kind == "one start"]
    assert bool(found) == (not _holds(rules, 4))
    if found:
        assert not _holds([*structure, *found], 4)
        assert all(_holds([*structure, *rest], 4) for rest in combinations(found, len(found) - 1))


def test_that_an_initiative_starts_once_is_never_named() -> None:
    rules = [
        _rule("once", [1, 1], 1, "one start"),
        _rule("a must be done", [-1, -1], -1, "mandatory"),
        _rule("capacity", [2, 3], 1, "capacity"),
    ]
    assert [rule.name for rule in conflict(rules)] == ["a must be done", "capacity"]


def test_a_conflict_that_needs_no_limit_is_told_without_one() -> None:
    rules = [
        _rule("the budget", [5, 5], 8, "budget"),
        _rule("a is mandatory", [-1, 0], -1, "mandatory"),
        _rule("b is mandatory", [0, -1], -1, "mandatory"),
        _rule("a excludes b", [1, 1], 1, "excludes"),
    ]
    assert [rule.name for rule in conflict(rules)] == ["a is mandatory", "b is mandatory", "a excludes b"]


def test_conflicts_apart_from_one_another_are_all_told() -> None:
    rules = [
        _rule("a is mandatory", [-1, 0, 0], -1, "mandatory"),
        _rule("b is mandatory", [0, -1, 0], -1, "mandatory"),
        _rule("a excludes b", [1, 1, 0], 1, "excludes"),
        _rule("the budget", [5, 5, 1], 8, "budget"),
    ]
    named = [{rule.name for rule in group} for group in conflicts(rules)]
    assert named == [
        {"a is mandatory", "b is mandatory", "a excludes b"},
        {"a is mandatory", "b is mandatory", "the budget"},
    ]


def test_a_limit_met_to_the_cent_is_kept_and_one_a_cent_short_is_not() -> None:
    needed = [_rule("a is mandatory", [-1], -1, "mandatory")]
    assert feasible([*needed, _rule("budget", [1_234_567.89], 1_234_567.89)])
    assert not feasible([*needed, _rule("budget", [1_234_567.89], 1_234_567.80)])


def test_a_plan_of_no_initiatives_keeps_to_every_limit() -> None:
    assert feasible([_rule("budget", [], 5.0)])
    assert conflict([_rule("budget", [], 5.0)]) == ()
