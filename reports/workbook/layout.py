"""Where everything lies: each address a formula uses is asked for here, so that no two sheets can disagree."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell

PERIOD = 6
LINES = ("retention", "spend", "service saving", "other benefit", "cost share", "extra capital", "running cost")
BENEFIT_LINES = LINES[:4]
BLOCKS = ("benefit", "cost", "net", "cumulative", "started", "paid back")
SCALARS = ("DiscountRate", "Budget", "PeriodsAYear", "MidPeriod", "Tolerance")

INCLUDE, COST, INCLUDE_DELIVERED, COST_DELIVERED, OVERRUN, CHANGED = 3, 4, 5, 6, 7, 8
RANK_INCLUDE, RANK_COST, RANK_PV_COST, RANK_NPV, RANK_ROI, RANK_PAYBACK, RANK = 2, 3, 4, 5, 6, 7, 8
RANK_NPV_DELIVERED, RANK_DELIVERED, RANK_CHANGE, RANK_CHANCE, RANK_VERDICT, RANK_BASIS = 9, 10, 11, 12, 13, 14
SET_KEY, SET_NAMES, SET_COST, SET_ALLOWED, SET_STATUS, SET_NPV = 0, 1, 2, 3, 4, 5
PICK_INCLUDE, PICK_COST, PICK_NPV, PICK_DELIVERED, PICK_BEST, PICK_WEIGHT = 2, 3, 4, 5, 6, 7
FIGURE = 2
SET_FIGURES = (
    "Initiatives included",
    "One-off cost",
    "Budget",
    "Budget left",
    "Within the budget",
    "Key of the set",
    "Row on Sets",
    "Status of the set",
    "NPV together",
    "Sum of the NPVs alone",
    "Overlap",
    "NPV as delivered",
    "Change since delivery",
    "Best NPV under the budget",
    "Row of the best set",
    "Given up against the best",
)
DELIVERED_FIGURES = (*SET_FIGURES[:5], "Inputs changed", "NPV together", "NPV as delivered")
FLOWS = ("Joint benefit", "Cost", "Net cash", "Cumulative net cash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Rows and columns, counted from 0. `top` is the first row below the title and the notices."""

    top: int
    initiatives: int
    periods: int
    sets: int

    @property
    def last_period(self) -> int:
        """Column of the last period."""
        return PERIOD + self.periods - 1

    def scalar_row(self, name: str) -> int:
        """Row of a named scalar on Inputs."""
        return self.top + 1 + SCALARS.index(name)

    def inputs_header(self) -> int:
        """Header row of the initiatives on Inputs."""
        return self.top + len(SCALARS) + 3

    def inputs_row(self, index: int) -> int:
        """Row of an initiative on Inputs."""
        return self.inputs_header() + 1 + index

    def basis_row(self, line: str, index: int) -> int:
        """Row of an initiative's line on Basis."""
        return self.top + 1 + LINES.index(line) * self.initiatives + index

    def discount_row(self) -> int:
        """Row of the discount factors on Calc; the period numbers stand one above."""
        return self.top + 2

    def calc_row(self, block: str, index: int) -> int:
        """Row of an initiative in a block of Calc."""
        return self.top + 4 + BLOCKS.index(block) * (self.initiatives + 1) + index

    def listed_row(self, index: int) -> int:
        """Row of an initiative on Ranking and in the first table of Portfolio."""
        return self.top + 1 + index

    def flag_column(self, index: int) -> int:
        """Column of an initiative's 0/1 flag on Sets."""
        return self.last_period + 1 + index

    def counted_column(self) -> int:
        """Column of the NPV that counts (status ok) on Sets."""
        return self.flag_column(self.initiatives)

    def sets_header(self) -> int:
        """Header row of the list of sets; cost, present cost and missing cost by flag stand above it."""
        return self.top + 4

    def set_row(self, index: int) -> int:
        """Row of a set on Sets."""
        return self.sets_header() + 1 + index

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of the portfolio's figures, in order; fewer where the sets are too many to list."""
        return SET_FIGURES if self.sets else DELIVERED_FIGURES

    def figure_row(self, name: str) -> int:
        """Row of a figure of the portfolio, below its list of initiatives."""
        return self.listed_row(self.initiatives) + 2 + self.figures.index(name)

    def figure(self, name: str, sheet: str = "") -> str:
        """Address of a figure of the portfolio."""
        return at(self.figure_row(name), FIGURE, sheet)

    def flows_header(self) -> int:
        """Header row of the portfolio by period."""
        return self.figure_row(self.figures[-1]) + 2

    def flow_row(self, name: str) -> int:
        """Row of a line of the portfolio by period."""
        return self.flows_header() + 1 + FLOWS.index(name)


def at(row: int, column: int, sheet: str = "") -> str:
    """A fixed address, such as `Inputs!$E$12`."""
    place = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
    return f"{sheet}!{place}" if sheet else place


def along(row: int, column: int, sheet: str = "") -> str:
    """An address that moves with its own cell, such as `Calc!G12`."""
    place = xl_rowcol_to_cell(row, column)
    return f"{sheet}!{place}" if sheet else place


def down(column: int, first: int, last: int, sheet: str = "") -> str:
    """A fixed column range, such as `Inputs!$E$12:$E$16`."""
    place = xl_range_abs(first, column, last, column)
    return f"{sheet}!{place}" if sheet else place


def across(row: int, first: int, last: int, sheet: str = "") -> str:
    """A row range whose columns are fixed and whose row moves, such as `Calc!$G12:$R12`."""
    place = f"${xl_col_to_name(first)}{row + 1}:${xl_col_to_name(last)}{row + 1}"
    return f"{sheet}!{place}" if sheet else place


def across_fixed(row: int, first: int, last: int, sheet: str = "") -> str:
    """A fixed row range, such as `Calc!$G$7:$R$7`."""
    place = xl_range_abs(row, first, row, last)
    return f"{sheet}!{place}" if sheet else place
