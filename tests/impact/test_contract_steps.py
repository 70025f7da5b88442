"""Steps taken down by the answers: each a review that says what was done instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.checks import Check
from impact.intake import take_in
from tests.tiny_study import edit, write_tiny_study


def reviews(folder: Path, *overrides: str) -> dict[str, Check]:
    return {check.code: check for check in take_in(folder, overrides).checks if check.status == "review"}


@pytest.mark.parametrize(
    ("express", "said"), [("top2box", "a score outside the top two"), ("mean", ""), ("nps", "a detractor, 0 to 6")]
)
def test_a_low_score_follows_what_is_expressed(tmp_path: Path, express: str, said: str) -> None:
    folder = edit(write_tiny_study(tmp_path), "responses.csv", ",csat,", ",nps,")
    for name in ("pain_points", "fixes"):
        text = (folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    edit(folder, "study.toml", 'incidents = "incidents.csv"\n', "")
    text = (folder / "responses.csv").read_text(encoding="utf-8").replace("broken", "")
    (folder / "responses.csv").write_text(text, encoding="utf-8")
    found = reviews(folder, f"survey.express={express}").get("D358")
    assert (found.found if found else "") == (f"low_buy, low_use: {said}" if said else "")


def test_a_survey_that_moved_to_another_channel_and_question_is_told_with_its_period(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    lines = (folder / "responses.csv").read_text(encoding="utf-8").splitlines()
    later = [line.replace("2026-02", "2026-05").replace(",csat,", ",rating,") for line in lines[1:]]
    rows = [*(f"{line},1,5,post" for line in lines[1:]), *(f"{line},1,5,web" for line in later)]
    text = "\n".join([f"{lines[0]},scale_min,scale_max,channel", *rows])
    (folder / "responses.csv").write_text(text + "\n", encoding="utf-8")
    found = [check.found for check in take_in(folder).checks if check.code in {"D365", "D366"}]
    assert found == [
        "2026Q2: post: 100% to 0% of the answers",
        *(f"2026Q2: {stage}, csat to rating" for stage in ("buy", "overall", "use")),
    ]
