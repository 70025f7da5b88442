"""Writes the three tables of the airport example from the public surveys: `python make.py DATA_FOLDER`.

Columns and code lists change by year, and names carry blanks and stars; each is brought to the same words here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
YEARS = (2014, 2015, 2016, 2017)
STAGES = {
    "Q13GETRATE": "getting_here",
    "Q7ROADS": "roads",
    "Q7PARK": "parking",
    "Q7LTPARKING": "long_term_shuttle",
    "Q7RENTAL": "rental_center",
    "Q9RENTAL": "clean_rental",
    "Q7AIRTRAIN": "airtrain",
    "Q9AIRTRAIN": "clean_airtrain",
    "Q14PASSTHRU": "security",
    "Q12PRECHECK": "precheck",
    "Q10SAFE": "safety",
    "Q14FIND": "finding_way",
    "Q7SIGN": "signs",
    "Q7SCREENS": "screens",
    "Q7WALKWAYS": "walkways",
    "Q7INFOUP": "info_departures",
    "Q7INFODOWN": "info_arrivals",
    "Q7WIFI": "wifi",
    "Q7ART": "art",
    "Q7FOOD": "restaurants",
    "Q9FOOD": "clean_restaurants",
    "Q7STORE": "shops",
    "Q9RESTROOM": "clean_restrooms",
    "Q9BOARDING": "clean_boarding",
    "Q9ALL": "clean_overall",
    "Q7ALL": "overall",
}
# One column, three spellings.
PRECHECK = ("Q12PRECHECKRATE", "Q12PRECHEKCRATE")
DESCRIBED = ("Q15COM1", "Q15COM2", "Q15COM3")
OTHERS = ("NETPRO", "Q4FOOD", "Q4STORE", "Q2PURP1", *DESCRIBED, "WEIGHT", "RESPNUM", "PEAK")
FLIGHTS = {1: "domestic peak", 2: "domestic off-peak", 3: "international"}
PURPOSES = {1: "business", 5: "business", 2: "leisure", 3: "visiting"}
YES, NO, NOT_APPLICABLE, NO_NPS = 1, 2, 6, 11
# Codes of the problems described: the list of 2014 to 2016, then that of 2017. What is the passenger's own fault,
# praise, or too rare to count stands for no pain point.
PROBLEMS = {
    "access": ((10, 22, 25, 36), (24, 73)),
    "airline_counter": ((1, 8), (41, 42, 43, 44, 45, 46, 47)),
    "delay": ((6, 11), (52, 53)),
    "security_line": ((4, 5, 26, 40), (31, 32, 33, 34, 35, 36)),
    "lost": ((3, 9, 33), (1, 2, 5, 7)),
    "not_told": ((13, 24, 28), (3, 4, 6, 8, 51, 54)),
    "facilities": ((7, 12, 16, 18, 20, 21, 29, 30), (15, 21, 22, 23, 25, 26)),
    "food_shops": ((2, 15, 17, 37, 38), (11, 12, 13)),
}


def read_year(folder: Path, year: int) -> pd.DataFrame:
    """One year's answers under the names of 2017, every code a number, blanks missing."""
    rows = pd.read_csv(folder / f"sfo_{year}.csv.gz", dtype=str, encoding_errors="replace")
    rows.columns = rows.columns.str.strip().str.lstrip("*").str.replace("PROBCOM", "COM", regex=False)
    rows = rows.rename(columns=dict.fromkeys(PRECHECK, "Q12PRECHECK"))
    wanted = [*STAGES, *OTHERS]
    coded = rows.reindex(columns=wanted).apply(pd.to_numeric, errors="coerce")
    area = rows["BAREA"] if "BAREA" in rows else rows["AREA"]
    number = coded["RESPNUM"].astype(int).astype(str).str.zfill(5)
    return coded.assign(customer_id=f"{year}-" + number, year=year, area=area.str.strip())


def make_customers(rows: pd.DataFrame) -> pd.DataFrame:
    """Every respondent once; the purpose of the trip is the persona."""
    persona = rows["Q2PURP1"].map(PURPOSES).fillna("other")
    return pd.DataFrame({"customer_id": rows["customer_id"], "persona": persona})


