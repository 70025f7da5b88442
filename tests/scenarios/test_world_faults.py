"""Scenarios that no customer base like this one can follow, each told in one finding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.errors import Finding, InputError
from impact.lever import Change
from scenarios.scenario import Scenario, in_world
from tests.scenarios.small_case import PAINS, case_of, random_plan
from tests.scenarios.worlds_example import FACTS, base_world, change

BASE = base_world()


def faults(*rows: Change, shape: str = "customers") -> tuple[Finding, ...]:
    base = BASE if shape == "customers" else base_world(case_of(random_plan(1, 2), shape=shape))
    with pytest.raises(InputError) as caught:
        in_world(Scenario(name="it", changes=rows), base, FACTS)
    return caught.value.findings


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (change("prevalence:late", 3.0), "P276"),
        (change("prevalence:late", 0.9, how="add"), "P276"),
        (change("prevalence:late", -0.9, how="add"), "P276"),
        (change("customers", -1e6, how="add"), "P276"),
        (change("price", -1.5, how="add"), "P276"),
        (change("mix:firm", 3.0), "P277"),
        (change("mix:firm", -0.9, how="add"), "P277"),
        (change("mix:shop", 1.1), "P278"),
        (change("spend", 1.1, persona="shop"), "P278"),
    ],
)
def test_a_change_beyond_what_there_is_is_one_finding(row: Change, code: str) -> None:
    found = faults(row)
    assert {one.code for one in found} == {code}
    assert all(one.place.startswith(f"scenarios 'it': {row.lever}") and one.remedy for one in found)


def test_every_fault_is_told_at_once() -> None:
    found = faults(change("prevalence:late", 3.0), change("price", -1.5, how="add"), change("mix:firm", 3.0))
    assert {one.code for one in found} == {"P276", "P277"}
    assert len({one.place for one in found}) == 3


def test_named_shares_must_come_to_the_whole() -> None:
    firm, home = change("mix:firm", 0.6, how="set"), change("mix:home", 0.3, how="set")
    assert faults(firm, home)[0].found == "shares would be firm 60.0%, home 30.0%"


def test_the_finding_says_how_far_a_prevalence_reaches() -> None:
    most = max(persona.prevalence[PAINS.index("late")] for persona in BASE.case.base.personas)
    assert any(f"at most {1 / most:.3g} times today's" == one.allowed for one in faults(change("prevalence:late", 3.0)))


def test_what_nobody_meets_cannot_be_set() -> None:
    personas = [replace(one, prevalence=np.zeros(len(PAINS))) for one in BASE.case.base.personas]
    base = base_world(replace(BASE.case, base=replace(BASE.case.base, personas=tuple(personas))))
    with pytest.raises(InputError, match="P278"):
        in_world(Scenario(name="it", changes=(change("prevalence:late", 0.1, how="set"),)), base, FACTS)


def test_sites_do_not_leave_and_unknown_joiners_cannot_be_multiplied() -> None:
    assert faults(change("churn", 1.1), shape="sites")[0].code == "P278"
    unknown = replace(FACTS, joining=np.full(2, np.nan))
    with pytest.raises(InputError, match="do not tell how many customers join"):
        in_world(Scenario(name="it", changes=(change("acquisition", 1.1),)), BASE, unknown)
    told = Scenario(name="it", changes=(change("acquisition", 30, how="set"),))
    assert in_world(told, BASE, unknown).case.base.personas[0].trend is not None
