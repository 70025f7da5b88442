"""Simulated companies in kinds: what each kind has that makes a measurement go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from models.simulated_company import CauseSpec, CompanySpec, MoneySpec, SurveySpec

FEW = "few data"
TOLD_ONLY = "survey-only pain points"
TRAIT = "hidden trait"
MOOD = "mood"

KINDS: Mapping[str, CompanySpec] = {
    "clean": CompanySpec(seed=0),
    "strong halo": CompanySpec(seed=0, survey=SurveySpec(halo=0.8, mood=0.6)),
    "the unhappy silent": CompanySpec(seed=0, survey=SurveySpec(silence=0.9, aloof=0.5)),
    "observed confounding": CompanySpec(seed=0, causes=CauseSpec(tariff_exposure=1.6, tariff_leaving=1.6)),
    "direct effects": CompanySpec(seed=0, direct_share=0.5),
    FEW: CompanySpec(seed=0, customers=2_500, periods=8, money=MoneySpec(revenue=720.0)),
    TOLD_ONLY: CompanySpec(seed=0, survey=SurveySpec(told_only=0.5)),
}
# Half of the customers meet every pain point twice as often and leave twice as fast, and no table tells which half.
HIDDEN_TRAIT = CompanySpec(seed=0, causes=CauseSpec(trait_exposure=2.0, trait_leaving=2.0))
# Half of the customers leave twice as fast and score a point lower, and meet no more pain points than the others.
BAD_MOOD = CompanySpec(seed=0, causes=CauseSpec(mood_leaving=2.0, mood_score=1.0))


def companies_of_kinds(count: int, first_seed: int) -> tuple[tuple[str, CompanySpec], ...]:
    """So many companies with their kinds, the kinds in turn, every company of a kind unlike the one before."""
    named = list(KINDS.items())
    return tuple(
        (named[i % len(named)][0], vary(named[i % len(named)][1], first_seed + i, i // len(named)))
        for i in range(count)
    )


def vary(spec: CompanySpec, seed: int, turn: int) -> CompanySpec:
    """The specification with a seed and another shape each turn: journey, base, or how many pain points do nothing."""
    dear = replace(spec.money, revenue=spec.money.revenue * 8 / 3, margin_rate=0.3)
    shapes = (
        replace(spec),
        replace(spec, personas=1, stages=4, pain_points=7, initiatives=6),
        replace(spec, leaving_rate=0.03, frailty=1.0, money=dear),
        replace(spec, null_share=0.55),
        replace(spec, personas=4, stages=7, pain_points=11, initiatives=9),
        replace(spec, leaving_rate=0.08, frailty=0.2, null_share=0.1),
    )
    return replace(shapes[turn % len(shapes)], seed=seed)
