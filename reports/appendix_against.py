"""The page for whoever signs the money: what speaks against the choice, worst first."""

from __future__ import annotations

from reports.edition import Edition
from reports.records import Row, records, text
from reports.sections import Section, Table, horizon_title

ANCHOR = "case-against"
WEIGHTS = {"review": "to review", "note": "noted"}


def case_against(edition: Edition) -> Section | None:
    """Every point against the choice with its number; None where nothing was chosen."""
    rows = records(edition, "case_against")
    if not rows:
        return None
    weighty = to_review(edition)
    return Section(
        anchor=ANCHOR,
        title=f"The case against / what speaks against the choice / {horizon_title(edition)}",
        note=f"{len(weighty)} of {len(rows)} points ask for a second look; those that put most of the gain in doubt "
        "come first. Noted: looked at, within its limit. The gain: what the chosen initiatives bring in the journey, "
        "before cost.",
        table=Table(
            headings=("Point", "What speaks against the choice", "Found", "Beside", "Weight"),
            rows=tuple(
                (
                    text(row, "point").capitalize(),
                    *(text(row, column) for column in ("sentence", "found", "compared_with")),
                    WEIGHTS.get(text(row, "weight"), text(row, "weight")),
                )
                for row in rows
            ),
            words=5,
        ),
    )


def to_review(edition: Edition) -> list[Row]:
    """The points that ask for a second look, worst first."""
    return [row for row in records(edition, "case_against") if text(row, "weight") == "review"]


def case_in_a_line(edition: Edition) -> tuple[str, ...]:
    """How many points ask for a second look, with what the worst are about and without; none where none was argued."""
    if not records(edition, "case_against"):
        return ()
    points = list(dict.fromkeys(text(row, "point") for row in to_review(edition)))
    if not points:
        return ("The case against: no point to review.",)
    short = f"The case against: {len(points)} point{'s' if len(points) > 1 else ''} to review"
    first = f"first {points[0]}" + (f", then {points[1]}" if len(points) > 1 else "")
    return f"{short}, {first}.", f"{short}."
