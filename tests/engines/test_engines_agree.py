"""The same study gives the same numbers on DuckDB, PostgreSQL and Spark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.__main__ import main
from impact.cells import CustomerCells, Moments, summarise
from impact.cells.cohort import follow_cohort
from impact.cells.many import ManyCells
from impact.cells.summary import DriverSums, LifetimeCells, SegmentCells, SpendSummary
from impact.starter import write_starter
from models.reduce import reduce_cells
from tests.engines.engine_studies import TYPES, Seen, agree, on_postgres, on_spark, seen
from tests.engines.pg_server import Server, running_server
from tests.quick_study import quick_uplift

pytestmark = pytest.mark.verify

SAME = 1e-9  # sums are added up in another order: 1e-13 was measured, and nothing else may differ
SAME_AFTER_STEPS = 1e-6  # the likelihood is climbed step by step, each on sums in another order
SAME_AFTER_DRAWS = 1e-6  # what a chain of solved equations and ranks makes of the above


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("engines") / "starter"
    write_starter(folder)
    return folder


@pytest.fixture(scope="module")
def server(starter: Path) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch, running_server() as running:
        patch.setenv("PGPASSWORD", "root secret")
        running.load(starter / "data", "Cx data", TYPES)
        yield running
        seen.cache_clear()


@pytest.fixture(scope="module", params=["postgres", "spark"])
def settings(request: pytest.FixtureRequest, server: Server) -> tuple[str, ...]:
    return on_postgres(server, "Cx data") if request.param == "postgres" else on_spark()


@pytest.fixture(scope="module")
def both(starter: Path, settings: tuple[str, ...]) -> tuple[Seen, Seen]:
    return seen(starter, ()), seen(starter, settings)


def test_every_row_is_counted_alike(both: tuple[Seen, Seen]) -> None:
    embedded, other = both
    pd.testing.assert_frame_equal(embedded.intake.source.rows, other.intake.source.rows)


def test_the_same_checks_are_made_of_the_tables(both: tuple[Seen, Seen]) -> None:
    embedded, other = ([(c.code, c.status, c.found) for c in one.intake.report.checks] for one in both)
    assert embedded == other


def test_the_panel_is_the_same(both: tuple[Seen, Seen]) -> None:
    embedded, other = both
    agree(embedded.panel, other.panel, SAME)


def test_the_cells_are_the_same(both: tuple[Seen, Seen]) -> None:
    embedded, other = both
    for field in fields(embedded.cells):
        first, second = getattr(embedded.cells, field.name), getattr(other.cells, field.name)
        if isinstance(first, pd.DataFrame):
            agree(first, second, SAME)
        elif isinstance(first, dict):
            assert list(first) == list(second)
            for key in first:
                agree(first[key], second[key], SAME)
        elif isinstance(first, tuple) and first and isinstance(first[0], Moments):
            agree_moments(first, second)
        elif isinstance(first, DriverSums):
            agree_sums(first, second)
        elif not isinstance(first, SpendSummary | LifetimeCells | SegmentCells):
            assert first == second


def agree_sums(first: DriverSums, second: DriverSums) -> None:
    """Sums over pairs of scores are the same, each customer in the same group, but for the order of adding up."""
    for name in DriverSums.__slots__:
        one, two = getattr(first, name), getattr(second, name)
        if isinstance(one, np.ndarray):
            np.testing.assert_allclose(two, one, rtol=SAME, atol=SAME * max(float(np.abs(one).max()), 1.0))
        else:
            assert one == two


def agree_moments(first: tuple[Moments, ...], second: tuple[Moments, ...]) -> None:
    """Two tuples of moments are the same but for the order of adding up."""
    for one, two in zip(first, second, strict=True):
        assert (one.persona, one.columns, one.rows, one.customers) == (
            (two.persona, two.columns, two.rows, two.customers)
        )
        np.testing.assert_allclose(two.gram, one.gram, rtol=SAME, atol=SAME * np.abs(one.gram).max())
        np.testing.assert_allclose(two.meat, one.meat, rtol=SAME, atol=SAME * np.abs(one.meat).max())


def test_the_money_of_those_who_stay_is_the_same(both: tuple[Seen, Seen]) -> None:
    embedded, other = (one.cells.staying for one in both)
    assert embedded is not None and other is not None
    agree(embedded.cells, other.cells, SAME)
    agree(embedded.margins, other.margins, SAME)
    assert (embedded.dropped, embedded.customers) == (other.dropped, other.customers)
    for first, second in ((embedded.within, other.within), (embedded.placebo, other.placebo)):
        assert [*first] == [*second]
        for outcome in first:
            for term, moments in first[outcome].items():
                agree_moments(moments, second[outcome][term])


def test_the_base_by_segment_and_its_largest_customers_are_the_same(starter: Path, settings: tuple[str, ...]) -> None:
    by = ('study.report_by=["plan"]',)
    first, second = (seen(starter, (*asked, *by)).cells.segments for asked in ((), settings))
    assert first is not None and second is not None and len(first.base) and len(first.largest)
    agree(first.base, second.base, SAME)
    agree(first.largest, second.largest, SAME)
    assert (first.named, first.least) == (second.named, second.least)


def test_what_became_of_an_earlier_cohort_is_the_same(both: tuple[Seen, Seen]) -> None:
    first, second = (
        follow_cohort(one.intake.source, one.intake.case.journey, one.intake.study, one.intake.study.as_of - 2)
        for one in both
    )
    for name in ("money", "scores", "pains", "everyone"):
        agree(getattr(first, name), getattr(second, name), SAME)


def test_the_cells_of_lifetimes_are_the_same(both: tuple[Seen, Seen]) -> None:
    agree_lifetimes(*(one.cells.lifetime for one in both))


def test_the_cells_of_repeat_buying_are_the_same_on_a_server(starter: Path, server: Server) -> None:
    kind = "study.relationship=repeat"
    there = on_postgres(server, "Cx data")
    agree_lifetimes(*(seen(starter, (*asked, kind)).cells.lifetime for asked in ((), there)))


def agree_lifetimes(first: LifetimeCells | None, second: LifetimeCells | None) -> None:
    """Two summaries of lifetimes are the same but for the order of adding up."""
    assert first is not None and second is not None
    assert (first.term, first.not_followed) == (second.term, second.not_followed)
    for name in ("active", "revenue", "buying", "values"):
        one, two = getattr(first, name), getattr(second, name)
        if one is None:
            assert two is None
        else:
            agree(one, two, SAME)


def test_cells_that_stay_on_their_engine_say_the_same_there(
    both: tuple[Seen, Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded, other = both
    journey = embedded.intake.case.journey
    here = reduce_cells(embedded.cells, journey)
    monkeypatch.setattr("impact.cells.customers.MOST_CELLS", 8)
    cells = summarise(other.intake.source, other.intake.case.journey, other.intake.study)
    assert isinstance(cells, CustomerCells) and isinstance(cells.leaving, ManyCells)
    there = reduce_cells(replace(cells, patterns=embedded.cells.patterns), journey)
    for kind in ("score", "leaving", "spend"):
        for one, two in zip(getattr(here, kind), getattr(there, kind), strict=True):
            np.testing.assert_allclose(two.mean, one.mean, rtol=SAME_AFTER_STEPS, atol=SAME_AFTER_STEPS)
            scale = np.abs(one.precision).max()
            np.testing.assert_allclose(two.precision, one.precision, atol=SAME_AFTER_STEPS * scale)


def test_units_seen_in_every_period_are_the_same(starter: Path, settings: tuple[str, ...]) -> None:
    from impact.cells.sites import summarise_sites
    from impact.intake import take_in

    panels = []
    for asked in ((), settings):
        intake = take_in(starter, asked)
        panels.append(summarise_sites(intake.source, intake.case.journey, intake.study).panel)
    assert panels[0].unit.tolist() == panels[1].unit.tolist()
    agree(*panels, SAME)


def test_a_whole_run_delivers_the_same_tables(
    starter: Path, settings: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)
    for name, asked in (("embedded", ()), ("other", settings)):
        options = [word for setting in asked for word in ("--set", setting)]
        assert main(["run", str(starter), "--out", str(tmp_path / name), *options]) in (0, 1)
    delivered = sorted((tmp_path / "embedded" / "tables").glob("*.csv"))
    assert len(delivered) > 10
    for path in delivered:
        agree(pd.read_csv(path), pd.read_csv(tmp_path / "other" / "tables" / path.name), SAME_AFTER_DRAWS)
    said = json.loads((tmp_path / "other" / "run.json").read_text(encoding="utf-8"))["source"]
    assert said.startswith(("postgres://", "spark://")) and "@" not in said
