"""The tables of evidence: what became of every row, and how much of an observed effect is kept."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.evidence_learnt import Line, Predicted
from models.haircut import prior_in_words
from reports.findings import Findings
from scenarios.facevalue import FaceValue

EVIDENCE = (
    *("evidence", "kind", "target", "outcome", "unit", "estimate", "se", "in_words", "use", "why_not_used"),
    *("effect", "estimate_as_read", "se_as_read", "se_used", "weight_capped", "teaches_haircut"),
    *("before", "before_p05", "before_p95", "after", "after_p05", "after_p95", "source"),
)
HAIRCUT = (
    *("grade", "pain_points", "prior", "kept_before", "kept_before_p05", "kept_before_p95"),
    *("kept_after", "kept_after_p05", "kept_after_p95", "rows_of_evidence"),
)
FACE_VALUE = ("initiative", "name", "npv", "npv_face_value", "haircut_today", "break_even_haircut")
CHOSEN = "the chosen set"


def evidence_table(found: Findings) -> pd.DataFrame:
    """A row a row of evidence: in words, as it is read, with the error it is given, and as the model predicts it.

    `estimate`, `se`, `se_used` and the predictions are in the row's unit; `estimate_as_read` and its error in the unit
    of the effect: log leaving rate, share of money or standard deviations of overall for those measured; a share
    removed or a share who met it.
    """
    learnt = found.estimates.learnt if found.estimates else None
    rows = [_line(line, taught=learnt.teaching > 0) for line in learnt.lines] if learnt else []
    return pd.DataFrame(rows, columns=list(EVIDENCE))


def _line(line: Line, *, taught: bool) -> dict[str, object]:
    reading, item = line.reading, line.reading.item
    row = reading.row
    return {
        **{name: getattr(item, name) for name in ("evidence", "kind", "target", "outcome", "unit", "estimate", "se")},
        "in_words": reading.words,
        "use": reading.use,
        "why_not_used": reading.why,
        "effect": row.of if row else "",
        "estimate_as_read": reading.estimate,
        "se_as_read": row.se if row else reading.se,
        "se_used": reading.se,
        "weight_capped": int(reading.capped),
        "teaches_haircut": int(taught and row is not None and row.haircut),
        **_predicted("before", line.before),
        **_predicted("after", line.after),
        "source": item.source,
    }


def _predicted(name: str, told: Predicted | None) -> dict[str, float]:
    nothing = float("nan")
    mean, low, high = (told.mean, told.low, told.high) if told else (nothing, nothing, nothing)
    return {name: mean, f"{name}_p05": low, f"{name}_p95": high}


def haircut_table(found: Findings) -> pd.DataFrame:
    """A row a grade of effect: the share kept as signed, and after evidence, with their 90% ranges."""
    if found.estimates is None:
        return pd.DataFrame(columns=list(HAIRCUT))
    learnt = found.estimates.learnt
    prior = prior_in_words(learnt.prior)
    rows = [
        (move.grade, move.pain_points, prior, *move.prior, *move.posterior, learnt.teaching) for move in learnt.moves
    ]
    return pd.DataFrame(rows, columns=list(HAIRCUT))


def face_value_table(found: Findings) -> pd.DataFrame:
    """A row an initiative, then one of the chosen set: mean NPV as valued and at face value, and what haircut it bears.

    `haircut_today` is the mean share not kept of the effects it rests on; `break_even_haircut` is 1 where it pays
    whatever is kept, below 0 where it would not pay at face value, blank where its effects bring nothing.
    """
    decision = found.decision
    rows: list[tuple[object, ...]] = []
    if decision is not None and found.has_margin:
        kept = decision.case.posterior.credibility.mean(axis=0)
        reached = [offer.effectiveness.mean(axis=(0, 1)) > 0 for offer in decision.case.offers]
        for offer, one, reach in zip(decision.case.offers, decision.face, reached, strict=True):
            if offer.cost is not None and offer.kind == "initiative":
                rows.append((offer.item.initiative, offer.item.name, *_face(one, kept, reach)))
        if decision.face_chosen is not None and decision.portfolio is not None:
            mine = [reach for reach, on in zip(reached, decision.portfolio.chosen, strict=True) if on]
            rows.append(("", CHOSEN, *_face(decision.face_chosen, kept, np.any(mine, axis=0))))
    return pd.DataFrame(rows, columns=list(FACE_VALUE))


def _face(one: FaceValue, kept: np.ndarray, reach: np.ndarray) -> tuple[float, ...]:
    today = 1 - float(kept[reach].mean()) if reach.any() else float("nan")
    return one.npv, one.face, today, one.haircut
