"""Ids where they leave: as they are, hashed under a key, or hidden; never the key, never a column not asked for."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest

from impact.__main__ import main
from impact.ids import HIDDEN, key_faults, shown_id
from impact.source import open_source
from impact.study import Study, load_study
from tests.tiny_study import CUSTOMERS, FILES, append, edit, write_tiny_study

KEY = "correct horse battery staple"
SECRETS = ("jane.doe@example.com", "Jane Doe", "the courier shouted at me")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny_study(tmp_path)


def asked(folder: Path) -> Study:
    return load_study(folder, ["data.id_key=CX_ID_KEY"])


def test_without_a_key_asked_for_an_id_is_shown_as_it_is(folder: Path) -> None:
    assert shown_id("0042", load_study(folder)) == "0042"


def test_an_id_is_the_first_digits_of_its_keyed_hash(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CX_ID_KEY", KEY)
    expected = hmac.new(KEY.encode(), b"0042", hashlib.sha256).hexdigest()[:16]
    assert shown_id("0042", asked(folder)) == expected
    assert [shown_id(blank, asked(folder)) for blank in (None, float("nan"), "")] == ["", "", ""]


@pytest.mark.parametrize("key", [None, "", "short"])
def test_a_key_that_is_missing_or_short_is_found_by_its_variable_and_hides_ids(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key: str | None
) -> None:
    monkeypatch.delenv("CX_ID_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("CX_ID_KEY", key)
    (found,) = key_faults(asked(folder))
    assert (found.code, "CX_ID_KEY" in found.found) == ("D393", True)
    assert shown_id("0042", asked(folder)) == HIDDEN
    append(folder, "ledger.csv", "0001,2026Q3,x,")
    assert main(["check", str(folder), "--set", "data.id_key=CX_ID_KEY"]) == 2
    said = capsys.readouterr().err
    assert "D393" in said and "customer_id=(hidden)" in said and "0001" not in said
    assert not key or f"{key}" not in said.replace("too short", "")


def test_a_long_cell_is_printed_by_its_first_letters(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    append(folder, "responses.csv", f"0001,2026-04-01,{'long story ' * 100},4,csat,")
    append(folder, "incidents.csv", f"{'9' * 500},2026-05-03,slow")
    assert main(["check", str(folder), "--out", str(folder / "out")]) == 2
    said = capsys.readouterr()
    files = "".join(path.read_text(encoding="utf-8") for path in (folder / "out").rglob("*") if path.is_file())
    assert "long story" in said.err
    assert [text for text in ("long story " * 8, "9" * 81) if text in said.out + said.err + files] == []


def leave_everything(folder: Path) -> None:
    """Faults that show ids in findings, checks and rejects, beside columns of persons that nobody asked for."""
    rows = (folder / "responses.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{rows[0]},email,name,verbatim", *(f"{row},{','.join(SECRETS)}" for row in rows[1:])]
    rows += [f"0001,2026-04-01,bui,4,csat,,{','.join(SECRETS)}", f"ghost77,2026-04-01,buy,4,csat,,{','.join(SECRETS)}"]
    (folder / "responses.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    append(folder, "customers.csv", "0001,home,2024-05-01")
    append(folder, "ledger.csv", "0002,2026Q1,x,")
    incidents = FILES["incidents.csv"].splitlines()
    text = "\n".join([incidents[0], *(f"lost{row}" for row in incidents[1:])]) + "\n"
    (folder / "incidents.csv").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("keyed", ["keyed", "plain"])
def test_no_id_leaves_in_clear_under_a_key_and_no_unnamed_column_ever(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], keyed: str
) -> None:
    monkeypatch.setenv("CX_ID_KEY", KEY)
    leave_everything(folder)
    asked_for = ["--set", "data.id_key=CX_ID_KEY"] if keyed == "keyed" else []
    assert main(["check", str(folder), "--out", str(folder / "out"), *asked_for]) == 2
    said = capsys.readouterr()
    files = [path for path in (folder / "out").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"check.html", "check.json", "responses.csv", "customers.csv"}
    left = said.out + said.err + "".join(path.read_text(encoding="utf-8") for path in files)
    ids = [*(f"={one}" for one in CUSTOMERS), *(f"lost{one}" for one in CUSTOMERS), "ghost77", "'0001'", "0001,"]
    shown = [one for one in ids if one in left]
    assert (shown == []) == (keyed == "keyed"), shown
    assert [secret for secret in (*SECRETS, KEY) if secret in left] == []
    assert (shown_id("ghost77", asked(folder)) in left) == (keyed == "keyed")


def test_only_named_columns_enter_the_engine(folder: Path) -> None:
    leave_everything(folder)
    source = open_source(load_study(folder))
    held = {
        column for table in (*source.staged.values(), source.responses) if table is not None for column in table.columns
    }
    assert held & {"email", "name", "verbatim"} == set()
    assert source.unread["responses"] == ("email", "name", "verbatim")


def test_a_first_row_of_data_is_not_printed_as_column_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "customers.csv").write_text("jane.doe@example.com,Jane Doe,2024-05-01\n", encoding="utf-8")
    assert main(["check", str(folder)]) == 2
    said = capsys.readouterr()
    assert "D302" in said.err
    assert [secret for secret in SECRETS if secret in said.out + said.err] == []


def test_a_site_is_hashed_like_a_person_where_a_key_is_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CX_ID_KEY", KEY)
    edit(folder, "study.toml", "[data]\n", '[data]\nid_key = "CX_ID_KEY"\n')
    edit(folder, "ledger.csv", "0002,2026Q3,101,", "0002,2026Q3,x,")
    assert main(["check", str(folder), "--set", "study.shape=sites"]) == 2
    said = capsys.readouterr()
    assert f"customer_id={shown_id('0002', load_study(folder))}" in said.err
    assert "0002" not in said.out + said.err
