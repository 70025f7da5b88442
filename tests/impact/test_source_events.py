"""Events of the plan: which rows they set aside, which they keep, and when they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.__main__ import main
from impact.errors import InputError
from impact.intake import Intake, take_in
from impact.periods import parse_period
from tests.anonymous_study import write_counted_study
from tests.tiny_study import CUSTOMERS, edit, write_tiny_study

HEADS = "event,from,to,kind,treat,column,value"
STAYING, STARTING = 16, 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny study whose ledger leaves it to gaps who stayed."""
    folder = edit(write_tiny_study(tmp_path), "ledger.csv", ",retained", ",note")
    return edit(folder, "study.toml", 'fixes = "fixes.csv"', 'fixes = "fixes.csv"\nevents = "events.csv"')


def take(folder: Path, *events: str) -> Intake:
    (folder / "events.csv").write_text("\n".join([HEADS, *events]) + "\n", encoding="utf-8")
    return take_in(folder)


def aside(intake: Intake, table: str) -> dict[str, int]:
    rows = intake.source.rows[(intake.source.rows.table == table) & (intake.source.rows.set_aside > 0)]
    return dict(zip(rows.reason, rows.set_aside, strict=True))


def test_an_excluded_period_goes_with_the_outcomes_that_fall_into_it(folder: Path) -> None:
    taken = take(folder, "storm,2026Q2,2026Q2,outage,exclude,,")
    assert aside(taken, "ledger") == {"event storm": STARTING + STAYING}  # 2026Q1, whose outcome it is, and 2026Q2
    assert aside(taken, "incidents") == {"event storm": 7}
    assert aside(taken, "responses") == {}
    reviews = [check.found for check in taken.checks if check.code == "D359"]
    assert reviews == ["ledger: 36 of 72 rows, event storm", "incidents: 7 of 7 rows, event storm"]


def test_nobody_is_taken_to_have_left_because_a_period_was_excluded(folder: Path) -> None:
    ledger = take(folder, "storm,2026Q2,2026Q2,outage,exclude,,").source.ledger.execute()
    before = ledger[ledger.t == parse_period("2025Q4", "quarter")]
    assert len(before) == len(CUSTOMERS)
    assert set(before.retained) == {1}  # each has a row in 2026Q1, which was set aside


def test_in_sites_only_the_periods_of_the_event_go(tmp_path: Path) -> None:
    folder = write_counted_study(tmp_path)
    edit(folder, "study.toml", 'fixes = "fixes.csv"', 'fixes = "fixes.csv"\nevents = "events.csv"')
    taken = take(folder, "storm,2024Q3,2024Q4,other,exclude,customer_id,east-pro")
    assert aside(taken, "ledger") == {"event storm": 2}
    assert aside(taken, "responses") == {"event storm": 4}
    assert taken.source.shape(taken.study) == "sites"


def test_a_change_of_the_survey_excludes_answers_alone_and_by_its_column(folder: Path) -> None:
    taken = take(folder, "form,2026Q1,2026Q1,survey_change,exclude,stage,use")
    assert aside(taken, "responses") == {"event form": len(CUSTOMERS)}
    assert aside(taken, "ledger") == {}


def test_what_is_controlled_keeps_its_rows_and_says_by_what(folder: Path) -> None:
    taken = take(folder, "prices,2026Q1,2026Q2,price,control,,", "form,2025Q4,2026Q3,survey_change,control,,")
    assert aside(taken, "ledger") == {}
    (found,) = [check.found for check in taken.checks if check.code == "D361"]
    assert found == "prices (2026Q1 to 2026Q2); form (2025Q4 to 2026Q3)"


@pytest.mark.parametrize(
    ("event", "code", "said"),
    [
        ("storm,2026Q3,2026Q3,outage,exclude,,", "D363", "excludes 2026Q3"),
        ("storm,2026Q1,2026Q1,outage,exclude,region,north", "D362", "no table that the event is about"),
        ("storm,2026Q1,2026Q1,other,exclude,stage,sell", "D362", "no row has stage = 'sell'"),
    ],
)
def test_an_event_that_the_tables_cannot_answer_is_refused(folder: Path, event: str, code: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        take(folder, event)
    (found,) = caught.value.findings
    assert (found.code, found.place) == (code, "events storm")
    assert said in found.found


def test_a_changed_scale_is_a_review_without_its_event_and_joined_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_tiny_study(tmp_path)
    lines = (folder / "responses.csv").read_text(encoding="utf-8").splitlines()
    later = [line.replace("2026-02", "2026-05").replace(",csat,", ",ces,") for line in lines[1:]]
    twice = [line.replace("2026-02", "2026-01") for line in lines[1:]]
    both = "\n".join([*lines, *twice, *later, *(line.replace("-05-", "-06-") for line in later)])
    (folder / "responses.csv").write_text(both + "\n", encoding="utf-8")
    assert main(["check", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "D364" in said
    assert "120 of 240 rows, earlier scale" in said
    edit(folder, "study.toml", 'fixes = "fixes.csv"', 'fixes = "fixes.csv"\nevents = "events.csv"')
    taken = take(folder, "form,2026Q2,2026Q3,survey_change,control,,")
    assert aside(taken, "responses") == {}
    shifts = [check.found for check in taken.checks if check.code == "D360"]
    assert len(shifts) == 3
    assert shifts[0].startswith("form, buy: scores before 2026Q2 moved by -1 points")  # 3 of 1-5 is 4 of 1-7
    assert taken.source.responses is not None
    assert set(taken.source.responses.scale_max.execute()) == {7.0}
