"""The appendix on scenarios: who regrets what, what moves the choice most, and how far levers may go."""

from __future__ import annotations

from reports.edition import Edition
from reports.figures import money, money_range, percent, plain
from reports.records import Row, is_on, number, records, text
from reports.sections import Section, Table, horizon_title
from reports.sentences_across import across_sentence, funded

MOST_BARS = 15
_NONE = "none"


def regrets(edition: Edition) -> Section | None:
    """Every portfolio that is best somewhere, in every scenario."""
    rows = records(edition, "scenario_portfolios")
    if not rows:
        return None
    portfolios = {text(row, "portfolio"): row for row in rows}
    return Section(
        anchor="regrets",
        title=f"What if another scenario comes / NPV / {horizon_title(edition)}",
        note=across_sentence(edition) + " All scenarios are on the same draws and none is taken as likelier. Worse: "
        "what the best portfolio allowed there has more; its range is that of the difference. Which portfolios to "
        "compare is told on fewer draws; what is shown is on all of them.",
        table=Table(
            headings=("Portfolio", "Scenario", "NPV", "Range", "Worse by", "Range"),
            rows=tuple(
                _of(edition, row)
                for name, first in portfolios.items()
                for row in rows
                if text(row, "portfolio") == name and text(row, "role") == text(first, "role")
            ),
            words=2,
        ),
    )


def _of(edition: Edition, row: Row) -> tuple[str, ...]:
    allowed = is_on(row, "allowed")
    return (
        funded(edition, row),
        text(row, "scenario"),
        money(number(row, "npv")),
        money_range(number(row, "npv_p05"), number(row, "npv_p95")),
        money(number(row, "regret")) if allowed else "not allowed",
        money_range(number(row, "regret_p05"), number(row, "regret_p95")) if allowed else "",
    )


def tornado(edition: Edition) -> Section | None:
    """What moves the chosen portfolio's mean NPV, the widest first."""
    rows = records(edition, "tornado")[:MOST_BARS]
    if not rows:
        return None
    return Section(
        anchor="tornado",
        title=f"What moves the choice most / mean NPV / {horizon_title(edition)}",
        note="Uncertain: at the 10th and 90th percentile of what it alone decides, the rest as likely as ever. Lever: "
        "at the settings of the scenarios, each alone. Share: of the NPV's variance; worth: of knowing it before "
        "choosing.",
        table=Table(
            headings=("Driver", "Low", "High", "NPV low", "NPV high", "Width", "Share", "Worth"),
            rows=tuple(
                (
                    *(_named(row), text(row, "low_setting"), text(row, "high_setting")),
                    *(money(number(row, name)) for name in ("npv_low", "npv_high", "width")),
                    "" if number(row, "share") is None else percent(number(row, "share")),
                    "" if number(row, "evppi") is None else money(number(row, "evppi")),
                )
                for row in rows
            ),
            words=3,
        ),
    )


def _named(row: Row) -> str:
    return f"{text(row, 'driver')}, lever" if text(row, "kind") == "lever" else text(row, "driver")


def levers(edition: Edition) -> Section | None:
    """How far each lever may go before NPV is nil, and before another portfolio is chosen."""
    rows = records(edition, "break_even_levers")
    if not rows:
        return None
    return Section(
        anchor="lever-break-even",
        title="How far levers may go / the chosen portfolio, each lever alone over the whole horizon",
        note="A factor of today's; for delay, quarters added to every initiative. Sought on fewer draws, in steps: "
        "where a lever turns it and turns it back within one step, that is not seen.",
        table=Table(
            headings=("Lever", "Today", "NPV is 0 at", "Another choice at", "Searched"),
            rows=tuple(
                (
                    text(row, "lever"),
                    f"{number(row, 'base'):g}",
                    *(
                        _NONE if number(row, name) is None else plain(number(row, name))
                        for name in ("npv_nil_at", "choice_changes_at")
                    ),
                    f"{number(row, 'searched_from'):g} to {number(row, 'searched_to'):g}",
                )
                for row in rows
            ),
        ),
        holds_money=False,
    )
