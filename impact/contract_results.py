"""What each rule of the tables came to, and what it puts at stake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from impact.ids import cut, shown_id
from impact.periods import period_label

if TYPE_CHECKING:
    from impact.study import Study

Level = Literal["error", "review", "pass"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """One row that breaks a rule: its place in the file ("" where rows have no order), its customer, column, value."""

    row: str
    customer_id: str
    column: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """What the rows of a broken rule reach.

    `customers` is their number; `revenue` is all the ledger holds of them, in the study's currency, and
    `revenue_share` its share of the ledger, None where it cannot be told. `initiatives` are those whose
    value rests on the rows; `owner` is who can mend them.
    """

    customers: int
    revenue: float | None
    revenue_share: float | None
    initiatives: tuple[str, ...]
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """One rule of one table: kept, or broken by `rows`, a `share` 0..1 of the rows it was asked of.

    `error` refuses the study; `review` is counted and carried into every report.
    """

    code: str
    table: str
    column: str
    level: Level
    said: str
    remedy: str
    rows: int
    share: float
    examples: tuple[RowShown, ...] = ()
    stake: Stake | None = None


def by_stake(results: tuple[RuleResult, ...]) -> list[RuleResult]:
    """The broken rules: errors before reviews, within each the one with most revenue and rows at stake first."""
    order = {"error": 0, "review": 1}

    def weight(result: RuleResult) -> tuple[int, float, int]:
        share = result.stake.revenue_share if result.stake else None
        return order[result.level], -(share or 0.0), -result.rows

    return sorted((result for result in results if result.level in order), key=weight)


def shown_value(value: object, shown: str, study: Study) -> str:
    """A cell as it may leave: a period by its label, an id as `shown_id` writes it, a blank as nothing, cut short."""
    if value is None or value != value:
        return ""
    if shown == "customer_id":
        return shown_id(value, study)
    return period_label(int(str(value)), study.period_kind) if shown in {"t", "joined_t"} else cut(str(value))
