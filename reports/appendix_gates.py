"""The appendix on what the choice rests on: a hidden cause, what was assumed, what cannot be told apart."""

from __future__ import annotations

from reports.charts_dial import dial_curve
from reports.edition import Edition
from reports.figures import money, money_range, plain, signed_percent, whole
from reports.records import Row, is_on, label, number, records, text
from reports.sections import Section, Table, horizon_title
from reports.sentences_gates import dial_sentence
from reports.tables_gates import CHANGES, EVERYTHING, MEASURED

_NONE = "none up to 3"


def dial(edition: Edition) -> Section | None:
    """What is left beside a hidden cause, and how strong it would have to be to change the choice."""
    rows = records(edition, "dial")
    if not rows:
        return None
    strength = [number(row, "strength") or 0.0 for row in rows]
    value, low, high = ([number(row, name) or 0.0 for row in rows] for name in ("value", "value_p05", "value_p95"))
    return Section(
        anchor="dial",
        title=f"If something hidden stood behind it / {edition.money_name} / {horizon_title(edition)}",
        note=dial_sentence(edition) + " A strength of 1.5: the cause is 1.5 times as common among those who met a pain "
        "point, and those with it leave 1.5 times as often. Taken off before the haircut, which stays; in the mean no "
        "effect passes nil.",
        charts=(dial_curve(strength, value, (low, high), _marks(edition)),),
        captions=(f"{edition.money_name.capitalize()} at stake, all pain points, by strength; band: 90%",),
        table=Table(
            headings=("Strength", "Then chosen", "At stake", "Range", "NPV as chosen", "Range"),
            rows=tuple(
                (
                    plain(number(row, "strength")),
                    (text(row, "initiatives") or "nothing") if is_on(row, "changed") else "as today",
                    money(number(row, "value")),
                    money_range(number(row, "value_p05"), number(row, "value_p95")),
                    money(number(row, "npv")),
                    money_range(number(row, "npv_p05"), number(row, "npv_p95")),
                )
                for row in rows
            ),
            words=2,
        ),
    )


def _marks(edition: Edition) -> dict[str, float]:
    marks = records(edition, "dial_marks")
    found: dict[str, float] = {}
    for row in marks:
        at = number(row, "strength")
        if at is not None and text(row, "what") == CHANGES:
            found["another choice"] = at
        if at is not None and text(row, "what") == MEASURED and "measured" not in " ".join(found):
            found[f"measured: {text(row, 'name')}"] = at
    return found


def dial_pain_points(edition: Edition) -> Section | None:
    """A hidden cause of one pain point alone."""
    rows = records(edition, "dial_pain_points")
    if not rows:
        return None
    return Section(
        anchor="dial-pain-points",
        title="A hidden cause of one pain point alone / strength that changes the choice",
        table=Table(
            headings=("Pain point", "Strongest measured", "Changes the choice", "Measured"),
            rows=tuple(
                (
                    label(row, "pain_point"),
                    text(row, "control") or "none",
                    _NONE if number(row, "changes_at") is None else plain(number(row, "changes_at")),
                    plain(number(row, "control_strength")),
                )
                for row in rows
            ),
            words=2,
        ),
        holds_money=False,
    )


def priors(edition: Edition) -> Section | None:
    """What other assumptions would do to the total and to the choice."""
    rows = [row for row in records(edition, "prior_sensitivity") if text(row, "item") == EVERYTHING]
    if not rows:
        return None
    return Section(
        anchor="priors",
        title=f"If something else had been assumed / {edition.money_name} at stake / {horizon_title(edition)}",
        note="Everything worked out again with the scale of each assumption halved and doubled, on short runs that "
        "are compared with one as it is. Values of single pain points: tables/prior_sensitivity.csv.",
        table=Table(
            headings=("Assumption", "Then chosen", "Scale", "All together", "Moved"),
            rows=tuple(
                (
                    text(row, "prior"),
                    (text(row, "initiatives") or "nothing") if is_on(row, "changed") else "as today",
                    plain(number(row, "scale"), 2),
                    money(number(row, "value")),
                    signed_percent(number(row, "moved")) if number(row, "scale") != 1 else "",
                )
                for row in rows
            ),
            words=2,
        ),
    )


def told_apart(edition: Edition) -> Section | None:
    """Pain points that are one decision, and what would separate them."""
    rows = records(edition, "told_apart")
    if not rows:
        return None
    return Section(
        anchor="told-apart",
        title=f"Cannot be told apart / {edition.money_name} at stake / {horizon_title(edition)}",
        note=" ".join(_one_decision(row) for row in rows if text(row, "until"))
        + " Their value together is known; how it is shared is not.",
        table=Table(
            headings=("Pain points", "At stake", "Range", "Met apart"),
            rows=tuple(
                (
                    label(row, "item") + (" together" if text(row, "until") else " alone"),
                    money(number(row, "value")),
                    money_range(number(row, "value_p05"), number(row, "value_p95")),
                    whole(number(row, "met_apart")) if text(row, "until") else "",
                )
                for row in rows
            ),
        ),
    )


def _one_decision(row: Row) -> str:
    return f"{label(row, 'item')} are one decision until {text(row, 'until')}."
