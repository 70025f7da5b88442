"""Scores from counts, scores as expressed, and people within an account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest

from impact.__main__ import main
from impact.errors import Finding, InputError
from impact.intake import Intake, take_in
from impact.journey import NPS_BESIDE
from impact.source_answers import (
    Express,
    as_expressed,
    not_expressible,
    with_counts,
    with_nps_apart,
    with_people,
)
from tests.anonymous_study import write_counted_study
from tests.tiny_study import edit, write_tiny_study

COUNTED = ("promoters", "passives", "detractors")


def answers(*rows: dict[str, Any]) -> ibis.Table:
    """Answers on 1-5 but for what a row says."""
    plain: dict[str, Any] = {"score": 3.0, "n": 1.0, "weight": 1.0, "sd": None, "scale_min": 1.0, "scale_max": 5.0}
    frame = pd.DataFrame([plain | row for row in rows])
    return ibis.memtable(frame.astype({"sd": "float64"}))


def on(score: float, low: float, high: float, **more: float) -> dict[str, float]:
    return {"score": score, "scale_min": low, "scale_max": high, **more}


def test_counts_give_score_n_spread_and_scale() -> None:
    table = answers({"promoters": 6.0, "passives": 3.0, "detractors": 1.0, "score": None})
    found = with_counts(table, COUNTED).execute().iloc[0]
    assert (found.score, found.n, found.scale_min, found.scale_max) == (50.0, 10.0, -100.0, 100.0)
    singles = pd.Series([100.0] * 6 + [0.0] * 3 + [-100.0])
    assert found.sd == pytest.approx(singles.std(ddof=0))


@pytest.mark.parametrize(
    ("low", "high", "outside", "inside"),
    [(1, 5, 3, 4), (1, 7, 5, 6), (0, 10, 8, 9), (1, 10, 8, 9), (0, 100, 74, 75), (1, 4, 2, 3)],
)
def test_the_top_two_are_the_two_highest_points_or_from_the_fourth_of_five(
    low: float, high: float, outside: float, inside: float
) -> None:
    table = as_expressed(answers(on(outside, low, high), on(inside, low, high), on(high, low, high)), "top2box")
    found = table.execute()
    assert list(found.score) == [0.0, 100.0, 100.0]
    assert set(found.scale_min) == {0.0}
    assert set(found.scale_max) == {100.0}
    assert list(found.asked_max) == [high] * 3


def test_recommendation_beside_another_question_about_the_whole_gets_a_name_of_its_own() -> None:
    asked = [("overall", "csat"), ("overall", "NPS"), ("buy", "nps"), ("overall", None)]
    rows = [{"stage": stage, "metric": metric, "set_aside": None} for stage, metric in asked]
    table = answers(*rows).mutate(set_aside=ibis.null("string"))
    found = with_nps_apart(table, {"metric"}, "mean")
    assert found is not None
    assert list(found.execute().stage) == ["overall", NPS_BESIDE, "buy", "overall"]


@pytest.mark.parametrize(("metrics", "express"), [(("nps", "nps"), "mean"), (("csat", "nps"), "nps")])
def test_recommendation_that_is_the_overall_score_stays_overall(metrics: tuple[str, str], express: Express) -> None:
    rows = [{"stage": "overall", "metric": metric, "set_aside": None} for metric in metrics]
    table = answers(*rows).mutate(set_aside=ibis.null("string"))
    assert with_nps_apart(table, {"metric"}, express) is None


def test_nps_counts_promoters_from_9_and_detractors_to_6() -> None:
    found = as_expressed(answers(*(on(score, 0, 10) for score in (0, 6, 7, 8, 9, 10))), "nps").execute()
    assert list(found.score) == [-100, -100, 0, 0, 100, 100]
    assert set(found.scale_min) == {-100.0}


def test_counts_and_a_published_nps_pass_as_they_are() -> None:
    table = answers({"promoters": 6.0, "passives": 3.0, "detractors": 1.0, "score": None})
    counted = with_counts(table, COUNTED)
    assert as_expressed(counted, "nps").execute().score[0] == 50.0
    share = as_expressed(counted, "top2box").execute().iloc[0]
    assert (share.score, share.scale_max) == (60.0, 100.0)
    assert as_expressed(answers(on(12, -100, 100, n=40.0)), "nps").execute().score[0] == 12.0


@pytest.mark.parametrize(
    ("express", "row", "refused"),
    [
        ("nps", on(4, 1, 5), True),
        ("nps", on(8.2, 0, 10, n=30.0), True),
        ("nps", on(8, 0, 10), False),
        ("nps", on(20, -100, 100, n=30.0), False),
        ("top2box", on(4.1, 1, 5, n=30.0), True),
        ("top2box", on(4, 1, 5, n=30.0, sd=0.0), False),
        ("top2box", on(1, 0, 1), True),
        ("top2box", on(4, 1, 5), False),
    ],
)
def test_an_average_or_another_scale_cannot_be_expressed(express: Express, row: dict[str, Any], refused: bool) -> None:  # noqa: FBT001
    table = answers(row)
    assert bool(table.select(found=not_expressible(table, express)).execute().found[0]) == refused


def test_each_person_of_an_account_counts_once_and_weights_are_honoured() -> None:
    who = {"customer_id": "a", "t": 1, "stage": "buy"}
    rows = [("ann", 1.0, 1.0), ("ann", 1.0, 1.0), ("ann", 1.0, 1.0), ("bo", 5.0, 1.0), (None, 5.0, 2.0)]
    table = answers(*(who | {"respondent_id": one, "score": score, "weight": w} for one, score, w in rows))
    found = with_people(table, ["respondent_id"]).execute()
    weight = found.n * found.weight
    assert (found.score * weight).sum() / weight.sum() == pytest.approx((1 * 1 + 5 * 1 + 5 * 2) / 4)
    assert with_people(table, []) is table


def test_only_averages_are_a_study_of_sites_and_check_ends_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_counted_study(tmp_path)
    assert main(["check", str(folder)]) == 0
    assert "D355 Only averages" in capsys.readouterr().out
    edit(folder, "ledger.csv", "east-pro,2025Q3", "east-pro,2023Q1")  # not seen throughout, and yet of sites
    edit(folder, "ledger.csv", "east-plus,2025Q3", "east-plus,2023Q1")
    taken = take_in(folder)
    assert taken.source.shape(taken.study) == "sites"
    assert take_in(folder, ["study.shape=customers"]).source.only_averages


def faults(folder: Path, *overrides: str) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        take_in(folder, overrides)
    return caught.value.findings


def test_counts_that_do_not_add_up_are_refused_each_with_its_column(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    heads = "customer_id,responded_at,stage,score,n,promoters,passives,detractors"
    rows = ["0,1.5,1", "-1,2,3", "1,,2", "4,4,2", "1,1,2"]
    stated = [",", ",", ",", ",9", "80,"]
    lines = [f"0001,2026Q1,overall,{said},{counts}" for said, counts in zip(stated, rows, strict=True)]
    (folder / "responses.csv").write_text("\n".join([heads, *lines]) + "\n", encoding="utf-8")
    found = {(one.code, one.place.split()[-1]) for one in faults(folder)}
    assert found >= {("D356", name) for name in ("promoters", "passives", "n", "score")}


def test_a_spread_below_zero_is_out_of_bounds(tmp_path: Path) -> None:
    folder = edit(write_tiny_study(tmp_path), "responses.csv", "metric,pain_points", "sd,pain_points")
    text = (folder / "responses.csv").read_text(encoding="utf-8").replace(",csat,", ",-1,")
    (folder / "responses.csv").write_text(text, encoding="utf-8")
    (found,) = faults(folder)
    assert (found.code, found.place) == ("D318", "responses.csv sd")


def test_an_nps_of_scores_on_five_points_is_refused(tmp_path: Path) -> None:
    (found,) = faults(write_tiny_study(tmp_path), "survey.express=nps")
    assert found.code == "D357"
    assert 'cannot be expressed as "nps"' in found.found


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Intake:
    """The tiny study on top-2-box, where account 0002 has a buyer who answered twice and a user who answered once."""
    folder = write_tiny_study(tmp_path_factory.mktemp("accounts"))
    lines = (folder / "responses.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{line},{line[:4]}-1,user" for line in lines[1:]]
    rows += ["0002,2026-02-02,buy,5,csat,,0002-2,buyer"] * 2
    text = "\n".join([f"{lines[0]},respondent_id,role", *rows]) + "\n"
    (folder / "responses.csv").write_text(text, encoding="utf-8")
    return take_in(folder, ["survey.express=top2box"])


def test_accounts_with_several_people_are_counted_with_their_spread_and_roles(accounts: Intake) -> None:
    (found,) = [check.found for check in accounts.checks if check.code == "D367"]
    assert found.startswith("1 account with several people")
    assert "sd within an account 71 points" in found  # of 0 and 100
    assert found.endswith("people by role: user 20, buyer 1")


def test_the_account_scores_the_mean_over_its_people(accounts: Intake) -> None:
    assert accounts.source.responses is not None
    rows = accounts.source.responses.execute()
    mine = rows[(rows.customer_id == "0002") & (rows.stage == "buy")]
    weight = mine.n * mine.weight
    assert (mine.score * weight).sum() / weight.sum() == pytest.approx(50)
    assert set(rows.scale_max) == {100.0}
