"""Writes the four tables of the stays example from the public listings: `python make.py DATA_FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
LISTINGS = "dc_listings.csv.gz"
PERIOD = "2025"  # the twelve months to March 2025
LEAST_REVIEWS = 3  # a rating by one or two guests is mostly chance
STAGES = {
    "accuracy": "review_scores_accuracy",
    "cleanliness": "review_scores_cleanliness",
    "checkin": "review_scores_checkin",
    "communication": "review_scores_communication",
    "location": "review_scores_location",
    "value": "review_scores_value",
}
OVERALL = "review_scores_rating"


def read_listings(folder: Path) -> pd.DataFrame:
    """Listings with an estimate of revenue and ratings by three guests or more; ids are re-keyed numbers."""
    rows = pd.read_csv(folder / LISTINGS)
    kept = (
        rows["estimated_revenue_l365d"].notna() & rows[OVERALL].notna() & (rows["number_of_reviews"] >= LEAST_REVIEWS)
    )
    rows = rows[kept].copy()
    rows["customer_id"] = rows["id"].astype(str).str.zfill(4)
    return rows


def make_customers(rows: pd.DataFrame) -> pd.DataFrame:
    """Each listing once: whose it is, its type, its size and where it lies. Nothing that makes up its revenue."""
    names = ["customer_id", "host_id", "room_type", "accommodates", "bedrooms", "neighbourhood_cleansed"]
    return rows[names].rename(columns={"host_id": "host", "neighbourhood_cleansed": "place"})


def make_ledger(rows: pd.DataFrame) -> pd.DataFrame:
    """The publisher's estimate of revenue in USD, a row a listing; zero where no night was taken to be booked."""
    return pd.DataFrame(
        {"customer_id": rows["customer_id"], "period": PERIOD, "revenue": rows["estimated_revenue_l365d"]}
    )


def long_scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean rating of all guests so far, a row a listing and stage."""
    wide = rows[["customer_id", *STAGES.values(), OVERALL]].rename(
        columns={OVERALL: "overall"} | {theirs: stage for stage, theirs in STAGES.items()}
    )
    return wide.melt(id_vars="customer_id", var_name="stage", value_name="score").dropna(subset="score")


def make_responses(scores: pd.DataFrame) -> pd.DataFrame:
    """The mean ratings on 1 to 5. The number of guests behind each is left out: revenue is made from it."""
    return scores.assign(responded_at=PERIOD, metric="rating", scale_min=1.0, scale_max=5.0)


def make_incidents(scores: pd.DataFrame) -> pd.DataFrame:
    """How far each stage's rating falls short of five."""
    staged = scores[scores["stage"] != "overall"]
    return pd.DataFrame(
        {
            "customer_id": staged["customer_id"],
            "occurred_at": PERIOD,
            "pain_point": "short_" + staged["stage"],
            "amount": (5 - staged["score"]).round(2),
        }
    )


def write(table: pd.DataFrame, name: str, order: list[str]) -> None:
    """Writes one table, sorted so that it compresses well and the same input gives the same bytes."""
    table = table.sort_values(order, ignore_index=True)
    table.to_parquet(HERE / f"{name}.parquet", index=False, compression="zstd", compression_level=19)


def main(folder: Path) -> None:
    """Writes customers, ledger, responses and incidents beside this file."""
    rows = read_listings(folder)
    scores = long_scores(rows)
    write(make_customers(rows), "customers", ["customer_id"])
    write(make_ledger(rows), "ledger", ["customer_id"])
    write(make_responses(scores), "responses", ["stage", "customer_id"])
    write(make_incidents(scores), "incidents", ["pain_point", "customer_id"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python make.py DATA_FOLDER (the folder that holds {LISTINGS})")
    main(Path(sys.argv[1]))
