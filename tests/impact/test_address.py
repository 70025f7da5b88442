"""Where the tables live: what is taken for an address, and what is kept out of every sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from impact.__main__ import main
from impact.address import address_of, names_file, source_faults, table_faults
from impact.errors import InputError
from impact.source import open_source
from impact.study import load_study
from impact.table_name import parts_of
from tests.tiny_study import write_tiny_study

NAMED = tuple(f"data.{name}='cx.{name}'" for name in ("ledger", "customers", "responses", "incidents"))


@pytest.mark.parametrize(
    ("source", "kind", "shown"),
    [
        ("duckdb", "duckdb", "duckdb"),
        ("postgres://ann@host:5432/db?sslmode=require", "postgres", "postgres://host:5432/db"),
        ("postgresql:///db", "postgres", "postgres:///db"),
        ("spark://local[2]", "spark", "spark://local[2]"),
        ("spark://", "spark", "spark://"),
    ],
)
def test_an_address_is_shown_without_user_and_parameters(source: str, kind: str, shown: str) -> None:
    found = address_of(source)
    assert found is not None and (found.kind, found.shown) == (kind, shown)


@pytest.mark.parametrize("source", ["oracle://h/db", "", "postgres", "postgres:/h", "DuckDB"])
def test_what_is_no_engine_is_one_finding(source: str) -> None:
    assert [found.code for found in source_faults(source)] == ["S121"]


@pytest.mark.parametrize(
    "source",
    [
        "postgres://ann:hush@host/db",
        "postgres://ann:hu@sh@host/db",
        "postgres://host/db?password=hush",
        "postgres://host/db?user=ann&PASSWORD=hush",
        "postgres://ann:hush[@host/db",
        "mysql://ann:hush@host/db",
    ],
)
def test_a_password_in_the_address_is_refused_and_never_printed(
    source: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_tiny_study(tmp_path)
    words = ["check", str(tmp_path), "--debug", "--json", "--set", f"data.source='{source}'"]
    assert main([*words, *(part for name in NAMED for part in ("--set", name))]) == 2
    said = "".join(capfd.readouterr())
    assert "S122" in said
    assert "hush" not in said and "hu@sh" not in said


def test_a_file_is_not_sent_to_a_server() -> None:
    assert [found.code for found in table_faults("postgres://h/db", "ledger", "ledger.csv")] == ["S124"]
    assert [found.code for found in table_faults("spark://h:1", "ledger", "book.xlsx#Ledger")] == ["S124"]
    assert table_faults("spark://h:1", "ledger", "ledger.parquet") == []
    assert table_faults("postgres://h/db", "ledger", "finance.ledger") == []
    assert table_faults("duckdb", "ledger", "ledger.csv") == []


def test_a_table_at_the_source_need_not_be_a_file(tmp_path: Path) -> None:
    study = load_study(write_tiny_study(tmp_path), ["data.source='postgres://h/db'", *NAMED])
    assert (study.data.ledger, names_file(study.data.ledger)) == ("cx.ledger", False)


@pytest.mark.parametrize(
    ("source", "package", "said"),
    [
        ("postgres://h/db", "psycopg", "pip install 'cx-impact[postgres]'"),
        ("spark://local[1]", "pyspark.sql", "pip install 'cx-impact[spark]'"),
    ],
)
def test_an_engine_that_is_not_installed_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, package: str, said: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    study = load_study(write_tiny_study(tmp_path), [f"data.source='{source}'", *NAMED])
    with pytest.raises(InputError) as caught:
        open_source(study)
    (found,) = caught.value.findings
    assert (found.code, found.remedy) == ("S123", said)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ledger", ("ledger",)),
        ("finance.ledger", ("finance", "ledger")),
        ("main.finance.ledger", ("main", "finance", "ledger")),
        ('"my schema"."led.ger"', ("my schema", "led.ger")),
        ('"a""b".c', ('a"b', "c")),
        ("a.b.c.d", ()),
        ("a..b", ()),
        ("a.", ()),
        ('"a', ()),
        ("", ()),
    ],
)
def test_a_table_name_falls_into_its_parts(text: str, parts: tuple[str, ...]) -> None:
    assert parts_of(text) == parts
