"""Wrong input by the command itself: exit 2, one line a fault, nothing written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from impact.__main__ import main
from impact.command.codes import all_codes
from tests.faults.test_wrong_input import FAULTS
from tests.tiny_study import append, edit, write_tiny_study

TOGETHER = tuple(name for name in FAULTS if name not in {"missing column", "as_of outside the ledger"})


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def last_good(tmp_path: Path) -> Path:
    """A tiny study beside which an earlier run left its output."""
    folder = write_tiny_study(tmp_path)
    (folder / "out").mkdir()
    (folder / "out" / "run.json").write_text('{"good": 1}', encoding="utf-8")
    return folder


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_ends_with_2_in_one_line_and_leaves_the_last_good_output(
    last_good: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    break_it, code, words = FAULTS[fault]
    break_it(last_good)
    before = _files(last_good)
    assert main(["run", str(last_good)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = [line for line in said.err.splitlines() if line.startswith(code)]
    assert len(lines) == 1
    assert all(word in lines[0] for word in words)
    assert "; allowed: " in lines[0]
    assert "1 fault. About a code" in said.err
    assert "Traceback" not in said.err
    assert _files(last_good) == before


def test_several_faults_are_all_reported_at_once(last_good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in TOGETHER:
        FAULTS[name][0](last_good)
    before = _files(last_good)
    assert main(["run", str(last_good)]) == 2
    said = capsys.readouterr().err
    found = sorted(line.split()[0] for line in said.splitlines() if line.split()[0] in all_codes())
    assert found == sorted(FAULTS[name][1] for name in TOGETHER)
    assert f"{len(TOGETHER)} faults" in said
    assert _files(last_good) == before


def test_check_says_the_same_as_run(last_good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in TOGETHER:
        FAULTS[name][0](last_good)
    before = _files(last_good)
    said = []
    for verb in ("run", "check"):
        assert main([verb, str(last_good)]) == 2
        said.append([line for line in capsys.readouterr().err.splitlines() if line.split()[0] in all_codes()])
    assert said[0] == said[1]
    assert len(said[0]) == len(TOGETHER)
    assert _files(last_good) == before


@pytest.mark.parametrize("fault", ["unknown study key", "effectiveness above 1", "score off its scale"])
def test_json_carries_place_found_allowed_and_remedy_of_each_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    break_it, code, _ = FAULTS[fault]
    folder = break_it(write_tiny_study(tmp_path))
    assert main(["run", str(folder), "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["exit_code"], answer["result"]) == ("bad input", 2, None)
    (finding,) = answer["findings"]
    assert finding["code"] == code
    assert all(finding[part] for part in ("place", "found", "allowed", "remedy"))
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("portfolio.budgte=5", ("portfolio", "budgte", "did you mean budget?")),
        ("portfolio.budget=-1", ("budget", "-1")),
        ("study.as_of='2031Q1'", ("as_of", "2031Q1")),
        ("study.seed=-4", ("seed", "-4")),
    ],
)
def test_a_wrong_setting_on_the_command_line_ends_with_2_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], override: str, words: tuple[str, ...]
) -> None:
    folder = write_tiny_study(tmp_path)
    assert main(["run", str(folder), "--set", override]) == 2
    said = capsys.readouterr().err
    assert all(word in said for word in words)
    assert not (folder / "out").exists()


MORE: dict[str, tuple[Callable[[Path], Path], tuple[str, ...]]] = {
    "a customer twice": (
        lambda folder: append(folder, "customers.csv", "0001,home,2024-05-01"),
        ("customers.csv", "customer_id=0001"),
    ),
    "a score that is no number": (
        lambda folder: append(folder, "responses.csv", "0001,2026-04-01,buy,good,csat,"),
        ("responses.csv score", "good"),
    ),
    "an answer to an unknown stage": (
        lambda folder: append(folder, "responses.csv", "0001,2026-04-01,bui,4,csat,"),
        ("responses.csv stage", "'bui'", "did you mean buy?"),
    ),
    "an incident of an unknown pain point": (
        lambda folder: append(folder, "incidents.csv", "0001,2026-05-03,slwo"),
        ("incidents.csv pain_point", "'slwo'", "did you mean slow?"),
    ),
    "effectiveness out of order": (
        lambda folder: edit(folder, "fixes.csv", "0.2,0.4,0.6", "0.6,0.4,0.2"),
        ("fixes.csv row 2", "low <= likely <= high"),
    ),
    "an empty ledger": (
        lambda folder: _only_header(folder, "ledger.csv"),
        ("ledger",),
    ),
}


def _only_header(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("fault", MORE)
def test_more_wrong_input_is_told_by_the_command_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    break_it, words = MORE[fault]
    folder = break_it(write_tiny_study(tmp_path))
    assert main(["run", str(folder)]) == 2
    said = capsys.readouterr().err
    assert all(word in said for word in words), said
    assert "Traceback" not in said
    assert not (folder / "out").exists()
