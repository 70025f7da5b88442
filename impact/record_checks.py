"""What a run says of the forecasts on record: whether its portfolio is the approved one, and which record counts."""

from __future__ import annotations

from collections.abc import Sequence

from impact.checks import Check, make_check
from impact.record import Record
from impact.standing import PortfolioStanding


def record_checks(standing: PortfolioStanding | None, records: Sequence[Record]) -> tuple[Check, ...]:
    """Whether what is chosen is what was approved, and which of two forecasts of the last approved period counts.

    Nothing is said where nobody has signed a portfolio yet.
    """
    return (*_approved(standing), *_doubled(records))


def _approved(standing: PortfolioStanding | None) -> tuple[Check, ...]:
    if standing is None or standing.signed is None:
        return ()
    name, limit = "The chosen portfolio is the approved one", "approved, and nothing changed since"
    if standing.state == "approved":
        text = "The forecast of this run is the one on record."
        return (make_check("C685", name, "pass", found=standing.words, limit=limit, text=text),)
    text = "The portfolio of this run is not approved; the forecast of record is the one that was signed."
    remedy = "Approve this run with `cx-impact approve RUN --by NAME --what portfolio`, or undo what changed."
    return (make_check("C685", name, "review", found=standing.words, limit=limit, text=text, remedy=remedy),)


def _doubled(records: Sequence[Record]) -> tuple[Check, ...]:
    last = [one for one in records if one.as_of == records[-1].as_of]
    if len(last) < 2:
        return ()
    runs = "; ".join(f"run {one.run_id} by {one.approved_by} on {one.approved_at[:10]}" for one in last)
    return (
        make_check(
            "C686",
            "One forecast of record a period",
            "review",
            found=f"{last[-1].as_of}: {runs}",
            limit="one approved forecast for each last period with data",
            text=f"Two forecasts of one period are on record; the later approved counts: run {last[-1].run_id}.",
            remedy="Nothing need be done; the earlier one is kept and is not scored.",
        ),
    )
