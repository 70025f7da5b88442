"""The whole way by the real command: the starter study run for real, thin data, and every step taken down."""

from __future__ import annotations

import contextlib
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from impact import run as flow
from impact.__main__ import main
from impact.ids import shown_id
from impact.study import load_study
from tests.quick_study import change_plan, empty_sheets, fill_column, quick_uplift

COVERAGE = ("coverage", "response_rates", "respondents", "transitions", "stage_flow")
LIFETIMES = ("lifetime", "survival", "revenue_kept")
GATES = ("dial", "dial_marks", "dial_pain_points", "prior_sensitivity", "told_apart")
TABLES = {
    *("journey", "calibration", "drivers", "pain_points", "initiatives", "portfolio", "cashflow", "frontier"),
    *("scenarios", "reconciliation", "benefits", "break_even", "checks", "certificate", "triangulation", "doubts"),
    *("point_values", "walk", "predictive", "evidence", "haircut", "face_value"),
    *("at_stake", "carried", "excellence", "by_segment", "concentration", "prices", "delay"),
    *("information", "naive", "case_against", "ongoing"),
    *("tornado", "break_even_levers", "scenario_portfolios"),
    *("refresh", "plan_changes", "journey_over_time", "monitoring", "outlook_gap", "scenario_differences"),
    *COVERAGE,
    *LIFETIMES,
    *GATES,
}
PAGES = {
    "impact.xlsx",
    "report.html",
    "journey.svg",
    "run.json",
    "forecast.json",
    "rate-retention.html",
    "rate-money.html",
}
# What the workbook stores beside its formulas, and what the tables say, are one number.
SAME = 1e-9


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one command line ended with."""

    code: int
    out: str
    err: str


def say(*line: str | Path) -> Said:
    """A command line, run in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(word) for word in line])
    return Said(code=code, out=out.getvalue(), err=err.getvalue())


def table(out: Path, name: str) -> pd.DataFrame:
    """A table of a finished run."""
    return pd.read_csv(out / "tables" / f"{name}.csv")


