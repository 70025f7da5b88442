"""A made-up study of any size, written as Parquet by DuckDB alone: `generate.py 1e6 FOLDER`.

Eight stages, twenty pain points, three quarters, about six answers a customer. Every draw is a hash of the
customer's number, so that the same size gives the same rows and more customers only add to them.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import duckdb

STAGES = ("find", "buy", "join", "use", "pay", "help", "renew", "leave")
PERIODS = ("2026Q1", "2026Q2", "2026Q3")
OPERATIONS, SURVEY = 14, 6
INITIATIVES = 16
ANSWERS_A_ROUND = 3  # of the stages, beside the overall one
ASKED_SHARE = 0.5  # 3 quarters x 0.5 x 4 answers: about six a customer
BASE_LEAVING = 0.04

STUDY = """\
[study]
name = "Generated"
currency = "EUR"
as_of = "2026Q3"
seed = 1
[data]
responses = "responses.parquet"
customers = "customers.parquet"
ledger = "ledger.parquet"
incidents = "incidents.parquet"
[model]
controls = ["plan"]
[plan]
stages = "stages.csv"
personas = "personas.csv"
pain_points = "pain_points.csv"
initiatives = "initiatives.csv"
fixes = "fixes.csv"
[portfolio]
budget = 1_000_000
"""

MACROS = """
CREATE MACRO u(i, t, k) AS (hash(i * 131072 + t * 128 + k) >> 11)::DOUBLE / 9007199254740992.0;
CREATE MACRO noise(i, t, k) AS 2.0 * (u(i, t, k) + u(i, t, k + 1) + u(i, t, k + 2) - 1.5);
CREATE MACRO customer(i) AS 'C' || lpad(i::VARCHAR, 9, '0');
CREATE MACRO struck(mask, k) AS (mask >> k) & 1;
CREATE MACRO day_in(t, u) AS DATE '2026-01-01' + (t * 3 * INTERVAL 1 MONTH) + (floor(u * 88)::INT * INTERVAL 1 DAY);
"""


def share(pain: int) -> float:
    """How often a pain point strikes an active customer in a quarter."""
    return 0.02 + 0.01 * (pain % 7)


def leaving_effect(pain: int) -> float:
    """What a pain point adds to the probability of leaving."""
    return 0.015 * (pain % 4) if pain < OPERATIONS else 0.01


def pain_stage(pain: int) -> int:
    """The stage that a pain point belongs to."""
    return pain % len(STAGES)


def draw_base(connection: duckdb.DuckDBPyConnection, customers: int) -> None:
    """Nothing; makes `base`, a row a customer and quarter: what struck it, and whether it is active."""
    pains = range(OPERATIONS + SURVEY)
    mask = " + ".join(f"(u(i, t, {k}) < {share(k)})::INT * {1 << k}" for k in pains)
    leaves = " + ".join(f"{leaving_effect(k)} * struck(mask, {k})" for k in pains)
    connection.execute(f"""
        CREATE TABLE base AS
        WITH hit AS (
            SELECT i, ({mask.replace("t,", "0,")})::INT AS m0, ({mask.replace("t,", "1,")})::INT AS m1,
                   ({mask.replace("t,", "2,")})::INT AS m2
            FROM range(1, {customers} + 1) AS one(i)
        ), kept AS (
            SELECT *, u(i, 0, 60) >= {BASE_LEAVING} + {leaves.replace("mask", "m0")} AS stays0,
                   u(i, 1, 60) >= {BASE_LEAVING} + {leaves.replace("mask", "m1")} AS stays1
            FROM hit
        )
        SELECT i, unnest([0, 1, 2])::TINYINT AS t, unnest([m0, m1, m2]) AS mask,
               unnest([true, stays0, stays0 AND stays1]) AS active
        FROM kept""")


def selections() -> dict[str, str]:
    """The query of each data table."""
    pains = range(OPERATIONS + SURVEY)
    label = "['" + "', '".join(PERIODS) + "'][t + 1]"
    stages = "['" + "', '".join((*STAGES, "overall")) + "']"
    hurt = " + ".join(
        f"(({pain_stage(k)} = s)::INT * 0.8 + (s = {len(STAGES)})::INT * 0.15) * struck(mask, {k})" for k in pains
    )
    named = ", ".join(
        f"CASE WHEN s = {pain_stage(k)} AND struck(mask, {k}) = 1 THEN 'pain{k:02d}' END"
        for k in range(OPERATIONS, OPERATIONS + SURVEY)
    )
    listed = "[" + ", ".join(f"{{'k': {k}, 'name': 'pain{k:02d}'}}" for k in range(OPERATIONS)) + "]"
    return {
        "customers": """
            SELECT customer(i) AS customer_id, CASE WHEN u(i, 0, 70) < 0.3 THEN 'firm' ELSE 'home' END AS persona,
                   (DATE '2022-01-01' + floor(u(i, 0, 71) * 1400)::INT * INTERVAL 1 DAY)::DATE AS joined_at
            FROM base WHERE t = 0""",
        "ledger": f"""
            WITH money AS (
                SELECT *, round((CASE WHEN u(i, 0, 70) < 0.3 THEN 520 ELSE 240 END) * exp(0.35 * noise(i, 0, 72))
                       * (1 + 0.08 * noise(i, t, 75)), 2) AS revenue
                FROM base WHERE active
            )
            SELECT customer(i) AS customer_id, {label} AS period, revenue, round(revenue * 0.4, 2) AS margin,
                   CASE WHEN u(i, 0, 78) < 0.35 THEN 'premium' ELSE 'basic' END AS plan
            FROM money""",
        "responses": f"""
            WITH asked AS (
                SELECT i, t, mask, (hash(i * 4 + t) % {len(STAGES)})::INT AS start
                FROM base WHERE active AND u(i, t, 61) < {ASKED_SHARE}
            ), answer AS (
                SELECT i, t, mask, unnest([start, (start + 1) % {len(STAGES)}, (start + 2) % {len(STAGES)},
                       {len(STAGES)}]) AS s
                FROM asked
            )
            SELECT customer(i) AS customer_id, day_in(t, u(i, t, 62))::DATE AS responded_at,
                   {stages}[s + 1] AS stage,
                   least(5, greatest(1, round(3.9 + 0.5 * noise(i, 0, 80) + 0.6 * noise(i, t, 90 + s) - ({hurt}))))
                       ::TINYINT AS score,
                   'csat' AS metric, nullif(concat_ws(';', {named}), '') AS pain_points
            FROM answer""",
        "incidents": f"""
            WITH pair AS (SELECT i, t, mask, unnest({listed}) AS pain FROM base WHERE active)
            SELECT customer(i) AS customer_id,
                   (day_in(t, u(i, t, 63)) + pain.k * INTERVAL 1 HOUR)::TIMESTAMP AS occurred_at,
                   pain.name AS pain_point
            FROM pair WHERE struck(mask, pain.k) = 1""",
    }


def write_plan(folder: Path) -> None:
    """Nothing; writes the study file and its plan tables."""
    pains = range(OPERATIONS + SURVEY)
    fixed = range(INITIATIVES)
    source = {k: "operations" if k < OPERATIONS else "survey" for k in pains}
    files = {
        "study.toml": STUDY,
        "stages.csv": ["stage,name,owner", *(f"{stage},{stage.title()},Owner" for stage in STAGES)],
        "personas.csv": ["persona,name", "home,Homes", "firm,Firms"],
        "pain_points.csv": [
            "pain_point,stage,name,source",
            *(f"pain{k:02d},{STAGES[pain_stage(k)]},Pain {k},{source[k]}" for k in pains),
        ],
        "initiatives.csv": [
            "initiative,name,cost,duration",
            *(f"fix{k:02d},Fix of {k},{50_000 * (1 + k % 5)},2" for k in fixed),
        ],
        "fixes.csv": ["initiative,pain_point,low,likely,high", *(f"fix{k:02d},pain{k:02d},0.1,0.3,0.5" for k in fixed)],
    }
    for name, lines in files.items():
        text = lines if isinstance(lines, str) else "\n".join(lines) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


def generate(customers: int, folder: Path, memory: str = "2GB") -> Path:
    """The folder with a study of so many customers; 1e6 take about 60 MB of Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    write_plan(folder)
    with tempfile.TemporaryDirectory() as scratch:
        settings = {"memory_limit": memory, "temp_directory": scratch, "preserve_insertion_order": "true"}
        with duckdb.connect(str(Path(scratch) / "base.duckdb"), config=settings) as connection:
            connection.execute(MACROS)
            draw_base(connection, customers)
            for table, query in selections().items():
                target = str(folder / f"{table}.parquet").replace("'", "''")
                connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    return folder


def main() -> None:
    """Writes the study that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", nargs="?", type=lambda text: int(float(text)), default=10_000, help="such as 1e6")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("out/generated"))
    parser.add_argument("--memory", default="2GB", help="DuckDB's limit while it writes")
    asked = parser.parse_args()
    print(generate(asked.customers, asked.folder, asked.memory))


if __name__ == "__main__":
    main()
