"""The appendix on what to do: initiatives, portfolio, periods ahead and break-even."""

from __future__ import annotations

from reports import sentences
from reports.edition import Edition
from reports.figures import cell_of_twenty, money, percent, plain
from reports.first_sheet import ranking
from reports.records import Row, is_on, label, number, records, text
from reports.sections import Section, Table, figures_of, horizon_title
from reports.ties import tie_sentences


def initiatives(edition: Edition) -> Section | None:
    """The ranked initiatives, or what each may cost where no net value is claimed; None without any."""
    rows = records(edition, "initiatives")
    if not rows:
        return None
    if edition.money_word == "revenue" or all(number(row, "npv") is None for row in rows):
        most = edition.money_word == "margin"
        columns = ("cost", "max_cost") if most else ("cost",)
        return Section(
            anchor="initiatives",
            title=f"Initiatives / {horizon_title(edition)}",
            note="No net value is claimed." + (" At most: the cost at which an initiative just pays." if most else ""),
            table=Table(
                headings=("Initiative", "Owner", "Cost", *(("At most",) if most else ())),
                rows=tuple((label(row, "initiative"), text(row, "owner"), *figures_of(row, *columns)) for row in rows),
                words=2,
            ),
        )
    tied = " ".join(tie_sentences(sentences.ranked(edition)))
    return Section(
        anchor="initiatives",
        title=f"Initiatives / NPV / {horizon_title(edition)}",
        note="Above the line: chosen. Pays back: futures of 20 with a net value above zero, by itself."
        + (f" Bracketed, with = at the rank: {tied}" if tied else ""),
        table=ranking(edition, len(rows)),
    )


MORE = {
    "npv_worst_tenth": "Worst tenth",
    "worst_tenth": "Worst tenth",
    "npv_marginal": "Adds last",
    "npv_shapley": "Fair share",
    "npv_after_tax": "After tax",
    "regret": "Regret",
}
CHANCES = {"p_top3": "In top 3", "p_payback": "Paid back in time"}


def ranking_more(edition: Edition) -> Section | None:
    """What else is known of the order: ranks, chances, what each adds beside the rest; None without an order."""
    rows = [row for row in sentences.ranked(edition) if number(row, "rank") is not None]
    if not rows or edition.money_word == "revenue" or all(number(row, "npv") is None for row in rows):
        return None
    amounts = {name: said for name, said in MORE.items() if _any(rows, name)}
    chances = {name: said for name, said in CHANCES.items() if _any(rows, name)}
    beats = _any(rows, "sucra")
    return Section(
        anchor="ranking",
        title=f"The order in full / NPV / {horizon_title(edition)}",
        note="Ranks: 9 of 10 futures lie between them. Beats: share of the others it is worth more than, on average. "
        "Worst tenth: mean of the worst tenth of its futures. Adds last: beside all else that is chosen. Fair share: "
        "of the joint value, over every order of adding. Regret: short of the best one, on average.",
        table=Table(
            headings=("Initiative", "Ranks", *(("Beats",) if beats else ()), *chances.values(), *amounts.values()),
            rows=tuple(
                (
                    label(row, "initiative"),
                    f"{number(row, 'rank_p05') or 0:.0f} to {number(row, 'rank_p95') or 0:.0f}",
                    *((percent(number(row, "sucra")),) if beats else ()),
                    *(cell_of_twenty(number(row, name)) for name in chances),
                    *figures_of(row, *amounts),
                )
                for row in rows
            ),
        ),
    )


def _any(rows: list[Row], column: str) -> bool:
    return any(number(row, column) is not None for row in rows)


TURNING = {
    "cost_down_to": "Cost down to",
    "effect_up_to": "Removes",
    "budget_up_to": "Budget up to",
    "falls_out_above": "Falls out above",
}


def portfolio(edition: Edition) -> Section | None:
    """What is chosen and why, what holds the rest back, and from where the answer turns; None without a portfolio."""
    rows = records(edition, "portfolio")
    if not rows:
        return None
    kinds = any(text(row, "kind") not in ("", "initiative") for row in rows)
    binds = any(text(row, "binds") for row in rows)
    turning = {name: said for name, said in TURNING.items() if _any(rows, name)}
    heads = ("Chosen", "Start", "Reason", *(("Held back by",) if binds else ()))
    return Section(
        anchor="portfolio",
        title="Portfolio / what is chosen, why, and what would have to be true of the rest",
        note=sentences.portfolio(edition)
        + (" Figures: from where the answer turns, each by itself; removes: share of occurrences." if turning else ""),
        table=Table(
            headings=(
                *("Initiative", *(("Kind",) if kinds else ()), *heads, "What would have to be true"),
                *turning.values(),
            ),
            rows=tuple(
                (
                    label(row, "initiative"),
                    *((text(row, "kind") or "initiative",) if kinds else ()),
                    "yes" if is_on(row, "chosen") else "no",
                    *(text(row, column) for column in ("start", "reason")),
                    *((text(row, "binds").replace(";", "; "),) if binds else ()),
                    text(row, "what_would_have_to_be_true"),
                    *(_turns(row, name) for name in turning),
                )
                for row in rows
            ),
            words=5 + kinds + binds,
        ),
    )


def _turns(row: Row, name: str) -> str:
    value = number(row, name)
    if value is None:
        return ""
    return percent(value) if name == "effect_up_to" else money(value)


def break_even(edition: Edition) -> Section | None:
    """What each initiative needs for an NPV of 0; None without a margin or without rows."""
    rows = records(edition, "break_even")
    if not rows or edition.money_word == "revenue":
        return None
    face = {text(row, "initiative"): row for row in records(edition, "face_value")}
    return Section(
        anchor="break-even",
        title="Break-even / what is needed for NPV = 0, each by itself",
        note="Removed: share of occurrences. Kept: share of the observed effect, 1 less the haircut. "
        "Above 100% cannot be met. At face value: NPV with no haircut; bears: the haircut at which it is 0.",
        table=Table(
            headings=(
                *("Initiative", "Retention points", "Spend", "Score points", "Removed", "Kept"),
                *("At face value", "Bears"),
            ),
            rows=tuple(
                (
                    label(row, "initiative"),
                    percent(number(row, "retention_points")).replace("%", ""),
                    percent(number(row, "spend_relative")),
                    plain(number(row, "score_points"), 2),
                    percent(number(row, "effectiveness")),
                    percent(number(row, "credibility")),
                    *_at_face_value(face.get(text(row, "initiative"))),
                )
                for row in rows
            ),
        ),
    )


def _at_face_value(row: Row | None) -> tuple[str, str]:
    if row is None:
        return "", ""
    most = number(row, "break_even_haircut")
    return money(number(row, "npv_face_value")), "none" if most is None or most < 0 else percent(most)
