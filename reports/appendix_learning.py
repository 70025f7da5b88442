"""The appendix on what to learn and what not to believe: information, and the naive ranking."""

from __future__ import annotations

from reports.edition import Edition
from reports.figures import money, whole
from reports.records import Row, is_on, label, listing, number, records, text
from reports.sections import Section, Table, figures_of, horizon_title
from scenarios.verdicts import RULE

WORTH = ("evsi", "evppi", "evpi")


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
                    text(row, "kind").replace("_", " ") + (", assumed" if is_on(row, "assumed") else ""),
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
    single = sorted(
        (row for row in rows if text(row, "initiative")), key=lambda row: -(number(row, "npv_naive") or 0.0)
    )
    sets = [row for row in rows if not text(row, "initiative")]
    fooled = [label(row, "initiative") for row in single if is_on(row, "chosen_by_naive") and not is_on(row, "chosen")]
    missed = [label(row, "initiative") for row in single if is_on(row, "chosen") and not is_on(row, "chosen_by_naive")]
    said = [
        f"Taken at face value one would also fund {listing(fooled)}." if fooled else "",
        f"One would miss {listing(missed)}." if missed else "",
        "The choice would be the same." if not fooled and not missed else "",
    ]
    return Section(
        anchor="naive",
        title=f"The naive ranking beside ours / NPV / {horizon_title(edition)}",
        note="Naive: by each estimate as it was observed. Whatever comes out on top of many estimates is on top partly "
        "by luck; ours are drawn towards each other first, some down and some up. " + " ".join(filter(None, said)),
        table=Table(
            headings=("Initiative", "Owner", "Naive choice", "Our choice", "Naive", "Ours", "Ours less naive"),
            rows=tuple(
                (
                    label(row, "initiative"),
                    text(row, "owner"),
                    *(_yes(row, column) for column in ("chosen_by_naive", "chosen")),
                    *figures_of(row, "npv_naive", "npv"),
                    money(_less(row)),
                )
                for row in (*single, *sets)
            ),
            words=4,
        ),
    )


def _yes(row: Row, column: str) -> str:
    return "yes" if is_on(row, column) else "no"


def _less(row: Row) -> float | None:
    ours, promised = number(row, "npv"), number(row, "npv_naive")
    return None if ours is None or promised is None else ours - promised
