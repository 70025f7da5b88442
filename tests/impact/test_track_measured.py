"""A rollout measured by track becomes evidence that the next run reads, and a line that may be booked."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.intake import take_in
from impact.track_study import measure_begun, track_records, with_register
from models.misses import Rates
from reports.track_page import deliver_track, track_html
from tests.impact.track_values import claim, record_of
from tests.rollout_study import AS_OF, START, Company, label, write_company
from tests.tiny_study import edit


@pytest.mark.verify
def test_a_measured_rollout_becomes_evidence_and_a_line_of_the_register(tmp_path: Path) -> None:
    study = write_company(tmp_path, Company(customers=200))
    intake = take_in(study)
    done = measure_begun(intake)
    assert {one.outcome for one in done.measured} >= {"churn", "revenue", "prevalence"}
    claims = [
        claim(metric, label(t), mean, mean / 4, initiative="fix_slow")
        for metric, mean in (("retention", 0.02), ("benefit", 500.0), ("cost", 10.0))
        for t in range(START, AS_OF + 1)
    ]
    periods = [(label(t), 1_000.0, 30.0) for t in range(START, AS_OF + 1)]
    record = record_of(label(START - 1), {"customers": periods}, customers=1_400.0, initiatives=claims)
    tracked = with_register(track_records(intake, (record,), Rates(), done), (record,))
    scored = [one for one in tracked.scored if one.kind == "initiative"]
    assert [(one.metric, one.period) for one in scored] == [("retention", label(AS_OF))]
    line = tracked.register.set_index("initiative").loc["fix_slow"]
    assert line["approved_benefit"] == pytest.approx(500.0 * (AS_OF - START + 1))
    assert 0 <= line["bookable"] <= max(line["measured_benefit"], 0)
    assert "leaving rate" in track_html(tracked)
    tables, _ = deliver_track(tracked, study / "out" / "track")
    assert len(tables["evidence"]) and set(tables["measured"]["learnt"]) == {0, 1}
    edit(study, "study.toml", "[plan]", '[plan]\nmeasured = "out/track/evidence.csv"')
    read = take_in(study).case.plan.evidence
    assert {one.evidence for one in read} == set(tables["evidence"]["evidence"])
