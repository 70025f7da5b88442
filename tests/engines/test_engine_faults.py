"""What a server refuses or loses is told as a finding, exit code 2, and never with a secret in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from impact.__main__ import main
from impact.errors import Finding, InputError
from impact.intake import take_in
from tests.engines.engine_studies import need
from tests.engines.pg_server import Server, running_server
from tests.tiny_study import FILES, edit, write_tiny_study

pytestmark = pytest.mark.verify

TABLES = {
    "ledger": {"customer_id": "text", "period": "text", "revenue": "numeric", "retained": "int"},
    "customers": {"customer_id": "text", "persona": "text", "joined_at": "date"},
    "incidents": {"customer_id": "text", "occurred_at": "timestamp", "pain_point": "text"},
    "responses": {
        **{"customer_id": "text", "responded_at": "date", "stage": "text", "score": "int"},
        **{"metric": "text", "pain_points": "text"},
    },
}
LONGEST_WAIT = 30.0  # seconds: ten of patience, and a loaded machine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server() as running:
        running.load(write_tiny_study(tmp_path_factory.mktemp("tables")), "cx", TABLES)
        running.run("CREATE ROLE reader LOGIN PASSWORD 'reader secret'")
        running.run("GRANT USAGE ON SCHEMA cx TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA cx TO reader")
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PGPASSWORD", "reader secret")
    return write_tiny_study(tmp_path)


def asked(server: Server, user: str = "reader", **tables: str) -> list[str]:
    named = {name: f"cx.{name}" for name in TABLES} | tables
    return [f"data.source='{server.url(user)}'", *(f"data.{name}='{table}'" for name, table in named.items())]


def faults(folder: Path, settings: list[str]) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        take_in(folder, settings)
    return caught.value.findings


def test_a_reader_with_select_and_temp_needs_no_more(server: Server, folder: Path) -> None:
    intake = take_in(folder, asked(server))
    assert intake.source.rows.rows_used.sum() == sum(len(FILES[f"{name}.csv"].splitlines()) - 1 for name in TABLES)


def test_nothing_is_left_at_the_server_nor_written_to_its_schemas(server: Server, folder: Path) -> None:
    import psycopg

    def relations() -> list[tuple[str, ...]]:
        with psycopg.connect(server.url(), password="root secret") as connection:
            query = "SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace ORDER BY 1, 2"
            return [row for row in connection.execute(query).fetchall() if not row[0].startswith("pg_")]

    before = relations()
    intake = take_in(folder, asked(server))
    assert relations() == before
    intake.source.connection.con.close()


def test_a_wrong_table_is_told_beside_the_nearest_name(server: Server, folder: Path) -> None:
    (found,) = faults(folder, asked(server, ledger="cx.leger"))
    assert (found.code, found.place, found.remedy) == ("D471", "study.toml: [data].ledger", "did you mean cx.ledger?")


@pytest.mark.parametrize("name", ["cx.", 'cx."ledger', "a.b.c", "cx.ledger; DROP TABLE cx.ledger"])
def test_a_name_that_is_none_is_told_and_never_run(server: Server, folder: Path, name: str) -> None:
    (found,) = faults(folder, asked(server, ledger=name))
    assert found.code == "D471"
    take_in(folder, asked(server))


def test_a_table_that_may_not_be_read_is_told(server: Server, folder: Path) -> None:
    server.run("CREATE TABLE cx.hidden (customer_id text, period text, revenue numeric)")
    (found,) = faults(folder, asked(server, ledger="cx.hidden"))
    assert (found.code, "permission denied" in found.found) == ("D472", True)


def test_a_user_who_may_not_make_temporary_tables_is_told(server: Server, folder: Path) -> None:
    server.run("REVOKE TEMP ON DATABASE postgres FROM PUBLIC")
    try:
        (found,) = faults(folder, asked(server))
    finally:
        server.run("GRANT TEMP ON DATABASE postgres TO PUBLIC")
    assert (found.code, "temporary" in found.found) == ("D472", True)


def test_a_wrong_password_is_told_without_it(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PGPASSWORD", "mistaken secret")
    settings = [word for setting in asked(server) for word in ("--set", setting)]
    assert main(["check", str(folder), *settings, "--debug"]) == 2
    said = "".join(capfd.readouterr())
    assert "S126" in said and "the password is not accepted" in said
    assert "secret" not in said


def test_a_server_that_is_down_is_told_in_bounded_time(server: Server, folder: Path) -> None:
    started = time.monotonic()
    for source in ("postgres://me@127.0.0.1:1/db", f"postgres://me@/db?host={folder}", "spark://127.0.0.1:1"):
        names = [f"data.{name}='cx.{name}'" for name in TABLES]
        (found,) = faults(folder, [f"data.source='{source}'", *names])
        assert (found.code, "me@" in found.line()) == ("S125", False)
    assert time.monotonic() - started < LONGEST_WAIT


def test_a_connection_that_is_cut_is_told(server: Server, folder: Path) -> None:
    from impact.cells import summarise

    intake = take_in(folder, asked(server))
    server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
    with pytest.raises(InputError) as caught:
        summarise(intake.source, intake.case.journey, intake.study)
    assert [found.code for found in caught.value.findings] == ["D473"]


def test_an_id_too_long_for_a_column_is_told(server: Server, folder: Path) -> None:
    long = "süß" * 10  # 30 letters, as the plan allows, of 50 bytes
    for file in ("pain_points.csv", "fixes.csv", "incidents.csv"):
        edit(folder, file, "slow", long)
    found = faults(folder, asked(server))
    assert "D477" in [finding.code for finding in found]


def test_faults_of_the_rows_are_found_alike_and_without_row_numbers(server: Server, folder: Path) -> None:
    texts = dict.fromkeys(("customer_id", "period", "revenue", "retained"), "text")
    rows = ["customer_id,period,revenue,retained", *FILES["ledger.csv"].splitlines()[1:]]
    rows += ["0001,2026Q3,1e999,", f"0002,2026Q3,{'9' * 400},", "0003,soon,7,", '0004,2026-02-30,"1,5",', "0005,,3,2"]
    rows += ["0006,2026Q3,٣,", "0007,2025Q4,5,", "\u00a00008,2026Q3,1_000,"]
    (folder / "ledger.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    server.run("DROP SCHEMA IF EXISTS wrong CASCADE")
    server.load(folder, "wrong", {"ledger": texts})
    server.run("GRANT USAGE ON SCHEMA wrong TO reader; GRANT SELECT ON wrong.ledger TO reader")
    embedded, other = faults(folder, []), faults(folder, asked(server, ledger="wrong.ledger"))
    assert [(f.code, f.found, f.allowed, f.remedy) for f in embedded] == [
        (f.code, f.found, f.allowed, f.remedy) for f in other
    ]
    assert any(row.startswith("row ") for f in embedded for row in f.rows)
    assert not any(row.startswith("row ") for f in other for row in f.rows)


def test_the_servers_programs_are_there() -> None:
    import shutil

    need(shutil.which("java") is not None, "Java is not installed: apt-get install default-jre-headless")
