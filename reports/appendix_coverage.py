"""The appendix on coverage: what was measured of the journey, who answers, and which ways customers take."""

from __future__ import annotations

from collections.abc import Sequence

from reports import charts_coverage, sentences_coverage
from reports.edition import Edition
from reports.figures import NO_FIGURE, percent, plain, signed_percent, whole
from reports.records import Row, label, number, records, text
from reports.sections import Section, Table

KINDS = {
    "stage": "Stage",
    "touchpoint": "Touchpoint",
    "channel": "Channel",
    "persona": "Persona",
    "pain_point": "Pain point",
}
REASONS = {
    "not_visited": "Not visited",
    "not_asked": "Not asked",
    "not_answered": "Not answered",
    "no_reason": "No reason",
}
MOST_LINES = 9
_MEASURES = {"revenue": "Revenue", "margin": "Margin", "leaving_rate": "Leaving rate", "tenure": "Tenure"}


def coverage(edition: Edition) -> Section | None:
    """What the plan names beside what was measured."""
    rows = [row for row in records(edition, "coverage") if text(row, "kind") in KINDS]
    if not rows:
        return None
    reasons = [name for name in REASONS if any((number(row, name) or 0) > 0 for row in rows)]
    unit = "Sites" if edition.shape == "sites" else "Customers"
    return Section(
        anchor="coverage",
        title=f"Coverage / what the plan names and what was measured / periods to {edition.as_of}",
        note=" ".join(sentences_coverage.covered(edition) or ("Everything that the plan names was measured.",)),
        table=Table(
            headings=(
                *("", "Name", "Owner", "Note", "Answers", "Incidents", unit, "Score"),
                *(REASONS[name] for name in reasons),
                *("First", "Last"),
            ),
            rows=tuple(
                (
                    KINDS[text(row, "kind")],
                    label(row, "id") or "others",
                    text(row, "owner"),
                    _short(text(row, "note")),
                    *(_count(row, name) for name in ("answers", "incidents", "customers")),
                    _or_blank(plain(number(row, "score"))),
                    *(_count(row, name) for name in reasons),
                    *(text(row, name) for name in ("first", "last")),
                )
                for row in rows
            ),
            words=4,
        ),
        holds_money=False,
    )


def _short(note: str) -> str:
    return note.replace("named in the plan and never measured", "never measured").replace("measured and not", "not")


def _count(row: Row, name: str) -> str:
    return _or_blank(whole(number(row, name)))


def _or_blank(figure: str) -> str:
    return "" if figure == NO_FIGURE else figure


def who_answers(edition: Edition) -> Section | None:
    """Response rates by persona, and those who answer beside those who do not."""
    rates, rows = records(edition, "response_rates"), records(edition, "respondents")
    drawn = _lines(rates)
    if not drawn and not rows:
        return None
    return Section(
        anchor="who-answers",
        title=f"Who answers / active {_unit(edition)} with an answer in the period",
        note=" ".join(sentences_coverage.who_answers(edition)),
        charts=tuple(chart for _, chart in drawn),
        captions=tuple(name for name, _ in drawn),
        table=Table(
            headings=("", "Answered", "Did not", "Difference", "Its standard error", "Relative", "Standard deviations"),
            rows=tuple(
                (
                    _MEASURES[text(row, "measure")],
                    *(
                        sentences_coverage.in_unit(edition, text(row, "measure"), number(row, name))
                        for name in ("mean_answered", "mean_silent", "difference", "se")
                    ),
                    signed_percent(number(row, "relative")),
                    plain(number(row, "standardised"), 2),
                )
                for row in rows
            ),
        )
        if rows
        else None,
        holds_money=False,
    )


def _unit(edition: Edition) -> str:
    return "sites" if edition.shape == "sites" else "customers"


def _lines(rates: Sequence[Row]) -> list[tuple[str, str]]:
    """Caption and picture of each persona's response rates, all on one scale; those with no rate to show left out."""
    highest = max((number(row, "response_rate") or 0.0 for row in rates), default=0.0)
    drawn = []
    for persona in list(dict.fromkeys(text(row, "persona") for row in rates))[:MOST_LINES]:
        mine = [row for row in rates if text(row, "persona") == persona]
        shares = [number(row, "response_rate") for row in mine]
        if any(share is not None for share in shares):
            name = label(mine[0], "persona")
            title = f"Response rate by period: {name}"
            drawn.append(
                (name, charts_coverage.rate_line([text(row, "period") for row in mine], shares, highest, title))
            )
    return drawn


def ways(edition: Edition) -> Section | None:
    """Which stage follows which, by the best table that can tell."""
    rows = records(edition, "stage_flow")
    source = next((name for name in sentences_coverage.SOURCES if any(text(row, "source") == name for row in rows)), "")
    if not source:
        return None
    flow = [row for row in rows if text(row, "source") == source]
    drawn = _matrix(edition, source, [label(row, "stage") for row in flow])
    return Section(
        anchor="ways",
        title="Ways between stages / the next stage a customer is seen in",
        note=" ".join(sentences_coverage.ways(edition, source)),
        charts=(drawn,) if drawn else (),
        captions=("Share of the steps from each stage (rows) to the next (columns); below the diagonal: back",),
        table=Table(
            headings=(
                *("Stage", "Owner", "Customers", "Drop-off", "Repeats", "Back"),
                *("Last seen here", "Then left", "Share", "After any"),
            ),
            rows=tuple(
                (
                    label(row, "stage"),
                    text(row, "owner"),
                    _count(row, "customers"),
                    *(_or_blank(percent(number(row, name))) for name in ("drop_off", "repeats", "returns")),
                    *(_count(row, name) for name in ("seen_last", "left")),
                    _or_blank(percent(number(row, "exit_rate"))),
                    "" if number(row, "exit_rate") is None else percent(number(row, "base_rate")),
                )
                for row in flow
            ),
            words=2,
        ),
        holds_money=False,
    )


def _matrix(edition: Edition, source: str, names: Sequence[str]) -> str:
    place = {stage.stage: order for order, stage in enumerate(edition.journey.stages)}
    shares = {
        (place[text(row, "from_stage")], place[text(row, "to_stage")]): number(row, "share") or 0.0
        for row in records(edition, "transitions")
        if text(row, "source") == source
    }
    if not shares or len(names) > charts_coverage.MOST_STAGES:
        return ""
    return charts_coverage.matrix(
        names, shares, f"Which stage follows which, told by {sentences_coverage.SOURCES[source]}"
    )
