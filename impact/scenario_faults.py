"""What is wrong with the plan's scenarios, as far as study and plan tell: names, periods, values, limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from impact.errors import Finding
from impact.lever import BASE
from impact.periods import period_label
from impact.plan_values import TypedRow, fault
from impact.study import Study
from impact.study_faults import FILE_NAME, nearest

OF_PERSONAS = ("customers", "acquisition", "price", "spend", "churn", "prevalence", "effectiveness")
SHARES = ("churn", "prevalence", "mix")
FACTORS = ("price", "spend", "cost", "effectiveness")  # told in parts of themselves: 1 is as today


def scenario_faults(rows: Sequence[TypedRow], study: Study) -> list[Finding]:
    """Every row of scenarios that cannot be meant, and every name that stands for two of them."""
    findings = _names(rows)
    for row in rows:
        findings += [*_outside(row, study), *_value(row, study), *_columns(row, study), *_limits(row, study)]
    return findings + _set_twice(rows)


def _lever(row: TypedRow) -> tuple[str, str]:
    lever, _, of = row.text("lever").partition(":")
    return lever, of


def _how(row: TypedRow) -> str:
    if _lever(row)[0] == "delay" and not row.found.values.get("how"):
        return "add"
    return row.text("how")


def _names(rows: Sequence[TypedRow]) -> list[Finding]:
    findings: list[Finding] = []
    first: dict[str, str] = {}
    for row in rows:
        name = row.text("scenario")
        place = row.found.place("scenario")
        if name.casefold() == BASE:
            found, allowed = f"a scenario is called {name!r}", "any other name: base is what no scenario changes"
            findings.append(fault("P270", place, found, allowed, "rename it, or remove the row"))
            continue
        before = first.setdefault(name.casefold(), name)
        if before != name and name:
            found = f"two scenarios are called {before!r} and {name!r}"
            findings.append(fault("P270", place, found, "names that differ in more than capitals", "write one name"))
    return findings


def _outside(row: TypedRow, study: Study) -> Iterator[Finding]:
    first, last = study.as_of + 1, study.as_of + study.horizon_periods
    kind = study.period_kind
    for column in ("from", "to"):
        told = row.values[column]
        if isinstance(told, int) and not first <= told <= last:
            yield fault(
                "P271",
                row.found.place(column),
                f"{column} {period_label(told, kind)} lies outside the horizon",
                f"{period_label(first, kind)} to {period_label(last, kind)}, or blank",
                "correct it, or leave it blank for the whole horizon",
            )


def _value(row: TypedRow, study: Study) -> Iterator[Finding]:
    (lever, _), how, value = _lever(row), _how(row), row.values["value"]
    if not isinstance(value, float) or not how:
        return
    least = _least_added(lever, study) if how == "add" else 0.0
    most = 1.0 if how != "multiply" and lever in SHARES else float("inf")
    if not least <= value <= most or (lever == "churn" and how == "set" and value == 1):
        bounds = f"from {least:g}" + (f" to {most:g}" if most < float("inf") else "")
        where = f"a number {bounds}" + (", below 1" if lever == "churn" and how == "set" else "")
        found = f"{row.text('lever')} of {value:g} ({how}) cannot be"
        yield fault("P272", row.found.place("value"), found, where, "correct the value, or how it is meant")


def _least_added(lever: str, study: Study) -> float:
    """What may be added at least: delays are never early, and the base counts nobody who joins."""
    if lever in ("delay", "acquisition"):
        return 0.0
    if lever == "discount_rate":
        return -study.study.discount_rate
    return -1.0 if lever in (*FACTORS, *SHARES) else -float("inf")


def _columns(row: TypedRow, study: Study) -> Iterator[Finding]:
    lever, _ = _lever(row)
    persona, dated = row.text("persona"), [name for name in ("from", "to") if row.values[name] is not None]
    if persona and lever not in OF_PERSONAS:
        yield _not_taken(row, "persona", f"{lever} is not of one persona", "leave persona blank")
    if dated and lever == "delay":
        yield _not_taken(row, dated[0], "delay is of all that is not live yet", "leave from and to blank")
    if dated and lever == "effectiveness" and persona:
        found = "effectiveness of one persona is of the whole horizon"
        yield _not_taken(row, dated[0], found, "leave from and to blank, or the persona")
    if dated and lever == "budget" and not isinstance(study.portfolio.budget, dict):
        yield _not_taken(row, dated[0], "[portfolio].budget is of the whole horizon", "leave from and to blank")
    if lever == "delay" and _how(row) == "multiply":
        yield _not_taken(row, "how", "delay is in quarters and cannot be multiplied", "leave how blank, or write add")


def _not_taken(row: TypedRow, column: str, found: str, remedy: str) -> Finding:
    return fault("P273", row.found.place(column), found, f"no {column} here" if column != "how" else "add, set", remedy)


def _limits(row: TypedRow, study: Study) -> Iterator[Finding]:
    (lever, of), place = _lever(row), row.found.place("lever")
    if lever == "budget" and study.portfolio.budget is None:
        found, allowed = "the study has no budget to move", f"a budget in {FILE_NAME}: [portfolio].budget"
        yield fault("P274", place, found, allowed, "set a budget, or remove the row")
    if lever == "capacity" and of and of not in study.portfolio.capacity:
        near = nearest(of, tuple(study.portfolio.capacity))
        yield fault(
            "P274",
            place,
            f"no capacity is set for a team {of!r}",
            ", ".join(study.portfolio.capacity) or f"a team of {FILE_NAME}: [portfolio].capacity",
            f"did you mean {near}?" if near else "set its capacity, or remove the row",
        )


def _set_twice(rows: Sequence[TypedRow]) -> list[Finding]:
    """Rows that say a lever anew where another row of the same scenario has set it."""
    findings = []
    for one, other in combinations(rows, 2):
        same = all(one.text(name) == other.text(name) for name in ("scenario", "lever", "persona"))
        if not same or "set" not in (_how(one), _how(other)) or not _overlap(one, other) or _is_double(one, other):
            continue
        findings.append(
            fault(
                "P275",
                other.found.place("lever"),
                f"{other.text('lever')} of {other.text('scenario')!r} is told twice for the same periods, once as set",
                f"one row for each period where a value is set; the other is at {one.found.place('lever')}",
                "remove one, or let their periods follow each other",
            )
        )
    return findings


def _is_double(one: TypedRow, other: TypedRow) -> bool:
    """Whether both hold in the very same periods: a row that stands twice is found as such."""
    return all(one.values[name] == other.values[name] for name in ("from", "to"))


def _overlap(one: TypedRow, other: TypedRow) -> bool:
    (a, b), (c, d) = _span(one), _span(other)
    return a <= d and c <= b


def _span(row: TypedRow) -> tuple[float, float]:
    first, last = row.values["from"], row.values["to"]
    return (
        float(first) if isinstance(first, int) else -float("inf"),
        float(last) if isinstance(last, int) else float("inf"),
    )
