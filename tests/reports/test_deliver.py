"""A delivery on disk: all of it at once, or the last good one untouched."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from impact.errors import InputError
from reports import deliver as delivery
from reports.deliver import deliver, refuse_foreign
from reports.edition import Edition
from reports.make_edition import make_edition
from tests.quick_study import Quick, quick_starter

PAGES = {"impact.xlsx", "report.html", "journey.svg", "run.json", "forecast.json"}
RATES = {"rate-retention.html", "rate-money.html"}
WRITERS = ("write_tables", "write_workbook", "write_page", "write_journey_map", "run_record", "forecast_record")


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Quick:
    """A run of the starter study."""
    return quick_starter(tmp_path_factory)


@pytest.fixture(scope="module")
def edition(quick: Quick) -> Edition:
    """Its edition."""
    return make_edition(quick.found)


def _deliver(quick: Quick, edition: Edition, out: Path) -> tuple[Path, ...]:
    return deliver(edition, quick.found, quick.intake, out)


def _strict(path: Path) -> dict[str, object]:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    read = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert isinstance(read, dict)
    return read


def _content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def out(quick: Quick, edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished delivery, only to be read."""
    folder = tmp_path_factory.mktemp("delivered") / "out"
    _deliver(quick, edition, folder)
    return folder


def test_what_is_named_is_what_lies_there(quick: Quick, edition: Edition, tmp_path: Path) -> None:
    files = _deliver(quick, edition, tmp_path / "deep" / "out")
    lying = {path for path in (tmp_path / "deep" / "out").rglob("*") if path.is_file()}
    assert set(files) == lying
    assert {path.name for path in files if path.parent.name == "out"} == PAGES | RATES
    assert {path.stem for path in files if path.parent.name == "tables"} == set(edition.tables)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def test_the_run_record_is_strict_json_with_what_the_run_was(out: Path, quick: Quick, edition: Edition) -> None:
    record = _strict(out / "run.json")
    assert record["schema"] == "cx-impact/1"
    assert (record["run_id"], record["seed"], record["fitness"]) == (edition.run_id, edition.seed, "fit")
    assert record["headline"] == edition.sentences[0]
    inputs = record["inputs"]
    assert isinstance(inputs, dict)
    assert {"study.toml", "plan.xlsx", "data/ledger.csv"} <= set(inputs)
    assert all(len(digest) == 64 for digest in inputs.values())
    checks = record["checks"]
    assert isinstance(checks, list)
    assert len(checks) == len(quick.found.checks)


def test_the_forecast_is_a_draft_that_nobody_approved(out: Path, edition: Edition) -> None:
    record = _strict(out / "forecast.json")
    assert record["schema"] == "cx-impact/forecast/2"
    assert record["status"] == "draft"
    assert record["approval"] == {"rate": None, "portfolio": None}
    rows = edition.tables["portfolio"]
    assert record["chosen"] == rows.loc[rows["chosen"] == 1, "initiative"].tolist()
    metrics, initiatives = record["metrics"], record["initiatives"]
    assert isinstance(metrics, list) and isinstance(initiatives, list)
    assert (len(metrics), len(initiatives)) == (len(edition.tables["scenarios"]), len(edition.tables["initiatives"]))


def test_an_unfit_forecast_says_so_and_missing_figures_are_null(quick: Quick, edition: Edition, tmp_path: Path) -> None:
    rows = edition.tables["initiatives"].assign(npv=float("nan"))
    unfit = replace(edition, fitness="not fit for use", worth=None, tables={**edition.tables, "initiatives": rows})
    _deliver(quick, unfit, tmp_path / "out")
    record = _strict(tmp_path / "out" / "forecast.json")
    assert (record["fitness"], record["portfolio"]) == ("not fit for use", None)
    initiatives = record["initiatives"]
    assert isinstance(initiatives, list)
    assert {row["npv"] for row in initiatives} == {None}


def test_rows_set_aside_are_delivered_beside(quick: Quick, edition: Edition, tmp_path: Path) -> None:
    rejected = pd.DataFrame(
        {"source_row": [3], "customer_id": ["X"], "code": ["D331"], "column": ["a"], "value": ["=1"]}
    )
    intake = replace(quick.intake, report=replace(quick.intake.report, rejects={"responses": rejected}))
    deliver(edition, quick.found, intake, tmp_path / "out")
    found = pd.read_csv(tmp_path / "out" / "rejects" / "responses.csv")
    assert found[["source_row", "code"]].to_numpy().tolist() == [[3, "D331"]]


@pytest.mark.parametrize("kind", ["a folder of others", "a file"])
def test_a_place_that_no_run_wrote_is_refused_and_left_alone(
    quick: Quick, edition: Edition, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / "mine"
    if kind == "a file":
        out.write_text("thesis", encoding="utf-8")
    else:
        out.mkdir()
        (out / "thesis.txt").write_text("thesis", encoding="utf-8")
    before = _content(tmp_path)
    with pytest.raises(InputError) as caught:
        _deliver(quick, edition, out)
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("U008", str(out))
    assert _content(tmp_path) == before


def test_an_empty_folder_and_an_earlier_run_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "earlier").mkdir()
    (tmp_path / "earlier" / "run.json").write_text("{}", encoding="utf-8")
    for name in ("empty", "earlier", "absent"):
        refuse_foreign(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["earlier", "empty"]


def test_a_new_delivery_replaces_the_last_one_whole(quick: Quick, edition: Edition, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _deliver(quick, edition, out)
    (out / "tables" / "left_over.csv").write_text("old", encoding="utf-8")
    _deliver(quick, edition, out)
    assert not (out / "tables" / "left_over.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("writer", "error"), [*((writer, OSError("no space")) for writer in WRITERS), ("write_page", KeyboardInterrupt())]
)
def test_the_last_good_output_stays_when_writing_fails_half_way(
    quick: Quick,
    edition: Edition,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    writer: str,
    error: BaseException,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text('{"good": 1}', encoding="utf-8")
    before = _content(tmp_path)

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(delivery, writer, fail)
    with pytest.raises(type(error)):
        _deliver(quick, edition, out)
    assert _content(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_last_good_output_comes_back_when_the_new_one_cannot_take_its_place(
    quick: Quick, edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text('{"good": 1}', encoding="utf-8")
    before = _content(tmp_path)
    rename = Path.rename

    def refuse_the_draft(self: Path, target: Path) -> Path:
        if target == out and (self / "impact.xlsx").exists():
            raise OSError("busy")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_draft)
    with pytest.raises(OSError, match="busy"):
        _deliver(quick, edition, out)
    assert _content(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_first_run_that_fails_leaves_nothing(
    quick: Quick, edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(delivery, "write_page", fail)
    with pytest.raises(OSError, match="no space"):
        _deliver(quick, edition, tmp_path / "out")
    assert not list(tmp_path.iterdir())
