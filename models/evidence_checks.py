"""The checks of evidence and of the haircut."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from impact.approval import Approval
from impact.checks import Check, make_check
from impact.evidence import Evidence
from models.evidence import Reading
from models.evidence_learnt import Learnt, Line
from models.evidence_maps import TYPICAL

FAR = 4.0  # standard deviations of what the prior expects, beyond which a row is asked about
CLEAR = 1.645
APART = 2.576
ENOUGH = 3  # experiments or past initiatives, for the haircut to be a finding


def evidence_checks(learnt: Learnt, haircut: str, approvals: Sequence[Approval]) -> tuple[Check, ...]:
    """Everything to be said of evidence and of the haircut.

    Args:
        learnt: what evidence did.
        haircut: the study's prior in words, as it is signed.
        approvals: what was signed of earlier runs.
    """
    readings = [line.reading for line in learnt.lines]
    return (
        _signed(haircut, approvals),
        *_read(readings),
        *_apart(learnt.lines),
        *_surveyed(learnt),
        *_moved(learnt),
    )


def signed_haircut(approvals: Sequence[Approval]) -> Approval | None:
    """The latest approval of rates that signed a haircut; None where none did."""
    return next((one for one in reversed(approvals) if one.what == "rate" and one.haircut), None)


def _signed(haircut: str, approvals: Sequence[Approval]) -> Check:
    name, limit = "The haircut's prior is signed", "signed as it stands"
    signed = signed_haircut(approvals)
    if signed is not None and signed.haircut == haircut:
        text = f"The prior of the haircut was signed by {signed.by} on {signed.at[:10]}."
        return make_check("C550", name, "pass", found=haircut, limit=limit, text=text)
    text = "Nobody has signed how much of an observed effect is kept."
    if signed is not None:
        text = f"Not signed: it was {signed.haircut} when {signed.by} signed on {signed.at[:10]}."
    remedy = "Sign it with the rates: cx-impact approve RUN --what rate --by NAME."
    return make_check("C550", name, "review", found=haircut, limit=limit, text=text, remedy=remedy)


def _read(readings: Sequence[Reading]) -> list[Check]:
    """Reviews of rows as they are read, before any model."""
    if not readings:
        return []
    twice = [one for one in readings if one.why.startswith("the same source")]
    unused = [one for one in readings if one.use == "none"]
    far = [one for one in readings if _far(one)]
    harm = [one for one in readings if _harms(one)]
    unstated = [
        one
        for one in readings
        if one.use == "effect" and one.item.exposed_share is None and one.item.kind != "benchmark"
    ]
    asked = (
        ("C551", "No data counted twice", twice, "each source once", "Keep one row of each, or name its own source."),
        ("C552", "Evidence is of a plausible size", far, f"within {FAR:g} spreads of the prior", "Read it in words."),
        ("C553", "Evidence says that fixing helps", harm, "no row clearly says harm", "Turn the sign, or let it be."),
        ("C554", "Every row of evidence is used", unused, "all rows used", "See each row's reason in tables/evidence."),
        ("C555", "Who was measured is stated", unstated, "exposed_share in each row", "State it; 1: all met it."),
    )
    return [
        make_check(
            code,
            name,
            "review" if found else "pass",
            found=", ".join(one.item.evidence for one in found) or f"{len(readings)} rows",
            limit=limit,
            text=_said(code, found),
            remedy=remedy if found else "",
        )
        for code, name, found, limit, remedy in asked
    ]


def _said(code: str, found: Sequence[Reading]) -> str:
    if not found:
        return "Every row of evidence passes."
    first = found[0]
    said = {
        "C551": f"{first.item.evidence} tells {first.why}.",
        "C552": f"An effect so large is rare. {first.words}",
        "C553": f"Is the sign meant so? {first.words}",
        "C554": f"{first.item.evidence}: {first.why}.",
        "C555": f"No exposed_share, so all customers are taken as measured. {first.words}",
    }
    return said[code]


def _far(one: Reading) -> bool:
    """Whether the effect that a row says, per customer who met it, is far beyond what is expected, its error apart."""
    if one.row is None:
        return False
    scale = float(np.linalg.norm(one.row.weights))
    return abs(one.row.estimate) - CLEAR * one.row.se > FAR * TYPICAL[one.row.of] * scale


def _harms(one: Reading) -> bool:
    item: Evidence = one.item
    if one.use not in ("effect", "effectiveness"):
        return False
    better = -1 if item.outcome in ("churn", "prevalence") else 1
    return better * item.estimate < -CLEAR * item.se


def _apart(lines: Sequence[Line]) -> list[Check]:
    known = [line for line in lines if np.isfinite(line.miss)]
    if not known:
        return []
    off = [line for line in known if abs(line.miss) > APART]
    worst = max(known, key=lambda line: abs(line.miss))
    return [
        make_check(
            "C556",
            "The model and the evidence agree",
            "review" if off else "pass",
            found=f"{worst.reading.item.evidence} misses by {worst.miss:+.1f} standard errors",
            limit=f"within {APART:g} standard errors",
            text=f"At odds with the model after it learnt from it. {worst.reading.words}"
            if off
            else "What was measured lies within what the model says of it.",
            remedy="Check unit, sign and who was measured; else believe the experiment." if off else "",
        )
    ]


def _surveyed(learnt: Learnt) -> list[Check]:
    if not learnt.surveyed:
        return []
    left = [name for name in learnt.surveyed if name not in learnt.audited]
    return [
        make_check(
            "C557",
            "Pain points known only from a survey are audited",
            "review" if left else "pass",
            found=", ".join(left) or f"{len(learnt.surveyed)} audited",
            limit="an audit of each, or a count in operations",
            text="Their naming is taken as it is, with a larger haircut."
            if left
            else "Their naming is put right by audits.",
            remedy="Count them in operations, or state who really met them as evidence." if left else "",
        )
    ]


def _moved(learnt: Learnt) -> list[Check]:
    if not learnt.teaching or not learnt.moves:
        return []
    move = learnt.moves[0]
    few = learnt.teaching < ENOUGH
    return [
        make_check(
            "C558",
            "What evidence did to the haircut",
            "review" if few else "pass",
            found=f"{1 - move.prior[0]:.0%} before, {1 - move.posterior[0]:.0%} after {learnt.teaching} rows",
            limit=f"{ENOUGH} experiments or past initiatives, or more",
            text="The haircut is still mostly the judgement that was signed."
            if few
            else "The haircut is learnt from what was tried on own customers.",
            remedy="Try more fixes on part of the customers and list what came of it." if few else "",
        )
    ]
