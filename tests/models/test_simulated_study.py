"""A simulated company written to a folder, and the bundled example."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from models.simulate import Company, best_portfolio

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "subscription"
TABLES = ("responses", "customers", "ledger", "incidents")
LARGEST_BYTES = 6_000_000
# The truth is written in whole cents.
CENT = 0.005


def test_every_file_that_the_study_names_lies_beside_it(small_company_folder: Path) -> None:
    study = tomllib.loads((small_company_folder / "study.toml").read_text(encoding="utf-8"))
    named = [study["data"][table] for table in TABLES] + list(study["plan"].values())
    assert len(named) == 11
    assert all((small_company_folder / file).is_file() for file in named)


def test_the_written_tables_are_those_of_the_company(small_company_folder: Path, small_company: Company) -> None:
    for table in TABLES:
        written = pd.read_parquet(small_company_folder / f"{table}.parquet")
        pd.testing.assert_frame_equal(written, getattr(small_company, table), check_dtype=False)


def test_the_truth_lies_beside_the_study(small_company_folder: Path, small_company: Company) -> None:
    truth = pd.read_csv(small_company_folder / "truth.csv").set_index("item")["value"]
    expected = small_company.truth.set_index("pain_point")["value"]
    assert (truth - expected).abs().max() <= CENT
    portfolio = pd.read_csv(small_company_folder / "truth_portfolio.csv").set_index("initiative")
    chosen = portfolio.index[portfolio["in_best_portfolio"] == 1]
    assert tuple(chosen) == best_portfolio(small_company, small_company.budget).initiatives


@pytest.fixture(scope="module")
def example_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    make = runpy.run_path(str(EXAMPLE / "make.py"))
    company = make["simulate_company"](make["SPEC"])
    folder: Path = make["write_company"](company, tmp_path_factory.mktemp("again"))
    make["write_evidence"](company, folder)
    return folder


@pytest.mark.parametrize("table", TABLES)
def test_the_bundled_tables_are_what_their_script_writes(example_again: Path, table: str) -> None:
    bundled, again = (pd.read_parquet(folder / f"{table}.parquet") for folder in (EXAMPLE, example_again))
    pd.testing.assert_frame_equal(bundled, again)


def test_the_bundled_study_plan_and_truth_are_what_their_script_writes(example_again: Path) -> None:
    texts = sorted(path.name for path in example_again.iterdir() if path.suffix in (".csv", ".toml"))
    assert len(texts) == 11
    assert all((EXAMPLE / name).read_text("utf-8") == (example_again / name).read_text("utf-8") for name in texts)


def test_the_bundled_example_says_it_is_simulated_and_stays_small() -> None:
    study = tomllib.loads((EXAMPLE / "study.toml").read_text(encoding="utf-8"))
    assert "(simulated)" in study["study"]["name"]
    assert sum(path.stat().st_size for path in EXAMPLE.iterdir() if path.is_file()) < LARGEST_BYTES
