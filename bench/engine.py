"""The data engine beside its limit: check, panel, cells and what comes after, for studies of any size.

`engine.py 1e5 1e6` makes each study once (bench/generate.py), then measures each part in a process of its
own: processor seconds, peak memory, and how many times the limit, a bare sum of every column of the same files
in the same engine on one thread. pandas and polars make the same leaving cells as a peer.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(tempfile.gettempdir()) / "cx-impact-bench"
TABLES = ("responses", "incidents", "ledger", "customers")
LARGEST_IN_PANDAS = 2e6
PARTS = ("bare", "check", "cells", "pandas", "polars")


class Meter:
    """Processor and wall seconds of each named part of one process."""

    def __init__(self) -> None:
        self.parts: dict[str, tuple[float, float]] = {}

    def measure(self, name: str, part: Callable[[], Any]) -> Any:  # noqa: ANN401
        """What the part returns; its seconds are kept under `name`."""
        wall, start = time.perf_counter(), _processor()
        found = part()
        self.parts[name] = (_processor() - start, time.perf_counter() - wall)
        return found

    def report(self) -> None:
        """Prints the parts and the peak memory (GB) as one line of JSON."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(json.dumps({"parts": self.parts, "peak": peak}))


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def bare(folder: Path, meter: Meter) -> None:
    """The limit: a sum of every column of every file; texts by their length, days by their number."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    queries = []
    for table in TABLES:
        file = str(folder / f"{table}.parquet")
        kinds = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [file]).fetchall()
        sums = ", ".join(f"sum({_number(name, kind)})" for name, kind, *_ in kinds)
        queries.append(f"SELECT {sums} FROM read_parquet('{file}')")
    meter.measure("bare sum", lambda: [connection.execute(query).fetchall() for query in queries])


def _number(name: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f'strlen("{name}")'
    return f'epoch("{name}")' if kind in {"DATE", "TIMESTAMP"} else f'"{name}"::DOUBLE'


def check(folder: Path, meter: Meter) -> None:
    """Everything `cx-impact check` does before it prints."""
    from impact.intake import take_in

    meter.measure("check", lambda: take_in(folder))


def cells(folder: Path, meter: Meter) -> None:
    """Check, then the panel, the cells and moments of it, and what a run does with them, sampler included."""
    from impact.cells import customers, summarise
    from impact.estimate import estimate
    from impact.intake import take_in
    from impact.progress import SilentProgress
    from impact.run import choose

    intake = take_in(folder)
    build, moments = customers.build_panel, customers.within_moments
    spend: list[tuple[float, float]] = []

    def built(*given: object) -> object:
        panel = meter.measure("panel: join and pivot", lambda: build(*given))
        sums = [_number(name, str(kind)) for name, kind in _kinds(intake.source.connection, "panel")]
        query = f"SELECT {', '.join(f'sum({one})' for one in sums)} FROM panel"
        meter.measure("bare sum of the panel", lambda: intake.source.connection.raw_sql(query).fetchall())
        return panel

    def timed(*given: object, **named: object) -> object:
        found = meter.measure("spend", lambda: moments(*given, **named))
        spend.append(meter.parts.pop("spend"))
        return found

    customers.build_panel, customers.within_moments = built, timed
    summary = meter.measure("all", lambda: summarise(intake.source, intake.case.journey, intake.study))
    parts = meter.parts
    both, panel, bare_panel = parts.pop("all"), parts["panel: join and pivot"], parts["bare sum of the panel"]
    parts["moments of spend"] = (sum(cpu for cpu, _ in spend), sum(wall for _, wall in spend))
    others = (panel, bare_panel, parts["moments of spend"])
    parts["cells"] = (both[0] - sum(cpu for cpu, _ in others), both[1] - sum(wall for _, wall in others))
    found = meter.measure("estimate", lambda: estimate(intake, summary, SilentProgress()))
    meter.measure("choose", lambda: choose(intake, summary, found[0]))


def _kinds(connection: Any, table: str) -> list[tuple[str, str]]:  # noqa: ANN401
    return [(name, kind) for name, kind, *_ in connection.raw_sql(f"DESCRIBE {table}").fetchall()]


def pandas(folder: Path, meter: Meter) -> None:
    """The leaving cells of operations' pain points, made with pandas."""
    import pandas as pd

    def make() -> object:
        ledger = pd.read_parquet(folder / "ledger.parquet", columns=["customer_id", "period", "plan"])
        people = pd.read_parquet(folder / "customers.parquet", columns=["customer_id", "persona"])
        rows = pd.read_parquet(folder / "incidents.parquet", columns=["customer_id", "occurred_at", "pain_point"])
        answers = pd.read_parquet(
            folder / "responses.parquet", columns=["customer_id", "responded_at", "stage", "score"]
        )
        for frame, day in ((rows, "occurred_at"), (answers, "responded_at")):
            when = pd.to_datetime(frame[day])
            frame["period"] = when.dt.year.astype(str) + "Q" + when.dt.quarter.astype(str)
        keys = ["customer_id", "period"]
        met = rows.assign(one=1).pivot_table(index=keys, columns="pain_point", values="one", aggfunc="max")
        scores = answers.pivot_table(index=keys, columns="stage", values="score", aggfunc="mean")
        panel = ledger.merge(people, on="customer_id").merge(met.fillna(0).reset_index(), on=keys, how="left")
        panel = panel.merge(scores.reset_index(), on=keys, how="left").fillna({name: 0 for name in met})
        return panel.groupby(["persona", "period", "plan", *met.columns]).size()

    meter.measure("leaving cells, pandas", make)


