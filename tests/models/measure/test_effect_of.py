"""The headline by one rule, and the others beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.checks import Check
from models.measure.checks import measured_checks
from models.measure.effect_of import Manner, Measured, measure, measure_effect
from models.measure.panel import NEVER, Panel
from tests.models.measure.rollout_design import Rollout, draw_rollout, small_panel


def panel_of(seed: int = 1, **plan: object) -> Panel:
    return draw_rollout(seed, Rollout(**plan))[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("plan", "method", "grade"),
    [
        ({"groups": 40, "treated": 20, "starts": 1, "randomised": True}, "randomised difference", "randomised"),
        ({"groups": 40, "treated": 20, "randomised": True}, "difference in differences", "randomised"),
        ({"groups": 44, "treated": 20}, "difference in differences", "comparison"),
        ({"groups": 12, "treated": 1, "starts": 1}, "synthetic difference in differences", "comparison"),
        ({"groups": 8, "treated": 4}, "difference in differences", "comparison"),
        ({"groups": 2, "treated": 1, "starts": 1}, "interrupted series", "indicative"),
    ],
)
def test_the_strongest_comparison_that_the_panel_allows_comes_first(
    plan: dict[str, object], method: str, grade: str
) -> None:
    head = measure_effect(panel_of(**plan))[0]
    assert (head.method, head.grade) == (method, grade)


def test_where_nothing_can_be_told_nothing_is_and_every_reason_is_given() -> None:
    found = measure(small_panel(np.random.default_rng(1).normal(size=(2, 6)), [3, NEVER]))
    assert found.effects == ()
    assert len(found.refused) == 5
    assert all(refusal.reason for refusal in found.refused)


@pytest.mark.parametrize("treated_from", [[NEVER, NEVER], [0, 0], [0, NEVER]])
def test_nobody_or_everybody_from_the_first_period_is_no_fault(treated_from: list[int]) -> None:
    assert measure_effect(small_panel(np.random.default_rng(1).normal(size=(2, 10)), treated_from)) == ()


def test_groups_that_always_had_it_are_left_out_and_said() -> None:
    panel = panel_of(groups=44, treated=22, starts=1, effect=2.0)
    always = panel.of(panel.treated)
    more = replace(
        panel,
        **{
            name: np.concatenate([getattr(panel, name), getattr(always, name)[:3]])
            for name in ("unit", "outcome", "weight", "cluster")
        },
        treated_from=np.concatenate([panel.treated_from, np.zeros(3, int)]),
    )
    plain, told = measure_effect(panel), measure_effect(more)
    assert [one.estimate for one in told] == [one.estimate for one in plain]
    assert all("3 groups with it from the first period on left out" in one.said for one in told)


def test_the_grade_falls_where_groups_moved_apart_before() -> None:
    head = measure_effect(panel_of(groups=44, treated=20, drift=0.6))[0]
    assert head.pretrend_p < 0.05
    assert head.grade == "indicative"
    assert "already before the start" in head.said


def test_what_is_anticipated_counts_neither_before_nor_after() -> None:
    panel = panel_of(groups=44, treated=22, starts=1, effect=2.0)
    early = replace(panel, outcome=panel.outcome + 5.0 * (panel.treated[:, None] & (panel.t == 7)))
    plain, told = measure_effect(panel)[0], measure_effect(early, Manner(anticipated=1))[0]
    assert told.estimate == pytest.approx(plain.estimate, abs=0.3)
    assert told.before == plain.before - 1
    assert measure_effect(early)[0].estimate < plain.estimate - 0.4


def test_a_share_of_few_customers_is_measured_on_its_level() -> None:
    """Shares retained of about 30 customers a cell, .90, and .93 with the initiative."""
    rng = np.random.default_rng(6)
    treated_from = np.where(np.arange(60) < 30, 8, NEVER)
    rate = 0.90 + 0.03 * (np.arange(16)[None, :] >= treated_from[:, None])
    customers = rng.poisson(30, size=rate.shape) + 1
    shares = rng.binomial(customers, rate) / customers
    panel = replace(small_panel(shares, treated_from.tolist()), weight=customers.astype(float))
    head = measure_effect(panel)[0]
    assert head.low < 0.03 < head.high
    assert head.found


def test_the_same_panel_gives_the_same_answer() -> None:
    panel = panel_of(groups=16, treated=3)
    assert repr(measure(panel)) == repr(measure(panel))


def checks_of(measured: dict[str, Measured]) -> dict[str, Check]:
    return {check.code: check for check in measured_checks(measured)}


def test_checks_name_the_initiatives_to_look_at() -> None:
    found = checks_of(
        {
            "apart": measure(panel_of(groups=44, treated=20, drift=0.6)),
            "silent": measure(small_panel(np.random.default_rng(1).normal(size=(2, 6)), [3, NEVER])),
            "sound": measure(panel_of(groups=44, treated=20)),
        }
    )
    assert sorted(found) == ["C695", "C696", "C697", "C698", "C699"]
    assert found["C695"].status == found["C696"].status == "review"
    assert "apart" in found["C695"].text
    assert "silent" in found["C697"].text
    assert found["C698"].status == found["C699"].status == "pass"
    assert measured_checks({}) == ()


def test_ranges_that_do_not_meet_and_untreated_groups_that_show_as_much_are_asked_about() -> None:
    sound = measure(panel_of(groups=44, treated=20, effect=2.0)).effects[0]
    other = replace(sound, method="another", low=sound.high + 1, high=sound.high + 2)
    matched = replace(sound, p=0.01, placebo=0.4)
    found = checks_of(
        {"two": Measured(effects=(sound, other), refused=()), "one": Measured(effects=(matched,), refused=())}
    )
    assert "two" in found["C698"].text
    assert "one" in found["C699"].text
