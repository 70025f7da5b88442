"""A corpus of broken rows, all in one study: each is found by its own row, or set aside and counted."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from impact.__main__ import main
from tests.tiny_study import append, write_tiny_study

# By name: the file, the row, the code of its fault, and what its reason in rejects must say.
FAULTY: dict[str, tuple[str, str, str, str]] = {
    "mojibake in a stage": ("responses.csv", "0001,2026-04-01,kaufenÃ¼,4,csat,", "D307", "plan does not list"),
    "days with dots": ("incidents.csv", "0001,03.05.2026,slow", "D304", "cannot be read"),
    "days with slashes": ("incidents.csv", "0001,05/03/2026,slow", "D304", "cannot be read"),
    "days in words": ("incidents.csv", "0001,3 May 2026,slow", "D304", "cannot be read"),
    "days without dashes": ("incidents.csv", "0001,20260503,slow", "D304", "cannot be read"),
    "a month name first": ("incidents.csv", '0001,"May 3, 2026",slow', "D304", "cannot be read"),
    "a day as a serial number": ("incidents.csv", "0001,46145,slow", "D304", "cannot be read"),
    "the 30th of February": ("incidents.csv", "0001,2026-02-30,slow", "D304", "cannot be read"),
    "a month 13": ("incidents.csv", "0001,2026-13,slow", "D304", "cannot be read"),
    "a year in a ledger of quarters": ("ledger.csv", "n0,2026,5,", "D304", "coarser"),
    "a quarter 5": ("ledger.csv", "n0,2026Q5,5,", "D304", "cannot be read"),
    "year 0001": ("ledger.csv", "n1,0001Q1,5,", "D394", "no year"),
    "year 9999 for a day of joining": ("customers.csv", "n1,home,9999-12-31", "D394", "no year"),
    "a decimal comma": ("ledger.csv", 'n2,2026Q3,"1234,50",', "D303", "decimal comma"),
    "a decimal comma and points": ("ledger.csv", 'n2,2026Q2,"1.234,50",', "D303", "decimal comma"),
    "a comma between thousands": ("ledger.csv", 'n3,2026Q3,"1,000",', "D303", "three digits"),
    "a million with commas": ("ledger.csv", 'n4,2026Q3,"1,234,567.50",', "D303", "three digits"),
    "thousands with blanks": ("ledger.csv", "n4,2026Q2,1 000,", "D303", "cannot be read"),
    "a percent": ("ledger.csv", "n5,2026Q3,12%,", "D303", "cannot be read"),
    "a currency sign": ("ledger.csv", "n6,2026Q3,€5,", "D303", "cannot be read"),
    "a number in brackets": ("ledger.csv", "n7,2026Q3,(5),", "D303", "cannot be read"),
    "a number in hexadecimal": ("ledger.csv", "n7,2026Q2,0x1F,", "D303", "cannot be read"),
    "a formula as revenue": ("ledger.csv", "n7,2026Q1,=2+3,", "D303", "cannot be read"),
    "revenue too large for a number": ("ledger.csv", "n8,2026Q3,1e999,", "D303", "cannot be read"),
    "NaN as revenue": ("ledger.csv", "n9,2026Q3,NaN,", "D303", "cannot be read"),
    "infinity as revenue": ("ledger.csv", "n10,2026Q3,-inf,", "D303", "cannot be read"),
    "revenue left blank": ("ledger.csv", "n11,2026Q3,,", "D310", "blank"),
    "an id left blank": ("ledger.csv", ",2026Q3,5,", "D310", "blank"),
    "retained in words": ("ledger.csv", "n12,2026Q3,5,perhaps", "D303", "cannot be read"),
    "retained as a share": ("ledger.csv", "n13,2026Q3,5,0.5", "D311", "neither 0 nor 1"),
    "a ledger row twice": ("ledger.csv", "0002,2026Q3,5,", "D305", "twice"),
    "a month beside its quarter": ("ledger.csv", "0003,2026-01,5,", "D305", "twice"),
    "a customer twice": ("customers.csv", "0001,home,2024-05-01", "D305", "twice"),
    "a persona in capitals": ("customers.csv", "n14,HOME,2024-05-01", "D309", "plan does not list"),
    "NaN as a score": ("responses.csv", "0001,2026-04-01,buy,NaN,csat,", "D303", "cannot be read"),
    "a score in words": ("responses.csv", "0001,2026-04-01,buy,very good,csat,", "D303", "cannot be read"),
    "a score of 99 for no answer": ("responses.csv", "0001,2026-04-01,buy,99,csat,", "D306", "off its scale"),
    "a score of an unknown metric": ("responses.csv", "0001,2026-04-01,use,4,stars,", "D317", "no scale"),
    "a stage in capitals": ("responses.csv", "0001,2026-04-01,BUY,4,csat,", "D307", "plan does not list"),
    "a stage with a blank inside": ("responses.csv", "0001,2026-04-01,b uy,4,csat,", "D307", "plan does not list"),
    "a pain point in capitals": ("incidents.csv", "0001,2026-05-03,SLOW", "D308", "plan does not list"),
}
# By name: the file, the row, the code of the review, and a text of what it found.
COUNTED: dict[str, tuple[str, str, str, str]] = {
    "a formula as an id": ("incidents.csv", "=cmd|' /C calc'!A0,2026-05-03,slow", "D331", "incidents: 4 of"),
    "SQL as an id": ("incidents.csv", "x'; drop table ledger; --,2026-05-03,slow", "D331", "incidents: 4 of"),
    "markup as an id": ("incidents.csv", "<script>alert(1)</script>,2026-05-03,slow", "D331", "incidents: 4 of"),
    "an id that lost its zeros": ("incidents.csv", "1,2026-05-03,slow", "D331", "incidents: 4 of"),
    "an answer of nobody": ("responses.csv", "ghost,2026-04-01,buy,4,csat,", "D331", "responses: 1 of"),
    "a day to come": ("responses.csv", "0001,2027-04-01,buy,4,csat,", "D335", "responses 1 of"),
    "year 9999": ("incidents.csv", "0001,9999-12-31,slow", "D335", "incidents 1 of"),
    "no score": ("responses.csv", "0001,2026-04-01,buy,,csat,", "D338", "responses: 1 of"),
    "negative revenue": ("ledger.csv", "n15,2026Q3,-5,", "D346", "1 of"),
    "an answer twice": ("responses.csv", "0020,2026-02-20,overall,5,csat,", "D344", "responses: 1 row"),
    "no persona": ("customers.csv", "n16,,2024-05-01", "D340", " customers"),
}
SOUND = ("0001,2026-05-03T10:15:00+02:00,slow", "0001,2026-05,slow", " 0001 ,2026-05-04, slow ")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The study with every broken row, how `check` ended, and what it wrote."""

    folder: Path
    ended: int
    answer: dict[str, Any]
    rejects: dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    folder, out = write_tiny_study(tmp_path_factory.mktemp("rows")), tmp_path_factory.mktemp("out")
    for file, row, *_ in (*FAULTY.values(), *COUNTED.values()):
        append(folder, file, row)
    for row in SOUND:
        append(folder, "incidents.csv", row)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        ended = main(["check", str(folder), "--json", "--out", str(out)])
    files = sorted((out / "rejects").iterdir())
    rejects = {file.name: list(csv.DictReader(file.open(encoding="utf-8", newline=""))) for file in files}
    return Checked(folder=folder, ended=ended, answer=json.loads(said.getvalue()), rejects=rejects)


