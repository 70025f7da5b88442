"""Writes the four tables of the hospitals example from the public panel: `python make.py DATA_FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
PANEL = "hospital_panel_2017_2019.csv.gz"
STAGES = ("nurses", "doctors", "response", "medicines", "clean_quiet", "discharge", "transition")
EMERGENCY = {"ed_visit_min": "ed_visit", "ed_board_min": "ed_board", "left_unseen_pct": "left_unseen"}
TAILS = (0.01, 0.99)


def read_panel(folder: Path) -> pd.DataFrame:
    """The panel, a row a hospital and year; `ccn` stays text because of its leading zeros."""
    return pd.read_csv(folder / PANEL, dtype={"ccn": str}, low_memory=False).rename(columns={"ccn": "customer_id"})


def make_ledger(panel: pd.DataFrame) -> pd.DataFrame:
    """Booked revenue in USD a hospital and year, with the controls as of that year.

    Short-term hospitals with over 1,000,000 USD of net patient revenue, 10 beds and 100 discharges.
    Blank Medicaid days stay blank: the cost report does not say that they were none.
    """
    kept = (panel["ftype"] == "STH") & (panel["npr"] > 1e6) & (panel["beds"] >= 10) & (panel["discharges"] > 100)
    rows = panel[kept]
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "period": rows["year"].astype(str),
            "revenue": rows["npr"],
            "bed_years": rows["beds"] * rows["days"] / 365,
            "ln_beds": np.log(rows["beds"]),
            "owner": rows["owner"],
            "ru": rows["ru"],
            "teaching": (rows["residents"].fillna(0) > 0).astype("int64"),
            "state": rows["state"],
            "medicare_share": (rows["dis_medicare"] / rows["discharges"]).clip(0, 1),
            "medicaid_share": (rows["days_medicaid"] / rows["days_all"]).clip(0, 1),
        }
    )


def make_customers(panel: pd.DataFrame) -> pd.DataFrame:
    """Every hospital of the panel once, with its latest name and owner; the owner type is its persona."""
    latest = panel.sort_values("year").groupby("customer_id").tail(1)
    return latest[["customer_id", "owner", "name", "state"]].rename(columns={"owner": "persona"})


def long_scores(panel: pd.DataFrame) -> pd.DataFrame:
    """Top-box percent a hospital, year and stage, each once.

    The `_lag1` columns carry 2016 and the years in which a hospital filed no cost report.
    """
    named = [*STAGES, "overall"]
    same_year = panel[["customer_id", "year", *named]]
    year_before = panel[["customer_id", "year", *(f"{stage}_lag1" for stage in named)]].copy()
    year_before.columns = same_year.columns
    year_before["year"] -= 1
    wide = pd.concat([same_year, year_before])
    scores = wide.melt(id_vars=["customer_id", "year"], var_name="stage", value_name="score").dropna(subset="score")
    return scores.drop_duplicates(["customer_id", "year", "stage"])


def make_responses(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores as aggregate answers on 0..100; the publisher gives no number of answers."""
    return pd.DataFrame(
        {
            "customer_id": scores["customer_id"],
            "responded_at": scores["year"].astype(str),
            "stage": scores["stage"],
            "score": scores["score"].round(4),
            "metric": "rating",
            "scale_min": 0.0,
            "scale_max": 100.0,
        }
    )


def make_incidents(panel: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Levels of every pain point a hospital and year, each winsorised at its 1st and 99th percentile."""
    emergency = (
        panel[["customer_id", "year", *EMERGENCY]]
        .rename(columns=EMERGENCY)
        .melt(id_vars=["customer_id", "year"], var_name="pain_point", value_name="amount")
        .dropna(subset="amount")
    )
    staged = scores[scores["stage"] != "overall"]
    short_of_top = pd.DataFrame(
        {
            "customer_id": staged["customer_id"],
            "year": staged["year"],
            "pain_point": "not_top_" + staged["stage"],
            "amount": 100 - staged["score"],
        }
    )
    levels = pd.concat([emergency, short_of_top])
    by_pain = levels.groupby("pain_point")["amount"]
    low, high = (by_pain.transform("quantile", share) for share in TAILS)
    levels["amount"] = levels["amount"].clip(low, high).round(4)
    levels["year"] = levels["year"].astype(str)
    return levels.rename(columns={"year": "occurred_at"})


def write(table: pd.DataFrame, name: str, order: list[str]) -> None:
    """Writes one table, sorted so that it compresses well and the same input gives the same bytes."""
    table = table.sort_values(order, ignore_index=True)
    table.to_parquet(HERE / f"{name}.parquet", index=False, compression="zstd", compression_level=19)


def main(folder: Path) -> None:
    """Writes customers, ledger, responses and incidents beside this file."""
    panel = read_panel(folder)
    scores = long_scores(panel)
    write(make_customers(panel), "customers", ["customer_id"])
    write(make_ledger(panel), "ledger", ["period", "customer_id"])
    write(make_responses(scores), "responses", ["stage", "responded_at", "customer_id"])
    write(make_incidents(panel, scores), "incidents", ["pain_point", "occurred_at", "customer_id"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python make.py DATA_FOLDER (the folder that holds {PANEL})")
    main(Path(sys.argv[1]))
