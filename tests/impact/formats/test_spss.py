"""SPSS files: declared missing codes keep their reason, sets of answers name pain points."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from tests.exports import adapted, bring, codes, faults, rows, write_export_study

DATA = """
responses = "simple_alltypes.sav"
ledger = "ledger.csv"
format = "spss"
[data.columns.responses]
customer_id = "str"
responded_at = "date"
[data.items.x]
stage = "buy"
metric = "csat"
direction = "low_is_good"
missing = { "8" = "not_answered" }
[data.items.z]
stage = "use"
scale_min = 0
scale_max = 10
direction = "high_is_good"
missing = { "-9" = "not_asked", "999" = "not_visited" }
[data.items.mymrset]
kind = "pain_points"
options = { "bool1" = "slow", "bool3" = "broken" }
"""


def sample(tmp_path: Path, old: str = "", new: str = "") -> Path:
    assert old in DATA
    bring(write_export_study(tmp_path, DATA.replace(old, new) if old else DATA), "simple_alltypes.sav")
    return tmp_path


def made(tmp_path: Path, frame: pd.DataFrame, more: str = "", **how: object) -> Path:
    """A study on a file made here, its score `q` on csat."""
    data = """
responses = "made.sav"
ledger = "ledger.csv"
format = "spss"
[data.columns.responses]
customer_id = "id"
responded_at = "day"
[data.items.q]
stage = "buy"
metric = "csat"
direction = "high_is_good"
"""
    folder = write_export_study(tmp_path, data + more)
    pyreadstat.write_sav(frame, str(folder / "made.sav"), **how)
    return folder


def test_the_sample_reads_to_canonical_rows_with_the_reasons_behind_its_codes(tmp_path: Path) -> None:
    read = rows(sample(tmp_path))
    buy = read[read.stage == "buy"]
    assert buy.score.tolist() == ["5", "4", "3", "2", None, "9"]
    assert buy.missing.tolist() == [None, None, None, None, "not_answered", None]
    use = read[read.stage == "use"]
    assert use.missing.tolist() == ["not_asked", "not_answered", None, "not_visited", None, "not_answered"]
    assert use.score.dropna().tolist() == ["1.234", "3.14159"]
    assert buy.responded_at.tolist()[0] == "2014-11-01"
    assert buy.source_row.tolist() == [1, 2, 3, 4, 5, 6]
    assert buy.aside.tolist() == [None, None, None, None, "no customer id", None]


def test_codes_declared_missing_must_be_explained_and_are_never_blanks_in_silence(tmp_path: Path) -> None:
    (found,) = faults(sample(tmp_path, ', "999" = "not_visited"', ""))
    assert (found.code, "999 (skipped)" in found.found) == ("D408", True)


def test_a_set_of_yes_and_no_names_pain_points(tmp_path: Path) -> None:
    read = adapted(sample(tmp_path))
    frame = pyreadstat.read_sav(str(tmp_path / "simple_alltypes.sav"))[0]
    counted = [
        ";".join(pain for name, pain in (("bool1", "slow"), ("bool3", "broken")) if row[name] == 1) or None
        for _, row in frame.iterrows()
    ]
    named = read.table.to_pandas().astype(object).where(read.table.to_pandas().notna(), None)
    assert named[named.stage == "buy"].pain_points.tolist()[:4] == counted[:4]
    assert any(counted)


def test_a_set_of_categories_names_pain_points_once_each(tmp_path: Path) -> None:
    old = 'mymrset]\nkind = "pain_points"\noptions = { "bool1" = "slow", "bool3" = "broken" }'
    new = 'categorical_array]\nkind = "pain_points"\noptions = { "b" = "slow", "d" = "broken" }'
    read = rows(sample(tmp_path, old, new))
    assert read[read.stage == "buy"].pain_points.tolist() == [
        "slow",
        "slow",
        "slow;broken",
        "slow",
        None,
        "slow;broken",
    ]


def test_variables_of_yes_and_no_outside_a_set_are_named_by_an_item_of_your_own(tmp_path: Path) -> None:
    read = rows(sample(tmp_path, "mymrset", "reasons"))
    assert read.pain_points.tolist() == rows(sample(tmp_path)).pain_points.tolist()
    assert read.pain_points.notna().any()


def test_a_set_mapped_as_a_score_is_refused(tmp_path: Path) -> None:
    old = 'kind = "pain_points"\noptions = { "bool1" = "slow", "bool3" = "broken" }'
    assert codes(sample(tmp_path, old, 'stage = "overall"\nmetric = "csat"\ndirection = "high_is_good"')) == ["D425"]


def test_a_file_has_no_customer_or_date_of_its_own_so_both_are_asked_for(tmp_path: Path) -> None:
    folder = sample(tmp_path, '[data.columns.responses]\ncustomer_id = "str"\nresponded_at = "date"\n', "")
    assert codes(folder) == ["D411", "D411"]


def test_a_clock_needs_a_zone_and_a_date_does_not(tmp_path: Path) -> None:
    day = pd.to_datetime(["2026-04-01 00:30:00", "2026-04-02 00:30:00"])
    folder = made(tmp_path, pd.DataFrame({"id": ["1", "2"], "day": day, "q": [3.0, 4.0]}))
    assert codes(folder) == ["D405"]
    read = rows(folder, "responses", "data.timezone=Europe/Berlin")
    assert read.responded_at.tolist() == ["2026-03-31T22:30:00", "2026-04-01T22:30:00"]
    folder = made(tmp_path, pd.DataFrame({"id": ["1"], "day": [day[0].date()], "q": [3.0]}))
    assert rows(folder).responded_at.tolist() == ["2026-04-01"]


def test_ids_keep_the_zeros_that_their_format_shows_and_lose_what_is_padded(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [42.0, 7.0], "day": ["2026-01-01", "2026-01-02"], "q": [3.0, 4.0]})
    folder = made(tmp_path, frame, variable_format={"id": "N5"})
    assert rows(folder).customer_id.tolist() == ["00042", "00007"]
    frame = frame.assign(id=["a ", "b"])
    assert rows(made(tmp_path, frame)).customer_id.tolist() == ["a", "b"]


def test_an_id_that_is_declared_missing_is_nobodys(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1.0, 999.0], "day": ["2026-01-01", None], "q": [3.0, 4.0]})
    read = rows(made(tmp_path, frame, missing_ranges={"id": [{"lo": 900, "hi": 999}]}))
    assert read.customer_id.tolist() == ["1", None]
    assert read.aside.tolist() == [None, "no date"]


def test_a_number_labelled_and_not_declared_missing_stays_an_answer(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["1"], "day": ["2026-01-01"], "q": [5.0]})
    folder = made(tmp_path, frame, variable_value_labels={"q": {5.0: "do not know"}})
    assert rows(folder).score.tolist() == ["5"]


@pytest.mark.parametrize("content", [b"", b"$FL2", b"$FL2" + b"\x00" * 400, b"\xff\xfe" * 300, b"PK\x03\x04" * 90])
def test_a_file_that_is_none_is_a_finding(tmp_path: Path, content: bytes) -> None:
    folder = sample(tmp_path)
    (folder / "simple_alltypes.sav").write_bytes(content)
    assert codes(folder) == ["D410"]


def test_a_file_cut_short_is_a_finding(tmp_path: Path) -> None:
    folder = sample(tmp_path)
    whole = (folder / "simple_alltypes.sav").read_bytes()
    for length in range(4, len(whole) - 1, 97):
        (folder / "simple_alltypes.sav").write_bytes(whole[:length])
        assert codes(folder) == ["D410"], length