def source_row(folder: Path, file: str, row: str) -> str:
    return str((folder / file).read_text(encoding="utf-8").splitlines().index(row))


@pytest.mark.parametrize("name", FAULTY)
def test_a_broken_row_is_among_the_rejects_with_its_code_and_reason(checked: Checked, name: str) -> None:
    file, row, code, reason = FAULTY[name]
    mine = [one for one in checked.rejects[file] if one["source_row"] == source_row(checked.folder, file, row)]
    assert [one["code"] for one in mine] == [code]
    assert reason in mine[0]["reason"]


@pytest.mark.parametrize("name", COUNTED)
def test_a_doubtful_row_is_counted_by_a_review(checked: Checked, name: str) -> None:
    _, _, code, words = COUNTED[name]
    found = [check["found"] for check in checked.answer["result"]["checks"] if check["code"] == code]
    assert any(words in one for one in found), found


def test_no_sound_row_is_rejected_and_no_code_comes_unasked(checked: Checked) -> None:
    rows = {source_row(checked.folder, "incidents.csv", row) for row in SOUND}
    assert rows & {one["source_row"] for one in checked.rejects["incidents.csv"]} == set()
    asked = {code for _, _, code, _ in FAULTY.values()}
    assert {finding["code"] for finding in checked.answer["findings"]} - asked == set()
    assert checked.ended == 2


def test_what_a_spreadsheet_would_run_is_written_as_text(checked: Checked) -> None:
    cells = [cell for rows in checked.rejects.values() for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@"))] == []
    assert "'=cmd|' /C calc'!A0" in cells


def test_every_row_of_every_table_is_used_or_set_aside_for_a_reason(checked: Checked) -> None:
    rows = checked.answer["result"]["rows"]
    for table in ("ledger", "customers", "responses", "incidents"):
        mine = [row for row in rows if row["table"] == table]
        lines = (checked.folder / f"{table}.csv").read_text(encoding="utf-8").splitlines()
        assert mine[0]["rows_in"] == len(lines) - 1
        assert mine[0]["rows_in"] == mine[0]["rows_used"] + sum(row["set_aside"] for row in mine)
        assert all(row["reason"] for row in mine if row["set_aside"])
