"""The base by the columns of report_by equals what pandas makes of the tables, blanks and all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, SegmentCells, SitePanel, summarise
from impact.cells.segment_cells import may_be_named
from impact.contract_segments import MOST_VALUES
from impact.errors import InputError
from impact.intake import inspect_study, take_in
from impact.study import read_study
from tests.anonymous_study import write_anonymous_study
from tests.tiny_study import edit, write_tiny_study

# Sums of a few thousand amounts near fifty, added in another order.
SUMMED = 1e-9
BY = 'report_by = ["region", "size", "persona"]\nmargin_rate'


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny study with 300 customers, a region on the ledger, blank for some, and a size on customers."""
    folder = write_tiny_study(tmp_path_factory.mktemp("company"))
    rng = np.random.default_rng(5)
    ids = [f"{number:04d}" for number in range(1, 301)]
    customers = pd.DataFrame({"customer_id": ids, "persona": rng.choice(["home", "firm"], 300)})
    customers["joined_at"] = rng.choice(["2015-01-01", "2021-01-01", "2024-01-01", "2026-05-01"], 300)
    customers["region"], customers["size"] = "of the customer", rng.integers(1, 4, 300).astype(float)
    customers.to_csv(folder / "customers.csv", index=False)
    parts = [pd.DataFrame({"customer_id": ids, "period": period}) for period in ("2026Q2", "2026Q3")]
    ledger = pd.concat(parts).iloc[40:].assign(revenue=lambda t: rng.uniform(10, 90, len(t)).round(2))
    ledger["region"] = rng.choice(np.array(["North", "South", None], dtype=object), len(ledger))
    ledger.to_csv(folder / "ledger.csv", index=False)
    return folder


def at_as_of(folder: Path) -> pd.DataFrame:
    ledger = pd.read_csv(folder / "ledger.csv", dtype={"customer_id": str})
    return ledger[ledger["period"] == "2026Q3"]


@pytest.fixture(scope="module")
def cells(company: Path) -> CustomerCells:
    intake = take_in(company, ('study.report_by=["region", "size", "region", "persona"]', "study.shape=customers"))
    found = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(found, CustomerCells)
    return found


def segments_of(cells: CustomerCells | SitePanel) -> SegmentCells:
    assert cells.segments is not None
    return cells.segments


def test_every_customer_is_in_one_segment_of_each_column_the_blank_ones_too(
    company: Path, cells: CustomerCells
) -> None:
    now = at_as_of(company).fillna({"region": ""})
    expected = now.groupby("region")["revenue"].agg(["size", "sum"])
    base = segments_of(cells).base
    found = base[base["column"] == "region"].groupby("segment")[["customers", "revenue"]].sum()
    assert list(found.index) == ["", "North", "South"]
    assert list(found["customers"]) == list(expected["size"])
    np.testing.assert_allclose(found["revenue"], expected["sum"], rtol=SUMMED)


def test_a_column_of_customers_is_joined_by_customer_and_written_without_decimals(
    company: Path, cells: CustomerCells
) -> None:
    customers = pd.read_csv(company / "customers.csv", dtype={"customer_id": str}).set_index("customer_id")
    size = at_as_of(company)["customer_id"].map(customers["size"])
    base = segments_of(cells).base
    found = base[base["column"] == "size"].groupby("segment")["customers"].sum()
    assert found.to_dict() == {str(int(one)): int((size == one).sum()) for one in (1, 2, 3)}


def test_the_segments_of_a_column_add_up_to_the_base_in_every_cell(cells: CustomerCells) -> None:
    keys = ["persona", "tenure_band"]
    whole = cells.base.set_index(keys)
    for _, rows in segments_of(cells).base.groupby("column"):
        sums = rows.groupby(keys)[["customers", "revenue"]].sum().reindex(whole.index)
        np.testing.assert_allclose(sums["revenue"], whole["revenue"], rtol=SUMMED)
        assert (sums["customers"] == whole["customers"]).all()


def test_the_largest_customers_of_persons_leave_without_their_ids(cells: CustomerCells) -> None:
    segments = segments_of(cells)
    assert not segments.named and segments.least == 5
    assert set(segments.largest["customer"]) == {""}
    assert segments.largest.groupby(["persona", "tenure_band"]).size().max() <= 3
    assert (
        segments.largest.groupby(["persona", "tenure_band"])["revenue"].apply(lambda r: r.is_monotonic_decreasing).all()
    )


