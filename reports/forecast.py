"""The forecast of a run: what it claims, what it chose and from which plan; a draft until somebody approves it."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from impact.plan_rows import WrittenRows
from impact.record import SCHEMA
from reports.edition import Edition
from reports.findings import Findings
from scenarios.decision import Decision
from scenarios.forecast import Setting, claim_rows, claims_of
from scenarios.worth import Case


def forecast_record(edition: Edition, found: Findings, plan: WrittenRows) -> dict[str, object]:
    """The forecast of this run as rows of JSON; `plan` holds the plan tables as they were read."""
    standing, decision = found.standing, found.decision
    setting = Setting(periods=edition.horizon, currency=edition.currency, has_margin=found.has_margin)
    return {
        "schema": SCHEMA,
        "run_id": edition.run_id,
        "status": "approved" if standing is not None and standing.state == "approved" else "draft",
        "approval": approval_record(edition),
        "fitness": edition.fitness,
        "study": edition.name,
        "as_of": edition.as_of,
        "period": edition.period_kind,
        "currency": edition.currency,
        "money": edition.money_word,
        "version": _version(),
        "seed": edition.seed,
        "inputs": dict(edition.inputs),
        "horizon": list(edition.horizon),
        "discount": [] if decision is None else decision.case.base.discount.tolist(),
        "cohort": _cohort(edition, decision),
        "chosen": [] if decision is None else _chosen(decision),
        "portfolio": None if edition.worth is None else {**asdict(edition.worth), "dots": list(edition.worth.dots)},
        "metrics": _rows(edition, "scenarios"),
        "initiatives": _rows(edition, "initiatives"),
        "plan": {table: [dict(row) for row in rows] for table, rows in plan.items()},
        "claims": [] if decision is None else claim_rows(claims_of(decision, setting)),
    }


def approval_record(edition: Edition) -> dict[str, str | None]:
    """Where rates and portfolio stand with those who sign, in words; None where nobody has signed one."""
    signed = edition.approval if edition.signed else None
    return {"rate": _rates_standing(edition), "portfolio": signed}


def _rates_standing(edition: Edition) -> str | None:
    rows = edition.tables["certificate"]
    signed = rows[rows["signed_by"] != ""]
    return "; ".join(f"{row.outcome}: {row.approval}" for row in signed.itertuples()) or None


def _version() -> str:
    try:
        return version("cx-impact")
    except PackageNotFoundError:
        return "not installed"


def _chosen(decision: Decision) -> list[str]:
    if decision.portfolio is None:
        return []
    pairs = zip(decision.case.offers, decision.portfolio.chosen, strict=True)
    return [offer.item.initiative for offer, on in pairs if on]


def _cohort(edition: Edition, decision: Decision | None) -> dict[str, object]:
    """Whose future is claimed: customers active at `as_of`, and whether any who join later are counted."""
    case = None if decision is None else decision.case
    counted = 0.0 if case is None else sum(float(persona.customers.sum()) for persona in case.base.personas)
    return {
        "who": f"customers active at {edition.as_of}",
        "customers": counted,
        "joiners": case is not None and _joined(case),
    }


def _joined(case: Case) -> bool:
    return any(persona.trend is not None and persona.trend.joining.any() for persona in case.base.personas)


def _rows(edition: Edition, table: str) -> list[dict[str, object]]:
    frame = edition.tables[table]
    clean = frame.astype(object).where(frame.notna(), None)
    return [{str(k): _plain(v) for k, v in row.items()} for row in clean.to_dict("records")]


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
