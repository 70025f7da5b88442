"""Where a rate or a portfolio stands with those who sign: approved, changed since, expired, or never signed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from impact.approval import Approval, ApprovedRate
from impact.periods import PeriodKind, parse_period
from impact.record import Record, record_of

State = Literal["approved", "inputs changed", "expired", "none"]
_SAME = 1e-9
_SAME_WORTH = 1e-6  # sums over draws in another order on another machine
_NAMED = 3  # changed files
NOBODY = "not approved: nobody has signed it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A current rate as a run offers it for signature."""

    outcome: str
    term: str
    rate: float
    point: str
    data_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One rate's standing. `planning` is the approved rate that is still valid, whatever the current rate is.

    `words` say the standing of the current rate; `signed` is the approval it rests on, if any.
    """

    outcome: str
    term: str
    state: State
    words: str
    signed: Approval | None
    planning: ApprovedRate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPortfolio:
    """A chosen portfolio as a run offers it for signature; `worth` is its mean net value, nan where none was chosen."""

    run_id: str
    inputs: Mapping[str, str]
    chosen: tuple[str, ...]
    worth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioStanding:
    """Where a run's portfolio stands: `words` say it, `signed` is the approval it is held against, if any."""

    state: State
    words: str
    signed: Approval | None


def portfolio_standing(
    approvals: Sequence[Approval], records: Sequence[Record], offered: OfferedPortfolio, as_of: int, kind: PeriodKind
) -> PortfolioStanding:
    """Where a run's portfolio stands, by the latest approval of one: it is approved while nothing has changed.

    What changed is said first of the inputs, then of seed and settings, then of the forecast itself, which another
    version, another engine or other data behind an address may change.
    """
    signed = next((one for one in reversed(approvals) if one.what == "portfolio"), None)
    if signed is None:
        return PortfolioStanding(state="none", words=NOBODY, signed=None)
    who = f"{signed.by} on {signed.at[:10]}"
    if _last_period(signed, kind) < as_of:
        words = f"not approved: the approval by {who} expired with {signed.valid_until}"
        return PortfolioStanding(state="expired", words=words, signed=signed)
    since = f"since {signed.by} approved run {signed.run_id} on {signed.at[:10]}"
    changed = _changed(signed, record_of(records, signed), offered)
    if changed:
        return PortfolioStanding(
            state="inputs changed", words=f"not approved: {changed} changed {since}", signed=signed
        )
    return PortfolioStanding(state="approved", words=f"approved by {who} until {signed.valid_until}", signed=signed)


def _changed(signed: Approval, record: Record | None, offered: OfferedPortfolio) -> str:
    """What is not as it was when somebody signed, in words; empty where all is."""
    names = sorted(
        name
        for name in signed.inputs.keys() | offered.inputs.keys()
        if signed.inputs.get(name) != offered.inputs.get(name)
    )
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return ", ".join(names[:_NAMED]) + more
    if signed.run_id != offered.run_id:
        return "the seed or a setting"
    same = record is not None and set(record.chosen) == set(offered.chosen)
    if record is None or not same or not math.isclose(record.worth, offered.worth, rel_tol=_SAME_WORTH):
        return "the forecast"
    return ""


def standing_of(approvals: Sequence[Approval], offered: Offered, as_of: int, kind: PeriodKind) -> Standing:
    """Where a current rate stands, by the latest approval of its outcome for the same point.

    An approval is valid up to and with its period: it has expired once the data go further.
    """
    signed, rate = _latest(approvals, offered)
    if signed is None or rate is None:
        return _standing(offered, "none", NOBODY, None, None)
    who = f"{signed.by} on {signed.at[:10]}"
    if _last_period(signed, kind) < as_of:
        words = f"not approved: the approval by {who} expired with {signed.valid_until}"
        return _standing(offered, "expired", words, signed, None)
    same = rate.data_hash == offered.data_hash and math.isclose(rate.rate, offered.rate, rel_tol=_SAME)
    if same:
        return _standing(offered, "approved", f"approved by {who} until {signed.valid_until}", signed, rate)
    words = f"not approved: inputs changed since {signed.by} signed on {signed.at[:10]}"
    return _standing(offered, "inputs changed", words, signed, rate)


def _last_period(signed: Approval, kind: PeriodKind) -> float:
    """The ordinal of the last period; before all of them where the ledger has another step than it had."""
    try:
        return parse_period(signed.valid_until, kind)
    except ValueError:
        return -math.inf


def _latest(approvals: Sequence[Approval], offered: Offered) -> tuple[Approval | None, ApprovedRate | None]:
    for approval in reversed(approvals):
        for rate in approval.rates:
            if (rate.outcome, rate.term, rate.point) == (offered.outcome, offered.term, offered.point):
                return approval, rate
    return None, None


def _standing(
    offered: Offered, state: State, words: str, signed: Approval | None, planning: ApprovedRate | None
) -> Standing:
    return Standing(
        outcome=offered.outcome, term=offered.term, state=state, words=words, signed=signed, planning=planning
    )