def test_a_customer_for_which_several_people_answer_is_an_account_and_keeps_its_name(tmp_path: Path) -> None:
    write_tiny_study(tmp_path)
    lines = (tmp_path / "responses.csv").read_text("utf-8").splitlines()
    people = [f"{line},p{place}" for place, line in enumerate(lines[1:])]
    (tmp_path / "responses.csv").write_text("\n".join([f"{lines[0]},respondent_id", *people]), encoding="utf-8")
    intake = take_in(tmp_path)
    segments = segments_of(summarise(intake.source, intake.case.journey, intake.study))
    # customers 0001, 0006... have left; of those still there the last ones pay most
    assert segments.named and segments.largest["customer"].tolist() == ["0019", "0017", "0015", "0020", "0018", "0014"]


def test_stores_are_named_and_told_one_by_one_and_hashed_ids_stay_hashed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_ID_KEY", "a key of twenty letters")
    write_tiny_study(tmp_path)
    intake = take_in(tmp_path, ("study.shape=sites", 'study.report_by=["customer_id"]', "data.id_key=CX_ID_KEY"))
    segments = segments_of(summarise(intake.source, intake.case.journey, intake.study))
    assert segments.named and segments.least == 1
    assert (segments.base["customers"] == 1).all() and (segments.base["tenure_band"] == 0).all()
    shown = {*segments.base["segment"], *segments.largest["customer"]}
    assert shown and all(len(one) == 16 and not one.startswith("00") for one in shown)


def test_units_that_nobody_says_are_stores_are_not_named(tmp_path: Path) -> None:
    write_tiny_study(tmp_path)
    source = take_in(tmp_path).source
    for asked, named in (("study.shape=auto", False), ("study.relationship=site", True), ("study.shape=sites", True)):
        study, _ = read_study(tmp_path, (asked,))
        assert study is not None
        assert may_be_named(replace(source, shape_seen="sites"), study) is named


def test_units_are_told_by_a_column_they_are_made_of(tmp_path: Path) -> None:
    intake = take_in(write_anonymous_study(tmp_path), ('study.report_by=["region"]',))
    segments = segments_of(summarise(intake.source, intake.case.journey, intake.study))
    assert segments.base["segment"].tolist() == ["east", "north", "south", "west"]
    assert segments.base["customers"].tolist() == [3, 3, 3, 3]
    assert segments.named and segments.largest["customer"].tolist() == ["west | plus", "west | pro", "west | basic"]


def with_regions(folder: Path, region: Callable[[int], str]) -> Path:
    write_tiny_study(folder)
    lines = (folder / "ledger.csv").read_text("utf-8").splitlines()
    rows = [f"{line},{region(int(line[:4]))}" for line in lines[1:]]
    (folder / "ledger.csv").write_text("\n".join([f"{lines[0]},region", *rows]) + "\n", encoding="utf-8")
    return edit(folder, "study.toml", "margin_rate", 'report_by = ["region"]\nmargin_rate')


def told(folder: Path) -> list[tuple[str, str]]:
    return [(check.status, check.found) for check in take_in(folder).checks if check.code == "C651"]


def test_check_says_what_a_column_will_be_reported_by(tmp_path: Path) -> None:
    folder = with_regions(tmp_path, lambda n: "" if n <= 3 else ("North" if n % 2 else "South"))
    words = "region: 2 values, blank for fewer than 5 of 16 customers; 1 under 5 customers put together with the next"
    assert told(folder) == [("pass", words)]
    assert not any("report_by" in check.found for check in take_in(folder).checks if check.code == "S111")


def test_a_column_with_one_value_or_mostly_blank_is_a_review(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    assert told(with_regions(tmp_path / "one", lambda n: "North")) == [("review", "region: 1 value")]
    found = told(with_regions(tmp_path, lambda n: "North" if n < 6 else "South" if n < 8 else ""))
    assert found[0][0] == "review" and "blank for 11 of 16" in found[0][1]


def test_a_column_that_is_not_there_is_a_fault_before_anything_runs(tmp_path: Path) -> None:
    folder = edit(write_tiny_study(tmp_path), "study.toml", "margin_rate", 'report_by = ["regoin"]\nmargin_rate')
    with pytest.raises(InputError) as error:
        take_in(folder)
    (fault,) = error.value.findings
    assert fault.code == "D313" and fault.place == "study.toml: [study].report_by" and "regoin" in fault.found


def test_a_column_of_too_many_values_is_a_fault_that_prints_none_of_them(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    many = MOST_VALUES + 1
    ledger = ["customer_id,period,revenue,post_code", *(f"{n:04d},2026Q3,10,secret{n}" for n in range(1, many + 1))]
    (folder / "ledger.csv").write_text("\n".join(ledger) + "\n", encoding="utf-8")
    edit(folder, "study.toml", "margin_rate", 'report_by = ["post_code"]\nmargin_rate')
    (fault,) = (one for one in inspect_study(folder).findings if one.code == "C652")
    assert "post_code has more than 200 values" in fault.found and "secret" not in str(fault)
