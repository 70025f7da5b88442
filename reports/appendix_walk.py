"""The appendix on how the signed rate becomes an NPV, line by line."""

from __future__ import annotations

from reports import charts
from reports.edition import Edition
from reports.figures import money
from reports.records import Row, label, number, records, text
from reports.sections import Section, Table, horizon_title
from reports.tables_walk import PORTFOLIO

SHORT = (
    *("Signed rate", "Pooling", "Across pains", "Direct effect"),
    *("Haircut", "Overlap", "Start, ramp", "Other", "Cost"),
)


def walk(edition: Edition) -> Section | None:
    """The walk of the chosen portfolio as a bridge, and of every initiative as a table; None without any."""
    rows = records(edition, "walk")
    if not rows:
        return None
    walks: dict[str, list[Row]] = {}
    for row in rows:
        walks.setdefault(text(row, "initiative"), []).append(row)
    together = walks.get(PORTFOLIO, [])
    steps = [(name, number(row, "amount") or 0.0) for name, row in zip(SHORT, together, strict=False)]
    moved = any(value for _, value in steps)
    chart = charts.bridge(steps, ("NPV", sum(value for _, value in steps)), edition.currency) if moved else ""
    return Section(
        anchor="walk",
        title=f"Walk / from the signed rate to NPV / {horizon_title(edition)}",
        note="The signed rate times the points the fixes would move is where finance starts. Each line replaces one "
        "thing: personas pooled; the slope across pain points instead of the signed rate; what pain points do past "
        "satisfaction; the haircut; overlap; start and ramp; service saved and other benefits; cost. Lines add up "
        "to the cent.",
        charts=(chart,) if chart else (),
        captions=("Chosen portfolio",) if chart else (),
        table=Table(
            headings=("Initiative", *SHORT, "NPV"),
            rows=tuple(
                (
                    label(lines[0], "initiative"),
                    *(money(number(line, "amount")) for line in lines),
                    money(number(lines[-1], "running")),
                )
                for lines in walks.values()
            ),
            strong=1,
        ),
    )
