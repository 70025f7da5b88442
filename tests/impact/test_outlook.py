"""The company's outlook as its file states it, and what cannot be one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from impact.intake import inspect_study, take_in
from impact.outlook import Outlook
from tests.tiny_study import edit, write_tiny_study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny_study(tmp_path)
    return edit(tmp_path, "study.toml", "[portfolio]", '[finance]\noutlook = "outlook.csv"\n[portfolio]')


def write(folder: Path, *rows: str, columns: str = "period,customers,revenue,margin") -> Path:
    (folder / "outlook.csv").write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return folder


def outlook(folder: Path) -> Outlook:
    found = take_in(folder).report.outlook
    assert found is not None
    return found


def codes(folder: Path) -> list[str]:
    return [finding.code for finding in inspect_study(folder).findings]


def test_each_future_period_has_its_row_and_blank_money_says_nothing(folder: Path) -> None:
    found = outlook(write(folder, "2026Q3,20,9,9", "2026Q4,16,1800,700", "2027-02,15,1700,", "2099Q1,1,1,1"))
    assert found.customers[:2].tolist() == [16, 15]
    assert found.revenue[:2].tolist() == [1800, 1700]
    assert found.margin[0] == 700
    assert np.isnan(found.margin[1:]).all()
    assert np.isnan(found.customers[2:]).all()
    assert (found.outside, found.summed) == (2, 0)


def test_units_are_summed_where_a_period_has_no_row_of_the_whole(folder: Path) -> None:
    rows = ("2026Q4,0002,4,10,5", "2026Q4,0003,5,20,6", "2027Q1,,7,9,3", "2027Q1,0002,1,1,1")
    found = outlook(write(folder, *rows, columns="period,unit,customers,revenue,margin"))
    assert (found.customers[:2].tolist(), found.revenue[:2].tolist(), found.margin[:2].tolist()) == (
        [9, 7],
        [30, 9],
        [11, 3],
    )
    assert found.summed == 1


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        (("2026Q4,-1,5,5",), "D381", "nothing or less"),
        (("2026Q4,5,-5,5",), "D381", "nothing or less"),
        (("2026Q4,5,much,5",), "D381", "not read"),
        (("2026,5,5,5",), "D381", "not read"),
        (("2026Q3,5,5,5",), "D381", "no row is of a future period"),
        (("2026Q4,5,5,5", "2026-11,5,5,5"), "D382", "stands twice"),
    ],
)
def test_what_cannot_be_an_outlook_is_refused(folder: Path, rows: tuple[str, ...], code: str, said: str) -> None:
    found = inspect_study(write(folder, *rows)).findings
    assert [one.code for one in found] == [code]
    assert said in found[0].found
    assert found[0].place.startswith("outlook.csv")


def test_a_column_that_is_missing_or_misspelt_is_refused(folder: Path) -> None:
    assert codes(write(folder, "2026Q4,5,5,5", columns="period,customers,reveneu,margin")) == ["D380"]


def test_an_outlook_is_acted_on_and_a_study_without_one_has_none(folder: Path) -> None:
    write(folder, "2026Q4,16,1800,700")
    assert "S111" not in [check.code for check in take_in(folder).checks]
    edit(folder, "study.toml", 'outlook = "outlook.csv"\n', "")
    assert take_in(folder).report.outlook is None
