"""Zendesk satisfaction: two values that are answers, two that are none, and the last word of each ticket."""

from __future__ import annotations

from pathlib import Path

from impact.intake import take_in
from tests.exports import bring, codes, faults, rows, write_export_study
from tests.tiny_study import append

DATA = """
responses = "zendesk"
ledger = "ledger.csv"
format = "zendesk"
[data.items.satisfaction_score]
stage = "use"
"""
REASONS = """
[data.items.satisfaction_reason_code]
kind = "pain_points"
options = { "slow answer" = "slow", "other" = "" }
"""
HISTORY = "zendesk/ticket_field_history_data.csv"
USERS = "zendesk/user_data.csv"
# Tickets of the sample: 1595 is deleted, 16988 and 14173 are not.
DELETED, FIRST, SECOND = "1595", "16988", "14173"


def rated(tmp_path: Path, *ratings: tuple[str, str, str], more: str = "") -> Path:
    """The sample with ratings added, each a ticket, a day and a value; a `field=value` is of that field."""
    folder = write_export_study(tmp_path, DATA + more)
    bring(folder, "zendesk")
    for name in (HISTORY, USERS):
        text = (folder / name).read_text(encoding="utf-8").rstrip("\n") + "\n"
        (folder / name).write_text(text, encoding="utf-8")
    for ticket, day, value in ratings:
        field, _, inner = value.rpartition("=")
        append(folder, HISTORY, f"{field or 'satisfaction_score'},{ticket},{day} 10:00:00,2026-06-01,,{inner}")
    return folder


def test_a_rating_is_an_answer_from_0_to_1_of_the_one_who_asked(tmp_path: Path) -> None:
    read = rows(rated(tmp_path, (FIRST, "2026-02-01", "good"), (SECOND, "2026-02-02", "Bad")))
    assert read[["customer_id", "responded_at", "stage", "score", "scale_max", "aside"]].to_numpy().tolist() == [
        ["1500656884401", "2026-02-01T10:00:00", "use", "1", "1", None],
        ["424883466453", "2026-02-02T10:00:00", "use", "0", "1", None],
    ]
    assert read.source_row.tolist() == [39, 40]


def test_offered_and_unoffered_are_no_answers(tmp_path: Path) -> None:
    read = rows(rated(tmp_path, (FIRST, "2026-02-01", "offered"), (SECOND, "2026-02-01", "unoffered")))
    assert read.missing.tolist() == ["not_answered", "not_asked"]
    assert read.score.tolist() == [None, None]


def test_a_rating_offered_again_does_not_take_back_the_answer_before_it(tmp_path: Path) -> None:
    read = rows(rated(tmp_path, (FIRST, "2026-02-01", "good"), (FIRST, "2026-02-05", "offered")))
    assert read.aside.tolist() == [None, "another rating of the ticket counts"]


def test_only_the_last_answer_of_a_ticket_counts_and_the_others_are_counted_aside(tmp_path: Path) -> None:
    ratings = [(FIRST, "2026-02-03", "good"), (FIRST, "2026-02-01", "offered"), (FIRST, "2026-02-02", "bad")]
    read = rows(rated(tmp_path, *ratings))
    assert read.aside.tolist() == [None, "another rating of the ticket counts", "another rating of the ticket counts"]


def test_tickets_deleted_or_not_exported_are_counted_aside(tmp_path: Path) -> None:
    read = rows(
        rated(tmp_path, (DELETED, "2026-02-01", "good"), ("1", "2026-02-01", "bad"), (FIRST, "2026-02-01", "bad"))
    )
    assert read.aside.tolist() == ["deleted ticket", "ticket is not in the export", None]


def test_a_reason_names_a_pain_point_of_those_who_said_bad_alone(tmp_path: Path) -> None:
    reason = "satisfaction_reason_code=slow answer"
    ratings = [(FIRST, "2026-02-01", "bad"), (FIRST, "2026-02-01", reason), (SECOND, "2026-02-01", "good")]
    read = rows(rated(tmp_path, *ratings, (SECOND, "2026-02-01", reason), more=REASONS))
    assert read.pain_points.tolist() == ["slow", None]


def test_a_reason_that_no_option_explains_is_refused(tmp_path: Path) -> None:
    ratings = [(FIRST, "2026-02-01", "bad"), (FIRST, "2026-02-01", "satisfaction_reason_code=rude")]
    assert codes(rated(tmp_path, *ratings, more=REASONS)) == ["D407"]


def test_comments_never_enter(tmp_path: Path) -> None:
    comment = "satisfaction_comment=call me on 555 0100"
    read = rows(rated(tmp_path, (FIRST, "2026-02-01", "bad"), (FIRST, "2026-02-01", comment)))
    assert "555 0100" not in read.to_csv() and len(read) == 1


def test_the_customer_may_be_the_users_id_in_your_books_or_the_organization(tmp_path: Path) -> None:
    folder = rated(tmp_path, (FIRST, "2026-02-01", "good"))
    key = "data.columns.responses.customer_id="
    assert rows(folder, "responses", f"{key}organization_id").customer_id.tolist() == ["370469077513"]
    assert codes(folder, "responses", f"{key}user.external_id") == ["D413"]
    assert codes(folder, "responses", f"{key}user.email") == ["D411"]
    append(folder, "zendesk/user_data.csv", "1500656884401" + "," * 8 + ",0001" + "," * 22)
    assert rows(folder, "responses", f"{key}user.external_id").customer_id.tolist() == ["0001"]
    (folder / "zendesk/user_data.csv").unlink()
    assert codes(folder, "responses", f"{key}user.external_id") == ["D418"]


def test_a_history_without_satisfaction_says_what_it_has(tmp_path: Path) -> None:
    (found,) = faults(rated(tmp_path))
    assert (found.code, "status" in found.found) == ("D409", True)


def test_other_values_are_refused(tmp_path: Path) -> None:
    assert codes(rated(tmp_path, (FIRST, "2026-02-01", "5"))) == ["D406"]


def test_a_missing_file_and_a_missing_stage_are_said_together(tmp_path: Path) -> None:
    folder = rated(tmp_path, (FIRST, "2026-02-01", "good"))
    (folder / "zendesk/ticket_data.csv").unlink()
    assert codes(folder) == ["D418"]
    text = (folder / "study.toml").read_text(encoding="utf-8").replace('stage = "use"\n', "")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    assert codes(folder) == ["D425", "D418"]


def test_ratings_reach_the_canonical_table_of_the_study(tmp_path: Path) -> None:
    folder = rated(tmp_path, (FIRST, "2026-02-01", "good"), (SECOND, "2026-02-01", "bad"))
    append(folder, "ledger.csv", "1500656884401,2026Q1,100,")
    source = take_in(folder).source
    assert source.responses is not None
    assert source.responses.execute()[["stage", "score", "scale_min", "scale_max"]].to_numpy().tolist() == [
        ["use", 1.0, 0.0, 1.0]
    ]
    table = source.rows[source.rows.table == "responses"]
    assert dict(zip(table.reason, table.set_aside, strict=True)) == {"unknown customer": 1}
