"""The ties of the live sheets: pairs of formulas that must agree, with what each is worth as delivered."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reports.workbook.book import Book, Live
from reports.workbook.calc import PRESENT
from reports.workbook.calc import SHEET as CALC
from reports.workbook.inputs import SHEET as INPUTS
from reports.workbook.layout import (
    COST,
    INCLUDE,
    PICK_WEIGHT,
    RANK,
    RANK_CHANGE,
    RANK_DELIVERED,
    SET_KEY,
    SET_NPV,
    Layout,
    across_fixed,
    down,
)
from reports.workbook.portfolio import SHEET as PORTFOLIO
from reports.workbook.portfolio import delivered_total
from reports.workbook.ranking import SHEET as RANKING
from reports.workbook.ranking import change_now, delivered_values
from reports.workbook.sets import column_of_sets
from reports.workbook.tables import column_range
from reports.workbook.valuation import TOLERANCE, SetValuation
from reports.workbook.walk import SHEET as WALK
from reports.workbook.walk import difference_row, walk_columns

OK, CHANGED, FAIL = "OK", "CHANGED", "FAIL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Two formulas that must agree, each with its value now; `moved` is the word once inputs were changed."""

    check: str
    found: tuple[str, float]
    expected: tuple[str, float]
    meaning: str
    moved: str = FAIL

    def gap(self) -> float:
        """Found minus expected."""
        return self.found[1] - self.expected[1]

    def allowed(self) -> float:
        """The largest gap that passes."""
        return TOLERANCE * max(1.0, abs(self.expected[1]))

    def status(self) -> str:
        """OK or FAIL, as delivered."""
        return OK if abs(self.gap()) <= self.allowed() else FAIL


def ties_of(book: Book, live: Live) -> tuple[Tie, ...]:
    """Every tie of the workbook, in the order in which they are listed."""
    ties = [_two_ways(live), _delivered_npv(book, live), _delivered_rank(book, live), _rank_sum(live)]
    if live.sets is not None:
        ties += _joint(book, live, live.sets)
    return (*ties, *_walk(book), *_inputs(live), *_run_checks(book, live))


def _two_ways(live: Live) -> Tie:
    alone = live.alone
    benefit, cost, net = (_calc(live.layout, block) for block in ("benefit", "cost", "net"))
    return Tie(
        check="Sum of the NPVs, two ways",
        found=(f"=SUM({net})", float((alone.net @ alone.discount).sum())),
        expected=(
            f"=SUM({benefit})-SUM({cost})",
            float((alone.benefit @ alone.discount).sum() - alone.pv_cost.sum()),
        ),
        meaning="Net cash discounted equals discounted benefits less discounted costs.",
    )


def _delivered_npv(book: Book, live: Live) -> Tie:
    change = _ranking(live.layout, RANK_CHANGE)
    pairs = zip(live.alone.npv, delivered_values(book, live, "npv"), strict=True)
    moved = sum(abs(change_now(now, before)) > 0 for now, before in pairs)
    return Tie(
        check="Initiatives whose NPV is not as delivered",
        found=(f'=COUNTIF({change},">0")+COUNTIF({change},"<0")', float(moved)),
        expected=("=0", 0.0),
        meaning="The formulas give what the engine gave; CHANGED after an input was changed.",
        moved=CHANGED,
    )


def _delivered_rank(book: Book, live: Live) -> Tie:
    now, before = _ranking(live.layout, RANK), _ranking(live.layout, RANK_DELIVERED)
    pairs = zip(live.alone.rank, delivered_values(book, live, "rank"), strict=True)
    differing = sum(left != right and not (math.isnan(left) and math.isnan(right)) for left, right in pairs)
    return Tie(
        check="Initiatives whose rank is not as delivered",
        found=(f"=SUMPRODUCT(({now}<>{before})*1)", float(differing)),
        expected=("=0", 0.0),
        meaning="The order is the engine's; CHANGED after an input was changed.",
        moved=CHANGED,
    )


def _rank_sum(live: Live) -> Tie:
    rank = _ranking(live.layout, RANK)
    count = live.layout.initiatives
    return Tie(
        check="Ranks run from 1 without a gap",
        found=(f"=SUM({rank})", float(live.alone.rank.sum())),
        expected=(f"=ROWS({rank})*(ROWS({rank})+1)/2", count * (count + 1) / 2),
        meaning="Each initiative has a rank of its own.",
    )


