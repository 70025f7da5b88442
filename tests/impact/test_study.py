"""The study file: what is read, what is refused, and in which words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from impact.errors import Finding, InputError
from impact.periods import parse_period
from impact.study import load_study, read_study, settings_not_used
from tests.tiny_study import append, edit, write_tiny_study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny_study(tmp_path)


def findings(path: Path, *overrides: str) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        load_study(path, overrides)
    return caught.value.findings


def test_a_study_is_read_from_its_folder_or_its_file(folder: Path) -> None:
    assert load_study(folder) == load_study(folder / "study.toml")
    assert load_study(folder).folder == folder


def test_settings_left_out_take_their_defaults(folder: Path) -> None:
    study = load_study(folder)
    assert (study.study.discount_rate, study.study.horizon_quarters, study.model.lag) == (0.10, 12, 1)
    assert study.model.credibility == (4.0, 3.0)
    assert study.portfolio.objective == "mean"


def test_overrides_are_read_as_toml_values(folder: Path) -> None:
    study = load_study(
        folder, ["study.seed=3", "portfolio.budget=1e6", "study.as_of=2026Q2", "model.controls=['plan']"]
    )
    assert (study.study.seed, study.portfolio.budget, study.study.as_of) == (3, 1e6, "2026Q2")
    assert study.model.controls == ("plan",)


@pytest.mark.parametrize(("period", "as_of", "periods"), [("quarter", "2026Q3", 12), ("month", "2026-09", 36)])
def test_the_horizon_is_counted_in_ledger_periods(folder: Path, period: str, as_of: str, periods: int) -> None:
    study = load_study(folder, [f"study.period={period}", f"study.as_of={as_of}"])
    assert study.horizon_periods == periods
    assert study.as_of == parse_period(as_of, study.period_kind)


def test_a_year_may_be_written_as_a_number(folder: Path) -> None:
    study = load_study(folder, ["study.period=year", "study.as_of=2026"])
    assert (study.as_of, study.periods_a_year, study.horizon_periods) == (2026, 1, 3)


def test_an_unknown_key_names_its_place_and_the_nearest_known_one(folder: Path) -> None:
    (found,) = findings(edit(folder, "study.toml", "budget", "budgte"))
    assert (found.code, found.place) == ("S103", "study.toml: [portfolio].budgte")
    assert "budget" in found.remedy


def test_a_key_in_the_wrong_section_names_the_right_one(folder: Path) -> None:
    (found,) = findings(append(folder, "study.toml", "discount_rate = 0.1"))
    assert found.remedy == "discount_rate belongs in [study]"


def test_an_unknown_section_is_named(folder: Path) -> None:
    (found,) = findings(append(folder, "study.toml", "[modle]\nlag = 1"))
    assert (found.code, found.remedy) == ("S103", "did you mean [model]?")


@pytest.mark.parametrize(
    ("override", "code"),
    [
        ("portfolio.budget=-1", "S106"),
        ("portfolio.budget=nan", "S106"),
        ("study.margin_rate=0", "S106"),
        ("study.margin_rate=1.2", "S106"),
        ("study.discount_rate=-0.1", "S106"),
        ("study.discount_rate=10", "S106"),
        ("study.horizon_quarters=0", "S106"),
        ("study.shape=square", "S106"),
        ("study.seed=abc", "S105"),
        ("study.horizon_quarters=2.5", "S105"),
        ("model.credibility=[4]", "S105"),
        ("study.as_of=soon", "S107"),
        ("study.as_of=2026", "S107"),
        ("data.source='oracle://host/db'", "S121"),
        ("data.format=qualtrcs", "S110"),
        ("data.format={ledger='qualtrics'}", "D416"),
        ("data.format={events='events'}", "D416"),
        ("data.format={ledger='stripe'}", "D417"),
        ("data.timezone=Berlin", "D405"),
        ("data.items.QID1.stage=buy", "D425"),
        ("data.items={QID1={metrc='csat'}}", "S103"),
        ("data.items={QID1={metric='stars'}}", "S106"),
        ("data.items={QID1=3}", "S105"),
        ("data.items=3", "S105"),
        ("data.ledger=nowhere.csv", "S108"),
        ("finance.rates=fx.csv", "S108"),
        ("portfolio.objective=floor", "S104"),
        ("data.columns.ledger.customr_id=Id", "S103"),
        ("budget=3", "S109"),
        ("portfolio.budget", "S109"),
    ],
)
def test_a_faulty_setting_is_one_finding(folder: Path, override: str, code: str) -> None:
    found = findings(folder, override)
    assert [finding.code for finding in found] == [code]
    assert all((found[0].place, found[0].found, found[0].allowed, found[0].remedy))


def test_a_fault_set_on_the_command_line_names_the_command_line(folder: Path) -> None:
    (found,) = findings(folder, "portfolio.budget=-1")
    assert found.place == "--set portfolio.budget"
    assert "-1" in found.found


def test_a_missing_required_key_is_named(folder: Path) -> None:
    (found,) = findings(edit(folder, "study.toml", 'currency = "EUR"\n', ""))
    assert (found.code, found.place) == ("S104", "study.toml: [study].currency")


def test_neither_answers_nor_incidents_is_a_finding(folder: Path) -> None:
    edit(folder, "study.toml", 'responses = "responses.csv"\n', "")
    (found,) = findings(edit(folder, "study.toml", 'incidents = "incidents.csv"\n', ""))
    assert found.code == "S104"


def test_a_missing_study_file_and_a_broken_one_are_told_apart(tmp_path: Path) -> None:
    assert [finding.code for finding in findings(tmp_path)] == ["S101"]
    (tmp_path / "study.toml").write_text("[study]\nname = \n", encoding="utf-8")
    (found,) = findings(tmp_path)
    assert (found.code, "line 2" in found.found) == ("S102", True)


def test_all_faults_come_at_once_and_the_rest_stays_readable(folder: Path) -> None:
    study, found = read_study(folder, ["portfolio.budget=-1", "study.margin_rate=2", "model.lagg=2"])
    assert sorted(finding.code for finding in found) == ["S103", "S106", "S106"]
    assert study is not None
    assert (study.portfolio.budget, study.study.margin_rate) == (None, None)


def test_settings_without_effect_are_listed_only_when_they_are_set(folder: Path) -> None:
    assert settings_not_used(load_study(folder)) == ()
    set_all = ["study.inactive_after=3", "model.lag=2", "finance.basis=real"]
    more = ["finance.tax_rate=0.2"]
    assert settings_not_used(load_study(folder, [*set_all, *more])) == (
        "study.inactive_after (relationship is not repeat)",
    )
    # the plan by quarter sums its fiscal years by it, whatever the budget
    assert settings_not_used(load_study(folder, ["finance.fiscal_year_start=4"])) == ()


@pytest.mark.parametrize(
    "acted_on",
    [
        "portfolio.target=1000",
        'portfolio.objective="cvar"',
        "portfolio.capacity={build=[1, 2]}",
        "portfolio.budget={2027={capex=1,opex=2}}",
        "model.reliability=0.8",
        'model.cluster="chain"',
        "model.winsorise=0.02",
        "model.credibility=0.5",
        'finance.revenue_basis="estimated"',
        "portfolio.capacity={crew=[2,3]}",
        "portfolio.persona_floor=true",
        "portfolio.target=5",
        'portfolio.objective="cvar"',
    ],
)
def test_settings_of_the_rates_and_of_the_choice_are_acted_on(folder: Path, acted_on: str) -> None:
    assert settings_not_used(load_study(folder, [acted_on])) == ()


def test_inactive_after_is_acted_on_for_repeat_customers(folder: Path) -> None:
    assert settings_not_used(load_study(folder, ["study.inactive_after=3", "study.relationship=repeat"])) == ()


def test_reading_a_study_loads_no_data_library() -> None:
    code = "import sys, impact.study, impact.codes; print(sorted({'pandas', 'ibis', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
