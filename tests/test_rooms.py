"""The rooms and their one direction, the libraries that may enter each, and the shape of the tree."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("impact", "models", "scenarios", "reports")
COMPOSITION_ROOT = (
    *("impact/run.py", "impact/opening.py", "impact/estimate.py", "impact/choosing.py", "impact/doubting.py"),
    *("impact/argue.py", "impact/calibrate_study.py", "impact/rank_study.py", "impact/selftest.py"),
    *("impact/plan_study.py", "impact/planning.py", "impact/recording.py", "impact/refresh.py"),
    *("impact/track_study.py", "impact/measure_study.py"),
    *("impact/design_study.py", "impact/designing.py", "impact/pilot_lists.py"),
    *("impact/verify_engine.py", "impact/__main__.py", "impact/command/*", "impact/starter.py"),
)
ENTRIES = tuple(path.removesuffix(".py").removesuffix("/*").replace("/", ".") for path in COMPOSITION_ROOT)
BAYES = ("models/full*.py", "models/uplift*.py", "models/inference*.py", "models/checks*.py")
REGRESSION = tuple(
    f"models/{name}*.py" for name in ("calibration", "retention", "drivers", "measure", "sensitivity", "checks")
)
ENGINE = ("impact/engine*", "impact/source*", "impact/contract*", "impact/cells*")
EXCEL = ("reports/workbook/*", "impact/formats/*")
EXPORTS = ("impact/formats/*",)
FENCES = {
    **dict.fromkeys(("pymc", "xarray", "pytensor", "arviz", "nutpie"), BAYES),
    "statsmodels": REGRESSION,
    **dict.fromkeys(("ibis", "duckdb", "sqlglot"), ENGINE),
    **dict.fromkeys(("xlsxwriter", "openpyxl"), EXCEL),
    "pyreadstat": EXPORTS,
}
LINES_AT_MOST = 450
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def one_of(path: Path, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(place(path), pattern) for pattern in patterns)


def modules(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever in it the import stands, with dots for the names taken from it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path)} line {node.lineno}: write the import as the folder reads"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_a_room_imports_only_from_rooms_to_its_left() -> None:
    rightward = [
        f"{place(path)} imports {module}"
        for path in FILES
        if not one_of(path, COMPOSITION_ROOT)
        for module in modules(path)
        if module.split(".")[0] in ROOMS[ROOMS.index(place(path).split("/")[0]) + 1 :]
    ]
    assert rightward == []


def test_nothing_but_the_command_imports_the_composition_root() -> None:
    entered = [
        f"{place(path)} imports {module}"
        for path in FILES
        if not one_of(path, COMPOSITION_ROOT)
        for module in modules(path)
        if module.startswith(ENTRIES)
    ]
    assert entered == []


def test_every_library_stays_behind_its_fence() -> None:
    over = [
        f"{place(path)} imports {module}"
        for path in FILES
        for module in modules(path)
        if (library := module.split(".")[0]) in FENCES and not one_of(path, FENCES[library])
    ]
    assert over == []


def test_the_walk_sees_all_four_rooms() -> None:
    assert {place(path).split("/")[0] for path in FILES} == set(ROOMS)


def test_the_first_package_imports_nothing_but_the_standard_library() -> None:
    outside = {module.split(".")[0] for module in modules(ROOT / "impact" / "__init__.py")} - sys.stdlib_module_names
    assert outside == set()


def test_no_file_is_too_long_or_a_drawer_of_odds_and_ends() -> None:
    long = {place(path): n for path in FILES if (n := len(path.read_text("utf-8").splitlines())) > LINES_AT_MOST}
    assert long == {}
    assert [place(path) for path in FILES if path.stem in ("utils", "helpers", "common", "misc")] == []


def test_tests_are_no_package_and_no_two_share_a_name() -> None:
    tests = [path.name for path in (ROOT / "tests").rglob("*.py")]
    assert "__init__.py" not in tests
    assert [name for name, count in Counter(tests).items() if count > 1 and name != "conftest.py"] == []


def run_beside(folder: Path) -> subprocess.CompletedProcess[str]:
    """Imports `impact` in a fresh interpreter that looks into a folder before it looks into the checkout."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    return subprocess.run(
        [sys.executable, "-P", "-c", "import impact"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_another_package_called_models_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").touch()
    ended = run_beside(tmp_path)
    assert ended.returncode == 2
    assert f"its package 'models' is found in {tmp_path / 'models'}" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_mere_folder_called_models_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    ended = run_beside(tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
