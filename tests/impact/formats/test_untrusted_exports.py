"""Exports are other people's files: whatever they hold, the answer is a table or a finding, never a traceback."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from impact.errors import InputError
from impact.formats.adapters import FORMATS
from impact.formats.delimited import read_columns, read_layout
from impact.formats.intake import adapt
from impact.study import Study, load_study
from tests.exports import SAMPLES, write_export_study

ITEMS = """
[data.items.QID1]
stage = "buy"
metric = "csat"
"""
FILES = {
    "qualtrics": ("responses", "qualtrics.csv"),
    "surveymonkey": ("responses", "surveymonkey.csv"),
    "events": ("events", "events.csv"),
    "zendesk": ("responses", "ticket_field_history.csv"),
    "stripe": ("ledger", "invoice.csv"),
}


def study_of(folder: Path, name: str) -> Study:
    table, file = FILES[name]
    setting = "export" if FORMATS[name].folder else file
    own = "" if table == "ledger" else 'ledger = "ledger.csv"\n'
    other = "" if table == "responses" else 'responses = "responses.csv"\n'
    data = f'{table} = "{setting}"\n{own}{other}format = {{ {table} = "{name}" }}\n'
    more = 'timezone = "UTC"\nscale_direction = "high_is_good"\n' + ("" if name == "stripe" else ITEMS)
    folder = write_export_study(folder, data + more)
    path = folder / (f"export/{file}" if FORMATS[name].folder else file)
    path.parent.mkdir(exist_ok=True)
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    for part in ("ticket", "invoice_line_item") if FORMATS[name].folder else ():
        (path.parent / f"{part}.csv").write_text("id,requester_id\n1,2\n", encoding="utf-8")
    return load_study(folder)


def put(study: Study, name: str, content: bytes) -> None:
    file = FILES[name][1]
    (study.folder / (f"export/{file}" if FORMATS[name].folder else file)).write_bytes(content)


def refuses(study: Study, name: str) -> list[str]:
    """The codes of what is refused, each finding complete and on one printable line."""
    try:
        adapt(FILES[name][0], study)
    except InputError as error:
        assert all(one.place and one.found and one.allowed and one.remedy for one in error.findings)
        assert all(one.line().isprintable() for one in error.findings)
        return [one.code for one in error.findings]
    return []


BROKEN = {
    "empty": b"",
    "blank": b"\n\n \n",
    "nulls": b"a\x00b,c\n1,2\n",
    "latin": "Zürich,b\n1,2\n".encode("latin-1"),
    "utf-16 without its mark": "a,b\n1,2\n".encode("utf-16-le"),
    "utf-16 cut short": "a,b\n1,2\n".encode("utf-16")[:-1],
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "ragged": b"a,b\n1,2\n1,2,3\n1\n",
    "quote never closed": b'a,b\n1,"2\n3,4\n',
    "nothing but quotes": b'"""""""\n',
    "deep": b'"' + b"{" * 5_000 + b'",b\n1,2\n',
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_a_finding(tmp_path: Path, name: str, content: bytes) -> None:
    study = study_of(tmp_path, name)
    put(study, name, content)
    assert refuses(study, name)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(["qualtrics", "surveymonkey", "events"]), data=st.data())
def test_a_sample_with_bytes_changed_is_a_table_or_a_finding(name: str, data: st.DataObject) -> None:
    whole = (SAMPLES / FILES[name][1]).read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    new = data.draw(st.binary(max_size=12))
    until = min(len(whole), at + data.draw(st.integers(0, 40)))
    with tempfile.TemporaryDirectory() as folder:
        study = study_of(Path(folder), name)
        put(study, name, whole[:at] + new + whole[until:])
        refuses(study, name)


CELL = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    table=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_cells_come_back_as_they_were_written_in_any_encoding(
    table: list[list[str]], encoding: str, delimiter: str
) -> None:
    lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [["a", "b", "c"], *table]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes("\r\n".join(lines).encode(encoding))
        layout = read_layout(path, "t.csv", 1)
        read = read_columns(layout, {"second": 1, "third": 2}, 1)
    assert layout.delimiter == delimiter
    assert read.to_pylist() == [{"second": row[1].strip() or None, "third": row[2].strip() or None} for row in table]


def test_a_finding_about_a_row_never_prints_its_cells(tmp_path: Path) -> None:
    study = study_of(tmp_path, "qualtrics")
    head = '"' + json.dumps({"ImportId": "QID1"}).replace('"', '""') + '"'
    put(study, "qualtrics", f"Q1,Q2\ntext,text\n{head},\nsecret words,of mine,too many\n".encode())
    with pytest.raises(InputError) as caught:
        adapt("responses", study)
    assert "secret" not in str(caught.value)


def test_a_row_far_longer_than_any_answer_is_a_finding(tmp_path: Path) -> None:
    study = study_of(tmp_path, "events")
    put(study, "events", b"a,b\n1," + b"x" * 17_000_000 + b"\n1,2\n")
    assert set(refuses(study, "events")) <= {"D410", "D411"}
