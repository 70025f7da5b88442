"""Evidence measured on the study's own ledger: it tells how much of the effects is real, and not the effects again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.evidence import Facts
from models.uplift import EffectRow, UpliftPosterior


def set_apart(rows: tuple[EffectRow, ...], facts: Facts | None, without: UpliftPosterior) -> tuple[EffectRow, ...]:
    """The rows, those measured on the study's own ledger beside what it tells of their effects without any evidence.

    Leavers in the periods of a rollout are counted in the effects already. Told of the effects a second time, they
    would make their ranges too narrow; so what they were measured to be is held against what the ledger predicts,
    with the error of both, and only the share kept moves. At face value nothing is kept back, so such a row says
    nothing. Source: Plummer (2015), on models that are cut.

    Args:
        rows: what the posterior is to be asked of.
        facts: what stands today.
        without: the posterior without any evidence.
    """
    if facts is None:
        return rows
    part = np.array([facts.part[persona] for persona in without.personas])
    return tuple(_apart(row, facts, without, part) if row.own else row for row in rows)


def _apart(row: EffectRow, facts: Facts, without: UpliftPosterior, part: np.ndarray) -> EffectRow:
    effects = np.einsum("dgk,g->dk", getattr(without, row.of), part)
    reads = (effects / facts.score_sd if row.of == "score" else effects) @ row.weights
    return replace(row, apart=(float(reads.mean()), float(reads.std())))
