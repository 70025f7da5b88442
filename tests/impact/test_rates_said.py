"""What a person sees of a calibration on a terminal: narrow enough to read, and in letters it can show."""

from __future__ import annotations

import json
import types
from pathlib import Path

import pandas as pd
import pytest

from impact.approval import Approval, ApprovedRate
from impact.approve import Signed
from impact.command.rates import MARKS, PLAIN_MARKS, approve_answer, marks_on, rate_grid, say_approve, say_calibrate
from impact.command.terminal import Terminal

ANSWERS = {"time_order": "yes", "own_history": "no", "placebo_clean": "cannot tell", "stable": "yes"}


def outcome(blocked: str = "") -> types.SimpleNamespace:
    row = {
        **{"outcome": "log_revenue", "point": "1 point on 1-5", "rate": 0.02, "low": 0.01, "high": 0.03},
        **{"grade": "" if blocked else "within-unit", "blocked": blocked, "enough_data": "yes"},
        **ANSWERS,
        **{"approval": "not approved: nobody has signed it"},
    }
    return types.SimpleNamespace(
        fit=not blocked,
        certificates=pd.DataFrame([row]),
        notes=("A note.",),
        checks=(),
        files=(),
        out=Path("out"),
        seconds=1.0,
    )


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    """A terminal of eighty columns that a person looks at."""
    monkeypatch.setattr(Terminal, "watched", property(lambda self: True))
    monkeypatch.setenv("COLUMNS", "80")
    return capsys


def test_a_rate_stands_in_one_line_with_range_grade_and_five_answers(watched: pytest.CaptureFixture[str]) -> None:
    say_calibrate(Terminal(colour=False), outcome())  # type: ignore[arg-type]
    said = watched.readouterr().out
    (line,) = [line for line in said.splitlines() if "+0.02" in line]
    assert line.split() == ["log", "revenue", "+0.02", "+0.01", "+0.03", "within-unit", *"✓✗?✓✓"]
    assert "log revenue: not approved: nobody has signed it." in said
    assert "Note: A note." in said


def test_a_blocked_rate_says_why_and_shows_no_grade(watched: pytest.CaptureFixture[str]) -> None:
    say_calibrate(Terminal(colour=False), outcome("Own methods disagree."))  # type: ignore[arg-type]
    said = watched.readouterr().out
    assert "none given" in said
    assert "Note: Own methods disagree." in said
    assert said.startswith("NOT FIT FOR USE")


@pytest.mark.parametrize(("encoding", "marks"), [("utf-8", MARKS), ("ascii", PLAIN_MARKS), (None, PLAIN_MARKS)])
def test_a_terminal_that_cannot_show_the_marks_gets_letters(encoding: str | None, marks: dict[str, str]) -> None:
    assert marks_on(encoding) == marks
    assert rate_grid(outcome(), marks).rows[0][-1].split()[0] == marks["yes"]  # type: ignore[arg-type]


def test_an_approval_says_what_was_signed_and_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    rate = ApprovedRate(
        outcome="log_revenue",
        term="overall",
        rate=0.02,
        low=0.01,
        high=0.03,
        point="1 point on 1-5",
        grade="within-unit",
        data_hash="ab" * 32,
    )
    approval = Approval(
        what="rate",
        by="Ann Lee",
        at="2026-10-02T09:30:00+00:00",
        valid_until="2027Q3",
        note="",
        run_id="3f9a1c07",
        as_of="2026Q3",
        files={},
        inputs={},
        rates=(rate,),
    )
    say_approve(Terminal(colour=False), Signed(approval=approval, file=Path("a.json"), left_out=("retention",)))
    said = capsys.readouterr().out
    assert said.startswith("Ann Lee approved the rate of run 3f9a1c07, valid until 2027Q3.")
    assert "log revenue: +0.02 for 1 point on 1-5 (range +0.01 to +0.03), grade: within-unit" in said
    assert "retention: not signed" in said


@pytest.mark.parametrize(("added", "said"), [(False, "Its forecast is on record"), (True, "on record already")])
def test_an_approved_portfolio_says_where_its_forecast_is_kept(
    capsys: pytest.CaptureFixture[str], *, added: bool, said: str
) -> None:
    approval = Approval(
        what="portfolio",
        by="Ann Lee",
        at="2026-10-02T09:30:00+00:00",
        valid_until="2027Q3",
        note="",
        run_id="3f9a1c07",
        as_of="2026Q3",
        files={},
        inputs={},
        rates=(),
    )
    path = Path("out/record/2026Q3-3f9a1c07.json")
    signed = Signed(approval=approval, file=Path("a.json"), left_out=(), record=path, added=added)
    say_approve(Terminal(colour=False), signed)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if str(path) in line]
    assert said in line
    answer = json.loads(approve_answer(signed).to_json())["result"]
    assert (answer["record"], answer["on_record_before"]) == (str(path), added)
