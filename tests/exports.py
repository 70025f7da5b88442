"""Studies whose tables are exports: the tiny study with other `[data]`, and the table an adapter gives."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from impact.errors import Finding, InputError
from impact.formats.adapters import Adapted
from impact.formats.intake import adapt
from impact.study import load_study
from tests.tiny_study import STUDY, write_tiny_study

SAMPLES = Path(__file__).parent / "impact" / "formats" / "samples"
_DATA = (
    '[data]\nresponses = "responses.csv"\ncustomers = "customers.csv"\n'
    'ledger = "ledger.csv"\nincidents = "incidents.csv"\n'
)


def write_export_study(folder: Path, data: str) -> Path:
    """The folder with the tiny study whose `[data]` section reads as given."""
    write_tiny_study(folder)
    assert _DATA in STUDY
    (folder / "study.toml").write_text(STUDY.replace(_DATA, f"[data]\n{data}\n"), encoding="utf-8")
    return folder


def bring(folder: Path, sample: str) -> None:
    """Nothing; the sample (a file or a folder) stands in the study's folder."""
    source = SAMPLES / sample
    if source.is_dir():
        shutil.copytree(source, folder / sample)
    else:
        shutil.copy(source, folder / sample)


def adapted(folder: Path, table: str = "responses", *overrides: str) -> Adapted:
    """The table as its adapter gives it."""
    found = adapt(table, load_study(folder, overrides))
    assert found is not None
    return found


def rows(folder: Path, table: str = "responses", *overrides: str) -> pd.DataFrame:
    """The adapter's rows, blanks None."""
    frame = adapted(folder, table, *overrides).table.to_pandas().astype(object)
    return frame.where(frame.notna(), None)


def faults(folder: Path, table: str = "responses", *overrides: str) -> tuple[Finding, ...]:
    """The findings of an adapter that refuses."""
    try:
        adapted(folder, table, *overrides)
    except InputError as error:
        assert all(one.place and one.found and one.allowed and one.remedy for one in error.findings)
        return error.findings
    raise AssertionError("nothing was refused")


def codes(folder: Path, table: str = "responses", *overrides: str) -> list[str]:
    """The codes of an adapter that refuses."""
    return [one.code for one in faults(folder, table, *overrides)]
