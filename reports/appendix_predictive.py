"""The appendix on what the model predicts: leavers seen beside those predicted."""

from __future__ import annotations

from reports.charts_predictive import Prediction, seen_on_ranges
from reports.edition import Edition
from reports.figures import whole
from reports.records import Row, is_on, number, records, text
from reports.sections import Section, Table

KINDS = {
    "pain points met": "Pain points met",
    "persona": "Persona",
    "pain point": "Met",
    "answering": "Customers who",
    "score": "Score, of those who gave one",
    "period left out": "All of",
    "split of a period": "Of those who left, pain points met",
}
DRAWN = ("pain points met", "answering", "period left out")


def predictive(edition: Edition) -> Section | None:
    """Leavers predicted and seen by group, and the last periods predicted without them."""
    rows = [row for row in records(edition, "predictive") if _whole(row)]
    if not rows:
        return None
    drawn = [row for row in rows if text(row, "kind") in DRAWN and number(row, "left") is not None]
    return Section(
        anchor="predictive",
        title="Who leaves / as predicted and as seen",
        note=_note(edition),
        charts=(seen_on_ranges([_prediction(row) for row in drawn], "Leavers seen on the range predicted"),)
        if drawn
        else (),
        captions=("Seen (dot) on the 90% range predicted (line)",) if drawn else (),
        table=Table(
            headings=("Customers", "Period", "Seen", "Predicted", "Range", "Inside"),
            rows=tuple(
                (
                    _name(row),
                    text(row, "period"),
                    whole(number(row, "left")),
                    whole(number(row, "predicted")),
                    f"{whole(number(row, 'predicted_p05'))} to {whole(number(row, 'predicted_p95'))}",
                    _inside(row),
                )
                for row in rows
            ),
            words=2,
        ),
        holds_money=False,
    )


def _whole(row: Row) -> bool:
    """Whether the row is of all personas, or of one as a whole."""
    return not text(row, "persona") or text(row, "kind") in {"persona", "period left out"}


def _note(edition: Edition) -> str:
    checks = {text(row, "code"): row for row in records(edition, "checks")}
    best = text(checks.get("C515", {}), "text").partition(" Left out")[0]
    return (
        "Leavers among customers at risk, all periods together or one period. Rows with a period were predicted from "
        "the other periods. By score: as if a point moved leaving as much as it does across pain points, which noise "
        f"in single answers makes look too steep. {best}"
    ).strip()


def _name(row: Row) -> str:
    return f"{KINDS.get(text(row, 'kind'), text(row, 'kind'))}: {text(row, 'group')}"


def _inside(row: Row) -> str:
    if number(row, "inside") is None:
        return ""
    return "yes" if is_on(row, "inside") else ("far outside" if is_on(row, "far") else "no")


def _prediction(row: Row) -> Prediction:
    mean = max(number(row, "predicted") or 0.0, 1e-9)
    seen, low, high = (number(row, name) or 0.0 for name in ("left", "predicted_p05", "predicted_p95"))
    name = f"{text(row, 'group')} {text(row, 'period')}".strip()
    if text(row, "kind") == "pain points met":
        name = f"met {name}"
    return Prediction(name=name, seen=seen / mean, low=low / mean, high=high / mean)
