"""Broken inputs of a tiny study, each made by one function: what a file can suffer on its way to the command."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet
import xlsxwriter

from tests.tiny_study import FILES, append, edit

Make = Callable[[Path], object]
HEADERS = {name: text.partition("\n")[0] for name, text in FILES.items() if name.endswith(".csv")}
LONG_LINE = 1 << 30
BOMB_BYTES = 400_000_000
MANY_COLUMNS = 5_000


def line(file: str, *texts: str) -> Make:
    """Lines added at the end of a file."""

    def make(folder: Path) -> None:
        for text in texts:
            append(folder, file, text)

    return make


def swap(file: str, old: str, new: str) -> Make:
    """A text of a file in the place of another."""
    return lambda folder: edit(folder, file, old, new)


def write(file: str, text: str) -> Make:
    """A file of nothing but the text."""
    return lambda folder: (folder / file).write_text(text, encoding="utf-8")


def put(file: str, content: bytes) -> Make:
    """A file of nothing but the bytes."""
    return lambda folder: (folder / file).write_bytes(content)


def encoded(file: str, encoding: str, old: str = "", new: str = "") -> Make:
    """A file in another encoding, one text of it replaced before."""
    return lambda folder: (folder / file).write_bytes(FILES[file].replace(old, new).encode(encoding))


def both(*makes: Make) -> Make:
    """Several faults one after the other."""

    def make(folder: Path) -> None:
        for one in makes:
            one(folder)

    return make


def parsed(file: str) -> tuple[list[str], list[list[str]]]:
    """The header and rows of a file of the tiny study."""
    header, *rows = (text.split(",") for text in FILES[file].splitlines())
    return header, rows


def delimited(file: str, delimiter: str, ending: str = "\n", after: str = "") -> Make:
    """A file with another delimiter, line end and text at the end of each line."""
    text = "".join(one.replace(",", delimiter) + after + ending for one in FILES[file].splitlines())
    return put(file, text.encode())


def cells(file: str, column: str, change: Callable[[int, str], str]) -> Make:
    """A column of a file with each cell changed, given its row's number from 0."""
    header, rows = parsed(file)
    place = header.index(column)
    for number, row in enumerate(rows):
        row[place] = change(number, row[place])
    return write(file, "\n".join(",".join(row) for row in (header, *rows)) + "\n")


def added(file: str, column: str, value: Callable[[int], str]) -> Make:
    """A file with one more column."""
    header, rows = parsed(file)
    wide = [[*header, column], *([*row, value(number)] for number, row in enumerate(rows))]
    return write(file, "\n".join(",".join(row) for row in wide) + "\n")


def sparse_line(folder: Path) -> None:
    """A ledger whose second line is a gibibyte long, on disk as a hole."""
    with (folder / "ledger.csv").open("wb") as file:
        file.write(HEADERS["ledger.csv"].encode() + b"\n")
        file.truncate(LONG_LINE)


def nul_tail(folder: Path) -> None:
    """A ledger with a tail of forty megabytes of nothing, as a copy that broke off leaves."""
    with (folder / "ledger.csv").open("ab") as file:
        file.truncate(file.tell() + 40_000_000)


def sparse_header(folder: Path) -> None:
    """A ledger whose first line is a gibibyte long."""
    with (folder / "ledger.csv").open("wb") as file:
        file.write(b"customer_id,period,revenue")
        file.truncate(LONG_LINE)


def long_cell(folder: Path) -> None:
    """An answer with a cell of four megabytes in a column that is not read."""
    text = FILES["responses.csv"].replace("\n", ",note\n", 1)
    first, second, rest = text.split("\n", 2)
    rest = rest.replace("\n", ",\n")
    (folder / "responses.csv").write_text(f"{first}\n{second},{'x' * 4_000_000}\n{rest}", encoding="utf-8")


def instead(table: str, file: str) -> Make:
    """The study file with another file for a table."""
    return swap("study.toml", f'{table} = "{table}.csv"', f'{table} = "{file}"')


def parquet(table: str, change: Callable[[dict[str, pyarrow.Array]], None], cut: int = 0) -> Make:
    """A table as parquet with its columns changed, and bytes cut from its end."""

    def make(folder: Path) -> None:
        header, rows = parsed(f"{table}.csv")
        columns = {
            name: pyarrow.array([row[place] or None for row in rows], pyarrow.string())
            for place, name in enumerate(header)
        }
        change(columns)
        path = folder / f"{table}.parquet"
        pyarrow.parquet.write_table(pyarrow.table(columns), path)
        if cut:
            path.write_bytes(path.read_bytes()[:-cut])
        instead(table, path.name)(folder)

    return make


def as_numbers(*names: str) -> Callable[[dict[str, pyarrow.Array]], None]:
    """Columns of text made numbers."""
    return lambda columns: columns.update({name: columns[name].cast(pyarrow.float64()) for name in names})


def as_decimals(columns: dict[str, pyarrow.Array]) -> None:
    """Revenue as decimals of two places."""
    money = [Decimal(text.as_py()) for text in columns["revenue"]]
    columns["revenue"] = pyarrow.array(money, pyarrow.decimal128(12, 2))


def zoned_and_coded(columns: dict[str, pyarrow.Array]) -> None:
    """Moments of answering in a zone three hours east of UTC, and stages as a dictionary."""
    days = [datetime.datetime.fromisoformat(text.as_py()) for text in columns["responded_at"]]
    columns["responded_at"] = pyarrow.array(days, pyarrow.timestamp("us", tz="Europe/Moscow"))
    columns["stage"] = columns["stage"].dictionary_encode()


