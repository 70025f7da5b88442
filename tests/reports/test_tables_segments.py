"""The tables of whose the values are, of a short run: they agree with every other table of money."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from models.concentration import Concentration, Hold
from reports.findings import Findings
from reports.tables import build_tables
from reports.tables_segments import concentration_table
from tests.quick_study import quick_starter

SUMMED = 1e-9


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory).found


@pytest.fixture(scope="module")
def tables(found: Findings) -> dict[str, pd.DataFrame]:
    """Its tables."""
    return build_tables(found)


def test_values_by_persona_add_up_to_the_tables_of_pain_points_and_of_stages(tables: dict[str, pd.DataFrame]) -> None:
    by_persona = tables["by_segment"].query("column == 'persona'").groupby(["kind", "id"])["value"].sum()
    pains = tables["pain_points"].set_index("pain_point")["value"]
    pd.testing.assert_series_equal(
        by_persona["pain_point"].sort_index(), pains.sort_index(), check_names=False, rtol=SUMMED
    )
    stages = tables["journey"].set_index("stage")["value_at_stake"].dropna()
    pd.testing.assert_series_equal(
        by_persona["stage"].sort_index(), stages.sort_index(), check_names=False, rtol=SUMMED
    )


def test_initiatives_by_persona_add_up_to_what_their_customers_bring(
    found: Findings, tables: dict[str, pd.DataFrame]
) -> None:
    assert found.decision is not None
    discount = found.decision.case.base.discount
    by_persona = tables["by_segment"].query("kind == 'initiative'").groupby("id")["value"].sum()
    for offer, value in zip(found.decision.case.offers, found.decision.ranking.value, strict=True):
        expected = value.discounted(discount).mean()
        assert by_persona[offer.item.initiative] == pytest.approx(expected, rel=SUMMED, abs=1e-6)


def test_every_thing_of_value_has_its_name_and_shares_add_up_to_one(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["by_segment"]
    assert set(table["kind"]) == {"base", "pain_point", "stage", "initiative", "portfolio"}
    assert (table["name"] != "").all()
    shares = table.groupby(["column", "kind", "id"])["share"].sum(min_count=1).dropna()
    assert shares.round(9).eq(1).all()


def test_the_customers_of_a_study_of_persons_are_not_told(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["concentration"]
    assert (
        len(table) and table["share"].isna().all() and (table["customer"] == "").all() and (table["place"] == 1).all()
    )


def test_accounts_are_told_with_their_share(found: Findings) -> None:
    holds = tuple(
        Hold(kind="portfolio", id="", place=place, customer=name, share=share)
        for place, name, share in ((1, "Oslo", 0.2), (2, "Rome", 0.05))
    )
    assert found.segments is not None
    named = replace(found.segments, concentration=Concentration(holds=holds, named=True))
    table = concentration_table(replace(found, segments=named))
    assert table["customer"].tolist() == ["Oslo", "Rome"] and table["share"].tolist() == [0.2, 0.05]
    assert table["above_limit"].tolist() == [1, 0] and set(table["name"]) == {"Chosen portfolio"}