def page_words(out: Path) -> str:
    """The report's text, on one line."""
    page = (out / "report.html").read_text(encoding="utf-8")
    body = re.sub(r"<(style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study that `init` writes."""
    folder = tmp_path_factory.mktemp("whole") / "study"
    assert say("init", folder).code == 0
    return folder


@pytest.fixture(scope="module")
def said(study: Path) -> Said:
    """The real run of it, sampler and all."""
    return say("run", study)


@pytest.fixture(scope="module")
def out(study: Path, said: Said) -> Path:
    """What the real run wrote."""
    assert said.code == 0, said.err
    return study / "out"


@pytest.fixture(scope="module")
def again(study: Path, out: Path) -> Said:
    """The same run once more, elsewhere, answered to a program."""
    return say("run", study, "--out", out.parent / "again", "--json")


def test_the_starter_study_passes_its_check_and_runs_to_the_end(study: Path, said: Said) -> None:
    assert say("check", study).code == 0
    assert said.code == 0
    assert "fail" not in {line.split()[0] for line in said.out.splitlines() if line.startswith("  ")}


def test_every_page_and_table_is_there_and_nothing_outside(study: Path, out: Path) -> None:
    assert {path.name for path in out.iterdir() if path.is_file()} == PAGES
    assert {path.stem for path in (out / "tables").iterdir()} == TABLES
    assert not [path.name for path in study.iterdir() if path.name.startswith(".out")]


def test_results_go_to_stdout_and_progress_to_stderr(said: Said) -> None:
    assert "Sampling the joint posterior" in said.err
    assert "Sampling the joint posterior" not in said.out
    assert "rank\tinitiative\tname" in said.out


def test_the_headline_of_the_terminal_is_that_of_page_workbook_and_record(out: Path, said: Said) -> None:
    headline = said.out.splitlines()[0]
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["headline"] == headline
    assert headline in page_words(out)
    # A long sentence takes several rows of the sheet.
    column = pd.read_excel(out / "impact.xlsx", sheet_name="Dashboard", header=None)[0].dropna()
    assert headline in " ".join(map(str, column))


def _ranking_sheet(out: Path) -> pd.DataFrame:
    sheet = pd.read_excel(out / "impact.xlsx", sheet_name="Ranking", header=None)
    (top,) = sheet.index[sheet.apply(lambda row: {"initiative", "NPV"} <= set(map(str, row)), axis=1)][:1]
    rows = sheet.iloc[top + 1 :].set_axis([str(name) for name in sheet.iloc[top]], axis=1)
    return rows[rows["initiative"].notna()]


def test_pandas_reads_the_npv_of_the_tables_from_the_workbook(out: Path) -> None:
    read = _ranking_sheet(out).set_index("initiative")["NPV"].astype(float)
    npv = table(out, "initiatives").set_index("initiative")["npv"]
    assert read.reindex(npv.index).to_numpy() == pytest.approx(npv.to_numpy(), rel=SAME, abs=SAME)


def test_the_chosen_set_keeps_to_the_budget_and_is_the_forecasts(out: Path) -> None:
    portfolio, initiatives = table(out, "portfolio"), table(out, "initiatives").set_index("initiative")
    chosen = portfolio.loc[portfolio["chosen"] == 1, "initiative"]
    forecast = json.loads((out / "forecast.json").read_text(encoding="utf-8"))
    assert forecast["chosen"] == chosen.tolist()
    assert (forecast["status"], forecast["approval"]) == ("draft", {"rate": None, "portfolio": None})
    assert initiatives.loc[chosen, "cost"].sum() <= json.loads(_budget(out))
    assert (portfolio["reason"].str.len() > 0).all()


def _budget(out: Path) -> str:
    text = (out.parent / "study.toml").read_text(encoding="utf-8")
    found = re.search(r"^budget = ([\d_]+)", text, flags=re.MULTILINE)
    assert found is not None
    return found.group(1).replace("_", "")


def test_the_sampler_of_the_real_run_converged(out: Path) -> None:
    checks = table(out, "checks").set_index("code")
    assert checks.loc["C401", "status"] == "pass"
    sampler = json.loads((out / "run.json").read_text(encoding="utf-8"))["sampler"]
    assert sampler["divergences"] == 0
    assert sampler["rhat_max"] <= 1.01


def test_no_customer_id_leaves_the_study(out: Path) -> None:
    assert not [name for name, data in content(out).items() if name != "impact.xlsx" and b"SYN-0" in data]


def test_the_same_seed_gives_the_same_tables_to_the_byte(out: Path, again: Said) -> None:
    assert again.code == 0, again.err
    assert content(out / "tables") == content(out.parent / "again" / "tables")


def test_json_is_one_object_with_the_decision_and_the_files(out: Path, again: Said) -> None:
    answer = json.loads(again.out)
    assert (answer["status"], answer["exit_code"], answer["findings"]) == ("done", 0, [])
    result = answer["result"]
    ranked = table(out, "initiatives").sort_values("rank")
    assert [row["initiative"] for row in result["decision"]] == ranked["initiative"].tolist()
    assert [row["npv"] for row in result["decision"]] == pytest.approx(ranked["npv"].tolist(), rel=SAME)
    assert all(Path(file["path"]).stat().st_size == file["bytes"] for file in result["files"])
    assert {"study.toml", "plan.xlsx"} <= set(answer["inputs"])


# What follows is about what comes before and after the sampler, which is stood in for.


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sampler stood in for."""
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A starter study to change."""
    folder = tmp_path / "study"
    assert say("init", folder).code == 0
    return folder


def set_line(folder: Path, start: str, line: str) -> Path:
    """The study folder after the first line of `study.toml` that starts so was replaced."""
    file = folder / "study.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    place = next(number for number, text in enumerate(lines) if text.startswith(start))
    lines[place] = line
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def keep_rows(folder: Path, name: str, keep: Callable[[pd.DataFrame], pd.Series]) -> Path:
    """The study folder after some rows of a table were left out."""
    file = folder / "data" / f"{name}.csv"
    rows = pd.read_csv(file, dtype=str)
    rows[keep(rows)].to_csv(file, index=False)
    return folder


def _few_customers(folder: Path) -> Path:
    for name in ("ledger", "customers", "incidents", "responses"):
        keep_rows(folder, name, lambda rows: rows["customer_id"] <= "SYN-00040")
    return folder


def _nobody_leaves(folder: Path) -> Path:
    keep_rows(folder, "ledger", lambda rows: rows.groupby("customer_id")["period"].transform("nunique") == 6)
    stayed = set(pd.read_csv(folder / "data" / "ledger.csv")["customer_id"])
    for name in ("customers", "incidents", "responses"):
        keep_rows(folder, name, lambda rows: rows["customer_id"].isin(stayed))
    return set_line(folder, "shape", 'shape = "customers"')


@pytest.mark.parametrize(
    ("thin", "code", "sentence", "enough"),
    [
        (_few_customers, "C101", "customer-periods have both an experience and an outcome", "At least 500 are needed"),
        (_nobody_leaves, "C102", "The outcome does not vary: nobody left", "at least 50 customers leave"),
    ],
    ids=["few customers", "nobody leaves"],
)
def test_too_thin_ends_with_1_and_still_writes_journey_break_even_checks_and_coverage(
    fresh: Path, thin: Callable[[Path], Path], code: str, sentence: str, enough: str
) -> None:
    said = say("run", thin(fresh))
    assert said.code == 1
    assert said.out.startswith("NOT FIT FOR USE")
    assert sentence in said.out and enough in said.out
    out = fresh / "out"
    written = {name for name in TABLES - set(LIFETIMES) if len(table(out, name))}
    assert written == {"journey", "journey_over_time", "monitoring", "break_even", "checks", *COVERAGE}
    assert table(out, "checks").iloc[0][["code", "status"]].tolist() == [code, "fail"]
    _holds_no_money_as_fit(out, sentence)


def _holds_no_money_as_fit(out: Path, sentence: str) -> None:
    """Page, workbook and records say why first, and carry no money figure."""
    words = page_words(out)
    assert "NOT FIT FOR USE" in words.upper()
    assert sentence in words
    assert not re.search(r"EUR\s*[-\d]", words)
    for name, sheet in pd.read_excel(out / "impact.xlsx", sheet_name=None, header=None).items():
        top = " ".join(map(str, sheet.iloc[:6].to_numpy().ravel()))
        assert "NOT FIT FOR USE" in top and sentence in top, name
    record, forecast = (json.loads((out / name).read_text(encoding="utf-8")) for name in ("run.json", "forecast.json"))
    assert (record["fitness"], record["sampler"]) == ("not fit for use", None)
    assert (forecast["fitness"], forecast["chosen"], forecast["portfolio"]) == ("not fit for use", [], None)
    assert table(out, "journey")["value_at_stake"].isna().all()


def test_too_thin_is_one_json_object_too(fresh: Path) -> None:
    said = say("run", _few_customers(fresh), "--json")
    answer = json.loads(said.out)
    assert (said.code, answer["exit_code"], answer["status"]) == (1, 1, "not fit for use")
    assert answer["result"]["decision"] == []
    assert answer["result"]["notices"][0].startswith("Not fit for use.")


# Low scores are known of those who answered alone, and in the starter these are too few to tell what they do.
FEW_ANSWERS = ("C406",)


def _reviews(out: Path) -> dict[str, str]:
    checks = table(out, "checks")
    reviews = checks[checks["status"] == "review"]
    assert reviews["remedy"].notna().all()
    return dict(zip(reviews["code"], reviews["found"], strict=True))


def _stepped_down(folder: Path, code: str, *, failed: tuple[str, ...] = ()) -> Path:
    """The output of a study that ran to its end one step down, after its check was found on table and page."""
    said = say("run", folder)
    assert said.code == (1 if failed else 0), said.err
    out = folder / "out"
    statuses = table(out, "checks").set_index("code")["status"]
    assert tuple(statuses[statuses == "fail"].index) == failed
    assert code in _reviews(out)
    checks = table(out, "checks").set_index("code")
    assert str(checks.loc[code, "check"]) in page_words(out)
    return out


@pytest.mark.usefixtures("quick")
def test_without_pain_points_each_stage_has_its_low_score(fresh: Path) -> None:
    change_plan(fresh, empty_sheets("pain_points", "fixes"))
    out = _stepped_down(set_line(fresh, "incidents", "# no incidents"), "P222", failed=FEW_ANSWERS)
    pains = table(out, "pain_points")
    assert pains["stage"].tolist() == ["join", "use", "pay", "help"]
    assert pains["name"].str.startswith("low score here").all()
    assert pains["prevalence"].between(0.001, 0.999).all()
    assert pains["value"].notna().all()


@pytest.mark.usefixtures("quick")
def test_incidents_of_no_pain_point_are_set_aside_and_ids_leave_hashed(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_ID_KEY", "correct horse battery staple")
    set_line(fresh, "[data]", '[data]\nid_key = "CX_ID_KEY"')
    with (fresh / "data" / "responses.csv").open("a", encoding="utf-8") as file:
        file.write("ghost77,2025-06-25,join,3,csat\n")
    change_plan(fresh, empty_sheets("pain_points", "fixes"))
    out = _stepped_down(fresh, "D391", failed=FEW_ANSWERS)
    aside = [row for row in json.loads((out / "run.json").read_text(encoding="utf-8"))["rows"] if row["set_aside"]]
    assert {row["table"] for row in aside} == {"incidents", "responses"}
    rejects = pd.read_csv(out / "rejects" / "responses.csv", dtype=str)
    assert rejects["customer_id"].tolist() == [shown_id("ghost77", load_study(fresh))]
    assert not any(b"ghost77" in path.read_bytes() for path in out.rglob("*.*"))


@pytest.mark.usefixtures("quick")
def test_a_fix_without_shares_is_assumed_and_marked(fresh: Path) -> None:
    for column in ("low", "likely", "high"):
        change_plan(fresh, fill_column("fixes", column, None))
    out = _stepped_down(fresh, "P223")
    assert all(name in _reviews(out)["P223"] for name in ("bill_check", "one_call", "spare_line", "start_date"))
    assert table(out, "initiatives")["npv"].notna().all()


@pytest.mark.verify
@pytest.mark.usefixtures("quick")
def test_an_initiative_without_a_fixes_row_is_worth_minus_its_cost(fresh: Path) -> None:
    out = _stepped_down(change_plan(fresh, empty_sheets("fixes")), "P224")
    cash = table(out, "cashflow")
    assert not cash[["retention", "spend"]].any(axis=None)
    assert (table(out, "initiatives")["npv"] < 0).all()
    assert not table(out, "portfolio")["chosen"].any()


@pytest.mark.usefixtures("quick")
def test_without_costs_the_largest_cost_stands_for_npv_and_nothing_is_chosen(fresh: Path) -> None:
    for column in ("cost", "cost_low", "cost_high"):
        change_plan(fresh, fill_column("initiatives", column, None))
    out = _stepped_down(fresh, "P225")
    rows = table(out, "initiatives")
    assert rows["npv"].isna().all() and rows["max_cost"].notna().all()
    assert set(rows["verdict"]) == {"park"}
    assert table(out, "portfolio").empty
    assert json.loads((out / "forecast.json").read_text(encoding="utf-8"))["chosen"] == []
    assert "no initiative is priced" in page_words(out)


@pytest.mark.usefixtures("quick")
def test_without_margin_money_is_revenue_and_no_npv_is_claimed(fresh: Path) -> None:
    out = _stepped_down(set_line(fresh, "margin_rate", "# no margin"), "D333")
    rows = table(out, "initiatives")
    assert rows[["npv", "max_cost"]].isna().all(axis=None)
    assert set(rows["verdict"]) == {"park"}
    assert table(out, "portfolio").empty
    assert json.loads((out / "forecast.json").read_text(encoding="utf-8"))["chosen"] == []
    words = page_words(out)
    assert "No net value is claimed, because the study has no margin" in words
    assert "revenue at stake" in words


@pytest.mark.verify
@pytest.mark.usefixtures("quick")
def test_without_personas_all_customers_are_one_group(fresh: Path) -> None:
    change_plan(fresh, empty_sheets("personas"))
    customers = fresh / "data" / "customers.csv"
    pd.read_csv(customers, dtype=str).drop(columns="persona").to_csv(customers, index=False)
    out = _stepped_down(fresh, "P226")
    assert table(out, "initiatives")["npv"].notna().all()


@pytest.mark.usefixtures("quick")
def test_with_only_an_overall_score_stages_are_not_measured_and_money_still_is(fresh: Path) -> None:
    out = _stepped_down(keep_rows(fresh, "responses", lambda rows: rows["stage"] == "overall"), "D334")
    journey = table(out, "journey")
    assert journey[["score", "emotion", "responses"]].isna().all(axis=None)
    assert journey["value_at_stake"].notna().all()
    assert table(out, "drivers").empty
    assert "not measured" in page_words(out) + (out / "journey.svg").read_text(encoding="utf-8")


@pytest.mark.usefixtures("quick")
def test_without_initiatives_pain_points_are_valued_and_nothing_is_chosen(fresh: Path) -> None:
    out = _stepped_down(change_plan(fresh, empty_sheets("initiatives", "fixes")), "P228")
    assert table(out, "initiatives").empty and table(out, "portfolio").empty
    assert table(out, "pain_points")["value"].notna().all()


@pytest.mark.usefixtures("quick")
def test_a_budget_below_what_is_mandatory_ends_with_2_and_names_it(fresh: Path) -> None:
    change_plan(fresh, fill_column("initiatives", "mandatory", 1))
    said = say("run", fresh, "--set", "portfolio.budget=100")
    assert said.code == 2
    assert "P215" in said.err and "bill_check" in said.err and "budget of 100" in said.err
    assert not (fresh / "out").exists()
    checked = say("check", fresh, "--set", "portfolio.budget=100")
    assert checked.code == 2
    assert "P215" in checked.out + checked.err and "budget of 100" in checked.out + checked.err


def test_a_folder_of_others_is_refused_before_anything_is_estimated(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("estimated in vain")

    monkeypatch.setattr(flow, "find", never)
    (fresh / "mine").mkdir()
    (fresh / "mine" / "thesis.txt").write_text("thesis", encoding="utf-8")
    said = say("run", fresh, "--out", fresh / "mine")
    assert said.code == 2
    assert "U008" in said.err
    assert content(fresh / "mine") == {"thesis.txt": b"thesis"}
    assert say("explain", "U008").code == 0
