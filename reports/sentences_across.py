"""What the scenarios say of the choice, in sentences."""

from __future__ import annotations

from reports.edition import Edition
from reports.figures import money
from reports.records import Row, is_on, label, listing, number, records, text

LEAST = 0.5  # of a unit of money: less is the same portfolio's worth in another order


def across_sentence(edition: Edition) -> str:
    """How the choice fares over all scenarios, then the least regretted portfolio where it is another; or empty."""
    rows = _of_role(edition, "base choice")
    if len(rows) < 2:
        return ""
    allowed = [row for row in rows if is_on(row, "allowed")]
    best = [row for row in allowed if (number(row, "regret") or 0.0) < LEAST]
    others = len(allowed) - len(best)
    where = f"all {len(rows)} scenarios" if len(best) == len(rows) else f"{len(best)} of {len(rows)} scenarios"
    said = f"Funding {funded(edition, rows[0])} is best in {where}"
    if others:
        rest = "the other" if others == 1 and len(allowed) == len(rows) else "the others that allow it"
        rest = "the others" if others > 1 and len(allowed) == len(rows) else rest
        said += f", and at most {money(_worst(allowed), edition.currency)} worse than the best in {rest}"
    barred = [text(row, "scenario") for row in rows if not is_on(row, "allowed")]
    said += f"; the limits of {listing(barred)} rule it out" if barred else ""
    return f"{said}.{_least(edition, rows)}"


def _least(edition: Edition, rows: list[Row]) -> str:
    least = _of_role(edition, "least regret")
    if not least:
        return " No portfolio that was looked at is allowed in all of them."
    if text(least[0], "portfolio") == text(rows[0], "portfolio"):
        return ""
    return (
        f" Least regretted whichever comes is {funded(edition, least[0])}, at most "
        f"{money(_worst(least), edition.currency)} worse than the best."
    )


def funded(edition: Edition, row: Row) -> str:
    """The initiatives of a row of scenario_portfolios, by name."""
    names = {text(one, "initiative"): label(one, "initiative") for one in records(edition, "portfolio")}
    ids = [one for one in text(row, "portfolio").split(", ") if one]
    return listing([names.get(one, one) for one in ids])


def _of_role(edition: Edition, role: str) -> list[Row]:
    return [row for row in records(edition, "scenario_portfolios") if text(row, "role") == role]


def _worst(rows: list[Row]) -> float:
    return max((number(row, "regret") or 0.0 for row in rows), default=0.0)
