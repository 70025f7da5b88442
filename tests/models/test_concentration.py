"""The share of a value that hangs on one customer: its own money at the value per unit of its cell's money."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.cells import SegmentCells, SitePanel
from models.concentration import LIMIT, Concentration, find_concentration
from models.value import ValueBase
from tests.models.small_values import base_of
from tests.models.test_segments import as_sites, study_of

NAMES = {"late": "Late delivery"}


def stores(named: bool = True) -> SitePanel:  # noqa: FBT001, FBT002
    rows = [
        ("p0", 0, 0, "Oslo", 30.0),
        ("p0", 0, 1, "Rome", 20.0),
        ("p0", 0, 2, "Bonn", 10.0),
        ("p1", 0, 0, "Lyon", 5.0),
    ]
    largest = pd.DataFrame(rows, columns=["persona", "tenure_band", "place", "customer", "margin"])
    money = pd.DataFrame({"revenue": [0.0], "margin": [1.0]})
    segments = SegmentCells(base=pd.DataFrame(), largest=largest.assign(revenue=0.0), named=named, least=1)
    empty = pd.DataFrame()
    return SitePanel(controls=(), size=None, panel=empty, coverage=empty, money=money, segments=segments)


def base() -> ValueBase:
    """Two personas whose stores bring 200 and 100 a period."""
    first, second = as_sites(base_of(1, 4)).personas
    one = replace(first, customers=np.array([20.0]), money=np.array([10.0]))
    two = replace(second, customers=np.array([25.0]), money=np.array([4.0]))
    return replace(base_of(1, 4), personas=(one, two))


def found(named: bool = True, **per_worth: tuple[float, float]) -> Concentration:  # noqa: FBT001, FBT002
    asked = {("base" if name == "base" else "pain_point", name): np.array(each) for name, each in per_worth.items()}
    return find_concentration(stores(named), study_of(), base(), asked)


def test_a_customers_share_is_its_money_at_the_value_of_its_cell_over_the_whole() -> None:
    # 30 at 2 over 200 at 2 and 100 at 6: Lyon brings little money, and most of the value
    holds = found(late=(2.0, 6.0)).holds
    assert [(one.place, one.customer) for one in holds] == [(1, "Oslo"), (2, "Rome"), (3, "Lyon")]
    assert [one.share for one in holds] == pytest.approx([60 / 1000, 40 / 1000, 30 / 1000])
    assert found(late=(0.0, 6.0)).holds[0].share == pytest.approx(5 / 100)


def test_one_store_above_a_tenth_is_a_review_that_names_it() -> None:
    # 30 of 200 a period in the only persona that gains
    check = found(late=(2.0, 0.0)).check(NAMES)
    assert check.code == "C650" and check.status == "review"
    assert check.found == "Oslo carries 15% of Late delivery"
    assert found(late=(2.0, 2.0)).check(NAMES).found == "Oslo carries 10.0% of Late delivery"
    assert LIMIT == 0.1


def test_a_person_is_never_named_and_its_share_not_told() -> None:
    check = found(named=False, late=(2.0, 0.0)).check(NAMES)
    assert check.status == "review" and check.found == "one customer carries more than 10% of Late delivery"
    assert found(named=False, base=(1.0, 1.0)).check(NAMES).found == "none above 10%"


def test_what_is_worth_nothing_hangs_on_nobody() -> None:
    assert found(late=(0.0, 0.0)).holds == found(late=(-1.0, 0.0)).holds == ()
    assert found(late=(0.0, 0.0)).check(NAMES).status == "pass"
