"""What a ledger lacks or holds beside the plain case, by the real command: each step's sentence and exit code."""

from __future__ import annotations

import contextlib
import html
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from impact.__main__ import main
from tests.quick_study import quick_uplift
from tests.tiny_study import append, edit, write_tiny_study


@dataclass(frozen=True)
class Done:
    """One finished run of a study."""

    code: int
    said: str
    out: Path

    def table(self, name: str) -> pd.DataFrame:
        """A table of the run."""
        return pd.read_csv(self.out / "tables" / f"{name}.csv")

    def checks(self) -> dict[str, tuple[str, str]]:
        """Status and what was found, by code."""
        rows = self.table("checks").itertuples()
        return {str(row.code): (str(row.status), str(row.found)) for row in rows}

    def page(self) -> str:
        """The report's words."""
        page = (self.out / "report.html").read_text(encoding="utf-8")
        body = re.sub(r"<(style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def run(folder: Path, *overrides: str) -> Done:
    """A study run in this process; overrides as `KEY=VALUE`."""
    said, err = io.StringIO(), io.StringIO()
    line = ["run", str(folder), *(word for one in overrides for word in ("--set", one))]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(err):
        code = main(line)
    return Done(code=code, said=said.getvalue() + err.getvalue(), out=folder / "out")


def five_stores(folder: Path) -> Path:
    """The tiny study with five stores over six quarters, none of which leaves."""
    write_tiny_study(folder)
    quarters = ("2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")
    rows = [f"{n:04d},{q},{1000 * n + 10 * place}" for n in range(1, 6) for place, q in enumerate(quarters)]
    (folder / "ledger.csv").write_text("\n".join(["customer_id,period,revenue", *rows]) + "\n", encoding="utf-8")
    return folder


def test_fewer_than_eight_units_end_with_0_and_break_even_instead_of_a_slope(tmp_path: Path) -> None:
    done = run(five_stores(tmp_path))
    assert done.code == 0, done.said
    assert done.checks()["C105"] == ("review", "5 units with 30 unit-periods of booked money")
    assert "C104" not in done.checks()
    assert {name for name in ("journey", "break_even", "checks") if len(done.table(name))} == {
        *("journey", "break_even", "checks")
    }
    assert done.table("calibration").empty and done.table("pain_points").empty and done.table("initiatives").empty
    assert done.table("break_even")["spend_relative"].gt(0).all()


def test_few_units_are_said_on_every_page(tmp_path: Path) -> None:
    done = run(five_stores(tmp_path))
    sentence = "No net value is claimed and nothing is chosen: 5 units with 30 unit-periods of booked money"
    assert sentence in done.said
    words = done.page()
    assert sentence in words and "More vans would pay if customers spent" in words
    assert "No initiative" not in words and "Not fit" not in words
    book = openpyxl.load_workbook(done.out / "impact.xlsx", read_only=True)
    dashboard = " ".join(str(cell) for row in book["Dashboard"].iter_rows(values_only=True) for cell in row if cell)
    assert "No effect is estimated from so few units" in dashboard
    record = json.loads((done.out / "run.json").read_text(encoding="utf-8"))
    assert (record["fitness"], record["headline"].startswith(sentence)) == ("fit", True)


def test_eight_units_of_too_few_periods_stay_too_thin(tmp_path: Path) -> None:
    five_stores(tmp_path)
    for n in range(6, 10):
        for quarter in ("2025Q2", "2026Q3"):
            append(tmp_path, "ledger.csv", f"{n:04d},{quarter},5")
    thin = (tmp_path / "ledger.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in thin if not re.search(r",(2025Q3|2025Q4|2026Q1|2026Q2),", line)]
    (tmp_path / "ledger.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    done = run(tmp_path, "study.shape=sites")
    assert (done.code, done.checks()["C104"][0]) == (1, "fail")


def test_the_ledger_is_tied_to_the_books_on_table_and_workbook(tmp_path: Path) -> None:
    five_stores(tmp_path)
    edit(tmp_path, "study.toml", "[portfolio]", '[finance]\ncontrol_totals = "gl.csv"\n[portfolio]')
    text = "period,unit,line,amount\n2026Q3,,customers,5\n2026Q3,,revenue,16000\n2026Q3,0002,revenue,2050\n"
    (tmp_path / "gl.csv").write_text(text, encoding="utf-8")
    done = run(tmp_path)
    assert done.code == 0, done.said
    found = done.table("reconciliation")
    assert list(found.columns) == ["period", "unit", "line", "ledger", "reported", "difference", "coverage"]
    assert found.ledger.tolist() == [5, 15_250, 2_050]
    assert found.difference.tolist() == [0, -750, 0]
    status, said = done.checks()["D386"]
    assert (status, said.startswith("1 of 3 totals over 2% apart; 2026Q3 revenue")) == ("review", True)
    assert done.checks()["D379"][0] == "pass"
    book = openpyxl.load_workbook(done.out / "impact.xlsx", read_only=True)
    assert "Reconciliation" in book.sheetnames
    assert "gl.csv" in json.loads((done.out / "run.json").read_text(encoding="utf-8"))["inputs"]


def test_a_missing_rate_ends_with_2_and_writes_nothing(tmp_path: Path) -> None:
    five_stores(tmp_path)
    edit(tmp_path, "study.toml", "[portfolio]", '[finance]\nrates = "fx.csv"\n[portfolio]')
    edit(tmp_path, "ledger.csv", "period,revenue\n", "period,revenue,currency\n")
    text = re.sub(r"(?m)^(000\d,.*)$", r"\1,USD", (tmp_path / "ledger.csv").read_text(encoding="utf-8"))
    (tmp_path / "ledger.csv").write_text(text, encoding="utf-8")
    (tmp_path / "fx.csv").write_text("period,currency,rate\n2026Q3,USD,0.5\n", encoding="utf-8")
    done = run(tmp_path)
    assert (done.code, "D375" in done.said, done.out.exists()) == (2, True, False)
    rows = "".join(f"{quarter},USD,0.5\n" for quarter in ("2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"))
    (tmp_path / "fx.csv").write_text(f"period,currency,rate\n2026Q3,USD,0.5\n{rows}", encoding="utf-8")
    done = run(tmp_path)
    assert (done.code, done.checks()["D376"][0]) == (0, "review")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sampler stood in for."""
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)


@pytest.mark.usefixtures("quick")
def test_one_period_is_a_cross_section_marked_weak_on_every_page(tmp_path: Path) -> None:
    write_tiny_study(tmp_path)
    edit(tmp_path, "study.toml", 'customers = "customers.csv"\n', "")
    rng = np.random.default_rng(1)
    scores = {f"{n:04d}": score for n, score in enumerate(rng.integers(1, 6, 60))}
    money = [f"{who},2026Q3,{1000 * np.exp(0.05 * score + rng.normal(0, 0.1)):.2f}" for who, score in scores.items()]
    (tmp_path / "ledger.csv").write_text("\n".join(["customer_id,period,revenue", *money]), encoding="utf-8")
    answers = [
        f"{who},2026-08-01,{stage},{score},csat" for who, score in scores.items() for stage in ("buy", "overall")
    ]
    answers.append("0001,2026-08-01,use,3,csat")
    heads = "customer_id,responded_at,stage,score,metric"
    (tmp_path / "responses.csv").write_text("\n".join([heads, *answers]), encoding="utf-8")
    incidents = [f"{who},2026-08-03,slow" for who in list(scores)[::3]]
    text = "\n".join(["customer_id,occurred_at,pain_point", *incidents])
    (tmp_path / "incidents.csv").write_text(text, encoding="utf-8")
    done = run(tmp_path)
    assert done.code == 0, done.said
    assert done.checks()["D332"][0] == "review"
    slopes = done.table("calibration")
    assert set(slopes["grade"]) == {"cross-section"}
    weak = "With one period customers can only be compared with each other, not with themselves: weak evidence."
    assert weak in done.page() and weak in done.said
    # one answer to the stage `use`: its score would be a person's own
    assert done.table("journey").set_index("stage")["score"].notna().to_dict() == {"buy": True, "use": False}


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A starter study to change."""
    folder = tmp_path / "study"
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(["init", str(folder)]) == 0
    return folder


def ledger(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "data" / "ledger.csv", dtype={"customer_id": str})


def put(folder: Path, rows: pd.DataFrame) -> Path:
    rows.to_csv(folder / "data" / "ledger.csv", index=False)
    return folder


@pytest.mark.usefixtures("quick")
def test_contracts_renewals_kinds_and_requests_run_to_their_end(starter: Path) -> None:
    rows = ledger(starter)
    rng = np.random.default_rng(5)
    gone = rows["customer_id"].map(rows.groupby("customer_id")["period"].max())
    yearly = rows["customer_id"].str[-1].isin(list("0123"))
    rows["renewal_at"] = np.where(yearly, gone.where(gone < rows["period"].max(), "2026Q2"), "")
    rows["churn_kind"] = rng.choice(["voluntary", "involuntary", ""], len(rows))
    rows["cancel_requested_at"] = np.where(gone == rows["period"], gone, "")
    done = run(put(starter, rows))
    assert done.code == 0, done.said
    checks = done.checks()
    assert all(checks[code][0] == "review" for code in ("D373", "D383"))
    assert done.table("initiatives")["npv"].notna().all()


@pytest.mark.usefixtures("quick")
def test_repeat_customers_run_to_their_end(starter: Path) -> None:
    rows = ledger(starter)
    rng = np.random.default_rng(6)
    rows = rows[(rng.random(len(rows)) < 0.9) | (rows["period"] == rows["period"].max())]
    done = run(put(starter, rows.drop(columns="retained", errors="ignore")), "study.relationship=repeat")
    assert done.code == 0, done.said
    assert done.checks()["D385"][0] == "review"
    assert "repeat" in done.page()


@pytest.mark.usefixtures("quick")
def test_without_a_margin_scenarios_are_of_revenue(starter: Path) -> None:
    text = (starter / "study.toml").read_text(encoding="utf-8")
    (starter / "study.toml").write_text(re.sub(r"(?m)^margin_rate.*$", "", text), encoding="utf-8")
    done = run(starter)
    assert done.code == 0, done.said
    found = done.table("scenarios")
    assert {"customers", "retention", "revenue"} <= set(found["metric"])
    assert not {"margin", "cash"} & set(found["metric"])
    both = found.pivot_table(index=["period", "metric"], columns="scenario", values="value")
    assert both["base"].equals(both["base, nothing funded"].rename("base"))
    assert done.table("portfolio").empty


@pytest.mark.usefixtures("quick")
def test_a_seventh_of_margins_below_zero_runs_with_margin_in_money_and_ties_to_the_cent(starter: Path) -> None:
    rows = ledger(starter)
    rng = np.random.default_rng(7)
    loss = rng.random(len(rows)) < 0.15
    rows["margin"] = np.where(loss, -0.3 * rows["revenue"], 0.4 * rows["revenue"]).round(2)
    rows["cost_to_serve"] = rng.gamma(2.0, 4.0, len(rows)).round(2)
    text = (starter / "study.toml").read_text(encoding="utf-8")
    (starter / "study.toml").write_text(re.sub(r"(?m)^margin_rate.*$", "", text), encoding="utf-8")
    done = run(put(starter, rows))
    assert done.code == 0, done.said
    checks = done.checks()
    assert [checks[code][0] for code in ("C430", "C431", "D377", "D379")] == ["review", "review", "review", "pass"]
    assert f"sum to {rows.loc[loss, 'margin'].sum():,.2f} of {rows['margin'].sum():,.2f}" in checks["C431"][1]
    slopes = done.table("calibration")
    assert {"margin", "cost_to_serve"} <= set(slopes.loc[slopes["headline"].astype(bool), "outcome"])
    assert "log_margin" not in set(slopes["outcome"])
