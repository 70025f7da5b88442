"""The section on lifetimes: every model in words, the discounting said, the curve drawn, small groups hidden."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from models.lifetime.lifetime import Worth
from models.lifetime.measure import BASE, Lifetimes
from reports.appendix_lifetime import lifetime, revenue_kept
from reports.charts_lifetime import survival_curves
from reports.edition import Edition
from reports.findings import Findings
from reports.make_edition import make_edition
from reports.tables_lifetime import kept_table, lifetime_table, survival_table
from tests.quick_study import quick_starter


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory).found


@pytest.fixture(scope="module")
def edition(findings: Findings) -> Edition:
    """Its edition."""
    return make_edition(findings)


def lifetimes_of(findings: Findings) -> Lifetimes:
    """The lifetimes found, which are there."""
    assert findings.lifetimes is not None
    return findings.lifetimes


def test_the_section_shows_every_model_beside_the_base_and_says_how_it_discounts(edition: Edition) -> None:
    section = lifetime(edition)
    assert section is not None and section.table is not None
    assert len(section.table.rows) == len(edition.tables["lifetime"])
    assert section.table.rows[-1][1] == "What this run rests on"
    assert "discounted at 10% a year from the middle of each period" in section.note
    assert all(len(row) == len(section.table.headings) for row in section.table.rows)
    assert len(section.charts) == 1 and "<circle" in section.charts[0]
    assert section.charts[0].count("<polyline") == 6


def test_the_models_and_the_base_of_the_starter_agree(findings: Findings) -> None:
    check = next(one for one in findings.checks if one.code == "C460")
    assert check.status == "pass"
    table = lifetime_table(findings).set_index(["persona", "model"])
    assert table.loc[("all", BASE), "value_20q"] > table.loc[("all", BASE), "value"]
    values = table.loc["all"].drop(index=BASE)
    assert values["value"].between(values["value_p05"], values["value_p95"]).all()


def test_a_survival_that_rests_on_fewer_than_five_is_blank(findings: Findings) -> None:
    lifetimes = lifetimes_of(findings)
    curve = lifetimes.curve.head(4).assign(n=[100.0, 60.0, 50.0, 4.0], left=[6.0, 3.0, 2.0, 0.0])
    table = survival_table(replace(findings, lifetimes=replace(lifetimes, curve=curve)))
    assert table["observed"].notna().tolist() == [True, False, True, False]
    assert table["n"].notna().tolist() == [True, False, True, False]
    assert table["shifted_beta"].notna().all()


def test_a_count_of_fewer_than_five_hides_the_whole_as_well(findings: Findings) -> None:
    lifetimes = lifetimes_of(findings)
    first, *others = lifetimes.rows
    few = replace(lifetimes, rows=(replace(first, customers=4), *others))
    table = lifetime_table(replace(findings, lifetimes=few))
    assert table["customers"].isna().tolist() == [True, *(row.persona == "all" for row in others)]


def test_revenue_kept_says_that_earned_growth_is_not_measured(edition: Edition) -> None:
    section = revenue_kept(edition)
    assert section is not None and section.table is not None
    assert "Earned growth is not measured" in section.note
    assert "4 quarters later" in section.title


def test_earned_growth_is_shown_where_it_is_known_of_enough(findings: Findings) -> None:
    lifetimes = lifetimes_of(findings)
    first = lifetimes.kept[0]
    told = replace(first.kept, gross=0.8, net=0.85, new=0.4, earned=0.25)
    rows = (
        replace(first, new_customers=20, earned_customers=12, kept=told),
        replace(first, new_customers=20, earned_customers=3, kept=told),
        replace(first, lost=3, kept=told),
    )
    changed = replace(findings, lifetimes=replace(lifetimes, kept=rows))
    table = kept_table(changed)
    assert table["earned_level"].tolist()[0] == pytest.approx(1.10)
    assert pd.isna(table["earned_level"].tolist()[1])
    assert len(table) == 2
    section = revenue_kept(make_edition(changed))
    assert section is not None and "above 100% is growth" in section.note


def test_without_lifetimes_there_are_headers_and_no_section(findings: Findings) -> None:
    none = replace(findings, lifetimes=None)
    edition = make_edition(none)
    assert lifetime(edition) is None and revenue_kept(edition) is None
    assert list(survival_table(none).columns)[:3] == ["tenure", "n", "observed"]


def test_names_in_the_picture_are_safe() -> None:
    drawn = survival_curves([1.0, 2.0], [0.9, None], {"<b>": [0.9, 0.8]}, "quarter")
    assert "<b>" not in drawn and "&lt;b&gt;" in drawn


def test_a_range_that_is_not_known_is_blank(findings: Findings) -> None:
    lifetimes = lifetimes_of(findings)
    bare = Worth(value=10.0, low=float("nan"), high=float("nan"))
    rows = tuple(replace(row, horizon=bare) for row in lifetimes.rows)
    section = lifetime(make_edition(replace(findings, lifetimes=replace(lifetimes, rows=rows))))
    assert section is not None and section.table is not None
    place = section.table.headings.index("Range")
    assert {row[place] for row in section.table.rows} == {""}
