"""SurveyMonkey exports: two header rows, US dates in the account's zone, texts for numbers."""

from __future__ import annotations

from pathlib import Path

from tests.exports import adapted, bring, codes, faults, rows, write_export_study

DATA = """
responses = "surveymonkey.csv"
ledger = "ledger.csv"
format = "surveymonkey"
timezone = "America/New_York"
scale_direction = "high_is_good"
[data.items."How satisfied were you with delivery?"]
stage = "buy"
metric = "csat"
"""
MATRIX = """
[data.items."Please rate each aspect: / Support"]
stage = "use"
metric = "csat"
labels = { "2 - Poor" = 2 }
missing = { "N/A" = "not_visited" }
"""
CHOICE = """
[data.items."What went wrong? (Select all that apply)"]
kind = "pain_points"
options = { "Late" = "slow", "Damaged" = "broken" }
"""


def sample(tmp_path: Path, more: str = "", old: str = "", new: str = "") -> Path:
    folder = write_export_study(tmp_path, DATA + more)
    bring(folder, "surveymonkey.csv")
    text = (folder / "surveymonkey.csv").read_text(encoding="utf-8")
    assert old in text
    (folder / "surveymonkey.csv").write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return folder


def test_the_sample_reads_to_canonical_rows(tmp_path: Path) -> None:
    read = rows(sample(tmp_path, MATRIX + CHOICE))
    columns = ["customer_id", "responded_at", "stage", "score", "missing", "pain_points", "source_row", "aside"]
    assert read[columns].to_numpy().tolist() == [
        ["C001", "2022-06-10T12:09:25", "buy", "4", None, "slow", 2, None],
        ["C002", None, "buy", None, "not_answered", None, 3, "unfinished answer"],
        ["C001", "2022-06-10T12:09:25", "use", None, "not_visited", None, 2, None],
        ["C002", None, "use", "2", None, "broken", 3, "unfinished answer"],
    ]


def test_the_question_above_its_first_column_alone_owns_the_blank_headings_after_it(tmp_path: Path) -> None:
    (found,) = faults(sample(tmp_path, '[data.items."What went wrong?"]\nstage = "use"\nmetric = "csat"\n'))
    assert found.code == "D402"
    (found,) = faults(
        sample(tmp_path, '[data.items."What went wrong? (Select all that apply)"]\nstage = "use"\nmetric = "csat"\n')
    )
    assert (found.code, found.allowed.count("What went wrong?")) == ("D425", 3)


def test_a_question_repeated_above_each_of_its_columns_reads_the_same(tmp_path: Path) -> None:
    question = "What went wrong? (Select all that apply)"
    plain = rows(sample(tmp_path, MATRIX + CHOICE))
    repeated = rows(sample(tmp_path, MATRIX + CHOICE, f"{question},,,", f"{question},{question},{question},"))
    assert repeated.equals(plain)


def test_headings_without_blanks_of_older_exports_are_known(tmp_path: Path) -> None:
    folder = sample(tmp_path, "", "Respondent ID,Collector ID,Start Date", "RespondentID,CollectorID,StartDate")
    assert rows(folder).response_id.tolist() == ["114000000001", "114000000002"]


def test_dates_are_month_first_and_a_date_that_is_not_stays_to_be_reported(tmp_path: Path) -> None:
    folder = sample(tmp_path, "", "06/10/2022 08:09:25 AM", "13/10/2022 08:09:25 AM")
    assert rows(folder).responded_at.tolist()[0] == "13/10/2022 08:09:25 AM"
    folder = sample(tmp_path, "", "06/10/2022 08:09:25 AM", "06/10/2022")
    assert rows(folder).responded_at.tolist()[0] == "2022-06-10"


def test_texts_of_a_scale_are_asked_for(tmp_path: Path) -> None:
    (found,) = faults(sample(tmp_path, MATRIX.replace('labels = { "2 - Poor" = 2 }', "")))
    assert (found.code, "'2 - Poor'" in found.found) == ("D406", True)


def test_blank_choices_are_said_to_count_as_not_named(tmp_path: Path) -> None:
    folder = sample(tmp_path, CHOICE, ",Late,,,", ",,,,")
    assert [one.found for one in adapted(folder).notices if one.code == "D422"] == [
        "surveymonkey.csv: What went wrong? (Select all that apply) blank in 1 of 1 answers"
    ]


def test_other_words_and_names_never_enter(tmp_path: Path) -> None:
    table = adapted(sample(tmp_path, MATRIX + CHOICE)).table.to_pandas().to_csv()
    assert "box torn" not in table and "192.0.2" not in table
    assert codes(tmp_path, "responses", "data.columns.responses.customer_id='Email Address'") == ["D412"]


def test_a_customer_id_only_lies_in_custom_data(tmp_path: Path) -> None:
    folder = sample(tmp_path, "", "Custom Data 1", "Custom Data 7")
    assert codes(folder) == ["D411"]
    assert rows(folder, "responses", "data.columns.responses.customer_id='Custom Data 7'").customer_id[0] == "C001"


def test_a_file_with_one_header_row_is_no_export(tmp_path: Path) -> None:
    folder = write_export_study(tmp_path, DATA)
    (folder / "surveymonkey.csv").write_text("Respondent ID,Collector ID,Q\n1,2,3\n", encoding="utf-8")
    assert codes(folder) == ["D409"]
