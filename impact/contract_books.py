"""The ledger beside the books: finance's control totals by period, unit and line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from impact.checks import Check
from impact.codes import CODES
from impact.errors import Finding
from impact.formats.finance import FinanceColumns, FinanceRow, read_finance
from impact.periods import period_label
from impact.source import Source
from impact.step_downs import review
from impact.study import Study

if TYPE_CHECKING:
    import pandas as pd

LINES = ("customers", "revenue", "margin")
TOTALS = FinanceColumns(texts=("line",), number="amount", optional=("unit",))
COLUMNS = ("period", "unit", "line", "ledger", "reported", "difference", "coverage")
# The books and the ledger are closed on different days; more than this is another population.
MOST_APART = 0.02
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The table `reconciliation` (its columns are `COLUMNS`), and what was found on the way."""

    table: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()


def tie_to_books(source: Source, study: Study) -> Reconciliation:
    """The ledger's sums beside the control totals, empty where the study names none."""
    import pandas as pd

    empty = pd.DataFrame(columns=list(COLUMNS))
    named = study.finance.control_totals
    if named is None or not study.located(named)[0].is_file():
        return Reconciliation(table=empty)
    rows, faults = read_finance(*study.located(named), TOTALS, study.period_kind)
    faults = (*faults, *_unknown_lines(named, rows))
    late = [row for row in rows if row.t > study.as_of]
    rows = tuple(_folded(row) for row in rows if row.t <= study.as_of)
    units = sorted({row.texts["unit"] for row in rows} - {""})
    sums = _sums(source, study, units) if not faults else {}
    faults = (*faults, *(_unknown_units(named, units, sums) if not faults else []))
    if faults:
        return Reconciliation(table=empty, findings=faults)
    table = pd.DataFrame([_tied(row, sums, study) for row in rows], columns=list(COLUMNS))
    return Reconciliation(table=table, checks=_checks(table, named, len(late)))


def _folded(row: FinanceRow) -> FinanceRow:
    return replace(row, texts={**row.texts, "line": row.texts["line"].casefold()})


def _unknown_lines(file: str, rows: tuple[FinanceRow, ...]) -> list[Finding]:
    wrong = [row for row in rows if row.texts["line"].casefold() not in LINES]
    if not wrong:
        return []
    names = sorted({row.texts["line"] for row in wrong})
    found = Finding(
        code="D381",
        place=f"{file} line",
        found=f"{len(wrong):,} {'row' if len(wrong) == 1 else 'rows'}: {', '.join(map(repr, names[:_SHOWN]))}",
        allowed=", ".join(LINES),
        remedy="name the line so, or leave the row out",
        rows=tuple(f"row {row.number}: {row.texts['line']}" for row in wrong[:3]),
    )
    return [found]


def _unknown_units(file: str, units: list[str], sums: dict[tuple[str, int], dict[str, float]]) -> list[Finding]:
    known = {unit for unit, _ in sums}
    unknown = [unit for unit in units if unit not in known]
    if not unknown:
        return []
    found = Finding(
        code="D381",
        place=f"{file} unit",
        found=f"{len(unknown):,} of {len(units):,} units without a row in the ledger: "
        f"{', '.join(map(repr, unknown[:_SHOWN]))}",
        allowed="a customer_id of the ledger; blank for the whole ledger",
        remedy="write the unit as the ledger does, or leave its rows out",
    )
    return [found]


def _sums(source: Source, study: Study, units: list[str]) -> dict[tuple[str, int], dict[str, float]]:
    """Customers, revenue and margin of the ledger by unit ("" is the whole) and period."""
    ledger = source.ledger.filter(source.ledger.t <= study.as_of)
    parts: list[tuple[Any, list[str]]] = [(ledger, ["t"])]
    if units:
        listed = source.engine.look_up("control_units", _look_up(units))
        parts.append((ledger.inner_join(listed, [("customer_id", "unit")]), ["unit", "t"]))
    found = {}
    for table, keys in parts:
        sums = table.group_by(keys).agg(
            customers=table.count(),
            revenue=table.revenue.sum(),
            margin=table.margin.sum(),
            margins=table.margin.count(),
        )
        for row in sums.execute().to_dict("records"):
            margin = float(row["margin"]) if row["margins"] else _by_rate(float(row["revenue"]), study)
            money = {"customers": float(row["customers"]), "revenue": float(row["revenue"]), "margin": margin}
            found[str(row.get("unit", "")), int(row["t"])] = money
    return found


def _by_rate(revenue: float, study: Study) -> float:
    rate = study.study.margin_rate
    return float("nan") if rate is None else revenue * rate


def _look_up(units: list[str]) -> Any:  # noqa: ANN401
    import pyarrow

    return pyarrow.table({"unit": pyarrow.array(units, type=pyarrow.string())})


def _tied(row: FinanceRow, sums: dict[tuple[str, int], dict[str, float]], study: Study) -> tuple[object, ...]:
    unit, line = row.texts["unit"], row.texts["line"]
    ledger = sums.get((unit, row.t), dict.fromkeys(LINES, 0.0))[line]
    coverage = ledger / row.amount if row.amount else float("nan")
    period = period_label(row.t, study.period_kind)
    return (period, unit, line, ledger, row.amount, ledger - row.amount, coverage)


def _checks(table: pd.DataFrame, file: str, late: int) -> tuple[Check, ...]:
    size = table["reported"].abs()
    apart = table["difference"].abs() > MOST_APART * size
    unknown = table["ledger"].isna()
    found = []
    if len(table):
        worst = table.assign(gap=(table["difference"].abs() / size))[apart].sort_values("gap", ascending=False).head(3)
        said = f"{int(apart.sum()):,} of {len(table):,} totals over {MOST_APART:.0%} apart"
        said += "".join(
            f"; {' '.join(str(row[name]) for name in ('period', 'unit', 'line') if row[name])}: "
            f"ledger {row['ledger']:,.2f}, books {row['reported']:,.2f}"
            for row in worst.to_dict("records")
        )
        tied = review("D386", said, f"{MOST_APART:.0%} of the books")
        found.append(tied if apart.any() else replace(tied, status="pass", text=CODES["D386"].why, remedy=""))
    if late or unknown.any():
        said = f"{file}: {late:,} totals after as_of, {int(unknown.sum()):,} of a margin that the study does not have"
        found.append(review("D387", said, "0"))
    return tuple(found)