def polars(folder: Path, meter: Meter) -> None:
    """The leaving cells of operations' pain points, made with polars."""
    import polars as pl

    def make() -> object:
        keys = ["customer_id", "period"]

        def quarter(day: str) -> pl.Expr:
            when = pl.col(day).cast(pl.Date)
            return pl.format("{}Q{}", when.dt.year(), when.dt.quarter()).alias("period")

        rows = pl.scan_parquet(folder / "incidents.parquet").with_columns(quarter("occurred_at"))
        answers = pl.scan_parquet(folder / "responses.parquet").with_columns(quarter("responded_at"))
        pains = sorted(rows.select("pain_point").unique().collect()["pain_point"])
        stages = sorted(answers.select("stage").unique().collect()["stage"])
        met = rows.group_by(keys).agg((pl.col("pain_point") == pain).max().cast(pl.Int8).alias(pain) for pain in pains)
        scores = answers.group_by(keys).agg(
            pl.col("score").filter(pl.col("stage") == stage).mean().alias(stage) for stage in stages
        )
        panel = pl.scan_parquet(folder / "ledger.parquet").join(
            pl.scan_parquet(folder / "customers.parquet").select("customer_id", "persona"), on="customer_id"
        )
        panel = panel.join(met, on=keys, how="left").join(scores, on=keys, how="left")
        panel = panel.with_columns(pl.col(pains).fill_null(0))
        return panel.group_by("persona", "period", "plan", *pains).agg(pl.len(), pl.col(stages).sum()).collect()

    meter.measure("leaving cells, polars", make)


def measured(size: str, part: str) -> dict[str, object]:
    """What a part measured in a process of its own."""
    folder = FOLDER / size
    if not (folder / "study.toml").is_file():
        subprocess.run([sys.executable, str(Path(__file__).parent / "generate.py"), size, str(folder)], check=True)
    asked = [sys.executable, __file__, "--part", part, str(folder)]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    """Prints a table a size: each part, its seconds, its ratio to the limit, the peak memory of its process."""
    if sys.argv[1:2] == ["--part"]:
        meter = Meter()
        globals()[sys.argv[2]](Path(sys.argv[3]), meter)
        meter.report()
        return
    for size in sys.argv[1:] or ["1e5", "1e6"]:
        print(f"{size + ' customers':<26}{'processor s':>12}{'wall s':>9}{'x bare':>8}{'peak GB':>9}")
        limit = 0.0
        for part in PARTS:
            if part == "pandas" and float(size) > LARGEST_IN_PANDAS:
                continue
            found = measured(size, part)
            for name, (processor, wall) in found["parts"].items():
                limit = limit or processor
                print(f"{name:<26}{processor:>12.2f}{wall:>9.2f}{processor / limit:>8.1f}{found['peak']:>9.2f}")
        print()


if __name__ == "__main__":
    main()
