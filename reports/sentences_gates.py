"""What the choice rests on, in sentences."""

from __future__ import annotations

from reports.edition import Edition
from reports.records import number, records, text
from reports.tables_gates import CHANGES, MEASURED


def dial_sentence(edition: Edition) -> str:
    """The dial in one or two sentences."""
    marks = records(edition, "dial_marks")
    changes = next((number(row, "strength") for row in marks if text(row, "what") == CHANGES), None)
    measured = [row for row in marks if text(row, "what") == MEASURED]
    first = (
        "No hidden cause that multiplies both meeting the pain points and leaving by up to 3 would change the choice"
        if changes is None
        else "A hidden cause would have to multiply both meeting the pain points and leaving "
        f"by {changes:.2f} to change the choice"
    )
    if not measured:
        return f"{first}; no measured one tells what is usual."
    return f"{first}; the strongest measured one, {text(measured[0], 'name')}, does by " + (
        f"{number(measured[0], 'strength') or 1.0:.2f}."
    )
