"""The tables on disk: exact numbers, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pandas as pd

from reports.edition import Edition
from reports.tables_out import write_tables


def test_floats_read_back_as_the_same_floats(tmp_path: Path) -> None:
    values = [0.1 + 0.2, 1 / 3, math.pi * 1e15, 5e-324, -1.7976931348623157e308, 123456789.123456789]
    mixed = pd.Series([np.float64(1 / 3), "text", None, 2, 0.1, np.float64(2 / 3)], dtype=object)
    write_tables({"numbers": pd.DataFrame({"value": values, "mixed": mixed})}, tmp_path)
    with (tmp_path / "numbers.csv").open(encoding="utf-8", newline="") as file:
        back = list(csv.DictReader(file))
    assert [float(row["value"]) for row in back] == values
    assert [row["mixed"] for row in back] == [repr(1 / 3), "text", "", "2", "0.1", repr(2 / 3)]


def test_a_text_that_starts_as_a_formula_is_made_plain_text(tmp_path: Path) -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "plain", "007", None]
    frame = pd.DataFrame({"name": hostile, "npv": [-1.5] * len(hostile)})
    (path,) = write_tables({"initiatives": frame}, tmp_path)
    back = pd.read_csv(path, dtype={"name": str})
    assert back["name"].tolist()[:4] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)"]
    assert back["name"].tolist()[4:8] == ["'\tx", "'\nx", "plain", "007"]
    assert back["name"].isna().tolist()[-1]
    assert back["npv"].tolist() == [-1.5] * len(hostile)


def test_the_given_table_stays_as_it_was(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["=1"]})
    write_tables({"names": frame}, tmp_path)
    assert frame["name"].tolist() == ["=1"]


def test_every_table_of_an_edition_is_written_in_utf8_with_its_header(edition: Edition, tmp_path: Path) -> None:
    paths = write_tables(edition.tables, tmp_path / "tables")
    assert [path.name for path in paths] == [f"{name}.csv" for name in edition.tables]
    for path, frame in zip(paths, edition.tables.values(), strict=True):
        content = path.read_bytes()
        assert content.decode("utf-8").split("\n")[0] == ",".join(frame.columns)
        assert b"\r" not in content


def test_a_lone_surrogate_does_not_stop_the_writing(tmp_path: Path) -> None:
    (path,) = write_tables({"names": pd.DataFrame({"name": pd.Series(["a\ud800b"], dtype=object)})}, tmp_path)
    assert path.read_text("utf-8").splitlines()[1] == "a?b"