def _joint(book: Book, live: Live, sets: SetValuation) -> list[Tie]:
    layout = live.layout
    together, row = (layout.figure(name, PORTFOLIO) for name in ("NPV together", "Row on Sets"))
    npv, keys = column_of_sets(layout, SET_NPV), column_of_sets(layout, SET_KEY)
    weights = down(PICK_WEIGHT, layout.listed_row(0), layout.listed_row(layout.initiatives - 1), PORTFOLIO)
    chosen = float(sets.npv[sets.chosen])
    single = np.isin(sets.key, 2.0 ** np.arange(layout.initiatives))
    ties = [
        Tie(
            check="Portfolio by period and on Sets",
            found=(f"={together}", chosen),
            expected=(f"=INDEX({npv},{row})", chosen),
            meaning="The portfolio's cash by period, discounted, equals its row on Sets.",
        ),
        Tie(
            check="Sets of one and initiatives alone",
            found=(f"=SUMPRODUCT(SUMIF({keys},{weights},{npv}))", float(sets.npv[single].sum())),
            expected=(f"=SUM({_calc(layout, 'net')})", float((live.alone.net @ live.alone.discount).sum())),
            meaning="A set of one initiative is worth what the initiative is worth alone.",
        ),
    ]
    total = delivered_total(book)
    if math.isfinite(total):
        before = layout.figure("NPV as delivered", PORTFOLIO)
        ties.append(
            Tie(
                check="Portfolio NPV as delivered",
                found=(f"={together}", chosen),
                expected=(f"={before}", total),
                meaning="The total is the engine's; CHANGED after an input was changed.",
                moved=CHANGED,
            )
        )
    return ties


def _walk(book: Book) -> tuple[Tie, ...]:
    walks = walk_columns(book)
    if not walks:
        return ()
    row = difference_row(book, walks)
    cells = across_fixed(row, 1, len(walks), WALK)
    return (
        Tie(
            check="Walks that do not close to the cent",
            found=(f'=COUNTIF({cells},">0")+COUNTIF({cells},"<0")', 0.0),
            expected=("=0", 0.0),
            meaning="The lines from the signed rate to each NPV sum to the NPV as delivered.",
        ),
    )


def _inputs(live: Live) -> tuple[Tie, ...]:
    layout, cash = live.layout, live.cash
    rows = (layout.inputs_row(0), layout.inputs_row(layout.initiatives - 1))
    include, cost = down(INCLUDE, *rows, INPUTS), down(COST, *rows, INPUTS)
    over = f'=IF({layout.figure("Within the budget", PORTFOLIO)}="{FAIL}",1,0)'
    limit = math.inf if cash.budget is None else cash.budget * (1 + TOLERANCE)
    unknown = float(cash.chosen @ ~np.isfinite(cash.cost))
    count = float(layout.initiatives)
    return (
        Tie(
            check="Budget exceeded (0 or 1)",
            found=(over, float(cash.chosen @ live.alone.one_off > limit)),
            expected=("=0", 0.0),
            meaning="One-off cost of what is included stays within the budget.",
        ),
        Tie(
            check="Discount rate at or below -100% (0 or 1)",
            found=("=IF(DiscountRate>-1,0,1)", 0.0),
            expected=("=0", 0.0),
            meaning="Below that no discount factor exists.",
        ),
        Tie(
            check="Include flags that are 0 or 1",
            found=(f"=COUNTIF({include},0)+COUNTIF({include},1)", count),
            expected=(f"=ROWS({include})", count),
            meaning="An initiative is in or out.",
        ),
        Tie(
            check="Included without a cost",
            found=(f"=SUMPRODUCT(({include}=1)*(1-ISNUMBER({cost})))", unknown),
            expected=("=0", 0.0),
            meaning="A total needs the cost of everything in it.",
        ),
    )


def _run_checks(book: Book, live: Live) -> tuple[Tie, ...]:
    place = column_range(book.edition, "checks", "status", live.layout.top)
    if place is None:
        return ()
    failed = float((book.edition.tables["checks"]["status"] == "fail").sum())
    return (
        Tie(
            check="Checks of the run that failed",
            found=(f'=COUNTIF({place},"fail")', failed),
            expected=("=0", 0.0),
            meaning="The run's own checks, on the sheet Run checks.",
        ),
    )


def _calc(layout: Layout, block: str) -> str:
    return down(PRESENT, layout.calc_row(block, 0), layout.calc_row(block, layout.initiatives - 1), CALC)


def _ranking(layout: Layout, column: int) -> str:
    return down(column, layout.listed_row(0), layout.listed_row(layout.initiatives - 1), RANKING)
