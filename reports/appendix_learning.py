"""The appendix on what to learn and what not to believe: information, the naive ranking, what is under way."""

from __future__ import annotations

from reports.edition import Edition
from reports.figures import money, plain, whole
from reports.records import Row, is_on, label, listing, number, records, text
from reports.sections import Section, Table, figures_of, horizon_title
from reports.style import column_kind

RULE = (
    "Fund: chosen, and pays back in at least 16 of 20 futures. Pilot: not funded, and finding out first is worth more "
    "than it costs, the time it takes included. Park: neither."
)
WORTH = ("evsi", "evppi", "evpi")
KINDS = {"pilot": "pilot", "survey": "survey", "pain_point": "pain point", "initiative": "initiative"}


def information(edition: Edition) -> Section | None:
    """What is worth finding out before deciding, best first; None where nothing was asked."""
    rows = records(edition, "information")
    if not rows:
        return None
    shown = [column for column in WORTH if any(number(row, column) is not None for row in rows)]
    rows = sorted(rows, key=lambda row: -(number(row, "net") or _worth(row, shown)))
    heads = {"evsi": "By this many", "evppi": "If known", "evpi": "If all known"}
    return Section(
        anchor="information",
        title=f"What is worth learning first / {edition.currency} / before deciding",
        note=f"{RULE} Worth: how much better the choice would be in expectation; an answer that changes no choice is "
        "worth nothing. Net: by this many, less its cost and less what waiting for it costs.",
        table=Table(
            headings=(
                *("What", "Kind", "Verdict"),
                *(heads[column] for column in shown),
                *("Cost", "Waiting", "Net", "Customers or answers"),
            ),
            rows=tuple(
                (
                    label(row, "item"),
                    KINDS.get(text(row, "kind"), text(row, "kind").replace("_", " ")),
                    text(row, "verdict"),
                    *(_money_or_blank(row, column) for column in (*shown, "cost", "delay_cost", "net")),
                    "" if number(row, "n") is None else whole(number(row, "n")),
                )
                for row in rows
            ),
            words=3,
        ),
    )


def _worth(row: Row, columns: list[str]) -> float:
    return next((told for column in columns if (told := number(row, column)) is not None), 0.0)


def _money_or_blank(row: Row, column: str) -> str:
    return "" if number(row, column) is None else money(number(row, column))


def naive(edition: Edition) -> Section | None:
    """Every initiative as the observed effects have it, beside what is left of it; None where it was not compared."""
    rows = records(edition, "naive")
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: -(number(row, "naive") or 0.0))
    fooled = [label(row, "initiative") for row in rows if is_on(row, "chosen_by_naive") and not is_on(row, "chosen")]
    missed = [label(row, "initiative") for row in rows if is_on(row, "chosen") and not is_on(row, "chosen_by_naive")]
    said = [
        f"Taken at face value one would also fund {listing(fooled)}." if fooled else "",
        f"One would miss {listing(missed)}." if missed else "",
        "The choice would be the same." if not fooled and not missed else "",
    ]
    return Section(
        anchor="naive",
        title=f"The naive ranking beside ours / NPV / {horizon_title(edition)}",
        note="Naive: by each estimate as it was observed. Whatever comes out on top of many estimates is on top partly "
        "by luck, so that it disappoints; ours are drawn towards each other first. " + " ".join(filter(None, said)),
        table=Table(
            headings=("Initiative", "Owner", "Naive choice", "Ours", "Naive", "Ours", "Ours less naive"),
            rows=tuple(
                (
                    label(row, "initiative"),
                    text(row, "owner"),
                    *("yes" if is_on(row, column) else "no" for column in ("chosen_by_naive", "chosen")),
                    *figures_of(row, "naive", "shrunk"),
                    money(_less(row)),
                )
                for row in rows
            ),
            words=4,
        ),
    )


def _less(row: Row) -> float | None:
    ours, naive_one = number(row, "shrunk"), number(row, "naive")
    return None if ours is None or naive_one is None else ours - naive_one


def ongoing(edition: Edition) -> Section | None:
    """What is under way already and what it still brings; None where nothing is."""
    rows = records(edition, "ongoing")
    if not rows:
        return None
    columns = [str(column) for column in edition.tables["ongoing"].columns if column not in ("initiative", "name")]
    words = [column for column in columns if all(number(row, column) is None for row in rows)]
    figures = [column for column in columns if column not in words]
    return Section(
        anchor="ongoing",
        title=f"Under way / what live initiatives still bring / {horizon_title(edition)}",
        note="They are in the base: nothing is decided about them, and only what still changes from today counts. "
        "What is chosen comes on top.",
        table=Table(
            headings=("Initiative", *(column.replace("_", " ") for column in (*words, *figures))),
            rows=tuple(
                (
                    label(row, "initiative"),
                    *(text(row, column) for column in words),
                    *(_figure(row, column) for column in figures),
                )
                for row in rows
            ),
            words=1 + len(words),
        ),
    )


def _figure(row: Row, column: str) -> str:
    if number(row, column) is None:
        return ""
    is_money = column_kind("ongoing", column) == "money"
    return money(number(row, column)) if is_money else plain(number(row, column))
