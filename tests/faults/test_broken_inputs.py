"""A corpus of broken inputs: each ends in a clear finding or a counted treatment, none in a traceback or in silence."""

from __future__ import annotations

import json
import os
import resource
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from impact.__main__ import main
from impact.command.codes import all_codes
from tests.faults import broken_files as made
from tests.faults.broken_files import Make
from tests.tiny_study import write_tiny_study

MOST_GROWTH = 200_000_000  # bytes: a fifth of the line, room for what the engine sets up


@dataclass(frozen=True, kw_only=True)
class Case:
    """One broken input: how it is made, the codes it must give, the exit code, words of the finding or check.

    `codes` of a fault are all its findings'; of a study that may run, the reviews it must carry.
    """

    make: Make
    codes: set[str] = field(default_factory=set)
    ends: int = 2
    words: tuple[str, ...] = ()


def fault(code: str, make: Make, *words: str) -> Case:
    return Case(make=make, codes={code}, words=words)


def treated(make: Make, *codes: str, words: tuple[str, ...] = ()) -> Case:
    return Case(make=make, codes=set(codes), ends=0, words=words)


CASES: dict[str, Case] = {
    "latin-1 text": fault(
        "D301", made.encoded("customers.csv", "latin-1", "0001,firm", "Müller,firm"), "customers.csv", "UTF-8"
    ),
    "UTF-16": fault("D301", made.encoded("ledger.csv", "utf-16"), "ledger.csv", "UTF-8"),
    "UTF-16 without a mark": fault("D301", made.encoded("ledger.csv", "utf-16-le"), "UTF-8"),
    "a byte order mark": treated(made.encoded("ledger.csv", "utf-8-sig")),
    "NUL bytes": fault(
        "D301", made.put("ledger.csv", made.HEADERS["ledger.csv"].encode() + b"\n0001,20\x00"), "2 cells"
    ),
    "a NUL in the header": fault("D301", made.put("ledger.csv", b"customer_id,per\x00iod,revenue\n1,2026Q3,5\n")),
    "a picture called csv": fault("D301", made.put("ledger.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(200))),
    "an empty file": fault("D301", made.put("ledger.csv", b""), "empty"),
    "blank lines only": fault("D301", made.put("ledger.csv", b"\n\n\n"), "header"),
    "a header only": fault("D319", made.put("ledger.csv", made.HEADERS["ledger.csv"].encode()), "no rows"),
    "answers with a header only": fault("D319", made.put("responses.csv", made.HEADERS["responses.csv"].encode())),
    "no header": fault(
        "D302", made.write("customers.csv", "jane@example.com,home,2024-05-01\n0002,firm,2024-05-01\n"), "first row"
    ),
    "a row too long": fault("D301", made.line("ledger.csv", "0001,2026Q3,5,,,9"), "row 74"),
    "a row too short": fault("D301", made.line("ledger.csv", "0001,2026Q3"), "row 74", "2 cells"),
    "a column name twice": fault("D301", made.swap("ledger.csv", "retained", "Revenue"), "twice"),
    "quotes that never end": fault("D301", made.line("ledger.csv", '"0001,2026Q3,5,'), "quot"),
    "CR line ends": treated(made.delimited("ledger.csv", ",", "\r")),
    "semicolons, tabs, pipes and CRLF line ends": treated(
        made.both(
            made.delimited("ledger.csv", ";"),
            made.delimited("customers.csv", "\t"),
            made.delimited("incidents.csv", "|"),
            made.delimited("responses.csv", ",", "\r\n"),
        )
    ),
    "a delimiter at each line's end": treated(made.delimited("ledger.csv", ",", after=",")),
    "9e307 as revenue": fault("D321", made.big_ledger("big,2026Q3,9e307,"), "half of all revenue"),
    "1e308 as revenue": fault("D303", made.big_ledger("big,2026Q3,1e308,"), "cannot be read"),
    "one row": fault("D320", made.write("ledger.csv", "customer_id,period,revenue\nn1,2026Q3,5\n")),
    "all of one persona": treated(made.cells("customers.csv", "persona", lambda *_: "home")),
    "ids that lost their zeros in the ledger": fault(
        "D320", made.cells("ledger.csv", "customer_id", lambda _, text: str(int(text))), "leading zeros"
    ),
    "ids as numbers in parquet beside texts": fault(
        "D320", made.parquet("ledger", made.as_numbers("customer_id", "revenue")), "leading zeros"
    ),
    "ids with blanks around": treated(made.cells("customers.csv", "customer_id", lambda _, text: f" {text} ")),
    "ids of mixed case": treated(
        made.both(made.line("customers.csv", "aB1,home,2024-05-01"), made.line("incidents.csv", "ab1,2026-05-03,slow")),
        "D331",
    ),
    "a score that turns to words half-way": fault(
        "D303", made.cells("responses.csv", "score", lambda number, text: "good" if number > 30 else text), "29 rows"
    ),
    "a count of answers below one": fault("D318", made.added("responses.csv", "n", lambda row: "-1"), "60 rows"),
    "a weight below nil": fault("D318", made.added("responses.csv", "weight", lambda row: "-0.5"), "weight"),
    "a reason for a missing answer in free text": treated(
        made.added("responses.csv", "missing", lambda row: "call Jane on 555" if row < 9 else ""),
        "D338",
        words=("9 of 60 rows, missing: another reason",),
    ),
    "customers that no table knows": fault(
        "D320", made.cells("responses.csv", "customer_id", lambda _, text: f"x{text}"), "no customer of responses"
    ),
    "another currency": fault("D316", made.added("ledger.csv", "currency", lambda row: "USD" if row % 2 else "EUR")),
    "a ledger of years in a study of quarters": fault(
        "D304", made.cells("ledger.csv", "period", lambda _, text: text[:4]), "coarser"
    ),
    "column names of SQL, markup and a formula": treated(
        made.both(
            made.added("ledger.csv", '"x""; drop table ledger; --"', lambda row: "1"),
            made.added("responses.csv", "<script>alert(1)</script>", lambda row: "1"),
            made.added("customers.csv", "=cmd|' /C calc'!A0", lambda row: "1"),
        )
    ),
    "column names of quotes, 10,000 letters and other scripts": treated(
        made.both(
            made.added("ledger.csv", '"a ""quoted"" name"', lambda row: "1"),
            made.added("responses.csv", "n" * 10_000, lambda row: "1"),
            made.added("customers.csv", "売上 😀 \u202e", lambda row: "1"),
        )
    ),
    "5,000 columns": treated(made.many_columns),
    "a line of a gibibyte": fault("D301", made.sparse_line, "ledger.csv"),
    "NUL bytes after the last row": fault("D301", made.nul_tail, "ledger.csv"),
    "a header of a gibibyte": fault("D301", made.sparse_header, "ledger.csv"),
    "a cell of four megabytes": fault("D301", made.long_cell, "row 2"),
    "a parquet file cut short": fault("D301", made.parquet("ledger", lambda _: None, cut=200), "ledger.parquet"),
    "a csv called parquet": fault(
        "D301", made.both(made.put("ledger.parquet", b"a,b\n"), made.instead("ledger", "ledger.parquet"))
    ),
    "lists in a parquet column": fault("D303", made.parquet("responses", made.nested), "60 rows"),
    "decimals, moments with a zone and a dictionary in parquet": treated(
        made.both(made.parquet("ledger", made.as_decimals), made.parquet("responses", made.zoned_and_coded))
    ),
    "a null column in parquet": treated(made.parquet("customers", made.nulls("persona")), "D340"),
    "revenue of the null type in parquet": fault("D310", made.parquet("ledger", made.nulls("revenue")), "72 rows"),
    "a workbook": treated(made.book("ledger", made.plain_sheet("ledger"))),
    "a workbook with a merged title": fault("D301", made.book("ledger", made.plain_sheet("ledger", 2)), "title"),
    "a workbook of dates": treated(made.book("responses", made.dated_sheet)),
    "a workbook of date serials": fault("D304", made.book("responses", made.serial_sheet), "60 rows"),
    "a workbook of formulas never computed": fault("D303", made.formula_book, "=50*2"),
    "a workbook with a password": fault("D301", made.locked_book, "password"),
    "a workbook with macros": fault("D301", made.with_entry("xl/vbaProject.bin", "x"), "macros"),
    "a workbook that declares entities": fault(
        "D301", made.with_entry("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]>'), "entities"
    ),
    "a sheet that declares entities": fault(
        "D301", made.with_entry("xl/worksheets/sheet1.xml", '<!DOCTYPE x [<!ENTITY a "b">]>'), "entities"
    ),
    "a zip bomb": fault("D301", made.bomb, "unpacks to more"),
    "a sheet that is not there": fault(
        "D301", made.both(made.book("ledger", made.plain_sheet("ledger")), made.swap("study.toml", ".xlsx", ".xlsx#No"))
    ),
    "a kind that is not read": fault("D301", made.both(made.put("l.ods", b"x"), made.instead("ledger", "l.ods"))),
    "a workbook cut short inside": fault("D301", made.with_entry("xl/worksheets/sheet1.xml", "<worksheet"), "damaged"),
    "a folder for a file": fault("S108", made.a_folder, "ledger.csv"),
    "a link to itself": fault("S108", made.a_loop, "ledger.csv"),
    "a closed file": fault("D301", made.a_closed_file, "ledger.csv"),
    "all of it after as_of": fault(
        "D312", made.cells("ledger.csv", "period", lambda *_: "2031Q1"), "2026Q3 has no row"
    ),
}


@pytest.fixture(autouse=True)
def unhashed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of the inputs are another test's, and of a gibibyte take long."""
    monkeypatch.setattr("impact.command.outcomes.input_hashes", lambda study: {})


def checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    ended = main(["check", str(folder), "--json"])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return ended, json.loads(said.out)


@pytest.mark.parametrize("name", CASES)
def test_a_broken_input_ends_in_a_clear_finding_or_a_counted_treatment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    case = CASES[name]
    if case.make is made.a_closed_file and os.geteuid() == 0:
        pytest.skip("nothing is closed to root")
    case.make(write_tiny_study(tmp_path))
    ended, answer = checked(tmp_path, capsys)
    found = {finding["code"] for finding in answer["findings"]}
    reviews = {check["code"] for check in answer["result"]["checks"] if check["status"] == "review"}
    assert ended == case.ends, answer["findings"]
    assert found == (case.codes if case.ends else set()), answer["findings"]
    assert case.codes <= found | reviews
    assert found | reviews <= set(all_codes())
    said = json.dumps([answer["findings"], answer["result"]["checks"]], ensure_ascii=False).casefold()
    assert [word for word in case.words if word.casefold() not in said] == []
    assert_every_row_is_accounted_for(answer["result"]["rows"])


def assert_every_row_is_accounted_for(rows: list[dict[str, Any]]) -> None:
    for table in {row["table"] for row in rows}:
        mine = [row for row in rows if row["table"] == table]
        assert mine[0]["rows_in"] == mine[0]["rows_used"] + sum(row["set_aside"] for row in mine)


def test_a_line_of_a_gibibyte_takes_no_memory_of_its_length(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made.sparse_line(write_tiny_study(tmp_path))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert checked(tmp_path, capsys)[0] == 2
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < MOST_GROWTH
