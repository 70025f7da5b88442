"""The units of a rollout are the same on DuckDB, PostgreSQL and Spark, groups and buckets of customers alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from impact.cells import RolloutCells
from impact.cells.rollout import rollout_cells
from impact.intake import take_in
from impact.rollout import Rollout
from impact.starter import write_starter
from tests.engines.engine_studies import TYPES, agree, on_postgres, on_spark
from tests.engines.pg_server import Server, running_server

pytestmark = pytest.mark.verify

SAME = 1e-9  # sums are added up in another order


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rollouts") / "starter"
    write_starter(folder)
    return folder


@pytest.fixture(scope="module")
def server(starter: Path) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch, running_server() as running:
        patch.setenv("PGPASSWORD", "root secret")
        running.load(starter / "data", "Cx data", TYPES)
        yield running


def rolled_out(folder: Path, settings: tuple[str, ...]) -> tuple[RolloutCells, ...]:
    """The first initiative by a column of the ledger, the second by customers in two arms."""
    intake = take_in(folder, settings)
    source, plan, study = intake.source, intake.case.plan, intake.study
    column = study.model.controls[0]
    value = str(source.ledger.group_by(column).agg(n=source.ledger.count()).order_by(column).execute()[column].iloc[0])
    start = study.as_of - 4
    who = sorted(source.customers.select("customer_id").execute()["customer_id"])[:400]
    assigned = pa.table(
        {
            "customer_id": who,
            "t": pa.array([start] * len(who), pa.int64()),
            "initiative": [plan.ids()[1]] * len(who),
            "arm": ["treated" if k % 3 else "control" for k in range(len(who))],
            "randomised": pa.array([1.0] * len(who), pa.float64()),
        }
    )
    source = replace(source, assignments=source.engine.look_up("assigned", assigned))
    rows = (Rollout(initiative=plan.ids()[0], column=column, value=value, first=start),)
    return rollout_cells(source, intake.case.journey, replace(plan, rollouts=rows), study)


@pytest.mark.parametrize("engine", ["postgres", "spark"])
def test_the_units_and_their_cells_are_the_same(starter: Path, server: Server, engine: str) -> None:
    settings = on_postgres(server, "Cx data") if engine == "postgres" else on_spark()
    here, there = rolled_out(starter, ()), rolled_out(starter, settings)
    assert [one.by for one in here][1] == "assignments"
    for first, second in zip(here, there, strict=True):
        pd.testing.assert_frame_equal(first.units, second.units, check_dtype=False)
        agree(first.cells, second.cells, SAME)
        told = (first.late, first.small, first.blank, first.ends_known, first.randomised, first.first)
        assert told == (second.late, second.small, second.blank, second.ends_known, second.randomised, second.first)
