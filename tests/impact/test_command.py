"""The command: its streams, its exit codes, its two forms of answer, and its start-up."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from impact.__main__ import main
from impact.check_outcome import CheckOutcome
from impact.checks import Check
from impact.command.codes import USAGE_CODES, all_codes
from impact.command.terminal import Terminal
from impact.command.words import command, file_lines, in_futures, money
from impact.errors import Finding, InputError, TooThinError

HEAVY = {"pandas", "numpy", "ibis", "duckdb", "pymc", "arviz", "statsmodels", "scipy", "xlsxwriter", "openpyxl"}
JSON_KEYS = {"schema", "status", "exit_code", "findings", "result", "inputs"}
LONG_NAME = "An initiative whose name is far longer than any terminal of eighty columns would ever show in one line"
FAULTS = (
    Finding(code="S103", place="study.toml: [portfolio].budgte", found="x", allowed="y", remedy="write budget"),
    Finding(code="D304", place="ledger.csv", found="score 11", allowed="1..5", remedy="correct it", rows=("row 2",)),
    Finding(code="S103", place="study.toml: [study].nam", found="x", allowed="y", remedy="write name"),
)


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """The options of a run, as the root takes them."""

    out: Path | None = None
    engine: str = "quick"
    seed: int | None = None
    overrides: tuple[str, ...] = ()
    since: str | None = None


@dataclass
class Root:
    """A composition root that does at once what it is told: an outcome, or an error."""

    run: Callable[[], Any]
    check: Callable[[], Any]
    asked: list[tuple[Path, Any]] = field(default_factory=list)

    def run_study(self, path: Path, options: RunOptions, progress: Any) -> Any:  # noqa: ANN401 - a stand-in
        """The outcome told, after one stage of work."""
        self.asked.append((path, options))
        with progress.stage("sampling"):
            progress.advance(1, 1)
        return self.run()

    def check_study(self, path: Path, overrides: tuple[str, ...]) -> Any:  # noqa: ANN401 - a stand-in
        """The outcome told."""
        self.asked.append((path, overrides))
        return self.check()


def finished(out: Path, **changes: object) -> types.SimpleNamespace:
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.html").write_text("page", encoding="utf-8")
    decision = pd.DataFrame(
        {
            "rank": [1, 2],
            "initiative": ["bills", "calls"],
            "name": ["[red]x[/red]", LONG_NAME],
            "cost": [120_000.0, 80_000.0],
            "npv_p05": [-10_000.0, float("nan")],
            "npv": [1_234_567.0, -20_000.0],
            "npv_p95": [2_000_000.0, 5_000.0],
            "p_npv_positive": [0.91, 0.0],
            "chosen": [1, 0],
            "verdict": ["fund", "park"],
        }
    )
    row = {"check": "Ties to the books", "found": "3%", "limit": "2%", "remedy": "Ask finance."}
    checks = (
        Check(code="U001", status="review", text="The books differ.", **row),
        Check(code="D300", status="pass", text="All rows are read.", **row),
    )
    whole: dict[str, object] = {
        "out": out,
        "fitness": "fit",
        "headline": "Fund bills: worth EUR 1.2m.",
        "notices": ("Simulated data.",),
        "decision": decision,
        "currency": "EUR",
        "checks": checks,
        "files": (out / "report.html",),
        "seconds": 12.3,
    }
    return types.SimpleNamespace(**(whole | changes))


def read_in(status: str = "pass", findings: tuple[Finding, ...] = ()) -> CheckOutcome:
    row = {"check": "Scores on their scale", "found": "0", "limit": "0", "text": "All are.", "remedy": ""}
    rows = {"table": ["ledger"], "rows_in": [10], "rows_used": [9], "set_aside": [1], "reason": ["after as_of"]}
    check = Check(code="D300", status=status, **row)  # type: ignore[arg-type]
    return CheckOutcome(
        name="Ten rows",
        currency="EUR",
        summary="10 rows, 2025Q2 to 2026Q3",
        rows=pd.DataFrame(rows),
        checks=(check,),
        findings=findings,
    )


def raising(error: BaseException) -> Callable[[], Any]:
    def fail() -> Any:  # noqa: ANN401 - never returns
        raise error

    return fail


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Root:
    stand_in = Root(run=lambda: finished(tmp_path / "out"), check=read_in)
    module = types.ModuleType("impact.run")
    vars(module).update(RunOptions=RunOptions, run_study=stand_in.run_study, check_study=stand_in.check_study)
    monkeypatch.setitem(sys.modules, "impact.run", module)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("impact.__main__._hush", lambda: None)
    return stand_in


def started(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "impact", *words], capture_output=True, text=True, timeout=30, check=False
    )


def test_help_lists_the_verbs_and_nothing_heavy_is_loaded() -> None:
    script = (
        "import sys\nfrom impact.__main__ import main\ncode = main(['--help'])\n"
        "sys.stderr.write(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0
    assert re.findall(r"^  ([\w-]+)  ", done.stdout.partition("Commands:")[2], re.M) == [
        "init",
        "check",
        "run",
        "calibrate",
        "rank",
        "plan",
        "approve",
        "track",
        "design",
        "selftest",
        "verify-engine",
        "demo",
        "explain",
    ]
    assert set(done.stderr.split()) & HEAVY == set()
    assert "..." not in done.stdout.partition("Commands:")[2]


def test_a_bare_command_shows_its_help(capsys: pytest.CaptureFixture[str], root: Root) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("Usage: cx-impact")


def test_the_version_is_one_line(capsys: pytest.CaptureFixture[str], root: Root) -> None:
    assert main(["--version"]) == 0
    assert re.fullmatch(r"cx-impact[ ,].+\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek", "x"], "'check'"),
        (["run", "x", "--sed", "3"], "--seed"),
        (["run"], "STUDY"),
        (["run", "x", "--engine", "slow"], "full"),
        (["run", "x", "--seed", "-1"], "--seed"),
        (["run", "x", "--set", "budget"], "KEY=VALUE"),
        (["forecast", "x"], "plan, approve, track, design, selftest, verify-engine, demo, explain"),
    ],
)
def test_a_mistyped_line_is_one_finding_with_what_is_near(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], root: Root
) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("U001 ")
    assert said in captured.err
    assert root.asked == []


def test_a_run_passes_on_what_was_asked(root: Root) -> None:
    line = ["run", "s", "--out", "o", "--seed", "7", "--set", "a.b=1", "--set", "c.d=2", "--since", "last"]
    assert main([*line, "--no-color"]) == 0
    assert root.asked == [(Path("s"), RunOptions(out=Path("o"), seed=7, overrides=("a.b=1", "c.d=2"), since="last"))]


def test_a_run_ends_with_its_decision_on_stdout_and_the_rest_on_stderr(
    capsys: pytest.CaptureFixture[str], root: Root
) -> None:
    assert main(["run", "my study"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Fund bills: worth EUR 1.2m.\nNote: Simulated data.\n")
    assert "Checks: 0 fails, 1 review, 1 passed" in captured.out
    assert "The books differ. (found 3%, limit 2%) Ask finance." in captured.out
    assert "report.html" in captured.out
    assert "sampling" in captured.err and "sampling" not in captured.out
    assert captured.err.splitlines()[-1] == "Next: cx-impact explain U001"


def test_a_table_on_a_pipe_is_whole_and_tab_separated(capsys: pytest.CaptureFixture[str], root: Root) -> None:
    main(["run", "s"])
    out = capsys.readouterr().out
    table = [line.split("\t") for line in out.splitlines() if "\t" in line]
    assert table[0][:3] == ["rank", "initiative", "name"]
    assert table[1][2] == "[red]x[/red]"
    assert table[2][2] == LONG_NAME
    assert table[1][5] == "1234567"
    assert table[2][4] == "n/a"
    assert "…" not in out and "\x1b" not in out


class Watched(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """True."""
        return True


@pytest.mark.parametrize("plain", ["NO_COLOR", "TERM", "--no-color"])
def test_no_escape_code_reaches_a_terminal_that_wants_none(
    plain: str, monkeypatch: pytest.MonkeyPatch, root: Root
) -> None:
    out, err = Watched(), Watched()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("FORCE_COLOR", "1")
    if plain in {"NO_COLOR", "TERM"}:
        monkeypatch.setenv(plain, {"NO_COLOR": "1", "TERM": "dumb"}[plain])
    words = ["--no-color"] if plain == "--no-color" else []
    assert main(["run", "s", *words]) == 0
    assert "\x1b" not in out.getvalue() + err.getvalue()


def test_a_person_sees_a_ruled_table_with_every_name_whole(monkeypatch: pytest.MonkeyPatch, root: Root) -> None:
    out = Watched()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["run", "s"]) == 0
    shown = out.getvalue()
    assert "[red]x[/red]" in re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert "1.23m" in shown and "18 of 20" in shown
    assert "…" not in shown and "\t" not in shown


def test_control_characters_in_a_name_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal(colour=False).say("evil \x1b[31mname\x07")
    assert capsys.readouterr().out == "evil \N{REPLACEMENT CHARACTER}[31mname\N{REPLACEMENT CHARACTER}\n"


def test_a_run_that_is_not_fit_for_use_ends_with_1_and_says_so_first(
    capsys: pytest.CaptureFixture[str], root: Root, tmp_path: Path
) -> None:
    root.run = lambda: finished(tmp_path / "out", fitness="not fit for use")
    assert main(["run", "s"]) == 1
    assert capsys.readouterr().out.startswith("NOT FIT FOR USE")


def test_faults_of_the_input_are_a_line_each_and_end_with_2(capsys: pytest.CaptureFixture[str], root: Root) -> None:
    root.run, root.check = raising(InputError(FAULTS)), lambda: read_in(findings=FAULTS)
    for verb, following in (("run", 0), ("check", 1)):
        assert main([verb, "s"]) == 2
        captured = capsys.readouterr()
        lines = [line for line in captured.err.splitlines() if line[:1] in "SD"]
        assert (captured.out == "") == (verb == "run")
        assert [line[:4] for line in lines] == ["S103", "S103", "D304"]
        assert captured.err.splitlines()[-1 - following] == "3 faults. About a code: cx-impact explain S103"


def test_check_of_a_faulty_study_gives_its_report_and_its_faults(
    capsys: pytest.CaptureFixture[str], root: Root, tmp_path: Path
) -> None:
    root.check = lambda: read_in(findings=FAULTS)
    assert main(["check", "s", "--json", "--out", "report"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], len(answer["findings"])) == ("bad input", 3)
    assert answer["result"]["verdict"] == "Not to be run: 3 faults to mend first."
    assert "write budget" in (tmp_path / "report" / "check.html").read_text(encoding="utf-8")


def test_too_little_data_ends_with_1_and_says_what_would_be_enough(
    capsys: pytest.CaptureFixture[str], root: Root
) -> None:
    root.run = raising(TooThinError("C401", "No customer left.", "300 leavers would be enough."))
    assert main(["run", "s"]) == 1
    err = capsys.readouterr().err
    assert "No customer left." in err and "300 leavers would be enough." in err


def test_an_error_of_ours_ends_with_101_in_one_line_and_shows_where_only_when_asked(
    capsys: pytest.CaptureFixture[str], root: Root, tmp_path: Path
) -> None:
    root.run = raising(ZeroDivisionError("division by zero"))
    assert main(["run", "s"]) == 101
    quiet = capsys.readouterr().err
    assert "Traceback" not in quiet and "U006" in quiet
    assert main(["run", "s", "--debug"]) == 101
    assert "Traceback" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_the_users_to_mend(capsys: pytest.CaptureFixture[str], root: Root) -> None:
    root.run = raising(PermissionError(13, "Permission denied", "/out"))
    assert main(["run", "s"]) == 2
    assert "U003 /out: Permission denied" in capsys.readouterr().err


def test_an_interrupted_run_ends_with_130(capsys: pytest.CaptureFixture[str], root: Root) -> None:
    root.run = raising(KeyboardInterrupt())
    assert main(["run", "s"]) == 130
    assert "U007" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("outcome", "code", "status"),
    [
        (None, 0, "done"),
        (InputError(FAULTS), 2, "bad input"),
        (TooThinError("C401", "No customer left.", "More."), 1, "not fit for use"),
        (RuntimeError("bug"), 101, "internal error"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_json_is_one_object_of_one_shape_whatever_happens(
    outcome: BaseException | None, code: int, status: str, capsys: pytest.CaptureFixture[str], root: Root
) -> None:
    if outcome is not None:
        root.run = raising(outcome)
    assert main(["run", "s", "--json"]) == code
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert set(answer) == JSON_KEYS
    assert (answer["schema"], answer["status"], answer["exit_code"]) == ("cx-impact/1", status, code)
    assert bool(answer["findings"]) == (outcome is not None)
    assert captured.err == ""


def test_a_mistyped_line_is_json_too_where_json_is_asked(capsys: pytest.CaptureFixture[str], root: Root) -> None:
    assert main(["run", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == "U001"


def test_json_names_inputs_by_hash_units_and_no_number_that_is_none(
    capsys: pytest.CaptureFixture[str], root: Root, tmp_path: Path
) -> None:
    (tmp_path / "study.toml").write_text('[data]\nledger = "ledger.csv"\nincidents = "gone.csv"\n', encoding="utf-8")
    (tmp_path / "ledger.csv").write_bytes(b"abc")
    assert main(["run", ".", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["inputs"]) == {"study.toml", "ledger.csv"}
    assert answer["inputs"]["ledger.csv"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert answer["result"]["decision"][1]["npv_p05"] is None
    assert answer["result"]["units"]["p_npv_positive"] == "share 0..1"
    assert answer["result"]["files"][0]["bytes"] == 4


def test_check_ends_with_count_and_verdict_and_one_next_command(
    capsys: pytest.CaptureFixture[str], root: Root, tmp_path: Path
) -> None:
    assert main(["check", "my study"]) == 0
    captured = capsys.readouterr()
    assert "ledger\t10\t9\t1\tafter as_of" in captured.out
    assert re.fullmatch(
        r"0 fails, 0 reviews, 1 passed \(\d+\.\d s\): ready to run\. Nothing was valued\.",
        captured.out.splitlines()[-1],
    )
    assert captured.err.splitlines()[-1] == "Next: cx-impact run 'my study'"
    assert list(tmp_path.iterdir()) == []


def test_check_writes_its_answer_only_where_it_is_told(root: Root, tmp_path: Path) -> None:
    assert main(["check", "s", "--out", "report"]) == 0
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["check.html", "check.json"]
    answer = json.loads((tmp_path / "report" / "check.json").read_text(encoding="utf-8"))
    assert answer["result"]["rows"][0]["rows_used"] == 9


def test_a_check_that_failed_ends_with_1(capsys: pytest.CaptureFixture[str], root: Root) -> None:
    root.check = lambda: read_in("fail")
    assert main(["check", "s"]) == 1
    assert "not to be run on as it is" in capsys.readouterr().out


def test_init_says_little_and_a_command_that_can_be_pasted(
    capsys: pytest.CaptureFixture[str], root: Root, tmp_path: Path
) -> None:
    assert main(["init", "my study"]) == 0
    captured = capsys.readouterr()
    assert len((captured.out + captured.err).splitlines()) <= 8
    following = captured.err.splitlines()[-1].removeprefix("Next: ")
    assert shlex.split(following) == ["cx-impact", "check", "my study"]
    assert main(["init", "my study"]) == 2
    assert "U002" in capsys.readouterr().err


def test_demo_runs_every_example_into_its_own_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], root: Root, tmp_path: Path
) -> None:
    monkeypatch.setattr("impact.examples_path.example_names", lambda: ("hospitals", "subscription"))
    monkeypatch.setattr("impact.examples_path.example_folder", lambda name: Path("/examples") / name)
    assert main(["demo", "--out", "d"]) == 0
    assert [(path.name, options.out) for path, options in root.asked] == [
        ("hospitals", Path("d/hospitals")),
        ("subscription", Path("d/subscription")),
    ]
    captured = capsys.readouterr()
    assert captured.err.splitlines()[-1].endswith("cx-impact init my-study")
    assert captured.out.splitlines()[-1].split() == ["subscription", str(tmp_path / "out" / "report.html")]


def test_demo_of_one_example_goes_under_out_by_default(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("impact.examples_path.example_folder", lambda name: Path("/examples") / name)
    assert main(["demo", "hospitals"]) == 0
    assert [options.out for _, options in root.asked] == [Path("out/hospitals")]


def test_demo_lists_and_refuses_an_unknown_name(capsys: pytest.CaptureFixture[str], root: Root) -> None:
    assert main(["demo", "--list"]) == 0
    assert "\x1b" not in capsys.readouterr().out
    assert main(["demo", "nowhere"]) == 2
    assert "U004" in capsys.readouterr().err
    assert root.asked == []


@pytest.mark.parametrize("code", sorted(all_codes()))
def test_every_code_is_explained_offline(code: str, capsys: pytest.CaptureFixture[str], root: Root) -> None:
    page = all_codes()[code]
    assert main(["explain", code.lower()]) == 0
    out = capsys.readouterr().out
    assert all(part in out for part in (code, page.title, page.why, page.remedy))


def test_an_unknown_code_names_the_nearest(capsys: pytest.CaptureFixture[str], root: Root) -> None:
    assert main(["explain", "U01"]) == 2
    assert "U001" in capsys.readouterr().err


def test_every_code_of_the_command_is_used_and_every_one_used_has_a_page() -> None:
    folder = Path(__file__).parents[2] / "impact"
    sources = [*folder.glob("*.py"), *(folder / "command").glob("*.py"), *(folder.parent / "reports").glob("*.py")]
    used = {code for path in sources for code in re.findall(r'code="(U\d{3})"', path.read_text(encoding="utf-8"))}
    assert used == set(USAGE_CODES)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0.0, "0"), (12.0, "12"), (-4_560.0, "-4.56k"), (999_950.0, "1m"), (2.5e9, "2.5bn"), (float("nan"), "n/a")],
)
def test_money_has_three_digits_and_a_unit(amount: float, text: str) -> None:
    assert money(amount) == text


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "more than 19 of 20"), (0.0, "fewer than 1 of 20"), (0.84, "17 of 20")]
)
def test_a_chance_is_a_count_of_twenty_and_never_all_or_none(share: float, text: str) -> None:
    assert in_futures(share) == text


def test_a_command_is_quoted_for_a_shell() -> None:
    assert command("run", Path("my study")) == "cx-impact run 'my study'"


def test_files_of_a_folder_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    files = (tmp_path / "report.html", tmp_path / "tables" / "a.csv", tmp_path / "tables" / "b.csv")
    for file in files:
        file.write_bytes(b"x" * 2_000)
    assert [line.split() for line in file_lines(files, tmp_path)] == [
        ["report.html", "2.0", "kB"],
        ["tables/", "4.0", "kB,", "2", "files"],
    ]


def test_the_module_runs_as_a_program_with_its_exit_code() -> None:
    done = started("explain", "nothing")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "U005" in done.stderr
