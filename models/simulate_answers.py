"""What the customers of a simulated company answer: scores, and the pain points they name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from impact.journey import OVERALL, Journey
from impact.rng import stream
from models.simulate_people import Panel, People
from models.simulate_tables import customer_ids, dates
from models.simulated_company import CompanySpec, Effects

SENSITIVITY = 0.7
FALSE_NAMING = 0.02
UNHAPPY_NAMING = 0.5


def responses(spec: CompanySpec, journey: Journey, effects: Effects, people: People, panel: Panel) -> pd.DataFrame:
    """Answers of the few who answer, fewer of them unhappy: a row for each stage asked, and for overall."""
    rng = stream(spec.seed, "survey")
    customer, step = np.nonzero(panel.active)
    stages, overall = _satisfaction(spec, effects, people, panel, rng)
    standing = (overall - overall.mean()) / overall.std()
    chance = spec.survey.response_rate * _tilt(spec, standing, people.frailty[customer])
    answers = np.flatnonzero(rng.random(len(overall)) < chance)
    latent = np.column_stack([stages[answers], overall[answers]])
    share_asked = np.where(np.arange(spec.stages) % 2 == 1, spec.survey.asked, 1.0)
    asked = rng.random(latent.shape) < np.append(share_asked, 1.0)
    row, question = np.nonzero(asked)
    questions = np.array([*journey.stage_ids(), OVERALL], dtype=object)
    days = dates(spec, step[answers], rng)
    table = pd.DataFrame(
        {
            "customer_id": customer_ids(customer[answers])[row],
            "responded_at": days[row],
            "stage": questions[question],
            "score": np.clip(np.rint(latent[row, question]), 1, 5).astype(int),
            "metric": "csat",
        }
    )
    if not any(pain.source == "survey" for pain in journey.pain_points):
        return table
    return table.assign(
        pain_points=_named(spec, journey, panel.exposed[customer[answers], step[answers]], standing[answers])[row]
    )


def _tilt(spec: CompanySpec, standing: np.ndarray, frailty: np.ndarray) -> np.ndarray:
    """Multiplier of the chance to answer, of mean about 1: less of the unhappy, less of those disposed to leave."""
    survey = spec.survey
    tilt: np.ndarray = np.exp(survey.silence * standing - survey.silence**2 / 2)
    disposed = (frailty - frailty.mean()) / frailty.std()
    tilt *= np.exp(-survey.aloof * disposed - survey.aloof**2 / 2)
    return tilt


def _named(spec: CompanySpec, journey: Journey, exposed: np.ndarray, standing: np.ndarray) -> np.ndarray:
    """The pain points each answer names `(answer,)`, joined: most of those met, few not met, more by the unhappy."""
    told = np.array([pain.source == "survey" for pain in journey.pain_points])
    chance = np.where(exposed, SENSITIVITY, FALSE_NAMING)
    odds = chance / (1 - chance) * np.exp(-UNHAPPY_NAMING * standing)[:, None]
    named = (stream(spec.seed, "naming").random(exposed.shape) < odds / (1 + odds)) & told
    ids = np.array(journey.pain_ids(), dtype=object)
    return np.array([";".join(ids[row]) for row in named], dtype=object)


def _satisfaction(
    spec: CompanySpec, effects: Effects, people: People, panel: Panel, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Satisfaction before rounding with the stages `(row, stage)` and overall `(row,)`, a row an active quarter."""
    customer, step = np.nonzero(panel.active)
    pain = panel.exposed[customer, step] * effects.stage_effect[people.persona[customer]]
    moved = np.column_stack([pain[:, effects.stage_of == stage].sum(axis=1) for stage in range(len(effects.weight))])
    if spec.carried:
        moved[:, 1:] += spec.carried * moved[:, :-1].copy()
    moved += rng.normal(0.0, 0.6, moved.shape)
    halo = people.halo[customer]
    if spec.survey.mood:
        halo = halo + stream(spec.seed, "mood").normal(0.0, spec.survey.mood, len(customer))
    level = rng.uniform(3.7, 4.3, len(effects.weight))
    overall = 4.0 + halo + moved @ effects.weight + rng.normal(0.0, 0.45, len(customer))
    return level + halo[:, None] + moved, overall
