"""Where a rate stands with those who sign: approved, changed since, expired, or never signed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from impact.approval import Approval, ApprovedRate
from impact.periods import PeriodKind, parse_period

State = Literal["approved", "inputs changed", "expired", "none"]
_SAME = 1e-9


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


def standing_of(approvals: Sequence[Approval], offered: Offered, as_of: int, kind: PeriodKind) -> Standing:
    """Where a current rate stands, by the latest approval of its outcome for the same point.

    An approval is valid up to and with its period: it has expired once the data go further.
    """
    signed, rate = _latest(approvals, offered)
    if signed is None or rate is None:
        return _standing(offered, "none", "not approved: nobody has signed it", None, None)
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
