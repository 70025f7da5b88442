"""Zendesk satisfaction as answers, from the history of ticket fields: good is 1, bad is 0, offered is no answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from impact.errors import Finding, InputError
from impact.formats.adapters import Adapted, Request, attempt
from impact.formats.folder import Part, needed_part
from impact.formats.items import cut, folded, matched_names, not_there, nothing_mapped
from impact.formats.survey import NO_CUSTOMER, choices_not_mapped, nobody
from impact.formats.times import in_utc

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

SCORE, REASON = "satisfaction_score", "satisfaction_reason_code"
_HISTORY = Part(name="ticket_field_history", needs=("ticket_id", "field_name", "updated", "value"))
_TICKETS = Part(name="ticket", needs=("id", "requester_id"), may_have=("status", "organization_id", "external_id"))
_USERS = Part(name="user", needs=("id",), may_have=("external_id", "organization_id"))
_VALUES = {"good": "1", "goodwithcomment": "1", "bad": "0", "badwithcomment": "0"}
_UNANSWERED = {"offered": "not_answered", "unoffered": "not_asked"}
_KEYS = ("requester_id", "organization_id", "external_id", "user.external_id", "user.organization_id")
_QUESTIONS = {SCORE: "good or bad", REASON: "why bad"}


def read_table(request: Request) -> Adapted:
    """The ratings of tickets, the last answer of each ticket used.

    Raises:
        InputError: a file or setting is missing, or a rating is none that is known.
    """
    findings = _setting_faults(request)
    history = attempt(findings, lambda: needed_part(request, _HISTORY))
    tickets = attempt(findings, lambda: needed_part(request, _TICKETS))
    if history is None or tickets is None:
        raise InputError(findings)
    ratings = history[history.field_name == SCORE]
    if ratings.empty and not findings:
        findings.append(_no_ratings(request, history))
    findings += _value_faults(request, ratings)
    if findings:
        raise InputError(findings)
    rated = _rated(request, ratings, tickets)
    usable = rated.aside.isna() | (rated.aside == NO_CUSTOMER)
    if usable.any() and (rated.aside[usable] == NO_CUSTOMER).all():
        raise InputError([nobody(request, int(usable.sum()))])
    return Adapted(table=_rows(request, rated, _pains(request, history[history.field_name == REASON])))


def _setting_faults(request: Request) -> list[Finding]:
    names = matched_names(request.items, _QUESTIONS)
    findings = [not_there(request, name, _QUESTIONS) for name in request.items if name not in names]
    if SCORE not in names.values():
        findings.append(nothing_mapped(request, _QUESTIONS))
    for asked, name in names.items():
        item = request.items[asked]
        if (name == SCORE and item.stage is None) or (name == REASON and not item.options):
            findings.append(_incomplete(asked, name))
    key = request.mapping.get("customer_id", _KEYS[0])
    if key not in _KEYS:
        findings.append(_no_key(key))
    return findings


def _rated(request: Request, ratings: pd.DataFrame, tickets: pd.DataFrame) -> pd.DataFrame:
    """The ratings in time order with customer_id, at, and why one is not used."""
    import pandas as pd
    import pyarrow

    times = pyarrow.array(ratings.updated.tolist(), type=pyarrow.string())
    # Zendesk keeps its times in UTC, and exports keep them so.
    at = in_utc(times, "UTC", f"{request.file} updated").to_pylist()
    # A rating that is offered again does not take back the answer before it.
    answered = ratings.value.str.casefold().isin(list(_VALUES))
    order = ["ticket_id", "answered", "at", "source_row"]
    rated = ratings.assign(at=at, answered=answered).sort_values(order, ignore_index=True)
    rated = rated.merge(_with_keys(request, tickets), left_on="ticket_id", right_on="id", how="left")
    last = ~rated.ticket_id.duplicated(keep="last")
    aside = pd.Series(None, index=rated.index, dtype=object)
    aside = aside.mask(rated.customer_id.isna(), NO_CUSTOMER)
    aside = aside.mask(rated.status == "deleted", "deleted ticket")
    aside = aside.mask(rated.id.isna(), "ticket is not in the export")
    return rated.assign(aside=aside.mask(~last, "another rating of the ticket counts")).sort_values("source_row")


def _with_keys(request: Request, tickets: pd.DataFrame) -> pd.DataFrame:
    """The tickets with `customer_id`: a field of the ticket, or of the user who asked."""
    key = request.mapping.get("customer_id", _KEYS[0])
    tickets = tickets.drop_duplicates("id", keep="last").drop(columns="source_row")
    if not key.startswith("user."):
        return tickets.assign(customer_id=tickets[key])
    why = f"customer_id is asked of {key}: export the users too"
    users = needed_part(request, _USERS, why, (key.removeprefix("user."),))
    keys = users.drop_duplicates("id", keep="last").set_index("id")[key.removeprefix("user.")]
    return tickets.assign(customer_id=tickets.requester_id.map(keys))


def _pains(request: Request, reasons: pd.DataFrame) -> dict[str, str]:
    """The pain point that the last reason of a ticket stands for, by ticket."""
    names = {name: asked for asked, name in matched_names(request.items, _QUESTIONS).items()}
    if REASON not in names:
        return {}
    options = {folded(option): pain for option, pain in request.items[names[REASON]].options.items()}
    latest = reasons.dropna(subset=["value"]).sort_values(["updated", "source_row"])
    latest = latest.drop_duplicates("ticket_id", keep="last")
    unknown = sorted({str(value) for value in latest.value if folded(value) not in options})
    if unknown:
        raise InputError([choices_not_mapped(names[REASON], unknown)])
    pains = {ticket: options[folded(value)] for ticket, value in zip(latest.ticket_id, latest.value, strict=True)}
    return {ticket: pain for ticket, pain in pains.items() if pain}


def _rows(request: Request, rated: pd.DataFrame, pains: Mapping[str, str]) -> pyarrow.Table:
    import pyarrow

    names = {name: asked for asked, name in matched_names(request.items, _QUESTIONS).items()}
    values = rated.value.str.casefold()
    scores = values.map(_VALUES)
    columns: dict[str, list[Any]] = {
        "customer_id": rated.customer_id.tolist(),
        "responded_at": rated["at"].tolist(),
        "response_id": (rated.ticket_id + "/" + rated.source_row.astype(str)).tolist(),
        "stage": [request.items[names[SCORE]].stage] * len(rated),
        "score": scores.tolist(),
        "missing": values.map(_UNANSWERED).tolist(),
        "metric": ["rating"] * len(rated),
        # A reason is only asked of those who said bad.
        "pain_points": rated.ticket_id.map(pains).where(scores == "0", None).tolist(),
        "scale_min": ["0"] * len(rated),
        "scale_max": ["1"] * len(rated),
        "aside": rated.aside.tolist(),
    }
    texts = {name: pyarrow.array(cells, type=pyarrow.string(), from_pandas=True) for name, cells in columns.items()}
    return pyarrow.table(texts | {"source_row": pyarrow.array(rated.source_row, type=pyarrow.int64())})


def _value_faults(request: Request, ratings: pd.DataFrame) -> list[Finding]:
    known = {*_VALUES, *_UNANSWERED}
    strange = ratings[~ratings.value.fillna("offered").str.casefold().isin(known)]
    if strange.empty:
        return []
    return [
        Finding(
            code="D406",
            place=f"{request.file} {SCORE}",
            found=f"{len(strange):,} ratings are none that is known",
            allowed=", ".join(sorted(known)),
            remedy="ratings on 5 or 7 points are a survey of their own: bring them as canonical responses",
            rows=tuple(
                f"row {row + 1}: {cut(value)}" for row, value in strange[["source_row", "value"]].head(3).values
            ),
        )
    ]


def _no_ratings(request: Request, history: pd.DataFrame) -> Finding:
    fields = history.field_name.dropna().value_counts().head(12)
    return Finding(
        code="D409",
        place=f"{request.file} {_HISTORY.name}",
        found=f"no row is of the field {SCORE}; there are {', '.join(map(cut, fields.index)) or 'none'}",
        allowed=f"the history of tickets with {SCORE}",
        remedy="export the history with satisfaction; ratings of the newer survey are brought as canonical responses",
    )


def _incomplete(asked: str, name: str) -> Finding:
    score = name == SCORE
    return Finding(
        code="D425",
        place=f"study.toml: [data.items.{asked}]",
        found="no stage is named" if score else "no options are mapped to pain points",
        allowed="the stage that support is" if score else 'options = { "reason" = "pain_point" }',
        remedy='add stage = "..."' if score else "add options",
    )


def _no_key(key: str) -> Finding:
    return Finding(
        code="D411",
        place="study.toml: [data.columns.responses].customer_id",
        found=f"{key[:40]!r} is no key that is read",
        allowed=", ".join(_KEYS),
        remedy="take one of them; names and e-mail addresses are never read",
    )
