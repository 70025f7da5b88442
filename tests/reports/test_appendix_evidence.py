"""A run with evidence, whole: what the tables hold, what the pages say, and what evidence moved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from impact.errors import InputError
from impact.initiative import Removed
from impact.starter import write_starter
from models.haircut import prior_in_words
from reports.appendix_choice import break_even
from reports.appendix_evidence import evidence, haircut
from reports.edition import Edition
from reports.first_sheet import first_sheet
from reports.make_edition import make_edition
from tests.quick_study import Quick, find_quickly, quick_starter

ROWS = (
    ("pilot_bill", "experiment", "wrong_bill", "churn", "relative", -0.2, 0.05, 1.0),
    ("pilot_call", "experiment", "repeat_call", "churn", "relative", -0.2, 0.05, 1.0),
    ("last_year", "past_initiative", "spare_line", "prevalence", "relative", -0.6, 0.02, None),
    ("said", "interview", "outage", "churn", "points", -0.01, 0.002, None),
    ("cost", "experiment", "outage", "cost", "relative", -0.1, 0.02, 1.0),
)
# A hundredth of a unit of money.
CENT = 0.01


def _with_evidence(folder: Path, *rows: tuple[object, ...]) -> Path:
    write_starter(folder)
    names = ("evidence", "kind", "target", "outcome", "unit", "estimate", "se", "exposed_share")
    lines = [",".join(names), *(",".join("" if cell is None else str(cell) for cell in row) for row in rows)]
    (folder / "evidence.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    study = folder / "study.toml"
    study.write_text(study.read_text("utf-8").replace("[plan]", '[plan]\nevidence = "evidence.csv"'), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Quick:
    """What a run of the starter study finds with five rows of evidence."""
    return find_quickly(_with_evidence(tmp_path_factory.mktemp("told"), *ROWS))


@pytest.fixture(scope="module")
def edition(told: Quick) -> Edition:
    """Its edition."""
    return make_edition(told.found)


def test_every_row_stands_in_the_table_used_or_with_its_reason(edition: Edition) -> None:
    rows = edition.tables["evidence"].set_index("evidence")
    uses = ["effect", "effect", "effectiveness", "effect", "none"]
    assert list(rows.index) == [row[0] for row in ROWS]
    assert list(rows["use"]) == uses
    assert rows["why_not_used"]["cost"] == "what serving a customer costs is not valued in this version"
    assert list(rows["teaches_haircut"]) == [1, 1, 0, 0, 0]
    assert rows["before"].notna().tolist() == [use == "effect" for use in uses]


def test_evidence_brings_the_model_nearer_to_what_was_measured(edition: Edition) -> None:
    rows = edition.tables["evidence"].set_index("evidence").loc[["pilot_bill", "pilot_call"]]
    assert ((rows["after"] - rows["estimate"]).abs() < (rows["before"] - rows["estimate"]).abs()).all()


def test_an_interview_moves_what_it_speaks_of_less_than_a_tenth_of_its_spread(edition: Edition) -> None:
    said = edition.tables["evidence"].set_index("evidence").loc["said"]
    assert said["weight_capped"] == 1 and said["se_used"] > 10 * said["se"]


def test_two_experiments_move_the_haircut(edition: Edition) -> None:
    moved = edition.tables["haircut"].iloc[0]
    assert moved["rows_of_evidence"] == 2
    assert moved["kept_after"] != pytest.approx(moved["kept_before"], abs=0.005)


def test_a_past_initiative_tells_what_it_removes(told: Quick, edition: Edition) -> None:
    decision = told.found.decision
    assert decision is not None
    offer = next(one for one in decision.case.offers if one.item.initiative == "spare_line")
    share = offer.effectiveness.max(axis=(0, 2))
    # as stated .5, spread .12; as measured .6, half of that spread: four fifths of the way
    assert share.mean() == pytest.approx(0.58, abs=0.015)


def test_the_sections_say_each_row_in_words_and_the_haircut_with_its_signature(edition: Edition) -> None:
    rows, kept = evidence(edition), haircut(edition)
    assert rows is not None and rows.table is not None
    assert all(len(row) == len(rows.table.headings) for row in rows.table.rows)
    assert rows.table.rows[0][2] == (
        "Experiment: removing Bill that is wrong lowers leaving by 20% of itself among customers who all met it, "
        "give or take 5% of itself."
    )
    assert rows.table.rows[-1][1].startswith("not used: what serving a customer costs")
    assert kept is not None
    assert kept.note.startswith(f"As stated: {prior_in_words((4.0, 3.0))}; 2 rows of evidence taught it. Nobody has")


def test_a_study_without_evidence_has_no_section_of_it_but_its_haircut(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    edition = make_edition(quick_starter(tmp_path_factory).found)
    assert evidence(edition) is None
    kept = haircut(edition)
    assert kept is not None and "no row of evidence taught it" in kept.note


def test_face_value_and_the_haircut_that_is_borne_stand_on_the_first_sheet_and_beside_break_even(
    edition: Edition,
) -> None:
    table: pd.DataFrame = edition.tables["face_value"]
    chosen = table[table["initiative"] == ""].iloc[0]
    assert edition.worth is not None
    assert chosen["npv"] == pytest.approx(edition.worth.mean, abs=CENT)
    assert chosen["npv_face_value"] > chosen["npv"]
    assert any(said.startswith("At face value the chosen set is worth") for said in first_sheet(edition).change)
    section = break_even(edition)
    assert section is not None and section.table is not None
    assert section.table.headings[-2:] == ("At face value", "Bears")
    assert all(len(row) == len(section.table.headings) for row in section.table.rows)


def test_a_row_in_the_wrong_unit_stops_the_run_before_anything_is_sampled(tmp_path: Path) -> None:
    row = ("pilot", "experiment", "wrong_bill", "churn", "points", -0.4, 0.1, 1.0)
    with pytest.raises(InputError) as raised:
        find_quickly(_with_evidence(tmp_path / "study", row))
    assert [found.code for found in raised.value.findings] == ["P264"]


def test_what_was_measured_of_an_initiative_is_what_its_fixes_carry(told: Quick) -> None:
    from models.evidence import with_measured

    assert told.found.estimates is not None
    readings = [line.reading for line in told.found.estimates.learnt.lines]
    fixes = with_measured(told.intake.case.plan, readings).fixes
    (measured,) = next(fix.measured for fix in fixes if fix.initiative == "spare_line")
    assert measured == Removed(share=0.6, se=readings[2].se, pilot=False)
    assert not any(fix.measured for fix in fixes if fix.initiative != "spare_line")
