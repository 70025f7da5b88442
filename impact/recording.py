"""A run beside what was approved before it: where its portfolio stands, and which forecasts are on record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from impact.approval import Approval
from impact.fingerprint import input_hashes, run_of
from impact.record import Record
from impact.record_checks import record_checks
from impact.standing import OfferedPortfolio, portfolio_standing
from reports.findings import Findings
from scenarios.decision import Decision


def beside_records(found: Findings, approvals: Sequence[Approval], records: Sequence[Record]) -> Findings:
    """The findings with the approved forecasts of earlier runs, and where this run's portfolio stands."""
    standing = None
    if found.decision is not None and found.decision.portfolio is not None and found.has_margin:
        offered = _offered(found, found.decision)
        standing = portfolio_standing(approvals, records, offered, found.study.as_of, found.study.period_kind)
    checks = (*found.checks, *record_checks(standing, records))
    return replace(found, records=tuple(records), standing=standing, checks=checks)


def _offered(found: Findings, decision: Decision) -> OfferedPortfolio:
    hashes, portfolio = input_hashes(found.study.path), decision.portfolio
    flags = np.zeros(0) if portfolio is None else portfolio.chosen
    return OfferedPortfolio(
        run_id=run_of(found.study, hashes),
        inputs=hashes,
        chosen=tuple(offer.item.initiative for offer, on in zip(decision.case.offers, flags, strict=True) if on),
        worth=math.nan if portfolio is None else float(portfolio.npv.mean()),
    )
