"""`verify-engine` by the command, the full engine stood in for by the quick one with another stream of chance."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from impact import verify_engine as verb
from impact.starter import write_starter
from impact.verify_engine import ChoicePair
from models.uplift import Question, UpliftPosterior, fit_uplift
from tests.said import say


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter study, only to be read."""
    folder = tmp_path_factory.mktemp("verify") / "study"
    write_starter(folder)
    return folder


def another_stream(question: Question, seed: int, _engine: str, tell: Callable[[int, int], None]) -> UpliftPosterior:
    """The quick engine from another seed, as if it were the full one."""
    found = fit_uplift(question, seed + 1, "quick", tell)
    return replace(found, fit=replace(found.fit, engine="full"))


def another_posterior(question: Question, seed: int, engine: str, tell: Callable[[int, int], None]) -> UpliftPosterior:
    """A wrong engine: all effects on leaving larger by a standard deviation."""
    found = another_stream(question, seed, engine, tell)
    wrong = found.fit.draws["leaving"] + found.fit.draws["leaving"].std(axis=(0, 1))
    return replace(found, fit=replace(found.fit, draws={**found.fit.draws, "leaving": wrong}))


def test_two_runs_of_one_posterior_agree(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "fit_uplift", another_stream)
    code, said, err = say("verify-engine", study, "--json")
    answer = json.loads(said)
    assert code == answer["exit_code"] == 0, err
    result = answer["result"]
    assert result["agree"] and result["portfolio"]["agrees"]
    assert {"score", "leaving", "spend", "theta", "psi"} == {one["block"] for one in result["effects"]}
    assert max(one["shift_max"] for one in result["effects"]) < 0.3
    assert result["values"][-1]["item"] == "all together" and result["values"][-1]["shift"] < 0.2
    assert result["engines"]["quick"]["engine"] == "quick" and result["engines"]["full"]["engine"] == "full"
    assert result["time_ratio"] > 0


def test_an_engine_that_is_off_ends_with_1(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "fit_uplift", another_posterior)
    code, said, _ = say("verify-engine", study)
    assert code == 1
    assert "leaving" in said and "C573" in said and "Portfolio:" in said
    assert "times as long with full" in said


def test_another_choice_counts_only_beyond_chance() -> None:
    near = ChoicePair(quick=("a",), full=("b",), difference=10.0, error=6.0)
    assert near.agrees and not replace(near, error=4.0).agrees
    assert replace(near, full=("a",), error=0.0).agrees


@pytest.mark.parametrize("line", [("--engine", "full"), ("--companies", "3"), ("--seed", "-1"), ()])
def test_wrong_use_ends_with_2(line: tuple[str, ...], study: Path) -> None:
    words = ("verify-engine", study, *line) if line else ("verify-engine",)
    code, said, err = say(*words)
    assert (code, said) == (2, "") and "U001" in err
