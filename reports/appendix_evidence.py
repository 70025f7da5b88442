"""The appendix on evidence: every row in words, what the model made of it, and what it did to the haircut."""

from __future__ import annotations

from reports.edition import Edition
from reports.figures import percent, plain
from reports.records import Row, is_on, number, records, text
from reports.sections import Section, Table, horizon_title
from reports.sentences import at_face_value

USES = {
    "effect": "an effect",
    "effectiveness": "what a fix removes",
    "naming": "an audit of naming",
    "rate": "beside the rate",
    "none": "not used",
}


def evidence(edition: Edition) -> Section | None:
    """Every row of evidence in words, with what the model said of it before and after; None without any."""
    rows = records(edition, "evidence")
    if not rows:
        return None
    return Section(
        anchor="evidence",
        title="Evidence / what was measured elsewhere, as it is read",
        note="Model before: what the data alone say that the row would measure, haircut and all; after: with all "
        "evidence. Error: the one stated, and the one given. Interviews and walk-throughs count for at most 30 "
        "customers, benchmarks never for more than the prior.",
        table=Table(
            headings=("Row", "Read as", "In words", "Measured", "Error", "Given", "Before", "After"),
            rows=tuple(_row(row) for row in rows),
            words=3,
        ),
    )


def _row(row: Row) -> tuple[str, ...]:
    why = text(row, "why_not_used")
    use = USES.get(text(row, "use"), text(row, "use"))
    return (
        text(row, "evidence"),
        f"{use}: {why}" if why else use,
        text(row, "in_words"),
        *(_figure(row, name) for name in ("estimate", "se")),
        _figure(row, "se_used") if is_on(row, "weight_capped") or number(row, "se_used") is not None else "",
        *(_with_range(row, name) for name in ("before", "after")),
    )


def _figure(row: Row, column: str) -> str:
    value = number(row, column)
    if value is None:
        return ""
    return percent(value, 2) if text(row, "unit") in ("points", "relative") else plain(value, 2)


def _with_range(row: Row, column: str) -> str:
    if number(row, column) is None:
        return ""
    low, high = (_figure(row, f"{column}_{end}") for end in ("p05", "p95"))
    return f"{_figure(row, column)} ({low} to {high})"


def haircut(edition: Edition) -> Section | None:
    """How much of an observed effect is kept, as signed and after evidence, and what it would take to lose."""
    rows = records(edition, "haircut")
    if not rows:
        return None
    taught = number(rows[0], "rows_of_evidence") or 0
    by = f"{taught:.0f} row{'' if taught == 1 else 's'} of evidence" if taught else "no row of evidence"
    return Section(
        anchor="haircut",
        title=f"Haircut / share of an observed effect that is kept / {horizon_title(edition)}",
        note=f"As stated: {text(rows[0], 'prior')}; {by} taught it. {_signed(edition)} {_face(edition)}".strip(),
        table=Table(
            headings=("Grade", "Pain points", "Kept as signed", "Range", "Kept after evidence", "Range"),
            rows=tuple(
                (
                    text(row, "grade"),
                    f"{number(row, 'pain_points') or 0:.0f}",
                    *(part for when in ("before", "after") for part in _kept(row, when)),
                )
                for row in rows
            ),
        ),
    )


def _kept(row: Row, when: str) -> tuple[str, str]:
    low, high = (percent(number(row, f"kept_{when}_{end}")) for end in ("p05", "p95"))
    return percent(number(row, f"kept_{when}")), f"{low} to {high}"


def _signed(edition: Edition) -> str:
    return next((text(row, "text") for row in records(edition, "checks") if row.get("code") == "C550"), "")


def _face(edition: Edition) -> str:
    """The chosen set at face value and its break-even haircut, in a sentence; empty where nothing is chosen."""
    row = next((one for one in records(edition, "face_value") if not text(one, "initiative")), None)
    return at_face_value(row) if row else ""
