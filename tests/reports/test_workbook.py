"""The workbook as written: what it holds before anything recalculates it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from spreadsheet import column_values, figure, row_of, table_of

from reports import style
from reports.edition import Edition
from reports.workbook.put import MAX_TEXT, cell_text
from reports.workbook.valuation import value_initiatives
from reports.workbook.write import write_workbook

EXACT = 1e-9  # a cell holds 16 digits, and the order in which terms are added moves the last two
LIVE = ("Inputs", "Portfolio", "Ranking", "Checks", "Calc", "Basis", "Sets")
FUNCTIONS = set(
    [
        "ABS",
        "AND",
        "COLUMNS",
        "COUNT",
        "COUNTIF",
        "IF",
        "INDEX",
        "ISNUMBER",
        "MATCH",
        "MAX",
        "MIN",
        "N",
        "RANK",
        "ROUND",
        "ROWS",
        "SUM",
        "SUMIF",
        "SUMPRODUCT",
        "FALSE",
    ]
)
LEAST_CONTRAST = 4.5  # WCAG 2.2, level AA, for text


@pytest.fixture(scope="module")
def written(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "impact.xlsx"
    write_workbook(edition, path)
    return path


@pytest.fixture(scope="module")
def formulas(written: Path) -> Workbook:
    return openpyxl.load_workbook(written)


@pytest.fixture(scope="module")
def values(written: Path) -> Workbook:
    return openpyxl.load_workbook(written, data_only=True)


def _opened(edition: Edition, folder: Path) -> Workbook:
    path = folder / "impact.xlsx"
    write_workbook(edition, path)
    return openpyxl.load_workbook(path, data_only=True)


def _formula_cells(book: Workbook) -> list[tuple[Worksheet, object]]:
    return [(sheet, cell) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def _text(sheet: Worksheet) -> str:
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def test_every_table_with_rows_can_be_read_by_its_contract_name(edition: Edition, values: Workbook) -> None:
    for name, frame in edition.tables.items():
        if not len(frame):
            continue
        found = table_of(values, name)
        assert list(found.columns) == list(frame.columns)
        for column in frame.columns:
            if pd.api.types.is_numeric_dtype(frame[column]):
                read = pd.to_numeric(found[column].replace("n/a", np.nan))
                np.testing.assert_allclose(read, frame[column], rtol=EXACT)
            else:
                assert found[column].fillna("").tolist() == frame[column].tolist()


def test_pandas_reads_live_npv_and_rank_equal_to_the_table(edition: Edition, written: Path) -> None:
    table = edition.tables["initiatives"]
    sheet = pd.read_excel(written, sheet_name="Ranking", header=None)
    header = sheet.index[sheet[0] == "initiative"][0]
    live = sheet.iloc[header + 1 :].set_axis(sheet.iloc[header], axis=1)
    for theirs, ours in (("NPV", "npv"), ("ROI", "roi"), ("rank", "rank"), ("payback, quarters", "payback_quarters")):
        read = live[theirs].replace("n/a", np.nan).astype(float)
        np.testing.assert_allclose(read, table[ours].astype(float), rtol=EXACT)


def test_the_total_is_the_joint_value_with_overlap_taken_out(edition: Edition, values: Workbook) -> None:
    assert edition.worth is not None
    chosen = edition.tables["portfolio"]["chosen"] == 1
    assert figure(values, "NPV together") == pytest.approx(edition.worth.mean, rel=EXACT)
    assert edition.worth.mean < edition.tables["initiatives"].loc[chosen, "npv"].sum()


def test_every_formula_carries_the_value_it_has_as_delivered(formulas: Workbook, values: Workbook) -> None:
    cells = _formula_cells(formulas)
    assert len(cells) > 500
    empty = [cell.coordinate for sheet, cell in cells if values[sheet.title][cell.coordinate].value is None]
    assert empty == []


def test_all_checks_hold_as_delivered(values: Workbook) -> None:
    sheet = values["Checks"]
    assert sheet.cell(row_of(sheet, "All checks"), 2).value == "OK"
    status = [sheet.cell(row, 6).value for row in range(row_of(sheet, "check") + 1, sheet.max_row + 1)]
    assert len(status) > 8
    assert set(status) == {"OK"}


def test_a_delivered_figure_that_the_formulas_do_not_give_turns_the_light_to_fail(
    edition: Edition, tmp_path: Path
) -> None:
    initiatives = edition.tables["initiatives"].assign(npv=lambda table: table["npv"] + 1.0)
    book = _opened(replace(edition, tables={**edition.tables, "initiatives": initiatives}), tmp_path)
    assert book["Checks"].cell(row_of(book["Checks"], "All checks"), 2).value == "FAIL"
    assert "FAIL" in _text(book["Dashboard"])


def test_a_name_that_looks_like_a_formula_stays_text(edition: Edition, tmp_path: Path) -> None:
    attack = "=cmd|' /C calc'!A0"
    assert edition.cash is not None
    ids = (attack, *edition.cash.initiatives[1:])
    tables = {
        name: frame.replace({"initiative": {"i1": attack}, "name": {"Bill on time": attack}})
        for name, frame in edition.tables.items()
    }
    hostile = replace(edition, name=attack, cash=replace(edition.cash, initiatives=ids), tables=tables)
    path = tmp_path / "impact.xlsx"
    write_workbook(hostile, path)
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    held = [cell.data_type for cell in cells if cell.value == attack]
    assert len(held) > 10
    assert set(held) == {"s"}
    assert not [cell.value for cell in cells if cell.data_type == "f" and "cmd" in str(cell.value)]


@pytest.mark.parametrize(
    ("given", "held"),
    [("a\x00b\x1fc", "abc"), ("a\ud800b", "ab"), ("a\ufffeb\uffff", "ab"), ("a\r\nb\rc", "a\nb\nc")],
)
def test_characters_that_break_a_file_are_taken_out(given: str, held: str) -> None:
    assert cell_text(given) == held


def test_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    held = cell_text("x" * (MAX_TEXT + 1))
    assert len(held) == MAX_TEXT
    assert held.endswith("[cut: longer than a cell holds]")


def test_a_missing_number_reads_n_a_and_is_never_an_empty_cell(edition: Edition, values: Workbook) -> None:
    missing = edition.tables["break_even"]["credibility"].isna()
    found = table_of(values, "break_even")["credibility"]
    assert missing.any()
    assert set(found[missing]) == {"n/a"}


def test_formulas_use_a_short_list_of_plain_functions(formulas: Workbook) -> None:
    used = set()
    for _, cell in _formula_cells(formulas):
        used |= set(re.findall(r"([A-Z]+)\(", re.sub(r'"[^"]*"', "", str(cell.value))))
        assert "[" not in str(cell.value)
    assert used <= FUNCTIONS


def test_every_row_of_calc_and_every_column_of_sets_has_one_formula(formulas: Workbook) -> None:
    calc, sets = formulas["Calc"], formulas["Sets"]
    runs = [[cell for cell in row[6:] if cell.data_type == "f"] for row in calc.iter_rows()]
    below = row_of(sets, "key")
    runs += [
        [cell for cell in column[below:] if cell.data_type == "f"] for column in sets.iter_cols(max_col=sets.max_column)
    ]
    checked = [run for run in runs if len(run) > 1]
    assert len(checked) > 30
    for first, *others in checked:
        for cell in others:
            assert Translator(first.value, first.coordinate).translate_formula(cell.coordinate) == cell.value


def test_only_inputs_can_be_changed_and_each_input_is_validated(edition: Edition, formulas: Workbook) -> None:
    assert edition.cash is not None
    for sheet in formulas:
        open_cells = {c.coordinate for row in sheet.iter_rows() for c in row if c.has_style and not c.protection.locked}
        assert sheet.protection.sheet
        assert not sheet.protection.password
        if sheet.title != "Inputs":
            assert open_cells == set()
            continue
        assert len(open_cells) == 2 + 2 * len(edition.cash.initiatives)
        validated = {c for rule in sheet.data_validations.dataValidation for c in _cells_of(rule.sqref)}
        assert open_cells == validated


def _cells_of(area: object) -> set[str]:
    return {f"{openpyxl.utils.get_column_letter(column)}{row}" for part in area.ranges for row, column in part.cells}


def test_nothing_is_hidden_merged_linked_or_run(written: Path, formulas: Workbook) -> None:
    assert all(sheet.sheet_state == "visible" and not sheet.merged_cells.ranges for sheet in formulas)
    hidden = [1 for sheet in formulas for row in sheet.row_dimensions.values() if row.hidden]
    hidden += [1 for sheet in formulas for column in sheet.column_dimensions.values() if column.hidden]
    assert not hidden
    names = zipfile.ZipFile(written).namelist()
    assert not [name for name in names if "externalLink" in name or "vba" in name.lower()]


def test_every_sheet_prints_landscape_one_page_wide_with_titles_and_a_footer(formulas: Workbook) -> None:
    for sheet in formulas:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows, sheet.title
        assert "Page" in sheet.oddFooter.right.text


def test_charts_have_alternative_text(written: Path) -> None:
    archive = zipfile.ZipFile(written)
    drawings = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/drawings/drawing")]
    described = re.findall(r'<xdr:cNvPr [^>]*descr="([^"]+)"', "".join(drawings))
    assert len(described) == 2
    assert all(len(text) > 40 for text in described)


def test_notices_stand_on_every_sheet(edition: Edition, values: Workbook) -> None:
    for sheet in values:
        top = [sheet.cell(row, 1).value for row in range(1, 6)]
        assert set(edition.notices) <= set(top), sheet.title


def test_not_fit_for_use_stands_first_on_every_sheet(edition: Edition, tmp_path: Path) -> None:
    book = _opened(replace(edition, fitness="not fit for use"), tmp_path)
    assert all(str(sheet.cell(3, 1).value).startswith("NOT FIT FOR USE") for sheet in book)
    assert "not fit for use" in str(book["Dashboard"].cell(1, 1).value)


def test_without_cash_there_are_no_live_sheets_and_the_headings_say_so(edition: Edition, tmp_path: Path) -> None:
    book = _opened(replace(edition, cash=None, worth=None, money_word="revenue"), tmp_path)
    assert not set(LIVE) & set(book.sheetnames)
    assert "No net present value" in str(book["Dashboard"].cell(2, 1).value)
    assert "No live sheets" in _text(book["About"])
    assert "as revenue" in str(book["Journey"].cell(2, 1).value)


def test_a_run_too_thin_for_money_is_still_written(edition: Edition, tmp_path: Path) -> None:
    kept = {name: edition.tables[name] for name in ("journey", "break_even", "checks")}
    thin = replace(edition, tables=kept, cash=None, worth=None, truth=None, fitness="not fit for use", sentences=())
    assert _opened(thin, tmp_path).sheetnames == ["About", "Dashboard", "Journey", "Break even", "Run checks"]


def test_above_ten_initiatives_the_total_is_as_delivered(make_edition: Callable[..., Edition], tmp_path: Path) -> None:
    large = make_edition(12)
    book = _opened(large, tmp_path)
    assert large.worth is not None
    assert "Sets" not in book.sheetnames
    assert "as delivered; run again to change it" in str(book["Portfolio"].cell(2, 1).value)
    assert figure(book, "NPV together") == pytest.approx(large.worth.mean, rel=EXACT)


def test_the_best_set_keeps_to_what_the_plan_allows(edition: Edition, tmp_path: Path) -> None:
    assert edition.cash is not None
    assert edition.cash.sets is not None
    apart = 1.0 - edition.cash.sets[:, 0] * edition.cash.sets[:, 1]
    book = _opened(replace(edition, cash=replace(edition.cash, set_allowed=apart)), tmp_path)
    best = column_values(book["Portfolio"], "in the best set", 5)
    assert best[:2] != [1, 1]
    assert 1 in best
    assert figure(book, "Status of the set") == "not allowed"


def test_an_unknown_cost_leaves_npv_open_and_no_other_figure(edition: Edition, tmp_path: Path) -> None:
    assert edition.cash is not None
    cost = np.where(np.arange(5) == 4, np.nan, edition.cash.cost)
    book = _opened(replace(edition, cash=replace(edition.cash, cost=cost)), tmp_path)
    npv = column_values(book["Ranking"], "NPV", 5)
    assert npv[4] == "n/a"
    np.testing.assert_allclose(npv[:4], edition.tables["initiatives"]["npv"][:4], rtol=EXACT)


def test_without_a_budget_every_allowed_set_counts(edition: Edition, tmp_path: Path) -> None:
    assert edition.cash is not None
    book = _opened(replace(edition, cash=replace(edition.cash, budget=None)), tmp_path)
    assert figure(book, "Budget") == "no limit"
    assert figure(book, "Budget left") == "n/a"
    assert "over budget" not in _text(book["Sets"])


def test_payback_counts_quarters_from_the_first_spend_whatever_the_ledger_steps_in(edition: Edition) -> None:
    assert edition.cash is not None
    quarterly = value_initiatives(edition.cash).payback
    yearly = value_initiatives(replace(edition.cash, periods_a_year=1)).payback
    np.testing.assert_allclose(yearly, quarterly * 4)
    assert np.isnan(quarterly[3])


def test_equal_npvs_rank_in_plan_order(make_edition: Callable[..., Edition]) -> None:
    twins = make_edition(10).cash
    assert twins is not None
    rank = value_initiatives(twins).rank
    assert sorted(rank) == list(range(1, 11))
    assert rank[4] + 1 == rank[9]


def test_text_colours_contrast_with_what_they_stand_on() -> None:
    pairs = [
        (style.INK, style.PAPER),
        (style.MUTED, style.PAPER),
        (style.INK, style.PANEL),
        (style.PAPER, style.ACCENT),
    ]
    pairs += [(style.INPUT_INK, style.INPUT_FILL), (style.REVIEW, style.REVIEW_FILL), (style.BAD, style.BAD_FILL)]
    pairs += [(style.STATUS_INKS[word], style.STATUS_FILLS[word]) for word in style.STATUS_INKS]
    pairs += [(style.SCENARIO_INKS[name], fill) for name, fill in style.SCENARIO_FILLS.items()]
    assert min(_contrast(ink, paper) for ink, paper in pairs) >= LEAST_CONTRAST


def _contrast(ink: str, paper: str) -> float:
    light, dark = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
