"""The case against a choice: every point's number by hand, and the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from small_case import PAINS, PERIODS, case_of, random_case

from impact.initiative import Fix, Initiative, Plan, Removed
from impact.journey import Journey, PainPoint, Stage
from models.dial_benchmark import Benchmark
from models.seen import Seen
from models.told_apart import TogetherGroup
from models.value import look_at_today
from scenarios.against import Claim, Concentrated, Ground, Point, Standing, of_twenty, scaled, stand_by, without
from scenarios.against_evidence import counted_twice, one_decision, stated_effectiveness, weakest_evidence
from scenarios.against_money import (
    bears_a_haircut,
    bears_weaker_fixes,
    costs_more,
    hidden_cause,
    lower_end,
    other_assumptions,
)
from scenarios.against_reach import beyond_what_was_seen, claimed_of_all, further_than_history, one_account, published
from scenarios.case_against import CaseAgainst, case_against
from scenarios.decide import decide
from scenarios.decision import Decision
from scenarios.dial import Dial
from scenarios.facevalue import face_values
from scenarios.limits import Limits
from scenarios.prior_choice import PriorRow, PriorSensitivity
from scenarios.worth import Case, npv_draws, set_value

# Sums taken in another order.
SUMMED = 1e-9
# The gain is nearly straight in what is removed: the line through none, half and all misses nil by so much of it.
STRAIGHT = 2e-3
JOURNEY = Journey(
    stages=(Stage(stage="use", name="Use", order=0),),
    pain_points=tuple(PainPoint(pain_point=name, stage="use", name=name.title()) for name in PAINS),
)


def fix(initiative: str, pain: str, likely: float = 0.4, *, assumed: bool = False, measured: bool = False) -> Fix:
    seen = (Removed(share=likely, se=0.1, pilot=True),) if measured else ()
    return Fix(
        initiative=initiative,
        pain_point=pain,
        low=likely - 0.1,
        likely=likely,
        high=likely + 0.1,
        assumed=assumed,
        measured=seen,
    )


def item(name: str, **more: object) -> Initiative:
    return Initiative(**({"initiative": name, "name": name.title(), "cost": 2_000.0} | more))  # type: ignore[arg-type]


def case_with(*fixes: Fix, **more: object) -> Case:
    names = dict.fromkeys(one.initiative for one in fixes)
    return case_of(Plan(initiatives=tuple(item(name, **more) for name in names), fixes=tuple(fixes)))


def standing(case: Case, members: Sequence[int] | None = None) -> Standing:
    mine = list(range(len(case.offers))) if members is None else list(members)
    return stand_by(case, mine, npv_draws(case, mine, set_value(case, mine)))


def ground(**more: object) -> Ground:
    whole = {
        "journey": JOURNEY,
        "currency": "EUR",
        "period_kind": "quarter",
        "budget": None,
        "grades": dict.fromkeys(PAINS, "within-unit"),
        "fixes": (),
        "history": 12,
        "cap": np.full(50, 1e6),
    }
    return Ground(**(whole | more))  # type: ignore[arg-type]


def only(points: object) -> Point:
    (one,) = points  # type: ignore[attr-defined]
    return one  # type: ignore[no-any-return]


def decided(case: Case) -> Decision:
    return decide(
        case,
        limits=Limits(),
        periods_a_year=4,
        value_of_a_point=1_000.0,
        revenue_per_margin=1.0,
        score_now=4.0,
    )


def test_what_rests_on_a_pain_point_is_the_gain_with_it_less_the_gain_without() -> None:
    case = case_with(fix("one", "late"), fix("one", "lost"))
    alone = case_with(fix("one", "lost"))
    whole = standing(case)
    expected = whole.gain - standing(alone).gain
    np.testing.assert_allclose(whole.rests["late"], expected, rtol=SUMMED)
    assert set(whole.rests) == {"late", "lost"}
    np.testing.assert_allclose(without(whole, dict.fromkeys(PAINS)), 0, atol=1e-6)


def test_the_weakest_evidence_is_the_worst_grade_that_carries_money() -> None:
    whole = standing(case_with(fix("one", "late"), fix("one", "lost")))
    grades = dict.fromkeys(PAINS, "within-unit") | {"lost": "survey-only", "rude": "not told apart from placebo"}
    first, second = weakest_evidence(whole, ground(grades=grades))
    share = whole.share(whole.rests["lost"])
    assert (first.initiatives, first.weight) == (("one",), "review")
    assert first.stake == second.stake == pytest.approx(share)
    assert f"{share:.0%} of all" in first.sentence and "Lost (survey-only; 20%" in first.sentence
    sure = list(weakest_evidence(whole, ground()))
    assert [(one.weight, one.stake) for one in sure] == [("note", 0.0)]


def test_a_grade_is_weak_as_well_where_most_was_assumed() -> None:
    case = case_with(fix("one", "late"))
    case = replace(case, posterior=replace(case.posterior, prior_share=np.full(len(PAINS), 0.8)))
    assert only(weakest_evidence(standing(case), ground())).weight == "review"


def test_what_nobody_stated_and_what_nobody_measured_are_two_points() -> None:
    fixes = (fix("one", "late", assumed=True), fix("two", "lost"), fix("three", "rude", measured=True))
    whole = standing(case_with(*fixes))
    assumed, unmeasured = stated_effectiveness(whole, ground(fixes=fixes))
    kept = without(whole, {"late": None})
    assert assumed.initiatives == ("one",) and assumed.stake == pytest.approx(whole.share(whole.gain - kept))
    assert unmeasured.initiatives == ("one", "two")
    rest = without(whole, {"late": None, "lost": None})
    assert unmeasured.stake == pytest.approx(whole.share(whole.gain - rest))
    measured = (fix("three", "rude", measured=True),)
    assert list(stated_effectiveness(standing(case_with(*measured)), ground(fixes=measured))) == []


def test_a_pain_point_made_rarer_than_ever_seen_says_by_how_much() -> None:
    case = case_with(fix("one", "late", 0.5))
    offer = replace(case.offers[0], effectiveness=np.full_like(case.offers[0].effectiveness, 0.0))
    offer.effectiveness[..., 0] = 0.5
    whole = standing(replace(case, offers=(offer,)))
    seen = Seen(pain_point="late", today=0.2, lowest=0.15, periods=8, groups=2)
    # from 20% to 10%: the half of it below 15% was never seen
    found = only(beyond_what_was_seen(whole, ground(seen=(seen,))))
    assert found.stake == pytest.approx(0.5) and found.weight == "review"
    assert "from 20% of customers to 10% (range 10% to 10%)" in found.sentence and "8 quarters and 2 groups" in (
        found.sentence
    )
    within = only(beyond_what_was_seen(whole, ground(seen=(replace(seen, lowest=0.08),))))
    assert (within.weight, within.stake) == ("note", 0.0)
    assert list(beyond_what_was_seen(whole, ground())) == []


def test_what_comes_later_than_was_seen_is_summed_from_the_periods_beyond() -> None:
    whole = standing(case_with(fix("one", "late")))
    late = whole.by_period[2:].sum() / whole.by_period.sum()
    found = only(further_than_history(whole, ground(history=2)))
    assert found.stake == pytest.approx(late) and "2 quarters were seen and 6 quarters are counted" in found.sentence
    assert only(further_than_history(whole, ground(history=PERIODS))).stake == 0
    assert whole.by_period.sum() == pytest.approx(whole.gain.mean())


def test_an_account_above_a_tenth_is_named_and_one_below_is_not() -> None:
    found = (
        Concentrated(unit="Acme", of="the value of Late", share=0.34),
        Concentrated(unit="Bolt", of="the value of Late", share=0.09),
    )
    said = only(one_account(ground(concentrated=found)))
    assert said.sentence.startswith("Acme alone carries 34% of the value of Late") and said.stake == 0.34
    person = only(one_account(ground(concentrated=(replace(found[0], unit=""),))))
    assert "34%" not in person.sentence + person.found and "more than 10% of the value of Late" in person.sentence


def test_two_fixes_of_one_pain_point_are_counted_twice_and_two_of_two_hardly() -> None:
    case = case_with(fix("one", "late", 0.6), fix("two", "late", 0.6), cost_low=None)
    alone = np.array([npv_draws(case, [i], set_value(case, [i])) for i in range(2)])
    whole = standing(case)
    found = only(counted_twice(whole, ground(), alone))
    expected = (alone.sum(axis=0) - whole.npv).mean() / whole.gain.mean()
    assert found.stake == pytest.approx(expected) and found.weight == "review" and expected > 0.2
    assert list(counted_twice(standing(case, [0]), ground(), alone[:1])) == []


def test_evidence_from_the_periods_of_the_ledger_is_named() -> None:
    whole = standing(case_with(fix("one", "late")))
    said = only(counted_twice(whole, ground(overlapping=("trial",)), np.zeros((1, 50))))
    assert "(trial)" in said.sentence and said.weight == "review"


def test_a_group_that_only_its_sum_is_known_of_counts_where_the_choice_leans_on_it() -> None:
    whole = standing(case_with(fix("one", "late")))
    group = TogetherGroup(members=(0, 1), value=np.ones(50), single=np.ones((2, 50)), apart=10, correlation=-0.9)
    said = only(one_decision(whole, ground(), (group,)))
    assert said.stake == pytest.approx(1.0) and "Late and Lost cannot be told apart" in said.sentence
    assert list(one_decision(whole, ground(), (replace(group, members=(2, 3)),))) == []


def test_a_rate_outside_what_was_published_is_to_review() -> None:
    claim = Claim(outcome="leaving", rate=-0.4, low=-0.3, high=0.0, source="Kriss (2014)", outside="Outside it.")
    inside = replace(claim, rate=-0.2, outside="")
    assert [one.weight for one in published(ground(claims=(claim, inside)))] == ["review", "note"]


def test_the_share_of_all_there_is_is_the_mean_gain_over_the_mean_of_the_cap() -> None:
    whole = standing(case_with(fix("one", "late")))
    cap = np.full(50, whole.gain.mean() / 0.7)
    said = only(claimed_of_all(whole, ground(cap=cap)))
    assert said.stake == pytest.approx(0.7) and said.weight == "review"


def test_the_break_even_haircut_stands_beside_the_range_of_todays() -> None:
    case = case_with(fix("one", "late"))
    whole, (face,) = standing(case), face_values(case, [[0]])
    said = only(bears_a_haircut(whole, face))
    haircut = 1 - case.posterior.credibility[:, 0]
    assert said.stake == pytest.approx(float((haircut > face.haircut).mean()))
    assert (said.weight == "review") == (face.haircut < np.percentile(haircut, 95))
    assert list(bears_a_haircut(whole, None)) == []


def test_at_the_break_even_effectiveness_the_choice_is_worth_nothing() -> None:
    whole = standing(case_with(fix("one", "late"), fix("one", "rude")))
    said = only(bears_weaker_fixes(whole, ground()))
    least = float(said.found.rstrip("%")) / 100
    spent = (whole.gain - whole.npv).mean()
    gain = whole.gain.mean()
    # printed to a whole percent
    assert abs(scaled(whole, least).mean() - spent) < (0.005 + STRAIGHT) * gain


def test_a_hidden_cause_weaker_than_what_was_measured_is_to_review() -> None:
    benchmark = Benchmark(control="plan", leaving=1.5, occurrence=np.array([1.5]), strength=np.array([1.5]))
    dial = Dial(initiatives=("one",), points=(), changes_at=1.2, nil_at=float("inf"), alone=(), benchmarks=(benchmark,))
    weak = only(hidden_cause(dial))
    assert (weak.weight, weak.stake) == ("review", 1.0) and "by 1.20 changes it" in weak.sentence
    assert only(hidden_cause(replace(dial, changes_at=2.0))).weight == "note"
    assert only(hidden_cause(replace(dial, changes_at=2.0, benchmarks=()))).weight == "review"
    assert list(hidden_cause(None)) == []


def test_the_chance_of_costs_above_the_budget_is_the_share_of_draws_above_it() -> None:
    case = case_with(fix("one", "late"), fix("two", "lost"), cost_low=1_500.0, cost_high=3_000.0)
    whole = standing(case)
    spent = sum(one.cost for one in case.offers)  # type: ignore[misc]
    said = only(costs_more(whole, ground(budget=4_200.0)))
    assert said.stake == pytest.approx(float((spent > 4_200).mean())) and 0 < said.stake < 1
    assert said.point == "costs exceed the budget" and of_twenty(said.stake) in said.sentence
    certain = only(costs_more(standing(case_with(fix("one", "late"))), ground()))
    assert certain.point == "costs exceed the plan" and "No range is stated for the cost of One" in certain.sentence


def test_the_lower_end_is_the_fifth_percentile_of_the_joint_draws() -> None:
    whole = standing(case_with(fix("one", "late")))
    said = only(lower_end(whole, ground()))
    low = float(np.percentile(whole.npv, 5))
    assert (said.weight == "review") == (low < 0) and said.stake == pytest.approx((whole.npv <= 0).mean())
    worst = float(np.sort(whole.npv)[:5].mean())
    assert f"averages EUR {float(f'{worst:.3g}'):,.0f}" in said.sentence


def test_the_assumption_that_moves_most_is_named_with_what_would_then_be_chosen() -> None:
    rows = tuple(
        PriorRow(
            prior=name, factor=times, everything=np.full(4, total), pains=np.ones(1), chosen=np.array(on), better_by=0.0
        )
        for name, times, total, on in (
            ("as it is", 1.0, 100.0, [1]),
            ("haircut", 0.5, 60.0, [0]),
            ("slope", 2.0, 110.0, [1]),
        )
    )
    priors = PriorSensitivity(initiatives=("one",), pain_points=("late",), rows=rows, chosen=np.array([1]))
    said = only(other_assumptions(priors))
    assert said.found == "moved by -40%" and said.stake == pytest.approx(0.4)
    assert "haircut is taken times 0.5; another choice would follow from other values of haircut" in said.sentence


def test_points_to_review_come_first_and_those_that_cost_most_first_among_them() -> None:
    found = case_against(decided(random_case(3, 3)), None, ground(history=2))
    weights = [one.weight for one in found.points]
    assert weights == sorted(weights, key=lambda one: one != "review") and "review" in weights
    stakes = [one.stake for one in found.points if one.weight == "review"]
    assert stakes == sorted(stakes, reverse=True)
    check = only(found.checks())
    assert (check.code, check.status) == ("C660", "review")  # type: ignore[attr-defined]


def test_nothing_chosen_has_nothing_against_it() -> None:
    decision = decided(case_with(fix("one", "late"), cost=1e9))
    assert case_against(decision, None, ground()) == CaseAgainst()
    assert CaseAgainst().checks() == ()


def test_twice_the_currency_doubles_every_money_figure_and_moves_no_point() -> None:
    case = case_with(fix("one", "late"))
    base = replace(case.base, personas=tuple(replace(one, money=one.money * 2) for one in case.base.personas))
    offers = tuple(
        replace(one, cost=None if one.cost is None else one.cost * 2, item=replace(one.item, cost=4_000.0))
        for one in case.offers
    )
    twice = replace(case, base=base, today=look_at_today(base, case.posterior), offers=offers)
    one, two = standing(case), standing(twice)
    np.testing.assert_allclose(two.npv, 2 * one.npv, rtol=SUMMED)
    caps = (np.full(50, 1e6), np.full(50, 2e6))
    found = [
        case_against(decided(each), None, ground(cap=cap)).points for each, cap in zip((case, twice), caps, strict=True)
    ]
    assert [point.point for point in found[0]] == [point.point for point in found[1]]
    assert [point.weight for point in found[0]] == [point.weight for point in found[1]]
    np.testing.assert_allclose([p.stake for p in found[0]], [p.stake for p in found[1]], rtol=1e-6)
