"""Spark: tables of its catalog, files that are damaged, names that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.address import Address, address_of
from impact.engine_spark import Spark, open_spark
from impact.errors import Finding, InputError
from impact.source import open_source
from impact.study import load_study
from tests.engines.engine_studies import SPARK
from tests.tiny_study import CUSTOMERS, append, edit, write_tiny_study

pytestmark = pytest.mark.verify


@pytest.fixture(scope="module")
def spark() -> Spark:
    address = address_of(SPARK)
    assert isinstance(address, Address)
    return open_spark(address)


@pytest.fixture
def folder(tmp_path: Path, spark: Spark) -> Path:
    """The tiny study without its other tables, so that few queries are asked."""
    write_tiny_study(tmp_path)
    edit(tmp_path, "study.toml", 'customers = "customers.csv"\n', "")
    return edit(tmp_path, "study.toml", 'responses = "responses.csv"\n', "")


def faults(folder: Path, *settings: str) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        open_source(load_study(folder, (f"data.source='{SPARK}'", *settings)))
    return caught.value.findings


def test_a_table_of_the_catalog_is_read_where_it_is(folder: Path, spark: Spark) -> None:
    spark.session.sql(f"CREATE DATABASE IF NOT EXISTS cx_demo LOCATION '{folder / 'warehouse'}'")
    rows = spark.session.read.csv(str(folder / "ledger.csv"), header=True, inferSchema=False)
    rows.write.saveAsTable("cx_demo.ledger")
    try:
        asked = ("data.ledger='cx_demo.ledger'", f"data.source='{SPARK}'")
        source = open_source(load_study(folder, asked))
        assert source.ledger.customer_id.nunique().execute() == len(CUSTOMERS)
        listed = spark.session.sql("SHOW TABLES IN cx_demo").collect()
        kept = [row.tableName for row in listed if not row.isTemporary]
        assert kept == ["ledger"]
    finally:
        spark.session.sql("DROP DATABASE cx_demo CASCADE")


def test_a_table_that_is_not_in_the_catalog_is_told(folder: Path) -> None:
    assert [found.code for found in faults(folder, "data.ledger='nowhere.ledger'")] == ["D471"]


def test_a_row_with_too_few_cells_is_told_and_not_filled(folder: Path) -> None:
    append(folder, "ledger.csv", "0001,2026Q3")
    assert [found.code for found in faults(folder)] == ["D476"]


def test_letters_that_stand_for_blanks_elsewhere_stay_on_an_id(folder: Path) -> None:
    append(append(folder, "ledger.csv", "fvtnr,2026Q3,1,"), "ledger.csv", " \tvf ,2026Q3,1,")
    source = open_source(load_study(folder, (f"data.source='{SPARK}'",)))
    assert {"fvtnr", "vf"} <= set(source.ledger.customer_id.execute())