def nested(columns: dict[str, pyarrow.Array]) -> None:
    """Scores as lists."""
    columns["score"] = pyarrow.array([[1.0, 2.0]] * len(columns["score"]))


def nulls(name: str) -> Callable[[dict[str, pyarrow.Array]], None]:
    """A column of the null type."""
    return lambda columns: columns.update({name: pyarrow.nulls(len(columns[name]))})


def book(table: str, fill: Callable[[xlsxwriter.Workbook, object], None]) -> Make:
    """A table as a workbook that a function fills."""

    def make(folder: Path) -> None:
        path = folder / f"{table}.xlsx"
        with xlsxwriter.Workbook(path) as workbook:
            fill(workbook, workbook.add_worksheet())
        instead(table, path.name)(folder)

    return make


def sheet_rows(table: str) -> Sequence[Sequence[object]]:
    """The rows of a table with numbers as numbers, header first."""
    header, rows = parsed(f"{table}.csv")
    return [header, *([_cell(cell) for cell in row] for row in rows)]


def _cell(text: str) -> object:
    return float(text) if text.isdigit() and not text.startswith("0") else text


def plain_sheet(table: str, skip: int = 0) -> Callable[[xlsxwriter.Workbook, object], None]:
    """The rows of a table, below `skip` rows of a merged title."""

    def fill(workbook: xlsxwriter.Workbook, sheet: object) -> None:
        if skip:
            sheet.merge_range(0, 0, skip - 1, 3, "Export of the ledger")  # type: ignore[attr-defined]
        for number, row in enumerate(sheet_rows(table)):
            sheet.write_row(number + skip, 0, row)  # type: ignore[attr-defined]

    return fill


def dated_sheet(workbook: xlsxwriter.Workbook, sheet: object) -> None:
    """Answers whose days are dates of the workbook."""
    style = workbook.add_format({"num_format": "dd.mm.yyyy"})
    header, rows = parsed("responses.csv")
    sheet.write_row(0, 0, header)  # type: ignore[attr-defined]
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)  # type: ignore[attr-defined]
        sheet.write_datetime(number, 1, datetime.datetime.fromisoformat(row[1]), style)  # type: ignore[attr-defined]


def serial_sheet(_: xlsxwriter.Workbook, sheet: object) -> None:
    """Answers whose days are the bare numbers a workbook keeps them as."""
    header, rows = parsed("responses.csv")
    sheet.write_row(0, 0, header)  # type: ignore[attr-defined]
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, [row[0], 46_000 + number, *row[2:]])  # type: ignore[attr-defined]


def formula_book(folder: Path) -> None:
    """A ledger whose revenue is formulas that no program has computed."""
    workbook = openpyxl.Workbook()
    for row in sheet_rows("ledger"):
        workbook.active.append(["=50*2" if cell == 100.0 else cell for cell in row])
    workbook.save(folder / "ledger.xlsx")
    instead("ledger", "ledger.xlsx")(folder)


def bomb(folder: Path) -> None:
    """A workbook of a few hundred kilobytes that unpacks to hundreds of megabytes."""
    with zipfile.ZipFile(folder / "ledger.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            block = b" " * 10_000_000
            for _ in range(BOMB_BYTES // len(block)):
                sheet.write(block)
    instead("ledger", "ledger.xlsx")(folder)


def with_entry(name: str, text: str) -> Make:
    """A workbook of the ledger with one more part, or another text in the place of a part."""

    def make(folder: Path) -> None:
        book("ledger", plain_sheet("ledger"))(folder)
        path = folder / "ledger.xlsx"
        with zipfile.ZipFile(path) as archive:
            parts = {part: archive.read(part) for part in archive.namelist()}
        parts[name] = text.encode() + (parts[name].split(b"?>", 1)[-1] if name in parts else b"")
        with zipfile.ZipFile(path, "w") as archive:
            for part, content in parts.items():
                archive.writestr(part, content)

    return make


def locked_book(folder: Path) -> None:
    """A workbook with a password, by its first bytes."""
    (folder / "ledger.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512))
    instead("ledger", "ledger.xlsx")(folder)


def a_folder(folder: Path) -> None:
    """A folder in the place of the ledger."""
    (folder / "ledger.csv").unlink()
    (folder / "ledger.csv").mkdir()


def a_loop(folder: Path) -> None:
    """A link that leads to itself in the place of the ledger."""
    (folder / "ledger.csv").unlink()
    (folder / "ledger.csv").symlink_to("ledger.csv")


def a_closed_file(folder: Path) -> None:
    """A ledger that may not be read."""
    (folder / "ledger.csv").chmod(0)


def many_columns(folder: Path) -> None:
    """A ledger with thousands of columns that are not read."""
    header, *rows = FILES["ledger.csv"].splitlines()
    names = ",".join(f"column_{number}" for number in range(MANY_COLUMNS))
    blank = "," * MANY_COLUMNS
    text = "\n".join([f"{header},{names}", *(row + blank for row in rows)])
    (folder / "ledger.csv").write_text(text + "\n", encoding="utf-8")


def big_ledger(row: str) -> Make:
    """A ledger of a hundred customers more and one row beside them."""
    return line("ledger.csv", *(f"n{number},2026Q3,1," for number in range(100)), row)
