"""The appendix on whose the values are: by segment, and by the largest customers."""

from __future__ import annotations

from reports.edition import Edition
from reports.figures import money, percent, whole
from reports.records import Row, is_on, label, number, records, text
from reports.sections import Section, Table, horizon_title

MOST_SEGMENTS = 8  # of a column; the rest stand together
THE_REST = "(the rest together)"


def by_segment(edition: Edition) -> Section | None:
    """The base and the portfolio by the segments of each column; None where no column tells any apart."""
    columns: dict[str, dict[str, list[Row]]] = {}
    for row in records(edition, "by_segment"):
        columns.setdefault(text(row, "column"), {}).setdefault(text(row, "segment"), []).append(row)
    told = {name: segments for name, segments in columns.items() if len(segments) > 1}
    if not told:
        return None
    chosen = any(text(row, "kind") == "portfolio" for row in records(edition, "by_segment"))
    return Section(
        anchor="by-segment",
        title=f"By segment / {edition.money_word} / {horizon_title(edition)}",
        note="Benefits; costs belong to no segment. A segment's customers and money are its own; how often they meet "
        "a pain point, what it does and how many leave are those of their persona and tenure. Segments add up to the "
        "total in each draw; every pain point and initiative: tables/by_segment.csv.",
        table=Table(
            headings=(
                *("Column", "Segment", "Hurts most", "Customers", "Of all money"),
                *(("Low", "Portfolio", "High", "Of portfolio") if chosen else ()),
            ),
            rows=tuple(
                (name, *cells) for name, segments in told.items() for cells in _column(segments, portfolio=chosen)
            ),
            words=3,
        ),
    )


def _column(segments: dict[str, list[Row]], *, portfolio: bool) -> list[tuple[str, ...]]:
    """A row a segment, the largest first; what is beyond the most shown is put together, without a range."""
    names = list(segments)
    shown = names if len(names) <= MOST_SEGMENTS else names[: MOST_SEGMENTS - 1]
    rows = [(name, *_cells(segments[name], portfolio=portfolio)) for name in shown]
    rest = [row for name in names[len(shown) :] for row in segments[name]]
    return [*rows, (THE_REST, *_cells(_summed(rest), portfolio=portfolio))] if rest else rows


def _summed(rows: list[Row]) -> list[Row]:
    """One row a thing of value, summed over segments; a range is no sum."""
    sums: dict[tuple[str, str], dict[str, object]] = {}
    for row in rows:
        one = sums.setdefault((text(row, "kind"), text(row, "id")), {"kind": row["kind"], "name": row["name"]})
        for name in ("customers", "value", "share"):
            one[name] = (number(one, name) or 0.0) + (number(row, name) or 0.0)
    return list(sums.values())


def _cells(rows: list[Row], *, portfolio: bool) -> tuple[str, ...]:
    pains = [row for row in rows if text(row, "kind") == "pain_point"]
    worst = max(pains, key=lambda row: number(row, "value") or 0.0, default=None)
    hurts = (
        f"{label(worst, 'id')} {money(number(worst, 'value'))}" if worst and (number(worst, "value") or 0) > 0 else ""
    )
    base = next((row for row in rows if text(row, "kind") == "base"), {})
    chosen = next((row for row in rows if text(row, "kind") == "portfolio"), {})
    gains = (*(money(number(chosen, name)) for name in ("p05", "value", "p95")), percent(number(chosen, "share")))
    return hurts, whole(number(rows[0], "customers")), percent(number(base, "share")), *(gains if portfolio else ())


def largest_customers(edition: Edition) -> Section | None:
    """The values of which one customer carries more than a tenth; None without any."""
    rows = [row for row in records(edition, "concentration") if is_on(row, "above_limit")]
    if not rows:
        return None
    return Section(
        anchor="largest-customers",
        title="Largest customers / values of which one carries more than a tenth",
        note="Such a value is a bet on that customer: read it without as well. Persons are not named.",
        table=Table(
            headings=("Of", "Customer", "Share"),
            rows=tuple(
                (
                    label(row, "id"),
                    text(row, "customer") or "one customer",
                    "more than 10%" if number(row, "share") is None else percent(number(row, "share")),
                )
                for row in rows
            ),
            words=2,
        ),
    )