def make_ledger(rows: pd.DataFrame) -> pd.DataFrame:
    """1 where food or goods were bought at the airport, 0 where neither was; unknown answers have no row.

    Flight and boarding area, which decide how long one waits and what is on offer, are its controls.
    """
    bought = (rows["Q4FOOD"] == YES) | (rows["Q4STORE"] == YES)
    neither = (rows["Q4FOOD"] == NO) & (rows["Q4STORE"] == NO)
    known = rows[bought | neither]
    return pd.DataFrame(
        {
            "customer_id": known["customer_id"],
            "period": known["year"].astype(str),
            "revenue": bought[bought | neither].astype(int),
            "flight": known["PEAK"].map(FLIGHTS).fillna("not known"),
            "area": known["area"].fillna("not known"),
        }
    )


def problems_named(rows: pd.DataFrame) -> pd.Series:
    """The pain points a respondent described, separated by `;`, missing where none."""
    described = rows[list(DESCRIBED)].to_numpy()
    recent = (rows["year"] == YEARS[-1]).to_numpy()
    named = np.full(len(rows), "", dtype=object)
    for pain, (old, new) in PROBLEMS.items():
        met = np.where(recent, np.isin(described, new).any(axis=1), np.isin(described, old).any(axis=1))
        named = named + np.where(met, f"{pain};", "")
    return pd.Series(named, index=rows.index).str.rstrip(";").replace("", None)


def make_responses(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a respondent and question, answered or not; 6 is not applicable, 0 a blank. NPS was asked in 2017."""
    keys = ["customer_id", "year", "WEIGHT", "pain_points"]
    rows = rows.assign(pain_points=problems_named(rows)).rename(columns=STAGES)
    long = rows.melt(id_vars=keys, value_vars=list(STAGES.values()), var_name="stage", value_name="score")
    long = long.assign(metric="csat", missing="not_answered")
    long.loc[long["score"] == NOT_APPLICABLE, "missing"] = "not_visited"
    nps = rows[rows["year"] == YEARS[-1]].melt(id_vars=keys, value_vars=["NETPRO"], value_name="score")
    nps["score"] = nps["score"].where(nps["score"] != NO_NPS)
    nps = nps.drop(columns="variable").assign(stage="overall", metric="nps", missing="not_answered")
    low = {"csat": 1, "nps": 0}
    long["score"] = long["score"].where(long["score"].between(1, 5))
    both = pd.concat([long, nps], ignore_index=True)
    answered = both["score"].notna() & (both["score"] >= both["metric"].map(low))
    both.loc[answered, "missing"] = None
    # Problems hang on the whole visit: named once, with a respondent's first answer.
    later = both["customer_id"].where(answered).duplicated() | ~answered
    both.loc[later, "pain_points"] = None
    both = both.rename(columns={"WEIGHT": "weight"}).assign(responded_at=both["year"].astype(str))
    columns = ["customer_id", "responded_at", "stage", "score", "metric", "missing", "weight", "pain_points"]
    return both.astype({"score": "Int8", "weight": "float32"})[columns]


def write(table: pd.DataFrame, name: str, order: list[str]) -> None:
    """Writes one table, sorted so that it compresses well and the same input gives the same bytes."""
    table = table.sort_values(order, ignore_index=True)
    table.to_parquet(
        HERE / f"{name}.parquet",
        index=False,
        compression="zstd",
        compression_level=19,
        use_dictionary=[column for column in table if column != "customer_id"],
        column_encoding={"customer_id": "DELTA_BYTE_ARRAY"},  # ids follow each other: only what changes is kept
    )


def main(folder: Path) -> None:
    """Writes customers, ledger and responses beside this file."""
    rows = pd.concat([read_year(folder, year) for year in YEARS], ignore_index=True)
    write(make_customers(rows), "customers", ["customer_id"])
    write(make_ledger(rows), "ledger", ["period", "customer_id"])
    write(make_responses(rows), "responses", ["stage", "metric", "responded_at", "customer_id"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python make.py DATA_FOLDER (the folder that holds sfo_2014.csv.gz to sfo_2017.csv.gz)")
    main(Path(sys.argv[1]))
