"""A simulated company as a study folder, with no more in it than what a measurement reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from impact.periods import period_label
from models.simulate import Company

PLAN_COLUMNS = {
    "stages": ("stage", "name", "order", "owner"),
    "personas": ("persona", "name"),
    "pain_points": ("pain_point", "stage", "name", "owner", "source"),
    "initiatives": ("initiative", "name", "cost", "run_cost", "owner", "duration", "ramp"),
    "fixes": ("initiative", "pain_point", "low", "likely", "high"),
}
TABLES = ("responses", "customers", "ledger", "incidents")


def write_tables(company: Company, folder: Path) -> Path:
    """The folder, now a study of the company with the haircut off."""
    spec = company.spec
    files = "\n".join(f'{table} = "{table}.parquet"' for table in TABLES)
    plan = "\n".join(f'{table} = "{table}.csv"' for table in PLAN_COLUMNS)
    controls = ", ".join(f'"{name}"' for name in spec.controls)
    (folder / "study.toml").write_text(
        f'[study]\nname = "Simulated company"\ncurrency = "EUR"\nas_of = "{period_label(spec.as_of, "quarter")}"\n'
        f'period = "quarter"\nhorizon_quarters = {spec.money.horizon}\ndiscount_rate = {spec.money.discount_rate}\n'
        f'relationship = "contract"\nseed = {spec.seed}\n\n[data]\n{files}\n\n'
        f"[model]\ncontrols = [{controls}]\ncredibility = 1.0\n\n[plan]\n{plan}\n\n"
        f"[portfolio]\nbudget = {company.budget:.0f}\n",
        encoding="utf-8",
    )
    for table in TABLES:
        frame: pd.DataFrame = getattr(company, table)
        frame.to_parquet(folder / f"{table}.parquet", index=False)
    for table, columns in PLAN_COLUMNS.items():
        source = company.plan if table in ("initiatives", "fixes") else company.journey
        _rows(getattr(source, table), columns).to_csv(folder / f"{table}.csv", index=False)
    return folder


def _rows(records: Iterable[object], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame([[getattr(record, column) for column in columns] for record in records], columns=list(columns))
