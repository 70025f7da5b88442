"""The section on who leaves: every group in words, a dot on its range, small groups hidden."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.predicted_leaving import PredictedLeaving
from reports.appendix_predictive import predictive
from reports.charts_predictive import Prediction, seen_on_ranges
from reports.edition import Edition
from reports.findings import Findings
from reports.make_edition import make_edition
from reports.tables_predictive import predictive_table
from tests.quick_study import quick_starter


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory).found


@pytest.fixture(scope="module")
def edition(findings: Findings) -> Edition:
    """Its edition."""
    return make_edition(findings)


def predicted_of(findings: Findings) -> PredictedLeaving:
    """What was predicted, which is there."""
    assert findings.estimates is not None and findings.estimates.predicted is not None
    return findings.estimates.predicted


def with_predicted(findings: Findings, predicted: PredictedLeaving | None) -> Findings:
    """The findings with another prediction."""
    assert findings.estimates is not None
    return replace(findings, estimates=replace(findings.estimates, predicted=predicted))


def test_the_section_sets_seen_beside_predicted_for_groups_and_periods(edition: Edition) -> None:
    section = predictive(edition)
    assert section is not None and section.table is not None
    names = [row[0] for row in section.table.rows]
    assert "Customers who: gave a score" in names
    assert any(name.startswith("Pain points met: ") for name in names)
    assert any(row[1] for row in section.table.rows)
    assert all(len(row) == len(section.table.headings) for row in section.table.rows)
    assert "predicted from the other periods" in section.note


def test_without_a_prediction_there_is_no_section(findings: Findings) -> None:
    assert predictive(make_edition(with_predicted(findings, None))) is None
    assert predictive_table(with_predicted(findings, None)).empty


def test_a_group_that_tells_of_fewer_than_five_hides_all_of_its_kind(findings: Findings) -> None:
    predicted = predicted_of(findings)
    met = [row for row in predicted.groups if row.kind == "pain points met" and not row.persona]
    few = tuple(replace(row, seen=3.0) if row is met[0] else row for row in predicted.groups)
    table = predictive_table(with_predicted(findings, replace(predicted, groups=few)))
    mine = table[(table["kind"] == "pain points met") & (table["persona"] == "")]
    assert mine[["customers", "left", "inside", "far"]].isna().all(axis=None)
    assert mine["predicted"].notna().all()
    assert table.loc[table["kind"] == "answering", "left"].notna().all()


def test_the_picture_has_a_line_and_a_dot_a_group() -> None:
    groups = [Prediction(name=name, seen=1.0, low=0.8, high=1.3) for name in ("a & b", "c")]
    picture = seen_on_ranges(groups, "Seen")
    assert picture.count("<circle") == 2
    assert picture.count('class="range"') == 2
    assert "a &amp; b" in picture
