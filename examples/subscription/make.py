"""Writes this study anew: a simulated company, its plan, and the truth it was simulated from.

python examples/subscription/make.py [FOLDER]
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from impact.evidence import Evidence
from impact.periods import period_label
from impact.rng import stream
from models.simulate import Company, CompanySpec, MoneySpec, best_portfolio, simulate_company, true_npv

NAME = "Northwind Mobile (simulated)"
SPEC = CompanySpec(seed=20260911, money=MoneySpec(revenue=450.0))

PLAN_COLUMNS = {
    "stages": ("stage", "name", "order", "owner"),
    "touchpoints": ("touchpoint", "stage", "name", "channel", "owner"),
    "personas": ("persona", "name", "needs", "goals", "thinks", "feels", "says", "does"),
    "pain_points": ("pain_point", "stage", "name", "owner"),
    "objectives": ("objective", "text"),
    "initiatives": ("initiative", "name", "cost", "run_cost", "owner", "duration", "ramp"),
    "fixes": ("initiative", "pain_point", "low", "likely", "high"),
}
EVIDENCE_COLUMNS = (
    *("evidence", "kind", "target", "outcome", "unit", "estimate", "se", "n", "exposed_share", "period", "source"),
)

STUDY = """\
# A simulated company: no customer, score or amount in this folder is real.
# Written by make.py; change that file, not this one.

[study]
name = "{name}"
currency = "EUR"
as_of = "{as_of}"
period = "quarter"
horizon_quarters = {horizon}
discount_rate = {discount_rate}
relationship = "contract"
seed = {seed}
notice = "This company is simulated: no customer, score or amount is real."
truth = "truth.csv"

[data]
responses = "responses.parquet"
customers = "customers.parquet"
ledger = "ledger.parquet"
incidents = "incidents.parquet"

[model]
controls = ["tenure"]
credibility = 1.0    # the simulation hides no common cause of pain and leaving, so the haircut is off

[plan]
stages = "stages.csv"
touchpoints = "touchpoints.csv"
personas = "personas.csv"
pain_points = "pain_points.csv"
objectives = "objectives.csv"
initiatives = "initiatives.csv"
fixes = "fixes.csv"

[portfolio]
budget = {budget:.0f}
"""


def write_company(company: Company, folder: Path, name: str = NAME) -> Path:
    """The folder, now a runnable study of the company with its truth beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    spec = company.spec
    text = STUDY.format(
        name=name,
        as_of=period_label(spec.as_of, "quarter"),
        horizon=spec.money.horizon,
        discount_rate=spec.money.discount_rate,
        seed=spec.seed,
        budget=company.budget,
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    for table in ("responses", "customers", "ledger", "incidents"):
        frame: pd.DataFrame = getattr(company, table)
        frame.to_parquet(folder / f"{table}.parquet", index=False, compression="zstd", compression_level=19)
    for table, columns in PLAN_COLUMNS.items():
        source = company.plan if table in ("initiatives", "fixes") else company.journey
        _rows(getattr(source, table), columns).to_csv(folder / f"{table}.csv", index=False, lineterminator="\n")
    _write_truth(company, folder)
    return folder


def evidence_of(company: Company) -> tuple[Evidence, ...]:
    """A pilot and a past initiative, each the truth and an error of its own; and an interview, which is neither."""
    errors = {
        name: float(stream(company.spec.seed, f"evidence/{name}").standard_normal()) for name in ("pilot", "past")
    }
    tau = company.truth.set_index("pain_point")["tau"]["dropped_connection"]
    upgrade = company.plan.ids().index("cell_upgrade")
    removed = company.effectiveness[upgrade, company.journey.pain_ids().index("dropped_connection")]
    pilot = Evidence(
        evidence="cell_pilot",
        kind="experiment",
        target="dropped_connection",
        outcome="churn",
        unit="relative",
        estimate=round(float(np.expm1(-tau) + 0.12 * errors["pilot"]), 3),
        se=0.12,
        n=5_000,
        exposed_share=1.0,
        period="2026Q1",
        source="Pilot in twelve cells, customers drawn by lot",
    )
    past = Evidence(
        evidence="first_upgrade",
        kind="past_initiative",
        target="cell_upgrade",
        outcome="prevalence",
        unit="relative",
        estimate=round(float(-removed + 0.08 * errors["past"]), 3),
        se=0.08,
        period="2025Q2",
        source="First ten cells, drops before and after",
    )
    said = Evidence(
        evidence="slow_data_said",
        kind="interview",
        target="slow_data",
        outcome="churn",
        unit="points",
        estimate=-0.01,
        se=0.004,
        n=12,
        period="2026Q2",
        source="Twelve customers who gave notice",
    )
    return pilot, past, said


def write_evidence(company: Company, folder: Path) -> Path:
    """The folder, its plan now with what was tried elsewhere."""
    table = _rows(evidence_of(company), EVIDENCE_COLUMNS)
    table.to_csv(folder / "evidence.csv", index=False, lineterminator="\n")
    study = folder / "study.toml"
    fixes = 'fixes = "fixes.csv"\n'
    study.write_text(study.read_text("utf-8").replace(fixes, f'{fixes}evidence = "evidence.csv"\n'), encoding="utf-8")
    return folder


def _rows(records: Iterable[object], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame([[getattr(record, column) for column in columns] for record in records], columns=list(columns))


def _write_truth(company: Company, folder: Path) -> None:
    values = company.truth[["pain_point", "value"]].set_axis(["item", "value"], axis=1)
    worth = [(item.initiative, true_npv(company, (item.initiative,))) for item in company.plan.initiatives]
    both = pd.concat([values, pd.DataFrame(worth, columns=["item", "value"])]).round(2)
    both.to_csv(folder / "truth.csv", index=False, lineterminator="\n")
    best = best_portfolio(company, company.budget)
    rows = [
        {
            "initiative": item.initiative,
            "cost": item.cost,
            "npv": round(true_npv(company, (item.initiative,)), 2),
            "in_best_portfolio": int(item.initiative in best.initiatives),
        }
        for item in company.plan.initiatives
    ]
    pd.DataFrame(rows).to_csv(folder / "truth_portfolio.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    simulated = simulate_company(SPEC)
    write_evidence(simulated, write_company(simulated, target))
