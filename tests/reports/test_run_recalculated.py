"""The workbook of a whole run as LibreOffice computes it, beside the tables of the same run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from quick_study import quick_starter
from spreadsheet import column_values, figure, recalculated

from reports.make_edition import make_edition
from reports.workbook.write import write_workbook

EXACT = 1e-9  # two programs add up the same terms in their own order


@pytest.mark.verify
def test_the_workbook_of_a_run_recalculates_to_its_tables(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    edition = make_edition(quick_starter(tmp_path_factory).found)
    assert edition.worth is not None and edition.tables["portfolio"]["chosen"].any()
    write_workbook(edition, tmp_path / "impact.xlsx")
    book = openpyxl.load_workbook(recalculated(tmp_path / "impact.xlsx", tmp_path), data_only=True)
    initiatives = edition.tables["initiatives"]
    count = len(initiatives)
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "e"]
    np.testing.assert_allclose(column_values(book["Ranking"], "NPV", count), initiatives["npv"], rtol=EXACT)
    assert column_values(book["Ranking"], "rank", count) == initiatives["rank"].tolist()
    assert figure(book, "NPV together") == pytest.approx(edition.worth.mean, rel=EXACT)
    chosen = edition.tables["portfolio"]["chosen"].tolist()
    assert column_values(book["Portfolio"], "in the best set", count) == chosen
