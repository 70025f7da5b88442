"""Qualtrics exports: told by ImportId, in any language, and nothing of persons read."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from impact.intake import take_in
from impact.periods import parse_period
from tests.exports import adapted, bring, codes, faults, rows, write_export_study
from tests.tiny_study import write_tiny_study

DATA = """
responses = "{file}"
ledger = "ledger.csv"
format = "qualtrics"
timezone = "Europe/Berlin"
scale_direction = "high_is_good"
[data.items.QID1]
stage = "buy"
metric = "csat"
"""
FIELDS = (
    *("startDate", "endDate", "status", "ipAddress", "finished", "_recordId", "recipientEmail"),
    *("externalDataReference", "distributionChannel", "QID1", "QID2_TEXT", "QID3", "QID4_1", "QID4_2", "QID4_5_TEXT"),
)
TEXTS = tuple(f"Frage nach {field}" for field in FIELDS)
SECRET = "Meine Nachbarin Frau Schmidt"


def export(*answers: str, ids: tuple[str, ...] = FIELDS, extra: dict[str, str] | None = None) -> str:
    heads = [json.dumps({"ImportId": one, **((extra or {}) if one == "endDate" else {})}) for one in ids]
    quoted = ",".join('"' + head.replace('"', '""') + '"' for head in heads)
    return "\n".join([",".join(f"F{number}" for number in range(len(ids))), ",".join(TEXTS), quoted, *answers]) + "\n"


def answer(
    number: int, score: str = "4", *, status: str = "0", finished: str = "1", customer: str = "0001",
    channel: str = "email", pains: str = "", spread: tuple[str, str] = ("", ""),
    at: str = "2026-02-03 10:00:00",
) -> str:  # fmt: skip
    cells = (at, at, status, "203.0.113.9", finished, f"R_{number}", "who@example.com", customer, channel)
    return ",".join([*cells, score, f'"{SECRET}"', f'"{pains}"', *spread, SECRET])


def study(tmp_path: Path, text: str | bytes, more: str = "") -> Path:
    folder = write_export_study(tmp_path, DATA.format(file="q.csv") + more)
    (folder / "q.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_the_sample_reads_to_one_canonical_row_keyed_on_its_import_ids(tmp_path: Path) -> None:
    bring(write_export_study(tmp_path, DATA.format(file="qualtrics.csv")), "qualtrics.csv")
    key = "data.columns.responses.customer_id=_recordId"
    assert adapted(tmp_path, "responses", key).notices == ()  # neither the text nor its topics are questions
    (row,) = rows(tmp_path, "responses", key).to_dict("records")
    assert row == {
        "customer_id": "R_2YPOQ602ER1jkf1",
        "responded_at": "2017-07-18T06:28:48",
        "response_id": "R_2YPOQ602ER1jkf1",
        "stage": "buy",
        "score": "2",
        "missing": None,
        "metric": "csat",
        "pain_points": None,
        "scale_min": "1",
        "scale_max": "5",
        "source_row": 3,
        "aside": None,
    }


def test_the_older_layout_with_two_header_rows_reads_to_the_same_row(tmp_path: Path) -> None:
    bring(write_export_study(tmp_path, DATA.format(file="qualtrics_legacy.csv")), "qualtrics_legacy.csv")
    text = (tmp_path / "study.toml").read_text(encoding="utf-8").replace("QID1", "Q1")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    (row,) = rows(tmp_path, "responses", "data.columns.responses.customer_id=_recordId").to_dict("records")
    assert (row["customer_id"], row["responded_at"], row["score"], row["source_row"]) == (
        "R_2YPOQ602ER1jkf1",
        "2017-07-18T06:28:48",
        "2",
        2,
    )


def test_the_header_rows_never_count_as_answers_and_every_answer_is_used_or_set_aside_by_reason(tmp_path: Path) -> None:
    answers = [
        answer(1),
        answer(2, status="1"),
        answer(3, status="2"),
        answer(4, status="8"),
        answer(5, finished="0"),
        answer(6, customer=""),
        answer(7, score=""),
        answer(8, channel="preview"),
        answer(9, status="256"),
    ]
    source = take_in(study(tmp_path, export(*answers))).source
    table = source.rows[source.rows.table == "responses"]
    assert dict(zip(table.reason, table.set_aside, strict=True)) == {
        "missing: not_answered": 1,
        "no customer id": 1,
        "preview answer": 2,
        "spam": 1,
        "status 256": 1,
        "test answer": 1,
        "unfinished answer": 1,
    }
    assert set(table.rows_in) == {len(answers)} and set(table.rows_used) == {1}


def test_rows_that_are_set_aside_are_reviews_of_the_run_and_no_fault(tmp_path: Path) -> None:
    checks = take_in(study(tmp_path, export(answer(1), answer(2, status="1")))).checks
    assert [(one.code, one.found) for one in checks if one.code == "D420"] == [
        ("D420", "responses: 1 of 2 rows, preview answer")
    ]


def test_verbatims_addresses_and_topics_never_enter_the_table(tmp_path: Path) -> None:
    table = adapted(study(tmp_path, export(answer(1))))
    whole = table.table.to_pandas().to_csv() + "".join(note.found for note in table.notices)
    assert all(private not in whole for private in (SECRET, "203.0.113.9", "who@example.com"))
    source = take_in(tmp_path).source
    assert SECRET not in source.staged["responses"].execute().to_csv()


@pytest.mark.parametrize("field", ["recipientEmail", "ipAddress", "RECIPIENTEMAIL"])
def test_a_field_with_personal_data_is_refused_even_as_a_key(tmp_path: Path, field: str) -> None:
    folder = study(tmp_path, export(answer(1)))
    assert codes(folder, "responses", f"data.columns.responses.customer_id={field}") == ["D412"]


def test_times_without_a_zone_are_not_guessed(tmp_path: Path) -> None:
    folder = study(tmp_path, export(answer(1)))
    text = (folder / "study.toml").read_text(encoding="utf-8").replace('timezone = "Europe/Berlin"\n', "")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    (found,) = faults(folder)
    assert (found.code, "timezone" in found.remedy) == ("D405", True)


def test_a_zone_that_the_header_states_is_taken(tmp_path: Path) -> None:
    folder = study(tmp_path, export(answer(1, at="2026-04-01 00:30:00"), extra={"timeZone": "Z"}))
    assert rows(folder).responded_at.tolist() == ["2026-04-01T00:30:00"]


def test_an_hour_after_midnight_falls_into_the_period_of_universal_time(tmp_path: Path) -> None:
    folder = study(tmp_path, export(answer(1, at="2026-04-01 00:30:00"), answer(2, at="2026-04-01 02:30:00")))
    source = take_in(folder).source
    assert source.responses is not None
    quarters = sorted(source.responses.t.execute())
    assert quarters == [parse_period("2026Q1", "quarter"), parse_period("2026Q2", "quarter")]


def test_what_is_missing_is_asked_for_all_at_once(tmp_path: Path) -> None:
    data = 'responses = "q.csv"\nledger = "ledger.csv"\nformat = "qualtrics"\n[data.items.QID1]\nstage = "buy"\n'
    folder = write_export_study(tmp_path, data)
    (folder / "q.csv").write_text(export(answer(1)), encoding="utf-8")
    assert codes(folder) == ["D403", "D404", "D405"]


def test_without_items_the_questions_of_the_file_are_listed_to_paste(tmp_path: Path) -> None:
    data = 'responses = "q.csv"\nledger = "ledger.csv"\nformat = "qualtrics"\ntimezone = "UTC"\n'
    folder = write_export_study(tmp_path, data)
    (folder / "q.csv").write_text(export(answer(1)), encoding="utf-8")
    (found,) = faults(folder)
    assert found.code == "D401"
    assert "QID1 (Frage nach QID1)" in found.found and "QID2_TEXT" not in found.found and "QID4" in found.found
    assert "[data.items.QID1]" in found.remedy


def test_a_question_that_the_file_does_not_have_is_named_with_the_nearest(tmp_path: Path) -> None:
    more = '[data.items.QID33]\nstage = "use"\nmetric = "csat"\n'
    (found,) = faults(study(tmp_path, export(answer(1)), more))
    assert (found.code, found.remedy) == ("D402", "did you mean QID3?")


def test_a_low_score_that_is_good_is_turned_round_within_its_scale(tmp_path: Path) -> None:
    folder = study(tmp_path, export(answer(1, "1"), answer(2, "5"), answer(3, "9")))
    read = rows(folder, "responses", "data.scale_direction=low_is_good")
    assert read.score.tolist() == ["5", "1", "9"]  # what is off the scale stays, and is a fault of its own


def test_recoded_values_and_texts_become_the_numbers_that_labels_give(tmp_path: Path) -> None:
    folder = study(tmp_path, export(answer(1, "18"), answer(2, "Sehr gut"), answer(3, "3")))
    labels = 'data.items.QID1.labels={18=1.0, "sehr gut"=5.0}'
    assert rows(folder, "responses", labels).score.tolist() == ["1", "5", "3"]


def test_texts_without_labels_are_listed_with_the_line_to_write(tmp_path: Path) -> None:
    (found,) = faults(study(tmp_path, export(answer(1, "Sehr gut"), answer(2, "4"))))
    assert (found.code, "'Sehr gut'" in found.found, 'labels = { "Sehr gut" = 5 }' in found.remedy) == (
        "D406",
        True,
        True,
    )


def test_free_text_mapped_as_a_score_is_refused_without_printing_it(tmp_path: Path) -> None:
    more = '[data.items.QID3]\nstage = "use"\nmetric = "csat"\n'
    text = export(*(answer(number, pains=f"{SECRET} {number}") for number in range(30)))
    (found,) = faults(study(tmp_path, text, more))
    assert (found.code, "Schmidt" in found.line(), "30 different texts" in found.found) == ("D406", False, True)


def test_a_text_entry_is_no_question_that_can_be_mapped(tmp_path: Path) -> None:
    more = '[data.items.QID2_TEXT]\nstage = "use"\nmetric = "csat"\n'
    assert codes(study(tmp_path, export(answer(1)), more)) == ["D402"]


def test_a_code_for_seen_and_not_answered_makes_a_blank_something_else(tmp_path: Path) -> None:
    folder = study(tmp_path, export(answer(1, "-99"), answer(2, ""), answer(3, "2")))
    missing = 'data.items.QID1.missing={"-99"="not_answered", ""="not_asked"}'
    assert rows(folder, "responses", missing).missing.tolist() == ["not_answered", "not_asked", None]


PAINS = """
[data.items.QID3]
kind = "pain_points"
options = { "1" = "slow", "2" = "broken", "4" = "" }
"""


def test_several_choices_in_one_cell_name_several_pain_points(tmp_path: Path) -> None:
    folder = study(tmp_path, export(answer(1, pains="1,2"), answer(2, pains="4"), answer(3)), PAINS)
    table = adapted(folder)
    assert table.table["pain_points"].to_pylist() == ["slow;broken", None, None]
    assert [(one.code, one.found) for one in table.notices if one.code == "D422"] == [
        ("D422", "q.csv: QID3 blank in 2 of 3 answers")
    ]


def test_a_choice_text_with_a_comma_in_it_is_one_choice(tmp_path: Path) -> None:
    more = PAINS.replace('"1" = "slow"', '"Late, very late" = "slow"')
    folder = study(tmp_path, export(answer(1, pains="Late, very late,2")), more)
    assert rows(folder).pain_points.tolist() == ["slow;broken"]


def test_a_choice_that_no_option_explains_is_refused(tmp_path: Path) -> None:
    (found,) = faults(study(tmp_path, export(answer(1, pains="1,7")), PAINS))
    assert (found.code, "'7'" in found.found) == ("D407", True)


def test_a_choice_spread_over_columns_names_its_pain_points(tmp_path: Path) -> None:
    more = '[data.items.QID4]\nkind = "pain_points"\noptions = { "1" = "slow", "2" = "broken" }\n'
    folder = study(tmp_path, export(answer(1, spread=("1", "")), answer(2, spread=("1", "1"))), more)
    assert rows(folder).pain_points.tolist() == ["slow", "slow;broken"]


def test_pain_points_stand_on_the_first_question_that_was_answered(tmp_path: Path) -> None:
    more = PAINS + '[data.items.QID4_1]\nstage = "use"\nmetric = "csat"\n'
    folder = study(tmp_path, export(answer(1, "", pains="1", spread=("3", "")), answer(2, "", pains="2")), more)
    read = rows(folder).set_index(["stage", "response_id"])
    assert read.pain_points.to_dict() == {
        ("buy", "R_1"): None,
        ("buy", "R_2"): None,
        ("use", "R_1"): "slow",
        ("use", "R_2"): None,
    }
    assert read.aside["buy", "R_2"] == "pain points named, no score"


def test_anonymous_answers_alone_are_a_finding_that_names_the_ways_out(tmp_path: Path) -> None:
    (found,) = faults(study(tmp_path, export(answer(1, customer=""), answer(2, customer=""))))
    assert (found.code, "unit" in found.remedy) == ("D413", True)


def test_two_questions_of_one_stage_are_refused(tmp_path: Path) -> None:
    more = '[data.items.QID3]\nstage = "buy"\nmetric = "csat"\n'
    assert codes(study(tmp_path, export(answer(1)), more)) == ["D414"]


def test_a_matrix_mapped_as_one_score_names_its_rows(tmp_path: Path) -> None:
    more = '[data.items.QID4]\nstage = "use"\nmetric = "csat"\n'
    (found,) = faults(study(tmp_path, export(answer(1)), more))
    assert (found.code, found.allowed) == ("D425", "QID4_1, QID4_2")


def test_statuses_in_words_of_another_language_are_not_guessed(tmp_path: Path) -> None:
    (found,) = faults(study(tmp_path, export(answer(1, status="IP-Adresse"))))
    assert (found.code, "'IP-Adresse'" in found.found) == ("D415", True)


def test_a_file_without_import_ids_is_no_export(tmp_path: Path) -> None:
    assert codes(study(tmp_path, "a,b\n1,2\n3,4\n")) == ["D409"]


def test_an_export_in_utf_16_with_tabs_reads_the_same(tmp_path: Path) -> None:
    plain = rows(study(tmp_path, export(answer(1, pains="1"), answer(2)), PAINS))
    text = export(answer(1, pains="1"), answer(2)).replace(",", "\t")
    heads = text.splitlines()
    (tmp_path / "q.csv").write_bytes("\n".join(heads).encode("utf-16"))
    assert rows(tmp_path).equals(plain)


def test_a_key_of_embedded_data_joins_where_the_study_names_it(tmp_path: Path) -> None:
    folder = study(tmp_path, export(answer(1)))
    assert rows(folder, "responses", "data.columns.responses.customer_id=_recordId").customer_id.tolist() == ["R_1"]
    assert codes(folder, "responses", "data.columns.responses.customer_id=kundennummer") == ["D411"]


def test_questions_that_no_item_names_are_said(tmp_path: Path) -> None:
    notices = adapted(study(tmp_path, export(answer(1)))).notices
    assert [(one.code, one.found) for one in notices] == [
        ("D421", "q.csv: QID3 (Frage nach QID3), QID4 (Frage nach QID4_2)")
    ]


def test_the_same_answers_give_the_same_table_as_canonical_rows(tmp_path: Path) -> None:
    canonical = take_in(write_tiny_study(tmp_path)).source
    wide = pd.read_csv(tmp_path / "responses.csv", dtype=str).pivot(
        index=["customer_id", "responded_at"], columns="stage", values=["score", "pain_points"]
    )
    stages = ("buy", "use", "overall")
    fields = ("endDate", "externalDataReference", *(f"QID{place}" for place in (1, 2, 3)), "QID9")
    heads = ",".join('"{""ImportId"":""' + one + '""}"' for one in fields)
    lines = [",".join(fields), ",".join(fields), heads]
    for (customer, at), row in wide.iterrows():
        pains = "7" if row["pain_points", "use"] == "broken" else ""
        lines.append(",".join([f"{at} 12:00:00", customer, *(row["score", stage] for stage in stages), pains]))
    items = "".join(f'[data.items.QID{n}]\nstage = "{stage}"\nmetric = "csat"\n' for n, stage in enumerate(stages, 1))
    data = f"""
responses = "q.csv"
customers = "customers.csv"
ledger = "ledger.csv"
incidents = "incidents.csv"
format = "qualtrics"
timezone = "UTC"
scale_direction = "high_is_good"
{items}[data.items.QID9]
kind = "pain_points"
options = {{ 7 = "broken" }}
"""
    write_export_study(tmp_path, data)
    (tmp_path / "q.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    exported = take_in(tmp_path).source
    assert canonical.responses is not None and exported.responses is not None
    frames = [
        source.responses.execute().drop(columns="pain_points").sort_values(["customer_id", "stage"], ignore_index=True)
        for source in (canonical, exported)
    ]
    pd.testing.assert_frame_equal(*frames)
    named = [set(source.responses.filter(source.responses.pain_points == "broken").customer_id.execute())
             for source in (canonical, exported)]  # fmt: skip
    assert named[0] == named[1] != set()
